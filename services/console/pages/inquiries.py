"""首问: the queue of inquiries that wait for an answer, each with its clock in working days."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, Kinds, KindWords
from services.console.pages.followed import Followed
from services.console.pages.form import opening_button
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import chip, day

PATH = "inquiries"
_MOST = 200
_NEAR_DAYS = 3
_GROUPS = {"overdue": "bad", "near": "warn", "later": "info"}


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/inquiries", "inquiries")
    async def inquiries(frame: Frame, request: Request) -> None:
        mine = request.query_params.get("whose") == "mine"
        if (found := await kind_or_why_not(frame, PATH)) is not None:
            await _Queue(frame, *found, mine=mine).begin()


_Seen = tuple[Sequence[Mapping[str, Any]], Mapping[str, str], date]
"""What waits, the names of its organisations by id, and the day on which it is shown."""


class _Queue(Followed[_Seen]):
    """The queue of one visitor: everybody's, or what they deal with themselves."""

    def __init__(self, frame: Frame, kinds: Kinds, kind: KindWords, *, mine: bool) -> None:
        super().__init__(frame)
        self.kinds, self.kind, self.mine = kinds, kind, mine
        with ui.element("div").classes("head"):
            ui.label(self.said("inquiries_title")).classes("h1").props("role=heading aria-level=1")
            for whose, address in (("whole_queue", "/inquiries"), ("my_queue", "/inquiries?whose=mine")):
                here = " here" if mine == (whose == "my_queue") else ""
                ui.link(self.said(whose), address).classes(f"choice{here}")
            ui.element("div").style("flex:1")
            opening_button(frame, kinds, kind, self.dialogs, self.taken)
        self.body = self.part("grid")

    async def read(self) -> _Seen:
        """The nearest deadline first."""
        asked: dict[str, Any] = {"state": sorted(self.kind.waits()), "order": "due", "limit": _MOST}
        if self.mine:
            asked["handler"] = self.frame.person.principal.actor_id
        found = (await self.registry.get(SERVICE, f"/v1/{PATH}", **asked))["items"]
        return found, await self.shown.organizations(found), await self.shown.today()

    def draw(self, seen: _Seen) -> None:
        """By how much time is left."""
        found, known, today = seen
        with self.body:
            if not found:
                self._draw_none()
            for group, some in self._grouped(found, today).items():
                if some:
                    self._draw_group(group, some, known, today)
            if len(found) == _MOST:
                ui.label(self.said("only_first", count=_MOST)).classes("muted small w12")

    def _draw_none(self) -> None:
        with ui.element("div").classes("card empty w12"):
            ui.html(f"<b>{self.said('no_inquiries')}</b>", sanitize=False)
            ui.label(self.said("no_inquiries_hint"))

    def _left(self, record: Mapping[str, Any], today: date) -> int:
        """Working days until the answer is due; below nought where it is late."""
        due = day(record["due_on"]) or today
        calendar = self.frame.desk.runtime.region.calendar
        if due < today:
            return -max(1, calendar.working_days_between(due, today))
        return calendar.working_days_between(today, due)

    def _grouped(self, found: Sequence[Mapping[str, Any]], today: date) -> dict[str, list[Mapping[str, Any]]]:
        groups: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _GROUPS}
        for one in found:
            left = self._left(one, today)
            groups["overdue" if left < 0 else "near" if left <= _NEAR_DAYS else "later"].append(one)
        return groups

    def _draw_group(
        self, group: str, some: Sequence[Mapping[str, Any]], known: Mapping[str, str], today: date
    ) -> None:
        said, language = self.said, self.said.language
        fields = ("channel", "first_person", "handler", "asked_on")
        heads = "".join(f'<th class="wide">{escape(self.kind.field(name, language))}</th>' for name in fields)
        rows = "".join(self._row(one, fields, known, today, _GROUPS[group]) for one in some)
        with ui.element("section").classes("card w12 scroll").props(f'data-card="{group}"'):
            ui.html(
                f"<h2>{escape(said(f'queue_{group}', days=_NEAR_DAYS))}"
                f'<span class="note">{len(some)}</span></h2>'
                f'<table class="plain list" data-list><thead><tr><th>{escape(said("record"))}</th>'
                f"<th>{escape(said('clock'))}</th><th>{escape(said('states'))}</th>{heads}</tr></thead>"
                f"<tbody>{rows}</tbody></table>",
                sanitize=False,
            )

    def _row(
        self, one: Mapping[str, Any], fields: Sequence[str], known: Mapping[str, str], today: date, tone: str
    ) -> str:
        organization = known.get(str(one.get("organization_id")))
        topic = self.shown.code(self.kind.codes, "topic", one["topic"])
        question = one.get("question") or topic
        left = self._left(one, today)
        clock = self.said("working_days_late", days=-left) if left < 0 else self.said(
            "working_days_left", days=left
        )  # fmt: skip
        cells = "".join(
            f'<td class="wide">{escape(self.shown.value(self.kind, name, one.get(name)))}</td>'
            for name in fields
        )
        beside = " · ".join(filter(None, (topic, organization, self.shown.place(one["division"]))))
        return (
            f'<tr><td><a class="open" href="/matters/{PATH}/{one["id"]}">{escape(question[:60])}</a>'
            f'<div class="muted small">{escape(beside)}</div></td>'
            f'<td>{chip(clock, tone)}<div class="muted small">{one["due_on"] or ""}</div></td>'
            f"<td>{escape(self.kind.state(one['state'], self.said.language))}</td>{cells}</tr>"
        )
