"""The use cases of one organisation in a clean-up: its own check, return, review, handling, acceptance."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, OrganizationId, Record, Words
from services.registry.inspections.clean_up_checks.model import (
    FOUR_NOS_ZH,
    TRANSITIONS,
    CleanUpCheckPhase,
    FourNo,
    HandlingOwed,
    LeadersMissing,
    NothingToHandle,
    RectificationStillOpen,
    ReturnedForNothing,
    check_declaration,
    check_leaders,
)
from services.registry.inspections.clean_up_checks.tables import CleanUpCheckRow
from services.registry.inspections.clean_ups.commands import check_kind
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.inspections.rectifications.tables import RectificationRow
from services.registry.organizations import commands as organizations
from services.registry.organizations.concerning import of_organization
from services.registry.organizations.model import DECOUPLING_TRANSITIONS, Decoupling
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

CLEAN_UP_CHECKS = Kind(
    CleanUpCheckRow, CleanUpCheckPhase, TRANSITIONS, initial=CleanUpCheckPhase.DUE,
    zh="专项清理对象", en="organisations in clean-ups", path="clean-up-checks", unit="家",
    steps=MatterStepRow,
    states_zh={
        CleanUpCheckPhase.DUE: "应自查",
        CleanUpCheckPhase.SELF_CHECKED: "已自查",
        CleanUpCheckPhase.REVIEWED: "已审查",
        CleanUpCheckPhase.HANDLED: "已整顿处理",
        CleanUpCheckPhase.ACCEPTED: "已验收",
        CleanUpCheckPhase.CLOSED: "未完成、已结束",
    },
    clocks=(
        Clock(
            "self_check", {"due"}, contract.CleanUpCheckBecameOverdue, "became_overdue",
            rule="clean_up.due_on", restarts={"extended"},
        ),
    ),
    place=of_organization,
    filters=("organization_id", "clean_up_id", "clean_up_kind", "four_nos", "late"),
)  # fmt: skip


@CLEAN_UP_CHECKS.opens(contract.CleanUpCheckOpened, zh="列入清理", needs="write")
async def open_(
    uow: UnitOfWork, row: CleanUpCheckRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    clean_up_kind: Annotated[Code, Field(title="专项类别")],
    clean_up_id: Annotated[UUID | None, Record("clean_up"), Field(title="专项清理")] = None,
    due_on: Annotated[Day | None, Field(title="自查截止日期")] = None,
) -> None:  # fmt: skip
    """One organisation by itself: history, or who was left out."""
    check_kind(uow, clean_up_kind)


@CLEAN_UP_CHECKS.step(contract.CleanUpCheckExtended, zh="延期", needs="review", path="extension")
async def extend(
    uow: UnitOfWork, row: CleanUpCheckRow, *, due_on: Annotated[Day, Field(title="延长至")]
) -> None:
    """More time for its own check."""


@CLEAN_UP_CHECKS.step(
    contract.CleanUpCheckSelfChecked,
    zh="自查",
    en="hand in the self-check",
    needs="submit",
    path="self-check",
    by_workbook=True,
)
async def self_check(
    uow: UnitOfWork, row: CleanUpCheckRow, *,
    problems: Annotated[Codes, Field(title="问题")] = [],  # noqa: B006, read only
    four_nos: Annotated[bool | None, Field(title="作出“四个无”承诺")] = None,
    violations: Annotated[
        list[FourNo], Field(title="违规收费", max_length=4, json_schema_extra=words(FOUR_NOS_ZH))
    ] = [],  # noqa: B006, read only
    administrative_staff: Annotated[Count | None, Field(title="行政机关人员任领导职务数")] = None,
    report: Annotated[Words | None, Field(title="自查情况")] = None,
) -> None:  # fmt: skip
    """What the organisation found itself; what its kind of clean-up asks for has to be answered.

    A declaration of four no's is put on the organisation's record, as is a step of its decoupling.
    """
    asked = _asked(uow, row)
    check_declaration(asked, four_nos, violations)
    check_leaders(asked, administrative_staff)
    row.late = row.overdue or (row.due_on is not None and row.effective_on > row.due_on)
    leading = ["administrative_staff"] if administrative_staff else []
    row.problems = sorted({*problems, *(one.value for one in violations), *leading})
    about = await uow.session.get_one(OrganizationRow, row.organization_id)
    if "four_nos" in asked and not about.ended:  # what an ended one did is history of this check alone
        await organizations.change_details(
            uow, id=row.organization_id, details={"four_no_fees_declared": four_nos},
            effective_on=row.effective_on, basis=Basis(row.basis),
        )  # fmt: skip
    if "administrative_staff" in asked:
        await _decouple(uow, row, "self_checked")


@CLEAN_UP_CHECKS.step(contract.CleanUpCheckReturned, zh="退回", needs="review", path="return")
async def return_(
    uow: UnitOfWork, row: CleanUpCheckRow, *,
    items: Annotated[Codes, Field(title="补正事项")],
    due_on: Annotated[Day | None, Field(title="补正期限")] = None,
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """To be checked again; without a day, within the profile's working days, never less than the window."""
    if not items:
        raise ReturnedForNothing(at="/items")
    if due_on is None:
        days = uow.policy(RegistryPolicy).inspections.correction_days
        last, _ = uow.region.calendar.add_working_days(row.effective_on, days)
        row.due_on = max(row.due_on or last, last)


@CLEAN_UP_CHECKS.step(
    contract.CleanUpCheckReviewed, zh="清理审查", needs="review", path="review", by_workbook=True
)
async def review(
    uow: UnitOfWork, row: CleanUpCheckRow, *,
    opinion: Annotated[Code, Field(title="审查意见")],
    more: Annotated[Codes, Field(title="另发现问题")] = [],  # noqa: B006, read only
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """The supervisory unit's review; where administrative staff still lead, decoupling is pressed for."""
    row.problems = sorted({*row.problems, *more})
    if "administrative_staff" in _asked(uow, row) and row.administrative_staff:
        await _decouple(uow, row, "pressed")


@CLEAN_UP_CHECKS.step(contract.CleanUpCheckHandled, zh="整顿处理", needs="handle", path="handling")
async def handle(
    uow: UnitOfWork, row: CleanUpCheckRow, *,
    outcome: Annotated[Code, Field(title="处理结果")],
    rectify_by: Annotated[Day | None, Field(title="整改期限")] = None,
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """The authority deals with what was found: it has to be put right."""
    if not row.problems:
        raise NothingToHandle()
    owed = await rectifications.open_(
        uow, organization_id=row.organization_id, origin="clean_up", topics=row.problems,
        findings=explanation or "、".join(row.problems), due_on=rectify_by, origin_record_id=row.id,
        effective_on=row.effective_on, basis=Basis(row.basis),
    )  # fmt: skip
    row.rectification_id, row.rectification_sequence = owed.id, owed.sequence


@CLEAN_UP_CHECKS.step(
    contract.CleanUpCheckAccepted, zh="验收", needs="review", path="acceptance", by_workbook=True
)
async def accept(
    uow: UnitOfWork, row: CleanUpCheckRow, *,
    administrative_staff: Annotated[Count | None, Field(title="行政机关人员任领导职务数")] = None,
    note: Annotated[Words | None, Field(title="验收情况")] = None,
) -> None:  # fmt: skip
    """All is in order: what was found is put right, and nobody of the administration leads it any more."""
    if "administrative_staff" in _asked(uow, row):
        await _decouple(uow, row, "completed")
        row.problems = [one for one in row.problems if one != "administrative_staff"]
    if row.state == CleanUpCheckPhase.REVIEWED.value and row.problems:
        raise HandlingOwed(problems=row.problems)
    if row.rectification_id is not None:
        owed = await uow.session.get_one(RectificationRow, row.rectification_id)
        if not owed.ended:
            raise RectificationStillOpen(other=owed.id)


@CLEAN_UP_CHECKS.step(contract.CleanUpCheckClosed, zh="结束", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: CleanUpCheckRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It ends unfinished: the clean-up is over, or the organisation is."""


def _asked(uow: UnitOfWork, row: CleanUpCheckRow) -> Sequence[str]:
    """What this kind of clean-up asks of the self-check; a kind of a stack above may be unknown here."""
    kind = uow.policy(RegistryPolicy).inspections.clean_up_kind(row.clean_up_kind)
    return kind.asks if kind is not None else ()


async def _decouple(
    uow: UnitOfWork, row: CleanUpCheckRow, step: Literal["self_checked", "pressed", "completed"]
) -> None:
    """Move the organisation's decoupling on where it can take this step; it may be ahead already."""
    organization = await uow.load(OrganizationRow, row.organization_id)
    if not organization.ended and step in DECOUPLING_TRANSITIONS[Decoupling(organization.decoupling)]:
        leaders = row.administrative_staff
        if leaders is None:
            raise LeadersMissing(at="/administrative_staff")
        await organizations.decouple(
            uow, id=row.organization_id, step=step, administrative_staff=leaders,
            effective_on=row.effective_on, basis=Basis(row.basis),
        )  # fmt: skip
