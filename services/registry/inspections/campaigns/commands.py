"""The use cases of campaigns: open, extend, close; what they mean for the inspections is done in portions."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day
from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import DocumentNumber, Text
from services.registry.inspections import acknowledging
from services.registry.inspections.campaigns.model import (
    TRANSITIONS,
    Asked,
    CampaignPhase,
    Window,
    check_campaign,
    check_closing,
    extended,
    windows_of,
)
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


class FormWindow(BaseModel):
    """The days of one legal form."""

    model_config = ConfigDict(extra="forbid")

    legal_form: LegalForm = Field(title="组织类型")
    begins_on: Day | None = Field(None, title="开始受理")
    due_on: Day = Field(title="截止日期")


@CAMPAIGNS.opens(contract.InspectionCampaignOpened, zh="部署", needs="write")
async def open_(
    uow: UnitOfWork, row: InspectionCampaignRow, *,
    title: Annotated[Text, Field(title="名称")],
    year: Annotated[int, Field(title="年度", ge=1990, le=2200)],
    legal_forms: Annotated[list[LegalForm], Field(title="应检类型", max_length=6)],
    form: Annotated[contract.InspectionForm, Field(title="形式")] = contract.InspectionForm.ANNUAL_INSPECTION,
    begins_on: Annotated[Day | None, Field(title="开始受理")] = None,
    due_on: Annotated[
        Day | None, Field(title="截止日期", description="for all; without, the profile's by legal form")
    ] = None,
    windows: Annotated[
        list[FormWindow], Field(title="各类型时限", description="where one has other days", max_length=6)
    ] = [],  # noqa: B006, read only
    excused_after: Annotated[Day | None, Field(title="此日后登记的免检")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    acknowledged: Annotated[bool, Field(title="要求下级签收、反馈")] = True,
) -> None:  # fmt: skip
    """Open a year's inspection for everybody below the division, in this stack and in those below.

    Of the legal forms named, charities are due for the annual report (年报) alone, all others for the annual
    inspection (年检). The bodies below acknowledge it and report back, unless they are not asked to.
    """
    check_campaign(year, row.legal_forms, uow.today)
    _keep(row, _windows(uow, row, windows))
    if excused_after is None:
        month, day = uow.policy(RegistryPolicy).inspections.excused_after
        row.excused_after = date(year, month, day)
    if acknowledged:
        await acknowledging.ask_below(uow, row)
    await _follow(uow, row, "open")


@CAMPAIGNS.step(contract.InspectionCampaignExtended, zh="延长时限", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: InspectionCampaignRow, *,
    due_on: Annotated[Day, Field(title="新的截止日期")],
    of_forms: Annotated[
        list[LegalForm], Field(title="组织类型", description="none named: for all", max_length=6)
    ] = [],  # noqa: B006, read only
) -> None:  # fmt: skip
    """More time for everybody, or for the legal forms named; who has more already keeps it."""
    _keep(row, extended(row.each_window(), due_on, [form.value for form in of_forms]))
    await acknowledging.ask_by(uow, row)
    await _follow(uow, row, "extend")


@CAMPAIGNS.step(contract.InspectionCampaignClosed, zh="结束", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: InspectionCampaignRow, *,
    even_though_open: Annotated[bool, Field(title="提前结束")] = False,
) -> None:  # fmt: skip
    """Close it: what was not handed in is missed; who has longer, or stands still, when that is over.

    Before a window has ended only where that is said. Raises `WindowsOpen`.
    """
    if row.basis == Basis.LIVE.value and not even_though_open:
        check_closing(row.each_window(), uow.today)
    await acknowledging.asked_no_more(uow, row)
    await _follow(uow, row, "close")


def _windows(uow: UnitOfWork, row: InspectionCampaignRow, given: Sequence[FormWindow]) -> Sequence[Window]:
    """`windows_of` what was given and what the profile says."""
    policy = uow.policy(RegistryPolicy).inspections
    return windows_of(
        row.legal_forms, [Asked(one.due_on, one.begins_on, one.legal_form.value) for one in given],
        Asked(row.due_on, row.begins_on), year=row.year, opened_on=row.effective_on,
        by_profile={form: policy.window(row.form, form, row.year) for form in row.legal_forms},
        not_before=uow.today if row.basis == Basis.LIVE.value else None,
    )  # fmt: skip


def _keep(row: InspectionCampaignRow, windows: Sequence[Window]) -> None:
    row.begins_on, row.due_on = min(one.begins_on for one in windows), max(one.due_on for one in windows)
    row.windows = [
        {"legal_form": one.legal_form, "begins_on": str(one.begins_on), "due_on": str(one.due_on)}
        for one in windows
    ]
