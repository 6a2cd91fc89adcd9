"""Draws a spot check again from the pool that was kept, and says whether that gives what is on record."""

from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reading
from chassis.model import Refusal
from services.registry.inspections.spot_checks.model import assign, digest, draw
from services.registry.inspections.spot_checks.tables import SpotCheckRow

_POOL = "select organization_id::text as id from spot_check_pool where spot_check_id = $1"
_RECORD = """
select b.organization_id::text as id, b.assigned,
       exists (select from matter_step s where s.record_id = b.id and s.fact = 'reassigned') as reassigned
from body_check b
where b.spot_check_id = $1
"""


class NotDrawn(Refusal):
    """Nothing was drawn yet, or in another stack or in the past: the pool is not here."""

    code = "spot_check_not_drawn"
    zh = "该抽查尚未抽取，或由其他平台抽取，或为补录的历史抽查，无法在此复核。"
    en = "It was not drawn yet, or elsewhere, or in the past; it cannot be drawn again here."


class DrawnAgain(BaseModel):
    """The second draw beside the first."""

    seed: str
    population: int
    pool_agrees: bool = Field(description="the kept pool has the digest that was published with the draw")
    bodies: list[UUID] = Field(description="what the seed draws from the pool, in its order")
    bodies_agree: bool = Field(description="exactly these were recorded as drawn")
    inspectors_agree: bool = Field(description="each has the inspectors drawn for it, or was reassigned")


async def draw_again(reading: Reading, *, id: UUID) -> DrawnAgain:
    """Draw it again. Raises `NotFound`, `NotPermitted`, `NotDrawn`."""
    row = await reading.record(SpotCheckRow, id)
    pool = [one["id"] for one in await reading.connection.fetch(_POOL, id)]
    if row.seed is None or row.drawn_bodies is None or not pool:
        raise NotDrawn()
    bodies = draw(row.seed, pool, row.drawn_bodies)
    record = {one["id"]: one for one in await reading.connection.fetch(_RECORD, id)}
    drawn = {body: assign(row.seed, body, row.inspectors, row.inspectors_each) for body in bodies}
    return DrawnAgain(
        seed=row.seed, population=len(pool), pool_agrees=digest(pool) == row.population_digest,
        bodies=[UUID(body) for body in bodies], bodies_agree=set(record) == set(bodies),
        inspectors_agree=all(
            one["reassigned"] or one["assigned"] == drawn.get(body) for body, one in record.items()
        ),
    )  # fmt: skip
