"""The use cases of support records: give, correct, follow up, take back."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_incubation as contract
from sqlmodel import col, select

from chassis.http.fields import Sum
from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, OrganizationId, Words
from services.registry.incubation.stays.tables import StayRow
from services.registry.incubation.supports.model import (
    TRANSITIONS,
    NobodyHelped,
    SupportInsideStay,
    SupportPhase,
    UnknownSupportKind,
)
from services.registry.incubation.supports.tables import SupportRow
from services.registry.organizations.concerning import name, of_organization
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

SUPPORTS = Kind(
    SupportRow, SupportPhase, TRANSITIONS, initial=SupportPhase.GIVEN,
    zh="扶持记录", en="supports", path="supports", unit="次", steps=MatterStepRow,
    states_zh={
        SupportPhase.GIVEN: "已扶持",
        SupportPhase.FOLLOWED_UP: "已回访",
        SupportPhase.REVOKED: "已撤销",
    },
    place=of_organization,
    filters=("organization_id", "support_kind", "provider", "provider_organization_id", "legal_form"),
)  # fmt: skip
Fen = Annotated[int, Sum(), Field(title="金额")]


@SUPPORTS.opens(contract.SupportGiven, zh="登记扶持", en="record help", needs="write")
async def give(
    uow: UnitOfWork, row: SupportRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    support_kind: Annotated[Code, Field(title="扶持类别")],
    provider: Annotated[Code | None, Field(title="扶持单位")] = None,
    provider_organization_id: Annotated[OrganizationId | None, Field(title="提供扶持的社会组织")] = None,
    hours: Annotated[Count, Field(title="时长（小时）")] = 0,
    people: Annotated[Count, Field(title="参加人次")] = 0,
    amount_fen: Fen = 0,
    content: Annotated[Words | None, Field(title="扶持情况")] = None,
) -> None:  # fmt: skip
    """An organisation that is in no base was helped on the day given."""
    _check_kind(uow, support_kind)
    if provider is None and provider_organization_id is None:
        raise NobodyHelped(at="/provider")
    if provider_organization_id is not None:
        await name(uow, row, provider_organization_id, of="provider_organization")
    await _check_outside(uow, row)
    organization = await uow.session.get_one(OrganizationRow, organization_id)
    row.legal_form = organization.legal_form


@SUPPORTS.step(contract.SupportCorrected, zh="更正", needs="write", path="correction")
async def correct(
    uow: UnitOfWork, row: SupportRow, *,
    hours: Annotated[Count | None, Field(title="时长（小时）")] = None,
    people: Annotated[Count | None, Field(title="参加人次")] = None,
    amount_fen: Annotated[Fen | None, Field(title="金额")] = None,
    content: Annotated[Words | None, Field(title="扶持情况")] = None,
) -> None:  # fmt: skip
    """What is given is otherwise."""


@SUPPORTS.step(contract.SupportFollowedUp, zh="回访", needs="write", path="follow-up", by_workbook=True)
async def follow_up(
    uow: UnitOfWork, row: SupportRow, *,
    effect: Annotated[Code, Field(title="成效")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """What was seen of it later."""


@SUPPORTS.step(contract.SupportRevoked, zh="撤销", needs="write", path="revocation")
async def revoke(uow: UnitOfWork, row: SupportRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It was entered by mistake; figures leave it out."""


def _check_kind(uow: UnitOfWork, kind: str) -> None:
    known = [one.code for one in uow.policy(RegistryPolicy).incubation.support_kinds]
    if kind not in known:
        raise UnknownSupportKind(at="/support_kind", support_kind=kind, known=known)


async def _check_outside(uow: UnitOfWork, row: SupportRow) -> None:
    """Raise `SupportInsideStay` for an organisation that was in a base on the day of the help."""
    day = row.effective_on
    found = await uow.session.exec(
        select(StayRow.id).where(
            StayRow.organization_id == row.organization_id,
            col(StayRow.started_on) <= day,
            col(StayRow.ended_on).is_(None) | (col(StayRow.ended_on) > day),
        )
    )
    if found.first() is not None:
        raise SupportInsideStay()
