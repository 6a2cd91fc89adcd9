"""The clock of an application: the working days of the step that runs, and its timer (B03)."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import select

from chassis.unit_of_work import UnitOfWork
from services.registry.applications.model import Progress, StepKind, clock
from services.registry.applications.tables import ApplicationStepRow, RegistrationApplicationRow
from services.registry.organizations.model import Basis
from services.registry.policy import RegistryPolicy

STEP_DUE = "registration_application.step_due"


async def move(uow: UnitOfWork, row: RegistrationApplicationRow, progress: Progress) -> None:
    """Into the next state: the running step's time is taken, the next one's begins (B03)."""
    await _end_step(uow, row)
    row.progress = progress
    await begin_step(uow, row, progress)


async def begin_step(uow: UnitOfWork, row: RegistrationApplicationRow, progress: Progress) -> None:
    """The clock of the state begins; where the organisation stands still it waits from its beginning."""
    kind = clock(progress.state, progress.route)
    row.step_began_on = row.effective_on if kind else None
    if row.paused_on is not None:
        row.paused_on = uow.today if kind else None
    row.step_due_on = await _set_deadline(uow, row, kind)
    if kind is None:
        return
    uow.session.add(
        ApplicationStepRow(
            application_id=row.id, division=row.division, kind=kind.value, began_on=row.effective_on,
            due_on=row.step_due_on,
        )
    )  # fmt: skip


async def _set_deadline(
    uow: UnitOfWork, row: RegistrationApplicationRow, kind: StepKind | None
) -> date | None:
    """The last day of the step that begins, its timer in the place of the last step's; none unless live. No
    timer while it stands still."""
    if kind is None or row.basis != Basis.LIVE.value:
        await uow.cancel(STEP_DUE, [row.subject])
        return None
    days: int = getattr(uow.policy(RegistryPolicy).working_days, kind.value)
    if row.paused_on is not None:
        return uow.region.calendar.add_working_days(row.effective_on, days)[0]
    return await uow.schedule_working_days(
        STEP_DUE, row.subject, row.division, after=row.effective_on, days=days
    )


async def running_step(uow: UnitOfWork, row: RegistrationApplicationRow) -> ApplicationStepRow | None:
    """The stretch of time that has not ended; None for an application that has."""
    statement = select(ApplicationStepRow).where(
        ApplicationStepRow.application_id == row.id, sa.column("ended_on").is_(None)
    )
    return (await uow.session.exec(statement)).one_or_none()


async def _end_step(uow: UnitOfWork, row: RegistrationApplicationRow) -> None:
    """Count its working days, those in which the organisation stood still left out."""
    running = await running_step(uow, row)
    if running is None:
        return
    running.ended_on = max(row.effective_on, running.began_on)
    counted = running.ended_on if row.paused_on is None else min(row.paused_on, running.ended_on)
    days = uow.region.calendar.working_days_between(running.began_on, counted) - running.paused_days
    running.working_days = max(0, days)
    uow.session.add(running)
    if running.kind != StepKind.CORRECTION.value:
        row.working_days_used += running.working_days
