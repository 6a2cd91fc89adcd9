"""Reads of requests, without whose they are."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from services.registry.care.requests.model import RequestBy, RequestPhase
from services.registry.care.requests.tables import CareRequestRow


class CareRequestOut(AggregateOut):
    """A request as it stands."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    state: RequestPhase
    asked_on: date
    asked_by: RequestBy
    document: str
    received_by: str
    due_on: date
    answered_on: date | None


async def search(
    reading: Reading, *, division: str | None, state: RequestPhase | None, page: PageRequest
) -> Page[CareRequestOut]:
    """The requests of a division, the newest first. Raises `NotPermitted`, `MalformedCursor`."""
    row = CareRequestRow
    statement = select(row).where(reading.within(col(row.division), division))
    if state is not None:
        statement = statement.where(row.state == state.value)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) < after[0])
    found = await reading.session.exec(statement.order_by(col(row.id).desc()).limit(page.fetch))
    return Page[CareRequestOut].of(
        found.all(), page, item=CareRequestOut.model_validate, key=lambda one: (one.id,)
    )


async def one(reading: Reading, *, id: UUID) -> CareRequestOut:
    """One request. Raises `NotFound`, `NotPermitted`."""
    return CareRequestOut.model_validate(await reading.record(CareRequestRow, id))
