"""孵化: the bases with their places, and one base by intake: who applied, is inside, graduated; deadlines."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from services.console.matters import incubation
from services.console.matters.incubation import STATES, Base, Intake, Stays
from services.console.matters.kinds import Kinds
from services.console.matters.queries import Due
from services.console.pages.followed import Followed
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import chip

_DUES = 30
_NEEDED = ("bases", "intakes", "stays")
_OF_BASE = ("waiting", "selected", "inside", "graduated")
_OF_INTAKE = ("applied", "screened", *STATES)
_AT_A_DESK = frozenset({"selected", "gone", "rejected"})
"""Columns that a telephone has no room for."""


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/incubation", "incubation")
    async def bases(frame: Frame, request: Request) -> None:
        if (found := await kind_or_why_not(frame, *_NEEDED)) is not None:
            await _Bases(frame, found[0], request.query_params.get("base", "")[:40]).begin()


_Seen = tuple[Sequence[Base], Sequence[Intake], Sequence[Due], date]
"""The bases, the chosen one's intakes and deadlines, and the day on which they are shown."""


class _Bases(Followed[_Seen]):
    """The bases of one visitor's divisions, and the one that was chosen."""

    def __init__(self, frame: Frame, kinds: Kinds, asked: str) -> None:
        super().__init__(frame)
        self.kinds, self.asked = kinds, asked
        self.head, self.body = self.part("tools"), self.part("grid")

    async def read(self) -> _Seen:
        """As the events have it."""
        patterns = self.frame.person.patterns
        async with self.frame.desk.runtime.database.transaction() as transaction:
            found = await incubation.bases(transaction.connection, patterns)
            chosen = self._choose(found)
            intakes: list[Intake] = []
            dues: list[Due] = []
            if chosen is not None:
                intakes = await incubation.intakes(transaction.connection, patterns, chosen.id)
                dues = await incubation.dues(transaction.connection, patterns, chosen.id, _DUES)
        return found, intakes, dues, await self.shown.today()

    def draw(self, seen: _Seen) -> None:
        """The chosen one, or else all of them."""
        found, intakes, dues, today = seen
        chosen = self._choose(found)
        with self.head:
            self._draw_head(found, chosen)
        with self.body:
            if not found:
                self._draw_none()
            elif chosen is None:
                self._draw_bases(found)
            else:
                self._draw_intakes(chosen, intakes)
                self._draw_dues(chosen, dues, today)

    def _choose(self, found: Sequence[Base]) -> Base | None:
        """The base that was asked for, or the only one there is."""
        asked = next((one for one in found if str(one.id) == self.asked), None)
        return asked or (found[0] if len(found) == 1 else None)

    def _draw_head(self, found: Sequence[Base], chosen: Base | None) -> None:
        said = self.said
        if chosen is not None and len(found) > 1:
            ui.link(f"↑ {said('all_bases')}", "/incubation")
        title = said("incubation_title") if chosen is None else chosen.name
        ui.label(title).classes("h1").props("role=heading aria-level=1")
        if chosen is None:
            return
        level = said.code("base_level", chosen.level)
        ui.label(f"{self.shown.place(chosen.division)} · {level}").classes("muted")
        if chosen.focus:
            focus = self.shown.value(self.kinds.by_path["bases"], "focus", list(chosen.focus))
            ui.label(said("focus", focus=focus)).classes("muted")
        if chosen.ended:
            ui.html(chip(said("base_closed")), sanitize=False)
        ui.html(f"{said('places')} {_places(chosen)}", sanitize=False)
        ui.link(said("base_record"), f"/matters/bases/{chosen.id}")

    def _draw_none(self) -> None:
        with ui.element("div").classes("card empty w12"):
            ui.html(f"<b>{escape(self.said('no_bases'))}</b>", sanitize=False)
            ui.label(self.said("no_bases_hint"))

    def _draw_bases(self, found: Sequence[Base]) -> None:
        said = self.said
        whole = sum((one.stays for one in found), start=Stays())
        cells = "".join(self._number(None, whole, name) for name in _OF_BASE)
        places = f"{sum(one.occupied for one in found)}/{_capacity(found)}"
        first = (
            f'<tr class="whole"><td>{said("board_whole")}</td><td class="wide"></td><td class="wide"></td>'
            f"<td>{places}</td>{cells}</tr>"
        )
        with ui.element("section").classes("card w12 scroll").props('data-card="bases"'):
            ui.html(
                f'<h2>{said("bases")}</h2><table class="plain board" data-list><thead><tr>'
                f'<th>{said("base")}</th><th class="wide">{said("division")}</th>'
                f'<th class="wide">{said("base_level")}</th><th>{said("places")}</th>'
                f"{self._heads(_OF_BASE)}</tr></thead>"
                f"<tbody>{first}{''.join(map(self._base, found))}</tbody></table>",
                sanitize=False,
            )

    def _heads(self, columns: Sequence[str]) -> str:
        return "".join(
            f'<th class="number{_wide(name)}">{self.said(f"stays_{name}")}</th>' for name in columns
        )

    def _base(self, one: Base) -> str:
        where = f"/incubation?{urlencode({'base': one.id})}"
        cells = "".join(self._number({"base_id": one.id}, one.stays, name) for name in _OF_BASE)
        closed = f" {chip(self.said('base_closed'))}" if one.ended else ""
        return (
            f'<tr data-base="{one.id}"><td><a class="open" href="{escape(where)}">{escape(one.name)}</a>'
            f'{closed}</td><td class="wide">{escape(self.shown.place(one.division))}</td>'
            f'<td class="wide">{escape(self.said.code("base_level", one.level))}</td>'
            f"<td>{_places(one)}</td>{cells}</tr>"
        )

    def _draw_intakes(self, base: Base, intakes: Sequence[Intake]) -> None:
        said = self.said
        whole = self._cells({"base_id": base.id}, base.stays)
        rows = "".join(self._intake(base, one) for one in intakes)
        with ui.element("section").classes("card w12 scroll").props('data-card="intakes"'):
            ui.html(
                f'<h2>{said("by_intake")}</h2><table class="plain board" data-list><thead><tr>'
                f'<th>{said("intake")}</th><th class="number wide">{said("intake_places")}</th>'
                f"{self._heads(_OF_INTAKE)}</tr></thead>"
                f'<tbody><tr class="whole"><td>{said("board_whole")}</td><td class="wide"></td>{whole}</tr>'
                f"{rows}</tbody></table>",
                sanitize=False,
            )
            with ui.element("div").classes("tools").style("margin:8px 0 0"):
                ui.link(said("call_intake"), f"/matters/intakes?{urlencode({'base_id': base.id})}")
                ui.link(said("enter_stay"), _list({"base_id": base.id}))

    def _intake(self, base: Base, one: Intake) -> str:
        if one.id is None:
            name, query = escape(self.said("outside_intakes")), None
        else:
            kind = self.kinds.by_path["intakes"]
            state = chip(kind.state(one.phase, self.said.language), "info" if one.phase == "called" else "")
            until = f' <span class="muted small day">{one.due_on}</span>' if one.due_on else ""
            where = f"/matters/intakes/{one.id}"
            name = f'<a class="open" href="{where}">{escape(one.title)}</a> {state}{until}'
            query = {"base_id": base.id, "intake_id": one.id}
        places = f"{one.places:,}" if one.id is not None else "—"
        return (
            f'<tr data-intake="{one.id or ""}"><td>{name}</td><td class="number wide">{places}</td>'
            f"{self._cells(query, one.stays)}</tr>"
        )

    def _cells(self, query: Mapping[str, Any] | None, stays: Stays) -> str:
        return "".join(self._number(query, stays, name) for name in _OF_INTAKE)

    def _number(self, query: Mapping[str, Any] | None, stays: Stays, name: str) -> str:
        """A number with the list that has exactly these, where there is one."""
        value, wide = getattr(stays, name), _wide(name)
        if not value:
            return f'<td class="number muted{wide}">0</td>'
        if query is None or name == "screened":
            return f'<td class="number{wide}" data-column="{name}">{value:,}</td>'
        where = _list({**query, "state": STATES.get(name, ())})
        link = f'<a data-column="{name}" href="{escape(where)}">{value:,}</a>'
        return f'<td class="number{wide}">{link}</td>'

    def _draw_dues(self, base: Base, dues: Sequence[Due], today: date) -> None:
        said = self.said
        with ui.element("section").classes("card w12 scroll").props('data-card="dues"'):
            ui.html(f"<h2>{said('stay_dues')}</h2>", sanitize=False)
            if not dues:
                ui.label(said("no_stay_dues")).classes("muted")
                return
            lines = "".join(self._due(one, today) for one in dues)
            ui.html(f'<table class="plain list" data-list><tbody>{lines}</tbody></table>', sanitize=False)
            where = _list({"base_id": base.id, "ended": "false", "order": "due"})
            ui.link(said("stay_dues_all"), where).classes("small")

    def _due(self, one: Due, today: date) -> str:
        phase = self.kinds.by_path["stays"].state(one.phase, self.said.language)
        deadline = self.shown.deadline(one.due_on, today, overdue=bool(one.state.get("overdue")))
        title = escape(self.shown.due_title(one, self.kinds))
        return (
            f'<tr><td><a class="open" href="/matters/stays/{one.id}">{title}</a></td>'
            f"<td>{escape(phase)}</td><td>{deadline}</td></tr>"
        )


def _wide(name: str) -> str:
    return " wide" if name in _AT_A_DESK else ""


def _places(one: Base) -> str:
    return chip(f"{one.occupied}/{one.capacity}", "warn" if one.occupied >= one.capacity else "good")


def _capacity(found: Sequence[Base]) -> int:
    return sum(one.capacity for one in found if not one.ended)


def _list(query: Mapping[str, Any]) -> str:
    """The list of stays; without any filter of its own it would leave out those that have ended."""
    given = {name: value for name, value in query.items() if value} or {"ended": ""}
    return f"/matters/stays?{urlencode(given, doseq=True)}"
