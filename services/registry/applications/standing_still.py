"""The clock of an application stands still while its organisation has to, then goes on with the days left."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Ref, registry
from sqlmodel import col, select

from chassis.unit_of_work import UnitOfWork
from services.registry.applications.clockwork import STEP_DUE, running_step
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.organizations.model import Basis


async def stand_still(uow: UnitOfWork, organizations: Sequence[UUID], cause: Ref) -> None:
    """Stop the clock of the open applications of these organisations, which are locked; what is history has
    none."""
    for row in await _open(uow, organizations, paused=False):
        row.paused_on = uow.today
        await uow.cancel(STEP_DUE, [row.subject])
        _date(uow, row)
        uow.record(row, registry.RegistrationApplicationDeadlinePaused(state=row.public_state(), cause=cause))


async def go_on(uow: UnitOfWork, organizations: Sequence[UUID], cause: Ref) -> None:
    """Let the clock run again: the step keeps the working days that were left; what had passed stays so."""
    for row in await _open(uow, organizations, paused=True):
        paused_on, previous = row.paused_on, row.step_due_on
        assert paused_on is not None
        row.paused_on = None
        calendar = uow.region.calendar
        if previous is not None and previous >= paused_on:
            row.step_due_on = await uow.schedule_working_days(
                STEP_DUE, row.subject, row.division, after=uow.today,
                days=calendar.working_days_between(paused_on, previous),
            )  # fmt: skip
        if (running := await running_step(uow, row)) is not None:
            running.due_on = row.step_due_on
            running.paused_days += calendar.working_days_between(paused_on, uow.today)
            uow.session.add(running)
        _date(uow, row)
        uow.record(
            row,
            registry.RegistrationApplicationDeadlineResumed(
                state=row.public_state(), cause=cause, paused_on=paused_on, previous_due_on=previous
            ),
        )


def _date(uow: UnitOfWork, row: RegistrationApplicationRow) -> None:
    row.effective_on, row.recorded_at = uow.today, uow.now


async def _open(
    uow: UnitOfWork, organizations: Sequence[UUID], *, paused: bool
) -> Sequence[RegistrationApplicationRow]:
    """The open applications of this stack for these organisations, locked in the order of their ids."""
    kind, still = RegistrationApplicationRow, col(RegistrationApplicationRow.paused_on).is_not(None)
    statement = (
        select(kind)
        .where(col(kind.organization_id).in_(organizations), kind.home == uow.stack, sa.not_(col(kind.ended)))
        .where(still if paused else sa.and_(sa.not_(still), col(kind.basis) == Basis.LIVE.value))
        .order_by(col(kind.id))
        .with_for_update()
    )
    return (await uow.session.exec(statement)).all()
