"""The use cases of tasks: issue, amend, complete, cancel; the receipts below follow."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Day, Division, PersonId
from chassis.matters import Clock, Kind
from chassis.model import Refusal, refuse_all
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, DocumentNumber, Record, Text, Words
from services.registry.operations.frameworks import check_tags
from services.registry.operations.receipts import commands as receipts
from services.registry.operations.tasks.model import TRANSITIONS, TaskPhase, check_implementing, check_named
from services.registry.operations.tasks.tables import TaskRow
from services.registry.origins import sequence_of
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

Divisions = Annotated[list[Division], Field(max_length=500)]

_ORIGIN = Record("meeting", "upward_report", "inquiry", "coordination_case", "risk", "supervision_visit")
"""What one comes of most often; another record is named by its id."""

TASKS = Kind(
    TaskRow, TaskPhase, TRANSITIONS, initial=TaskPhase.ISSUED,
    zh="任务", en="tasks", path="tasks", steps=MatterStepRow,
    states_zh={
        TaskPhase.ISSUED: "执行中",
        TaskPhase.COMPLETED: "完成",
        TaskPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "due", {"issued"}, contract.TaskBecameOverdue, "became_overdue", rule="task.due_on",
            restarts={"amended"},
        ),
    ),
    filters=("kind", "lead", "origin", "origin_record_id"),
)  # fmt: skip


@TASKS.opens(contract.TaskIssued, zh="下达", needs="issue")
async def issue(
    uow: UnitOfWork, row: TaskRow, *,
    title: Annotated[Text, Field(title="任务")],
    kind: Annotated[Code, Field(title="类别")],
    lead: Annotated[Code, Field(title="牵头部门")],
    implementing: Annotated[Divisions, Field(title="落实单位区划")],
    asks: Annotated[contract.Asks, Field(title="答复方式")] = contract.Asks.REPORT,
    body: Annotated[Code | None, Field(title="答复部门")] = None,
    due_on: Annotated[Day | None, Field(title="反馈期限")] = None,
    responsible: Annotated[Codes, Field(title="责任部门")] = [],  # noqa: B006, read only
    co_operating: Annotated[Codes, Field(title="配合部门")] = [],  # noqa: B006, read only
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    framework: Annotated[Codes, Field(title="所属行动")] = [],  # noqa: B006, read only
    content: Annotated[Words | None, Field(title="内容和要求")] = None,
    origin: Annotated[Code | None, Field(title="任务来源")] = None,
    origin_record_id: Annotated[UUID | None, _ORIGIN, Field(title="来源记录")] = None,
    instruction: Annotated[Words | None, Field(title="批示内容")] = None,
    instructed_by: Annotated[PersonId | None, Field(title="批示人")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Give a task to the bodies of the divisions named; each owes a receipt, whatever its stack (R08).
    It asks of them a report back, or only that they file their own plan for the record (R05). Where it names
    a body, the staff of that body there answers, else the division's office.

    Who answers and co-operates is named where the profile asks for it of tasks that are given by themselves;
    one that another record gives rise to names its lead and who carries it out.

    An instruction of a leader (批示) becomes one, with its words and who gave it kept here. What it came of
    has to be on the record; raises `NoSuchOrigin`.
    """
    check_tags(framework, uow.policy(RegistryPolicy).operations.tags)
    if instruction is not None:
        row.origin = row.origin or "instruction"
    if origin_record_id is not None:
        row.origin_record_sequence = await sequence_of(uow, origin_record_id, at="/origin_record_id")
    row.implementing = sorted(set(implementing))
    refuse_all([*check_implementing(row.division, row.implementing), *_unnamed(uow, row)])
    await receipts.reach(uow, receipts.Asked.of(row))


@TASKS.step(contract.TaskAmended, zh="调整", needs="issue", path="amendment")
async def amend(
    uow: UnitOfWork, row: TaskRow, *,
    due_on: Annotated[Day | None, Field(title="反馈期限")] = None,
    implementing: Annotated[Divisions | None, Field(title="落实单位区划")] = None,
    reason: Annotated[Words | None, Field(title="理由")] = None,
) -> None:  # fmt: skip
    """Another day, on which everybody answers anew, or other bodies: who comes owes a receipt, who goes is
    released, and who stays is left alone."""
    if implementing is not None:
        row.implementing = sorted(set(implementing))
        refuse_all(check_implementing(row.division, row.implementing))
    await receipts.reach(uow, receipts.Asked.of(row))


@TASKS.step(contract.TaskCompleted, zh="完成", needs="issue", path="completion")
async def complete(
    uow: UnitOfWork, row: TaskRow, *, result: Annotated[Words | None, Field(title="完成情况")] = None
) -> None:
    """The task is done; open receipts close."""
    await receipts.close_all(uow, row.id)


@TASKS.step(contract.TaskCancelled, zh="取消", needs="issue", path="cancellation")
async def cancel(uow: UnitOfWork, row: TaskRow, *, reason: Annotated[Words, Field(title="理由")]) -> None:
    """The task is taken back; open receipts close."""
    await receipts.close_all(uow, row.id)


reassign = TASKS.reassigns(needs="issue")


def _unnamed(uow: UnitOfWork, row: TaskRow) -> list[Refusal]:
    if row.basis != Basis.LIVE.value or row.origin_record_id is not None:
        return []
    wanted = uow.policy(RegistryPolicy).operations.task_names
    return check_named(wanted, {"responsible": row.responsible, "co_operating": row.co_operating})
