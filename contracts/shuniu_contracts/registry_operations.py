"""Events of the registry about what a hub does through the year."""

from __future__ import annotations

import datetime
import enum
from typing import Annotated

import msgspec

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    EXACT,
    Code,
    Count,
    DeadlineNeared,
    Division,
    DocumentNumber,
    Event,
    Id,
    MatterState,
    OrganizationText,
    Overdue,
    PersonId,
    Quantity,
    Ref,
    Rescheduled,
)

SignedHundredths = Annotated[
    int, msgspec.Meta(ge=-EXACT, le=EXACT, extra_json_schema={"x-privacy": "public"})
]
"""A figure's value in hundredths of its unit: rates have decimals."""


class TaskPhase(enum.StrEnum):
    """Where a task is."""

    ISSUED = "issued"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Asks(enum.StrEnum):
    """What answers a task: a report back (反馈), or the body's plan filed for the record (报备)."""

    REPORT = "report"
    FILING = "filing"


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
    document_number: DocumentNumber | None = None
    framework: tuple[Code, ...] = ()
    """Tags of the profile's frameworks (六大行动)."""
    origin: Code | None = None
    """What it came of: `meeting`, `instruction` (批示), `visit`, `plan`, `coordination_case`."""
    origin_record: Ref | None = None
    asks: Asks = Asks.REPORT
    body: Code | None = None
    """Of the bodies in these divisions, the one whose own staff answers; left out: the division's office."""


class ReceiptPhase(enum.StrEnum):
    """How far a lower body has come with a task."""

    DUE = "due"
    ACKNOWLEDGED = "acknowledged"
    FILED_FOR_RECORD = "filed_for_record"
    REPORTED = "reported"
    CLOSED = "closed"
    RELEASED = "released"


class TaskReceiptState(MatterState, frozen=True, kw_only=True):
    """A lower body's own record of a task: acknowledged, filed (报备), reported back (反馈)."""

    state: ReceiptPhase
    task: Ref
    title: OrganizationText
    issuer: Division
    acknowledged_on: datetime.date | None = None
    filed_on: datetime.date | None = None
    """When its own plan was filed; where the task asks for that, it is the answer."""
    reported_on: datetime.date | None = None
    late: bool = False
    """Answered after the day."""
    asks: Asks = Asks.REPORT
    done: Count | None = None
    """How much was done, in the task's own unit."""
    body: Code | None = None
    """The body of the division whose own staff answers; left out: the division's office."""


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
    reassignable=False,
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
    """The task was amended; the receipt has the new day, and is to be reported on again."""

    state: TaskReceiptState


@task_receipt.fact("released", en="A lower body is not asked any more.", zh="任务调整,不再要求该单位落实。")
class TaskReceiptReleased(Event, frozen=True, kw_only=True):
    """The amended task names its division no more; the subject ends."""

    state: TaskReceiptState


@task_receipt.fact("closed", en="A receipt closed with its task.", zh="任务结束,签收记录办结。")
class TaskReceiptClosed(Event, frozen=True, kw_only=True):
    """The task ended; the subject ends."""

    state: TaskReceiptState


@task_receipt.fact("became_overdue", en="A lower body did not report in time.", zh="反馈逾期。")
class TaskReceiptBecameOverdue(Overdue, frozen=True, kw_only=True):
    """What the task asks for was not there until the day."""

    state: TaskReceiptState


@task_receipt.fact("deadline_neared", en="A lower body is to report soon.", zh="反馈期限临近。")
class TaskReceiptDeadlineNeared(DeadlineNeared, frozen=True, kw_only=True):
    """Some working days before the day."""

    state: TaskReceiptState


class PlanPhase(enum.StrEnum):
    """Where a plan is."""

    ADOPTED = "adopted"
    UNDER_WAY = "under_way"
    CONCLUDED = "concluded"
    ABANDONED = "abandoned"


class PlanStage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One phase of a plan: when it is to run, and when it ran."""

    title: OrganizationText
    begins_on: datetime.date
    ends_on: datetime.date
    began_on: datetime.date | None = None
    ended_on: datetime.date | None = None
    overran: bool = False


class PlanMilestone(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has to be there by a day."""

    title: OrganizationText
    due_on: datetime.date
    met_on: datetime.date | None = None
    missed: bool = False


class GapKind(enum.StrEnum):
    """How phases and span of a plan disagree."""

    UNCOVERED = "uncovered"
    BEFORE = "before"
    BEYOND = "beyond"
    OVERLAP = "overlap"


class PlanGap(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days on which the phases and the span of a plan disagree, both included."""

    kind: GapKind
    begins_on: datetime.date
    ends_on: datetime.date


class PlanState(MatterState, frozen=True, kw_only=True):
    """A plan with its span, phases and milestones, and the meeting that adopted it."""

    state: PlanPhase
    title: OrganizationText
    kind: Code
    body: Code
    begins_on: datetime.date
    ends_on: datetime.date
    adopted_by: OrganizationText | None = None
    """The meeting that adopted it, as the document names it (四届九次常委会议)."""
    meeting: Ref | None = None
    document_number: DocumentNumber | None = None
    framework: tuple[Code, ...] = ()
    phases: tuple[PlanStage, ...] = ()
    milestones: tuple[PlanMilestone, ...] = ()
    gaps: tuple[PlanGap, ...] = ()


plan = define_stream(
    "registry",
    "plan",
    en="Plans with phases and milestones.",
    zh="工作规划、实施方案及其阶段和节点。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@plan.fact("adopted", en="A plan was adopted.", zh="通过规划(方案)。")
class PlanAdopted(Event, frozen=True, kw_only=True):
    """Adopted, with what its span and its phases disagree in."""

    state: PlanState


@plan.fact("amended", en="A plan was amended.", zh="调整规划(方案)。")
class PlanAmended(Event, frozen=True, kw_only=True):
    """Other days, phases or milestones."""

    state: PlanState


@plan.fact("phase_started", en="A phase of a plan began.", zh="阶段开始。")
class PlanPhaseStarted(Event, frozen=True, kw_only=True):
    """A phase began."""

    state: PlanState
    number: Count
    """Its place in the plan, from 1."""


@plan.fact("phase_ended", en="A phase of a plan ended.", zh="阶段结束。")
class PlanPhaseEnded(Event, frozen=True, kw_only=True):
    """A phase ended, with its report."""

    state: PlanState
    number: Count
    """Its place in the plan, from 1."""


@plan.fact("milestone_met", en="A milestone was met.", zh="节点完成。")
class PlanMilestoneMet(Event, frozen=True, kw_only=True):
    """What had to be there is there."""

    state: PlanState
    number: Count
    """Its place in the plan, from 1."""


@plan.fact("milestone_missed", en="The day of a milestone or of a phase's end passed.", zh="节点或阶段逾期。")
class PlanMilestoneMissed(Overdue, frozen=True, kw_only=True):
    """Milestones and phases that were due on the day and are not done."""

    state: PlanState
    milestones: tuple[Count, ...] = ()
    phases: tuple[Count, ...] = ()


@plan.fact("deadline_neared", en="A milestone or a phase's end is near.", zh="节点或阶段期限临近。")
class PlanDeadlineNeared(DeadlineNeared, frozen=True, kw_only=True):
    """Some working days before the next day of the plan."""

    state: PlanState


@plan.fact("concluded", en="A plan was concluded.", zh="规划(方案)完成。")
class PlanConcluded(Event, frozen=True, kw_only=True):
    """Concluded; the subject ends."""

    state: PlanState


@plan.fact("abandoned", en="A plan was given up.", zh="规划(方案)终止。")
class PlanAbandoned(Event, frozen=True, kw_only=True):
    """Given up; the subject ends."""

    state: PlanState
    reason: Code


class InquiryPhase(enum.StrEnum):
    """Where an inquiry is."""

    OPENED = "opened"
    TRANSFERRED = "transferred"
    ANSWERED = "answered"
    CLOSED = "closed"


class InquiryState(MatterState, frozen=True, kw_only=True):
    """What somebody asked; the first person asked stays answerable until it is answered (首问负责制)."""

    state: InquiryPhase
    channel: Code
    topic: Code
    organization: Ref | None = None
    first_person: PersonId
    handler: PersonId
    transferred_times: Count = 0
    reopened_times: Count = 0
    answered_on: datetime.date | None = None
    working_days: Count | None = None
    """Working days from the question to the answer."""
    late: bool = False


inquiry = define_stream(
    "registry",
    "inquiry",
    en="Questions and who answers for them.",
    zh="首问负责事项。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@inquiry.fact("opened", en="Somebody asked.", zh="受理咨询。")
class InquiryOpened(Event, frozen=True, kw_only=True):
    """Taken up by the first person asked."""

    state: InquiryState


@inquiry.fact("transferred", en="An inquiry went to somebody else.", zh="转办。")
class InquiryTransferred(Event, frozen=True, kw_only=True):
    """Somebody else deals with it; the first person asked stays answerable, the clock goes on."""

    state: InquiryState


@inquiry.fact("extended", en="More time was given.", zh="延长答复期限。")
class InquiryExtended(Event, frozen=True, kw_only=True):
    """The day was moved, with the reason."""

    state: InquiryState
    reason: Code


@inquiry.fact("answered", en="An inquiry was answered.", zh="答复。")
class InquiryAnswered(Event, frozen=True, kw_only=True):
    """Answered."""

    state: InquiryState


@inquiry.fact("reopened", en="The answer did not suffice.", zh="答复后再次提出。")
class InquiryReopened(Event, frozen=True, kw_only=True):
    """Whoever asked is not content: the clock runs anew."""

    state: InquiryState


@inquiry.fact("closed", en="An inquiry was closed.", zh="办结。")
class InquiryClosed(Event, frozen=True, kw_only=True):
    """Closed; the subject ends."""

    state: InquiryState


@inquiry.fact("became_overdue", en="No answer came in time.", zh="答复逾期。")
class InquiryBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day passed without an answer."""

    state: InquiryState


@inquiry.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,期限调整。")
class InquiryRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: InquiryState


class UpwardReportPhase(enum.StrEnum):
    """Where a report to an upper body is."""

    FILED = "filed"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class UpwardReportState(MatterState, frozen=True, kw_only=True):
    """What a lower body reports upward: complaints, women's situation, problems, thoughts, actions."""

    state: UpwardReportPhase
    kind: Code
    category: Code
    title: OrganizationText
    addressee: Division
    """The division whose body answers; one tier higher each time it is raised."""
    raised_times: Count = 0
    answered_on: datetime.date | None = None
    answered_by: Division | None = None
    result: Code | None = None
    answer_document: DocumentNumber | None = None


class ReportAnswerPhase(enum.StrEnum):
    """How far the body addressed has come with a report."""

    RECEIVED = "received"
    ROUTED = "routed"
    ANSWERED = "answered"
    CLOSED = "closed"


class ReportAnswerState(MatterState, frozen=True, kw_only=True):
    """The upper body's own record of a report from below: who deals with it, and the answer."""

    state: ReportAnswerPhase
    report: Ref
    kind: Code
    category: Code
    title: OrganizationText
    sender: Division
    department: Code | None = None
    result: Code | None = None
    answer_document: DocumentNumber | None = None


upward_report = define_stream(
    "registry",
    "upward_report",
    en="Reports of lower bodies to upper ones.",
    zh="基层上报的诉求、情况和信息。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


report_answer = define_stream(
    "registry",
    "report_answer",
    en="What upper bodies do with reports, for those who sent them.",
    zh="对基层上报事项的办理和答复。",
    consumers=("registry", "notify", "console"),
    directive=True,
)


@upward_report.fact("filed", en="A lower body reported upward.", zh="上报。")
class UpwardReportFiled(Event, frozen=True, kw_only=True):
    """Filed with the body one tier up, or the one named."""

    state: UpwardReportState


@upward_report.fact("answered", en="A report was answered.", zh="上级答复。")
class UpwardReportAnswered(Event, frozen=True, kw_only=True):
    """The answer of the body addressed arrived."""

    state: UpwardReportState


@upward_report.fact("escalated", en="A report was raised one tier.", zh="逾期未答复,提级上报。")
class UpwardReportEscalated(Overdue, frozen=True, kw_only=True):
    """No answer in time: it is the body's one tier higher, too, or stays where nothing is higher."""

    state: UpwardReportState
    previous_addressee: Division


@upward_report.fact("closed", en="The sender closed its report.", zh="上报事项办结。")
class UpwardReportClosed(Event, frozen=True, kw_only=True):
    """Closed; the subject ends."""

    state: UpwardReportState


@upward_report.fact("withdrawn", en="A report was taken back.", zh="撤回上报。")
class UpwardReportWithdrawn(Event, frozen=True, kw_only=True):
    """Taken back; the subject ends."""

    state: UpwardReportState


@upward_report.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,期限调整。")
class UpwardReportRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: UpwardReportState


@report_answer.fact("received", en="A report from below arrived.", zh="收到基层上报事项。")
class ReportAnswerReceived(Event, frozen=True, kw_only=True):
    """It arrived at the body addressed."""

    state: ReportAnswerState


@report_answer.fact("routed", en="A report was given to a department.", zh="分办。")
class ReportAnswerRouted(Event, frozen=True, kw_only=True):
    """A department deals with it."""

    state: ReportAnswerState


@report_answer.fact("answered", en="A report was answered.", zh="作出答复。")
class ReportAnswerAnswered(Event, frozen=True, kw_only=True):
    """Answered; the subject ends."""

    state: ReportAnswerState


@report_answer.fact("closed", en="A report needs no answer any more.", zh="事项已由其他单位答复或撤回。")
class ReportAnswerClosed(Event, frozen=True, kw_only=True):
    """Another body answered it, or the sender took it back; the subject ends."""

    state: ReportAnswerState


@report_answer.fact("became_overdue", en="A report was not answered in time.", zh="逾期未答复,已提级。")
class ReportAnswerBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day passed and the report was raised one tier; this body can still answer it."""

    state: ReportAnswerState


class VisitPhase(enum.StrEnum):
    """Where a supervision visit is."""

    PLANNED = "planned"
    MADE = "made"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SupervisionVisitState(MatterState, frozen=True, kw_only=True):
    """A supervision visit (督导) to a lower body or an organisation, and what came of it."""

    state: VisitPhase
    visited: Division
    organization: Ref | None = None
    topics: tuple[Code, ...] = ()
    made_on: datetime.date | None = None
    findings: Count = 0
    revisits: Count = 0
    revisited_on: datetime.date | None = None
    result: Code | None = None


supervision_visit = define_stream(
    "registry",
    "supervision_visit",
    en="Supervision visits and what came of them.",
    zh="工作督导及整改落实。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@supervision_visit.fact("planned", en="A visit was planned.", zh="计划督导。")
class SupervisionVisitPlanned(Event, frozen=True, kw_only=True):
    """Planned for a day."""

    state: SupervisionVisitState


@supervision_visit.fact("postponed", en="A visit was put off.", zh="督导改期。")
class SupervisionVisitPostponed(Event, frozen=True, kw_only=True):
    """Another day."""

    state: SupervisionVisitState


@supervision_visit.fact("made", en="A visit was made.", zh="实施督导。")
class SupervisionVisitMade(Event, frozen=True, kw_only=True):
    """Made; findings became tasks of the division or rectifications of organisations."""

    state: SupervisionVisitState
    tasks: tuple[Ref, ...] = ()
    rectifications: tuple[Ref, ...] = ()


@supervision_visit.fact("revisited", en="The place was visited again.", zh="回访督导。")
class SupervisionVisitRevisited(Event, frozen=True, kw_only=True):
    """Visited again to see whether it was put right."""

    state: SupervisionVisitState


@supervision_visit.fact("closed", en="A visit was closed.", zh="督导办结。")
class SupervisionVisitClosed(Event, frozen=True, kw_only=True):
    """Closed; the subject ends."""

    state: SupervisionVisitState


@supervision_visit.fact("cancelled", en="A visit was cancelled.", zh="取消督导。")
class SupervisionVisitCancelled(Event, frozen=True, kw_only=True):
    """Cancelled; the subject ends."""

    state: SupervisionVisitState


@supervision_visit.fact("became_overdue", en="A visit was not made in time.", zh="督导或回访逾期。")
class SupervisionVisitBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The rule says which of the two."""

    state: SupervisionVisitState


class JointActivityPhase(enum.StrEnum):
    """Where a joint activity is."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class JointActivityState(MatterState, frozen=True, kw_only=True):
    """A public-benefit activity that several hold together (联合开展社会公益活动)."""

    state: JointActivityPhase
    title: OrganizationText
    kind: Code
    lead_body: Code | None = None
    lead_organization: Ref | None = None
    partners: tuple[Id, ...] = ()
    """Organisations that take part beside the lead."""
    partner_bodies: tuple[Code, ...] = ()
    target_groups: tuple[Code, ...] = ()
    held_on: datetime.date | None = None
    reached: Quantity | None = None
    """People reached, in person-times."""
    volunteers: Count | None = None


joint_activity = define_stream(
    "registry",
    "joint_activity",
    en="Activities that several hold together.",
    zh="联合开展的社会公益活动。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@joint_activity.fact("planned", en="A joint activity was planned.", zh="筹划联合活动。")
class JointActivityPlanned(Event, frozen=True, kw_only=True):
    """Planned."""

    state: JointActivityState


@joint_activity.fact("held", en="A joint activity was held.", zh="开展联合活动。")
class JointActivityHeld(Event, frozen=True, kw_only=True):
    """Held, with how many it reached; the subject ends."""

    state: JointActivityState


@joint_activity.fact("cancelled", en="A joint activity was cancelled.", zh="取消联合活动。")
class JointActivityCancelled(Event, frozen=True, kw_only=True):
    """Cancelled; the subject ends."""

    state: JointActivityState
    reason: Code


@joint_activity.fact("became_overdue", en="The planned day passed.", zh="联合活动逾期。")
class JointActivityBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The planned day passed and nothing was recorded."""

    state: JointActivityState


class TargetPhase(enum.StrEnum):
    """Where a target is."""

    SET = "set"
    FROZEN = "frozen"
    MEASURED = "measured"
    WITHDRAWN = "withdrawn"


class TargetState(MatterState, frozen=True, kw_only=True):
    """What a body is to reach in a period (S28): figure, value, weight; frozen when the period ends."""

    state: TargetPhase
    figure: Code
    body: Code
    period_begins_on: datetime.date
    period_ends_on: datetime.date
    aim_hundredths: SignedHundredths
    weight: Count = 0
    at_most: bool = False
    """Whether less is better: the aim is an upper bound."""
    actual_hundredths: SignedHundredths | None = None
    reached: bool | None = None
    source: Code | None = None
    """Where the value comes from: `registry`, or a code of what it was taken from by hand."""


target = define_stream(
    "registry",
    "target",
    en="Targets of bodies, and what was reached.",
    zh="目标任务及完成情况。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@target.fact("set", en="A target was set.", zh="下达目标。")
class TargetSet(Event, frozen=True, kw_only=True):
    """Set for a period."""

    state: TargetState


@target.fact("amended", en="A target was amended before its period ended.", zh="调整目标。")
class TargetAmended(Event, frozen=True, kw_only=True):
    """Another value or weight, while the period runs."""

    state: TargetState
    reason: Code


@target.fact("withdrawn", en="A target was taken back.", zh="撤销目标。")
class TargetWithdrawn(Event, frozen=True, kw_only=True):
    """Taken back; the subject ends."""

    state: TargetState
    reason: Code


@target.fact("frozen", en="The period of a target ended.", zh="考核期满,目标冻结。")
class TargetFrozen(Overdue, frozen=True, kw_only=True):
    """Value and weight change no more."""

    state: TargetState


@target.fact("measured", en="What was reached is known.", zh="目标完成情况确定。")
class TargetMeasured(Event, frozen=True, kw_only=True):
    """Measured by the registry's own figure or entered by hand; the subject ends."""

    state: TargetState
