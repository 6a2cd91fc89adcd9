"""Appointing instructors, assigning them within their capacity, releasing them, ending the appointment."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shuniu_contracts import Ref
from shuniu_contracts.partybuild import (
    InstructorAppointed,
    InstructorAssigned,
    InstructorEnded,
    InstructorReleased,
)
from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import col, select

from chassis.model import refuse_all, step
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork
from services.partybuild.coverage import commands as coverage
from services.partybuild.coverage.model import Mode
from services.partybuild.dating import Dated, dated
from services.partybuild.instructors.model import (
    TRANSITIONS,
    AlreadyAppointed,
    Status,
    assignment_faults,
    release_faults,
)
from services.partybuild.instructors.tables import InstructorRow
from services.partybuild.organizations.commands import lock_organizations, survivors
from services.partybuild.policy import PartybuildPolicy


async def appoint(
    uow: UnitOfWork, *, person_id: str, division: str, capacity: int | None = None,
    effective_on: date | None = None, basis: str = "live",
) -> InstructorRow:  # fmt: skip
    """Appoint a person, by opaque id; raises `AlreadyAppointed`."""
    uow.authorize(division)
    when = dated(uow, effective_on, basis)
    await uow.connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", person_id)
    statement = select(InstructorRow.id).where(
        InstructorRow.person_id == person_id, InstructorRow.status == Status.APPOINTED.value
    )
    if (present := (await uow.session.exec(statement)).first()) is not None:
        raise AlreadyAppointed(person=person_id, id=present, at="/person_id")
    row = InstructorRow(
        person_id=person_id, division=division, status=Status.APPOINTED.value, organization_ids=[],
        capacity=capacity or uow.policy(PartybuildPolicy).instructor_capacity, appointed_on=when.on,
        effective_on=when.on, basis=when.basis.value, recorded_at=uow.now,
    )  # fmt: skip
    uow.admit(row)
    _record(uow, row, InstructorAppointed, when)
    return row


async def assign(
    uow: UnitOfWork, *, id: UUID, organization_ids: Sequence[UUID], effective_on: date | None = None,
    basis: str = "live",
) -> InstructorRow:  # fmt: skip
    """Send the instructor to these organisations; raises `OverCapacity` and `AlreadyAssigned`.

    The appointment's row is locked, so the capacity holds however many assign at once.
    """
    row = await uow.load(InstructorRow, id)
    when = dated(uow, effective_on, basis, not_before=row.appointed_on)
    step(TRANSITIONS, Status(row.status), "assigned")
    organizations = await lock_organizations(uow, organization_ids, at="/organization_ids")
    sequences = {organization.id: organization.sequence for organization in organizations}
    asked = list(sequences)
    refuse_all(assignment_faults(row.capacity, set(row.organization_ids), asked))
    for organization_id, sequence in sequences.items():
        row.organization_ids = [*row.organization_ids, organization_id]
        _record(uow, row, InstructorAssigned, when, organization=Ref(str(organization_id), sequence))
    await coverage.begin_covering(uow, _source(row), asked, when.on)
    await coverage.settle(uow, asked, when)
    return row


def _source(row: InstructorRow) -> coverage.Source:
    return coverage.Source("instructor", row.id, row.sequence, Mode.INSTRUCTOR)


async def release(
    uow: UnitOfWork, *, id: UUID, organization_ids: Sequence[UUID], effective_on: date | None = None,
    basis: str = "live",
) -> InstructorRow:  # fmt: skip
    """Withdraw the instructor from these organisations; raises `NotAssigned`."""
    row = await uow.load(InstructorRow, id)
    when = dated(uow, effective_on, basis, not_before=row.appointed_on)
    step(TRANSITIONS, Status(row.status), "released")
    leaving = await survivors(uow, organization_ids)
    refuse_all(release_faults(set(row.organization_ids), leaving))
    await _leave(uow, row, leaving, when)
    await coverage.settle(uow, leaving, when, reason="instructor_released")
    return row


async def end(
    uow: UnitOfWork, *, id: UUID, effective_on: date | None = None, basis: str = "live"
) -> InstructorRow:
    """End the appointment; what only this instructor covered lapses."""
    row = await uow.load(InstructorRow, id)
    when = dated(uow, effective_on, basis, not_before=row.appointed_on)
    step(TRANSITIONS, Status(row.status), "ended")
    left = list(row.organization_ids)
    await _leave(uow, row, left, when)
    row.status, row.ended_on = Status.ENDED.value, when.on
    _record(uow, row, InstructorEnded, when)
    await coverage.settle(uow, left, when, reason="instructor_ended")
    return row


async def _leave(
    uow: UnitOfWork, row: InstructorRow, leaving: Sequence[UUID], when: Dated,
    because: Received[Any] | None = None,
) -> None:  # fmt: skip
    for organization_id in leaving:
        row.organization_ids = [id for id in row.organization_ids if id != organization_id]
        _record(uow, row, InstructorReleased, when, because, organization=Ref(str(organization_id)))
    await coverage.cease_covering(uow, row.id, leaving, when.on)


async def lock_assigned(uow: UnitOfWork, organization_ids: Sequence[UUID]) -> Sequence[InstructorRow]:
    """The instructors assigned to any of these organisations, locked in the order of their ids."""
    statement = (
        select(InstructorRow)
        .where(
            col(InstructorRow.organization_ids).bool_op("&&")(cast(list(organization_ids), ARRAY(PG_UUID))),
            InstructorRow.home == uow.stack,
        )
        .order_by(col(InstructorRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await uow.session.exec(statement)).all()


async def part(uow: UnitOfWork, gone: Mapping[UUID, tuple[UUID | None, Received[Any]]]) -> set[UUID]:
    """Organisations have ended: their instructors are free again, or go on at the survivor of a merger.

    Returns the survivors that are covered instead.
    """
    replaced: set[UUID] = set()
    for row in await lock_assigned(uow, list(gone)):
        for leaving in [id for id in row.organization_ids if id in gone]:
            survivor, because = gone[leaving]
            state = because.data.state
            when = Dated(max(state.effective_on, row.appointed_on), state.basis)
            await _leave(uow, row, [leaving], when, because)
            if survivor is not None and survivor not in row.organization_ids:
                row.organization_ids = [*row.organization_ids, survivor]
                _record(uow, row, InstructorAssigned, when, because, organization=Ref(str(survivor)))
                await coverage.begin_covering(uow, _source(row), [survivor], when.on)
                replaced.add(survivor)
    return replaced


def _record(
    uow: UnitOfWork, row: InstructorRow, event: type[Any], when: Dated,
    because: Received[Any] | None = None, **particular: object,
) -> None:  # fmt: skip
    row.effective_on, row.basis = when.on, when.basis.value
    uow.record(row, event(state=row.public_state(), **particular), because=because)
