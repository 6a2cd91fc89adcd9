"""Events of the registry's inspections: what is looked at, what is found, and what is put right."""

from __future__ import annotations

import datetime
import enum

import msgspec

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    Code,
    Count,
    DocumentNumber,
    Event,
    MatterState,
    OrganizationText,
    Overdue,
    PublicCode,
    Ref,
    Rescheduled,
    Year,
)
from shuniu_contracts.registry import FiledBy


class RectificationPhase(enum.StrEnum):
    """Where a rectification is."""

    OPENED = "opened"
    EVIDENCE_SUBMITTED = "evidence_submitted"
    CLOSED = "closed"


class RectificationState(MatterState, frozen=True, kw_only=True):
    """What an organisation has to put right, by when, and where that stands (整改)."""

    state: RectificationPhase
    organization: Ref
    origin: Code
    """What it arose from: a profile code such as `inspection`, `spot_check`, `clean_up`."""
    origin_record: Ref | None = None
    topics: tuple[Code, ...] = ()
    """What is wrong, by the profile's topics."""
    outcome: Code | None = None
    returned_times: Count = 0
    filed_by: FiledBy | None = None
    """Who handed it in last; none where that is not known, as of what was entered as history."""


rectification = define_stream(
    "registry",
    "rectification",
    en="What organisations have to put right, and by when.",
    zh="社会组织的整改事项及期限。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
)


@rectification.fact("opened", en="An organisation was told what to put right.", zh="向组织发出整改要求。")
class RectificationOpened(Event, frozen=True, kw_only=True):
    """Opened, with the day by which it is to be put right."""

    state: RectificationState


@rectification.fact("evidence_submitted", en="The organisation showed what it did.", zh="组织报送整改材料。")
class RectificationEvidenceSubmitted(Event, frozen=True, kw_only=True):
    """Evidence was handed in; it is to be looked at."""

    state: RectificationState


@rectification.fact("returned", en="The evidence did not suffice.", zh="整改材料退回,需继续整改。")
class RectificationReturned(Event, frozen=True, kw_only=True):
    """Sent back with what is still missing."""

    state: RectificationState
    topics_left: tuple[Code, ...] = ()


@rectification.fact("extended", en="The deadline was moved.", zh="整改期限延长。")
class RectificationExtended(Event, frozen=True, kw_only=True):
    """More time was given."""

    state: RectificationState


@rectification.fact("closed", en="The rectification ended.", zh="整改办结。")
class RectificationClosed(Event, frozen=True, kw_only=True):
    """Closed with an outcome; the subject ends."""

    state: RectificationState


@rectification.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,整改期限调整。")
class RectificationRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: RectificationState


@rectification.fact("became_overdue", en="The day passed without evidence.", zh="整改逾期。")
class RectificationBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The deadline passed."""

    state: RectificationState


class CampaignPhase(enum.StrEnum):
    """Where an inspection campaign is."""

    OPENED = "opened"
    CLOSED = "closed"


class InspectionForm(enum.StrEnum):
    """What an organisation hands in: annual inspection (年检), or the charities' annual report (年报)."""

    ANNUAL_INSPECTION = "annual_inspection"
    ANNUAL_REPORT = "annual_report"


class InspectionWindow(msgspec.Struct, frozen=True, omit_defaults=True):
    """From when and until when organisations of one legal form hand in."""

    legal_form: PublicCode
    begins_on: datetime.date
    due_on: datetime.date


class InspectionCampaignState(MatterState, frozen=True, kw_only=True):
    """One year's inspection of the organisations below a division: who is due, and until when."""

    state: CampaignPhase
    title: OrganizationText
    year: Year
    legal_forms: tuple[PublicCode, ...]
    """Legal forms that are due; others are not asked. Of them charities are due for the annual report alone,
    and all others for the annual inspection."""
    form: InspectionForm = InspectionForm.ANNUAL_INSPECTION
    begins_on: datetime.date | None = None
    """The first day of the earliest window."""
    due_on: datetime.date
    """The last day of the latest."""
    windows: tuple[InspectionWindow, ...] = ()
    """One for each of the legal forms; none: the campaign's own days hold for all."""
    excused_after: datetime.date | None = None
    """Registered after this day of the year before: excused."""
    document_number: DocumentNumber | None = None


class InspectionPhase(enum.StrEnum):
    """Where one organisation's inspection is."""

    DUE = "due"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    HUB_REVIEWED = "hub_reviewed"
    CONCLUDED = "concluded"
    MISSED = "missed"
    RELEASED = "released"


class InspectionResult(enum.StrEnum):
    """What the authority concluded (合格, 基本合格, 不合格)."""

    QUALIFIED = "qualified"
    BASICALLY_QUALIFIED = "basically_qualified"
    UNQUALIFIED = "unqualified"


class InspectionState(MatterState, frozen=True, kw_only=True):
    """One organisation's annual inspection or report of one year."""

    state: InspectionPhase
    organization: Ref
    campaign: Ref | None = None
    year: Year
    form: InspectionForm = InspectionForm.ANNUAL_INSPECTION
    legal_form: PublicCode
    begins_on: datetime.date | None = None
    """The day from which the form can be handed in."""
    supervised: bool = False
    """Whether there is a supervisory unit, without which there is no hub review."""
    submitted_on: datetime.date | None = None
    late: bool = False
    result: InspectionResult | None = None
    guided_times: Count = 0
    returned_times: Count = 0
    filed_by: FiledBy | None = None
    """Who handed it in last; none where that is not known, as of what was entered as history."""


inspection_campaign = define_stream(
    "registry",
    "inspection_campaign",
    en="Inspection campaigns, for the stacks below.",
    zh="年检(年报)工作部署,下达各级。",
    consumers=("registry", "notify", "console"),
    directive=True,
    reassignable=False,
)
inspection = define_stream(
    "registry",
    "inspection",
    en="Annual inspections of organisations.",
    zh="社会组织年检(年报)情况。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=6,
    reassignable=False,
)


@inspection_campaign.fact("opened", en="A campaign was opened.", zh="部署年检工作。")
class InspectionCampaignOpened(Event, frozen=True, kw_only=True):
    """Opened: every stack below opens the inspections of its own organisations."""

    state: InspectionCampaignState


@inspection_campaign.fact("extended", en="The window was extended.", zh="年检时限延长。")
class InspectionCampaignExtended(Event, frozen=True, kw_only=True):
    """More time for everybody."""

    state: InspectionCampaignState


@inspection_campaign.fact("closed", en="A campaign was closed.", zh="年检工作结束。")
class InspectionCampaignClosed(Event, frozen=True, kw_only=True):
    """Closed: what was not handed in is missed."""

    state: InspectionCampaignState


@inspection.fact("opened", en="An organisation's inspection is due.", zh="组织应参加年检。")
class InspectionOpened(Event, frozen=True, kw_only=True):
    """Opened by the organisation's home when it heard of the campaign."""

    state: InspectionState


@inspection.fact("guidance_given", en="The hub guided the organisation.", zh="枢纽型组织给予年检指导。")
class InspectionGuidanceGiven(Event, frozen=True, kw_only=True):
    """Guidance, beside the state (R22)."""

    state: InspectionState
    kind: Code


@inspection.fact("extended", en="More time was given.", zh="年检时限延长。")
class InspectionExtended(Event, frozen=True, kw_only=True):
    """The window was extended for this organisation."""

    state: InspectionState


@inspection.fact("submitted", en="The organisation handed in its form.", zh="组织报送年检材料。")
class InspectionSubmitted(Event, frozen=True, kw_only=True):
    """Handed in within the window, first or again."""

    state: InspectionState


@inspection.fact("submitted_late", en="The form came after the window.", zh="组织逾期报送年检材料。")
class InspectionSubmittedLate(Event, frozen=True, kw_only=True):
    """Handed in after the window."""

    state: InspectionState


@inspection.fact("returned", en="The form went back to be corrected.", zh="年检材料退回补正。")
class InspectionReturned(Event, frozen=True, kw_only=True):
    """Returned with the items to be corrected."""

    state: InspectionState
    items: tuple[Code, ...] = ()


@inspection.fact("hub_reviewed", en="The hub reviewed the form.", zh="枢纽型组织完成年检初审。")
class InspectionHubReviewed(Event, frozen=True, kw_only=True):
    """First review (初审) by the supervisory unit."""

    state: InspectionState
    opinion: Code


@inspection.fact("concluded", en="The authority concluded.", zh="登记管理机关作出年检结论。")
class InspectionConcluded(Event, frozen=True, kw_only=True):
    """Concluded with a result; the subject ends, unless the result is corrected."""

    state: InspectionState


@inspection.fact("corrected", en="The conclusion was corrected.", zh="年检结论更正。")
class InspectionCorrected(Event, frozen=True, kw_only=True):
    """The result in the state holds from its day on, in place of the one before."""

    state: InspectionState
    previous: InspectionResult


@inspection.fact("missed", en="The organisation did not take part.", zh="组织未参加年检。")
class InspectionMissed(Event, frozen=True, kw_only=True):
    """Nothing was handed in until the campaign closed; the subject ends, unless the form comes after all."""

    state: InspectionState


@inspection.fact("released", en="The organisation is not due any more.", zh="组织不再参加本次年检。")
class InspectionReleased(Event, frozen=True, kw_only=True):
    """It ended during the campaign, or is excused; the subject ends."""

    state: InspectionState
    ground: Code


@inspection.fact("became_overdue", en="The window closed without the form.", zh="年检逾期未报。")
class InspectionBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The window closed."""

    state: InspectionState


class EvaluationPhase(enum.StrEnum):
    """Where an evaluation is."""

    ENROLLED = "enrolled"
    SCORED = "scored"
    PUBLICISED = "publicised"
    UNDER_RECONSIDERATION = "under_reconsideration"
    GRADED = "graded"
    NOT_GRADED = "not_graded"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Grade(enum.StrEnum):
    """The grades of social organisations (order 39 of 2011)."""

    FIVE_A = "5A"
    FOUR_A = "4A"
    THREE_A = "3A"
    TWO_A = "2A"
    ONE_A = "1A"


class ConflictRelation(enum.StrEnum):
    """Why somebody stands aside."""

    INTEREST = "interest"
    EMPLOYMENT = "employment"
    OTHER = "other"


class EvaluationState(MatterState, frozen=True, kw_only=True):
    """One evaluation of one organisation (等级评估), and the grade it led to."""

    state: EvaluationPhase
    organization: Ref
    year: Year
    category: Code | None = None
    """Its class of evaluation (分类评估), by the profile."""
    legal_form: PublicCode
    trained_times: Count = 0
    coached_times: Count = 0
    materials_completed_on: datetime.date | None = None
    conflicts: Count = 0
    """How many experts and members stand aside."""
    points: Count | None = None
    """Of 1,000."""
    proposed_grade: Grade | None = None
    publicised_until: datetime.date | None = None
    reconsidered_times: Count = 0
    grade: Grade | None = None
    graded_on: datetime.date | None = None
    valid_until: datetime.date | None = None
    lowered_on: datetime.date | None = None
    """When the grade was lowered or taken away."""


evaluation = define_stream(
    "registry",
    "evaluation",
    en="Grade evaluations of organisations.",
    zh="社会组织等级评估情况。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
)


@evaluation.fact("enrolled", en="An organisation enrolled.", zh="组织报名参加等级评估。")
class EvaluationEnrolled(Event, frozen=True, kw_only=True):
    """Enrolled; nothing barred it."""

    state: EvaluationState


@evaluation.fact("training_given", en="Training for those evaluated.", zh="开展参评培训。")
class EvaluationTrainingGiven(Event, frozen=True, kw_only=True):
    """Training, beside the state (R22)."""

    state: EvaluationState
    topics: tuple[Code, ...] = ()


@evaluation.fact("coaching_given", en="One-to-one guidance.", zh="给予一对一参评指导。")
class EvaluationCoachingGiven(Event, frozen=True, kw_only=True):
    """Guidance, beside the state (R22)."""

    state: EvaluationState
    kind: Code


@evaluation.fact("materials_collected", en="Some of the materials came in.", zh="收到部分评估材料。")
class EvaluationMaterialsCollected(Event, frozen=True, kw_only=True):
    """Some of what the profile asks for is there; the rest is still lacking."""

    state: EvaluationState
    collected: tuple[Code, ...] = ()
    lacking: tuple[Code, ...] = ()


@evaluation.fact("materials_completed", en="The materials are complete.", zh="评估材料整理齐全。")
class EvaluationMaterialsCompleted(Event, frozen=True, kw_only=True):
    """Everything that the profile asks for is there."""

    state: EvaluationState


@evaluation.fact("conflict_declared", en="Somebody stands aside.", zh="评估人员申报回避。")
class EvaluationConflictDeclared(Event, frozen=True, kw_only=True):
    """An expert or member has a conflict of interest; scores of theirs do not count."""

    state: EvaluationState
    relation: ConflictRelation
    carried: bool | None = None
    """Found after a grade was given: whether the vote carries it without them; None where it is unknown."""


@evaluation.fact("scored", en="The experts scored.", zh="专家完成评分。")
class EvaluationScored(Event, frozen=True, kw_only=True):
    """Scored: the mean of the scores that count."""

    state: EvaluationState
    experts: Count


@evaluation.fact("publicised", en="The proposed grade was made public.", zh="公示拟评等级。")
class EvaluationPublicised(Event, frozen=True, kw_only=True):
    """Public until the day in the state; until then reconsideration can be asked for."""

    state: EvaluationState


@evaluation.fact("reconsideration_requested", en="Reconsideration was asked for.", zh="组织申请复核。")
class EvaluationReconsiderationRequested(Event, frozen=True, kw_only=True):
    """The organisation objects."""

    state: EvaluationState


@evaluation.fact("reconsidered", en="The committee reconsidered.", zh="作出复核决定。")
class EvaluationReconsidered(Event, frozen=True, kw_only=True):
    """Decided by recorded vote; who voted how stays with the registry."""

    state: EvaluationState
    upheld: bool
    committee: Count | None = None
    present: Count | None = None
    in_favour: Count | None = None


@evaluation.fact("graded", en="A grade was given.", zh="评定等级。")
class EvaluationGraded(Event, frozen=True, kw_only=True):
    """Graded by recorded vote; valid until the day in the state."""

    state: EvaluationState
    deviation: Code | None = None
    """Why it is not the grade that the points give."""
    committee: Count | None = None
    present: Count | None = None
    in_favour: Count | None = None


@evaluation.fact("reopened", en="A grade was set aside to be decided anew.", zh="撤销等级评定,重新评定。")
class EvaluationReopened(Event, frozen=True, kw_only=True):
    """A conflict was found after the grade was given: it is scored and decided again, to nobody's blame."""

    state: EvaluationState
    previous: Grade
    ground: Code


@evaluation.fact("not_graded", en="No grade was given.", zh="不予评定等级。")
class EvaluationNotGraded(Event, frozen=True, kw_only=True):
    """Evaluated without a grade; the subject ends."""

    state: EvaluationState
    ground: Code
    committee: Count | None = None
    present: Count | None = None
    in_favour: Count | None = None


@evaluation.fact("withdrawn", en="The organisation withdrew.", zh="撤回评估报名。")
class EvaluationWithdrawn(Event, frozen=True, kw_only=True):
    """Withdrawn before a decision; the subject ends."""

    state: EvaluationState
    reason: Code


@evaluation.fact("downgraded", en="The grade was lowered.", zh="降低评估等级。")
class EvaluationDowngraded(Event, frozen=True, kw_only=True):
    """A lower grade for the rest of its time."""

    state: EvaluationState
    previous: Grade
    ground: Code


@evaluation.fact("corrected", en="The grade on record was wrong, and is put right.", zh="更正录入的等级。")
class EvaluationCorrected(Event, frozen=True, kw_only=True):
    """The grade on record never was so: figures of past days have the one in the state. `effective_on` is the
    day on which it was put right."""

    state: EvaluationState
    previous: Grade
    """As it was on record."""
    reason: Code


@evaluation.fact("revoked", en="The grade was taken away.", zh="取消评估等级。")
class EvaluationRevoked(Event, frozen=True, kw_only=True):
    """Taken away; the subject ends."""

    state: EvaluationState
    ground: Code


@evaluation.fact("superseded", en="A newer grade stands in its place.", zh="由新评定的等级取代。")
class EvaluationSuperseded(Event, frozen=True, kw_only=True):
    """A later evaluation gave a grade; the subject ends."""

    state: EvaluationState
    successor: Ref


@evaluation.fact("expired", en="The grade expired.", zh="评估等级到期。")
class EvaluationExpired(Event, frozen=True, kw_only=True):
    """Its years are over; the subject ends."""

    state: EvaluationState


@evaluation.fact("became_overdue", en="Reconsideration was not answered in time.", zh="复核逾期未决定。")
class EvaluationBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The days to answer passed."""

    state: EvaluationState


class AssessmentPhase(enum.StrEnum):
    """Where an assessment is."""

    OPENED = "opened"
    CONCLUDED = "concluded"
    UPGRADING = "upgrading"
    CLOSED = "closed"


class AssessmentResult(enum.StrEnum):
    """What the hub concluded (优秀, 符合要求, 不符合要求)."""

    EXCELLENT = "excellent"
    MET = "met"
    NOT_MET = "not_met"


class AssessmentState(MatterState, frozen=True, kw_only=True):
    """One directly supervised organisation's assessment (考核评价) of one year, business and Party work."""

    state: AssessmentPhase
    organization: Ref
    year: Year
    business_points: Count | None = None
    """Of 100."""
    business_assessed_on: datetime.date | None = None
    party_points: Count | None = None
    """Of 100."""
    party_assessed_on: datetime.date | None = None
    shortfalls: tuple[Code, ...] = ()
    result: AssessmentResult | None = None
    opinions: tuple[Code, ...] = ()
    measures: tuple[Code, ...] = ()
    """Of the plan for its upgrading."""
    plan_due_on: datetime.date | None = None
    """Until when who falls short has a plan; `due_on` is then the plan's own day."""
    reviewed_times: Count = 0
    outcome: Code | None = None


assessment = define_stream(
    "registry",
    "assessment",
    en="Yearly assessments of directly supervised organisations.",
    zh="直管社会组织年度考核评价。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@assessment.fact("opened", en="A year's assessment was opened.", zh="列入年度考核评价。")
class AssessmentOpened(Event, frozen=True, kw_only=True):
    """Opened, with the day by which it is to be concluded."""

    state: AssessmentState


@assessment.fact("business_assessed", en="Business work was assessed.", zh="完成业务建设考核。")
class AssessmentBusinessAssessed(Event, frozen=True, kw_only=True):
    """The part on business work."""

    state: AssessmentState


@assessment.fact("party_assessed", en="The Party's work was assessed.", zh="完成党的建设考核。")
class AssessmentPartyAssessed(Event, frozen=True, kw_only=True):
    """The part on the Party's work."""

    state: AssessmentState


@assessment.fact("concluded", en="The assessment was concluded.", zh="作出考核结论。")
class AssessmentConcluded(Event, frozen=True, kw_only=True):
    """Concluded on both parts, with opinions where it falls short."""

    state: AssessmentState


@assessment.fact("upgrade_planned", en="Upgrading was planned.", zh="制定提升计划。")
class AssessmentUpgradePlanned(Event, frozen=True, kw_only=True):
    """What is to be better by the day in the state."""

    state: AssessmentState


@assessment.fact("upgrade_reviewed", en="The upgrading was looked at.", zh="检查提升情况。")
class AssessmentUpgradeReviewed(Event, frozen=True, kw_only=True):
    """How far it has come."""

    state: AssessmentState
    progress: Code


@assessment.fact("closed", en="The assessment ended.", zh="考核评价办结。")
class AssessmentClosed(Event, frozen=True, kw_only=True):
    """Done with an outcome; the subject ends."""

    state: AssessmentState


@assessment.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,期限调整。")
class AssessmentRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: AssessmentState


@assessment.fact("became_overdue", en="A day passed.", zh="考核评价逾期。")
class AssessmentBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The conclusion, the plan or the upgrading is late; the rule says which."""

    state: AssessmentState


class SpotCheckPhase(enum.StrEnum):
    """Where a spot check is."""

    PLANNED = "planned"
    DRAWN = "drawn"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class SpotCheckTopic(enum.StrEnum):
    """What is looked at (开展活动, 法人治理, 财务管理, 信息公开)."""

    ACTIVITY = "activity"
    GOVERNANCE = "governance"
    FINANCE = "finance"
    DISCLOSURE = "disclosure"


class SpotCheckState(MatterState, frozen=True, kw_only=True):
    """A spot check (双随机抽查): what is drawn from which pool, by which seed."""

    state: SpotCheckPhase
    title: OrganizationText
    topics: tuple[SpotCheckTopic, ...]
    legal_forms: tuple[PublicCode, ...] = ()
    number: Count | None = None
    """How many bodies are drawn; otherwise a share of them."""
    percent: Count | None = None
    inspectors_each: Count
    unchecked_since: datetime.date | None = None
    """Who was checked since this day was not in the pool."""
    seed: PublicCode | None = None
    population: Count | None = None
    population_digest: PublicCode | None = None
    """SHA-256 of the sorted ids of the pool, one a line."""
    drawn_bodies: Count | None = None
    drawn_on: datetime.date | None = None
    outcome: Code | None = None


spot_check = define_stream(
    "registry",
    "spot_check",
    en="Spot checks, drawn by a recorded seed.",
    zh="双随机抽查。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@spot_check.fact("planned", en="A spot check was planned.", zh="计划抽查。")
class SpotCheckPlanned(Event, frozen=True, kw_only=True):
    """Planned: pool, number and topics are settled before the draw."""

    state: SpotCheckState


@spot_check.fact("drawn", en="Bodies and inspectors were drawn.", zh="随机抽取检查对象和检查人员。")
class SpotCheckDrawn(Event, frozen=True, kw_only=True):
    """Drawn: seed and digest of the pool are in the state, so that it can be drawn again."""

    state: SpotCheckState


@spot_check.fact("concluded", en="The spot check ended.", zh="抽查结束。")
class SpotCheckConcluded(Event, frozen=True, kw_only=True):
    """Every body was looked at or could not be reached; the subject ends."""

    state: SpotCheckState


@spot_check.fact("cancelled", en="The spot check was cancelled.", zh="取消抽查。")
class SpotCheckCancelled(Event, frozen=True, kw_only=True):
    """Not drawn; the subject ends."""

    state: SpotCheckState
    reason: Code


@spot_check.fact("became_overdue", en="The day passed.", zh="抽查逾期。")
class SpotCheckBecameOverdue(Overdue, frozen=True, kw_only=True):
    """It was to be done by the day."""

    state: SpotCheckState


class BodyCheckPhase(enum.StrEnum):
    """Where the check of a body is."""

    DRAWN = "drawn"
    CHECKED = "checked"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


class BodyCheckResult(enum.StrEnum):
    """What came of it."""

    NO_PROBLEM = "no_problem"
    PROBLEMS = "problems"


class BodyCheckState(MatterState, frozen=True, kw_only=True):
    """The check of one organisation: drawn in a spot check, or named."""

    state: BodyCheckPhase
    organization: Ref
    spot_check: Ref | None = None
    """None: the organisation was named, not drawn."""
    legal_form: PublicCode
    topics: tuple[SpotCheckTopic, ...]
    inspectors: Count = 0
    checked_on: datetime.date | None = None
    failed: tuple[Code, ...] = ()
    """Items of the checklist of its legal form."""
    found: tuple[SpotCheckTopic, ...] = ()
    result: BodyCheckResult | None = None


body_check = define_stream(
    "registry",
    "body_check",
    en="Checks of single organisations.",
    zh="对社会组织的抽查检查。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
    reassignable=False,
)


@body_check.fact("drawn", en="An organisation is to be checked.", zh="确定检查对象。")
class BodyCheckDrawn(Event, frozen=True, kw_only=True):
    """Drawn with its inspectors, or named."""

    state: BodyCheckState


@body_check.fact("reassigned", en="Another inspector checks it.", zh="更换检查人员。")
class BodyCheckReassigned(Event, frozen=True, kw_only=True):
    """Who was drawn has a conflict of interest, or is away."""

    state: BodyCheckState
    reason: Code


@body_check.fact("checked", en="The organisation was checked.", zh="完成检查。")
class BodyCheckChecked(Event, frozen=True, kw_only=True):
    """Checked; what was found has to be put right. The subject ends."""

    state: BodyCheckState
    rectification: Ref | None = None


@body_check.fact("not_reached", en="The organisation was not reached.", zh="无法联系检查对象。")
class BodyCheckNotReached(Event, frozen=True, kw_only=True):
    """Nobody was found; the subject ends."""

    state: BodyCheckState
    ground: Code


@body_check.fact("cancelled", en="The check was cancelled.", zh="取消检查。")
class BodyCheckCancelled(Event, frozen=True, kw_only=True):
    """It is not checked; the subject ends."""

    state: BodyCheckState
    reason: Code


@body_check.fact("became_overdue", en="The day passed without a check.", zh="检查逾期。")
class BodyCheckBecameOverdue(Overdue, frozen=True, kw_only=True):
    """It was to be checked by the day."""

    state: BodyCheckState


class CleanUpPhase(enum.StrEnum):
    """Which of its four steps a clean-up is at."""

    SELF_CHECK = "self_check"
    REVIEW = "review"
    HANDLING = "handling"
    ACCEPTANCE = "acceptance"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class CleanUpState(MatterState, frozen=True, kw_only=True):
    """A clean-up or special campaign (清理整顿、专项行动) of the organisations below a division."""

    state: CleanUpPhase
    title: OrganizationText
    clean_up_kind: Code
    legal_forms: tuple[PublicCode, ...] = ()
    """None named: of every form."""
    categories: tuple[PublicCode, ...] = ()
    """None named: of every field."""
    document_number: DocumentNumber | None = None
    outcome: Code | None = None


clean_up = define_stream(
    "registry",
    "clean_up",
    en="Clean-ups and special campaigns, for the stacks below.",
    zh="清理整顿和专项行动,下达各级。",
    consumers=("registry", "notify", "console"),
    directive=True,
)


@clean_up.fact("opened", en="A clean-up was opened.", zh="部署专项清理。")
class CleanUpOpened(Event, frozen=True, kw_only=True):
    """Opened: every stack below asks its own organisations to check themselves."""

    state: CleanUpState


@clean_up.fact("extended", en="More time was given.", zh="专项清理延期。")
class CleanUpExtended(Event, frozen=True, kw_only=True):
    """More time for the step that it is at."""

    state: CleanUpState


@clean_up.fact("step_completed", en="A step was completed.", zh="完成专项清理步骤。")
class CleanUpStepCompleted(Event, frozen=True, kw_only=True):
    """The state is the step that begins."""

    state: CleanUpState


@clean_up.fact("concluded", en="The clean-up was accepted.", zh="专项清理总结验收。")
class CleanUpConcluded(Event, frozen=True, kw_only=True):
    """Over, with an outcome; the subject ends."""

    state: CleanUpState


@clean_up.fact("cancelled", en="The clean-up was cancelled.", zh="取消专项清理。")
class CleanUpCancelled(Event, frozen=True, kw_only=True):
    """Taken back; the subject ends."""

    state: CleanUpState
    reason: Code


@clean_up.fact("became_overdue", en="A step is late.", zh="专项清理步骤逾期。")
class CleanUpBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day of the step that it is at passed."""

    state: CleanUpState


class CleanUpCheckPhase(enum.StrEnum):
    """Where one organisation is in a clean-up."""

    DUE = "due"
    SELF_CHECKED = "self_checked"
    REVIEWED = "reviewed"
    HANDLED = "handled"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class FourNo(enum.StrEnum):
    """The fees that organisations declare not to have (四个“无”)."""

    ENTERPRISE_FEES = "enterprise_fees"
    ADMINISTRATIVE_FEES = "administrative_fees"
    WIDENED_FEES = "widened_fees"
    OWN_STANDARDS = "own_standards"


class CleanUpCheckState(MatterState, frozen=True, kw_only=True):
    """One organisation in one clean-up."""

    state: CleanUpCheckPhase
    organization: Ref
    clean_up: Ref | None = None
    clean_up_kind: Code
    four_nos: bool | None = None
    """Whether it declared the four no's; None where it was not asked."""
    violations: tuple[FourNo, ...] = ()
    administrative_staff: Count | None = None
    """Administrative staff in leading posts; None where it was not asked."""
    problems: tuple[Code, ...] = ()
    late: bool = False
    rectification: Ref | None = None
    outcome: Code | None = None


clean_up_check = define_stream(
    "registry",
    "clean_up_check",
    en="Organisations in clean-ups.",
    zh="专项清理中的社会组织。",
    consumers=("registry", "notify", "console"),
    partitions=6,
    reassignable=False,
)


@clean_up_check.fact("opened", en="An organisation is to check itself.", zh="组织应开展自查。")
class CleanUpCheckOpened(Event, frozen=True, kw_only=True):
    """Opened by the organisation's home when it heard of the clean-up."""

    state: CleanUpCheckState


@clean_up_check.fact("extended", en="More time was given.", zh="自查延期。")
class CleanUpCheckExtended(Event, frozen=True, kw_only=True):
    """More time for its own check."""

    state: CleanUpCheckState


@clean_up_check.fact("self_checked", en="The organisation checked itself.", zh="组织完成自查自纠。")
class CleanUpCheckSelfChecked(Event, frozen=True, kw_only=True):
    """What it found and declared is in the state."""

    state: CleanUpCheckState


@clean_up_check.fact("returned", en="The self-check was returned.", zh="自查材料退回。")
class CleanUpCheckReturned(Event, frozen=True, kw_only=True):
    """To be checked again, with the items to be corrected."""

    state: CleanUpCheckState
    items: tuple[Code, ...] = ()


@clean_up_check.fact("reviewed", en="The supervisory unit reviewed it.", zh="业务主管单位完成清理审查。")
class CleanUpCheckReviewed(Event, frozen=True, kw_only=True):
    """Reviewed, with an opinion."""

    state: CleanUpCheckState
    opinion: Code


@clean_up_check.fact("handled", en="The authority dealt with it.", zh="登记管理机关整顿处理。")
class CleanUpCheckHandled(Event, frozen=True, kw_only=True):
    """Dealt with; the rectification in the state was opened."""

    state: CleanUpCheckState


@clean_up_check.fact("accepted", en="The organisation is in order.", zh="验收通过。")
class CleanUpCheckAccepted(Event, frozen=True, kw_only=True):
    """Accepted; the subject ends."""

    state: CleanUpCheckState


@clean_up_check.fact("closed", en="It ended unfinished.", zh="未完成、已结束。")
class CleanUpCheckClosed(Event, frozen=True, kw_only=True):
    """The clean-up is over, or the organisation is; the subject ends."""

    state: CleanUpCheckState
    reason: Code


@clean_up_check.fact("became_overdue", en="The self-check is late.", zh="自查逾期。")
class CleanUpCheckBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day passed without a self-check."""

    state: CleanUpCheckState
