"""日历: what is due in a month, day by day, and the list of the week or of a chosen day."""

from calendar import Calendar, monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from services.console.matters import queries
from services.console.matters.kinds import Kinds
from services.console.matters.queries import Day, Due
from services.console.pages.frame import Frame, address, admit, in_turn, page
from services.console.pages.matters import kinds_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import Shown, chip

_LISTED = 200
_NAMED = 3
_LONG_AGO = date(1900, 1, 1)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address("/calendar")
    async def calendar(request: Request) -> Response | None:
        person = await admit(desk, request)
        if isinstance(person, Response):
            return person
        asked = {name: request.query_params.get(name, "")[:10] for name in ("month", "day")}
        with page(desk, person, "calendar") as frame:
            if (kinds := await kinds_or_why_not(frame)) is not None:
                await _Calendar(frame, kinds, asked).begin()
        return None


class _Calendar:
    """The calendar of one visitor: a month of their divisions, and what is listed below it."""

    def __init__(self, frame: Frame, kinds: Kinds, asked: Mapping[str, str]) -> None:
        self.frame, self.said, self.kinds, self.asked = frame, frame.words, kinds, asked
        self.shown = Shown(frame)
        self.waits = queries.waiting(kinds.readable)
        self.drawn: Any = None
        self.head = ui.element("div").classes("head")
        self.month = ui.element("section").classes("card").props('data-card="month"')
        self.list = ui.element("section").classes("card").props('data-card="week"')

    async def begin(self) -> None:
        """Draw, then follow the events."""
        await self._refresh()
        self.frame.follow(self._refresh)

    @in_turn
    async def _refresh(self) -> None:
        today = await self.shown.today()
        first = _month(self.asked["month"]) or today.replace(day=1)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        begin, end = self._listed(today)
        patterns = self.frame.person.patterns
        async with self.frame.desk.runtime.database.transaction() as transaction:
            days = await queries.due_days(transaction.connection, patterns, self.waits, first, last)
            late = await queries.due_days(
                transaction.connection, patterns, self.waits, _LONG_AGO, today - timedelta(days=1)
            )
            dues = await queries.dues(
                transaction.connection, patterns, self.waits, begin, end, limit=_LISTED + 1
            )
        if self.drawn == (today, days, late, dues):
            return
        self.drawn = today, days, late, dues
        overdue = sum(sum(day.counts.values()) for day in late.values())
        self._draw_head(first, overdue)
        self._draw_month(first, days, today)
        self._draw_list(dues, today, begin, end)

    def _listed(self, today: date) -> tuple[date, date]:
        """The days whose list stands below: the one that was chosen, or this week."""
        if chosen := _day(self.asked["day"]):
            return chosen, chosen
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=6)

    def _draw_head(self, first: date, overdue: int) -> None:
        said = self.said
        before, after = first - timedelta(days=1), first + timedelta(days=31)
        self.head.clear()
        with self.head:
            title = said("due_this_month", year=first.year, month=first.month)
            ui.label(title).classes("h1").props("role=heading aria-level=1")
            ui.link(f"‹ {said('month_before')}", f"/calendar?month={before:%Y-%m}").classes("choice")
            ui.link(said("this_month"), "/calendar").classes("choice")
            ui.link(f"{said('month_after')} ›", f"/calendar?month={after:%Y-%m}").classes("choice")
            if overdue:
                with ui.link(target="/today"):
                    ui.html(chip(said("overdue_count", count=f"{overdue:,}"), "bad"), sanitize=False)

    def _draw_month(self, first: date, days: Mapping[date, Day], today: date) -> None:
        heads = "".join(f"<div>{name}</div>" for name in self.said("weekdays"))
        cells = "".join(
            self._cell(day, days.get(day), today, inside=day.month == first.month)
            for day in Calendar().itermonthdates(first.year, first.month)
        )
        self.month.clear()
        with self.month:
            ui.html(
                f'<div class="weekdays">{heads}</div><div class="month" data-list>{cells}</div>',
                sanitize=False,
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
        where = f"/calendar?month={day:%Y-%m}&day={day}"
        return f'<a class="cell open{tone}{free}" data-day="{day}" href="{where}">{inner}{total}</a>'

    def _kind(self, service: str, aggregate: str) -> str:
        kind = self.kinds.by_name.get(aggregate) if service == "registry" else None
        return kind.called(self.said.language) if kind else self.said(aggregate)

    def _draw_list(self, dues: Sequence[Due], today: date, begin: date, end: date) -> None:
        said = self.said
        title = said("due_on_day", day=begin) if begin == end else said("this_week", first=begin, last=end)
        self.list.clear()
        with self.list:
            ui.html(f"<h2>{escape(title)}</h2>", sanitize=False)
            if not dues:
                with ui.element("div").classes("empty"):
                    ui.html(f"<b>{said('nothing_due')}</b>", sanitize=False)
                    ui.label(said("nothing_due_hint"))
                return
            rows = "".join(self._row(one, today) for one in dues[:_LISTED])
            ui.html(f'<table class="plain list" data-list><tbody>{rows}</tbody></table>', sanitize=False)
            if len(dues) > _LISTED:
                ui.label(said("only_first", count=_LISTED)).classes("muted small")

    def _row(self, one: Due, today: date) -> str:
        where = where_of(one, self.kinds)
        name = escape(self.shown.due_title(one, self.kinds))
        link = f'<a class="open" href="{where}">{name}</a>' if where else name
        return (
            f"<tr><td>{self.shown.deadline(one.due_on, today)}</td><td>{link}</td>"
            f"<td>{escape(self._kind(one.service, one.aggregate))}</td>"
            f'<td class="wide">{escape(self.shown.place(one.division))}</td></tr>'
        )


def where_of(one: Due, kinds: Kinds) -> str | None:
    """The page of what is due: the record's own, or else the organisation's."""
    if one.service == "registry" and (kind := kinds.by_name.get(one.aggregate)):
        return f"/matters/{kind.path}/{one.id}"
    return f"/organizations/{one.organization_id}" if one.organization_id else None


def _month(text: str) -> date | None:
    return _day(f"{text}-01")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
