"""The use cases of training plans: adopt, amend, close with what was held."""

from datetime import date
from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_meetings as contract

from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, Text, Words
from services.registry.operations.training_plans.model import TRANSITIONS, TrainingPlanPhase
from services.registry.operations.training_plans.queries import held_of
from services.registry.operations.training_plans.tables import TrainingPlanRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

TRAINING_PLANS = Kind(
    TrainingPlanRow, TrainingPlanPhase, TRANSITIONS, initial=TrainingPlanPhase.ADOPTED,
    zh="年度培训计划", en="training plans", path="training-plans", unit="项", steps=MatterStepRow,
    states_zh={TrainingPlanPhase.ADOPTED: "执行中", TrainingPlanPhase.CLOSED: "办结"},
    clocks=(
        Clock(
            "settlement", {"adopted"}, contract.TrainingPlanBecameOverdue, "became_overdue",
            rule="registry.operations.settlement_day",
        ),
    ),
    unique=("division", "body", "year"), filters=("body", "year"),
)  # fmt: skip


@TRAINING_PLANS.opens(contract.TrainingPlanAdopted, zh="制定", needs="write")
async def adopt(
    uow: UnitOfWork, row: TrainingPlanRow, *,
    body: Annotated[Code, Field(title="单位")],
    year: Annotated[int, Field(title="年度", ge=1990, le=2200)],
    title: Annotated[Text, Field(title="名称")],
    sessions: Annotated[Count, Field(title="计划场次")],
    people: Annotated[Count, Field(title="计划人次")] = 0,
    hours: Annotated[Count, Field(title="计划课时")] = 0,
    topics: Annotated[Codes, Field(title="计划专题")] = [],  # noqa: B006, read only
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """What the body means to train in the year; it is settled after the year's end."""
    month, day = uow.policy(RegistryPolicy).operations.settlement_day
    row.due_on = date(year + 1, month, day)


@TRAINING_PLANS.step(contract.TrainingPlanAmended, zh="调整", needs="write", path="amendment")
async def amend(
    uow: UnitOfWork, row: TrainingPlanRow, *,
    reason: Annotated[Words, Field(title="理由")],
    sessions: Annotated[Count | None, Field(title="计划场次")] = None,
    people: Annotated[Count | None, Field(title="计划人次")] = None,
    hours: Annotated[Count | None, Field(title="计划课时")] = None,
    topics: Annotated[Codes | None, Field(title="计划专题")] = None,
) -> None:  # fmt: skip
    """Plan otherwise, with the reason."""


@TRAINING_PLANS.step(contract.TrainingPlanClosed, zh="办结", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: TrainingPlanRow, *, summary: Annotated[Words | None, Field(title="小结")] = None
) -> None:
    """Settle the plan: what the trainings under it came to stays with it."""
    await uow.flush()
    held = await held_of(uow, row)
    row.held_sessions, row.held_people, row.held_hours = held.sessions, held.people, held.hours
    row.topics_left = held.topics_left


reassign = TRAINING_PLANS.reassigns(needs="write")
