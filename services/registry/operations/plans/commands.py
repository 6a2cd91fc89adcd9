"""The use cases of plans: adopt, amend, phases, milestones, conclude; the days they wait for."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.model import refuse_all
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code, Codes, Count, DocumentNumber, Record, Text, Words
from services.registry.operations.frameworks import check_tags
from services.registry.operations.meetings.tables import MeetingRow
from services.registry.operations.plans.model import (
    TRANSITIONS,
    PartDone,
    PlanPhase,
    check_phases,
    check_span,
    gaps,
    next_day,
    part,
    replaced,
    waiting,
)
from services.registry.operations.plans.tables import PlanRow
from services.registry.operations.receipts.commands import remind_days
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


class Stage(BaseModel):
    """A phase as it is planned."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(title="阶段名称")
    begins_on: Day = Field(title="开始日期")
    ends_on: Day = Field(title="结束日期")


class Milestone(BaseModel):
    """What has to be there by a day."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(title="节点")
    due_on: Day = Field(title="完成期限")


Stages = Annotated[list[Stage], Field(max_length=50)]
Milestones = Annotated[list[Milestone], Field(max_length=100)]


async def _mark(uow: UnitOfWork, row: PlanRow) -> Mapping[str, Any]:
    """What was due on the day that passed and is not done is late; the plan waits for the next day."""
    day = row.due_on or uow.today
    late: dict[str, list[int]] = {"milestones": [], "phases": []}
    for due, kind, number in waiting(row.phases, row.milestones):
        if due == day:
            late[kind].append(number)
    for number in late["phases"]:
        row.phases = replaced(row.phases, number, {**part(row.phases, number), "overran": True})
    for number in late["milestones"]:
        row.milestones = replaced(row.milestones, number, {**part(row.milestones, number), "missed": True})
    row.due_on = next_day(row.phases, row.milestones, day + timedelta(days=1))
    return late


_MOVING = {"amended", "phase_started", "phase_ended", "milestone_met", "milestone_missed"}
"""Facts after which a plan may wait for another day."""

PLANS = Kind(
    PlanRow, PlanPhase, TRANSITIONS, initial=PlanPhase.ADOPTED,
    zh="规划（方案）", en="plans", path="plans", unit="项", steps=MatterStepRow,
    states_zh={
        PlanPhase.ADOPTED: "已通过",
        PlanPhase.UNDER_WAY: "实施中",
        PlanPhase.CONCLUDED: "完成",
        PlanPhase.ABANDONED: "终止",
    },
    clocks=(
        Clock(
            "dates", {"adopted", "under_way"}, contract.PlanMilestoneMissed, "milestone_missed",
            rule="plan.dates", first=_mark, restarts=_MOVING,
        ),
        Clock(
            "ahead", {"adopted", "under_way"}, contract.PlanDeadlineNeared, "deadline_neared",
            rule="registry.operations.remind_days", restarts=_MOVING, ahead=remind_days,
        ),
    ),
    filters=("body", "kind", "meeting_id"),
)  # fmt: skip


@PLANS.opens(contract.PlanAdopted, zh="通过", needs="write")
async def adopt(
    uow: UnitOfWork, row: PlanRow, *,
    title: Annotated[Text, Field(title="名称")],
    kind: Annotated[Code, Field(title="类别")],
    body: Annotated[Code, Field(title="单位")],
    begins_on: Annotated[Day, Field(title="起始日期")],
    ends_on: Annotated[Day, Field(title="结束日期")],
    stages: Annotated[Stages, Field(title="阶段")] = [],  # noqa: B006, read only
    due: Annotated[Milestones, Field(title="节点")] = [],  # noqa: B006, read only
    adopted_by: Annotated[Text | None, Field(title="审议通过的会议")] = None,
    meeting_id: Annotated[UUID | None, Record("meeting"), Field(title="会议记录")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    framework: Annotated[Codes, Field(title="所属行动")] = [],  # noqa: B006, read only
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A plan with its span and phases; where they disagree, it is said (F44), and refused where the profile
    asks for phases (R36).

    A meeting that is named has to be on the record; raises `NotFound`.
    """
    check_tags(framework, uow.policy(RegistryPolicy).operations.tags)
    if meeting_id is not None:
        with uow.session.no_autoflush:
            meeting = await uow.session.get(MeetingRow, meeting_id)
        if meeting is None:
            raise NotFound.of(MeetingRow, meeting_id, at="/meeting_id")
        row.meeting_sequence = meeting.sequence
    _set(uow, row, stages, due)


@PLANS.step(contract.PlanAmended, zh="调整", needs="write", path="amendment")
async def amend(
    uow: UnitOfWork, row: PlanRow, *,
    reason: Annotated[Words, Field(title="理由")],
    begins_on: Annotated[Day | None, Field(title="起始日期")] = None,
    ends_on: Annotated[Day | None, Field(title="结束日期")] = None,
    stages: Annotated[Stages | None, Field(title="阶段")] = None,
    due: Annotated[Milestones | None, Field(title="节点")] = None,
    adopted_by: Annotated[Text | None, Field(title="审议通过的会议")] = None,
) -> None:  # fmt: skip
    """Other days; a phase or milestone of the same title keeps what was done of it."""
    _set(uow, row, stages, due)


@PLANS.step(contract.PlanPhaseStarted, zh="阶段开始", en="start a phase", needs="write", path="phase-start")
async def start_phase(
    uow: UnitOfWork, row: PlanRow, *, number: Annotated[Count, Field(title="第几阶段")]
) -> None:
    """A phase begins on the day given."""
    found = part(row.phases, number)
    if found.get("began_on"):
        raise PartDone(at="/number", number=number)
    row.phases = replaced(row.phases, number, {**found, "began_on": row.effective_on.isoformat()})
    _wait(row)


@PLANS.step(contract.PlanPhaseEnded, zh="阶段结束", en="end a phase", needs="write", path="phase-end")
async def end_phase(
    uow: UnitOfWork, row: PlanRow, *,
    number: Annotated[Count, Field(title="第几阶段")],
    report: Annotated[Words, Field(title="阶段小结")],
) -> None:  # fmt: skip
    """A phase ends on the day given, with its report (L37)."""
    found = part(row.phases, number)
    if not found.get("began_on") or found.get("ended_on"):
        raise PartDone(at="/number", number=number)
    row.phases = replaced(row.phases, number, {**found, "ended_on": row.effective_on.isoformat()})
    _wait(row)


@PLANS.step(
    contract.PlanMilestoneMet, zh="节点完成", en="record a milestone as met", needs="write", path="milestone"
)
async def meet(
    uow: UnitOfWork, row: PlanRow, *,
    number: Annotated[Count, Field(title="第几节点")],
    evidence: Annotated[Words | None, Field(title="完成情况")] = None,
) -> None:  # fmt: skip
    """What had to be there is there; late where its day had passed."""
    found = part(row.milestones, number)
    if found.get("met_on"):
        raise PartDone(at="/number", number=number)
    row.milestones = replaced(row.milestones, number, {**found, "met_on": row.effective_on.isoformat()})
    _wait(row)


@PLANS.step(contract.PlanConcluded, zh="完成", needs="write", path="conclusion")
async def conclude(uow: UnitOfWork, row: PlanRow, *, summary: Annotated[Words, Field(title="总结")]) -> None:
    """The plan is carried out."""


@PLANS.step(contract.PlanAbandoned, zh="终止", needs="write", path="abandonment")
async def abandon(uow: UnitOfWork, row: PlanRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """The plan is given up."""


reassign = PLANS.reassigns(needs="write")


def _set(
    uow: UnitOfWork, row: PlanRow, stages: Sequence[Stage] | None, due: Sequence[Milestone] | None
) -> None:
    faults = check_span(row.begins_on, row.ends_on, at="/ends_on")
    for place, stage in enumerate(stages or ()):
        faults += check_span(stage.begins_on, stage.ends_on, at=f"/stages/{place}/ends_on")
    refuse_all(faults)
    if stages is not None:
        row.phases = _kept(stages, row.phases)
    if due is not None:
        row.milestones = _kept(due, row.milestones)
    spans = [(date.fromisoformat(one["begins_on"]), date.fromisoformat(one["ends_on"])) for one in row.phases]
    found = gaps(row.begins_on, row.ends_on, spans)
    if row.basis == Basis.LIVE.value:
        refuse_all(check_phases(uow.policy(RegistryPolicy).operations.plan_phases, len(spans), found))
    row.gaps = [
        {"kind": gap.kind.value, "begins_on": str(gap.begins_on), "ends_on": str(gap.ends_on)}
        for gap in found
    ]
    _wait(row)


def _kept(new: Sequence[BaseModel], old: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The new parts; one of the same title keeps the days on which it began, ended or was met."""
    done = {
        one["title"]: {key: one[key] for key in ("began_on", "ended_on", "met_on") if key in one}
        for one in old
    }
    planned = [one.model_dump(mode="json") for one in new]
    return [{**one, **done.get(one["title"], {})} for one in planned]


def _wait(row: PlanRow) -> None:
    """History waits for nothing that has passed."""
    row.due_on = next_day(row.phases, row.milestones, row.effective_on)
