"""登记申请: what is asked and applied for, each with its clock; and one of them with what can be done now."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.pages.details import offered, possible_buttons
from services.console.pages.followed import Followed, FollowedList, draw_record, draw_table
from services.console.pages.form import Opening, StepForm
from services.console.pages.frame import Frame, address
from services.console.pages.session import Desk
from services.console.pages.shown import chip, day

PATH = "registration-applications"
_LISTS = {
    "open": {"ended": "false"},
    "overdue": {"ended": "false", "overdue": "true"},
    "ended": {"ended": "true"},
}
_AT_A_DESK = ("registration_route", "department")
"""Columns that a telephone has no room for."""
_NOT_FACTS = frozenset({"step", "organization_id"})
_TONES = {
    "closed": "good",
    "endorsed": "good",
    "returned": "warn",
    "endorsement_refused": "bad",
    "denied": "bad",
}


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/applications", "organizations")
    async def applications(frame: Frame, request: Request) -> None:
        wanted = request.query_params.get("list", "open")
        await _List(frame, wanted if wanted in _LISTS else "open").begin()

    @address(desk, "/applications/{id}", "organizations")
    async def application(frame: Frame, request: Request) -> None:
        back, id = frame.words("applications"), request.path_params["id"]
        await draw_record(frame, back, "/applications", id, lambda known: _Application(frame, known))


class _List(FollowedList):
    """What is open, late or done, the oldest first."""

    def __init__(self, frame: Frame, wanted: str) -> None:
        super().__init__(frame, PATH)
        self.wanted = wanted
        self.offered: KindWords | None = None
        with ui.element("div").classes("head"):
            ui.label(self.said("applications")).classes("h1").props("role=heading aria-level=1")
            for name in _LISTS:
                here = " here" if name == wanted else ""
                where = f"/applications?{urlencode({'list': name})}"
                ui.link(self.said(f"applications_{name}"), where).classes(f"choice{here}")
            ui.element("div").style("flex:1")
            self.new = ui.element("div").classes("titled")
        self.place()

    async def begin(self) -> None:
        """First what one may open."""
        self.offered = await offered(self.frame, PATH)
        with self.new:
            at_hand = self.offered.steps if self.offered else ()
            possible_buttons(self.offered, at_hand, self._open_form, self.said)
        await super().begin()

    async def _open_form(self, step: StepWords) -> None:
        assert self.offered is not None, "the step is one of those offered"
        with self.dialog():
            await Opening(self.frame, Kinds(), self.offered, step, done=self._opened).open()

    async def _opened(self, record: Mapping[str, Any]) -> None:
        ui.navigate.to(f"/applications/{record['id']}")

    def asked(self) -> Mapping[str, Any]:
        """Which of them."""
        return _LISTS[self.wanted]

    def draw_none(self) -> None:
        """That there are none."""
        ui.label(self.said("no_applications")).classes("empty")

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """A row each."""
        heads = [
            *(f"<th>{escape(self.said(name))}</th>" for name in ("applications", "states", "due_on")),
            *(f'<th class="wide">{escape(self.said(name))}</th>' for name in _AT_A_DESK),
        ]
        draw_table(heads, [self._row(one, today) for one in items])

    def _row(self, one: Mapping[str, Any], today: date) -> str:
        said = self.said
        due = self.shown.deadline(day(one["step_due_on"]), today, counts=not one["ended"])
        if one["paused_on"]:
            due = f"{due} {chip(said('paused'), 'warn')}"
        beside = " · ".join(filter(None, (self.shown.place(one["division"]), one["submitted_on"])))
        codes = self.offered.codes if self.offered else {}
        department = self.shown.code(codes, "department", one["department"]) if one["department"] else "—"
        return (
            f'<tr><td><a class="open" href="/applications/{one["id"]}">{escape(one["name"])}</a>'
            f'<div class="muted small">{escape(beside)}</div></td>'
            f"<td>{chip(said.code('step', one['step']), _TONES.get(one['step'], 'info'))}</td><td>{due}</td>"
            f'<td class="wide">{escape(said.code("registration_route", one["route"]))}</td>'
            f'<td class="wide">{escape(department)}</td></tr>'
        )


_SeenApplication = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]], date]
"""The record, its steps, and the day on which it is shown."""


class _Application(Followed[_SeenApplication]):
    """One application: what it says, how long each step took, and what the person can do now."""

    def __init__(self, frame: Frame, id: UUID) -> None:
        super().__init__(frame, id)
        self.offered: KindWords | None = None
        self.head, self.body = self.part("head"), self.part("grid")

    async def read(self) -> _SeenApplication:
        """As the registry has it."""
        where = f"/v1/{PATH}/{self.id}"
        record = await self.registry.get(SERVICE, where)
        steps = await self.registry.get(SERVICE, f"{where}/steps")
        return record, steps, await self.shown.today()

    async def look_up(self, seen: _SeenApplication) -> None:
        """What can be done now."""
        self.offered = await offered(self.frame, PATH, self.id)

    def draw(self, seen: _SeenApplication) -> None:
        """What it says, and its steps."""
        record, steps, today = seen
        with self.head:
            self._draw_head(record, today)
        with self.body:
            self._card("particulars", "w7", self._facts(record))
            self._card("clock", "w5", self._steps(steps))

    def _draw_head(self, record: Mapping[str, Any], today: date) -> None:
        ui.label(record["name"]).classes("h1").props("role=heading aria-level=1")
        state = chip(self.said.code("step", record["step"]), _TONES.get(record["step"], "info"))
        due = self.shown.deadline(day(record["step_due_on"]), today) if record["step_due_on"] else ""
        if record["paused_on"]:
            due = f"{due} {chip(self.said('paused'), 'warn')}"
        ui.html(f"{state} {due}", tag="span", sanitize=False)
        if record["organization_id"]:
            ui.link(self.said("open_organization"), f"/organizations/{record['organization_id']}")
        ui.element("div").style("flex:1")
        at_hand = self.offered.steps.keys() - {"withdraw"} if self.offered else ()
        possible_buttons(self.offered, at_hand, lambda step: self._take(step, record), self.said)

    async def _take(self, step: StepWords, seen: Mapping[str, Any]) -> None:
        assert self.offered is not None, "the step is one of those offered"
        record = {**seen, "state": seen["step"]}
        given: dict[str, Any] = dict(record)
        if step.fact == "endorse" and not record["criteria_met"]:
            given["criteria_met"] = list(self.offered.codes.get("criteria_met", ()))
        with self.dialog():
            await StepForm(
                self.frame, Kinds(), self.offered, step, done=self.taken, record=record, given=given
            ).open()

    def _card(self, title: str, width: str, content: str) -> None:
        with ui.element("section").classes(f"card {width}").props(f'data-card="{title}"'):
            ui.html(f"<h2>{self.said(title)}</h2>{content}", sanitize=False)

    def _facts(self, record: Mapping[str, Any]) -> str:
        kind = self.offered
        if kind is None:
            return ""
        rows = [
            (kind.field(name, self.said.language), self.shown.value(kind, name, record[name]))
            for name in kind.fields
            if name not in _NOT_FACTS and record.get(name) not in (None, "", [], 0)
        ]
        lines = "".join(f"<dt>{escape(title)}</dt><dd>{escape(text)}</dd>" for title, text in rows)
        return f'<dl class="facts">{lines}</dl>'

    def _steps(self, steps: Sequence[Mapping[str, Any]]) -> str:
        return (
            f'<table class="plain">{"".join(map(self._step, steps))}</table>'
            if steps
            else f'<p class="muted">{self.said("no_steps")}</p>'
        )

    def _step(self, one: Mapping[str, Any]) -> str:
        said = self.said
        took = said("took_days", days=one["working_days"]) if one["ended_on"] else said("runs_until")
        until = one["ended_on"] or one["due_on"] or ""
        return (
            f"<tr><td>{escape(said.code('application_clock', one['kind']))}"
            f'<div class="muted small">{one["began_on"]} – {until}</div></td><td>{escape(took)}</td></tr>'
        )
