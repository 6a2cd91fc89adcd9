"""本组织: what an organisation sees and does itself, with an account of its own: its record, what is asked of
it, what it was invited to, its application to be registered, its side of the service log. All of it is what
`/v1/own` tells."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.details import possible_buttons
from services.console.pages.dialog import one_at_a_time
from services.console.pages.followed import Followed, FollowedList, PageOfList, draw_record, draw_table
from services.console.pages.form import Opening, StepForm, Twice
from services.console.pages.frame import Frame, address
from services.console.pages.session import Desk
from services.console.pages.shown import chip, day
from services.console.pages.taking import Taking
from services.console.pages.turning import Turning

_NONE = Kinds()
"""No field of these forms refers to a matter."""
_RECORD, _LOG, _INVITED = "registration-applications", "service_entry", "attendance"
_WITHDRAW = "withdraw"
_TONES = {
    "closed": "good", "endorsed": "good", "returned": "warn", "endorsement_refused": "bad", "denied": "bad",
    "confirmed": "good", "disputed": "bad", "recorded": "warn",
}  # fmt: skip
_FACTS = (
    "credit_code", "legacy_number", "division", "legal_form", "legal_status", "hub_link", "categories",
    "supervisory_unit_name", "registration_authority", "founded_on", "filed_on", "registered_on",
    "staff_count", "member_count", "full_party_member_count", "credit_listing",
)  # fmt: skip
_APPLIED = (
    "division", "legal_form", "route", "categories", "supervisory_unit_name", "charter_template",
    "charter_party_clause", "member_count", "staff_count", "full_party_member_count", "filed_by",
    "submitted_on",
)  # fmt: skip
_RETURNED = ("items", "explanation", "returned_on", "step_due_on")
_ANSWERED = ("criteria_failed", "reasons", "explanation")
_CARRIED = (
    "name", "division", "categories", "supervisory_unit_name", "member_count", "staff_count",
    "full_party_member_count",
)  # fmt: skip
"""What an application of an organisation that is on the record begins with."""
_PRESENCES = "own/attendances"
_CAME = {"attended": "good", "absent": "bad", "excused": "info"}
_UNANSWERED = frozenset({"invited", "accepted"})
_LATEST = 5
"""How many of the meetings and trainings that are over stand on the first page."""


def attach(desk: Desk) -> None:
    """Register the pages."""

    @address(desk, "/own", "own")
    async def own(frame: Frame, request: Request) -> None:
        await _Own(frame).begin()

    @address(desk, "/own/applications/{id}", "own")
    async def application(frame: Frame, request: Request) -> None:
        id = request.path_params["id"]
        await draw_record(frame, frame.words("own"), "/own", id, lambda known: _Application(frame, known))

    @address(desk, "/own/attendances", "own")
    async def presences(frame: Frame, request: Request) -> None:
        ui.link(f"← {frame.words('own')}", "/own").classes("small back")
        await _Presences(frame).begin()

    @address(desk, "/own/services", "own_services")
    async def services(frame: Frame, request: Request) -> None:
        await _Services(frame).begin()


_Told = Mapping[str, Any]
_SeenOwn = tuple[_Told, _Told, _Told, date]
"""What `/v1/own` tells, the words and forms for it, the first of what it was invited to, and the day on which
it is shown."""


class _Own(Followed[_SeenOwn]):
    """The record, what is open by its days, and the applications."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.head, self.body = self.part("head"), self.part("grid")

    async def read(self) -> _SeenOwn:
        """As the registry has it now."""
        own, words, presences = await asyncio.gather(
            self.registry.get(SERVICE, "/v1/own"),
            self.registry.get(SERVICE, "/v1/own/forms"),
            self.registry.get(SERVICE, f"/v1/{_PRESENCES}", limit=_LATEST),
        )
        return own, words, presences, await self.shown.today()

    def draw(self, seen: _SeenOwn) -> None:
        """What is to be done comes first; before there is a record, how to come by one."""
        own, words, presences, today = seen
        organization = own["organization"]
        with self.head:
            self._draw_head(organization, KindWords.of(words["application"]))
        with self.body:
            if organization is None:
                self._draw_applications(own["applications"], words, today, "w12")
                return
            self._draw_due(own["records"], words, today)
            kind = KindWords.of(words["organization"])
            _card(self, "own_record", "w5", _facts(self, kind, organization, _FACTS))
            self._draw_presences(presences, Kinds.of(words["records"]).by_name[_INVITED])
            self._draw_applications(own["applications"], words, today, "w12")

    def _draw_head(self, organization: _Told | None, forms: KindWords) -> None:
        said = self.said
        title = organization["name"] if organization else said("own_before")
        ui.label(title).classes("h1").props("role=heading aria-level=1")
        if organization:
            ui.html(chip(said.code("legal_status", organization["legal_status"]), "info"), sanitize=False)
        ui.element("div").style("flex:1")
        possible_buttons(forms, forms.steps, lambda step: self._begin(forms, step, organization), said)
        if organization is None:
            ui.label(said("own_before_hint")).classes("muted").style("flex:1 1 100%")

    async def _begin(self, kind: KindWords, step: StepWords, organization: _Told | None) -> None:
        given = {name: organization[name] for name in _CARRIED} if organization else {}
        with self.dialog():
            await Opening(self.frame, _NONE, kind, step, done=self._begun, given=given).open()

    async def _begun(self, record: _Told) -> None:
        ui.navigate.to(f"/own/applications/{record['id']}")

    def _draw_due(self, records: Sequence[_Told], words: _Told, today: date) -> None:
        kinds = Kinds.of(words["records"])
        with _card(self, "own_due", "w7").classes("ruled"):
            if not records:
                ui.label(self.said("own_nothing_due")).classes("muted")
            for one in records:
                self._draw_record(one, kinds.by_name[one["kind"]], today)

    def _draw_record(self, one: _Told, kind: KindWords, today: date) -> None:
        with ui.element("article").classes("due").props(f'data-record="{one["id"]}"'):
            ui.html(self._due(one, kind, today), sanitize=False).classes("what")
            with ui.element("div").classes("acts"):
                for name in one.get("may", ()):
                    self._draw_step(one, kind, kind.steps[name])

    def _draw_step(self, one: _Told, kind: KindWords, step: StepWords) -> None:
        take = one_at_a_time(lambda: self._take(one, kind, step), lambda: True)
        button = ui.button(step.called(self.said.language), on_click=take)
        button.props("unelevated no-caps padding='10px 16px'")

    async def _take(self, one: _Told, kind: KindWords, step: StepWords) -> None:
        try:
            record = await self.registry.get(SERVICE, f"/v1/{kind.path}/{one['id']}")
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        with self.dialog():
            await StepForm(self.frame, _NONE, kind, step, done=self.taken, record=record, given=record).open()

    def _due(self, one: _Told, kind: KindWords, today: date) -> str:
        said, language = self.said, self.said.language
        about = [
            said.pair(kind.field(name, language), self.shown.value(kind, name, value))
            for name, value in one["about"].items()
            if value not in (None, "", [], 0)
        ]
        due_on = day(one["due_on"])
        if one["kind"] == _INVITED:
            when = escape(said("own_day", day=due_on))
        else:
            when = self.shown.deadline(due_on, today, overdue=one["overdue"]) if due_on else ""
        name = escape(kind.called(language))
        if one["kind"] == _LOG:
            name = f'<a class="open" href="/own/services">{name}</a>'
        return (
            f'<span class="title">{name}</span> {chip(kind.state(one["state"], language))} {when}'
            f'<div class="muted small">{escape(said.clauses(about))}</div>{self._returned(one, kind)}'
        )

    def _returned(self, one: _Told, kind: KindWords) -> str:
        """Why it was sent back last, as HTML."""
        said, returned = self.said, one.get("returned")
        if returned is None:
            return ""
        reasons = [
            said.pair(kind.field(name, said.language), self.shown.value(kind, name, value))
            for name, value in returned["reasons"].items()
            if value not in (None, "", [])
        ]
        again = [said("own_again", day=returned["due_on"])] if returned["due_on"] else []
        text = said.clauses((said("own_returned", day=returned["on"]), *reasons, *again))
        return f'<div class="said small" data-returned>{escape(text)}</div>'

    def _draw_presences(self, presences: _Told, kind: KindWords) -> None:
        if not presences["items"]:
            return
        with _card(self, "own_presences", "w12"):
            _draw_presences(self, kind, presences["items"])
            if presences["next"]:
                ui.link(self.said("own_presences_all"), f"/{_PRESENCES}").classes("small")

    def _draw_applications(
        self, applications: Sequence[_Told], words: _Told, today: date, width: str
    ) -> None:
        if not applications and words["application"]["steps"]:
            return
        kind = KindWords.of(words["application"])
        rows = "".join(self._application(one, kind, today) for one in applications)
        none = f'<p class="muted">{escape(self.said("own_no_applications"))}</p>'
        _card(self, "applications", width, f'<table class="plain">{rows}</table>' if rows else none)

    def _application(self, one: _Told, kind: KindWords, today: date) -> str:
        said = self.said
        asked = [
            said.pair(kind.field(name, said.language), self.shown.value(kind, name, one[name]))
            for name in _RETURNED
            if one["step"] == "returned" and one[name]
        ]
        return (
            f'<tr><td><a class="open" href="/own/applications/{one["id"]}">{escape(one["name"])}</a>'
            f'<div class="muted small">{escape(one["submitted_on"] or "")}</div>'
            f'<div class="said small">{escape(said.clauses(asked))}</div></td>'
            f"<td>{_state(self, one, today)}</td></tr>"
        )


_SeenApplication = tuple[_Told, _Told, date]


class _Application(Followed[_SeenApplication]):
    """One application of the organisation's: how it stands, what is to be completed, what can be done."""

    def __init__(self, frame: Frame, id: UUID) -> None:
        super().__init__(frame, id)
        self.head, self.body = self.part("head"), self.part("grid")

    async def read(self) -> _SeenApplication:
        """As the registry has it now, with what can be done."""
        where = f"/v1/own/{_RECORD}/{self.id}"
        record, forms = await asyncio.gather(
            self.registry.get(SERVICE, where), self.registry.get(SERVICE, f"{where}/forms")
        )
        return record, forms, await self.shown.today()

    def draw(self, seen: _SeenApplication) -> None:
        """What is asked stands before what was said."""
        record, forms, today = seen
        kind = KindWords.of(forms)
        with self.head:
            ui.label(record["name"]).classes("h1").props("role=heading aria-level=1")
            ui.html(_state(self, record, today), tag="span", sanitize=False)
            ui.element("div").style("flex:1")
            at_hand = kind.steps.keys() - {_WITHDRAW}
            possible_buttons(kind, at_hand, lambda step: self._take(kind, step, record), self.said)
        returned = record["step"] == "returned"
        title, names = ("own_asked", _RETURNED) if returned else ("own_answered", _ANSWERED)
        asked = _facts(self, kind, record, names)
        with self.body:
            if asked:
                _card(self, title, "w5", asked)
            _card(self, "particulars", "w7", _facts(self, kind, record, _APPLIED))

    async def _take(self, kind: KindWords, step: StepWords, seen: _Told) -> None:
        form = Twice if step.fact == _WITHDRAW else StepForm
        record = {**seen, "state": seen["step"]}
        with self.dialog():
            await form(self.frame, _NONE, kind, step, done=self.taken, record=record, given=record).open()


class _Presences(FollowedList):
    """What the organisation was invited to that is over."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame, _PRESENCES)
        ui.label(self.said("own_presences")).classes("h1").props("role=heading aria-level=1")
        self.place("own_presences")

    async def look_up(self, seen: PageOfList) -> None:
        """The words."""
        words = await self.registry.get(SERVICE, "/v1/own/forms")
        self.kind = Kinds.of(words["records"]).by_name[_INVITED]

    def draw_items(self, items: Sequence[_Told], today: date) -> None:
        """A row each."""
        _draw_presences(self, self.kind, items)

    def draw_none(self) -> None:
        """Say so."""
        ui.label(self.said("own_presences_none")).classes("empty")


class _Services(FollowedList):
    """The service log: what waits for the organisation's word has it at hand."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame, "own/service-entries")
        self.head = ui.element("div").classes("head")
        with self.head:
            ui.label(self.said("own_services")).classes("h1").props("role=heading aria-level=1")
            ui.element("div").style("flex:1")
            self.new = self.part("titled")
            ui.label(self.said("own_log_hint")).classes("muted").style("flex:1 1 100%")
        self.body = self.part("dues").props("data-list")
        self.turning = Turning(self.said, self.refresh)

    async def look_up(self, seen: PageOfList) -> None:
        """The words, and what can be written down."""
        self.kind = KindWords.of((await self.registry.get(SERVICE, "/v1/own/forms"))["service_entry"])

    def draw(self, seen: PageOfList) -> None:
        """The way to write one down, and the lines."""
        with self.new:
            begin = [step for step in self.kind.steps.values() if step.fact == "record"]
            for step in begin:
                ui.button(
                    step.called(self.said.language), on_click=lambda step=step: self._record(step)
                ).props("unelevated dense no-caps icon=add padding='4px 14px'")
        super().draw(seen)

    async def _record(self, step: StepWords) -> None:
        with self.dialog():
            await Opening(self.frame, _NONE, self.kind, step, done=self.taken).open()

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """A card each."""
        for one in items:
            self._line(one, today)

    def draw_none(self) -> None:
        """What will stand here."""
        ui.label(self.said("own_log_none")).classes("card empty")

    def _line(self, one: _Told, today: date) -> None:
        kind, language = self.kind, self.said.language
        with ui.element("article").classes(f"card due {'late' if one['overdue'] else ''}"):
            with ui.element("div").classes("what"):
                ui.label(self.shown.value(kind, "service", one["service"])).classes("title")
                ui.label(self._about(one)).classes("muted small")
                if one["content"]:
                    ui.label(one["content"]).classes("said")
                if one["dispute"]:
                    ui.label(self._disputed(one)).classes("said small").props("data-disputed")
                waits = self.shown.deadline(day(one["due_on"]), today, overdue=one["overdue"])
                said = (
                    self.said("own_waits") if "confirm" in one["may"] else kind.state(one["state"], language)
                )
                state = chip(said, _TONES.get(one["state"], ""))
                ui.html(f"{state} {waits if one['due_on'] and one['may'] else ''}", sanitize=False)
            acts = ui.element("div").classes("acts")
            place = ui.element("div").classes("place")
            with acts:
                for name in one["may"]:
                    self._draw_step(one, kind.steps[name], place, first=name == one["may"][0])

    def _about(self, one: _Told) -> str:
        said = self.said
        side = self.shown.value(self.kind, "written_by", one["written_by"])
        return " · ".join((
            one["base"], one["effective_on"],
            *([said("own_line_hours", hours=one["hours"])] if one["hours"] else []),
            *([said("own_line_people", people=one["people"])] if one["people"] else []),
            said("own_line_by", side=side),
            *([] if one["promised"] else [said("own_unpromised")]),
            *([said("own_confirmed_on", day=one["confirmed_on"])] if one["confirmed_on"] else []),
        ))  # fmt: skip

    def _disputed(self, one: _Told) -> str:
        """Why it was disputed last, and what came of it."""
        said, dispute = self.said, one["dispute"]
        side = self.shown.value(self.kind, "written_by", dispute["by"])
        why = [self._pair(name, dispute[name]) for name in ("reason", "explanation") if dispute[name]]
        if dispute["outcome"] is None:
            came = [said("own_dispute_waits")]
        else:
            changed = [self._pair(name, value) for name, value in dispute["changed"].items()]
            came = [said(f"own_dispute_{dispute['outcome']}", day=dispute["outcome_on"]), *changed]
        return said.clauses((said("own_disputed", day=dispute["on"], side=side), *why, *came))

    def _pair(self, name: str, value: Any) -> str:
        title = self.kind.field(name, self.said.language)
        return self.said.pair(title, self.shown.value(self.kind, name, value))

    def _draw_step(self, one: _Told, step: StepWords, place: ui.element, *, first: bool) -> None:
        take = one_at_a_time(lambda: self._take(one, step, place), lambda: not place.default_slot.children)
        style = "unelevated padding='10px 16px'" if first else "flat padding='10px 8px'"
        ui.button(step.called(self.said.language), on_click=take).props(f"no-caps {style}").classes("open")

    async def _take(self, one: _Told, step: StepWords, place: ui.element) -> None:
        try:
            record = await self.registry.get(SERVICE, f"/v1/{self.path}/{one['id']}")
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        if step.fact not in self.kind.transitions.get(record["state"], {}):
            await self.refresh()  # somebody was faster
            return
        self.held += 1
        taking = Taking(
            self.frame, _NONE, self.kind, step, record, place, done=self.taken, closed=self._closed
        )
        await taking.begin()

    def _closed(self) -> None:
        self.held -= 1
        with self.dialogs:
            ui.timer(0, self.refresh, once=True)


def _card(page: Followed[Any], title: str, width: str, content: str = "") -> ui.element:
    card = ui.element("section").classes(f"card {width}").props(f'data-card="{title}"')
    with card:
        ui.html(f"<h2>{escape(page.said(title))}</h2>{content}", sanitize=False)
    return card


def _draw_presences(page: Followed[Any], kind: KindWords, items: Sequence[_Told]) -> None:
    """What is over: when, what, who invited, and whether the organisation came."""
    said, language = page.said, page.said.language

    def came(one: _Told) -> str:
        if one["state"] in _UNANSWERED:
            return chip(said("own_presence_unknown"))
        return chip(kind.state(one["state"], language), _CAME.get(one["state"], ""))

    heads = [
        f"<th>{escape(title)}</th>"
        for title in (
            said("own_presence_day"), kind.field("gathering", language), said("own_presence_body"),
            kind.field("post", language), said("states"),
        )
    ]  # fmt: skip
    rows = [
        f'<tr data-record="{one["id"]}"><td class="day">{one["day"]}</td>'
        f"<td>{escape(page.shown.value(kind, 'gathering', one['gathering']))}</td>"
        f"<td>{escape(page.shown.value(kind, 'body', one['body']))}</td>"
        f"<td>{escape(page.shown.value(kind, 'post', one['post']))}</td><td>{came(one)}</td></tr>"
        for one in items
    ]
    draw_table(heads, rows)


def _state(page: Followed[Any], record: _Told, today: date) -> str:
    """Where an application is, and until when, as HTML."""
    state = chip(page.said.code("step", record["step"]), _TONES.get(record["step"], "info"))
    due = page.shown.deadline(day(record["step_due_on"]), today) if record["step_due_on"] else ""
    return f"{state} {due} {chip(page.said('paused'), 'warn') if record['paused_on'] else ''}"


def _facts(page: Followed[Any], kind: KindWords, record: _Told, names: Sequence[str]) -> str:
    """What a record says, as HTML; nothing where it says nothing of these."""
    rows = [
        (kind.field(name, page.said.language), page.shown.value(kind, name, record[name]))
        for name in names
        if record.get(name) not in (None, "", [])
    ]
    lines = "".join(f"<dt>{escape(title)}</dt><dd>{escape(text)}</dd>" for title, text in rows)
    return f'<dl class="facts">{lines}</dl>' if rows else ""
