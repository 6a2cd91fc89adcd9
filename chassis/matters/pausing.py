"""Deadlines that stand still and run again, for many records of one kind in a few statements.

Whoever knows why records must wait says for which. It is recorded on each of them, so that its log alone says
when it was due and why: `deadline_paused` with `paused_on` in the state, `deadline_resumed` with the new day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, Event, Ref
from shuniu_contracts.catalogue import event_type
from sqlmodel import col, select

from chassis.matters import clocks as clockwork
from chassis.matters.clocks import Clock
from chassis.matters.history import remember_all, step_of
from chassis.matters.kind import Kind, made
from chassis.matters.rows import MatterRow
from chassis.timers import WORKING_DAYS, Due, end_of_day
from chassis.unit_of_work import UnitOfWork

R = TypeVar("R", bound=MatterRow)


async def stand_still(uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], cause: Ref) -> int:
    """Stop the deadlines of those of the records that are open and do not stand still; how many.

    Clocks that run on are left alone. A record that is history has no deadline and stays as it is.
    """
    live = col(kind.row.basis) == Basis.LIVE.value
    rows = await _open(uow, kind, ids, live, col(kind.row.paused_on).is_(None))
    if kind.pause is None or not rows:
        return 0
    for row in rows:
        row.paused_on = uow.today
    for clock in kind.clocks:
        if not clock.runs_on:
            await uow.cancel(clockwork.timer_kind(kind, clock), [row.subject for row in rows])
    details = {row.id: {"cause": _named(cause)} for row in rows}
    await _record(uow, kind, rows, kind.pause[0], details)
    return len(rows)


async def go_on(uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], cause: Ref) -> int:
    """Let the deadlines of those of the records that stand still run again; how many.

    One that counts in working days keeps those that were left; any other is moved by the days of the pause.
    What had passed before the pause stays passed.
    """
    rows = await _open(uow, kind, ids, col(kind.row.paused_on).is_not(None))
    if kind.pause is None or not rows:
        return 0
    details: dict[UUID, dict[str, Any]] = {}
    due: dict[str, list[Due]] = defaultdict(list)
    for row in rows:
        details[row.id] = {"cause": _named(cause), "paused_on": row.paused_on, "previous_due_on": row.due_on}
        for clock in kind.clocks:
            if (timer := _moved(uow, clock, row)) is not None:
                due[clockwork.timer_kind(kind, clock)].append(timer)
        row.paused_on = None
    for name, timers in due.items():
        await uow.schedule_all(name, timers)
    await _record(uow, kind, rows, kind.pause[1], details)
    return len(rows)


def _named(cause: Ref) -> dict[str, Any]:
    return {"id": cause.id, "sequence": cause.sequence}


async def _open(
    uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], *conditions: sa.ColumnElement[bool]
) -> list[R]:
    """The open records of this stack among `ids`, locked in the order of their ids."""
    if not ids:
        return []
    row = kind.row
    found = await uow.session.exec(
        select(row)
        .where(col(row.id).in_(ids), row.home == uow.stack, col(row.ended).is_(False), *conditions)
        .order_by(col(row.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


def _moved(uow: UnitOfWork, clock: Clock, row: MatterRow) -> Due | None:
    """Move the clock's day by the pause that ends today; its timer, None where it does not run."""
    day: date | None = getattr(row, clock.column)
    since = row.paused_on
    if since is None or clock.runs_on or row.state not in clock.runs_in or day is None or day < since:
        return None
    payload: dict[str, Any] | None = None
    provisional = False
    if clock.days is not None and clock.working:
        left = uow.region.calendar.working_days_between(since, day)
        day, provisional = uow.region.calendar.add_working_days(uow.today, left)
        payload = {WORKING_DAYS: [uow.today.isoformat(), left]}
    else:
        day += timedelta(days=(uow.today - since).days)
    setattr(row, clock.column, day)
    return Due(row.subject, row.division, end_of_day(day), payload, provisional)


async def _record(
    uow: UnitOfWork, kind: Kind[R], rows: Sequence[R], event: type[Event],
    details: Mapping[UUID, Mapping[str, Any]],
) -> None:  # fmt: skip
    fact = event_type(event).fact
    for row in rows:
        row.effective_on, row.recorded_at = uow.today, uow.now
        uow.record(row, made(event, row.public_state(), details[row.id]))
    await remember_all(uow, kind.steps_table, [step_of(uow, row, fact, details[row.id]) for row in rows])
