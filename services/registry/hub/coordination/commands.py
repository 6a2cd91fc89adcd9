"""The use cases of coordination cases: open, acknowledge and do a part, extend, conclude, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_hub as contract

from chassis.acting import Acting
from chassis.http.fields import Day, Division
from chassis.matters import Clock, Kind
from chassis.matters.history import plain
from chassis.model import Refusal, is_within
from chassis.principal import NotPermitted
from chassis.unit_of_work import NotHome, UnitOfWork
from services.registry.fields import Code, DocumentNumber, Text, Words
from services.registry.hub.coordination.model import (
    TRANSITIONS,
    AnswerWithoutLetter,
    CasePhase,
    NotThisBodysStaff,
    PartElsewhere,
    PartsUndone,
    acknowledged,
    check_parts,
    completed,
    part_of,
    undone,
)
from services.registry.hub.coordination.tables import CoordinationCaseRow
from services.registry.origins import sequence_of
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


class Part(BaseModel):
    """What one body has to do."""

    model_config = ConfigDict(extra="forbid")

    body: Code = Field(title="部门")
    duty: Code = Field(title="任务")
    division: Division | None = Field(None, title="所在区划（下级单位）")


Parts = Annotated[list[Part], Field(title="各部门任务", max_length=50)]
Letter = Annotated[Words | None, Field(title="答复依据（来函、会议纪要）")]
"""What a body without accounts here answered by."""


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


async def _of_a_body(acting: Acting, row: CoordinationCaseRow) -> None:
    """Who answers for one part at least; raises for the first what `_speaks` raises for all of them."""
    refused: list[Refusal] = []
    for part in row.parts:
        try:
            _speaks(acting, row, part)
        except (NotThisBodysStaff, NotPermitted) as refusal:
            refused.append(refusal)
        else:
            return
    if refused:
        raise refused[0]


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
    """A matter of several bodies, each with its part; a joint order has the number of its document.

    A part with a division is that of a body below. Raises `PartsMissing`, `PartElsewhere`, `NotHome`,
    `NoSuchOrigin`.
    """
    if origin_record_id is not None:
        row.origin_record_sequence = await sequence_of(uow, origin_record_id, at="/origin_record_id")
    check_parts([part.body for part in parts])
    for at, part in enumerate(parts):
        if part.division is None:
            continue
        if not is_within(part.division, row.division):
            raise PartElsewhere(
                at=f"/parts/{at}/division", body=part.body, part=part.division, division=row.division
            )
        if (home := uow.home_of(part.division)) != uow.stack:
            raise NotHome(division=part.division, home=home)
    row.parts = [{name: value for name, value in part.items() if value is not None} for part in plain(parts)]


@COORDINATION_CASES.step(
    contract.CoordinationCaseAcknowledged, zh="认领任务", en="acknowledge a part", needs="answer",
    path="acknowledgement", whose=_of_a_body,
)  # fmt: skip
async def acknowledge(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    body: Annotated[Code, Field(title="部门")],
    letter: Letter = None,
) -> None:  # fmt: skip
    """The body's own staff acknowledges its part; nobody does it for another.

    The answer of a body without accounts here is entered from its letter. Raises as `_answers` does.
    """
    by_letter = _answers(uow, row, body, letter)
    row.parts = acknowledged(row.parts, body, row.effective_on, by_letter=by_letter)


@COORDINATION_CASES.step(
    contract.CoordinationCasePartCompleted, zh="完成任务", en="complete a part", needs="answer",
    path="part-completion", whose=_of_a_body,
)  # fmt: skip
async def complete_part(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    body: Annotated[Code, Field(title="部门")],
    report: Annotated[Words | None, Field(title="办理情况")] = None,
    letter: Letter = None,
) -> None:  # fmt: skip
    """The body's own staff says that its part is done, or its letter does. Raises as `_answers` does."""
    by_letter = _answers(uow, row, body, letter)
    row.parts = completed(row.parts, body, row.effective_on, by_letter=by_letter)


@COORDINATION_CASES.step(contract.CoordinationCaseExtended, zh="延期", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    due_on: Annotated[Day, Field(title="完成期限")],
    reason: Annotated[Code, Field(title="原因")],
) -> None:  # fmt: skip
    """Another day."""
    uow.authorize(row.division)


@COORDINATION_CASES.step(contract.CoordinationCaseConcluded, zh="办结", needs="write", path="conclusion")
async def conclude(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    outcome: Annotated[Code, Field(title="结果")],
    explanation: Annotated[Words | None, Field(title="未完成原因")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """Settled; parts that stay undone are named, and why."""
    uow.authorize(row.division)
    left = undone(row.parts)
    if left and explanation is None:
        raise PartsUndone(at="/explanation", bodies=left)
    return {"undone": left}


@COORDINATION_CASES.step(contract.CoordinationCaseCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: CoordinationCaseRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """Not needed any more."""
    uow.authorize(row.division)


def _answers(uow: UnitOfWork, row: CoordinationCaseRow, body: str, letter: str | None) -> bool:
    """Whether the body is heard by letter; its own staff need none. Raises `NotAPart`, what `_speaks` raises,
    and `AnswerWithoutLetter`."""
    by_letter = _speaks(uow, row, part_of(row.parts, body))
    if by_letter and letter is None:
        raise AnswerWithoutLetter(at="/letter", body=body)
    return by_letter


def _speaks(acting: Acting, row: CoordinationCaseRow, part: Mapping[str, Any]) -> bool:
    """Whether the caller, who answers for this part, does so by the body's letter.

    A body's staff are those whose token says that they are of it, or who have a role that the profile names
    for it. Raises `NotThisBodysStaff` unless the caller is of them and has the body's place in her divisions;
    for a body without staff here `NotPermitted` for who does not keep the case.
    """
    body, caller = part["body"], acting.principal
    roles = acting.policy(RegistryPolicy).hub.bodies_staff.get(body)
    if body in caller.bodies or caller.roles & {*(roles or ()), "system"}:
        if caller.covers(part.get("division") or row.division):
            return False
    elif roles is None:
        caller.authorize(f"{COORDINATION_CASES.permission}:write", row.division)
        return True
    elif "operator" in caller.roles and caller.covers(row.division):
        return False
    raise NotThisBodysStaff(at="/body", body=body, roles=sorted(caller.roles))
