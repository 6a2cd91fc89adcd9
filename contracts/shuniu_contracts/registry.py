"""Events of the registry: who exists, in what standing, who looks after them."""

from __future__ import annotations

import datetime
import enum

import msgspec

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    Code,
    Count,
    DeadlinePaused,
    DeadlineResumed,
    Division,
    DocumentNumber,
    Event,
    Fen,
    OrganizationText,
    PublicCode,
    Ref,
    State,
)
from shuniu_contracts.replay import REQUESTED_EN, REQUESTED_ZH, PresenceState, ReplayState, define_replay


class LegalForm(enum.StrEnum):
    """Legal form of an organisation; `none` is grass-roots, `unclassified` the residual of F02."""

    ASSOCIATION = "association"
    PRIVATE_NON_ENTERPRISE = "private_non_enterprise"
    FOUNDATION = "foundation"
    COMMUNITY_ORGANIZATION = "community_organization"
    NONE = "none"
    UNCLASSIFIED = "unclassified"


class LegalStatus(enum.StrEnum):
    """Legal status of an organisation."""

    CANDIDATE = "candidate"
    DISCOVERED = "discovered"
    FILED = "filed"
    REGISTERED = "registered"
    SUSPENDED = "suspended"
    DEREGISTERED = "deregistered"
    REVOKED = "revoked"
    DISSOLVED = "dissolved"


class HubLink(enum.StrEnum):
    """How an organisation stands to the hub (R13, R24)."""

    NONE = "none"
    LINKED = "linked"
    HUB_FILED = "hub_filed"
    IN_FIELD = "in_field"
    DIRECT = "direct"


class RegistrationRoute(enum.StrEnum):
    """How an organisation came to be registered (R11, R12, B02)."""

    HUB_ENDORSED = "hub_endorsed"
    DIRECT = "direct"
    DEPARTMENT = "department"
    UNKNOWN = "unknown"


class HubStanding(enum.StrEnum):
    """The hub's own judgement of an organisation, apart from the authority's credit listing."""

    GOOD = "good"
    UNDER_RECTIFICATION = "under_rectification"
    AT_RISK = "at_risk"


class Decoupling(enum.StrEnum):
    """How far an organisation has come from its administrative department (自查, 督办, 完成)."""

    NOT_BEGUN = "not_begun"
    SELF_CHECKED = "self_checked"
    PRESSED = "pressed"
    COMPLETED = "completed"


class CreditListing(enum.StrEnum):
    """The authority's list an organisation is on (活动异常名录, 严重违法失信名单)."""

    NONE = "none"
    ABNORMAL = "abnormal"
    SERIOUSLY_UNTRUSTWORTHY = "seriously_untrustworthy"


class Origin(enum.StrEnum):
    """What an organisation grew out of."""

    IN_HOUSE_PROJECT = "in_house_project"
    WOMENS_HOME = "womens_home"
    VOLUNTEER_TEAM = "volunteer_team"
    COMPANY = "company"
    CO_OPERATIVE = "co_operative"
    OWN_INITIATIVE = "own_initiative"
    OTHER = "other"


class Premises(enum.StrEnum):
    """Whose rooms an organisation works in; `shared` is 合署办公."""

    OWN = "own"
    SHARED = "shared"
    NONE = "none"


class OrganizationState(State, frozen=True, kw_only=True):
    """An organisation on its three axes (form, status, hub link) with its attributes."""

    name: OrganizationText
    legal_form: LegalForm
    legal_status: LegalStatus
    hub_link: HubLink = HubLink.NONE
    credit_code: PublicCode | None = None
    """Unified social credit code, 18 characters."""
    legacy_number: OrganizationText | None = None
    """Registration number from before 2016, as printed (`津滨社证字第000123号`)."""
    categories: tuple[PublicCode, ...] = ()
    department: Code | None = None
    """The hub's department that deals with it, by category routing (L10)."""
    nature: PublicCode | None = None
    functions: tuple[PublicCode, ...] = ()
    service_directions: tuple[PublicCode, ...] = ()
    target_groups: tuple[PublicCode, ...] = ()
    origin: Origin | None = None
    development_mode: Code | None = None
    premises: Premises | None = None
    staff_count: Count | None = None
    member_count: Count | None = None
    full_party_member_count: Count | None = None
    volunteer_count: Count | None = None
    supervisory_unit: Code | None = None
    """Professional supervisory unit (业务主管单位)."""
    supervisory_unit_name: OrganizationText | None = None
    registration_authority: Code | None = None
    registration_route: RegistrationRoute | None = None
    founded_on: datetime.date | None = None
    filed_on: datetime.date | None = None
    registered_on: datetime.date | None = None
    hub_filed_on: datetime.date | None = None
    linked_on: datetime.date | None = None
    decoupled_on: datetime.date | None = None
    decoupling: Decoupling = Decoupling.NOT_BEGUN
    administrative_staff: Count | None = None
    """Staff of the administration in its leadership, as the newest step of decoupling found it (R24)."""
    ended_on: datetime.date | None = None
    """The day of deregistration, revocation, dissolution or merger."""
    hub_standing: HubStanding = HubStanding.GOOD
    credit_listing: CreditListing = CreditListing.NONE
    credit_listed_on: datetime.date | None = None
    brands: tuple[OrganizationText, ...] = ()
    four_no_fees_declared: bool | None = None
    registered_capital_fen: Fen | None = None
    charity: bool | None = None
    source: Code | None = None
    """Whose list this fact was taken from (B07); none: from no other office's."""
    merged_into: Ref | None = None


class ApplicationStep(enum.StrEnum):
    """Where a registration application is."""

    CONSULTED = "consulted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ENDORSED = "endorsed"
    ENDORSEMENT_REFUSED = "endorsement_refused"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class FiledBy(enum.StrEnum):
    """Who filed something: the organisation with an account of its own, or somebody for it (代报)."""

    ORGANIZATION = "organization"
    ON_BEHALF = "on_behalf"


class RegistrationApplicationState(State, frozen=True, kw_only=True):
    """An application to be registered: where it is, the criteria it is measured by, its clock."""

    step: ApplicationStep
    organization: Ref | None = None
    """The organisation, where it is already known (filed or discovered)."""
    name: OrganizationText
    legal_form: LegalForm
    categories: tuple[PublicCode, ...] = ()
    route: RegistrationRoute = RegistrationRoute.HUB_ENDORSED
    department: Code | None = None
    supervisory_unit: Code | None = None
    criteria_version: Code | None = None
    criteria_met: tuple[Code, ...] = ()
    criteria_failed: tuple[Code, ...] = ()
    charter_template: Code | None = None
    charter_party_clause: bool | None = None
    full_party_member_count: Count | None = None
    submitted_on: datetime.date | None = None
    step_began_on: datetime.date | None = None
    step_due_on: datetime.date | None = None
    paused_on: datetime.date | None = None
    """Since when the clock stands still."""
    working_days_used: Count | None = None
    """Working days spent so far, without the days it lay with the applicant (B03)."""
    returned_times: Count = 0
    filed_by: FiledBy | None = None
    """Who entered the question or, since then, the last submission; none where that was not said."""


class OrganizationStanding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How an organisation stood on its axes from the day of a fact that was recorded late."""

    division: Division
    legal_form: LegalForm | None = None
    """None where it was not on the register yet."""
    legal_status: LegalStatus | None = None
    registration_route: RegistrationRoute | None = None
    hub_link: HubLink = HubLink.NONE
    decoupling: Decoupling = Decoupling.NOT_BEGUN


organization = define_stream(
    "registry",
    "organization",
    en="Social organisations and those on the way to becoming one.",
    zh="社会组织及其前身(摸底、备案、登记、变更、注销全程)。",
    consumers=("registry", "grants", "partybuild", "notify", "console"),
    partitions=6,
)
registration_application = define_stream(
    "registry",
    "registration_application",
    en="Applications to be registered, from submission to the authority's answer.",
    zh="登记申请:从提交、初审到登记管理机关答复。",
    consumers=("partybuild", "notify", "console"),
)
replay = define_replay("registry")


@organization.fact(
    "nominated",
    en="An in-house project became a candidate for an organisation.",
    zh="项目列为拟成立组织的培育对象。",
)
class OrganizationNominated(Event, frozen=True, kw_only=True):
    """A project that is to become an organisation (规范提升)."""

    state: OrganizationState


@organization.fact("discovered", en="An organisation was found in the field census.", zh="摸底发现一家组织。")
class OrganizationDiscovered(Event, frozen=True, kw_only=True):
    """Found by the census (摸底)."""

    state: OrganizationState


@organization.fact("filed", en="An organisation was filed with the community.", zh="组织办理了社区备案。")
class OrganizationFiled(Event, frozen=True, kw_only=True):
    """Filed (备案): no legal personality."""

    state: OrganizationState
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact("hub_filed", en="An organisation was filed with the hub.", zh="组织在枢纽型组织备案。")
class OrganizationHubFiled(Event, frozen=True, kw_only=True):
    """Filed with the hub (备案制), also for registered ones."""

    state: OrganizationState
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact(
    "registered", en="The authority registered an organisation.", zh="登记管理机关准予组织登记。"
)
class OrganizationRegistered(Event, frozen=True, kw_only=True):
    """Registered (登记), by which route."""

    state: OrganizationState
    route: RegistrationRoute
    application: Ref | None = None
    """The application that was endorsed, or submitted where it is registered directly."""
    endorsement: DocumentNumber | None = None
    """Number of the hub's opinion, where its pre-review was on paper (R11)."""
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact(
    "details_changed", en="Attributes of an organisation changed.", zh="组织的登记事项或资料有变更。"
)
class OrganizationDetailsChanged(Event, frozen=True, kw_only=True):
    """The named fields of the state have new values."""

    state: OrganizationState
    fields: tuple[Code, ...]
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact(
    "relocated",
    en="An organisation moved to another division of its stack.",
    zh="组织迁至辖区内其他行政区划。",
)
class OrganizationRelocated(Event, frozen=True, kw_only=True):
    """It moved on `effective_on`; what is counted by division for days before stays where it was."""

    state: OrganizationState
    previous: Division
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


class OrganizationEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an organisation was entered with."""

    division: Division
    filed_on: datetime.date | None = None
    registered_on: datetime.date | None = None
    registration_route: RegistrationRoute | None = None
    legal_status: LegalStatus | None = None
    """Since 1.1."""
    ended_on: datetime.date | None = None
    """Since 1.1."""


@organization.fact(
    "corrected",
    en="What an organisation was entered with was wrong, and is put right.",
    zh="更正组织的录入事实。",
    minor=1,
)
class OrganizationCorrected(Event, frozen=True, kw_only=True):
    """A fact was never so: figures of past days are what they should have been. `effective_on` is the day on
    which it was put right. Of one that has ended the state still says so, unless the end was the mistake."""

    state: OrganizationState
    fields: tuple[Code, ...]
    previous: OrganizationEntry
    """As it was on record."""
    reason: Code


@organization.fact("linked", en="The hub linked an organisation.", zh="枢纽型组织与该组织建立联系。")
class OrganizationLinked(Event, frozen=True, kw_only=True):
    """Linked (联系), in the field or directly managed, as the state says (R13)."""

    state: OrganizationState
    previous: HubLink = HubLink.NONE
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact(
    "decoupled", en="An organisation was decoupled from its department.", zh="组织与行政部门脱钩。"
)
class OrganizationDecoupled(Event, frozen=True, kw_only=True):
    """No administrative staff is left in its leadership (R24)."""

    state: OrganizationState
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact(
    "supervision_changed",
    en="Another body became the professional supervisory unit.",
    zh="业务主管单位变更。",
)
class OrganizationSupervisionChanged(Event, frozen=True, kw_only=True):
    """The professional supervisory unit changed."""

    state: OrganizationState
    previous: Code | None = None


class StandingDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """The hub's standing of an organisation from a day on."""

    effective_on: datetime.date
    standing: HubStanding


class ListingDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """The authority's list that an organisation is on from a day on."""

    effective_on: datetime.date
    listing: CreditListing


class StandingReason(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record that is open and weighs on an organisation's standing."""

    kind: Code
    """What it is, as its stream is called: `rectification`, `risk`, `emergency_pause`."""
    record: Ref


@organization.fact(
    "hub_standing_changed",
    en="The hub changed its judgement of an organisation.",
    zh="枢纽型组织对该组织的评判有变化。",
    minor=3,
)
class OrganizationHubStandingChanged(Event, frozen=True, kw_only=True):
    """The hub's own standing changed: by what is open, or by a judgement with its ground as a code."""

    state: OrganizationState
    previous: HubStanding
    ground: Code | None = None
    reasons: tuple[StandingReason, ...] = ()
    """What was open then and weighed; since 1.1."""
    evidence: Code | None = None
    """Number of the papers that the judgement rests on; since 1.2."""
    course: tuple[StandingDay, ...] = ()
    """How it stood from which day on, all days in order, where it is not simply as before until
    `effective_on` and since then as the state says: a judgement or a record was entered late; since 1.3."""


@organization.fact(
    "credit_listing_changed",
    en="An organisation came onto an authority's list, or off it.",
    zh="组织被列入或移出信用名录。",
    minor=1,
)
class OrganizationCreditListingChanged(Event, frozen=True, kw_only=True):
    """The home applied an authority's decision: the state says the list, none where it is off it."""

    state: OrganizationState
    previous: CreditListing
    decision: Ref | None = None
    grounds: tuple[Code, ...] = ()
    course: tuple[ListingDay, ...] = ()
    """Which list it was on from which day on, all days in order, where it is not simply as before until
    `effective_on` and since then as the state says: a decision was entered late or put right; since 1.1."""


@organization.fact(
    "suspended", en="An organisation was ordered to stop its activities.", zh="组织被责令停止活动。"
)
class OrganizationSuspended(Event, frozen=True, kw_only=True):
    """Suspended by the authority, until a day if one was set."""

    state: OrganizationState
    until: datetime.date | None = None
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact(
    "resumed", en="A suspended organisation may work again.", zh="被责令停止活动的组织恢复活动。"
)
class OrganizationResumed(Event, frozen=True, kw_only=True):
    """The suspension ended; it is registered as before."""

    state: OrganizationState
    then: OrganizationStanding | None = None
    """How it stood from `effective_on` on, where later facts have it otherwise in the state."""


@organization.fact("deregistered", en="An organisation was deregistered.", zh="组织注销登记。")
class OrganizationDeregistered(Event, frozen=True, kw_only=True):
    """Deregistered (注销); the subject ends."""

    state: OrganizationState


@organization.fact("revoked", en="An organisation's registration was revoked.", zh="组织被撤销登记。")
class OrganizationRevoked(Event, frozen=True, kw_only=True):
    """Revoked (撤销); the subject ends."""

    state: OrganizationState


@organization.fact("dissolved", en="An unregistered organisation dissolved.", zh="未登记的组织解散。")
class OrganizationDissolved(Event, frozen=True, kw_only=True):
    """Dissolved without having been registered; the subject ends."""

    state: OrganizationState


@organization.fact(
    "merged", en="A record was merged into another; this one ends.", zh="该记录并入另一记录,本记录终止。"
)
class OrganizationMerged(Event, frozen=True, kw_only=True):
    """The loser of a merge: consumers keep its id as an alias of `into`."""

    state: OrganizationState
    into: Ref


@organization.fact("absorbed", en="A record took in a duplicate of itself.", zh="该记录吸收了重复的记录。")
class OrganizationAbsorbed(Event, frozen=True, kw_only=True):
    """The survivor of a merge, with the record it took in."""

    state: OrganizationState
    absorbed: Ref


@registration_application.fact(
    "consulted", en="An applicant asked how to register.", zh="就登记事项提出咨询。"
)
class RegistrationApplicationConsulted(Event, frozen=True, kw_only=True):
    """Consulted online before anything is submitted (B03)."""

    state: RegistrationApplicationState


@registration_application.fact(
    "submitted", en="A registration application was submitted.", zh="提交登记申请。"
)
class RegistrationApplicationSubmitted(Event, frozen=True, kw_only=True):
    """Submitted, or submitted again after it was returned."""

    state: RegistrationApplicationState


@registration_application.fact(
    "returned", en="An application went back to be completed.", zh="登记申请退回补正。"
)
class RegistrationApplicationReturned(Event, frozen=True, kw_only=True):
    """Returned for completion of the named items."""

    state: RegistrationApplicationState
    items: tuple[Code, ...] = ()


@registration_application.fact(
    "endorsed", en="The hub endorsed an application.", zh="枢纽型组织业务初审通过。"
)
class RegistrationApplicationEndorsed(Event, frozen=True, kw_only=True):
    """The hub's pre-review (业务初审) is positive."""

    state: RegistrationApplicationState


@registration_application.fact(
    "endorsement_refused", en="The hub refused to endorse an application.", zh="枢纽型组织业务初审不通过。"
)
class RegistrationApplicationEndorsementRefused(Event, frozen=True, kw_only=True):
    """Refused: the criteria failed and the reasons are mandatory (R11, T03)."""

    state: RegistrationApplicationState
    criteria_failed: tuple[Code, ...]
    reasons: tuple[Code, ...]


@registration_application.fact("denied", en="The authority denied registration.", zh="登记管理机关不予登记。")
class RegistrationApplicationDenied(Event, frozen=True, kw_only=True):
    """Denied by the registration authority."""

    state: RegistrationApplicationState
    reasons: tuple[Code, ...] = ()


@registration_application.fact(
    "withdrawn", en="The applicant withdrew the application.", zh="申请人撤回登记申请。"
)
class RegistrationApplicationWithdrawn(Event, frozen=True, kw_only=True):
    """Withdrawn by the applicant; the subject ends."""

    state: RegistrationApplicationState


@registration_application.fact(
    "became_overdue", en="The step an application is in passed its day.", zh="登记申请当前环节逾期。"
)
class RegistrationApplicationBecameOverdue(Event, frozen=True, kw_only=True):
    """The working days for the step in hand ran out (B03), once per deadline."""

    state: RegistrationApplicationState
    due_on: datetime.date
    rule: Code


@registration_application.fact(
    "rescheduled",
    en="The day by which an application's step is due moved with the calendar of working days.",
    zh="登记申请当前环节的期限随工作日历调整。",
)
class RegistrationApplicationRescheduled(Event, frozen=True, kw_only=True):
    """The calendar of the year became known after the step had begun, and its day moved."""

    state: RegistrationApplicationState
    previous_due_on: datetime.date
    rule: Code


@registration_application.fact(
    "deadline_paused", en="The clock of an application stands still.", zh="登记申请期限暂停计算。"
)
class RegistrationApplicationDeadlinePaused(DeadlinePaused, frozen=True, kw_only=True):
    """The organisation must stand still, and so does the clock of its application."""

    state: RegistrationApplicationState


@registration_application.fact(
    "deadline_resumed", en="The clock of an application runs again.", zh="登记申请期限恢复计算。"
)
class RegistrationApplicationDeadlineResumed(DeadlineResumed, frozen=True, kw_only=True):
    """It runs again with the working days that were left; the state has the new day."""

    state: RegistrationApplicationState


@registration_application.fact("closed", en="An application ended with registration.", zh="登记申请办结。")
class RegistrationApplicationClosed(Event, frozen=True, kw_only=True):
    """Closed because the organisation stands in the register; the subject ends."""

    state: RegistrationApplicationState
    registered: Ref | None = None


@replay.fact("requested", en=REQUESTED_EN, zh=REQUESTED_ZH)
class ReplayRequested(Event, frozen=True, kw_only=True):
    """A gap was seen by the registry."""

    state: ReplayState


@replay.fact(
    "announced",
    en="A stack that is joined to others is there; the same event is sent again every minute, so that "
    "silence means that the stack or the line is down.",
    zh="与上下级相连的栈在运行;同一事件每分钟重发一次,收不到即说明该栈或线路中断。",
)
class ReplayAnnounced(Event, frozen=True, kw_only=True):
    """The stack is there, and answers requests for a replay."""

    state: PresenceState
