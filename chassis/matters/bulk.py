"""The set-based forms of opening and of a step, for what a campaign or a reaction does by the thousand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from shuniu_contracts import Basis, Event
from shuniu_contracts.catalogue import event_type
from sqlmodel import col, select

from chassis.matters import clocks as clockwork
from chassis.matters.history import remember_all, step_of
from chassis.matters.kind import Kind, Step, made
from chassis.matters.rows import MatterRow
from chassis.received import Received
from chassis.timers import Due, end_of_day
from chassis.unit_of_work import UnitOfWork

R = TypeVar("R", bound=MatterRow)
_INSERT = "insert into {table} select * from jsonb_populate_recordset(null::{table}, $1::jsonb)"


async def open_many(
    uow: UnitOfWork, opening: Step[R], rows: Sequence[R], *, because: Received[Any] | None = None
) -> None:
    """Open many records of one kind in a few statements: each row has its id, division, days and own columns.

    The rules of the opening are the caller's to check. Deadlines must have been put into the rows; live ones
    get their timers. The session knows nothing of these rows: whoever wants one loads it.
    """
    kind = opening.kind
    for row in rows:
        row.home, row.recorded_at = uow.home_of(row.division), uow.now
        row.state, row.sequence, row.revision = kind.initial.value, 1, 1
        uow.append(
            made(opening.event, row.public_state(), {}),
            subject=row.subject, sequence=1, division=row.division, because=because,
        )  # fmt: skip
    if not rows:
        return
    await uow.flush()
    document = msgspec.json.encode([row.columns() for row in rows]).decode()
    await uow.connection.execute(_INSERT.format(table=f'"{kind.row.__tablename__}"'), document)
    await remember_all(uow, kind.steps_table, [step_of(uow, row, opening.fact, {}) for row in rows])
    await _start_clocks(uow, kind, rows)


async def _start_clocks(uow: UnitOfWork, kind: Kind[R], rows: Sequence[R]) -> None:
    for clock in kind.clocks:
        due = [
            Due(row.subject, row.division, end_of_day(day))
            for row in rows
            if row.state in clock.runs_in
            and row.basis == Basis.LIVE.value
            and not clock.stands_still(row)
            and (day := getattr(row, clock.column)) is not None
        ]
        await uow.schedule_all(clockwork.timer_kind(kind, clock), due)


async def advance_many(
    uow: UnitOfWork, kind: Kind[R], ids: Sequence[UUID], event: type[Event],
    details: Mapping[str, Any] | None = None, *, change: Callable[[R], None] | None = None,
    because: Received[Any] | None = None,
) -> int:  # fmt: skip
    """Move those of the records on by `event` whose state allows it, in a few statements; how many moved.

    They are locked in the order of their ids. `change` puts into a row what changes beside its state.
    """
    fact = event_type(event).fact
    restarting = any(fact in clock.restarts for clock in kind.clocks)
    rows = await uow.session.exec(
        select(kind.row).where(col(kind.row.id).in_(ids)).order_by(col(kind.row.id)).with_for_update()
    )
    moving = [row for row in rows if kind.allows(row, fact)]
    if not moving:
        return 0
    for row in moving:
        kind.move(row, fact, on=uow.today, basis=Basis.LIVE, at=uow.now)
        row.overdue = False
        if restarting and row.paused_on is not None:
            row.paused_on = uow.today  # what begins in a pause stands still from that day on
        if change is not None:
            change(row)
        uow.record(row, made(event, row.public_state(), details or {}), because=because)
    for clock in kind.clocks:
        stopped = [row.subject for row in moving if row.ended or row.state not in clock.runs_in]
        await uow.cancel(clockwork.timer_kind(kind, clock), stopped)
    if restarting:
        await _start_clocks(uow, kind, moving)
    taken = [step_of(uow, row, fact, details or {}) for row in moving]
    await remember_all(uow, kind.steps_table, taken)
    return len(moving)
