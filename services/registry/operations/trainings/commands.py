"""The use cases of trainings: open, survey, schedule, hold, explain, cancel; their deadlines."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_meetings as contract

from chassis.http.fields import Day, PersonId
from chassis.matters import Clock, Kind, words
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, Record, Words
from services.registry.operations.attendances.counting import counting, follow_list, hold_by_list
from services.registry.operations.attendances.invitations import (
    Among,
    Forms,
    Links,
    Post,
    call_off,
    close_list,
    invite_many,
)
from services.registry.operations.meetings.commands import explanation_days
from services.registry.operations.meetings.model import AskedByCadence, check_part, check_within
from services.registry.operations.periods import INTERVALS_ZH, STRENGTHS_ZH, Interval, Strength, period_of
from services.registry.operations.trainings.model import TRANSITIONS, SurveyMissing, TrainingPhase
from services.registry.operations.trainings.tables import TrainingRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

_CLOSES = "training.list"

TRAININGS = Kind(
    TrainingRow, TrainingPhase, TRANSITIONS, initial=TrainingPhase.DUE,
    zh="培训", en="trainings", path="trainings", unit="次", steps=MatterStepRow,
    states_zh={
        TrainingPhase.DUE: "应举办",
        TrainingPhase.SURVEYED: "已调查需求",
        TrainingPhase.SCHEDULED: "已排期",
        TrainingPhase.HELD: "已举办",
        TrainingPhase.CONCLUDED: "已办结",
        TrainingPhase.MISSED: "未举办",
        TrainingPhase.EXPLAINED: "未举办、已说明",
        TrainingPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "period", {"due", "surveyed", "scheduled"}, contract.TrainingMissed, "missed",
            rule="training.period",
        ),
        Clock(
            "explanation", {"missed"}, contract.TrainingBecameOverdue, "became_overdue",
            rule="registry.operations.explanation_days", days=explanation_days,
            column="explanation_due_on", rescheduled=contract.TrainingRescheduled,
        ),
    ),
    appointed={"scheduled_on": {TrainingPhase.SCHEDULED}},
    unique=("cadence_id", "period"), settled={TrainingPhase.HELD},
    filters=("body", "course", "period", "series", "plan_id", "strength", "cadence_id"),
)  # fmt: skip


@TRAININGS.opens(contract.TrainingOpened, zh="列入", needs="write")
async def open_(
    uow: UnitOfWork, row: TrainingRow, *,
    body: Annotated[Code, Field(title="单位")],
    course: Annotated[Code, Field(title="培训类别")],
    strength: Annotated[
        Strength, Field(title="要求强度", json_schema_extra=words(STRENGTHS_ZH))
    ] = Strength.IN_PRINCIPLE,
    cadence_id: Annotated[UUID | None, Record("cadence"), Field(title="定期培训制度")] = None,
    interval: Annotated[
        Interval | None, Field(title="周期", json_schema_extra=words(INTERVALS_ZH))
    ] = None,
    plan_id: Annotated[UUID | None, Record("training_plan"), Field(title="年度培训计划")] = None,
    series: Annotated[Code | None, Field(title="讲堂系列")] = None,
    topics: Annotated[Codes | None, Field(title="专题")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A training that is to be held: of a period where an interval is given, or by itself.

    Its topics are those of the profile for its course, unless others are named.
    """
    if topics is None and (known := uow.policy(RegistryPolicy).operations.gathering(course)) is not None:
        row.topics = list(known.agenda)
    if interval is not None:
        period = period_of(row.effective_on, interval)
        row.period, row.period_begins_on, row.period_ends_on = period.code, period.begins_on, period.ends_on
        row.due_on = period.ends_on


@TRAININGS.step(contract.TrainingSurveyed, zh="需求调查", en="survey the needs", needs="write", path="survey")
async def survey(
    uow: UnitOfWork, row: TrainingRow, *,
    respondents: Annotated[Count, Field(title="调查人数")],
    wanted: Annotated[Codes, Field(title="需求专题")],
    findings: Annotated[Words | None, Field(title="调查情况")] = None,
) -> None:  # fmt: skip
    """What those who are to come need; it goes before the training (R26). The newest holds."""
    row.surveyed_on = row.effective_on


@TRAININGS.step(contract.TrainingScheduled, zh="排期", needs="write", path="schedule")
async def schedule(
    uow: UnitOfWork, row: TrainingRow, *,
    scheduled_on: Annotated[Day, Field(title="拟举办日期")],
    topics: Annotated[Codes | None, Field(title="专题")] = None,
    plan_id: Annotated[UUID | None, Record("training_plan"), Field(title="年度培训计划")] = None,
) -> None:  # fmt: skip
    """Set its day, or another one, within the period."""
    check_within(scheduled_on, row.period_begins_on, row.period_ends_on, at="/scheduled_on")
    _check_survey(uow, row)


@TRAININGS.step(
    contract.TrainingInvited, zh="批量邀请", en="invite organisations", needs="write", path="invitations"
)
async def invite(
    uow: UnitOfWork, row: TrainingRow, *,
    among: Among = None, hub_links: Links = [], legal_forms: Forms = [],  # noqa: B006, read only
    post: Post = None,
) -> None:  # fmt: skip
    """Invite every organisation of a part of the register that is not on the list yet."""
    await invite_many(uow, row, among=among, links=hub_links, forms=legal_forms, post=post)


@TRAININGS.step(
    contract.TrainingHeld, zh="举办", en="record as held", needs="write", path="holding", by_workbook=True
)
async def hold(
    uow: UnitOfWork, row: TrainingRow, *,
    attended: Annotated[Count | None, Field(title="参加人数（有签到表可留空）")] = None,
    women: Annotated[Count | None, Field(title="其中女性")] = None,
    staff: Annotated[Count | None, Field(title="其中专职工作人员")] = None,
    organizations: Annotated[Count | None, Field(title="参加组织数")] = None,
    hours: Annotated[Count | None, Field(title="课时")] = None,
    sites: Annotated[Count | None, Field(title="考察点数")] = None,
    topics: Annotated[Codes | None, Field(title="专题")] = None,
    lecturer: Annotated[PersonId | None, Field(title="授课人")] = None,
    invited: Annotated[Count | None, Field(title="应到人数")] = None,
) -> None:  # fmt: skip
    """It took place on the day given; numbers that are left out are those of the list of those invited.

    The list can be answered and corrected for some days from now on.
    """
    check_within(row.effective_on, row.period_begins_on, row.period_ends_on, at="/effective_on")
    await hold_by_list(uow, row, invited=invited, attended=attended, organizations=organizations)
    check_part(women, row.attended, at="/women")
    check_part(staff, row.attended, at="/staff")
    _check_survey(uow, row)
    row.held_on = row.effective_on
    if row.basis == Basis.LIVE.value:
        days = uow.policy(RegistryPolicy).operations.training_list_days
        await uow.schedule_working_days(_CLOSES, row.subject, row.division, after=uow.today, days=days)


@TRAININGS.step(contract.TrainingConcluded, zh="办结", needs="write", path="conclusion")
async def conclude(uow: UnitOfWork, row: TrainingRow) -> None:
    """Close the list of those invited: it changes no more, nor do the numbers."""
    await uow.cancel(_CLOSES, [row.subject])
    await follow_list(uow, row)
    await close_list(uow, row)


@TRAININGS.step(
    contract.TrainingMissed, zh="认定未举办", en="record as missed", needs="write", path="absence"
)
async def miss(uow: UnitOfWork, row: TrainingRow) -> Mapping[str, Any]:
    """It was not held: history, or before the period's end comes by itself."""
    return {"due_on": row.due_on or row.effective_on, "rule": "training.period"}


@TRAININGS.step(
    contract.TrainingExplained,
    zh="说明未举办原因",
    en="explain why it was not held",
    needs="write",
    path="explanation",
)
async def explain(
    uow: UnitOfWork, row: TrainingRow, *,
    explanation_code: Annotated[Code, Field(title="未举办原因")],
    explanation: Annotated[Words, Field(title="说明")],
) -> None:  # fmt: skip
    """Comply or explain: why it was not held."""
    await call_off(uow, row)


@TRAININGS.step(contract.TrainingCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(uow: UnitOfWork, row: TrainingRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """Take back a training that no cadence asks for."""
    if row.cadence_id is not None:
        raise AskedByCadence()
    await call_off(uow, row)


reassign = TRAININGS.reassigns(needs="write")


async def _conclude(uow: UnitOfWork, due: DueTimer) -> None:
    row = await TRAININGS.load(uow, due.subject)
    if await due.take():
        await conclude.on(uow, row)


TIMERS = (counting(TRAININGS, contract.TrainingCounted), Timer(_CLOSES, _conclude))


def _check_survey(uow: UnitOfWork, row: TrainingRow) -> None:
    """History is as it was; what is held now follows the rule."""
    asked = uow.policy(RegistryPolicy).operations.training_needs_survey
    if asked and row.basis == Basis.LIVE.value and row.surveyed_on is None:
        raise SurveyMissing()
