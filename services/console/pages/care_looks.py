"""查看日志: who looked into which record of people in need, when and what for; for those who oversee."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, Final

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import KindWords
from services.console.pages.details import offered
from services.console.pages.followed import FollowedList, PageOfList, draw_table
from services.console.pages.frame import Frame, address
from services.console.pages.sealed import LOOKS, draw_ways, number
from services.console.pages.session import OVERSEEING, Desk
from services.console.pages.shown import moment

_PATH = "care-looks"
_KINDS: Final = {
    "care_record": ("care_title", "/care"), "care_pairing": ("pairings_title", "/care/pairings"),
}  # fmt: skip


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, LOOKS, "care", needs=OVERSEEING)
    async def looks(frame: Frame, request: Request) -> None:
        draw_ways(frame, LOOKS)
        if (kind := await offered(frame, _PATH)) is None:
            ui.label(frame.words("care_looks_unread")).classes("card empty").props("role=alert")
            return
        await _Looks(frame, kind, request.query_params.get("record", "")).begin()


class _Looks(FollowedList):
    """The log, the newest first; of one record where it was asked for."""

    def __init__(self, frame: Frame, kind: KindWords, record: str) -> None:
        super().__init__(frame, _PATH)
        self.kind, self.record = kind, record
        with ui.element("div").classes("head"):
            title = self.said("care_looks_of" if record else "care_looks")
            ui.label(title).classes("h1").props("role=heading aria-level=1")
            if record:
                ui.link(self.said("care_looks_whole"), LOOKS).classes("small")
        self.place("looks")

    def asked(self) -> Mapping[str, Any]:
        """The record, where there is one."""
        return {"record_id": self.record} if self.record else {}

    async def look_up(self, seen: PageOfList) -> None:
        """Nothing: a look names no organisation."""

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """As the registry gives them."""
        language = self.said.language
        names = [self.kind.field(one, language) for one in ("looked_at", "actor_id", "purpose", "record_id")]
        heads = [f"<th>{escape(name)}</th>" for name in names]
        wide = (self.kind.field("request_id", language), self.said("division"))
        heads += [f'<th class="wide">{escape(name)}</th>' for name in wide]
        draw_table(heads, map(self._row, items))

    def _row(self, one: Mapping[str, Any]) -> str:
        title, where = _KINDS[one["kind"]]
        record = f'<a class="open" href="{where}/{one["record_id"]}">{number({"id": one["record_id"]})}</a>'
        asked = one["request_id"]
        request = f'<a href="/care/requests/{asked}">{number({"id": asked})}</a>' if asked else ""
        return (
            f"<tr><td>{moment(one['looked_at'])}</td><td>{escape(one['actor_id'])}</td>"
            f"<td>{escape(self.shown.value(self.kind, 'purpose', one['purpose']))}</td>"
            f'<td>{escape(self.said(title))} {record}</td><td class="wide">{request}</td>'
            f'<td class="wide">{escape(self.shown.place(one["division"]))}</td></tr>'
        )

    def draw_none(self) -> None:
        """That nobody looked."""
        ui.label(self.said("care_looks_none")).classes("empty")
