"""今日: what the person's organisations owe, overdue first, each with one tap to do the next step."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from nicegui import ui
from starlette.requests import Request

from services.console.matters import queries
from services.console.matters.kinds import Kinds
from services.console.matters.queries import Day, Due
from services.console.pages.dues import Dues
from services.console.pages.frame import Frame, address, kinds_or_why_not
from services.console.pages.session import Desk

AHEAD = timedelta(days=30)
_PAGE = 60
_LONG_AGO = date(1900, 1, 1)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/today", "today")
    async def today(frame: Frame, request: Request) -> None:
        mine = request.query_params.get("whose") == "mine"
        if (kinds := await kinds_or_why_not(frame)) is not None:
            await _Today(frame, kinds, mine=mine).begin()


_Seen = tuple[date, Sequence[Due], Mapping[date, Day]]
"""Today, what is due, and how much of it on which day."""


class _Today(Dues[_Seen]):
    """One visitor's list of what is to be done, in the order of its days."""

    def __init__(self, frame: Frame, kinds: Kinds, *, mine: bool) -> None:
        super().__init__(frame, kinds, mine=mine)
        self.limit = _PAGE
        self.head, self.list = self.part("today"), self.part("dues").props("data-list")

    async def read(self) -> _Seen:
        """As the events have it."""
        today = await self.shown.today()
        wanted = {**self.wanted, "first": _LONG_AGO, "last": today + AHEAD}
        async with self.frame.desk.runtime.database.transaction() as transaction:
            dues = await queries.dues(transaction.connection, limit=self.limit + 1, **wanted)
            days = await queries.due_days(transaction.connection, **wanted)
        return today, dues, days

    def draw(self, seen: _Seen) -> None:
        """How much it is, then one by one."""
        today, dues, days = seen
        with self.head:
            self._draw_head(today, {day: sum(found.counts.values()) for day, found in days.items()})
        with self.list:
            for one in dues[: self.limit]:
                self._draw(one, today)
            if not dues:
                with ui.element("div").classes("card empty"):
                    ui.html(f"<b>{self.said('all_done')}</b>", sanitize=False)
                    ui.label(self.said("all_done_hint", days=AHEAD.days))
            if len(dues) > self.limit:
                ui.button(self.said("more"), on_click=self._more).props("flat no-caps")

    async def _more(self) -> None:
        self.limit += _PAGE
        await self.refresh()

    def _draw_head(self, today: date, counts: Mapping[date, int]) -> None:
        ui.label(self.said("today_title", day=today)).classes("h1").props("role=heading aria-level=1")
        summary = self.said(
            "today_summary",
            overdue=sum(number for day, number in counts.items() if day < today),
            today=counts.get(today, 0),
            soon=sum(number for day, number in counts.items() if day > today),
            days=AHEAD.days,
        )
        ui.label(summary).classes("muted").props('data-card="summary"')
        with ui.element("div").classes("tools"):
            self.draw_choice("/today")

    def _draw(self, one: Due, today: date) -> None:
        overdue = one.due_on < today
        with ui.element("article").classes(f"card due {'late' if overdue else ''}"):
            with ui.element("div").classes("what"):
                ui.label(self.shown.due_title(one, self.kinds)).classes("title")
                ui.label(self._line(one)).classes("muted small")
                tone = "bad" if overdue else "warn" if one.due_on == today else "info"
                ui.label(self.shown.left(one.due_on, today)).classes(f"chip {tone}")
            with ui.element("div").classes("acts"):
                self.draw_step(one, "unelevated padding='8px 14px'")
                if where := self.where(one):
                    ui.link(self.said("details"), where).classes("small open")

    def _line(self, one: Due) -> str:
        kind = self.kind_of(one)
        state = kind.state(one.phase, self.said.language) if kind else ""
        return " · ".join(
            filter(None, (self.called(one), state, self.shown.place(one.division), str(one.due_on)))
        )
