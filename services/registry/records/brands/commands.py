"""The use cases of brands: propose, cultivate, recognise, designate, withdraw."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_records as contract

from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, DocumentNumber, OrganizationId, Text, Words
from services.registry.organizations import commands as organizations
from services.registry.organizations.concerning import name
from services.registry.organizations.tables import OrganizationRow
from services.registry.records.brands.model import TRANSITIONS, BrandPhase, check_brand
from services.registry.records.brands.tables import BrandRow
from services.registry.tables import MatterStepRow

BRANDS = Kind(
    BrandRow, BrandPhase, TRANSITIONS, initial=BrandPhase.PROPOSED,
    zh="品牌", en="brands", path="brands", unit="个", steps=MatterStepRow,
    states_zh={
        BrandPhase.PROPOSED: "拟培育",
        BrandPhase.CULTIVATING: "培育中",
        BrandPhase.RECOGNISED: "已认定",
        BrandPhase.WITHDRAWN: "撤销",
    },
    filters=("organization_id", "kind", "long_term"),
)  # fmt: skip


@BRANDS.opens(contract.BrandProposed, zh="提出", needs="write")
async def propose(
    uow: UnitOfWork, row: BrandRow, *,
    title: Annotated[Text, Field(title="品牌")],
    kind: Annotated[Code, Field(title="类别")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Of an organisation, or of the village or town itself (一村一品, 一乡一系)."""
    if organization_id is not None:
        await name(uow, row, organization_id)


@BRANDS.step(contract.BrandCultivated, zh="培育", needs="write", path="cultivation")
async def cultivate(
    uow: UnitOfWork, row: BrandRow, *,
    measure: Annotated[Code, Field(title="培育措施")],
    note: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """One measure: support, a project, packaging."""
    row.measures = sorted({*row.measures, measure})


@BRANDS.step(contract.BrandRecognised, zh="认定", needs="review", path="recognition")
async def recognise(
    uow: UnitOfWork, row: BrandRow, *,
    demonstration: Annotated[bool, Field(title="示范效应好")],
    influence: Annotated[bool, Field(title="影响力大")],
    drawing: Annotated[bool, Field(title="带动作用强")],
    grounds: Annotated[Words | None, Field(title="认定理由")] = None,
) -> None:  # fmt: skip
    """All three are there (T28); the organisation's record names it from then on."""
    check_brand(demonstration=demonstration, influence=influence, drawing=drawing)
    row.recognised_on = row.effective_on
    if row.basis == Basis.LIVE.value:
        await _name(uow, row)


@BRANDS.step(contract.BrandDesignated, zh="指定", needs="review", path="designation")
async def designate(
    uow: UnitOfWork, row: BrandRow, *,
    designated_by: Annotated[Text, Field(title="指定单位")],
    long_term: Annotated[bool, Field(title="长期举办")] = False,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
) -> None:  # fmt: skip
    """A body designated it (J30: 被市委市政府指定为长期举办的群众性品牌活动)."""
    row.designated_on = row.effective_on


@BRANDS.step(contract.BrandWithdrawn, zh="撤销", needs="review", path="withdrawal")
async def withdraw(uow: UnitOfWork, row: BrandRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It is a brand no more, and the organisation's record names it no more."""
    if row.basis == Basis.LIVE.value and row.recognised_on is not None:
        await _name(uow, row, stands=False)


reassign = BRANDS.reassigns(needs="write")


async def _name(uow: UnitOfWork, row: BrandRow, *, stands: bool = True) -> None:
    """Put the brand into the record of its organisation, or take it out, where that is here and has not
    ended."""
    if row.organization_id is None:
        return
    organization = await uow.session.get_one(OrganizationRow, row.organization_id)
    named = row.title in organization.brands
    if organization.home == uow.stack and not organization.ended and named is not stands:
        brands = [title for title in organization.brands if title != row.title]
        if stands:
            brands.append(row.title)
        await organizations.change_details(uow, id=organization.id, details={"brands": brands})
