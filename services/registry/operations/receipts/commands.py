"""The use cases of receipts: acknowledge, file, report; how a task reaches the divisions of this stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_operations as contract
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.acting import Acting
from chassis.http.fields import Day, Division
from chassis.matters import Clock, Draft, Kind, advance_many, draft, open_many
from chassis.model import is_within
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Record, Text, Words
from services.registry.hub.bodies import is_own_staff
from services.registry.operations.receipts.model import TRANSITIONS, ReceiptPhase
from services.registry.operations.receipts.tables import TaskReceiptRow, answered_by_filing
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


def remind_days(policy: RegistryPolicy) -> int | None:
    """Working days between a reminder and the day that it is about."""
    return policy.operations.remind_days


RECEIPTS = Kind(
    TaskReceiptRow, ReceiptPhase, TRANSITIONS, initial=ReceiptPhase.DUE,
    zh="任务签收", en="task receipts", path="task-receipts", steps=MatterStepRow,
    states_zh={
        ReceiptPhase.DUE: "待签收",
        ReceiptPhase.ACKNOWLEDGED: "已签收",
        ReceiptPhase.FILED_FOR_RECORD: "已报备",
        ReceiptPhase.REPORTED: "已反馈",
        ReceiptPhase.CLOSED: "办结",
        ReceiptPhase.RELEASED: "不再要求",
    },
    clocks=(
        Clock(
            "due", {"due", "acknowledged", "filed_for_record"}, contract.TaskReceiptBecameOverdue,
            "became_overdue", rule="task.due_on", restarts={"amended"}, answered=answered_by_filing,
        ),
        Clock(
            "ahead", {"due", "acknowledged", "filed_for_record"}, contract.TaskReceiptDeadlineNeared,
            "deadline_neared", rule="registry.operations.remind_days", restarts={"amended"},
            answered=answered_by_filing, ahead=remind_days,
        ),
    ),
    unique=("task_id", "division"), filters=("task_id", "issuer", "late"),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a task asks of the divisions of this stack, whoever issued it."""

    task_id: UUID
    sequence: int
    title: str
    issuer: str
    asks: str
    due_on: date | None
    implementing: Sequence[str]
    body: str | None
    asked_on: date
    basis: str

    @classmethod
    def of(cls, task: Any) -> "Asked":
        """Of a task of this stack; its event is about to be the next of its subject."""
        return cls(
            task.id, task.sequence + 1, task.title, task.division, task.asks, task.due_on, task.implementing,
            task.body, task.effective_on, task.basis,
        )  # fmt: skip

    @classmethod
    def heard(cls, received: Received[Any]) -> "Asked":
        """Of a task of a stack above."""
        state: contract.TaskState = received.data.state
        sequence = received.envelope.sequence
        return cls(
            UUID(received.subject), sequence, state.title, state.division, state.asks.value, state.due_on,
            state.implementing, state.body, state.effective_on, state.basis.value,
        )  # fmt: skip


async def reach(uow: UnitOfWork, asked: Asked, *, because: Received[Any] | None = None) -> None:
    """Let the receipts of this stack's divisions be those that the task asks for.

    Who owes one and has none gets it; who is named no more is released; the others follow another day or
    title, and are otherwise left alone: what was reported stays reported where others come or go.
    """
    here = [
        division
        for division in asked.implementing
        if is_within(division, uow.stack) and uow.home_of(division) == uow.stack
    ]
    await uow.session.flush()
    row = TaskReceiptRow
    known = (
        await uow.session.exec(
            select(row.id, row.division, col(row.due_on), row.title).where(
                row.task_id == asked.task_id, row.home == uow.stack, row.state != ReceiptPhase.RELEASED.value
            )
        )
    ).all()
    dropped = [id for id, division, _, _ in known if division not in here]
    changed = [
        id for id, division, *said in known if division in here and said != [asked.due_on, asked.title]
    ]  # fmt: skip
    await advance_many(uow, RECEIPTS, dropped, contract.TaskReceiptReleased, because=because)
    await _follow(uow, changed, asked, because)
    there = {division for _, division, _, _ in known}
    await open_many(uow, open_, [_row(uow, asked, one) for one in here if one not in there], because=because)


def _row(uow: UnitOfWork, asked: Asked, division: str) -> Draft:
    """What a division owes from today on; of a task of the past, from the day on which it was asked."""
    day = uow.today if asked.basis == Basis.LIVE.value else asked.asked_on
    return draft(
        open_, id=uuid7(), division=division, effective_on=day, basis=asked.basis,
        opened_on=day, due_on=asked.due_on, task_id=asked.task_id,
        task_sequence=asked.sequence, title=asked.title, issuer=asked.issuer, asks=asked.asks,
        body=asked.body,
    )  # fmt: skip


async def _follow(uow: UnitOfWork, ids: list[UUID], asked: Asked, because: Received[Any] | None) -> None:
    def change(row: Draft) -> None:
        row.due_on, row.title, row.task_sequence = asked.due_on, asked.title, asked.sequence
        _ask_again(row)

    await advance_many(uow, RECEIPTS, ids, contract.TaskReceiptAmended, change=change, because=because)


def _ask_again(row: TaskReceiptRow | Draft) -> None:
    """What was answered before does not answer what is asked now; how much was done stays said."""
    row.reported_on, row.late = None, False
    if answered_by_filing(row):
        row.filed_on = None


async def close_all(uow: UnitOfWork, task_id: UUID, *, because: Received[Any] | None = None) -> None:
    """The task ended: the receipts of this stack that are not closed close."""
    found = await uow.session.exec(
        select(TaskReceiptRow.id).where(
            TaskReceiptRow.task_id == task_id,
            TaskReceiptRow.home == uow.stack,
            col(TaskReceiptRow.ended).is_(False),
        )
    )
    await advance_many(uow, RECEIPTS, list(found), contract.TaskReceiptClosed, because=because)


@RECEIPTS.opens(contract.TaskReceiptOpened, zh="补录签收", en="enter a receipt", needs="write")
async def open_(
    uow: UnitOfWork, row: TaskReceiptRow, *,
    task_id: Annotated[UUID, Record("task"), Field(title="任务编号")],
    title: Annotated[Text, Field(title="任务")],
    issuer: Annotated[Division, Field(title="下达单位区划")],
    asks: Annotated[contract.Asks, Field(title="答复方式")] = contract.Asks.REPORT,
    body: Annotated[Code | None, Field(title="答复部门")] = None,
    due_on: Annotated[Day | None, Field(title="反馈期限")] = None,
) -> None:  # fmt: skip
    """A task that came on paper from a body that has no stack."""


async def _of_its_body(acting: Acting, row: TaskReceiptRow) -> None:
    """Who answers: the staff of the body that is asked; the division's office, where none is, or where the
    body has no staff here. Raises `NotThisBodysStaff`, `NotPermitted`."""
    if row.body is None or not is_own_staff(acting, row.body, row.division, row.division):
        acting.principal.authorize(f"{RECEIPTS.permission}:write", row.division)


@RECEIPTS.step(
    contract.TaskReceiptAcknowledged, zh="签收", needs="answer", path="acknowledgement", whose=_of_its_body
)
async def acknowledge(uow: UnitOfWork, row: TaskReceiptRow) -> None:
    """The body has taken note of the task."""
    row.acknowledged_on = row.effective_on


@RECEIPTS.step(
    contract.TaskReceiptFiledForRecord, zh="报备方案", en="file the plan", needs="answer", path="filing",
    whose=_of_its_body,
)  # fmt: skip
async def file_for_record(
    uow: UnitOfWork, row: TaskReceiptRow, *, plan: Annotated[Words, Field(title="实施方案")]
) -> None:
    """The body's own plan is filed with the issuer (报备, R05): all that some tasks ask for.

    Whoever files one has taken note of the task.
    """
    row.acknowledged_on = row.acknowledged_on or row.effective_on
    if row.asks == contract.Asks.FILING.value:
        row.late = row.late or row.is_late(row.effective_on)
    row.filed_on = row.effective_on


@RECEIPTS.step(
    contract.TaskReceiptReported, late=contract.TaskReceiptReportedLate, zh="反馈", en="report back",
    needs="answer", path="report", by_workbook=True, whose=_of_its_body,
)  # fmt: skip
async def report(
    uow: UnitOfWork, row: TaskReceiptRow, *,
    report: Annotated[Words, Field(title="完成情况")],
    done: Annotated[Count | None, Field(title="完成数量")] = None,
) -> None:  # fmt: skip
    """The body reports back (反馈); after the day that is noted as late. Said again, the newest holds."""
    row.late = row.late or row.is_late(row.effective_on)
    row.acknowledged_on = row.acknowledged_on or row.effective_on
    row.reported_on = row.effective_on


@RECEIPTS.step(
    contract.TaskReceiptAmended, zh="随任务调整", en="follow the task", needs="write", path="amendment"
)
async def follow(uow: UnitOfWork, row: TaskReceiptRow) -> None:
    """The task on paper changed: it is to be answered again."""
    _ask_again(row)


@RECEIPTS.step(contract.TaskReceiptReleased, zh="不再要求", en="ask no more", needs="write", path="release")
async def release(uow: UnitOfWork, row: TaskReceiptRow) -> None:
    """The task names this division no more: by itself, or where the task came on paper."""


@RECEIPTS.step(contract.TaskReceiptClosed, zh="办结", needs="write", path="closing")
async def close(uow: UnitOfWork, row: TaskReceiptRow) -> None:
    """Closed by itself, where the task came on paper."""
