"""Care records in lists: need, worker, days; never whom they are about."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from services.registry.care.records.model import CarePhase, ConsentBy
from services.registry.care.records.tables import CareRecordRow


class CareRecordOut(AggregateOut):
    """What is not sealed of a record."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    state: CarePhase
    need: str
    worker: str
    opened_on: date
    ended_on: date | None
    consented_on: date
    consent_by: ConsentBy
    reviewed_on: date | None
    review_due_on: date | None
    overdue: bool


async def search(
    reading: Reading, *, division: str | None, state: CarePhase | None, need: str | None,
    worker: str | None, overdue: bool | None, review_before: date | None, page: PageRequest,
) -> Page[CareRecordOut]:  # fmt: skip
    """The records of a division, the newest first. Raises `NotPermitted`, `MalformedCursor`."""
    row = CareRecordRow
    statement = select(row).where(reading.within(col(row.division), division))
    for column, value in ((row.state, state and state.value), (row.need, need), (row.worker, worker)):
        if value is not None:
            statement = statement.where(col(column) == value)
    if overdue is not None:
        statement = statement.where(col(row.overdue) == overdue)
    if review_before is not None:
        statement = statement.where(col(row.review_due_on) < review_before)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) < after[0])
    found = await reading.session.exec(statement.order_by(col(row.id).desc()).limit(page.fetch))
    return Page[CareRecordOut].of(
        found.all(), page, item=CareRecordOut.model_validate, key=lambda one: (one.id,)
    )


async def one(reading: Reading, *, id: UUID) -> CareRecordOut:
    """One record. Raises `NotFound`, `NotPermitted`."""
    return CareRecordOut.model_validate(await reading.record(CareRecordRow, id))
