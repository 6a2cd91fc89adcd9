"""The use cases of official decisions: record, correct, lift; one of limited time ends by itself."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.registry import CreditListing

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, words
from chassis.matters.history import plain
from chassis.model import refuse_all
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.addressed import address
from services.registry.enforcement.credit_listings.model import LISTS_ZH
from services.registry.enforcement.official_decisions.concluding import CONCLUDES, name_record
from services.registry.enforcement.official_decisions.model import (
    ENDS,
    ITEMS_ZH,
    KINDS_ZH,
    REGISTERED,
    TRANSITIONS,
    ConcludesNothing,
    DecisionPhase,
    EndBeforeDecision,
    EndingStands,
    LiftedByProcedure,
    ListedWithoutNotice,
    NoList,
    check_changes,
    check_result,
)
from services.registry.enforcement.official_decisions.tables import OfficialDecisionRow
from services.registry.fields import Code, Codes, DocumentNumber, OrganizationId, Record, Text, Words
from services.registry.identification import model as identification
from services.registry.organizations.pending import check_nothing_pends
from services.registry.tables import MatterStepRow

_CONCLUDED = Record(*(concluded.row.stream[1] for concluded in CONCLUDES.values()))


class Change(BaseModel):
    """One thing of a registration that changes."""

    model_config = ConfigDict(extra="forbid")

    item: contract.ChangedItem = Field(title="变更事项", json_schema_extra=words(ITEMS_ZH))
    before: Text | None = Field(None, title="变更前")
    after: Text | None = Field(None, title="变更后")


OFFICIAL_DECISIONS = Kind(
    OfficialDecisionRow, DecisionPhase, TRANSITIONS, initial=DecisionPhase.RECORDED,
    zh="有关机关决定", en="official decisions", path="official-decisions", steps=MatterStepRow,
    states_zh={DecisionPhase.RECORDED: "有效", DecisionPhase.LIFTED: "已解除"},
    clocks=(
        Clock(
            "term", {"recorded"}, contract.OfficialDecisionLifted, "lifted",
            rule="official_decision.due_on", restarts={"corrected"}, runs_on=True,
        ),
    ),
    filters=("organization_id", "kind", "authority", "listing", "result"),
)  # fmt: skip


@OFFICIAL_DECISIONS.opens(
    contract.OfficialDecisionRecorded, zh="登记决定", en="record a decision", needs="write"
)
async def record(
    uow: UnitOfWork, row: OfficialDecisionRow, *,
    authority: Annotated[Code, Field(title="作出机关")],
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    kind: Annotated[contract.DecisionKind, Field(title="决定种类", json_schema_extra=words(KINDS_ZH))],
    listing: Annotated[
        CreditListing, Field(title="名录", json_schema_extra=words(LISTS_ZH))
    ] = CreditListing.NONE,
    grounds: Annotated[Codes, Field(title="事由")] = [],  # noqa: B006, read only
    result: Annotated[Code | None, Field(title="决定内容")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    record_id: Annotated[
        UUID | None, _CONCLUDED,
        Field(title="办结记录", description="the inspection, evaluation or application"),
    ] = None,
    credit_code: Annotated[
        str | None, Field(title="统一社会信用代码", max_length=40, description="given by a registration")
    ] = None,
    changes: Annotated[list[Change], Field(title="变更事项", max_length=20)] = [],  # noqa: B006, read only
    due_on: Annotated[Day | None, Field(title="截止日期", description="of a decision for a time")] = None,
    reasons: Annotated[Words | None, Field(title="理由")] = None,
) -> None:  # fmt: skip
    """An authority decided about an organisation of its area; the organisation's home applies it.

    Raises `DeregistrationWaits` where it is to be deregistered while it is wound up or investigated.
    """
    await address(uow, row, organization_id)
    row.decided_on = row.effective_on
    if (kind is contract.DecisionKind.LISTING) is (listing is CreditListing.NONE):
        raise NoList(at="/listing")
    if kind is contract.DecisionKind.LISTING and row.basis == Basis.LIVE.value:
        raise ListedWithoutNotice(at="/kind")
    _check_end(row)
    row.changes = [{name: value for name, value in one.items() if value} for one in plain(changes)]
    refuse_all(check_changes(row.kind, row.changes))
    if kind is contract.DecisionKind.DEREGISTRATION and row.basis == Basis.LIVE.value:
        await check_nothing_pends(uow, organization_id)
    check_result(kind, result)
    if (record_id is not None and kind not in CONCLUDES) or (credit_code and result != REGISTERED):
        raise ConcludesNothing(at="/record_id", kind_zh=KINDS_ZH[kind], kind_en=kind.value)
    if credit_code is not None:
        row.credit_code = identification.credit_code(credit_code, at="/credit_code")
    if record_id is not None:
        await name_record(uow, row, record_id)


@OFFICIAL_DECISIONS.step(contract.OfficialDecisionCorrected, zh="更正", needs="write", path="correction")
async def correct(
    uow: UnitOfWork, row: OfficialDecisionRow, *,
    explanation: Annotated[Words, Field(title="更正说明")],
    grounds: Annotated[Codes | None, Field(title="事由")] = None,
    result: Annotated[Code | None, Field(title="决定内容")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    record_id: Annotated[UUID | None, _CONCLUDED, Field(title="办结记录")] = None,
    decided_on: Annotated[Day | None, Field(title="决定日期")] = None,
    due_on: Annotated[Day | None, Field(title="截止日期")] = None,
) -> None:  # fmt: skip
    """What was recorded wrongly is put right; what is not named stays."""
    row.corrected_times += 1
    _check_end(row)
    check_result(row.kind, row.result)
    if record_id is not None:
        if contract.DecisionKind(row.kind) not in CONCLUDES:
            raise ConcludesNothing(at="/record_id", kind_zh=KINDS_ZH[row.kind], kind_en=row.kind)
        await name_record(uow, row, record_id)


@OFFICIAL_DECISIONS.step(contract.OfficialDecisionLifted, zh="解除", needs="write", path="lifting")
async def lift(
    uow: UnitOfWork, row: OfficialDecisionRow, *, reason: Annotated[Code, Field(title="解除原因")]
) -> None:
    """It no longer holds: its time is over, it was complied with, or it was set aside."""
    if row.kind in ENDS:
        raise EndingStands(kind_zh=KINDS_ZH[row.kind], kind_en=row.kind)
    if row.procedure_id is not None:
        raise LiftedByProcedure(procedure=row.procedure_id)


async def end(uow: UnitOfWork, id: UUID, details: Mapping[str, Any], *, like: Any) -> None:
    """Lift the decision of a procedure that ended, on the day and basis of the record `like`."""
    row = await uow.load(OfficialDecisionRow, id)
    await OFFICIAL_DECISIONS.advance(
        uow, row, "lifted", contract.OfficialDecisionLifted, details,
        on=like.effective_on, basis=Basis(like.basis),
    )  # fmt: skip


def _check_end(row: OfficialDecisionRow) -> None:
    if row.due_on is not None and row.due_on < row.decided_on:
        raise EndBeforeDecision(at="/due_on", until=row.due_on, decided_on=row.decided_on)
