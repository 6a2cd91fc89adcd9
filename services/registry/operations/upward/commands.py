"""The use cases of upward reports: file, take the answer, close, withdraw; raised one tier when late."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Division
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, DocumentNumber, Text, Words
from services.registry.operations.upward.model import (
    TRANSITIONS,
    UpwardReportPhase,
    above,
    addressee_of,
)
from services.registry.operations.upward.tables import UpwardReportRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


def _days(policy: RegistryPolicy, row: UpwardReportRow) -> int | None:
    return None if row.at_the_top else policy.operations.report_answer_days


async def _raise(uow: UnitOfWork, row: UpwardReportRow) -> Mapping[str, Any]:
    """One tier higher; above the highest there is nobody, and no further clock."""
    before, higher = row.addressee, above(row.addressee)
    if higher is None:
        row.at_the_top, row.due_on = True, None
    else:
        row.addressee, row.raised_times = higher, row.raised_times + 1
    return {"previous_addressee": before}


UPWARD_REPORTS = Kind(
    UpwardReportRow, UpwardReportPhase, TRANSITIONS, initial=UpwardReportPhase.FILED,
    zh="上报事项", en="upward reports", path="upward-reports", steps=MatterStepRow,
    states_zh={
        UpwardReportPhase.FILED: "待答复",
        UpwardReportPhase.ANSWERED: "已答复",
        UpwardReportPhase.CLOSED: "办结",
        UpwardReportPhase.WITHDRAWN: "撤回",
    },
    clocks=(
        Clock(
            "answer", {"filed"}, contract.UpwardReportEscalated, "escalated",
            rule="registry.operations.report_answer_days", days=_days, restarts={"escalated"},
            first=_raise, rescheduled=contract.UpwardReportRescheduled,
        ),
    ),
    filters=("kind", "category", "addressee"),
)  # fmt: skip


@UPWARD_REPORTS.opens(contract.UpwardReportFiled, zh="上报", en="send up", needs="write")
async def file(
    uow: UnitOfWork, row: UpwardReportRow, *,
    kind: Annotated[Code, Field(title="类别")],
    category: Annotated[Code, Field(title="领域")],
    title: Annotated[Text, Field(title="标题")],
    content: Annotated[Words, Field(title="内容")],
    addressee: Annotated[Division | None, Field(title="主送区划")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Tell the body above, or the one named, what happens here; it answers within the working days."""
    row.addressee = addressee_of(row.division, addressee)


@UPWARD_REPORTS.step(
    contract.UpwardReportAnswered, zh="收到答复", en="record the answer", needs="answer", path="answer"
)
async def take_answer(
    uow: UnitOfWork, row: UpwardReportRow, *,
    answered_by: Annotated[Division, Field(title="答复区划")],
    result: Annotated[Code, Field(title="办理结果")],
    answer_document: Annotated[DocumentNumber | None, Field(title="答复文号")] = None,
    reply: Annotated[Words | None, Field(title="答复内容")] = None,
) -> None:  # fmt: skip
    """The answer arrived: by itself from a body with a stack, by hand where it came on paper."""
    row.answered_on = row.effective_on


@UPWARD_REPORTS.step(
    contract.UpwardReportEscalated, zh="提级上报", en="raise one tier", needs="write", path="escalation"
)
async def escalate(uow: UnitOfWork, row: UpwardReportRow) -> Mapping[str, Any]:
    """Raise it before its day: what cannot wait."""
    day = row.due_on or row.effective_on
    return {**await _raise(uow, row), "due_on": day, "rule": "registry.operations.report_answer_days"}


@UPWARD_REPORTS.step(contract.UpwardReportClosed, zh="办结", needs="write", path="closing")
async def close(uow: UnitOfWork, row: UpwardReportRow) -> None:
    """The sender has seen the answer and is content."""


@UPWARD_REPORTS.step(contract.UpwardReportWithdrawn, zh="撤回", needs="write", path="withdrawal")
async def withdraw(
    uow: UnitOfWork, row: UpwardReportRow, *, reason: Annotated[Words, Field(title="理由")]
) -> None:
    """Taken back by the sender."""


reassign = UPWARD_REPORTS.reassigns(needs="write")
