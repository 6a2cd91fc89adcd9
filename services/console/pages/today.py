"""今日: what the person's organisations owe, overdue first, each with one tap to do the next step."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from services.console.matters import queries
from services.console.matters.kinds import SERVICE, Kinds, KindWords, StepWords
from services.console.matters.queries import Due
from services.console.neighbours import NotDone
from services.console.pages.calendar import where_of
from services.console.pages.form import StepForm
from services.console.pages.frame import Frame, address, admit, in_turn, page
from services.console.pages.matters import kinds_or_why_not
from services.console.pages.session import Desk
from services.console.pages.shown import Shown

AHEAD = timedelta(days=30)
_PAGE = 60
_LONG_AGO = date(1900, 1, 1)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address("/today")
    async def today(request: Request) -> Response | None:
        person = await admit(desk, request)
        if isinstance(person, Response):
            return person
        with page(desk, person, "today") as frame:
            if (kinds := await kinds_or_why_not(frame)) is not None:
                await _Today(frame, kinds).begin()
        return None


class _Today:
    """One visitor's list of what is to be done, in the order of its days."""

    def __init__(self, frame: Frame, kinds: Kinds) -> None:
        self.frame, self.said, self.kinds = frame, frame.words, kinds
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)
        self.waits = queries.waiting(kinds.readable)
        self.limit = _PAGE
        self.drawn: Any = None
        self.head = ui.element("div").classes("today")
        self.list = ui.element("div").classes("dues").props("data-list")
        self.dialogs = ui.element("div")

    async def begin(self) -> None:
        """Draw, then follow the events."""
        await self._refresh()
        self.frame.follow(self._refresh)

    @in_turn
    async def _refresh(self) -> None:
        today = await self.shown.today()
        patterns = self.frame.person.patterns
        async with self.frame.desk.runtime.database.transaction() as transaction:
            dues = await queries.dues(
                transaction.connection, patterns, self.waits, _LONG_AGO, today + AHEAD, limit=self.limit + 1
            )
            days = await queries.due_days(
                transaction.connection, patterns, self.waits, _LONG_AGO, today + AHEAD
            )
        if self.drawn == (today, dues, days):
            return  # a button that is drawn anew under a finger does not hear it
        self.drawn = today, dues, days
        counts = {day: sum(found.counts.values()) for day, found in days.items()}
        self._draw_head(today, counts)
        self.list.clear()
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
        await self._refresh()

    def _draw_head(self, today: date, counts: Mapping[date, int]) -> None:
        self.head.clear()
        with self.head:
            ui.label(self.said("today_title", day=today)).classes("h1").props("role=heading aria-level=1")
            summary = self.said(
                "today_summary",
                overdue=sum(number for day, number in counts.items() if day < today),
                today=counts.get(today, 0),
                soon=sum(number for day, number in counts.items() if day > today),
                days=AHEAD.days,
            )
            ui.label(summary).classes("muted").props('data-card="summary"')

    def _draw(self, one: Due, today: date) -> None:
        overdue = one.due_on < today
        step = self._step(one)
        with ui.element("article").classes(f"card due {'late' if overdue else ''}"):
            with ui.element("div").classes("what"):
                ui.label(self.shown.due_title(one, self.kinds)).classes("title")
                ui.label(self._line(one)).classes("muted small")
                tone = "bad" if overdue else "warn" if one.due_on == today else "info"
                ui.label(self.shown.left(one.due_on, today)).classes(f"chip {tone}")
            with ui.element("div").classes("acts"):
                if step is not None:
                    ui.button(
                        step.called(self.said.language), on_click=lambda: self._report(one, step)
                    ).props("unelevated no-caps padding='8px 14px'").classes("open")
                if where := where_of(one, self.kinds):
                    ui.link(self.said("details"), where).classes("small open")

    def _line(self, one: Due) -> str:
        kind = self._kind(one)
        called = kind.called(self.said.language) if kind else self.said(one.aggregate)
        state = kind.state(one.phase, self.said.language) if kind else ""
        return " · ".join(filter(None, (called, state, self.shown.place(one.division), str(one.due_on))))

    def _kind(self, one: Due) -> KindWords | None:
        return self.kinds.by_name.get(one.aggregate) if one.service == SERVICE else None

    def _step(self, one: Due) -> StepWords | None:
        kind = self._kind(one)
        return kind.next_step(one.phase) if kind else None

    async def _report(self, one: Due, step: StepWords) -> None:
        kind = self._kind(one)
        assert kind is not None
        try:
            record = await self.registry.get(SERVICE, f"/v1/{kind.path}/{one.id}")
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        self.dialogs.clear()
        with self.dialogs:
            await StepForm(
                self.frame, self.kinds, kind, step, done=self._reported, brief=True,
                record={**record, "organization": one.organization},
            ).open()  # fmt: skip

    async def _reported(self, record: Mapping[str, Any]) -> None:
        await self._refresh()
