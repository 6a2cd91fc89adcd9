"""今日: what the person's organisations owe, overdue first, each with one tap to do the next step."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.matters import queries
from services.console.matters.kinds import SERVICE, Kinds
from services.console.matters.queries import Day, Due
from services.console.neighbours import NotDone
from services.console.pages.dues import Dues
from services.console.pages.frame import Frame, address, kinds_or_why_not
from services.console.pages.sealed import number
from services.console.pages.session import CARE, PERMISSION, Desk

AHEAD = timedelta(days=30)
_PAGE = 60
_REVIEWS = 200
_KNOWN = 200
_LONG_AGO = date(1900, 1, 1)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/today", "today")
    async def today(frame: Frame, request: Request) -> None:
        mine = request.query_params.get("whose") == "mine"
        reads = frame.person.principal.has(PERMISSION)
        if (kinds := await kinds_or_why_not(frame) if reads else Kinds()) is not None:
            await _Today(frame, kinds, mine=mine).begin()


_Review = Mapping[str, Any]
_Known = Sequence[tuple[str, str, str]]
_Seen = tuple[date, Sequence[Due], Mapping[date, Day], Sequence[_Review], _Known]
"""Today, what is due, how much of it on which day, care records to be reviewed, and the organisations that
the person keeps in touch with, as (id, name, division)."""


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
        reviews = await self._reviews(today)
        if not self.frame.person.principal.has(PERMISSION):
            return today, [], {}, reviews, []
        person = self.frame.person
        async with self.frame.desk.runtime.database.transaction() as transaction:
            dues = await queries.dues(transaction.connection, limit=self.limit + 1, **wanted)
            days = await queries.due_days(transaction.connection, **wanted)
            known = await queries.looked_after(
                transaction.connection, person.patterns, person.principal.actor_id, _KNOWN + 1
            )
        return today, dues, days, reviews, known

    async def look_up(self, seen: _Seen) -> None:
        """What can be done with what is listed."""
        _, dues, *_ = seen
        await self.ask_possible(dues[: self.limit])

    async def _reviews(self, today: date) -> Sequence[_Review]:
        """Care records by their next review, for those who work on them; nobody else hears of them,
        and nothing of them is kept here."""
        me = self.frame.person.principal
        if not me.has(CARE):
            return []
        mine = {"worker": me.actor_id} if self.mine else {}
        try:
            found = await self.registry.get(
                SERVICE, "/v1/care-records", state="active", limit=_REVIEWS,
                review_before=(today + AHEAD + timedelta(days=1)).isoformat(), **mine,
            )  # fmt: skip
        except NotDone:
            return []
        return sorted(found["items"], key=lambda one: str(one["review_due_on"]))

    def draw(self, seen: _Seen) -> None:
        """How much it is, then one by one."""
        today, dues, days, reviews, known = seen
        counts = Counter({day: sum(found.counts.values()) for day, found in days.items()})
        counts.update(date.fromisoformat(one["review_due_on"]) for one in reviews)
        with self.head:
            self._draw_head(today, counts)
            self._draw_known(known)
        with self.list:
            for review in reviews:
                self._draw_review(review, today)
            for one in dues[: self.limit]:
                self._draw(one, today)
            if not dues and not reviews:
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

    def _draw_known(self, known: _Known) -> None:
        """Whom the person keeps in touch with, folded: a click away from what they owe."""
        if not known:
            return
        shown = known[:_KNOWN]
        lines = "".join(
            f'<li><a class="open" href="/organizations/{id}">{escape(name)}</a>'
            f' <span class="muted small">{escape(self.shown.place(division))}</span></li>'
            for id, name, division in shown
        )
        count = f"{len(shown)}+" if len(known) > _KNOWN else str(len(shown))
        title = escape(self.said("my_organizations", count=count))
        ui.html(f"<details><summary>{title}</summary><ul>{lines}</ul></details>", sanitize=False).classes(
            "card w12"
        ).props('data-card="mine"')

    def _draw(self, one: Due, today: date) -> None:
        overdue = one.due_on < today
        with ui.element("article").classes(f"card due {'late' if overdue else ''}"):
            with ui.element("div").classes("what"):
                ui.label(self.shown.due_title(one, self.kinds)).classes("title")
                ui.label(self._line(one)).classes("muted small")
                tone = "bad" if overdue else "warn" if one.due_on == today else "info"
                ui.label(self.shown.left(one.due_on, today)).classes(f"chip {tone}")
            with ui.element("div").classes("acts") as acts:
                pass
            place = ui.element("div").classes("place")
            with acts:
                self.draw_step(one, place, "unelevated padding='10px 16px'")
                if where := self.where(one):
                    ui.link(self.said("details"), where).classes("small open")

    def _draw_review(self, one: _Review, today: date) -> None:
        due_on = date.fromisoformat(one["review_due_on"])
        with ui.element("article").classes(f"card due {'late' if due_on < today else ''}"):
            with ui.element("div").classes("what"):
                ui.label(f"{self.said('care_review')} {number(one)}").classes("title")
                ui.label(f"{self.shown.place(one['division'])} · {one['worker']} · {due_on}").classes(
                    "muted small"
                )
                tone = "bad" if due_on < today else "warn" if due_on == today else "info"
                ui.label(self.shown.left(due_on, today)).classes(f"chip {tone}")
            with ui.element("div").classes("acts"):
                ui.link(self.said("details"), f"/care/{one['id']}").classes("open")

    def _line(self, one: Due) -> str:
        kind = self.kind_of(one)
        state = kind.state(one.phase, self.said.language) if kind else ""
        return " · ".join(
            filter(None, (self.line(one), state, self.shown.place(one.division), str(one.due_on)))
        )
