"""The use cases of the body addressed: receive, route, answer, close what needs no answer any more."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Day, Division
from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, DocumentNumber, Record, Text, Words
from services.registry.hub.hubs.routing import department_of
from services.registry.operations.answers.model import TRANSITIONS, ReportAnswerPhase
from services.registry.operations.answers.tables import ReportAnswerRow
from services.registry.tables import MatterStepRow

REPORT_ANSWERS = Kind(
    ReportAnswerRow, ReportAnswerPhase, TRANSITIONS, initial=ReportAnswerPhase.RECEIVED,
    zh="基层上报办理", en="answers to reports", path="report-answers", steps=MatterStepRow,
    states_zh={
        ReportAnswerPhase.RECEIVED: "已接收",
        ReportAnswerPhase.ROUTED: "已分办",
        ReportAnswerPhase.ANSWERED: "已答复",
        ReportAnswerPhase.CLOSED: "已由他处答复或撤回",
    },
    unique=("report_id", "division"), filters=("report_id", "sender", "kind", "category", "department"),
)  # fmt: skip


@REPORT_ANSWERS.opens(contract.ReportAnswerReceived, zh="接收", needs="write")
async def receive(
    uow: UnitOfWork, row: ReportAnswerRow, *,
    report_id: Annotated[UUID, Record("upward_report"), Field(title="上报事项编号")],
    sender: Annotated[Division, Field(title="上报区划")],
    kind: Annotated[Code, Field(title="类别")],
    category: Annotated[Code, Field(title="领域")],
    title: Annotated[Text, Field(title="标题")],
    due_on: Annotated[Day | None, Field(title="答复期限")] = None,
) -> None:  # fmt: skip
    """A report from below: the section to which hub or profile routes its category (R09, L10)."""
    row.department = await department_of(uow, row.division, [category])


@REPORT_ANSWERS.step(contract.ReportAnswerRouted, zh="分办", needs="write", path="routing")
async def route(
    uow: UnitOfWork, row: ReportAnswerRow, *,
    department: Annotated[Code, Field(title="承办部门")],
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Give it to a department, or to another one."""


@REPORT_ANSWERS.step(contract.ReportAnswerAnswered, zh="答复", en="answer", needs="write", path="answer")
async def reply(
    uow: UnitOfWork, row: ReportAnswerRow, *,
    result: Annotated[Code, Field(title="办理结果")],
    reply: Annotated[Words, Field(title="答复内容")],
    answer_document: Annotated[DocumentNumber | None, Field(title="答复文号")] = None,
) -> None:  # fmt: skip
    """The answer: the sender sees result and document number, here its words, too."""
    row.overdue = False


@REPORT_ANSWERS.step(contract.ReportAnswerClosed, zh="移出", needs="write", path="closing")
async def close(uow: UnitOfWork, row: ReportAnswerRow) -> None:
    """Another body answered it, or the sender took it back."""
    row.overdue = False


reassign = REPORT_ANSWERS.reassigns(needs="write")
