"""本人查询申请: what people asked to be told of themselves, until they are answered. Whose a request is
stands in none of the pages."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import KindWords
from services.console.pages.details import offered
from services.console.pages.followed import draw_record, draw_table
from services.console.pages.frame import Frame, address
from services.console.pages.sealed import SealedList, SealedRecord, Told, draw_ways
from services.console.pages.session import Desk
from services.console.pages.shown import day

_PATH, _WHERE = "care-requests", "/care/requests"
_STATES = {"open": "info", "answered": "good", "lapsed": "warn"}


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/care/requests", "care")
    async def requests(frame: Frame, request: Request) -> None:
        state = request.query_params.get("state", "open")
        draw_ways(frame, _WHERE)
        if (kind := await offered(frame, _PATH)) is None:
            ui.label(frame.words("care_requests_unread")).classes("card empty").props("role=alert")
            return
        await _Requests(frame, kind, state if state in _STATES else "", everybody=True).begin()

    @address(desk, "/care/requests/{id}", "care")
    async def one(frame: Frame, request: Request) -> None:
        id = request.path_params["id"]
        await draw_record(frame, frame.words("care_requests"), _WHERE, id, lambda id: _Request(frame, id))


class _Requests(SealedList):
    """The requests of one's divisions, by number, paper and day."""

    records, where, title, none, tones = _PATH, _WHERE, "care_requests", "care_requests_none", _STATES
    mine = ""

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """The nearest day for an answer first."""
        heads = [
            self.head(self.said("number")), self.head(self.field("document")),
            self.head(self.field("due_on")), self.head(self.said("states")),
            self.head(self.field("asked_by"), "wide"), self.head(self.said("division"), "wide"),
            self.head(self.field("received_by"), "wide"),
        ]  # fmt: skip
        rows = sorted(items, key=lambda one: str(one["due_on"]))
        draw_table(heads, [self._row(one, today) for one in rows])

    def _row(self, one: Told, today: date) -> str:
        waits = one["state"] == "open"
        due = self.shown.deadline(day(one["due_on"]), today) if waits else one["answered_on"] or one["due_on"]
        return (
            f"<tr><td>{self.link(one)}</td><td>{escape(one['document'])}</td><td>{due}</td>"
            f"<td>{self.standing(one)}</td>"
            f'<td class="wide">{escape(self.shown.value(self.kind, "asked_by", one["asked_by"]))}</td>'
            f'<td class="wide">{escape(self.shown.place(one["division"]))}</td>'
            f'<td class="wide">{escape(one["received_by"])}</td></tr>'
        )


class _Request(SealedRecord):
    """One request."""

    records, tones, hint = _PATH, _STATES, "care_requests_sealed"
    facts = ("document", "asked_by", "asked_on", "received_by", "due_on", "answered_on")
    sealed = ()

    def due(self, record: Told, kind: KindWords, today: date) -> str:
        """The day for the answer."""
        if record["state"] != "open":
            return ""
        return f" {self.shown.deadline(day(record['due_on']), today)}"
