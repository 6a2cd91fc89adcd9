"""Events of the registry about what is held by cadence: meetings, trainings, the year's training plan."""

from __future__ import annotations

import datetime
import enum

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    Code,
    Count,
    Event,
    MatterState,
    OrganizationText,
    Overdue,
    PersonId,
    Ref,
    Rescheduled,
    Year,
)


class Interval(enum.StrEnum):
    """How often, in periods of Asia/Shanghai."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Strength(enum.StrEnum):
    """How strong a rule is: must, generally (一般应: comply or explain), in principle (原则上)."""

    MUST = "must"
    GENERALLY = "generally"
    IN_PRINCIPLE = "in_principle"


class CadencePhase(enum.StrEnum):
    """Whether a cadence runs."""

    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


class CadenceState(MatterState, frozen=True, kw_only=True):
    """What a body has to hold, how often, and how strongly that is asked of it."""

    state: CadencePhase
    body: Code
    gathering: Code
    """A meeting or training of the profile's list."""
    interval: Interval
    strength: Strength


cadence = define_stream(
    "registry",
    "cadence",
    en="What bodies hold each month, quarter, half year or year.",
    zh="各单位定期会议、培训制度。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@cadence.fact("opened", en="A body holds something regularly from now on.", zh="建立定期会议(培训)制度。")
class CadenceOpened(Event, frozen=True, kw_only=True):
    """Opened: the first record is that of the present period."""

    state: CadenceState


@cadence.fact("stopped", en="A cadence was stopped.", zh="停止定期会议(培训)。")
class CadenceStopped(Event, frozen=True, kw_only=True):
    """Stopped: no further period is opened."""

    state: CadenceState
    reason: Code


@cadence.fact("resumed", en="A cadence was taken up again.", zh="恢复定期会议(培训)。")
class CadenceResumed(Event, frozen=True, kw_only=True):
    """Taken up again, from the present period on."""

    state: CadenceState


@cadence.fact("changed", en="A cadence has another interval or strength.", zh="调整定期会议(培训)制度。")
class CadenceChanged(Event, frozen=True, kw_only=True):
    """Another interval or strength from the next period on."""

    state: CadenceState


@cadence.fact("ended", en="A body does not hold something regularly any more.", zh="废止定期会议(培训)制度。")
class CadenceEnded(Event, frozen=True, kw_only=True):
    """Given up: by the body, or with the hub; the subject ends."""

    state: CadenceState
    reason: Code


class MeetingPhase(enum.StrEnum):
    """Where a meeting is."""

    DUE = "due"
    SCHEDULED = "scheduled"
    HELD = "held"
    MINUTED = "minuted"
    MISSED = "missed"
    EXPLAINED = "explained"
    CANCELLED = "cancelled"


class MeetingState(MatterState, frozen=True, kw_only=True):
    """One meeting of one body: of a period, where a cadence asks for it, or by itself."""

    state: MeetingPhase
    body: Code
    gathering: Code
    strength: Strength
    cadence: Ref | None = None
    period: Code | None = None
    period_begins_on: datetime.date | None = None
    period_ends_on: datetime.date | None = None
    scheduled_on: datetime.date | None = None
    held_on: datetime.date | None = None
    agenda: tuple[Code, ...] = ()
    agenda_lacking: tuple[Code, ...] = ()
    """What had to be dealt with and was not."""
    invited: Count | None = None
    attended: Count | None = None
    women: Count | None = None
    """Women among those who attended."""
    organizations: Count | None = None
    decisions: Count = 0
    explanation_due_on: datetime.date | None = None
    explanation_code: Code | None = None


meeting = define_stream(
    "registry",
    "meeting",
    en="Meetings of hub bodies: due, held, missed, explained.",
    zh="会议制度执行情况。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@meeting.fact("opened", en="A meeting is to be held.", zh="应召开会议。")
class MeetingOpened(Event, frozen=True, kw_only=True):
    """Opened for a period by its cadence, or by itself."""

    state: MeetingState


@meeting.fact("scheduled", en="A meeting was scheduled.", zh="会议排期。")
class MeetingScheduled(Event, frozen=True, kw_only=True):
    """Its day is set, or set anew."""

    state: MeetingState


@meeting.fact("invited", en="Many were invited to a meeting at once.", zh="批量邀请参会。")
class MeetingInvited(Event, frozen=True, kw_only=True):
    """Those of a part of the register are on the list; each has an `attendance` of its own."""

    state: MeetingState


@meeting.fact("held", en="A meeting was held.", zh="会议召开。")
class MeetingHeld(Event, frozen=True, kw_only=True):
    """Held, with how many came and what was on the agenda."""

    state: MeetingState


@meeting.fact("counted", en="The list of a meeting says other numbers.", zh="按签到表更新会议人数。")
class MeetingCounted(Event, frozen=True, kw_only=True):
    """Invited, attended and organisations as the list has them now: somebody was invited, or answered."""

    state: MeetingState


@meeting.fact("minuted", en="The minutes of a meeting were approved.", zh="会议纪要印发。")
class MeetingMinuted(Event, frozen=True, kw_only=True):
    """Minuted; decisions that somebody has to carry out became tasks. The subject ends."""

    state: MeetingState
    tasks: tuple[Ref, ...] = ()


@meeting.fact("missed", en="The period passed without the meeting.", zh="会议未按期召开。")
class MeetingMissed(Overdue, frozen=True, kw_only=True):
    """The period ended and nothing was held."""

    state: MeetingState


@meeting.fact("explained", en="A missed meeting was explained.", zh="说明未召开会议的原因。")
class MeetingExplained(Event, frozen=True, kw_only=True):
    """Comply or explain: the reason is given; the subject ends."""

    state: MeetingState


@meeting.fact("cancelled", en="A meeting that no cadence asks for was cancelled.", zh="取消会议。")
class MeetingCancelled(Event, frozen=True, kw_only=True):
    """Cancelled; the subject ends."""

    state: MeetingState


@meeting.fact("rescheduled", en="A new calendar moved a deadline.", zh="日历公布,期限调整。")
class MeetingRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The day for minutes or explanation counts in working days and moved."""

    state: MeetingState


@meeting.fact("became_overdue", en="Minutes or an explanation are overdue.", zh="纪要或说明逾期。")
class MeetingBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The rule says which of the two is missing."""

    state: MeetingState


class TrainingPhase(enum.StrEnum):
    """Where a training is."""

    DUE = "due"
    SURVEYED = "surveyed"
    SCHEDULED = "scheduled"
    HELD = "held"
    CONCLUDED = "concluded"
    MISSED = "missed"
    EXPLAINED = "explained"
    CANCELLED = "cancelled"


class TrainingState(MatterState, frozen=True, kw_only=True):
    """One training, lecture or site visit."""

    state: TrainingPhase
    body: Code
    course: Code
    """What it is, of the profile's list: quarterly training, site visit, lecture."""
    strength: Strength
    cadence: Ref | None = None
    plan: Ref | None = None
    period: Code | None = None
    period_begins_on: datetime.date | None = None
    period_ends_on: datetime.date | None = None
    series: Code | None = None
    """The lecture series it belongs to."""
    topics: tuple[Code, ...] = ()
    surveyed_on: datetime.date | None = None
    respondents: Count | None = None
    wanted: tuple[Code, ...] = ()
    """Topics that the survey asked for."""
    scheduled_on: datetime.date | None = None
    held_on: datetime.date | None = None
    hours: Count | None = None
    invited: Count | None = None
    attended: Count | None = None
    women: Count | None = None
    staff: Count | None = None
    """Full-time staff among those who attended."""
    organizations: Count | None = None
    sites: Count | None = None
    """Places visited."""
    explanation_due_on: datetime.date | None = None
    explanation_code: Code | None = None


training = define_stream(
    "registry",
    "training",
    en="Trainings, lectures and site visits.",
    zh="培训、讲堂和实地考察。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@training.fact("opened", en="A training is to be held.", zh="应举办培训。")
class TrainingOpened(Event, frozen=True, kw_only=True):
    """Opened for a period by its cadence, or by itself."""

    state: TrainingState


@training.fact("surveyed", en="What is needed was asked.", zh="完成需求调查。")
class TrainingSurveyed(Event, frozen=True, kw_only=True):
    """The survey that goes before a training (R26)."""

    state: TrainingState


@training.fact("scheduled", en="A training was scheduled.", zh="培训排期。")
class TrainingScheduled(Event, frozen=True, kw_only=True):
    """Its day is set, or set anew."""

    state: TrainingState


@training.fact("invited", en="Many were invited to a training at once.", zh="批量邀请参训。")
class TrainingInvited(Event, frozen=True, kw_only=True):
    """Those of a part of the register are on the list; each has an `attendance` of its own."""

    state: TrainingState


@training.fact("held", en="A training was held.", zh="举办培训。")
class TrainingHeld(Event, frozen=True, kw_only=True):
    """Held, with how many came; the subject ends. `counted` may follow until its list is closed."""

    state: TrainingState


@training.fact("concluded", en="The list of a training was closed.", zh="培训办结,参训名单不再变更。")
class TrainingConcluded(Event, frozen=True, kw_only=True):
    """By hand, or when the time for answers has passed; its numbers are final."""

    state: TrainingState


@training.fact("counted", en="The list of a training says other numbers.", zh="按签到表更新培训人数。")
class TrainingCounted(Event, frozen=True, kw_only=True):
    """Invited, attended and organisations as the list has them now: somebody was invited, or answered."""

    state: TrainingState


@training.fact("missed", en="The period passed without the training.", zh="培训未按期举办。")
class TrainingMissed(Overdue, frozen=True, kw_only=True):
    """The period ended and nothing was held."""

    state: TrainingState


@training.fact("explained", en="A missed training was explained.", zh="说明未举办培训的原因。")
class TrainingExplained(Event, frozen=True, kw_only=True):
    """The reason is given; the subject ends."""

    state: TrainingState


@training.fact("cancelled", en="A training that no cadence asks for was cancelled.", zh="取消培训。")
class TrainingCancelled(Event, frozen=True, kw_only=True):
    """Cancelled; the subject ends."""

    state: TrainingState


@training.fact("rescheduled", en="A new calendar moved a deadline.", zh="日历公布,期限调整。")
class TrainingRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The day for the explanation counts in working days and moved."""

    state: TrainingState


@training.fact("became_overdue", en="An explanation is overdue.", zh="说明逾期。")
class TrainingBecameOverdue(Overdue, frozen=True, kw_only=True):
    """A missed training was not explained in time."""

    state: TrainingState


class TrainingPlanPhase(enum.StrEnum):
    """Where a year's training plan is."""

    ADOPTED = "adopted"
    CLOSED = "closed"


class TrainingPlanState(MatterState, frozen=True, kw_only=True):
    """What a body means to train in a year (R35), and at the end what was held of it."""

    state: TrainingPlanPhase
    body: Code
    year: Year
    title: OrganizationText
    sessions: Count
    people: Count = 0
    hours: Count = 0
    topics: tuple[Code, ...] = ()
    held_sessions: Count | None = None
    held_people: Count | None = None
    held_hours: Count | None = None
    topics_left: tuple[Code, ...] = ()
    """Planned topics that no training had."""


training_plan = define_stream(
    "registry",
    "training_plan",
    en="Yearly training plans, planned against held.",
    zh="年度培训计划及完成情况。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@training_plan.fact("adopted", en="A year's training plan was adopted.", zh="制定年度培训计划。")
class TrainingPlanAdopted(Event, frozen=True, kw_only=True):
    """Adopted."""

    state: TrainingPlanState


@training_plan.fact("amended", en="A training plan was amended.", zh="调整年度培训计划。")
class TrainingPlanAmended(Event, frozen=True, kw_only=True):
    """Amended."""

    state: TrainingPlanState


@training_plan.fact("closed", en="A year's training plan was settled.", zh="年度培训计划办结。")
class TrainingPlanClosed(Event, frozen=True, kw_only=True):
    """Closed with what was held of it; the subject ends."""

    state: TrainingPlanState


@training_plan.fact(
    "became_overdue", en="The year passed before the plan was settled.", zh="培训计划未按期办结。"
)
class TrainingPlanBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The year and the time for settling it passed."""

    state: TrainingPlanState


class AttendancePhase(enum.StrEnum):
    """Whether somebody who was invited came."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    ATTENDED = "attended"
    EXCUSED = "excused"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"
    UNRECORDED = "unrecorded"


class AttendanceState(MatterState, frozen=True, kw_only=True):
    """One place on the list of one meeting or training: an organisation's, or that of a body without one."""

    state: AttendancePhase
    meeting: Ref | None = None
    training: Ref | None = None
    gathering: Code
    """What it is, of the profile's list: the meeting's `gathering`, the training's `course`."""
    organization: Ref | None = None
    body: Code | None = None
    post: Code | None = None
    """In which post somebody is asked to come: secretary-general, principal, staff."""
    participant: PersonId | None = None
    came_as: Code | None = None
    """The post of whoever came instead."""


attendance = define_stream(
    "registry",
    "attendance",
    en="Who is invited to a meeting or training, and who came.",
    zh="会议、培训的参会名单和签到情况。",
    consumers=("registry", "console"),
    partitions=3,
    reassignable=False,
)


@attendance.fact("invited", en="Somebody is asked to come.", zh="邀请参会。")
class AttendanceInvited(Event, frozen=True, kw_only=True):
    """On the list."""

    state: AttendanceState


@attendance.fact("accepted", en="Somebody who was invited means to come.", zh="确认参加。")
class AttendanceAccepted(Event, frozen=True, kw_only=True):
    """Means to come, also after having been excused; whether it came is a fact of its own."""

    state: AttendanceState


@attendance.fact("attended", en="Somebody who was invited came.", zh="到会。")
class AttendanceAttended(Event, frozen=True, kw_only=True):
    """Came. The subject ends; until the list is closed it can be corrected by any of the three."""

    state: AttendanceState


@attendance.fact("excused", en="Somebody who was invited was excused.", zh="请假。")
class AttendanceExcused(Event, frozen=True, kw_only=True):
    """Excused; why stays in the registry: it can be a person's health. Ends and can be corrected likewise."""

    state: AttendanceState


@attendance.fact("stayed_away", en="Somebody who was invited stayed away.", zh="缺席。")
class AttendanceStayedAway(Event, frozen=True, kw_only=True):
    """Did not come, and nobody had said so. Ends and can be corrected likewise."""

    state: AttendanceState


@attendance.fact("withdrawn", en="An invitation was taken back.", zh="取消邀请。")
class AttendanceWithdrawn(Event, frozen=True, kw_only=True):
    """Not on the list any more: a mistake, or nothing was held. The subject ends."""

    state: AttendanceState
    ground: Code


@attendance.fact("closed", en="Nobody recorded whether somebody came.", zh="未登记到会情况。")
class AttendanceClosed(Event, frozen=True, kw_only=True):
    """The list was closed (minutes approved, training concluded) without an answer; the subject ends."""

    state: AttendanceState
