"""Events of the registry about what a hub does through the year."""

from __future__ import annotations

import datetime
import enum

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    Code,
    Count,
    Division,
    Event,
    MatterState,
    OrganizationText,
    Overdue,
    Ref,
)


class TaskPhase(enum.StrEnum):
    """Where a task is."""

    ISSUED = "issued"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskState(MatterState, frozen=True, kw_only=True):
    """What an upper body asks of those below it: who leads, answers, co-operates and carries out (R08)."""

    state: TaskPhase
    title: OrganizationText
    kind: Code
    lead: Code
    responsible: tuple[Code, ...] = ()
    co_operating: tuple[Code, ...] = ()
    implementing: tuple[Division, ...]
    """The divisions whose bodies carry it out; each of them owes a receipt."""
    document_number: OrganizationText | None = None
    framework: tuple[Code, ...] = ()
    """Tags of the profile's frameworks (六大行动)."""
    origin: Code | None = None
    """What it came of: `meeting`, `instruction` (批示), `visit`, `plan`."""
    origin_record: Ref | None = None


class ReceiptPhase(enum.StrEnum):
    """How far a lower body has come with a task."""

    DUE = "due"
    ACKNOWLEDGED = "acknowledged"
    FILED_FOR_RECORD = "filed_for_record"
    REPORTED = "reported"
    CLOSED = "closed"


class TaskReceiptState(MatterState, frozen=True, kw_only=True):
    """A lower body's own record of a task: acknowledged, filed (报备), reported back (反馈)."""

    state: ReceiptPhase
    task: Ref
    title: OrganizationText
    issuer: Division
    acknowledged_on: datetime.date | None = None
    reported_on: datetime.date | None = None
    late: bool = False
    done: Count | None = None
    """How much was done, in the task's own unit."""


task = define_stream(
    "registry",
    "task",
    en="Tasks, for the bodies below.",
    zh="下达的工作任务。",
    consumers=("registry", "notify", "console"),
    directive=True,
)
task_receipt = define_stream(
    "registry",
    "task_receipt",
    en="What lower bodies say of their tasks.",
    zh="下级对任务的签收、报备和反馈。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@task.fact("issued", en="A task was issued.", zh="下达任务。")
class TaskIssued(Event, frozen=True, kw_only=True):
    """Issued: every implementing division owes a receipt."""

    state: TaskState


@task.fact("amended", en="A task was amended.", zh="任务调整。")
class TaskAmended(Event, frozen=True, kw_only=True):
    """Its day or those who carry it out changed."""

    state: TaskState


@task.fact("completed", en="A task was completed.", zh="任务完成。")
class TaskCompleted(Event, frozen=True, kw_only=True):
    """Completed; open receipts close."""

    state: TaskState


@task.fact("cancelled", en="A task was cancelled.", zh="任务取消。")
class TaskCancelled(Event, frozen=True, kw_only=True):
    """Cancelled; open receipts close."""

    state: TaskState


@task.fact("became_overdue", en="A task's day passed.", zh="任务逾期。")
class TaskBecameOverdue(Overdue, frozen=True, kw_only=True):
    """Its day passed before it was completed."""

    state: TaskState


@task_receipt.fact("opened", en="A lower body owes an answer to a task.", zh="任务到达下级。")
class TaskReceiptOpened(Event, frozen=True, kw_only=True):
    """The task reached the body that has to carry it out."""

    state: TaskReceiptState


@task_receipt.fact("acknowledged", en="A lower body acknowledged a task.", zh="签收任务。")
class TaskReceiptAcknowledged(Event, frozen=True, kw_only=True):
    """Acknowledged (签收)."""

    state: TaskReceiptState


@task_receipt.fact("filed_for_record", en="A lower body filed its plan for the record.", zh="报备实施方案。")
class TaskReceiptFiledForRecord(Event, frozen=True, kw_only=True):
    """Its own plan was filed with the issuer (报备, R05)."""

    state: TaskReceiptState


@task_receipt.fact("reported", en="A lower body reported back.", zh="反馈完成情况。")
class TaskReceiptReported(Event, frozen=True, kw_only=True):
    """Reported back (反馈) in time."""

    state: TaskReceiptState


@task_receipt.fact("reported_late", en="A lower body reported back late.", zh="逾期反馈完成情况。")
class TaskReceiptReportedLate(Event, frozen=True, kw_only=True):
    """Reported back after the day."""

    state: TaskReceiptState


@task_receipt.fact("amended", en="The task of a receipt changed.", zh="任务调整,签收记录随之调整。")
class TaskReceiptAmended(Event, frozen=True, kw_only=True):
    """The task was amended; the receipt has the new day."""

    state: TaskReceiptState


@task_receipt.fact("closed", en="A receipt closed with its task.", zh="任务结束,签收记录办结。")
class TaskReceiptClosed(Event, frozen=True, kw_only=True):
    """The task ended; the subject ends."""

    state: TaskReceiptState


@task_receipt.fact("became_overdue", en="A lower body did not report in time.", zh="反馈逾期。")
class TaskReceiptBecameOverdue(Overdue, frozen=True, kw_only=True):
    """Nothing was reported until the day."""

    state: TaskReceiptState
