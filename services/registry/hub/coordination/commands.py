"""The use cases of coordination cases: open, acknowledge, do or withdraw a part, extend, conclude, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract

from chassis.acting import Acting
from chassis.http.fields import Day, Division
from chassis.matters import Clock, Kind
from chassis.matters.history import plain
from chassis.model import Refusal, is_within
from chassis.principal import NotPermitted
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, DocumentNumber, Record, Text, Words
from services.registry.hub.bodies import NotThisBodysStaff, is_own_staff
from services.registry.hub.coordination import asking
from services.registry.hub.coordination.model import (
    TRANSITIONS,
    AnswerWithoutLetter,
    CasePhase,
    PartAnsweredBelow,
    PartElsewhere,
    PartsUndone,
    acknowledged,
    check_parts,
    completed,
    part_of,
    undone,
    without,
)
from services.registry.hub.coordination.tables import CoordinationCaseRow
from services.registry.origins import sequence_of
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
Place = Annotated[Division | None, Field(title="部门所在区划")]
"""Which of the places in which the body has a part; left out where it has one only."""


async def _waiting_for(uow: UnitOfWork, row: CoordinationCaseRow) -> Mapping[str, Any]:
    return {"waiting_for": undone(row.parts)}


_ORIGIN = Record("upward_report", "inquiry", "risk", "illegal_case", "meeting", "task")
"""What one comes of most often; another record is named by its id."""

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
        except (NotThisBodysStaff, NotPermitted, PartAnsweredBelow) as refusal:
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
    origin_record_id: Annotated[UUID | None, _ORIGIN, Field(title="来源记录")] = None,
    content: Annotated[Words | None, Field(title="协调内容")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A matter of several bodies, each with its part; a joint order has the number of its document.

    A part with a division is that of a body below. Where a stack below is that body's home, the body is asked
    by a task; what is history asks nobody. Raises `PartsMissing`, `PartElsewhere`, `NoSuchOrigin`.
    """
    if origin_record_id is not None:
        row.origin_record_sequence = await sequence_of(uow, origin_record_id, at="/origin_record_id")
    check_parts([(part.body, part.division or row.division) for part in parts])
    for at, part in enumerate(parts):
        if part.division is not None and not is_within(part.division, row.division):
            raise PartElsewhere(
                at=f"/parts/{at}/division", body=part.body, part=part.division, division=row.division
            )
    row.parts = [{name: value for name, value in part.items() if value is not None} for part in plain(parts)]
    if row.basis == Basis.LIVE.value:
        await asking.ask_below(uow, row)


@COORDINATION_CASES.step(
    contract.CoordinationCaseAcknowledged, zh="认领任务", en="acknowledge a part", needs="answer",
    path="acknowledgement", whose=_of_a_body,
)  # fmt: skip
async def acknowledge(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    body: Annotated[Code, Field(title="部门")],
    place: Place = None,
    letter: Letter = None,
) -> Mapping[str, Any]:  # fmt: skip
    """The body's own staff acknowledges its part; nobody does it for another.

    The answer of a body without accounts here is entered from its letter. Raises as `_answers` does.
    """
    part = part_of(row.parts, body, place, row.division)
    by_letter = _answers(uow, row, part, letter)
    row.parts = acknowledged(row.parts, part, row.effective_on, by_letter=by_letter)
    return _at(part)


@COORDINATION_CASES.step(
    contract.CoordinationCasePartCompleted, zh="完成任务", en="complete a part", needs="answer",
    path="part-completion", whose=_of_a_body,
)  # fmt: skip
async def complete_part(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    body: Annotated[Code, Field(title="部门")],
    place: Place = None,
    report: Annotated[Words | None, Field(title="办理情况")] = None,
    letter: Letter = None,
) -> Mapping[str, Any]:  # fmt: skip
    """The body's own staff says that its part is done, or its letter does. Raises as `_answers` does."""
    part = part_of(row.parts, body, place, row.division)
    by_letter = _answers(uow, row, part, letter)
    row.parts = completed(row.parts, part, row.effective_on, by_letter=by_letter)
    await asking.settle(uow, part)
    return _at(part)


@COORDINATION_CASES.step(
    contract.CoordinationCasePartWithdrawn, zh="撤回任务", en="withdraw a part", needs="write",
    path="part-withdrawal",
)  # fmt: skip
async def withdraw_part(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    body: Annotated[Code, Field(title="部门")],
    reason: Annotated[Code, Field(title="原因")],
    place: Place = None,
) -> Mapping[str, Any]:  # fmt: skip
    """The body is not asked any more. Raises `NotAPart`, `WhichPart`, `PartAlready`, `PartsMissing`."""
    uow.authorize(row.division)
    part = part_of(row.parts, body, place, row.division)
    row.parts = without(row.parts, part)
    await asking.take_back(uow, part, reason)
    return _at(part)


@COORDINATION_CASES.step(contract.CoordinationCaseExtended, zh="延期", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: CoordinationCaseRow, *,
    due_on: Annotated[Day, Field(title="完成期限")],
    reason: Annotated[Code, Field(title="原因")],
) -> None:  # fmt: skip
    """Another day, for the bodies below that have not answered, too."""
    uow.authorize(row.division)
    await asking.ask_by(uow, row)


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
    for part in row.parts:
        await asking.settle(uow, part)
    return {"undone": left}


@COORDINATION_CASES.step(contract.CoordinationCaseCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: CoordinationCaseRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """Not needed any more."""
    uow.authorize(row.division)
    for part in row.parts:
        await asking.take_back(uow, part, reason)


reassign = COORDINATION_CASES.reassigns(needs="write")


def _at(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the body is, as the event says it."""
    return {"place": part.get("division")}


def _answers(uow: UnitOfWork, row: CoordinationCaseRow, part: Mapping[str, Any], letter: str | None) -> bool:
    """Whether the body is heard by letter; its own staff need none. Raises what `_speaks` raises, and
    `AnswerWithoutLetter`."""
    by_letter = _speaks(uow, row, part)
    if by_letter and letter is None:
        raise AnswerWithoutLetter(at="/letter", body=part["body"])
    return by_letter


def _speaks(acting: Acting, row: CoordinationCaseRow, part: Mapping[str, Any]) -> bool:
    """Whether the caller, who answers for this part, does so by the body's letter.

    Raises `NotThisBodysStaff` for the staff of others; for a body without staff here `NotPermitted` for who
    does not keep the case; `PartAnsweredBelow` where the answer comes from a stack below, by itself.
    """
    body, place = part["body"], part.get("division") or row.division
    if "task" in part and "system" not in acting.principal.roles:
        raise PartAnsweredBelow(at="/body", body=body, place=place)
    if is_own_staff(acting, body, place, row.division):
        return False
    acting.principal.authorize(f"{COORDINATION_CASES.permission}:write", row.division)
    return True
