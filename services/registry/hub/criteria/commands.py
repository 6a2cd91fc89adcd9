"""The use cases of admission criteria: draft, amend, issue, publish, supersede, repeal, discard."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day
from chassis.matters import Kind, Step
from chassis.matters.history import plain
from chassis.model import refuse_all
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code, Codes, DocumentNumber, Record, Text
from services.registry.hub.criteria.model import check_conditions
from services.registry.hub.criteria.tables import CriteriaRow
from services.registry.hub.guidelines.tables import GuidelineRow
from services.registry.hub.versions.commands import check_fields, coming_into_force, take_the_place
from services.registry.hub.versions.model import STATES_ZH, TRANSITIONS, VersionPhase, check_coming
from services.registry.tables import MatterStepRow


class Condition(BaseModel):
    """One condition that a pre-review answers."""

    model_config = ConfigDict(extra="forbid")

    code: Code = Field(title="条件代码")
    name: Text = Field(title="条件")
    name_en: Text | None = Field(None, title="英文名称")


Conditions = Annotated[list[Condition], Field(max_length=50)]


def _superseding() -> Step[CriteriaRow]:
    """Declared after its kind, whose clock takes it."""
    return supersede


CRITERIA = Kind(
    CriteriaRow, VersionPhase, TRANSITIONS, initial=VersionPhase.DRAFTED,
    zh="准入标准", en="admission criteria", path="admission-criteria", steps=MatterStepRow,
    states_zh=STATES_ZH, clocks=(coming_into_force(contract.CriteriaPublished, _superseding),),
    unique=("division", "series", "version"), filters=("series", "version", "body"),
)  # fmt: skip


@CRITERIA.opens(contract.CriteriaDrafted, zh="起草", needs="write")
async def draft(
    uow: UnitOfWork, row: CriteriaRow, *,
    series: Annotated[Code, Field(title="系列")],
    version: Annotated[Code, Field(title="版本")],
    title: Annotated[Text, Field(title="名称")],
    body: Annotated[Code, Field(title="制定单位")],
    conditions: Annotated[Conditions, Field(title="准入条件")],
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    fields: Annotated[Codes, Field(title="适用领域")] = [],  # noqa: B006, read only
    review_method_id: Annotated[UUID | None, Record("guideline"), Field(title="业务审查办法")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A first or a further version of the conditions, for all organisations or those of some fields (T03)."""
    await _settle(uow, row)


@CRITERIA.step(contract.CriteriaAmended, zh="修改", needs="write", path="amendment")
async def amend(
    uow: UnitOfWork, row: CriteriaRow, *,
    title: Annotated[Text | None, Field(title="名称")] = None,
    conditions: Annotated[Conditions | None, Field(title="准入条件")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    fields: Annotated[Codes | None, Field(title="适用领域")] = None,
    review_method_id: Annotated[UUID | None, Record("guideline"), Field(title="业务审查办法")] = None,
) -> None:  # fmt: skip
    """The draft changes; what is left out stays."""
    await _settle(uow, row)


@CRITERIA.step(contract.CriteriaSuperseded, zh="替代", needs="publish", path="supersession")
async def supersede(
    uow: UnitOfWork, row: CriteriaRow, *,
    superseded_by_id: Annotated[UUID | None, Record("criteria"), Field(title="替代它的版本")] = None,
) -> None:  # fmt: skip
    """Another version took its place: by publication, or one that is kept elsewhere."""


@CRITERIA.step(
    contract.CriteriaIssued, zh="印发，定日施行", en="issue for a later day", needs="publish", path="issuing"
)
async def issue(
    uow: UnitOfWork, row: CriteriaRow, *,
    in_force_on: Annotated[Day, Field(title="定于施行日期")],
    adopted_by: Annotated[Text | None, Field(title="审议通过的会议")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
) -> None:  # fmt: skip
    """Issued now, in force from a coming day (自…起施行), which can be set anew; raises `NotComing`.

    The version before it holds until then.
    """
    check_coming(row.effective_on, in_force_on)


@CRITERIA.step(contract.CriteriaPublished, zh="印发", en="issue", needs="publish", path="publication")
async def publish(
    uow: UnitOfWork, row: CriteriaRow, *,
    adopted_by: Annotated[Text | None, Field(title="审议通过的会议")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
) -> None:  # fmt: skip
    """In force from the day given: pre-reviews answer it; the version before it is superseded."""
    await take_the_place(uow, row, supersede)


@CRITERIA.step(contract.CriteriaRepealed, zh="废止", needs="publish", path="repeal")
async def repeal(uow: UnitOfWork, row: CriteriaRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """No longer in force: the criteria of the body above, or the profile's, hold again."""


@CRITERIA.step(contract.CriteriaDiscarded, zh="不予采用", needs="write", path="discarding")
async def discard(uow: UnitOfWork, row: CriteriaRow) -> None:
    """The draft never comes into force."""


reassign = CRITERIA.reassigns(needs="write")


async def _settle(uow: UnitOfWork, row: CriteriaRow) -> None:
    row.conditions = plain(row.conditions)
    refuse_all(check_conditions([one["code"] for one in row.conditions]))
    check_fields(uow, row.fields)
    if row.review_method_id is None:
        return
    with uow.session.no_autoflush:
        method = await uow.session.get(GuidelineRow, row.review_method_id)
    if method is None:
        raise NotFound.of(GuidelineRow, row.review_method_id, at="/review_method_id")
    row.review_method_sequence = method.sequence
