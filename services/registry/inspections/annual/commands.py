"""The use cases of an annual inspection: open, guide, submit, return, review, conclude, correct;
its window; and what it owes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, words
from chassis.model import in_words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Record, Words
from services.registry.inspections.annual.model import (
    FORMS_ZH,
    NOT_INSPECTED,
    RESULTS_ZH,
    SETTLED,
    TRANSITIONS,
    InspectionPhase,
    InspectionResult,
    NoSupervisoryUnit,
    NotReviewed,
    OtherFormThere,
    ReturnedWithoutItems,
    SameResult,
    WindowNotOpen,
    check_form,
    check_inspected,
    check_year,
)
from services.registry.inspections.annual.tables import InspectionRow
from services.registry.inspections.campaigns.tables import InspectionCampaignRow
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations.concerning import of_organization
from services.registry.organizations.tables import OrganizationRow
from services.registry.own.holder import check_about_own, filed_by
from services.registry.policy import RegistryPolicy
from services.registry.portions import carry
from services.registry.tables import MatterStepRow

_OWED = """
select id from rectification
where organization_id = $1 and origin_record_id = $2 and not ended
  and ($4 = any(topics)) = $3
order by id
"""

_OTHER_FORM = """
select id from inspection where organization_id = $1 and year = $2 and form <> $3 and state <> 'released'
"""

INSPECTIONS = Kind(
    InspectionRow, InspectionPhase, TRANSITIONS, initial=InspectionPhase.DUE,
    zh="年检", en="inspections", path="inspections", unit="家", steps=MatterStepRow,
    states_zh={
        InspectionPhase.DUE: "应检未报",
        InspectionPhase.SUBMITTED: "已报送",
        InspectionPhase.RETURNED: "退回补正",
        InspectionPhase.HUB_REVIEWED: "已初审",
        InspectionPhase.CONCLUDED: "已出结论",
        InspectionPhase.MISSED: "未参检",
        InspectionPhase.RELEASED: "不再参检",
    },
    clocks=(
        Clock(
            "window", {"due", "returned"}, contract.InspectionBecameOverdue, "became_overdue",
            rule="inspection_campaign.due_on", restarts={"extended"},
        ),
    ),
    place=of_organization, unique=("organization_id", "year", "form"), settled=SETTLED,
    filters=("organization_id", "campaign_id", "year", "form", "legal_form", "result", "late"),
    holder=check_about_own,
)  # fmt: skip


@INSPECTIONS.opens(contract.InspectionOpened, zh="列入年检", needs="write")
async def open_(
    uow: UnitOfWork, row: InspectionRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    year: Annotated[int, Field(title="年度", ge=1990, le=2200)],
    due_on: Annotated[Day | None, Field(title="截止日期")] = None,
    form: Annotated[contract.InspectionForm, Field(title="形式")] = contract.InspectionForm.ANNUAL_INSPECTION,
    campaign_id: Annotated[UUID | None, Record("inspection_campaign"), Field(title="年检部署")] = None,
) -> None:  # fmt: skip
    """One organisation's inspection by itself: history, or who was left out of the campaign."""
    check_year(year, row.effective_on)
    organization = await uow.session.get_one(OrganizationRow, organization_id)
    if row.basis == Basis.LIVE.value:
        check_inspected(organization.legal_form, organization.legal_status)
        check_form(row.form, bool(organization.charity))
    if (other := await uow.connection.fetchval(_OTHER_FORM, organization.id, year, row.form)) is not None:
        raise OtherFormThere(at="/form", other=other)
    row.legal_form = organization.legal_form
    row.supervised = organization.supervisory_unit is not None


@INSPECTIONS.step(
    contract.InspectionGuidanceGiven, zh="给予指导", en="record guidance", needs="guide", path="guidance"
)
async def guide(
    uow: UnitOfWork, row: InspectionRow, *,
    kind: Annotated[Code, Field(title="指导方式")],
    note: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """Guidance beside the state: training, one to one (R22)."""
    row.guided_times += 1


@INSPECTIONS.step(contract.InspectionExtended, zh="延期", needs="review", path="extension")
async def extend(
    uow: UnitOfWork, row: InspectionRow, *,
    due_on: Annotated[Day, Field(title="延长至")],
    reason: Annotated[Words | None, Field(title="理由")] = None,
) -> None:  # fmt: skip
    """More time for this organisation."""


@INSPECTIONS.step(
    contract.InspectionSubmitted, late=contract.InspectionSubmittedLate, zh="报送材料", en="hand in",
    needs="submit", path="submission", by_workbook=True,
)  # fmt: skip
async def submit(
    uow: UnitOfWork, row: InspectionRow, *,
    documents: Annotated[Codes, Field(title="材料编号")] = [],  # noqa: B006, read only
) -> Mapping[str, Any]:  # fmt: skip
    """The form is handed in; after the window that is noted as late, also by who had missed it (补检).

    Who had missed it and hands in while there is time, or stands still, owes nothing for it.
    """
    live = row.basis == Basis.LIVE.value
    if live and row.begins_on is not None and row.effective_on < row.begins_on:
        raise WindowNotOpen(begins_on=row.begins_on)
    row.late = row.is_late(row.effective_on)
    if (
        row.state == InspectionPhase.MISSED.value
    ):  # its deadlines run again, unless the organisation stands still
        organization = await uow.session.get_one(OrganizationRow, row.organization_id)
        row.paused_on = None if organization.paused_on is None else row.effective_on
        if not row.late or _stood_still(row, organization):
            await _owe_nothing(uow, row, "handed_in_in_time", missed=True)
    row.submitted_on = row.submitted_on or row.effective_on
    row.filed_by = filed_by(uow, row.basis)
    return {"filed_by": row.filed_by}


@INSPECTIONS.step(contract.InspectionReturned, zh="退回补正", needs="review", path="return")
async def return_(
    uow: UnitOfWork, row: InspectionRow, *,
    items: Annotated[Codes, Field(title="补正事项")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
    due_on: Annotated[Day | None, Field(title="补正期限")] = None,
) -> None:  # fmt: skip
    """Back to be corrected; without a day, within the profile's working days, never less than the window."""
    if not items:
        raise ReturnedWithoutItems(at="/items")
    row.returned_times += 1
    if due_on is None:
        days = uow.policy(RegistryPolicy).inspections.correction_days
        last, _ = uow.region.calendar.add_working_days(row.effective_on, days)
        row.due_on = max(row.due_on or last, last)
    if row.basis == Basis.LIVE.value and row.campaign_id is not None:
        campaign = await uow.session.get(InspectionCampaignRow, row.campaign_id)
        if campaign is not None and campaign.ended:
            await carry(uow, InspectionCampaignRow, campaign.subject, row.division, "close", after=uow.today)


@INSPECTIONS.step(
    contract.InspectionHubReviewed, zh="初审", en="review", needs="review", path="review", by_workbook=True
)
async def review(
    uow: UnitOfWork, row: InspectionRow, *,
    opinion: Annotated[Code, Field(title="初审意见")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """The supervisory unit's first review (初审); there is none without such a unit."""
    if not row.supervised:
        raise NoSupervisoryUnit()


@INSPECTIONS.step(
    contract.InspectionConcluded, zh="作出结论", needs="conclude", path="conclusion", by_workbook=True
)
async def conclude(
    uow: UnitOfWork, row: InspectionRow, *,
    result: Annotated[InspectionResult, Field(title="结论", json_schema_extra=words(RESULTS_ZH))],
    topics: Annotated[Codes, Field(title="问题类别")] = [],  # noqa: B006, read only
    findings: Annotated[Words | None, Field(title="问题")] = None,
) -> None:  # fmt: skip
    """The authority concludes; a result that the profile names owes a rectification report."""
    if row.supervised and row.state == InspectionPhase.SUBMITTED.value:
        raise NotReviewed()
    if _owes(uow, result):
        await _owe(uow, row, topics or ["inspection"], findings or what(row.year, row.form))


@INSPECTIONS.step(
    contract.InspectionCorrected,
    zh="更正结论",
    en="correct the conclusion",
    needs="conclude",
    path="correction",
)
async def correct(
    uow: UnitOfWork, row: InspectionRow, *,
    corrected_to: Annotated[InspectionResult, Field(title="更正为", json_schema_extra=words(RESULTS_ZH))],
    explanation: Annotated[Words, Field(title="更正说明")],
    topics: Annotated[Codes, Field(title="问题类别")] = [],  # noqa: B006, read only
    findings: Annotated[Words | None, Field(title="问题")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """The conclusion was wrong. What is owed follows: it falls away, or is owed from now on."""
    previous = InspectionResult(str(row.result))
    if corrected_to is previous:
        raise SameResult(
            at="/corrected_to", result_zh=RESULTS_ZH[previous.value], result_en=in_words(previous.value)
        )
    row.result = corrected_to.value
    if not _owes(uow, corrected_to):
        await _owe_nothing(uow, row, "conclusion_corrected", missed=False)
    elif not _owes(uow, previous):
        await _owe(uow, row, topics or ["inspection"], findings or what(row.year, row.form))
    return {"previous": previous}


@INSPECTIONS.step(
    contract.InspectionMissed, zh="认定未参检", en="record as missed", needs="review", path="absence"
)
async def miss(uow: UnitOfWork, row: InspectionRow) -> None:
    """Nothing was handed in: where the profile says so, that owes a rectification report, if the organisation
    is still there."""
    organization = await uow.session.get_one(OrganizationRow, row.organization_id)
    if not organization.ended and _owes(uow, InspectionPhase.MISSED):
        await _owe(uow, row, [NOT_INSPECTED], f"{what(row.year, row.form)}未参加")


@INSPECTIONS.step(contract.InspectionReleased, zh="不再参检", needs="review", path="release")
async def release(
    uow: UnitOfWork, row: InspectionRow, *, ground: Annotated[Code, Field(title="原因")]
) -> None:
    """It is not due any more: the organisation ended, or is excused. Who had missed it owes nothing then."""
    if row.state == InspectionPhase.MISSED.value:
        await _owe_nothing(uow, row, "released", missed=True)


def _stood_still(row: InspectionRow, organization: OrganizationRow) -> bool:
    """Whether its day had not passed when the organisation had to stand still."""
    since, due_on = organization.paused_on, row.due_on
    return since is not None and due_on is not None and due_on >= since


def what(year: int, form: str) -> str:
    """What was inspected, in words."""
    return f"{year} 年度{FORMS_ZH[form]}"


def _owes(uow: UnitOfWork, outcome: str) -> bool:
    """Whether a result, or `missed`, owes a rectification report here."""
    return outcome in uow.policy(RegistryPolicy).inspections.owe_rectification


async def _owe(uow: UnitOfWork, row: InspectionRow, topics: Sequence[str], findings: str) -> None:
    """Ask for the rectification report that the result owes."""
    await rectifications.open_(
        uow, organization_id=row.organization_id, origin="inspection", topics=list(topics),
        findings=findings, origin_record_id=row.id, effective_on=row.effective_on, basis=Basis(row.basis),
    )  # fmt: skip


async def _owe_nothing(uow: UnitOfWork, row: InspectionRow, outcome: str, *, missed: bool) -> None:
    """Close what is open of it: what was owed for having missed it, or for its result."""
    for owed in await uow.connection.fetch(_OWED, row.organization_id, row.id, missed, NOT_INSPECTED):
        await rectifications.close(uow, id=owed["id"], outcome=outcome, basis=Basis(row.basis))
