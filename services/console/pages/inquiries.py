"""首问: the queue of inquiries that wait for an answer, each with its clock in working days."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from services.console.matters.kinds import SERVICE, Kinds, KindWords
from services.console.neighbours import NotDone
from services.console.pages.form import opening_button
from services.console.pages.frame import Frame, address, admit, in_turn, page
from services.console.pages.matters import kinds_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import Shown, chip, day

PATH = "inquiries"
_MOST = 200
_NEAR_DAYS = 3
_GROUPS = {"overdue": "bad", "near": "warn", "later": "info"}


def attach(desk: Desk) -> None:
    """Register the page."""

    @address("/inquiries")
    async def inquiries(request: Request) -> Response | None:
        person = await admit(desk, request)
        if isinstance(person, Response):
            return person
        with page(desk, person, "inquiries") as frame:
            kinds = await kinds_or_why_not(frame)
            if kinds is None:
                return None
            kind = kinds.by_path.get(PATH)
            if kind is None or not kind.may_read:
                ui.label(frame.words("unknown_kind")).classes("card empty")
                return None
            mine = request.query_params.get("whose") == "mine"
            await _Queue(frame, kinds, kind, mine=mine).begin()
        return None


class _Queue:
    """The queue of one visitor: everybody's, or what they deal with themselves."""

    def __init__(self, frame: Frame, kinds: Kinds, kind: KindWords, *, mine: bool) -> None:
        self.frame, self.said, self.kinds, self.kind, self.mine = frame, frame.words, kinds, kind, mine
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)
        self.drawn: Any = None
        self.dialogs = ui.element("div")
        with ui.element("div").classes("head"):
            ui.label(self.said("inquiries_title")).classes("h1").props("role=heading aria-level=1")
            for whose, address in (("whole_queue", "/inquiries"), ("my_queue", "/inquiries?whose=mine")):
                here = " here" if mine == (whose == "my_queue") else ""
                ui.link(self.said(whose), address).classes(f"choice{here}")
            ui.element("div").style("flex:1")
            opening_button(frame, kinds, kind, self.dialogs, self._opened)
        self.body = ui.element("div").classes("grid")

    async def begin(self) -> None:
        """Show the queue, then follow the events."""
        await self._refresh()
        self.frame.follow(self._refresh)

    async def _opened(self, record: Mapping[str, Any]) -> None:
        await self._refresh()

    @in_turn
    async def _refresh(self) -> None:
        asked: dict[str, Any] = {"state": sorted(self.kind.waits()), "order": "due", "limit": _MOST}
        if self.mine:
            asked["handler"] = self.frame.person.principal.actor_id
        try:
            found = (await self.registry.get(SERVICE, f"/v1/{PATH}", **asked))["items"]
        except NotDone as refused:
            self._draw_refusal(refused)
            return
        today = await self.shown.today()
        if self.drawn == (found, today):
            return
        self.drawn = found, today
        known = await self.shown.organizations(found)
        self.body.clear()
        with self.body:
            if not found:
                self._draw_none()
            for group, some in self._grouped(found, today).items():
                if some:
                    self._draw_group(group, some, known, today)
            if len(found) == _MOST:
                ui.label(self.said("only_first", count=_MOST)).classes("muted small w12")

    def _draw_refusal(self, refused: NotDone) -> None:
        self.drawn = None
        self.body.clear()
        with self.body:
            ui.label(str(refused)).classes("card empty w12").props("role=alert")

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
