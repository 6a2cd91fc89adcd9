"""The use cases of joint activities: plan, hold, cancel."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import Qualifier
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import QUALIFIERS_ZH, Code, Codes, Count, OrganizationId, Text, Words
from services.registry.operations.joint.model import (
    TRANSITIONS,
    JointActivityPhase,
    NoSuchPartner,
    check_joint,
)
from services.registry.operations.joint.tables import JointActivityRow
from services.registry.organizations.merging import survivors
from services.registry.tables import MatterStepRow

JOINT_ACTIVITIES = Kind(
    JointActivityRow, JointActivityPhase, TRANSITIONS, initial=JointActivityPhase.PLANNED,
    zh="联合活动", en="joint activities", path="joint-activities", unit="次", steps=MatterStepRow,
    states_zh={
        JointActivityPhase.PLANNED: "计划",
        JointActivityPhase.HELD: "已开展",
        JointActivityPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "day", {"planned"}, contract.JointActivityBecameOverdue, "became_overdue",
            rule="joint_activity.due_on",
        ),
    ),
    filters=("kind", "lead_body", "lead_organization_id"),
)  # fmt: skip


@JOINT_ACTIVITIES.opens(contract.JointActivityPlanned, zh="筹划", needs="write")
async def plan(
    uow: UnitOfWork, row: JointActivityRow, *,
    title: Annotated[Text, Field(title="活动")],
    kind: Annotated[Code, Field(title="类别")],
    lead_body: Annotated[Code | None, Field(title="牵头单位")] = None,
    lead_organization_id: Annotated[OrganizationId | None, Field(title="牵头组织")] = None,
    partner_ids: Annotated[list[OrganizationId], Field(title="参与组织", max_length=200)] = [],  # noqa: B006, read only
    partner_bodies: Annotated[Codes, Field(title="参与单位")] = [],  # noqa: B006, read only
    target_groups: Annotated[Codes, Field(title="服务对象")] = [],  # noqa: B006, read only
    due_on: Annotated[Day | None, Field(title="计划日期")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Plan an activity with its lead and who takes part."""
    check_joint(lead_body, lead_organization_id, partner_ids, partner_bodies)
    lead = [lead_organization_id] if lead_organization_id is not None else []
    known = await survivors(uow, [*partner_ids, *lead])
    for missing in sorted(id for id, (_, sequence) in known.items() if not sequence):
        raise NoSuchPartner(at="/partner_ids", id=missing)
    if lead_organization_id is not None:
        row.lead_organization_id, row.lead_organization_sequence = known[lead_organization_id]
    row.partners = sorted({str(known[id][0]) for id in partner_ids} - {str(row.lead_organization_id)})


@JOINT_ACTIVITIES.step(
    contract.JointActivityHeld,
    zh="开展",
    en="record as held",
    needs="write",
    path="holding",
    by_workbook=True,
)
async def hold(
    uow: UnitOfWork, row: JointActivityRow, *,
    reached: Annotated[Count, Field(title="服务人次")],
    reached_qualifier: Annotated[
        Qualifier, Field(title="约数", json_schema_extra=words(QUALIFIERS_ZH))
    ] = Qualifier.EXACT,
    volunteers: Annotated[Count | None, Field(title="志愿者人数")] = None,
    summary: Annotated[Words | None, Field(title="小结")] = None,
) -> None:  # fmt: skip
    """It was held on the day given, and reached so many."""
    row.held_on = row.effective_on


@JOINT_ACTIVITIES.step(contract.JointActivityCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: JointActivityRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It will not be held."""


reassign = JOINT_ACTIVITIES.reassigns(needs="write")
