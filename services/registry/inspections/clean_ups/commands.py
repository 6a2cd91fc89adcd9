"""The use cases of clean-ups: open, extend, complete a step, conclude, cancel; the organisations follow."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, DocumentNumber, Text
from services.registry.inspections import acknowledging
from services.registry.inspections.clean_ups.model import (
    TRANSITIONS,
    CleanUpExtendedBackwards,
    CleanUpPhase,
    UnknownCleanUpKind,
)
from services.registry.inspections.clean_ups.tables import CleanUpRow
from services.registry.organizations.commands import known_categories
from services.registry.organizations.model import LegalForm
from services.registry.policy import RegistryPolicy
from services.registry.portions import carry
from services.registry.tables import MatterStepRow

CLEAN_UPS = Kind(
    CleanUpRow, CleanUpPhase, TRANSITIONS, initial=CleanUpPhase.SELF_CHECK,
    zh="专项清理", en="clean-ups", path="clean-ups", unit="次", steps=MatterStepRow,
    states_zh={
        CleanUpPhase.SELF_CHECK: "自查自纠",
        CleanUpPhase.REVIEW: "清理审查",
        CleanUpPhase.HANDLING: "整顿处理",
        CleanUpPhase.ACCEPTANCE: "总结验收",
        CleanUpPhase.CONCLUDED: "已完成",
        CleanUpPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "step", {"self_check", "review", "handling", "acceptance"}, contract.CleanUpBecameOverdue,
            "became_overdue", rule="clean_up.due_on", restarts={"extended", "step_completed"},
        ),
    ),
    filters=("clean_up_kind",),
)  # fmt: skip


def check_kind(uow: UnitOfWork, code: str) -> None:
    """Raise `UnknownCleanUpKind` unless the profile lists the kind."""
    policy = uow.policy(RegistryPolicy).inspections
    if policy.clean_up_kind(code) is None:
        known = [one.code for one in policy.clean_up_kinds]
        raise UnknownCleanUpKind(at="/clean_up_kind", given=code, known=known)


async def _follow(uow: UnitOfWork, row: CleanUpRow, work: str) -> None:
    """What is history asks nothing of anybody now."""
    if row.basis == Basis.LIVE.value:
        await carry(uow, CleanUpRow, row.subject, row.division, work)


@CLEAN_UPS.opens(contract.CleanUpOpened, zh="部署", needs="write")
async def open_(
    uow: UnitOfWork, row: CleanUpRow, *,
    title: Annotated[Text, Field(title="名称")],
    clean_up_kind: Annotated[Code, Field(title="专项类别")],
    due_on: Annotated[Day | None, Field(title="自查截止日期")] = None,
    legal_forms: Annotated[list[LegalForm], Field(title="组织类型", max_length=6)] = [],  # noqa: B006
    categories: Annotated[Codes, Field(title="领域类别")] = [],  # noqa: B006, read only
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
    acknowledged: Annotated[bool, Field(title="要求下级签收、反馈")] = True,
) -> None:  # fmt: skip
    """Ask every organisation below that fits to check itself; without forms and categories, all of them.

    The bodies below acknowledge it and report back, unless they are not asked to.
    """
    check_kind(uow, clean_up_kind)
    row.categories = known_categories(categories, uow.policy(RegistryPolicy))
    if acknowledged:
        await acknowledging.ask_below(uow, row)
    await _follow(uow, row, "open")


@CLEAN_UPS.step(contract.CleanUpExtended, zh="延长期限", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: CleanUpRow, *, until: Annotated[Day, Field(title="延长至")]
) -> None:  # fmt: skip
    """More time for the step that it is at."""
    if row.due_on is not None and until <= row.due_on:
        raise CleanUpExtendedBackwards(at="/until", new=until, old=row.due_on)
    row.due_on = until
    await acknowledging.ask_by(uow, row)
    if row.state == CleanUpPhase.SELF_CHECK.value:
        await _follow(uow, row, "extend")


@CLEAN_UPS.step(
    contract.CleanUpStepCompleted, zh="完成本步骤", en="complete this step", needs="write", path="step"
)
async def complete_step(
    uow: UnitOfWork, row: CleanUpRow, *,
    next_due_on: Annotated[Day | None, Field(title="下一步骤截止日期")] = None,
) -> None:  # fmt: skip
    """The step is done as a whole; single organisations may be ahead or behind."""
    row.due_on = next_due_on
    if next_due_on is not None:
        await acknowledging.ask_by(uow, row)


@CLEAN_UPS.step(contract.CleanUpConcluded, zh="总结验收", needs="write", path="conclusion")
async def conclude(
    uow: UnitOfWork, row: CleanUpRow, *, outcome: Annotated[Code, Field(title="结果")]
) -> None:
    """It is over; what is still open in the stacks closes unfinished."""
    await acknowledging.asked_no_more(uow, row)
    await _follow(uow, row, "close")


@CLEAN_UPS.step(contract.CleanUpCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(uow: UnitOfWork, row: CleanUpRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It is taken back; what is open closes."""
    await acknowledging.asked_no_more(uow, row)
    await _follow(uow, row, "close")


reassign = CLEAN_UPS.reassigns(needs="write")
