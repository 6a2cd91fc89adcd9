"""The use cases of activities in communities: plan, hold, cancel."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Qualifier
from shuniu_contracts import registry_records as contract
from sqlmodel import col, select

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import QUALIFIERS_ZH, Code, Codes, Count, OrganizationId, Record, Text, Words
from services.registry.organizations.concerning import refer
from services.registry.records.activities.model import (
    TRANSITIONS,
    ActivityPhase,
    BrandOfAnother,
    HeldByNobody,
)
from services.registry.records.activities.tables import CommunityActivityRow
from services.registry.records.brands.tables import BrandRow
from services.registry.tables import MatterStepRow

ACTIVITIES = Kind(
    CommunityActivityRow, ActivityPhase, TRANSITIONS, initial=ActivityPhase.PLANNED,
    zh="社区活动", en="activities in communities", path="activities", unit="次", steps=MatterStepRow,
    states_zh={
        ActivityPhase.PLANNED: "计划",
        ActivityPhase.HELD: "已开展",
        ActivityPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "day", {"planned"}, contract.CommunityActivityBecameOverdue, "became_overdue",
            rule="community_activity.due_on",
        ),
    ),
    filters=("kind", "organization_id", "party_organization", "brand_id", "party_flag"),
)  # fmt: skip


@ACTIVITIES.opens(contract.CommunityActivityPlanned, zh="筹划", needs="write")
async def plan(
    uow: UnitOfWork, row: CommunityActivityRow, *,
    title: Annotated[Text, Field(title="活动")],
    kind: Annotated[Code, Field(title="类别")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    party_organization: Annotated[UUID | None, Record("party_organization"), Field(title="党组织")] = None,
    brand_id: Annotated[UUID | None, Record("brand"), Field(title="品牌")] = None,
    target_groups: Annotated[Codes, Field(title="服务对象")] = [],  # noqa: B006, read only
    due_on: Annotated[Day | None, Field(title="计划日期")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An organisation or a party organisation plans something in the community that the division names."""
    if organization_id is None and party_organization is None:
        raise HeldByNobody(at="/organization_id")
    if organization_id is not None:
        await refer(uow, row, organization_id)
    if brand_id is not None:
        found = select(BrandRow.sequence).where(BrandRow.id == brand_id, col(BrandRow.ended).is_(False))
        sequence = (await uow.session.exec(found)).first()
        if sequence is None:
            raise BrandOfAnother(at="/brand_id", id=brand_id)
        row.brand_sequence = sequence


@ACTIVITIES.step(
    contract.CommunityActivityHeld,
    zh="开展",
    en="record as held",
    needs="write",
    path="holding",
    by_workbook=True,
)
async def hold(
    uow: UnitOfWork, row: CommunityActivityRow, *,
    reached: Annotated[Count, Field(title="服务人次")],
    reached_qualifier: Annotated[
        Qualifier, Field(title="约数", json_schema_extra=words(QUALIFIERS_ZH))
    ] = Qualifier.EXACT,
    party_flag: Annotated[bool, Field(title="亮出党旗")] = False,
    volunteers: Annotated[Count | None, Field(title="志愿者人数")] = None,
    hours: Annotated[Count | None, Field(title="志愿服务时数")] = None,
    summary: Annotated[Words | None, Field(title="小结")] = None,
) -> None:  # fmt: skip
    """It was held on the day given, under the Party's flag or not, and reached so many."""
    row.held_on = row.effective_on


@ACTIVITIES.step(contract.CommunityActivityCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: CommunityActivityRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It will not be held."""


reassign = ACTIVITIES.reassigns(needs="write")
