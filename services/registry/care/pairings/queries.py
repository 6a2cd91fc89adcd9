"""Pairings in lists: worker and days; never whom they are about."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from services.registry.care.pairings.model import PairingPhase
from services.registry.care.pairings.tables import CarePairingRow


class CarePairingOut(AggregateOut):
    """What is not sealed of a pairing."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    state: PairingPhase
    worker: str
    paired_on: date
    ended_on: date | None
    end_reason: str | None
    guardian_consented_on: date


async def search(
    reading: Reading, *, division: str | None, state: PairingPhase | None, worker: str | None,
    page: PageRequest,
) -> Page[CarePairingOut]:  # fmt: skip
    """The pairings of a division, the newest first. Raises `NotPermitted`, `MalformedCursor`."""
    row = CarePairingRow
    statement = select(row).where(reading.within(col(row.division), division))
    if state is not None:
        statement = statement.where(row.state == state.value)
    if worker is not None:
        statement = statement.where(row.worker == worker)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) < after[0])
    found = await reading.session.exec(statement.order_by(col(row.id).desc()).limit(page.fetch))
    return Page[CarePairingOut].of(
        found.all(), page, item=CarePairingOut.model_validate, key=lambda one: (one.id,)
    )


async def one(reading: Reading, *, id: UUID) -> CarePairingOut:
    """One pairing. Raises `NotFound`, `NotPermitted`."""
    return CarePairingOut.model_validate(await reading.record(CarePairingRow, id))
