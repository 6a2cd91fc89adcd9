"""The use cases of assessment: open (one, or a year's), both parts, conclude, plan, review, close."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from sqlmodel import col, or_, select
from uuid_utils.compat import uuid7

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, draft, open_many, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, OrganizationId, Words
from services.registry.inspections.assessments.model import (
    RESULTS_ZH,
    TRANSITIONS,
    AssessmentPhase,
    AssessmentResult,
    NotDirectlySupervised,
    NothingToUpgrade,
    OpinionMissing,
    PlanOwed,
    check_parts,
)
from services.registry.inspections.assessments.tables import AssessmentRow
from services.registry.organizations.concerning import of_organization, open_about
from services.registry.organizations.model import HubLink
from services.registry.organizations.tables import OrganizationRow, OrganizationStatusRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

_LACKING = """
select array(select jsonb_array_elements_text(arguments -> 'lacking')) from matter_step
where record_id = $1 and fact = $2
order by number desc
limit 1
"""
Points = Annotated[Count, Field(title="得分", le=100)]


def _plan_days(policy: RegistryPolicy, row: AssessmentRow) -> int | None:
    """Only what falls short owes a plan."""
    falls_short = row.result == AssessmentResult.NOT_MET.value
    return policy.inspections.upgrade_plan_days if falls_short else None


ASSESSMENTS = Kind(
    AssessmentRow, AssessmentPhase, TRANSITIONS, initial=AssessmentPhase.OPENED,
    zh="考核评价", en="assessments", path="assessments", unit="家", steps=MatterStepRow,
    states_zh={
        AssessmentPhase.OPENED: "考核中",
        AssessmentPhase.CONCLUDED: "已出结论",
        AssessmentPhase.UPGRADING: "提升中",
        AssessmentPhase.CLOSED: "办结",
    },
    clocks=(
        Clock(
            "conclusion", {"opened"}, contract.AssessmentBecameOverdue, "became_overdue",
            rule="registry.inspections.assessment_due",
        ),
        Clock(
            "plan", {"concluded"}, contract.AssessmentBecameOverdue, "became_overdue",
            rule="registry.inspections.upgrade_plan_days", days=_plan_days,
            column="plan_due_on", rescheduled=contract.AssessmentRescheduled,
        ),
        Clock(
            "upgrade", {"upgrading"}, contract.AssessmentBecameOverdue, "became_overdue",
            rule="assessment.upgrade_due_on", restarts={"upgrade_planned"},
        ),
    ),
    place=of_organization, unique=("organization_id", "year"),
    filters=("organization_id", "year", "result"),
)  # fmt: skip


@ASSESSMENTS.opens(contract.AssessmentOpened, zh="列入考核", needs="open")
async def open_(
    uow: UnitOfWork, row: AssessmentRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    year: Annotated[int, Field(title="考核年度", ge=1990, le=2200)],
    due_on: Annotated[Day | None, Field(title="完成期限")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """One directly supervised organisation's assessment of one year; history may be of any."""
    organization = await uow.session.get_one(OrganizationRow, organization_id)
    if row.basis != Basis.LIVE.value:
        return
    if organization.hub_link != HubLink.DIRECT.value:
        raise NotDirectlySupervised(at="/organization_id", link=organization.hub_link)
    row.due_on = due_on or _due(uow, year)


@ASSESSMENTS.step(
    contract.AssessmentBusinessAssessed,
    zh="业务建设考核",
    en="assess the business part",
    needs="business",
    path="business",
)
async def assess_business(
    uow: UnitOfWork, row: AssessmentRow, *,
    business_points: Points,
    lacking: Annotated[Codes, Field(title="不足事项")] = [],  # noqa: B006, read only
    note: Annotated[Words | None, Field(title="考核情况")] = None,
) -> None:  # fmt: skip
    """The part on its work; assessed again, the newest holds."""
    row.business_assessed_on = row.effective_on
    row.shortfalls = sorted({*lacking, *await _lacking(uow, row, "party_assessed")})


@ASSESSMENTS.step(
    contract.AssessmentPartyAssessed,
    zh="党的建设考核",
    en="assess the party part",
    needs="party",
    path="party",
)
async def assess_party(
    uow: UnitOfWork, row: AssessmentRow, *,
    party_points: Points,
    lacking: Annotated[Codes, Field(title="不足事项")] = [],  # noqa: B006, read only
    note: Annotated[Words | None, Field(title="考核情况")] = None,
) -> None:  # fmt: skip
    """The part on the Party's work (T21); assessed again, the newest holds."""
    row.party_assessed_on = row.effective_on
    row.shortfalls = sorted({*lacking, *await _lacking(uow, row, "business_assessed")})


@ASSESSMENTS.step(
    contract.AssessmentConcluded, zh="作出结论", needs="conclude", path="conclusion", by_workbook=True
)
async def conclude(
    uow: UnitOfWork, row: AssessmentRow, *,
    result: Annotated[AssessmentResult, Field(title="结论", json_schema_extra=words(RESULTS_ZH))],
    opinions: Annotated[Codes | None, Field(title="意见类别")] = None,
    opinion: Annotated[Words | None, Field(title="针对性意见")] = None,
) -> None:  # fmt: skip
    """Both parts first; what falls short is told in what, and owes a plan."""
    if row.basis == Basis.LIVE.value:
        check_parts(row.business_assessed_on, row.party_assessed_on)
    if result is AssessmentResult.NOT_MET and not opinions:
        raise OpinionMissing(at="/opinions")
    row.due_on = None


@ASSESSMENTS.step(
    contract.AssessmentUpgradePlanned, zh="制定提升计划", en="plan the upgrade", needs="conclude", path="plan"
)
async def plan(
    uow: UnitOfWork, row: AssessmentRow, *,
    measures: Annotated[Codes, Field(title="提升措施")],
    due_on: Annotated[Day, Field(title="完成期限")],
    note: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """What is to be better by when; a new plan replaces the one before."""
    if not measures:
        raise NothingToUpgrade(at="/measures")


@ASSESSMENTS.step(
    contract.AssessmentUpgradeReviewed,
    zh="检查提升情况",
    en="review the upgrade",
    needs="conclude",
    path="review",
)
async def review(
    uow: UnitOfWork, row: AssessmentRow, *,
    progress: Annotated[Code, Field(title="进展")],
    note: Annotated[Words | None, Field(title="情况")] = None,
) -> None:  # fmt: skip
    """How far it has come."""
    row.reviewed_times += 1


@ASSESSMENTS.step(contract.AssessmentClosed, zh="办结", needs="conclude", path="closing")
async def close(
    uow: UnitOfWork, row: AssessmentRow, *, outcome: Annotated[Code, Field(title="结果")]
) -> None:
    """The year's assessment is done; what falls short had a plan."""
    owes = row.result == AssessmentResult.NOT_MET.value and not row.measures
    if owes and row.basis == Basis.LIVE.value:
        raise PlanOwed()


reassign = ASSESSMENTS.reassigns(needs="open")


async def open_year(
    uow: UnitOfWork, *, division: str, year: int, due_on: date | None = None
) -> Sequence[UUID]:
    """Open the year's assessment of every organisation of this stack that has none yet and is directly
    supervised: still, and at the year's end, where that is over.

    Raises `NotPermitted`.
    """
    uow.authorize(division)
    last, status = min(date(year, 12, 31), uow.today), OrganizationStatusRow
    there = select(AssessmentRow.organization_id).where(AssessmentRow.year == year)
    direct = select(status.organization_id).where(
        status.hub_link == HubLink.DIRECT.value,
        status.effective_on <= last,
        or_(col(status.until).is_(None), col(status.until) > last),
    )
    found = await uow.session.exec(
        select(OrganizationRow.id, OrganizationRow.sequence, OrganizationRow.division)
        .where(
            OrganizationRow.home == uow.stack,
            OrganizationRow.hub_link == HubLink.DIRECT.value,
            ~col(OrganizationRow.ended),
            col(OrganizationRow.division).startswith(division),
            col(OrganizationRow.id).not_in(there),
            col(OrganizationRow.id).in_(direct),
        )
        .order_by(col(OrganizationRow.id))
    )
    rows = [
        draft(
            open_, id=uuid7(), division=place, effective_on=uow.today, basis=Basis.LIVE.value,
            opened_on=uow.today,
            due_on=due_on or _due(uow, year), organization_id=id, organization_sequence=sequence, year=year,
        )
        for id, sequence, place in found
    ]  # fmt: skip
    rows = await open_about(uow, rows)
    await open_many(uow, open_, rows)
    return [row.id for row in rows]


async def _lacking(uow: UnitOfWork, row: AssessmentRow, part: str) -> Sequence[str]:
    """What fell short in the other part, as it was assessed last."""
    said = await uow.connection.fetchval(_LACKING, row.id, part)
    return said or ()


def _due(uow: UnitOfWork, year: int) -> date:
    month, day = uow.policy(RegistryPolicy).inspections.assessment_due
    return date(year + 1, month, day)
