"""Applications, read."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from chassis.http import PageRequest, Reading
from services.grants.applications.model import ApplicationStatus
from services.grants.applications.tables import ApplicationRow


async def search(
    reading: Reading, *, page: PageRequest, division: str | None = None, round_id: UUID | None = None,
    organization_id: UUID | None = None, status: ApplicationStatus | None = None,
) -> Sequence[ApplicationRow]:  # fmt: skip
    """Applications in the caller's divisions, oldest id first."""
    statement = select(ApplicationRow).where(reading.within(col(ApplicationRow.division), division))
    for column, value in (
        (col(ApplicationRow.round_id), round_id),
        (col(ApplicationRow.organization_id), organization_id),
        (col(ApplicationRow.status), status),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(ApplicationRow.id) > after[0])
    return (await reading.session.exec(statement.order_by(col(ApplicationRow.id)).limit(page.fetch))).all()


async def one(reading: Reading, *, id: UUID) -> ApplicationRow:
    """The application; raises `NotFound`, `NotPermitted`."""
    return await reading.record(ApplicationRow, id)
