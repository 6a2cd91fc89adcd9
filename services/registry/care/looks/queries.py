"""Who looked, when and what for."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from chassis.http import Page, PageRequest, Reading
from services.registry.care.looks.tables import CareLookRow


class LookOut(BaseModel):
    """One look."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    kind: str
    record_id: UUID
    division: str
    purpose: str
    actor_id: str
    looked_at: datetime
    request_id: UUID | None


async def looks(
    reading: Reading, *, division: str | None, record_id: UUID | None, actor_id: str | None, page: PageRequest
) -> Page[LookOut]:
    """The looks into records of a division, the newest first. Raises `NotPermitted`, `MalformedCursor`."""
    row = CareLookRow
    statement = select(row).where(reading.within(col(row.division), division))
    if record_id is not None:
        statement = statement.where(col(row.record_id) == record_id)
    if actor_id is not None:
        statement = statement.where(col(row.actor_id) == actor_id)
    if (after := page.after(int)) is not None:
        statement = statement.where(col(row.number) < after[0])
    found = await reading.session.exec(statement.order_by(col(row.number).desc()).limit(page.fetch))
    return Page[LookOut].of(found.all(), page, item=LookOut.model_validate, key=lambda one: (one.number,))
