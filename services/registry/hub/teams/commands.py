"""The use cases of teams: form, change, record a shift, grant an incentive, disband."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Division, PersonId, Sum
from chassis.matters import Kind
from chassis.model import refuse_all
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Text, Words
from services.registry.hub.teams.model import (
    TRANSITIONS,
    TeamPhase,
    check_area,
    check_people,
    check_points,
)
from services.registry.hub.teams.tables import TeamRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

Area = Annotated[list[Division], Field(max_length=200)]
People = Annotated[int, Field(title="出勤人数", ge=1, le=100_000)]
Hours = Annotated[int, Field(title="每人时长（小时）", ge=1, le=24)]
Points = Annotated[int, Field(title="兑换积分", ge=1, le=1_000_000_000)]
Fen = Annotated[int, Sum(1, 10**10)]

TEAMS = Kind(
    TeamRow, TeamPhase, TRANSITIONS, initial=TeamPhase.ACTIVE,
    zh="巡查和志愿队伍", en="teams", path="teams", unit="支", steps=MatterStepRow,
    states_zh={TeamPhase.ACTIVE: "运行中", TeamPhase.DISBANDED: "已解散"},
    filters=("kind", "body", "head"),
)  # fmt: skip


@TEAMS.opens(contract.TeamFormed, zh="组建", needs="write")
async def form(
    uow: UnitOfWork, row: TeamRow, *,
    name: Annotated[Text, Field(title="队伍名称")],
    kind: Annotated[Code, Field(title="类别")],
    body: Annotated[Code, Field(title="管理单位")],
    members: Annotated[Count, Field(title="队员人数")],
    area: Annotated[Area, Field(title="巡查区域")] = [],  # noqa: B006, read only
    head: Annotated[PersonId | None, Field(title="队长")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A patrol or another team of volunteers with its area (L29)."""
    refuse_all(check_area(row.division, row.area))


@TEAMS.step(contract.TeamChanged, zh="变更", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: TeamRow, *,
    name: Annotated[Text | None, Field(title="队伍名称")] = None,
    members: Annotated[Count | None, Field(title="队员人数")] = None,
    area: Annotated[Area | None, Field(title="巡查区域")] = None,
    head: Annotated[PersonId | None, Field(title="队长")] = None,
) -> None:  # fmt: skip
    """Another area, more members, another head; what is left out stays."""
    refuse_all(check_area(row.division, row.area))


@TEAMS.step(
    contract.TeamShiftRecorded,
    zh="登记班次",
    en="record a shift",
    needs="record",
    path="shift",
    by_workbook=True,
)
async def record_shift(
    uow: UnitOfWork, row: TeamRow, *,
    people: People,
    each: Hours,
    found: Annotated[Count, Field(title="发现问题数")] = 0,
    log: Annotated[Words | None, Field(title="巡查情况")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """A shift that was done on the day given: hours of all together, and the points they earn."""
    check_people(people, row.members)
    hours = people * each
    earned = hours * uow.policy(RegistryPolicy).hub.points_per_hour
    row.shifts += 1
    row.hours += hours
    row.points += earned
    return {"person_hours": hours, "earned": earned}


@TEAMS.step(
    contract.TeamIncentiveGranted, zh="兑现激励", en="grant an incentive", needs="reward", path="incentive"
)
async def grant_incentive(
    uow: UnitOfWork, row: TeamRow, *,
    used: Points,
    incentive: Annotated[Code, Field(title="激励方式")],
    fen: Annotated[Fen | None, Field(title="激励金额")] = None,
) -> Mapping[str, Any] | None:  # fmt: skip
    """Exchange points; what is money is paid by grants, which hears of it."""
    check_points(used, row.points - row.points_used)
    row.points_used += used
    row.incentives += fen or 0
    return None if fen is None else {"amount": {"fen": fen, "currency": "CNY"}}


@TEAMS.step(contract.TeamDisbanded, zh="解散", needs="write", path="disbanding")
async def disband(uow: UnitOfWork, row: TeamRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """The team is no more."""


reassign = TEAMS.reassigns(needs="write")
