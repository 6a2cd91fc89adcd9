"""Deadlines that stand still and run again, for many records of one kind in a few statements.

Whoever knows why records must wait says for which. It is recorded on each of them, so that its log alone says
when it was due and why: `deadline_paused` with `paused_on` in the state, `deadline_resumed` with the new day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from shuniu_contracts import Event, Ref

from chassis.matters import clocks as clockwork
from chassis.matters.bulk import record_all
from chassis.matters.clocks import Clock
from chassis.matters.drafts import Draft, shape
from chassis.matters.kind import Kind
from chassis.matters.rows import MatterRow
from chassis.timers import WORKING_DAYS, Due, end_of_day
from chassis.unit_of_work import UnitOfWork

R = TypeVar("R", bound=MatterRow)
_RUNS = "home = $2 and not ended and basis = 'live' and paused_on is null"
_STANDS_STILL = "home = $2 and not ended and paused_on is not null"


async def stand_still(uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], cause: Ref) -> int:
    """Stop the deadlines of those of the records that are open and do not stand still; how many.

    Clocks that run on are left alone. A record that is history has no deadline and stays as it is.
    """
    if kind.pause is None or not ids:
        return 0
    found = await shape(kind.row).locked(uow, ids, _RUNS, uow.stack)
    for one in found:
        one.paused_on = uow.today
    for clock in kind.clocks:
        if not clock.runs_on:
            await uow.cancel(clockwork.timer_kind(kind, clock), [one.subject for one in found])
    await _record(uow, kind, found, kind.pause[0], [{"cause": _named(cause)}] * len(found))
    return len(found)


async def go_on(uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], cause: Ref) -> int:
    """Let the deadlines of those of the records that stand still run again; how many.

    One that counts in working days keeps those that were left; any other is moved by the days of the pause.
    What had passed before the pause stays passed.
    """
    if kind.pause is None or not ids:
        return 0
    found = await shape(kind.row).locked(uow, ids, _STANDS_STILL, uow.stack)
    details: list[dict[str, Any]] = []
    due: dict[str, list[Due]] = defaultdict(list)
    for one in found:
        details.append({"cause": _named(cause), "paused_on": one.paused_on, "previous_due_on": one.due_on})
        for clock in kind.clocks:
            if (timer := _moved(uow, clock, one)) is not None:
                due[clockwork.timer_kind(kind, clock)].append(timer)
        one.paused_on = None
    for name, timers in due.items():
        await uow.schedule_all(name, timers)
    await _record(uow, kind, found, kind.pause[1], details)
    return len(found)


def _named(cause: Ref) -> dict[str, Any]:
    return {"id": cause.id, "sequence": cause.sequence}


def _moved(uow: UnitOfWork, clock: Clock, row: Draft) -> Due | None:
    """Move the clock's day by the pause that ends today; its timer, None where it does not run."""
    day: date | None = getattr(row, clock.column)
    since = row.paused_on
    if since is None or clock.runs_on or not clock.runs(row) or day is None or day < since:
        return None
    payload: dict[str, Any] | None = None
    provisional = False
    if clock.ahead is not None:
        pass  # of the day that the clock before it has moved
    elif clock.days is not None and clock.working:
        left = uow.region.calendar.working_days_between(since, day)
        day, provisional = uow.region.calendar.add_working_days(uow.today, left)
        payload = {WORKING_DAYS: [uow.today.isoformat(), left]}
    else:
        day += timedelta(days=(uow.today - since).days)
    setattr(row, clock.column, day)
    until = clock.until(uow, day)
    return None if until is None else Due(row.subject, row.division, end_of_day(until), payload, provisional)


async def _record(
    uow: UnitOfWork, kind: Kind[R], changed: Sequence[Draft], event: type[Event],
    details: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    for one in changed:
        one.effective_on, one.recorded_at = uow.today, uow.now
    await record_all(uow, kind, changed, event, details)
