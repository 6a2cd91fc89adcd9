"""One organisation's incubation as it stands (L19, J13), from the records of every kind here."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel import col, select

from chassis.http import Reading
from services.registry.incubation.cultivations.tables import CultivationRow
from services.registry.incubation.stays.model import HOLDING, StayPhase
from services.registry.incubation.stays.tables import StayRow
from services.registry.organizations.tables import OrganizationRow

_SERVICES = """
select service, count(*) as times, coalesce(sum(hours), 0)::bigint as hours
from service_entry where organization_id = $1 and state = 'confirmed' group by 1 order by 1
"""
_SUPPORTS = """
select support_kind as service, count(*) as times, coalesce(sum(hours), 0)::bigint as hours
from support where organization_id = $1 and state <> 'revoked' group by 1 order by 1
"""
_GUIDANCE = """
select coalesce(sum(before_sessions), 0)::bigint as before,
       coalesce(sum(during_sessions), 0)::bigint as during, coalesce(sum(after_sessions), 0)::bigint as after,
       min(due_on) filter (where not ended) as due_on
from guidance where organization_id = $1
"""


class Given(BaseModel):
    """How often something was given, and for how long."""

    service: str
    times: int
    hours: int


class Place(BaseModel):
    """The place in a base that it has, or had last."""

    stay_id: UUID
    base_id: UUID
    state: StayPhase
    ends_on: date | None
    not_given: list[str] = Field(description="services of the agreement that both sides confirmed none of")


class Listed(BaseModel):
    """Where it stands on a cultivation list."""

    cultivation_class: str
    cultivation_path: str
    stage: str
    target_stage: str
    review_on: date | None


class Guided(BaseModel):
    """Sessions of guidance by phase."""

    before: int
    during: int
    after: int
    due_on: date | None = Field(description="when the next one is due")


class Incubation(BaseModel):
    """All of it."""

    organization_id: UUID
    origin: str | None
    staff_count: int | None
    place: Place | None
    services: list[Given] = Field(description="inside a base, as both sides confirmed")
    supports: list[Given] = Field(description="outside a base")
    cultivation: list[Listed]
    guidance: Guided


async def incubation(reading: Reading, *, id: UUID) -> Incubation:
    """What is known of the organisation `id`. Raises `NotFound`, `NotPermitted`."""
    organization = await reading.record(OrganizationRow, id)
    services = [Given(**dict(row)) for row in await reading.connection.fetch(_SERVICES, id)]
    supports = [Given(**dict(row)) for row in await reading.connection.fetch(_SUPPORTS, id)]
    [guidance] = await reading.connection.fetch(_GUIDANCE, id)
    return Incubation(
        organization_id=id, origin=organization.origin, staff_count=organization.staff_count,
        place=await _place(reading, id, {one.service for one in services}), services=services,
        supports=supports, cultivation=await _listed(reading, id), guidance=Guided(**dict(guidance)),
    )  # fmt: skip


async def _place(reading: Reading, id: UUID, given: set[str]) -> Place | None:
    rows = (
        await reading.session.exec(
            select(StayRow)
            .where(StayRow.organization_id == id, col(StayRow.screened_on).is_not(None))
            .order_by(col(StayRow.screened_on).desc(), col(StayRow.id).desc())
        )
    ).all()
    row = next((one for one in rows if StayPhase(one.state) in HOLDING), rows[0] if rows else None)
    if row is None:
        return None
    return Place(
        stay_id=row.id, base_id=row.base_id, state=StayPhase(row.state), ends_on=row.ends_on,
        not_given=[service for service in row.services if service not in given],
    )  # fmt: skip


async def _listed(reading: Reading, id: UUID) -> list[Listed]:
    rows = await reading.session.exec(
        select(CultivationRow)
        .where(CultivationRow.organization_id == id, ~col(CultivationRow.ended))
        .order_by(CultivationRow.cultivation_path)
    )
    return [
        Listed(
            cultivation_class=row.cultivation_class, cultivation_path=row.cultivation_path,
            stage=row.stage, target_stage=row.target_stage, review_on=row.due_on,
        )
        for row in rows
    ]  # fmt: skip
