"""Planned against held: the trainings that name the plan (T18)."""

from uuid import UUID

from pydantic import BaseModel, Field

from chassis.acting import Acting
from chassis.http import Reading
from services.registry.operations.training_plans.tables import TrainingPlanRow

_SUMS = """
select count(*) as sessions, coalesce(sum(attended), 0)::bigint as people,
       coalesce(sum(hours), 0)::bigint as hours
from training where plan_id = $1 and held_on is not null
"""
_TOPICS = "select distinct unnest(topics) as topic from training where plan_id = $1 and held_on is not null"


class Held(BaseModel):
    """What was held of a plan."""

    sessions: int
    people: int
    hours: int
    topics_left: list[str] = Field(description="planned topics that no training had")


class Comparison(BaseModel):
    """A plan against what was held of it."""

    planned_sessions: int
    planned_people: int
    planned_hours: int
    held: Held


async def held_of(acting: Acting, plan: TrainingPlanRow) -> Held:
    """The sums over the trainings of the plan."""
    [sums] = await acting.connection.fetch(_SUMS, plan.id)
    topics = {row["topic"] for row in await acting.connection.fetch(_TOPICS, plan.id)}
    left = [topic for topic in plan.topics if topic not in topics]
    return Held(sessions=sums["sessions"], people=sums["people"], hours=sums["hours"], topics_left=left)


async def comparison(reading: Reading, *, id: UUID) -> Comparison:
    """Planned against held, as it stands. Raises `NotFound`, `NotPermitted`."""
    plan = await reading.record(TrainingPlanRow, id)
    return Comparison(
        planned_sessions=plan.sessions, planned_people=plan.people, planned_hours=plan.hours,
        held=await held_of(reading, plan),
    )  # fmt: skip
