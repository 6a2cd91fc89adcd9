"""The use cases of the service log: record, confirm, dispute, correct, take back."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_incubation as contract
from sqlmodel import select

from chassis.acting import Acting
from chassis.matters import Clock, Kind, Whose, words
from chassis.principal import Principal
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code, Count, Record, Words
from services.registry.incubation.entries.model import (
    SIDES_ZH,
    TRANSITIONS,
    Hand,
    Line,
    NobodyServed,
    PaperMissing,
    ServiceEntryPhase,
    ServiceSide,
    check_hand,
)
from services.registry.incubation.entries.tables import ServiceEntryRow
from services.registry.incubation.services import check_services
from services.registry.incubation.stays.tables import StayRow
from services.registry.own.holder import check_organization
from services.registry.tables import MatterStepRow


async def _of_stay(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the stay is, and whose; raises `NotFound`, `NotPermitted`."""
    stay = await _stay(uow, arguments["stay_id"])
    uow.authorize(stay.division)
    return {
        "division": stay.division, "stay_sequence": stay.sequence,
        "organization_id": stay.organization_id, "organization_sequence": stay.organization_sequence,
        "base_id": stay.base_id, "base_sequence": stay.base_sequence,
    }  # fmt: skip


async def _stay(uow: UnitOfWork, id: UUID) -> StayRow:
    stay = (await uow.session.exec(select(StayRow).where(StayRow.id == id))).one_or_none()
    if stay is None:
        raise NotFound.of(StayRow, id, at="/stay_id")
    return stay


SERVICE_ENTRIES = Kind(
    ServiceEntryRow, ServiceEntryPhase, TRANSITIONS, initial=ServiceEntryPhase.RECORDED,
    zh="入驻服务记录", en="service log", path="service-entries", unit="次", steps=MatterStepRow,
    states_zh={
        ServiceEntryPhase.RECORDED: "待对方确认",
        ServiceEntryPhase.DISPUTED: "有异议",
        ServiceEntryPhase.CONFIRMED: "双方已确认",
        ServiceEntryPhase.CANCELLED: "已撤销",
    },
    clocks=(
        Clock(
            "confirmation", {"recorded"}, contract.ServiceEntryBecameOverdue, "became_overdue",
            rule="registry.incubation.confirmation_days",
            days=lambda policy, row: policy.incubation.confirmation_days, restarts={"corrected"},
            rescheduled=contract.ServiceEntryRescheduled,
        ),
    ),
    place=_of_stay, filters=("organization_id", "stay_id", "base_id", "service", "written_by", "on_paper"),
)  # fmt: skip


def line_of(row: ServiceEntryRow) -> Line:
    """The row as the rules of `model.py` see it."""
    return Line(ServiceEntryPhase(row.state), ServiceSide(row.written_by), row.writer)


def hand_of(principal: Principal) -> Hand:
    """Whose account it is."""
    return Hand(principal.actor_id, principal.stands_for is not None)


def _hand(fact: str) -> Whose:
    """Who takes the step; raises `NotOwn` and what `check_hand` raises."""

    async def whose(acting: Acting, row: ServiceEntryRow) -> None:
        await _check_holder(acting, row)
        check_hand(fact, line_of(row), hand_of(acting.principal))

    return whose


async def _check_holder(acting: Acting, row: ServiceEntryRow) -> None:
    """Raise `NotOwn` where the account is another organisation's."""
    if hand_of(acting.principal).is_organization:
        await check_organization(acting, row.organization_id)


Evidence = Annotated[Words | None, Field(title="书面凭证（组织签字或盖章的材料）")]
"""Where the paper lies on which the organisation said so; needed where the staff enter its word."""


@SERVICE_ENTRIES.opens(contract.ServiceEntryRecorded, zh="登记服务", en="record a service", needs="write")
async def record(
    uow: UnitOfWork, row: ServiceEntryRow, *,
    stay_id: Annotated[UUID, Record("stay"), Field(title="入驻")],
    service: Annotated[Code, Field(title="服务项目")],
    written_by: Annotated[ServiceSide, Field(title="登记方", json_schema_extra=words(SIDES_ZH))],
    hours: Annotated[Count, Field(title="时长（小时）")] = 0,
    people: Annotated[Count, Field(title="服务人次")] = 0,
    content: Annotated[Words | None, Field(title="服务情况")] = None,
    evidence: Evidence = None,
) -> None:  # fmt: skip
    """One side writes what was done on the day given, and stands for it (L14).

    The organisation with its own account, or the staff on paper that it signed; the base's side the staff
    alone. Raises `OneHandForBoth`, `PaperMissing`.
    """
    check_services(uow, [service], at="/service")
    stay = await _stay(uow, stay_id)
    started, ended = stay.started_on, stay.ended_on
    if started is None or row.effective_on < started or (ended is not None and row.effective_on > ended):
        raise NobodyServed(at="/stay_id")
    row.promised = service in stay.services
    row.writer = uow.principal.actor_id
    side = ServiceSide(row.written_by)
    await _check_holder(uow, row)
    hand_of(uow.principal).check_side(side)
    _hear(uow, row, side, evidence)


@SERVICE_ENTRIES.step(
    contract.ServiceEntryConfirmed, zh="确认", needs="write", path="confirmation", by_workbook=True,
    whose=_hand("confirmed"),
)  # fmt: skip
async def confirm(uow: UnitOfWork, row: ServiceEntryRow, *, evidence: Evidence = None) -> None:
    """The other side says so, too: the service is agreed upon."""
    _answer(uow, row, evidence)
    row.confirmed_on = row.effective_on


@SERVICE_ENTRIES.step(
    contract.ServiceEntryDisputed, zh="提出异议", needs="write", path="dispute", whose=_hand("disputed")
)
async def dispute(
    uow: UnitOfWork, row: ServiceEntryRow, *,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
    evidence: Evidence = None,
) -> None:  # fmt: skip
    """The other side says that it was not so."""
    _answer(uow, row, evidence)


@SERVICE_ENTRIES.step(
    contract.ServiceEntryCorrected, zh="更正", needs="write", path="correction", whose=_hand("corrected")
)
async def correct(
    uow: UnitOfWork, row: ServiceEntryRow, *,
    hours: Annotated[Count | None, Field(title="时长（小时）")] = None,
    people: Annotated[Count | None, Field(title="服务人次")] = None,
    content: Annotated[Words | None, Field(title="服务情况")] = None,
) -> None:  # fmt: skip
    """Whoever wrote the line puts it right; it waits for the other side again."""
    if row.written_by == ServiceSide.BASE.value:
        row.on_paper = row.evidence = None  # the organisation has not spoken of this one


@SERVICE_ENTRIES.step(
    contract.ServiceEntryCancelled, zh="撤销", needs="write", path="cancellation", whose=_hand("cancelled")
)
async def cancel(uow: UnitOfWork, row: ServiceEntryRow) -> None:
    """Whoever wrote the line takes it back."""


def _answer(uow: UnitOfWork, row: ServiceEntryRow, evidence: str | None) -> None:
    """The side that did not write the line speaks. Raises as `_hear` does."""
    _hear(uow, row, line_of(row).other_side, evidence)


def _hear(uow: UnitOfWork, row: ServiceEntryRow, side: ServiceSide, evidence: str | None) -> None:
    """By what the organisation is heard; raises `PaperMissing` where the staff speak for it without paper."""
    if side is ServiceSide.ORGANIZATION:
        is_organization = hand_of(uow.principal).is_organization
        if not is_organization and evidence is None:
            raise PaperMissing(at="/evidence")
        row.on_paper = not is_organization
