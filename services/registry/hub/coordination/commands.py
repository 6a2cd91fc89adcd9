"""The use cases of coordination cases: open, acknowledge and do a part, extend, conclude, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.matters.history import plain
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, DocumentNumber, Text, Words
from services.registry.hub.coordination.model import (
    TRANSITIONS,
    CasePhase,
    NotThisBodysStaff,
    PartsUndone,
    acknowledged,
    check_parts,
    completed,
    undone,
)
from services.registry.hub.coordination.tables import CoordinationCaseRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


class Part(BaseModel):
    """What one body has to do."""

    model_config = ConfigDict(extra="forbid")

    body: Code = Field(title="部门")
    duty: Code = Field(title="任务")


Parts = Annotated[list[Part], Field(title="各部门任务", max_length=50)]


async def _waiting_for(uow: UnitOfWork, row: CoordinationCaseRow) -> Mapping[str, Any]:
    return {"waiting_for": undone(row.parts)}


COORDINATION_CASES = Kind(
    CoordinationCaseRow, CasePhase, TRANSITIONS, initial=CasePhase.OPENED,
    zh="协调事项", en="coordination cases", path="coordination-cases", steps=MatterStepRow,
    states_zh={
        CasePhase.OPENED: "协调中",
        CasePhase.CONCLUDED: "办结",
        CasePhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "due", {"opened"}, contract.CoordinationCaseBecameOverdue, "became_overdue",
            rule="coordination_case.due_on", restarts={"extended"}, first=_waiting_for,
        ),
    ),
    filters=("kind", "lead", "origin_record_id"),
)  # fmt: skip


@COORDINATION_CASES.opens(contract.CoordinationCaseOpened, zh="提出", needs="write")
async def open_(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    kind: Annotated[Code, Field(title="类别")],
    title: Annotated[Text, Field(title="事项")],
    lead: Annotated[Code, Field(title="牵头单位")],
    parts: Parts,
    due_on: Annotated[Day | None, Field(title="完成期限")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    origin_record_id: Annotated[UUID | None, Field(title="来源记录")] = None,
    content: Annotated[Words | None, Field(title="协调内容")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A matter of several bodies, each with its part; a joint order has the number of its document."""
    check_parts([part.body for part in parts])
    row.parts = plain(parts)


@COORDINATION_CASES.step(
    contract.CoordinationCaseAcknowledged, zh="认领任务", needs="answer", path="acknowledgement"
)
async def acknowledge(
    uow: UnitOfWork, row: CoordinationCaseRow, *, body: Annotated[Code, Field(title="部门")]
) -> None:
    """The body's own staff acknowledges its part; nobody does it for another."""
    own_staff(uow, body)
    row.parts = acknowledged(row.parts, body, row.effective_on)


@COORDINATION_CASES.step(
    contract.CoordinationCasePartCompleted, zh="完成任务", needs="answer", path="part-completion"
)
async def complete_part(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    body: Annotated[Code, Field(title="部门")],
    report: Annotated[Words | None, Field(title="办理情况")] = None,
) -> None:  # fmt: skip
    """The body's own staff says that its part is done."""
    own_staff(uow, body)
    row.parts = completed(row.parts, body, row.effective_on)


@COORDINATION_CASES.step(contract.CoordinationCaseExtended, zh="延期", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    due_on: Annotated[Day, Field(title="完成期限")],
    reason: Annotated[Code, Field(title="原因")],
) -> None:  # fmt: skip
    """Another day."""


@COORDINATION_CASES.step(contract.CoordinationCaseConcluded, zh="办结", needs="write", path="conclusion")
async def conclude(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    outcome: Annotated[Code, Field(title="结果")],
    explanation: Annotated[Words | None, Field(title="未完成原因")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """Settled; parts that stay undone are named, and why."""
    left = undone(row.parts)
    if left and explanation is None:
        raise PartsUndone(at="/explanation", bodies="、".join(left))
    return {"undone": left}


@COORDINATION_CASES.step(contract.CoordinationCaseCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: CoordinationCaseRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """Not needed any more."""


def own_staff(uow: UnitOfWork, body: str) -> None:
    """Raise `NotThisBodysStaff` unless the caller has a role of the body's staff, where the profile says."""
    roles = uow.policy(RegistryPolicy).hub.bodies_staff.get(body)
    if roles is None or uow.principal.roles & {*roles, "operator", "system"}:
        return
    raise NotThisBodysStaff(at="/body", body=body, roles="、".join(sorted(uow.principal.roles)) or "-")
