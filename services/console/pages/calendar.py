"""日历: what is due in a month, day by day, and the list of the week or of a chosen day."""

from calendar import Calendar, monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from html import escape

from nicegui import ui
from starlette.requests import Request

from services.console.matters import queries
from services.console.matters.kinds import Kinds
from services.console.matters.queries import Day, Due
from services.console.pages.dues import Dues
from services.console.pages.frame import Frame, address, kinds_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import chip

_PATH = "/calendar"
_LISTED = 200
_NAMED = 3
_LONG_AGO = date(1900, 1, 1)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/calendar", "calendar")
    async def calendar(frame: Frame, request: Request) -> None:
        asked = {name: request.query_params.get(name, "")[:10] for name in ("month", "day")}
        mine = request.query_params.get("whose") == "mine"
        if (kinds := await kinds_or_why_not(frame)) is not None:
            await _Calendar(frame, kinds, asked, mine=mine).begin()


_Seen = tuple[date, Mapping[date, Day], Mapping[date, Day], Sequence[Due]]
"""Today, the days of the month, those before today with what is late, and what is listed."""


class _Calendar(Dues[_Seen]):
    """The calendar of one visitor: a month, and the list beside it."""

    def __init__(self, frame: Frame, kinds: Kinds, asked: Mapping[str, str], *, mine: bool) -> None:
        super().__init__(frame, kinds, mine=mine)
        self.asked = asked
        self.head = self.part("head")
        with ui.element("div").classes("grid").style("align-items:start"):
            self.month, self.list = self.part("card w7", card="month"), self.part("card w5", card="week")

    async def read(self) -> _Seen:
        """As the events have it."""
        today = await self.shown.today()
        first = self._first(today)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        begin, end = self._listed(today)
        async with self.frame.desk.runtime.database.transaction() as transaction:
            ask = partial(queries.due_days, transaction.connection, **self.wanted)
            days = await ask(first=first, last=last)
            late = await ask(first=_LONG_AGO, last=today - timedelta(days=1))
            dues = await queries.dues(
                transaction.connection, first=begin, last=end, limit=_LISTED + 1, **self.wanted
            )
        return today, days, late, dues

    async def look_up(self, seen: _Seen) -> None:
        """What can be done with what is listed."""
        *_, dues = seen
        await self.ask_possible(dues[:_LISTED])

    def draw(self, seen: _Seen) -> None:
        """The month and the list."""
        today, days, late, dues = seen
        first, overdue = self._first(today), sum(sum(day.counts.values()) for day in late.values())
        with self.head:
            self._draw_head(first, overdue)
        with self.month:
            self._draw_month(first, days, today)
        with self.list:
            self._draw_list(dues, today, *self._listed(today))

    def _first(self, today: date) -> date:
        """The first day of the month that is shown."""
        return _month(self.asked["month"]) or today.replace(day=1)

    def _listed(self, today: date) -> tuple[date, date]:
        """The days that are listed: the one that was chosen, or this week."""
        if chosen := _day(self.asked["day"]):
            return chosen, chosen
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=6)

    def _draw_head(self, first: date, overdue: int) -> None:
        said = self.said
        before, after = first - timedelta(days=1), first + timedelta(days=31)
        title = said("due_this_month", year=first.year, month=first.month)
        ui.label(title).classes("h1").props("role=heading aria-level=1")
        for text, month in (
            (f"‹ {said('month_before')}", {"month": f"{before:%Y-%m}"}), (said("this_month"), {}),
            (f"{said('month_after')} ›", {"month": f"{after:%Y-%m}"}),
        ):  # fmt: skip
            ui.link(text, self.address(_PATH, month)).classes("choice")
        self.draw_choice(_PATH, {name: text for name, text in self.asked.items() if text})
        if overdue:
            with ui.link(target=self.address("/today")):
                ui.html(chip(said("overdue_count", count=f"{overdue:,}"), "bad"), sanitize=False)

    def _draw_month(self, first: date, days: Mapping[date, Day], today: date) -> None:
        heads = "".join(f"<div>{name}</div>" for name in self.said("weekdays"))
        cells = "".join(
            self._cell(day, days.get(day), today, inside=day.month == first.month)
            for day in Calendar().itermonthdates(first.year, first.month)
        )
        ui.html(
            f'<div class="weekdays">{heads}</div><div class="month" data-list>{cells}</div>', sanitize=False
        )

    def _cell(self, day: date, due: Day | None, today: date, *, inside: bool) -> str:
        if not inside:
            return '<div class="cell outside"></div>'
        counts: Counter[str] = Counter()
        for (service, aggregate), number in (due.counts if due else {}).items():
            counts[self._kind(service, aggregate)] += number
        lines = "".join(
            f"<span>{escape(name)} <b>{number:,}</b></span>" for name, number in counts.most_common(_NAMED)
        )
        if len(counts) > _NAMED:
            lines += "<span>…</span>"
        tone = " today" if day == today else " past" if counts and day < today else ""
        free = "" if self.frame.desk.runtime.region.calendar.is_working(day)[0] else " free"
        inner = f"<time>{day.day}</time>{lines}"
        if not counts:
            return f'<div class="cell{tone}{free}">{inner}</div>'
        total = f'<em class="chip {"bad" if day < today else "info"}">{sum(counts.values()):,}</em>'
        where = escape(self.address(_PATH, {"month": f"{day:%Y-%m}", "day": f"{day}"}))
        return f'<a class="cell open{tone}{free}" data-day="{day}" href="{where}">{inner}{total}</a>'

    def _kind(self, service: str, aggregate: str) -> str:
        kind = self.kinds.by_name.get(aggregate) if service == "registry" else None
        return kind.called(self.said.language) if kind else self.said(aggregate)

    def _draw_list(self, dues: Sequence[Due], today: date, begin: date, end: date) -> None:
        said = self.said
        title = said("due_on_day", day=begin) if begin == end else said("this_week", first=begin, last=end)
        ui.html(f"<h2>{escape(title)}</h2>", sanitize=False)
        if not dues:
            with ui.element("div").classes("empty"):
                ui.html(f"<b>{said('nothing_due')}</b>", sanitize=False)
                ui.label(said("nothing_due_hint"))
            return
        with ui.element("table").classes("plain list").props("data-list"), ui.element("tbody"):
            for one in dues[:_LISTED]:
                with ui.element("tr"):
                    self._draw_row(one, today)
        if len(dues) > _LISTED:
            ui.label(said("only_first", count=_LISTED)).classes("muted small")

    def _draw_row(self, one: Due, today: date) -> None:
        """One deadline, and its next step at hand."""
        name = escape(self.shown.due_title(one, self.kinds))
        if where := self.where(one):
            name = f'<a class="open" href="{where}">{name}</a>'
        beside = f"{self.line(one)} · {self.shown.place(one.division)}"
        with ui.element("td"):
            ui.html(self.shown.deadline(one.due_on, today), sanitize=False)
        with ui.element("td"):
            ui.html(f'{name}<div class="muted small">{escape(beside)}</div>', sanitize=False)
            place = ui.element("div").classes("place")
        with ui.element("td").classes("number"):
            self.draw_step(one, place, "outline dense size=sm padding='2px 10px'")


def _month(text: str) -> date | None:
    return _day(f"{text}-01")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
