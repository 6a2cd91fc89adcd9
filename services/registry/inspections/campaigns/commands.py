"""The use cases of campaigns: open, extend, close; what they mean for the inspections is done in portions."""

from datetime import date
from typing import Annotated

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day
from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import DocumentNumber, Text
from services.registry.inspections.campaigns.model import TRANSITIONS, CampaignPhase, check_campaign
from services.registry.inspections.campaigns.tables import InspectionCampaignRow
from services.registry.organizations.model import LegalForm
from services.registry.policy import RegistryPolicy
from services.registry.portions import carry
from services.registry.tables import MatterStepRow

CAMPAIGNS = Kind(
    InspectionCampaignRow, CampaignPhase, TRANSITIONS, initial=CampaignPhase.OPENED,
    zh="年检部署", en="inspection campaigns", path="inspection-campaigns", steps=MatterStepRow,
    states_zh={CampaignPhase.OPENED: "进行中", CampaignPhase.CLOSED: "已结束"}, filters=("year", "form"),
)  # fmt: skip


async def _follow(uow: UnitOfWork, row: InspectionCampaignRow, work: str) -> None:
    """What is history asks nothing of anybody now."""
    if row.basis == Basis.LIVE.value:
        await carry(uow, InspectionCampaignRow, row.subject, row.division, work)


@CAMPAIGNS.opens(contract.InspectionCampaignOpened, zh="部署", needs="write")
async def open_(
    uow: UnitOfWork, row: InspectionCampaignRow, *,
    title: Annotated[Text, Field(title="名称")],
    year: Annotated[int, Field(title="年度", ge=1990, le=2200)],
    legal_forms: Annotated[list[LegalForm], Field(title="应检类型", max_length=6)],
    due_on: Annotated[Day, Field(title="截止日期")],
    form: Annotated[contract.InspectionForm, Field(title="形式")] = contract.InspectionForm.ANNUAL_INSPECTION,
    excused_after: Annotated[Day | None, Field(title="此日后登记的免检")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
) -> None:  # fmt: skip
    """Open a year's inspection for everybody below the division, in this stack and in those below."""
    check_campaign(year, row.legal_forms, uow.today)
    if excused_after is None:
        month, day = uow.policy(RegistryPolicy).inspections.excused_after
        row.excused_after = date(year, month, day)
    await _follow(uow, row, "open")


@CAMPAIGNS.step(contract.InspectionCampaignExtended, zh="延长时限", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: InspectionCampaignRow, *, due_on: Annotated[Day, Field(title="新的截止日期")]
) -> None:  # fmt: skip
    """More time for everybody."""
    await _follow(uow, row, "extend")


@CAMPAIGNS.step(contract.InspectionCampaignClosed, zh="结束", needs="write", path="closing")
async def close(uow: UnitOfWork, row: InspectionCampaignRow) -> None:
    """Close it: what was not handed in is missed."""
    await _follow(uow, row, "close")
