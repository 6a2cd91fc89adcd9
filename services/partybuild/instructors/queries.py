"""Instructors as people look for them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import cast, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import col, select

from chassis.http import PageRequest, Reading
from services.partybuild.instructors.model import Status
from services.partybuild.instructors.tables import InstructorRow


async def search(
    reading: Reading, *, division: str | None, status: Status | None, organization_id: UUID | None,
    free: bool | None, page: PageRequest,
) -> Sequence[InstructorRow]:  # fmt: skip
    """Appointments, the oldest record first; `free` are those who may take on more."""
    row = InstructorRow
    statement = (
        select(row).where(reading.within(col(row.division), division)).order_by(col(row.id)).limit(page.fetch)
    )
    if status is not None:
        statement = statement.where(col(row.status) == status)
    if organization_id is not None:
        named = cast([organization_id], ARRAY(PG_UUID))
        statement = statement.where(col(row.organization_ids).bool_op("@>")(named))
    if free is not None:
        has_room = func.cardinality(col(row.organization_ids)) < col(row.capacity)
        statement = statement.where((has_room & (col(row.status) == Status.APPOINTED)) if free else ~has_room)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) > after[0])
    return (await reading.session.exec(statement)).all()


async def one(reading: Reading, *, id: UUID) -> InstructorRow:
    """One appointment; raises `NotFound` and `NotPermitted`."""
    return await reading.record(InstructorRow, id)
