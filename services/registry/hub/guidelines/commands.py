"""The use cases of guidelines: draft, amend, issue, publish, supersede, repeal, discard."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day
from chassis.matters import Kind, Step, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, DocumentNumber, Record, Text, Words
from services.registry.hub.guidelines.model import HEADINGS_ZH, headings_lacking
from services.registry.hub.guidelines.tables import GuidelineRow
from services.registry.hub.versions.commands import check_fields, coming_into_force, take_the_place
from services.registry.hub.versions.model import STATES_ZH, TRANSITIONS, VersionPhase, check_coming
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

Headings = Annotated[list[contract.PlanHeading], Field(max_length=5)]
_HEADINGS = Field(title="规划内容", json_schema_extra=words(HEADINGS_ZH))


def _superseding() -> Step[GuidelineRow]:
    """Declared after its kind, whose clock takes it."""
    return supersede


GUIDELINES = Kind(
    GuidelineRow, VersionPhase, TRANSITIONS, initial=VersionPhase.DRAFTED,
    zh="指引和办法", en="guidelines", path="guidelines", steps=MatterStepRow, states_zh=STATES_ZH,
    clocks=(coming_into_force(contract.GuidelinePublished, _superseding),),
    unique=("division", "series", "version"), filters=("kind", "series", "version", "body"),
)  # fmt: skip


@GUIDELINES.opens(contract.GuidelineDrafted, zh="起草", needs="write")
async def draft(
    uow: UnitOfWork, row: GuidelineRow, *,
    kind: Annotated[Code, Field(title="类别")],
    series: Annotated[Code, Field(title="系列")],
    version: Annotated[Code, Field(title="版本")],
    title: Annotated[Text, Field(title="名称")],
    body: Annotated[Code, Field(title="制定单位")],
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    fields: Annotated[Codes, Field(title="适用领域")] = [],  # noqa: B006, read only
    headings: Annotated[Headings, _HEADINGS] = [],  # noqa: B006, read only
    summary: Annotated[Words | None, Field(title="内容摘要")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A first or a further version of a series: of an operating guide, of measures, of a development plan.

    What a development plan leaves out of its five headings is said (T13).
    """
    _settle(uow, row)


@GUIDELINES.step(contract.GuidelineAmended, zh="修改", needs="write", path="amendment")
async def amend(
    uow: UnitOfWork, row: GuidelineRow, *,
    title: Annotated[Text | None, Field(title="名称")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    fields: Annotated[Codes | None, Field(title="适用领域")] = None,
    headings: Annotated[Headings | None, _HEADINGS] = None,
    summary: Annotated[Words | None, Field(title="内容摘要")] = None,
) -> None:  # fmt: skip
    """The draft changes; what is left out stays."""
    _settle(uow, row)


@GUIDELINES.step(contract.GuidelineSuperseded, zh="替代", needs="publish", path="supersession")
async def supersede(
    uow: UnitOfWork, row: GuidelineRow, *,
    superseded_by_id: Annotated[UUID | None, Record("guideline"), Field(title="替代它的版本")] = None,
) -> None:  # fmt: skip
    """Another version took its place: by publication, or one that is kept elsewhere."""


@GUIDELINES.step(
    contract.GuidelineIssued, zh="印发，定日施行", en="issue for a later day", needs="publish", path="issuing"
)
async def issue(
    uow: UnitOfWork, row: GuidelineRow, *,
    in_force_on: Annotated[Day, Field(title="定于施行日期")],
    adopted_by: Annotated[Text | None, Field(title="审议通过的会议")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
) -> None:  # fmt: skip
    """Issued now, in force from a coming day (自…起施行), which can be set anew; raises `NotComing`.

    The version before it holds until then.
    """
    check_coming(row.effective_on, in_force_on)


@GUIDELINES.step(contract.GuidelinePublished, zh="印发", en="issue", needs="publish", path="publication")
async def publish(
    uow: UnitOfWork, row: GuidelineRow, *,
    adopted_by: Annotated[Text | None, Field(title="审议通过的会议")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
) -> None:  # fmt: skip
    """In force from the day given; the version before it is superseded (L12)."""
    await take_the_place(uow, row, supersede)


@GUIDELINES.step(contract.GuidelineRepealed, zh="废止", needs="publish", path="repeal")
async def repeal(uow: UnitOfWork, row: GuidelineRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """No longer in force, and nothing in its place."""


@GUIDELINES.step(contract.GuidelineDiscarded, zh="不予采用", needs="write", path="discarding")
async def discard(uow: UnitOfWork, row: GuidelineRow) -> None:
    """The draft never comes into force."""


reassign = GUIDELINES.reassigns(needs="write")


def _settle(uow: UnitOfWork, row: GuidelineRow) -> None:
    check_fields(uow, row.fields)
    plan = uow.policy(RegistryPolicy).hub.development_plan
    row.headings_lacking = headings_lacking(row.headings) if row.kind == plan else []
