"""年检: how far a year's inspections are, division by division, and who has not answered."""

from collections.abc import Collection, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from services.console.matters import queries
from services.console.matters.kinds import SERVICE, Kinds
from services.console.matters.queries import Due, Standing
from services.console.pages.followed import Followed
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.session import Desk

_PATH = "inspections"
_CHASED = 30
_COLUMNS: dict[str, dict[str, Any]] = {
    "due": {},
    "handed_in": {"state": ["submitted", "returned", "hub_reviewed", "concluded"]},
    "waiting": {"state": ["due"], "overdue": "false"},
    "overdue": {"state": ["due", "returned"], "overdue": "true"},
    "returned": {"state": ["returned"]},
    "concluded": {"state": ["concluded"]},
    "missed": {"state": ["missed"]},
}
"""What is counted, with the filter of the list that has exactly these."""
_BAD = frozenset({"overdue", "missed"})
_AT_A_DESK = frozenset({"handed_in", "returned", "concluded"})
"""Columns that a telephone has no room for: there it is who has not answered that counts."""


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/inspections", "board")
    async def board(frame: Frame, request: Request) -> None:
        asked = {name: request.query_params.get(name, "")[:40] for name in ("division", "year", "form")}
        if (found := await kind_or_why_not(frame, _PATH)) is not None:
            await _Board(frame, found[0], asked).begin()


_Seen = tuple[Sequence[Standing], Sequence[Due], date]
"""How far each place is, who has not answered, and the day on which it is shown."""


class _Board(Followed[_Seen]):
    """The board of one visitor: which year, which form, below which division."""

    def __init__(self, frame: Frame, kinds: Kinds, asked: dict[str, str]) -> None:
        super().__init__(frame)
        self.kinds = kinds
        own = frame.person.principal.divisions
        self.division = asked["division"] if frame.person.principal.covers(asked["division"]) else ""
        self.division = self.division or (own[0] if len(own) == 1 else "")
        self.year, self.form = asked["year"], asked["form"]
        self.passing: Collection[str] | None = None
        """the results that pass by the region's rule, once the registry has told them"""
        self.tools, self.body = self.part("tools"), self.part("grid")

    async def read(self) -> _Seen:
        """As the events have it, counted as the registry counts."""
        if self.passing is None:
            self.passing = (await self.registry.get(SERVICE, "/v1/inspection-rules"))["passing"]
        below = self.frame.desk.runtime.region.children(self.division) if self.division else ()
        width = len(below[0].code) if below else max(len(self.division), 6)
        patterns = [f"{self.division}%"] if self.division else self.frame.person.patterns
        async with self.frame.desk.runtime.database.transaction() as transaction:
            found = await queries.board(transaction.connection, patterns, width, self.passing)
            year, form = self._choose(found)
            chased = await queries.chase(
                transaction.connection, self.frame.person.patterns, self.division, year, form, _CHASED
            )
        return found, chased, await self.shown.today()

    def draw(self, seen: _Seen) -> None:
        """Each place, then who is to be reminded."""
        found, chased, today = seen
        year, form = self._choose(found)
        with self.tools:
            self._draw_tools(found, year, form)
        with self.body:
            rows = [one for one in found if (one.year, one.form) == (year, form)]
            if rows:
                self._draw_rows(rows, year, form)
                self._draw_chase(chased, rows, today, year, form)
            else:
                with ui.element("div").classes("card empty w12"):
                    ui.html(f"<b>{self.said('no_inspections')}</b>", sanitize=False)
                    ui.label(self.said("no_inspections_hint"))

    def _choose(self, found: Sequence[Standing]) -> tuple[int, str]:
        """The year and form that were asked for, or else the newest year's larger one."""
        there = {(one.year, one.form) for one in found}
        asked = int(self.year) if self.year.isdigit() else None
        sizes = {key: sum(o.due for o in found if (o.year, o.form) == key) for key in there}
        fitting = [
            key for key in there
            if (asked is None or key[0] == asked) and (not self.form or key[1] == self.form)
        ]  # fmt: skip
        return max(fitting, key=lambda key: (key[0], sizes[key]), default=(asked or 0, self.form))

    def _draw_tools(self, found: Sequence[Standing], year: int, form: str) -> None:
        years = sorted({one.year for one in found}, reverse=True)
        forms = sorted({one.form for one in found if one.year == year})
        if self.division not in self.frame.person.principal.divisions:
            ui.link(f"↑ {self.said('board_whole')}", self._address(division="", year=year, form=form))
        ui.label(self.shown.place(self.division)).classes("h1").props("role=heading aria-level=1")
        for one in years:
            here = " here" if one == year else ""
            ui.link(str(one), self._address(division=self.division, year=one)).classes(f"choice{here}")
        for code in forms if len(forms) > 1 else ():
            here = " here" if code == form else ""
            where = self._address(division=self.division, year=year, form=code)
            ui.link(self.said.code("inspection_form", code), where).classes(f"choice{here}")

    def _address(self, **query: Any) -> str:
        return f"/inspections?{urlencode({name: value for name, value in query.items() if value})}"

    def _draw_rows(self, rows: Sequence[Standing], year: int, form: str) -> None:
        said = self.said
        ordered = sorted(rows, key=lambda one: (-one.due, one.place))
        heads = "".join(f'<th class="number{_wide(name)}">{said(f"board_{name}")}</th>' for name in _COLUMNS)
        rates = (
            f'<th class="number">{said("board_participation")}</th>'
            f'<th class="number wide">{said("board_passed")}</th>'
        )
        body = "".join(self._row(one, year, form) for one in ordered)
        whole = _sum(rows)
        with ui.element("section").classes("card w12 scroll").props('data-card="board"'):
            ui.html(
                f'<h2>{said("by_place")}</h2><table class="plain board" data-list><thead><tr>'
                f"<th>{said('division')}</th>{heads}{rates}</tr></thead><tbody>"
                f"{self._row(whole, year, form, whole=True)}{body}</tbody></table>",
                sanitize=False,
            )

    def _row(self, one: Standing, year: int, form: str, *, whole: bool = False) -> str:
        place = self.division if whole else one.place
        name = escape(self.said("board_whole") if whole else self.shown.place(place))
        if not whole and self.frame.desk.runtime.region.children(place):
            where = self._address(division=place, year=year, form=form)
            name = f'<a class="open" href="{escape(where)}">{name}</a>'
        cells = "".join(self._number(one, column, place, year, form) for column in _COLUMNS)
        rates = (
            f'<td class="number">{_rate(one.handed_in, one.due)}</td>'
            f'<td class="number wide">{_rate(one.passed, one.concluded)}</td>'
        )
        mark = ' class="whole"' if whole else f' data-division="{place}"'
        return f"<tr{mark}><td>{name}</td>{cells}{rates}</tr>"

    def _number(self, one: Standing, column: str, place: str, year: int, form: str) -> str:
        value = getattr(one, column)
        if not value:
            return f'<td class="number muted{_wide(column)}">0</td>'
        where = _list({"division": place, "year": year, "form": form, **_COLUMNS[column]})
        tone = " bad" if column in _BAD else _wide(column)
        return f'<td class="number{tone}"><a data-column="{column}" href="{escape(where)}">{value:,}</a></td>'

    def _draw_chase(
        self, chased: Sequence[Due], rows: Sequence[Standing], today: Any, year: int, form: str
    ) -> None:
        said, whole = self.said, _sum(rows)
        unanswered = whole.waiting + whole.overdue + sum(one.returned for one in rows)
        with ui.element("section").classes("card w12 scroll").props('data-card="chase"'):
            note = said("chase_first", count=len(chased)) if len(chased) == _CHASED else ""
            ui.html(f'<h2>{said("chase")}<span class="note">{note}</span></h2>', sanitize=False)
            if not chased:
                ui.label(said("chase_none")).classes("muted")
                return
            lines = "".join(self._chased(one, today) for one in chased)
            ui.html(f'<table class="plain list" data-list><tbody>{lines}</tbody></table>', sanitize=False)
            where = _list(
                {"division": self.division, "year": year, "form": form, "state": ["due", "returned"],
                 "order": "due"}
            )  # fmt: skip
            ui.link(said("chase_all", count=f"{unanswered:,}"), where).classes("small")

    def _chased(self, one: Due, today: Any) -> str:
        kind = self.kinds.by_path[_PATH]
        due = one.due_on if one.due_on.year < 9999 else None
        name = escape(one.organization or str(one.id)[-6:])
        return (
            f'<tr><td><a class="open" href="/matters/{_PATH}/{one.id}">{name}</a></td>'
            f"<td>{escape(self.shown.place(one.division))}</td>"
            f"<td>{escape(kind.state(one.phase, self.said.language))}</td>"
            f"<td>{self.shown.deadline(due, today, overdue=bool(one.state.get('overdue')))}</td></tr>"
        )


def _list(query: dict[str, Any]) -> str:
    return f"/matters/{_PATH}?{urlencode({name: v for name, v in query.items() if v}, doseq=True)}"


def _wide(column: str) -> str:
    return " wide" if column in _AT_A_DESK else ""


def _rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _sum(rows: Sequence[Standing]) -> Standing:
    numbers = {
        name: sum(getattr(one, name) for one in rows)
        for name in ("due", "handed_in", "waiting", "overdue", "returned", "concluded", "passed", "missed")
    }
    return Standing(place="", year=rows[0].year, form=rows[0].form, **numbers)
