"""The use cases of stays: apply, select, sign, start, renew, subsidise, graduate, leave; their deadlines."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_incubation as contract
from sqlmodel import col, select

from chassis.acting import Acting
from chassis.http.fields import Day, Sum
from chassis.matters import Clock, Kind
from chassis.principal import NotPermitted
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Record, Words
from services.registry.incubation.bases import commands as bases
from services.registry.incubation.bases.concerning import base_of, check_open
from services.registry.incubation.intakes.model import IntakeNotCalled, IntakeOfAnotherBase, IntakePhase
from services.registry.incubation.intakes.tables import IntakeRow
from services.registry.incubation.services import check_services
from services.registry.incubation.stays.model import (
    HOLDING,
    TRANSITIONS,
    HasPlaceAlready,
    StayPhase,
    check_period,
)
from services.registry.incubation.stays.tables import StayRow
from services.registry.organizations.concerning import of_organization
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

_HOLDING = [phase.value for phase in HOLDING]

STAYS = Kind(
    StayRow, StayPhase, TRANSITIONS, initial=StayPhase.APPLIED,
    zh="入驻孵化", en="stays", path="stays", unit="家", steps=MatterStepRow,
    states_zh={
        StayPhase.APPLIED: "已申请",
        StayPhase.SCREENED: "已入选",
        StayPhase.REJECTED: "未入选",
        StayPhase.AGREEMENT_SIGNED: "已签协议",
        StayPhase.STARTED: "在孵",
        StayPhase.RENEWED: "续签在孵",
        StayPhase.GRADUATED: "已出壳",
        StayPhase.WITHDRAWN: "主动退出",
        StayPhase.TERMINATED: "终止入驻",
    },
    clocks=(
        Clock(
            "screening", {"applied"}, contract.StayBecameOverdue, "became_overdue",
            rule="registry.incubation.screening_days",
            days=lambda policy, row: policy.incubation.screening_days, rescheduled=contract.StayRescheduled,
        ),
        Clock(
            "agreement", {"screened"}, contract.StayBecameOverdue, "became_overdue",
            rule="registry.incubation.agreement_days",
            days=lambda policy, row: policy.incubation.agreement_days, rescheduled=contract.StayRescheduled,
        ),
        Clock(
            "renewal", {"started", "renewed"}, contract.StayRenewalFellDue, "renewal_fell_due",
            rule="registry.incubation.renewal_notice_days", column="renewal_due_on", restarts={"renewed"},
            runs_on=True,
        ),
        Clock(
            "term", {"started", "renewed"}, contract.StayBecameOverdue, "became_overdue",
            rule="stay.ends_on", restarts={"renewed"}, runs_on=True,
        ),
    ),
    place=of_organization, unique=("intake_id", "organization_id"),
    filters=("organization_id", "base_id", "intake_id", "origin"),
)  # fmt: skip


async def _the_base(acting: Acting, row: StayRow) -> None:
    """What the base decides, only its people decide: raise `NotPermitted` for all others."""
    base = await base_of(acting, row.base_id)
    if not acting.principal.covers(base.division):
        raise NotPermitted.of(acting.principal, f"{STAYS.permission}:write", base.division)


@STAYS.opens(contract.StayApplied, zh="申请入驻", en="apply for a place", needs="apply")
async def apply(
    uow: UnitOfWork, row: StayRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    base_id: Annotated[UUID, Record("base"), Field(title="孵化基地")],
    intake_id: Annotated[UUID | None, Record("intake"), Field(title="孵化批次")] = None,
    plan: Annotated[Words | None, Field(title="入驻计划")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """The organisation, or who acts for it, applies for a place, in an intake where there is one."""
    base = await base_of(uow, base_id)
    check_open(base)
    row.base_sequence = base.sequence
    if intake_id is not None:
        row.intake_sequence = await _called(uow, intake_id, row)
    organization = await uow.session.get_one(OrganizationRow, organization_id)
    row.origin = organization.origin


@STAYS.step(
    contract.StayScreened,
    zh="入选",
    en="select",
    needs="write",
    path="screening",
    by_workbook=True,
    whose=_the_base,
)
async def screen(
    uow: UnitOfWork, row: StayRow, *, assessment: Annotated[Words | None, Field(title="筛选意见")] = None
) -> None:
    """Selected: the organisation has a place of the base from now on, and in no other base."""
    await _check_single(uow, row)
    row.screened_on = row.effective_on
    await bases.give_place(uow, row.base_id, row.reference())


@STAYS.step(
    contract.StayRejected, zh="不入选", needs="write", path="rejection", by_workbook=True, whose=_the_base
)
async def reject(
    uow: UnitOfWork, row: StayRow, *,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """Not selected, with the reason."""


@STAYS.step(
    contract.StayAgreementSigned,
    zh="签订入驻协议",
    en="sign the agreement",
    needs="write",
    path="agreement",
    whose=_the_base,
)
async def sign(
    uow: UnitOfWork, row: StayRow, *,
    services: Annotated[Codes, Field(title="服务内容")],
    service_standard: Annotated[Words, Field(title="服务标准")],
    begins_on: Annotated[Day, Field(title="协议开始日期")],
    ends_on: Annotated[Day, Field(title="协议结束日期")],
) -> None:  # fmt: skip
    """The agreement with content, standard and period, without which nobody moves in (R25)."""
    check_services(uow, services, at="/services")
    check_period(begins_on, ends_on)
    row.signed_on = row.effective_on


@STAYS.step(
    contract.StayStarted, zh="入园", en="record as moved in", needs="write", path="start", whose=_the_base
)
async def start(uow: UnitOfWork, row: StayRow) -> None:
    """The organisation moved in; the agreement's end is its deadline."""
    row.started_on = row.effective_on
    _set_term(uow, row)


@STAYS.step(contract.StayRenewed, zh="续签", needs="write", path="renewal", whose=_the_base)
async def renew(
    uow: UnitOfWork, row: StayRow, *,
    until: Annotated[Day, Field(title="续签至")],
    services: Annotated[Codes | None, Field(title="服务内容")] = None,
    service_standard: Annotated[Words | None, Field(title="服务标准")] = None,
) -> None:  # fmt: skip
    """A later end; content and standard stay where nothing else is agreed (J06)."""
    if services is not None:
        check_services(uow, services, at="/services")
    check_period(row.ends_on, until)
    row.ends_on = until
    row.renewals += 1
    _set_term(uow, row)


@STAYS.step(
    contract.StaySubsidyRequested,
    zh="申请小额补贴",
    en="request a subsidy",
    needs="apply",
    path="subsidy-request",
)
async def request_subsidy(
    uow: UnitOfWork, row: StayRow, *,
    amount_fen: Annotated[int, Sum(1, 10**12), Field(title="金额")],
    purpose: Annotated[Code, Field(title="用途")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """A small subsidy (小额补贴) is asked for; money is paid through grants."""
    row.subsidy_requested_fen += amount_fen
    return {"amount": {"fen": amount_fen, "currency": "CNY"}}


@STAYS.step(
    contract.StayGraduated, zh="出壳", en="graduate", needs="write", path="graduation", whose=_the_base
)
async def graduate(
    uow: UnitOfWork, row: StayRow, *, assessment: Annotated[Words | None, Field(title="孵化评估")] = None
) -> None:
    """Incubated with success: it stands on its own feet, its place is free."""
    await bases.release_place(uow, row.base_id, row.reference())


@STAYS.step(contract.StayWithdrawn, zh="退出", needs="apply", path="withdrawal")
async def withdraw(
    uow: UnitOfWork, row: StayRow, *,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """The organisation gives up its application or its place."""
    await _leave(uow, row)


@STAYS.step(contract.StayTerminated, zh="终止入驻", needs="write", path="termination", whose=_the_base)
async def terminate(
    uow: UnitOfWork, row: StayRow, *,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words, Field(title="说明")],
) -> None:  # fmt: skip
    """The base takes the place back, with the reason."""
    await _leave(uow, row)


reassign = STAYS.reassigns(needs="write", whose=_the_base)


async def _leave(uow: UnitOfWork, row: StayRow) -> None:
    if row.state in _HOLDING:
        await bases.release_place(uow, row.base_id, row.reference())


async def _called(uow: UnitOfWork, id: UUID, row: StayRow) -> int:
    """The sequence of the intake, which takes applications of today; one of history was called then."""
    intake = (await uow.session.exec(select(IntakeRow).where(IntakeRow.id == id))).one_or_none()
    if intake is None:
        raise NotFound.of(IntakeRow, id, at="/intake_id")
    if intake.base_id != row.base_id:
        raise IntakeOfAnotherBase(at="/intake_id")
    if row.basis == Basis.LIVE.value and intake.state != IntakePhase.CALLED.value:
        raise IntakeNotCalled(at="/intake_id", number=intake.number)
    return intake.sequence


async def _check_single(uow: UnitOfWork, row: StayRow) -> None:
    """Raise `HasPlaceAlready`; the organisation is locked, so that two bases cannot both be first."""
    await uow.session.exec(
        select(OrganizationRow.id)
        .where(OrganizationRow.id == row.organization_id)
        .with_for_update(key_share=True)
    )
    other = await uow.session.exec(
        select(StayRow.id).where(
            StayRow.organization_id == row.organization_id,
            StayRow.id != row.id,
            col(StayRow.state).in_(_HOLDING),
        )
    )
    if (found := other.first()) is not None:
        raise HasPlaceAlready(other=found)


def _set_term(uow: UnitOfWork, row: StayRow) -> None:
    """The agreement's end is a deadline; its renewal is settled some days before. History has none."""
    if row.basis == Basis.LIVE.value and row.ends_on is not None:
        row.due_on = row.ends_on
        notice = uow.policy(RegistryPolicy).incubation.renewal_notice_days
        row.renewal_due_on = row.ends_on - timedelta(days=notice)
