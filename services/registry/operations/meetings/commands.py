"""The use cases of meetings: open, schedule, hold, minute with decisions, explain; their deadlines."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_meetings as contract

from chassis.http.fields import Day, Division
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, Record, Text, Words
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
from services.registry.operations.meetings.model import (
    TRANSITIONS,
    AskedByCadence,
    MeetingPhase,
    check_part,
    check_within,
    lacking,
)
from services.registry.operations.meetings.tables import MeetingRow
from services.registry.operations.periods import (
    INTERVALS_ZH,
    STRENGTHS_ZH,
    Interval,
    Strength,
    period_of,
)
from services.registry.operations.tasks import commands as tasks
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


class Decision(BaseModel):
    """What a meeting decided; with divisions that carry it out it becomes a task."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(title="议定事项")
    lead: Code | None = Field(None, title="牵头部门")
    responsible: Codes = Field([], title="责任部门")
    co_operating: Codes = Field([], title="配合部门")
    implementing: Annotated[list[Division], Field(max_length=500)] = Field([], title="落实单位区划")
    due_on: Day | None = Field(None, title="反馈期限")


def _minutes(policy: RegistryPolicy, row: MeetingRow) -> int | None:
    return policy.operations.minutes_days


def explanation_days(policy: RegistryPolicy, row: Any) -> int | None:
    """Working days for the explanation of what was missed; None where it was asked in principle only."""
    return None if row.strength == Strength.IN_PRINCIPLE.value else policy.operations.explanation_days


MEETINGS = Kind(
    MeetingRow, MeetingPhase, TRANSITIONS, initial=MeetingPhase.DUE,
    zh="会议", en="meetings", path="meetings", unit="次", steps=MatterStepRow,
    states_zh={
        MeetingPhase.DUE: "应召开",
        MeetingPhase.SCHEDULED: "已排期",
        MeetingPhase.HELD: "已召开、纪要未印发",
        MeetingPhase.MINUTED: "已印发纪要",
        MeetingPhase.MISSED: "未召开",
        MeetingPhase.EXPLAINED: "未召开、已说明",
        MeetingPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock("period", {"due", "scheduled"}, contract.MeetingMissed, "missed", rule="meeting.period"),
        Clock(
            "minutes", {"held"}, contract.MeetingBecameOverdue, "became_overdue",
            rule="registry.operations.minutes_days", days=_minutes,
            rescheduled=contract.MeetingRescheduled,
        ),
        Clock(
            "explanation", {"missed"}, contract.MeetingBecameOverdue, "became_overdue",
            rule="registry.operations.explanation_days", days=explanation_days,
            column="explanation_due_on", rescheduled=contract.MeetingRescheduled,
        ),
    ),
    appointed={"scheduled_on": {MeetingPhase.SCHEDULED}},
    unique=("cadence_id", "period"), filters=("body", "gathering", "period", "strength", "cadence_id"),
)  # fmt: skip


@MEETINGS.opens(contract.MeetingOpened, zh="列入", needs="write")
async def open_(
    uow: UnitOfWork, row: MeetingRow, *,
    body: Annotated[Code, Field(title="单位")],
    gathering: Annotated[Code, Field(title="会议类别")],
    strength: Annotated[
        Strength, Field(title="要求强度", json_schema_extra=words(STRENGTHS_ZH))
    ] = Strength.IN_PRINCIPLE,
    cadence_id: Annotated[UUID | None, Record("cadence"), Field(title="定期会议制度")] = None,
    interval: Annotated[
        Interval | None, Field(title="周期", json_schema_extra=words(INTERVALS_ZH))
    ] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A meeting that is to be held: of a period where an interval is given, or by itself."""
    if interval is not None:
        period = period_of(row.effective_on, interval)
        row.period, row.period_begins_on, row.period_ends_on = period.code, period.begins_on, period.ends_on
        row.due_on = period.ends_on


@MEETINGS.step(contract.MeetingScheduled, zh="排期", needs="write", path="schedule")
async def schedule(
    uow: UnitOfWork, row: MeetingRow, *,
    scheduled_on: Annotated[Day, Field(title="拟召开日期")],
    agenda: Annotated[Codes | None, Field(title="议程")] = None,
    invited: Annotated[Count | None, Field(title="应到人数")] = None,
) -> None:  # fmt: skip
    """Set its day, or another one, within the period."""
    check_within(scheduled_on, row.period_begins_on, row.period_ends_on, at="/scheduled_on")


@MEETINGS.step(
    contract.MeetingInvited, zh="批量邀请", en="invite organisations", needs="write", path="invitations"
)
async def invite(
    uow: UnitOfWork, row: MeetingRow, *,
    among: Among = None, hub_links: Links = [], legal_forms: Forms = [],  # noqa: B006, read only
    post: Post = None,
) -> None:  # fmt: skip
    """Invite every organisation of a part of the register that is not on the list yet."""
    await invite_many(uow, row, among=among, links=hub_links, forms=legal_forms, post=post)


@MEETINGS.step(
    contract.MeetingHeld, zh="召开", en="record as held", needs="write", path="holding", by_workbook=True
)
async def hold(
    uow: UnitOfWork, row: MeetingRow, *,
    attended: Annotated[Count | None, Field(title="实到人数（有签到表可留空）")] = None,
    women: Annotated[Count | None, Field(title="其中女性")] = None,
    invited: Annotated[Count | None, Field(title="应到人数")] = None,
    organizations: Annotated[Count | None, Field(title="参会组织数")] = None,
    agenda: Annotated[Codes | None, Field(title="议程")] = None,
) -> None:  # fmt: skip
    """It took place on the day given; what had to be on the agenda and was not is noted.

    Numbers that are left out are those of the list of those invited.
    """
    check_within(row.effective_on, row.period_begins_on, row.period_ends_on, at="/effective_on")
    await hold_by_list(uow, row, invited=invited, attended=attended, organizations=organizations)
    check_part(women, row.attended, at="/women")
    known = uow.policy(RegistryPolicy).operations.gathering(row.gathering)
    row.held_on = row.effective_on
    row.agenda_lacking = lacking(known.agenda if known else (), row.agenda)


@MEETINGS.step(contract.MeetingMinuted, zh="印发纪要", en="issue the minutes", needs="write", path="minutes")
async def minute(
    uow: UnitOfWork, row: MeetingRow, *,
    minutes: Annotated[Words, Field(title="会议纪要")],
    decided: Annotated[list[Decision], Field(title="议定事项", max_length=50)] = [],  # noqa: B006, read only
) -> Mapping[str, Any]:  # fmt: skip
    """Approve the minutes; each decision that names who carries it out is issued as a task.

    The list of those invited is closed: it changes no more.
    """
    await follow_list(uow, row)
    await close_list(uow, row)
    row.decisions = len(decided)
    made = [
        await tasks.issue(
            uow, division=row.division, title=one.title, kind="decision", lead=one.lead or row.body,
            implementing=one.implementing, due_on=one.due_on, responsible=one.responsible,
            co_operating=one.co_operating, origin="meeting", origin_record_id=row.id,
        )
        for one in decided
        if one.implementing
    ]  # fmt: skip
    return {"tasks": [{"id": str(task.id), "sequence": task.sequence} for task in made]}


@MEETINGS.step(
    contract.MeetingExplained,
    zh="说明未召开原因",
    en="explain why it was not held",
    needs="write",
    path="explanation",
)
async def explain(
    uow: UnitOfWork, row: MeetingRow, *,
    explanation_code: Annotated[Code, Field(title="未召开原因")],
    explanation: Annotated[Words, Field(title="说明")],
) -> None:  # fmt: skip
    """Comply or explain: why it was not held."""
    await call_off(uow, row)


@MEETINGS.step(contract.MeetingMissed, zh="认定未召开", en="record as missed", needs="write", path="absence")
async def miss(uow: UnitOfWork, row: MeetingRow) -> Mapping[str, Any]:
    """It was not held: history, or before the period's end comes by itself."""
    return {"due_on": row.due_on or row.effective_on, "rule": "meeting.period"}


@MEETINGS.step(contract.MeetingCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(uow: UnitOfWork, row: MeetingRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """Take back a meeting that no cadence asks for."""
    if row.cadence_id is not None:
        raise AskedByCadence()
    await call_off(uow, row)


reassign = MEETINGS.reassigns(needs="write")


COUNTING = counting(MEETINGS, contract.MeetingCounted)
