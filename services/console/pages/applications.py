"""登记申请: what is asked and applied for, each with its clock; and one of them with what can be done now."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.details import Opening, offered, possible_buttons
from services.console.pages.form import StepForm
from services.console.pages.frame import Frame, address, admit, in_turn, page
from services.console.pages.session import Desk
from services.console.pages.shown import Shown, chip, day
from services.console.pages.turning import Turning

PATH = "registration-applications"
_PAGE = 50
_LISTS = {
    "open": {"ended": "false"},
    "overdue": {"ended": "false", "overdue": "true"},
    "ended": {"ended": "true"},
}
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

    @address("/applications")
    async def applications(request: Request) -> Response | None:
        person = await admit(desk, request)
        if isinstance(person, Response):
            return person
        wanted = request.query_params.get("list", "open")
        with page(desk, person, "organizations") as frame:
            await _List(frame, wanted if wanted in _LISTS else "open").begin()
        return None

    @address("/applications/{id}")
    async def application(request: Request, id: str) -> Response | None:
        person = await admit(desk, request)
        if isinstance(person, Response):
            return person
        with page(desk, person, "organizations") as frame:
            ui.link(f"← {frame.words('applications')}", "/applications").classes("small back")
            try:
                shown = _Application(frame, UUID(id))
            except ValueError:
                ui.label(frame.words("no_record")).classes("card empty")
                return None
            await shown.begin()
        return None


class _List:
    """What is open, late or done, the oldest first."""

    def __init__(self, frame: Frame, wanted: str) -> None:
        self.frame, self.said, self.wanted = frame, frame.words, wanted
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)
        self.offered: KindWords | None = None
        self.drawn: Any = None
        self.dialogs = ui.element("div")
        with ui.element("div").classes("head"):
            ui.label(self.said("applications")).classes("h1").props("role=heading aria-level=1")
            for name in _LISTS:
                here = " here" if name == wanted else ""
                where = f"/applications?{urlencode({'list': name})}"
                ui.link(self.said(f"applications_{name}"), where).classes(f"choice{here}")
            ui.element("div").style("flex:1")
            self.new = ui.element("div").classes("titled")
        self.body = ui.element("section").classes("card scroll").props('data-card="list"')
        self.turning = Turning(self.said, self._refresh)

    async def begin(self) -> None:
        """Show the first page, then follow the events."""
        self.offered = await offered(self.frame, PATH)
        with self.new:
            at_hand = self.offered.steps if self.offered else ()
            possible_buttons(self.offered, at_hand, self._open_form, self.said)
        await self._refresh()
        self.frame.follow(self._refresh)

    async def _open_form(self, step: StepWords) -> None:
        assert self.offered is not None, "the step is one of those offered"
        self.dialogs.clear()
        with self.dialogs:
            await Opening(self.frame, Kinds(), self.offered, step, done=self._opened).open()

    async def _opened(self, record: Mapping[str, Any]) -> None:
        ui.navigate.to(f"/applications/{record['id']}")

    @in_turn
    async def _refresh(self) -> None:
        asked: dict[str, Any] = {**_LISTS[self.wanted], "limit": _PAGE, **self.turning.asked}
        try:
            answer = await self.registry.get(SERVICE, f"/v1/{PATH}", **asked)
        except NotDone as refused:
            self.drawn = None
            self.body.clear()
            with self.body:
                ui.label(str(refused)).classes("empty").props("role=alert")
            return
        today = await self.shown.today()
        if self.drawn == (answer, today):
            return
        self.drawn = answer, today
        self.body.clear()
        with self.body:
            if answer["items"]:
                ui.html(self._table([self._row(one, today) for one in answer["items"]]), sanitize=False)
            else:
                ui.label(self.said("no_applications")).classes("empty")
        self.turning.draw(answer["next"])

    def _table(self, rows: Sequence[str]) -> str:
        said = self.said
        heads = (
            f"<th>{escape(said('applications'))}</th><th>{escape(said('states'))}</th>"
            f"<th>{escape(said('due_on'))}</th>"
            f'<th class="wide">{escape(said("registration_route"))}</th>'
            f'<th class="wide">{escape(said("department"))}</th>'
        )
        return (
            f'<table class="plain list" data-list><thead><tr>{heads}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>"
        )

    def _row(self, one: Mapping[str, Any], today: Any) -> str:
        said = self.said
        due = self.shown.deadline(day(one["step_due_on"]), today, counts=not one["ended"])
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


class _Application:
    """One application: what it says, how long each step took, and what the person can do now."""

    def __init__(self, frame: Frame, id: UUID) -> None:
        self.frame, self.said, self.id = frame, frame.words, id
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)
        self.offered: KindWords | None = None
        self.record: Mapping[str, Any] = {}
        self.drawn: Any = None
        self.head = ui.element("div").classes("head")
        self.body = ui.element("div").classes("grid")
        self.dialogs = ui.element("div")

    async def begin(self) -> None:
        """Draw, then follow the events."""
        await self._refresh()
        self.frame.follow(self._refresh)

    @in_turn
    async def _refresh(self) -> None:
        where = f"/v1/{PATH}/{self.id}"
        try:
            record = await self.registry.get(SERVICE, where)
            steps = await self.registry.get(SERVICE, f"{where}/steps")
        except NotDone as refused:
            self._draw_refusal(refused)
            return
        today = await self.shown.today()
        if self.drawn == (record, steps, today):
            return
        self.offered = await offered(self.frame, PATH, self.id)
        self.drawn, self.record = (record, steps, today), record
        self.head.clear()
        self.body.clear()
        with self.head:
            self._draw_head(record, today)
        with self.body:
            self._card("particulars", "w7", self._facts(record))
            self._card("clock", "w5", self._steps(steps))

    def _draw_refusal(self, refused: NotDone) -> None:
        self.drawn = None
        self.head.clear()
        self.body.clear()
        with self.body:
            text = self.said("no_record") if refused.status in (403, 404) else str(refused)
            ui.label(text).classes("card empty w12").props("role=alert")

    def _draw_head(self, record: Mapping[str, Any], today: Any) -> None:
        ui.label(record["name"]).classes("h1").props("role=heading aria-level=1")
        state = chip(self.said.code("step", record["step"]), _TONES.get(record["step"], "info"))
        due = self.shown.deadline(day(record["step_due_on"]), today) if record["step_due_on"] else ""
        ui.html(f"{state} {due}", tag="span", sanitize=False)
        if record["organization_id"]:
            ui.link(self.said("open_organization"), f"/organizations/{record['organization_id']}")
        ui.element("div").style("flex:1")
        at_hand = self.offered.steps.keys() - {"withdraw"} if self.offered else ()
        possible_buttons(self.offered, at_hand, self._take, self.said)

    async def _take(self, step: StepWords) -> None:
        assert self.offered is not None, "the step is one of those offered"
        record = {**self.record, "state": self.record["step"]}
        given: dict[str, Any] = dict(record)
        if step.fact == "endorse" and not record["criteria_met"]:
            given["criteria_met"] = list(self.offered.codes.get("criteria_met", ()))
        self.dialogs.clear()
        with self.dialogs:
            await StepForm(
                self.frame, Kinds(), self.offered, step, done=self._taken, record=record, given=given
            ).open()

    async def _taken(self, _: Mapping[str, Any]) -> None:
        await self._refresh()

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
