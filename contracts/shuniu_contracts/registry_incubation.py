"""Events of the registry: bases, intakes, stays and what is done for those who stay."""

from __future__ import annotations

import datetime
import enum

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    Code,
    Count,
    Event,
    Fen,
    MatterState,
    Money,
    OrganizationText,
    Overdue,
    PublicCode,
    Ref,
    Rescheduled,
    Year,
)
from shuniu_contracts.registry import LegalForm


class BaseLevel(enum.StrEnum):
    """Whose base it is: of an area (city or district), a functional zone, a street, a community."""

    AREA = "area"
    ZONE = "zone"
    STREET = "street"
    COMMUNITY = "community"


class BasePhase(enum.StrEnum):
    """Whether a base works."""

    OPEN = "open"
    CLOSED = "closed"


class BaseState(MatterState, frozen=True, kw_only=True):
    """A place where organisations are incubated (孵化基地): level, focus, places and how many are taken."""

    state: BasePhase
    name: OrganizationText
    level: BaseLevel
    focus: tuple[PublicCode, ...] = ()
    """What it is for first (分别侧重)."""
    departments: tuple[Code, ...] = ()
    capacity: Count
    occupied: Count = 0
    """Places given to organisations that were selected and have not left; never more than `capacity`."""


base = define_stream(
    "registry",
    "base",
    en="Incubation bases with their places.",
    zh="孵化基地及其席位。",
    consumers=("registry", "console"),
    partitions=3,
)


@base.fact("opened", en="An incubation base opened.", zh="孵化基地启用。")
class BaseOpened(Event, frozen=True, kw_only=True):
    """Opened."""

    state: BaseState


@base.fact("changed", en="A base changed.", zh="孵化基地信息变更。")
class BaseChanged(Event, frozen=True, kw_only=True):
    """Another name, focus, set of departments or number of places."""

    state: BaseState


@base.fact("place_given", en="A place was given to an organisation.", zh="分配孵化席位。")
class BasePlaceGiven(Event, frozen=True, kw_only=True):
    """A place is taken from the selection on."""

    state: BaseState
    stay: Ref


@base.fact("place_released", en="A place became free.", zh="腾退孵化席位。")
class BasePlaceReleased(Event, frozen=True, kw_only=True):
    """The organisation graduated or left."""

    state: BaseState
    stay: Ref


@base.fact("closed", en="A base closed.", zh="孵化基地停用。")
class BaseClosed(Event, frozen=True, kw_only=True):
    """Closed, with nobody in it; the subject ends."""

    state: BaseState


class IntakePhase(enum.StrEnum):
    """Whether an intake takes applications."""

    CALLED = "called"
    CLOSED = "closed"


class IntakeState(MatterState, frozen=True, kw_only=True):
    """One intake (批次) of a base; `due_on` is the last day for applications."""

    state: IntakePhase
    base: Ref
    number: Count
    title: OrganizationText
    places: Count
    """How many organisations are wanted."""


intake = define_stream(
    "registry",
    "intake",
    en="Intakes of incubation bases.",
    zh="孵化批次。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@intake.fact("called", en="A base called for applications.", zh="征集入驻组织。")
class IntakeCalled(Event, frozen=True, kw_only=True):
    """Called."""

    state: IntakeState


@intake.fact("extended", en="An intake was given more time.", zh="延长征集期限。")
class IntakeExtended(Event, frozen=True, kw_only=True):
    """Applications are taken until a later day."""

    state: IntakeState


@intake.fact("closed", en="An intake closed.", zh="征集截止。")
class IntakeClosed(Event, frozen=True, kw_only=True):
    """No further applications, by its last day or before; the subject ends."""

    state: IntakeState


class StayPhase(enum.StrEnum):
    """Where a stay is."""

    APPLIED = "applied"
    SCREENED = "screened"
    REJECTED = "rejected"
    AGREEMENT_SIGNED = "agreement_signed"
    STARTED = "started"
    RENEWED = "renewed"
    GRADUATED = "graduated"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


class StayState(MatterState, frozen=True, kw_only=True):
    """One organisation's stay in a base, from its application to its leaving."""

    state: StayPhase
    organization: Ref
    base: Ref
    intake: Ref | None = None
    origin: PublicCode | None = None
    """What the organisation grew from, as it was when it applied."""
    screened_on: datetime.date | None = None
    services: tuple[PublicCode, ...] = ()
    """What the agreement promises (服务内容)."""
    signed_on: datetime.date | None = None
    begins_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    """The agreement's period (服务时间)."""
    renewal_due_on: datetime.date | None = None
    """When to settle whether it is renewed."""
    renewals: Count = 0
    started_on: datetime.date | None = None
    subsidy_requested_fen: Fen = 0
    """Small subsidies asked for so far."""


stay = define_stream(
    "registry",
    "stay",
    en="Stays of organisations in incubation bases.",
    zh="社会组织入驻孵化。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
)


@stay.fact("applied", en="An organisation applied for a place.", zh="申请入驻。")
class StayApplied(Event, frozen=True, kw_only=True):
    """Applied, within an intake where there is one."""

    state: StayState


@stay.fact("screened", en="An organisation was selected.", zh="筛选入园。")
class StayScreened(Event, frozen=True, kw_only=True):
    """Selected: it has a place."""

    state: StayState


@stay.fact("rejected", en="An organisation was not selected.", zh="未入选。")
class StayRejected(Event, frozen=True, kw_only=True):
    """Not selected; the subject ends."""

    state: StayState
    reason: Code


@stay.fact("agreement_signed", en="The agreement was signed.", zh="签订入驻协议。")
class StayAgreementSigned(Event, frozen=True, kw_only=True):
    """Signed, with content, standard and period."""

    state: StayState


@stay.fact("started", en="An organisation moved in.", zh="入园孵化。")
class StayStarted(Event, frozen=True, kw_only=True):
    """Incubation began."""

    state: StayState


@stay.fact("renewed", en="The agreement was renewed.", zh="续签入驻协议。")
class StayRenewed(Event, frozen=True, kw_only=True):
    """Renewed until a later day."""

    state: StayState


@stay.fact("renewal_fell_due", en="It is time to settle the renewal.", zh="应商定是否续签。")
class StayRenewalFellDue(Overdue, frozen=True, kw_only=True):
    """Some days before the agreement's end."""

    state: StayState


@stay.fact("subsidy_requested", en="A small subsidy was requested.", zh="申请小额补贴。")
class StaySubsidyRequested(Event, frozen=True, kw_only=True):
    """The money is another service's: whoever pays takes the amount from here."""

    state: StayState
    amount: Money
    purpose: Code


@stay.fact("graduated", en="An organisation graduated.", zh="孵化出壳。")
class StayGraduated(Event, frozen=True, kw_only=True):
    """Graduated (出壳); its place is free; the subject ends."""

    state: StayState


@stay.fact("withdrawn", en="An organisation withdrew.", zh="主动退出。")
class StayWithdrawn(Event, frozen=True, kw_only=True):
    """Withdrawn by the organisation; the subject ends."""

    state: StayState
    reason: Code


@stay.fact("terminated", en="The base ended a stay.", zh="终止入驻。")
class StayTerminated(Event, frozen=True, kw_only=True):
    """Terminated by the base; the subject ends."""

    state: StayState
    reason: Code


@stay.fact("became_overdue", en="A deadline of a stay passed.", zh="入驻事项逾期。")
class StayBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The rule says which: selection, agreement, or an agreement that ran out."""

    state: StayState


@stay.fact("rescheduled", en="A new calendar moved a deadline.", zh="日历公布,期限调整。")
class StayRescheduled(Rescheduled, frozen=True, kw_only=True):
    """A deadline that counts in working days moved."""

    state: StayState


class ServiceSide(enum.StrEnum):
    """Who says that a service was given."""

    BASE = "base"
    ORGANIZATION = "organization"


class ServiceEntryPhase(enum.StrEnum):
    """How far a line of the service log is agreed upon."""

    RECORDED = "recorded"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class ServiceEntryState(MatterState, frozen=True, kw_only=True):
    """One line of the service log of a stay; `opened_on` is the day of the service."""

    state: ServiceEntryPhase
    organization: Ref
    stay: Ref
    base: Ref
    service: PublicCode
    written_by: ServiceSide
    """The side that wrote the line and stands for it; the other one confirms."""
    promised: bool = True
    """Whether the agreement has this service."""
    hours: Count = 0
    people: Count = 0
    """How many of the organisation were served, in person-times."""
    confirmed_on: datetime.date | None = None
    on_paper: bool | None = None
    """Whether the organisation spoke on paper that the staff entered, not with an account of its own; none
    before it has spoken."""


service_entry = define_stream(
    "registry",
    "service_entry",
    en="The service log of stays, confirmed by both sides.",
    zh="入驻服务记录,双方确认。",
    consumers=("registry", "notify", "console"),
    partitions=3,
    reassignable=False,
)


@service_entry.fact("recorded", en="A service was recorded.", zh="登记服务。")
class ServiceEntryRecorded(Event, frozen=True, kw_only=True):
    """One side says that a service was given."""

    state: ServiceEntryState


@service_entry.fact("confirmed", en="The other side confirmed a service.", zh="对方确认服务。")
class ServiceEntryConfirmed(Event, frozen=True, kw_only=True):
    """Both sides say so; the subject ends."""

    state: ServiceEntryState


@service_entry.fact("disputed", en="The other side disputed a service.", zh="对方对服务有异议。")
class ServiceEntryDisputed(Event, frozen=True, kw_only=True):
    """It was not as recorded."""

    state: ServiceEntryState
    reason: Code


@service_entry.fact("corrected", en="A recorded service was corrected.", zh="更正服务记录。")
class ServiceEntryCorrected(Event, frozen=True, kw_only=True):
    """As it is recorded now; the other side confirms anew."""

    state: ServiceEntryState


@service_entry.fact("cancelled", en="A recorded service was taken back.", zh="撤销服务记录。")
class ServiceEntryCancelled(Event, frozen=True, kw_only=True):
    """There was none; the subject ends."""

    state: ServiceEntryState


@service_entry.fact("became_overdue", en="A service waits for its confirmation.", zh="服务逾期未确认。")
class ServiceEntryBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The other side has not answered in time."""

    state: ServiceEntryState


@service_entry.fact("rescheduled", en="A new calendar moved a deadline.", zh="日历公布,期限调整。")
class ServiceEntryRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The day for the confirmation counts in working days and moved."""

    state: ServiceEntryState


class OperatorContractPhase(enum.StrEnum):
    """Whether a contract is in force."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class OperatorContractState(MatterState, frozen=True, kw_only=True):
    """Who runs a base by contract (合作协议书), bought as a project, and what was done under it."""

    state: OperatorContractPhase
    base: Ref
    operator: Ref
    """The organisation that runs the base."""
    services: tuple[PublicCode, ...]
    project: Ref | None = None
    """The project by which it was bought."""
    amount_fen: Fen = 0
    begins_on: datetime.date
    ends_on: datetime.date
    services_logged: Count = 0
    hours: Count = 0
    organizations_served: Count = 0
    """In organisation-times: an organisation served twice counts twice."""
    reviews: Count = 0
    reviewed_on: datetime.date | None = None
    result: Code | None = None
    """Of the last yearly review (年审)."""


operator_contract = define_stream(
    "registry",
    "operator_contract",
    en="Contracts by which bases are run, with yearly reviews.",
    zh="孵化基地运营合同及年审。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
)


@operator_contract.fact("signed", en="A contract to run a base was signed.", zh="签订基地运营合同。")
class OperatorContractSigned(Event, frozen=True, kw_only=True):
    """Signed."""

    state: OperatorContractState


@operator_contract.fact("service_logged", en="The operator logged a service.", zh="登记运营服务。")
class OperatorContractServiceLogged(Event, frozen=True, kw_only=True):
    """What was done under the contract."""

    state: OperatorContractState
    service: PublicCode
    hours: Count = 0
    organizations: Count = 0


@operator_contract.fact("reviewed", en="A year under the contract was reviewed.", zh="运营合同年审。")
class OperatorContractReviewed(Event, frozen=True, kw_only=True):
    """Reviewed, with the result."""

    state: OperatorContractState


@operator_contract.fact("renewed", en="A contract was renewed.", zh="续签运营合同。")
class OperatorContractRenewed(Event, frozen=True, kw_only=True):
    """It ends later."""

    state: OperatorContractState


@operator_contract.fact("expired", en="A contract ran out.", zh="运营合同到期。")
class OperatorContractExpired(Event, frozen=True, kw_only=True):
    """Its last day passed; the subject ends."""

    state: OperatorContractState


@operator_contract.fact("terminated", en="A contract was ended early.", zh="提前终止运营合同。")
class OperatorContractTerminated(Event, frozen=True, kw_only=True):
    """Terminated; the subject ends."""

    state: OperatorContractState
    reason: Code


@operator_contract.fact("became_overdue", en="A yearly review is overdue.", zh="运营合同年审逾期。")
class OperatorContractBecameOverdue(Overdue, frozen=True, kw_only=True):
    """A year passed without its review."""

    state: OperatorContractState


class BaseCasePhase(enum.StrEnum):
    """Where a case of a base is."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class BaseCaseState(MatterState, frozen=True, kw_only=True):
    """Something that an organisation wants of a department of a base; who deals with it is its owner."""

    state: BaseCasePhase
    base: Ref
    department: Code
    topic: Code
    organization: Ref | None = None
    transfers: Count = 0
    result: Code | None = None


base_case = define_stream(
    "registry",
    "base_case",
    en="Cases in the queues of a base's departments.",
    zh="孵化基地各部门办理事项。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@base_case.fact("queued", en="A case came to a department.", zh="事项进入部门。")
class BaseCaseQueued(Event, frozen=True, kw_only=True):
    """It waits in the department's queue."""

    state: BaseCaseState


@base_case.fact("accepted", en="Somebody took a case.", zh="承办事项。")
class BaseCaseAccepted(Event, frozen=True, kw_only=True):
    """Somebody of the department deals with it."""

    state: BaseCaseState


@base_case.fact("transferred", en="A case went to another department.", zh="事项转其他部门。")
class BaseCaseTransferred(Event, frozen=True, kw_only=True):
    """It waits in the other queue; the clock goes on."""

    state: BaseCaseState


@base_case.fact("closed", en="A case was closed.", zh="事项办结。")
class BaseCaseClosed(Event, frozen=True, kw_only=True):
    """Closed, with the result; the subject ends."""

    state: BaseCaseState


@base_case.fact("became_overdue", en="A case is overdue.", zh="事项逾期。")
class BaseCaseBecameOverdue(Overdue, frozen=True, kw_only=True):
    """It was not closed in time."""

    state: BaseCaseState


@base_case.fact("rescheduled", en="A new calendar moved a deadline.", zh="日历公布,期限调整。")
class BaseCaseRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: BaseCaseState


class CultivationPhase(enum.StrEnum):
    """Whether an organisation is being cultivated."""

    LISTED = "listed"
    ACHIEVED = "achieved"
    REMOVED = "removed"


class CultivationState(MatterState, frozen=True, kw_only=True):
    """One organisation on a year's cultivation list (分类培育): its class, and from which stage to which."""

    state: CultivationPhase
    organization: Ref
    year: Year
    cultivation_path: Code
    """What it is cultivated to be: a standing organisation, a brand."""
    cultivation_class: Code
    stage: Code
    target_stage: Code
    measures: tuple[Code, ...] = ()
    reviews: Count = 0
    reviewed_on: datetime.date | None = None


cultivation = define_stream(
    "registry",
    "cultivation",
    en="Cultivation lists by class, stage and review.",
    zh="社会组织分类培育名单。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@cultivation.fact("listed", en="An organisation was put on the cultivation list.", zh="列入培育名单。")
class CultivationListed(Event, frozen=True, kw_only=True):
    """Listed."""

    state: CultivationState


@cultivation.fact("reviewed", en="A cultivation was reviewed.", zh="培育进展复核。")
class CultivationReviewed(Event, frozen=True, kw_only=True):
    """How far the organisation has come; the next review has its day."""

    state: CultivationState


@cultivation.fact("reclassified", en="An organisation changed its class.", zh="调整培育类别。")
class CultivationReclassified(Event, frozen=True, kw_only=True):
    """Another class, and so another interval of reviews."""

    state: CultivationState
    previous_class: Code


@cultivation.fact("achieved", en="The target stage was reached.", zh="达到培育目标。")
class CultivationAchieved(Event, frozen=True, kw_only=True):
    """Achieved; the subject ends."""

    state: CultivationState


@cultivation.fact("removed", en="An organisation was taken off the list.", zh="移出培育名单。")
class CultivationRemoved(Event, frozen=True, kw_only=True):
    """Removed; the subject ends."""

    state: CultivationState
    reason: Code


@cultivation.fact("became_overdue", en="A review of a cultivation is overdue.", zh="培育复核逾期。")
class CultivationBecameOverdue(Overdue, frozen=True, kw_only=True):
    """Nobody looked at it in time."""

    state: CultivationState


class SupportPhase(enum.StrEnum):
    """What became of a support record."""

    GIVEN = "given"
    FOLLOWED_UP = "followed_up"
    REVOKED = "revoked"


class SupportState(MatterState, frozen=True, kw_only=True):
    """Help to an organisation outside a stay (技术支持); `opened_on` is the day it was given."""

    state: SupportPhase
    organization: Ref
    legal_form: LegalForm
    """As it was that day."""
    support_kind: PublicCode
    provider: Code | None = None
    """The body that helped."""
    provider_organization: Ref | None = None
    hours: Count = 0
    people: Count = 0
    amount_fen: Fen = 0
    """Money that the help was worth; paid and booked elsewhere."""
    effect: Code | None = None
    """What was seen of it later."""


support = define_stream(
    "registry",
    "support",
    en="Help to organisations outside a stay.",
    zh="入驻以外的扶持记录。",
    consumers=("registry", "console"),
    partitions=3,
    reassignable=False,
)


@support.fact("given", en="An organisation was helped.", zh="提供扶持。")
class SupportGiven(Event, frozen=True, kw_only=True):
    """Given on the day that the state opens with."""

    state: SupportState


@support.fact("corrected", en="A support record was corrected.", zh="更正扶持记录。")
class SupportCorrected(Event, frozen=True, kw_only=True):
    """As it is recorded now."""

    state: SupportState


@support.fact("followed_up", en="The effect of help was looked at.", zh="回访扶持成效。")
class SupportFollowedUp(Event, frozen=True, kw_only=True):
    """Followed up; the subject ends."""

    state: SupportState


@support.fact("revoked", en="A support record was taken back.", zh="撤销扶持记录。")
class SupportRevoked(Event, frozen=True, kw_only=True):
    """There was no such help; the subject ends."""

    state: SupportState
    reason: Code


class GuidancePhase(enum.StrEnum):
    """Where guidance is: before, during, after what it is about; or over."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    CONCLUDED = "concluded"
    DROPPED = "dropped"


class GuidanceState(MatterState, frozen=True, kw_only=True):
    """Guidance of one organisation in three phases (事前服务指导、事中参与管理、事后跟踪考评)."""

    state: GuidancePhase
    organization: Ref
    topic: Code
    """What it is about: a project, an activity, the yearly inspection."""
    cultivation_class: Code
    """Class guidance (分类指导): the class says how often."""
    before_sessions: Count = 0
    during_sessions: Count = 0
    after_sessions: Count = 0
    hours: Count = 0
    last_on: datetime.date | None = None
    result: Code | None = None


guidance = define_stream(
    "registry",
    "guidance",
    en="Guidance of organisations before, during and after.",
    zh="事前、事中、事后指导。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@guidance.fact("opened", en="Guidance of an organisation began.", zh="开始指导。")
class GuidanceOpened(Event, frozen=True, kw_only=True):
    """Opened: it is before what it is about."""

    state: GuidanceState


@guidance.fact("session_given", en="An organisation was guided.", zh="给予指导。")
class GuidanceSessionGiven(Event, frozen=True, kw_only=True):
    """One entry; the state says in which phase."""

    state: GuidanceState
    manner: Code


@guidance.fact("moved_on", en="Guidance went into its next phase.", zh="指导进入下一阶段。")
class GuidanceMovedOn(Event, frozen=True, kw_only=True):
    """From before to during, or from during to after."""

    state: GuidanceState


@guidance.fact("concluded", en="Guidance was concluded with an assessment.", zh="跟踪考评后办结。")
class GuidanceConcluded(Event, frozen=True, kw_only=True):
    """Concluded; the subject ends."""

    state: GuidanceState


@guidance.fact("dropped", en="Guidance was dropped.", zh="指导终止。")
class GuidanceDropped(Event, frozen=True, kw_only=True):
    """What it was about does not take place; the subject ends."""

    state: GuidanceState
    reason: Code


@guidance.fact("became_overdue", en="The next guidance is overdue.", zh="指导逾期。")
class GuidanceBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The class asks for guidance more often."""

    state: GuidanceState
