"""One organisation: facts, standing with reasons, what authorities decided, duties, money, its timeline."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters import incubation
from services.console.matters import queries as matters
from services.console.matters.kinds import SERVICE, Codes, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.concerns import Concerns
from services.console.pages.details import begin, offered, possible_buttons
from services.console.pages.followed import Followed, draw_record
from services.console.pages.frame import SHANGHAI, Frame, address
from services.console.pages.session import Desk
from services.console.pages.standing import Standing
from services.console.projection import queries
from services.console.projection.queries import Line, Subject

_AT_HAND = frozenset({"change_details", "judge_standing"})
"""What is done so often that it has a button of its own."""
_TONES = {
    "registered": "good", "filed": "info", "suspended": "warn", "covered": "good", "open": "warn",
    "lapsed": "bad", "overdue": "bad", "awarded": "good", "ineligible": "bad", "live": "info",
}  # fmt: skip
_LINES = 200
"""Of its history, at first and each time that more is wanted."""
_COUNTS = ("full_party_member_count", "member_count", "staff_count", "volunteer_count")
_MORE_FACTS = (
    "premises", "nature", "functions", "service_directions", "target_groups", "origin", "development_mode",
    "registration_authority", "registered_capital_fen", "brands", "four_no_fees_declared", "charity",
    "decoupling", "administrative_staff",
)  # fmt: skip
_DAYS = ("founded_on", "registered_on", "filed_on", "linked_on", "ended_on")


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/organizations/{id}", "organizations")
    async def organization(frame: Frame, request: Request) -> None:
        await draw_record(
            frame, frame.words("back"), "/organizations", request.path_params["id"],
            lambda id: _Page(frame, id), missing="not_found",
        )  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What the events say of an organisation."""

    subjects: Sequence[Subject]
    lines: Sequence[Line]
    absorbed: Mapping[str, str]

    @property
    def itself(self) -> Subject | None:
        """The organisation; None where there is none that the person may see."""
        return next((one for one in self.subjects if one.aggregate == "organization"), None)


class _Page(Followed[_Seen]):
    """The page of one visitor about one organisation."""

    id: UUID
    concerns: Concerns
    standing: Standing
    bases: Mapping[str, str]
    merged: Mapping[str, str]
    codes: Codes
    attendance: str
    kinds: Kinds
    offered: KindWords | None

    def __init__(self, frame: Frame, id: UUID) -> None:
        super().__init__(frame, id)
        self.head, self.body = self.part("head"), self.part("grid")
        self.lines = _LINES

    async def read(self) -> _Seen:
        """The organisation, all that is about it, and its timeline."""
        patterns = self.frame.person.patterns
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return _Seen(
                await queries.about(transaction.connection, patterns, self.id),
                await queries.timeline(transaction.connection, patterns, self.id, self.lines + 1),
                await queries.absorbed(transaction.connection, patterns, self.id),
            )

    async def look_up(self, seen: _Seen) -> None:
        """What only the registry knows, and the names of what the events refer to."""
        if (itself := seen.itself) is None:
            return
        self.kinds = await self._kinds()
        today = await self.shown.today()
        self.concerns = Concerns(self.frame, self.kinds, seen.subjects, today)
        async with self.frame.desk.runtime.database.transaction() as transaction:
            self.bases = await incubation.base_names(transaction.connection, self.concerns.bases)
        self.codes = await self.frame.desk.codes(self.frame.person)
        self.standing = Standing(self.concerns, self.codes, await self._standing())
        self.attendance = await self._attendance(today)
        self.merged = await self._merged_into(itself)
        self.offered = await offered(self.frame, "organizations", self.id)

    def draw(self, seen: _Seen) -> None:
        """All about it, or that there is none."""
        if (itself := seen.itself) is None:
            with self.body:
                ui.label(self.said("not_found")).classes("card empty w12").props("role=alert")
            return
        with self.head:
            self._draw_head(itself)
        with self.body:
            self._draw_others("merged_into", self.merged)
            self._draw_others("absorbed", seen.absorbed)
            self._draw_body(itself, seen)

    async def _kinds(self) -> Kinds:
        """The kinds of matters; none while the registry does not tell them, the rest is still shown."""
        try:
            return await self.frame.desk.kinds(self.frame.person)
        except NotDone:
            return Kinds()

    async def _standing(self) -> Mapping[str, Any] | NotDone:
        """What weighs on the organisation, as the registry reckons it; or why it does not say."""
        try:
            answer: Mapping[str, Any] = await self.registry.get(
                SERVICE, f"/v1/organizations/{self.id}/standing"
            )
        except NotDone as refused:
            return refused
        return answer

    async def _attendance(self, today: date) -> str:
        """How often it came to what it was invited to in the last twelve months; empty where nobody says."""
        try:
            answer = await self.registry.get(
                SERVICE, "/v1/attendance-rates", organization_id=str(self.id),
                since=(today - timedelta(days=365)).isoformat(),
            )  # fmt: skip
        except NotDone:
            return ""
        return "".join(self._came(one) for one in answer["items"])

    def _came(self, one: Mapping[str, Any]) -> str:
        said = self.said
        rate = said("attendance_unknown") if one["rate"] is None else f"{one['rate']:.1f}%"
        text = said("attendance_of", invited=one["invited"], attended=one["attended"], rate=rate)
        return f"<p>{escape(text)}</p>"

    async def _merged_into(self, itself: Subject) -> Mapping[str, str]:
        """The record that this duplicate was merged into, by id; empty where it is none."""
        into = (itself.state.get("merged_into") or {}).get("id")
        if into is None:
            return {}
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return {into: into} | await matters.names(transaction.connection, [into])

    def _draw_others(self, title: str, records: Mapping[str, str]) -> None:
        """The records that are the same organisation."""
        if not records:
            return
        links = self.said.names(
            f'<a href="/organizations/{id}">{escape(name)}</a>' for id, name in records.items()
        )
        with ui.element("section").classes("card w12").props(f'data-card="{title}"'):
            ui.html(f"{self.said(title)}{links}", sanitize=False)

    def _draw_head(self, itself: Subject) -> None:
        state, said = itself.state, self.said
        ui.html(f"<h1>{escape(state['name'])}</h1>", sanitize=False)
        self._chip(said.code("legal_status", state["legal_status"]), state["legal_status"])
        self._chip(said.code("legal_form", state["legal_form"]))
        self._chip(said.code("hub_link", state.get("hub_link", "none")))
        if state.get("merged_into"):
            self._chip(said("merged"), "suspended")
        ui.element("div").style("flex:1")
        at_hand = _AT_HAND | ({"link"} if state.get("hub_link", "none") == "none" else set())
        possible_buttons(self.offered, at_hand, self._take, said)

    async def _take(self, step: StepWords) -> None:
        assert self.offered is not None, "the step is one of those offered"
        with self.dialog():
            await begin(self.frame, self.kinds, self.offered, step, self.id, self.taken)

    def _draw_body(self, itself: Subject, seen: _Seen) -> None:
        concerns, of = self.concerns, defaultdict[tuple[str, str], list[Subject]](list)
        for one in seen.subjects:
            of[one.service, one.aggregate].append(one)
        with ui.element("div").classes("w5").style("display:grid;gap:12px;align-content:start"):
            self._card("facts", _facts(self._facts(itself)))
            self._card("standing", self.standing.card(itself.state.get("hub_standing", "good")))
            self._card("credit", self.standing.credit(itself.state))
            self._card("duties", self._duties(of))
            if self.attendance:
                self._card("attendance", self.attendance)
            if contact := concerns.contact():
                self._card("contact", contact)
            if inspections := concerns.inspections():
                self._card("inspections", inspections)
            if stays := concerns.stays(self.bases):
                self._card("stays", stays)
            if found := of.get(("grants", "application")):
                self._card("projects", self._projects(found))
            if found := of.get(("registry", "registration_application")):
                self._card("applications", self._applications(found))
            if past := concerns.past(self.id):
                self._card("past_matters", past)
        with ui.element("div").classes("w7").style("display:grid;gap:12px;align-content:start"):
            self._card("open_matters", concerns.open())
            self._card("timeline", self._timeline(seen.lines[: self.lines]))
            if len(seen.lines) > self.lines:
                ui.button(self.said("more"), on_click=self._more).props("flat no-caps data-more")

    async def _more(self) -> None:
        """Further back."""
        self.lines += _LINES
        await self.refresh()

    def _card(self, title: str, content: str) -> None:
        with ui.element("section").classes("card").props(f'data-card="{title}"'):
            ui.html(f"<h2>{self.said(title)}</h2>{content}", sanitize=False)

    def _chip(self, text: str, tone: str = "") -> None:
        ui.html(_chip(text, tone), tag="span", sanitize=False)

    def _facts(self, itself: Subject) -> dict[str, str]:
        state, said = itself.state, self.said
        region = self.frame.desk.runtime.region
        street = region.division_name(itself.division[:9])
        place = region.division_name(itself.division)
        facts = {
            said("division"): place if place == street else f"{street} {place}",
            said("credit_code"): state.get("credit_code"),
            said("legacy_number"): state.get("legacy_number"),
            said("categories"): said.names(
                self.shown.code(self.codes, "categories", c) for c in state.get("categories", ())
            ),
            said("department"): self._code("department", state.get("department")),
            said("supervisory_unit_name"): state.get("supervisory_unit_name")
            or self._code("supervisory_unit", state.get("supervisory_unit")),
        }
        if route := state.get("registration_route"):
            facts[said("registration_route")] = said.code("registration_route", route)
        facts |= {said(day): state.get(day) for day in _DAYS}
        facts |= {said(count): state.get(count) for count in _COUNTS}
        facts |= self._more_facts(state)
        facts[said("basis")] = said.code("basis", state.get("basis", "live"))
        return {name: str(value) for name, value in facts.items() if value not in (None, "")}

    def _more_facts(self, state: Mapping[str, Any]) -> dict[str, str]:
        """What else the register has, by the names that its forms have for it."""
        kind = self.offered
        if kind is None:
            return {}
        return {
            kind.field(name, self.said.language): self.shown.value(kind, name, state[name])
            for name in _MORE_FACTS
            if state.get(name) not in (None, "", [])
        }

    def _code(self, name: str, code: str | None) -> str | None:
        return self.shown.code(self.codes, name, code) if code else None

    def _duties(self, of: Mapping[tuple[str, str], Sequence[Subject]]) -> str:
        duties = of.get(("partybuild", "coverage_duty"), ())
        rows = [self._duty(one.state) for one in duties]
        for one in of.get(("partybuild", "party_organization"), ()):
            rows.append(self._covered_by(one.state["name"], self.said.code("mode", one.state["mode"])))
        for one in of.get(("partybuild", "instructor"), ()):
            rows.append(self._covered_by(self.said.code("mode", "instructor"), one.state["person_id"]))
        return _table(rows) if rows else f'<p class="muted">{self.said("no_duty")}</p>'

    def _covered_by(self, name: str, detail: str) -> str:
        return (
            f"<tr><td>{self.said('covered_by')}</td><td colspan=2>{escape(name)} "
            f'<span class="muted small">{escape(detail)}</span></td></tr>'
        )

    def _duty(self, state: Mapping[str, Any]) -> str:
        said = self.said
        status = "overdue" if state.get("overdue") and state["status"] != "covered" else state["status"]
        details = []
        if state.get("mode"):
            details.append(said.code("mode", state["mode"]))
        if state["status"] != "covered" and state.get("due_on"):
            details.append(said("due", day=state["due_on"]))
        if state["status"] != "covered" and state.get("proposed_mode"):
            details.append(said("proposed", mode=said.code("mode", state["proposed_mode"])))
        return (
            f"<tr><td>{said.code('line', state['line'])}</td>"
            f"<td>{_chip(said.code('coverage', status), status)}</td>"
            f'<td class="muted">{escape(" · ".join(details))}</td></tr>'
        )

    def _projects(self, found: Sequence[Subject]) -> str:
        return _table(
            [
                f"<tr><td>{escape(one.state['title'])}</td>"
                f"<td>{_chip(self.said.code('application', one.state['status']), one.state['status'])}</td>"
                f'<td class="number">{self._money(one.state)}</td></tr>'
                for one in found
            ]
        )

    def _money(self, state: Mapping[str, Any]) -> str:
        kind = "awarded" if state.get("awarded_fen") else "requested"
        return f"{self.said(kind)} {self.shown.money(state.get('awarded_fen') or state['requested_fen'])}"

    def _applications(self, found: Sequence[Subject]) -> str:
        return _table(
            [
                f'<tr><td><a href="/applications/{one.id}">{escape(one.state["name"])}</a></td>'
                f"<td>{_chip(self.said.code('step', one.state['step']), one.state['step'])}</td>"
                f'<td class="muted">{escape(self._dates(one.state))}</td></tr>'
                for one in found
            ]
        )

    def _dates(self, state: Mapping[str, Any]) -> str:
        """When an application was submitted, and by when its step is due."""
        due = self.said("due", day=state["step_due_on"]) if state.get("step_due_on") else None
        return " · ".join(filter(None, (state.get("submitted_on"), due)))

    def _timeline(self, lines: Sequence[Line]) -> str:
        if not lines:
            return f'<p class="muted">{self.said("no_events")}</p>'
        return f'<ul class="line">{"".join(self._line(line) for line in lines)}</ul>'

    def _line(self, line: Line) -> str:
        said = self.said
        recorded = line.recorded_at.astimezone(SHANGHAI)
        fact = escape(said.fact(line.service, line.aggregate, line.fact))
        basis = "" if line.basis == "live" else _chip(said.code("basis", line.basis))
        changed = line.particular.get("fields") or ()
        fields = said.names(self._field(name) for name in changed)
        return (
            f'<li class="{line.service}"><div>{fact} {basis} '
            f'<span class="chip">{said.code("service", line.service)}</span></div>'
            f'<div class="muted small">{line.effective_on} · {recorded:%Y-%m-%d %H:%M:%S} · '
            f"{escape(self.shown.actor(line.actor_id))}{' · ' + escape(fields) if fields else ''}</div></li>"
        )

    def _field(self, name: str) -> str:
        try:
            return self.said(name)
        except KeyError:
            return name


def _chip(text: str, tone: str = "") -> str:
    return f'<span class="chip {_TONES.get(tone, "")}">{escape(text)}</span>'


def _table(rows: Sequence[str]) -> str:
    return f'<table class="plain">{"".join(rows)}</table>'


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f'<dl class="facts">{rows}</dl>'
