"""Which criteria a pre-review answers: the nearest division's, those of the field before those for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.http import Reading
from services.registry.hub.criteria.tables import CriteriaRow
from services.registry.hub.versions.queries import fits, in_force
from services.registry.policy import RegistryPolicy


class ConditionOut(BaseModel):
    """One condition to be answered."""

    code: str
    name_zh: str
    name_en: str | None = Field(description="null where the body has given none")


@dataclass(frozen=True)
class Applicable:
    """The version that holds for one organisation on one day."""

    version: str
    conditions: tuple[ConditionOut, ...]
    row: CriteriaRow | None = None
    """None: the profile's own list, where no body has published any."""

    @property
    def codes(self) -> list[str]:
        """The codes that a pre-review answers."""
        return [one.code for one in self.conditions]


async def applicable(
    session: AsyncSession, policy: RegistryPolicy, *, division: str, categories: Sequence[str], day: date
) -> Applicable:
    """The criteria in force on `day` for an organisation of these categories in `division` (T03)."""
    found = [
        one for one in await in_force(session, CriteriaRow, division, day) if fits(one.fields, categories)
    ]
    if not found:
        listed = tuple(
            ConditionOut(code=one.code, name_zh=one.name_zh, name_en=one.name_en or None)
            for one in policy.criteria
        )
        return Applicable(policy.criteria_version, listed)
    row = min(found, key=lambda one: (-len(one.division), not one.fields))
    conditions = tuple(
        ConditionOut(code=one["code"], name_zh=one["name"], name_en=one.get("name_en"))
        for one in row.conditions
    )
    return Applicable(row.version, conditions, row)


class CriteriaInForce(BaseModel):
    """What a pre-review answers."""

    version: str
    division: str | None
    title: str | None
    id: UUID | None
    conditions: list[ConditionOut]


async def holding(
    reading: Reading, *, division: str, categories: Sequence[str], day: date | None
) -> CriteriaInForce:
    """The criteria for an organisation of these categories there. Raises `NotPermitted`."""
    reading.authorize(division)
    found = await applicable(
        reading.session, reading.policy(RegistryPolicy), division=division, categories=categories,
        day=day or reading.today,
    )  # fmt: skip
    row = found.row
    return CriteriaInForce(
        version=found.version, division=row.division if row else None, title=row.title if row else None,
        id=row.id if row else None,
        conditions=list(found.conditions),
    )  # fmt: skip
