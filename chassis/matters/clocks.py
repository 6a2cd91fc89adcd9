"""Deadlines of matters: durable timers that run while a record is in certain states."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from shuniu_contracts import Basis, Event

from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from chassis.matters.drafts import Draft
    from chassis.matters.kind import Kind
    from chassis.matters.rows import MatterRow


@dataclass(frozen=True)
class Clock:
    """A deadline of one kind of matter. It runs while the record is in one of the states `runs_in`.

    It is due `days(policy, row)` days after the step that started it, working days of the region's calendar
    where `working`, or on the day that `column` holds where `days` is left out or answers None; without
    either there is no deadline. Only live facts start it. When it falls due, the event `fact` is recorded: a
    step where the transition table has it for the state, otherwise a mark beside the state (`overdue`).
    """

    name: str
    runs_in: Collection[str]
    event: type[Event]
    fact: str
    rule: str
    """The profile's key or the document's rule, as the event names it."""
    days: Callable[[Any, Any], int | None] | None = None
    working: bool = True
    column: str = "due_on"
    begins: bool = False
    """Whether it falls due when its day begins, on which the fact is true, not when it has passed."""
    ahead: Callable[[Any], int | None] | None = None
    """For a reminder: how many working days before the day in `column` it falls due, by the policy; None for
    none. It stands behind the clock that sets that day, marks nothing as late, and is left out where its own
    day is over."""
    runs_on: bool = False
    """Whether it goes on while the record's other deadlines stand still: a validity, a time on a list."""
    restarts: Collection[str] = field(default_factory=frozenset)
    """Facts after which it runs anew although the state stays: an extension, an amendment."""
    answered: Callable[[Any], bool] | None = None
    """Whether what a record owes is there although its state alone does not say so: then it does not run."""
    first: Callable[[UnitOfWork, Any], Awaitable[Mapping[str, Any] | None]] | None = None
    """What is settled in the record before the event is made; what it returns goes into the event."""
    then: Callable[[UnitOfWork, Any], Awaitable[None]] | None = None
    """What else happens when it falls due, in the same transaction."""
    rescheduled: type[Event] | None = None
    """What is recorded where the calendar of a new year moves a day that was provisional; None for clocks
    that do not count in working days."""

    def until(self, uow: UnitOfWork, day: date) -> date | None:
        """The last day on which nothing happens yet, for a clock whose day is `day`; None for no timer."""
        if self.ahead is None:
            return day - timedelta(days=1) if self.begins else day
        days = self.ahead(uow.policies)
        if days is None:
            return None
        eve = uow.region.calendar.working_day_before(day, days) - timedelta(days=1)
        return eve if eve >= uow.today else None

    def runs(self, row: "MatterRow | Draft") -> bool:
        """Whether the record as it is still owes what is due."""
        owes = row.state in self.runs_in and not row.ended
        return owes and not (self.answered is not None and self.answered(row))

    def stands_still(self, row: "MatterRow | Draft") -> bool:
        """Whether it has to wait for the end of a pause."""
        return row.paused_on is not None and not self.runs_on


def timer_kind(kind: "Kind[Any]", clock: Clock) -> str:
    """The name of the clock's timers."""
    return f"{kind.path}.{clock.name}"


async def moved(uow: UnitOfWork, kind: "Kind[Any]", row: "MatterRow", before: str | None, fact: str) -> None:
    """Start and stop the clocks of a record that came from the state `before` by `fact`."""
    for clock in kind.clocks:
        ran = before is not None and before in clock.runs_in
        runs = clock.runs(row)
        if runs and (not ran or fact in clock.restarts):
            if ran and row.basis != Basis.LIVE.value:
                await uow.cancel(timer_kind(kind, clock), [row.subject])  # its day is not that day any more
            await _start(uow, kind, clock, row)
        elif ran and not runs:
            await _stop(uow, kind, clock, row)


async def _start(uow: UnitOfWork, kind: "Kind[Any]", clock: Clock, row: "MatterRow") -> None:
    row.overdue = False
    if row.basis != Basis.LIVE.value:
        return
    days = clock.days(uow.policies, row) if clock.days is not None else None
    name = timer_kind(kind, clock)
    if row.paused_on is not None and clock.stands_still(row):
        # It begins in a pause: it stands still from this day on, and gets its timer when the pause is over.
        row.paused_on = max(row.paused_on, row.effective_on)
        setattr(row, clock.column, _day(uow, clock, row, days))
        return await uow.cancel(name, [row.subject])
    if days is not None and clock.working:
        due: date | None = await uow.schedule_working_days(
            name, row.subject, row.division, after=row.effective_on, days=days
        )
    else:
        due = _day(uow, clock, row, days)
        until = None if due is None else clock.until(uow, due)
        if until is None:
            await uow.cancel(name, [row.subject])
        else:
            await uow.schedule(name, row.subject, row.division, on=until)
    setattr(row, clock.column, due)


def _day(uow: UnitOfWork, clock: Clock, row: "MatterRow", days: int | None) -> date | None:
    """The day on which the clock is due when it starts today."""
    if days is None:
        day: date | None = getattr(row, clock.column)
        return day
    if clock.working:
        return uow.region.calendar.add_working_days(row.effective_on, days)[0]
    return row.effective_on + timedelta(days=days)


async def _stop(uow: UnitOfWork, kind: "Kind[Any]", clock: Clock, row: "MatterRow") -> None:
    await uow.cancel(timer_kind(kind, clock), [row.subject])
    row.overdue = False
    if clock.days is not None:
        setattr(row, clock.column, None)


def timer_of(kind: "Kind[Any]", clock: Clock) -> Timer:
    """What the service's timer loop calls when the clock's timers fall due."""

    async def fell_due(uow: UnitOfWork, due: DueTimer) -> None:
        row = await kind.load(uow, due.subject)
        if not await due.take():
            return
        due_on = getattr(row, clock.column)
        if clock.ahead is not None and due_on < uow.today:
            return  # after a standstill: what passed meanwhile is said by the clock of that day
        details = {"due_on": due_on, "rule": clock.rule}
        if clock.first is not None:
            details |= await clock.first(uow, row) or {}
        if kind.allows(row, clock.fact):
            on = due_on if clock.begins else uow.today
            await kind.advance(uow, row, clock.fact, clock.event, details, on=on)
        else:
            row.overdue = row.overdue or clock.ahead is None
            await kind.remark(uow, row, clock.fact, clock.event, details)
        if clock.then is not None:
            await clock.then(uow, row)

    async def moved(uow: UnitOfWork, due: DueTimer, day: date) -> None:
        row = await kind.load(uow, due.subject)
        if not await due.take() or clock.rescheduled is None:
            return
        details = {"previous_due_on": getattr(row, clock.column), "rule": clock.rule}
        setattr(row, clock.column, day)
        await kind.remark(uow, row, "rescheduled", clock.rescheduled, details)

    return Timer(timer_kind(kind, clock), fell_due, moved)
