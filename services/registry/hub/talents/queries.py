"""Who of the list can be asked for something on a day."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from shuniu_contracts.registry_hub import Availability
from sqlmodel import col, select

from chassis.http import Reading
from services.registry.hub.talents.tables import TalentRow


class Available(BaseModel):
    """Somebody who can be asked."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person: str
    division: str
    skills: list[str]
    fields: list[str]
    engagements: int


async def available(
    reading: Reading, *, division: str, skill: str | None, day: date | None
) -> list[Available]:
    """Those of a division and below who can be asked on a day, the least engaged first, 200 at most.

    Raises `NotPermitted`.
    """
    statement = (
        select(TalentRow)
        .where(reading.within(col(TalentRow.division), division), col(TalentRow.ended).is_(False))
        .where(TalentRow.availability == Availability.AVAILABLE.value)
        .where(
            sa.or_(
                col(TalentRow.available_from).is_(None),
                col(TalentRow.available_from) <= (day or reading.today),
            )
        )
        .order_by(col(TalentRow.engagements), col(TalentRow.id))
        .limit(200)
    )
    if skill is not None:
        statement = statement.where(sa.literal(skill) == sa.any_(col(TalentRow.skills)))
    return [Available.model_validate(row) for row in await reading.session.exec(statement)]
