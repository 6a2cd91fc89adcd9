"""Events of the registry's hub bodies and the people and papers around them."""

from __future__ import annotations

import datetime
import enum

import msgspec

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import (
    Code,
    Count,
    Division,
    DocumentNumber,
    Event,
    Fen,
    Id,
    MatterState,
    Money,
    OrganizationText,
    Overdue,
    PersonId,
    PublicCode,
    Ref,
    Rescheduled,
)


class HubPhase(enum.StrEnum):
    """Whether a hub is recognised."""

    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


class HubForm(enum.StrEnum):
    """What kind of body a hub is."""

    MASS_ORGANIZATION = "mass_organization"
    """A women's federation and its like (群团组织)."""
    FEDERATION = "federation"
    """A federation of the social organisations of a street or town (社会组织联合会)."""
    HEADQUARTERS = "headquarters"
    """A hub headquarters (枢纽总部)."""
    PUBLIC_INSTITUTION = "public_institution"
    OTHER = "other"


class Recognition(enum.StrEnum):
    """What a hub's standing rests on: 合法登记或政府部门认定."""

    LEGAL_REGISTRATION = "legal_registration"
    GOVERNMENT = "government"


class HubDuty(enum.StrEnum):
    """The five duties of a hub (LUOHU A4.2)."""

    INCUBATION = "incubation"
    COORDINATION = "coordination"
    SELF_GOVERNANCE = "self_governance"
    SHARED_SERVICES = "shared_services"
    PARTY_AND_LEAGUE = "party_and_league"


class SixHave(enum.StrEnum):
    """What a hub has to have (六有, TONGZHOU A4.6)."""

    RESPONSIBILITY = "responsibility"
    DEPARTMENT = "department"
    RULES = "rules"
    PARTY_COVERAGE = "party_coverage"
    SERVICE_SYSTEM = "service_system"
    BRANDS = "brands"


class GroupRole(enum.StrEnum):
    """Roles in a lead group (领导小组)."""

    HEAD = "head"
    DEPUTY = "deputy"
    MEMBER = "member"
    OFFICE = "office"


class HubPost(msgspec.Struct, frozen=True, omit_defaults=True):
    """A member of the lead group by the post that makes them one (各街道妇联主席), whoever holds it."""

    role: GroupRole
    post: Code
    division: Division | None = None
    """Where the post is, if elsewhere than the hub."""
    person: PersonId | None = None


class HubDepartment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A section of the hub, its duties, and who answers for it."""

    code: Code
    duties: tuple[Code, ...] = ()
    person: PersonId | None = None


class HubRoute(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which section deals with a category of organisations (R09)."""

    category: PublicCode
    department: Code


class HubState(MatterState, frozen=True, kw_only=True):
    """A hub-type social organisation: what it rests on, its sections, its lead group, what it has."""

    state: HubPhase
    name: OrganizationText
    body: Code
    """The code under which its meetings, tasks and reports name it."""
    form: HubForm
    recognition: Recognition
    recognised_by: Code | None = None
    document_number: DocumentNumber | None = None
    organization: Ref | None = None
    """The hub's own registration, where it is a registered organisation."""
    name_plates: tuple[OrganizationText, ...] = ()
    """Further names of the same staff (两套牌子一套人马)."""
    fields: tuple[PublicCode, ...] = ()
    """Categories whose organisations it leads; none: all."""
    departments: tuple[HubDepartment, ...] = ()
    routes: tuple[HubRoute, ...] = ()
    lead_group: tuple[HubPost, ...] = ()
    duties: tuple[HubDuty, ...] = ()
    six_haves: tuple[SixHave, ...] = ()
    """What it had at the last self-check."""
    six_haves_assessed_on: datetime.date | None = None


hub = define_stream(
    "registry",
    "hub",
    en="Hub bodies: recognition, sections, lead group, self-check.",
    zh="枢纽型社会组织：认定、部门、领导小组、“六有”自查。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@hub.fact("recognised", en="A body was recognised as a hub.", zh="认定枢纽型社会组织。")
class HubRecognised(Event, frozen=True, kw_only=True):
    """Recognised: its cadences begin."""

    state: HubState


@hub.fact("changed", en="A hub changed.", zh="枢纽型社会组织信息变更。")
class HubChanged(Event, frozen=True, kw_only=True):
    """Its sections, lead group, name-plates or duties changed."""

    state: HubState


@hub.fact("six_haves_assessed", en="A hub checked itself for the six haves.", zh="开展“六有”自查。")
class HubSixHavesAssessed(Event, frozen=True, kw_only=True):
    """Each of the six was answered; the evidence stays with the hub."""

    state: HubState
    lacking: tuple[SixHave, ...] = ()


@hub.fact("became_overdue", en="The yearly self-check is overdue.", zh="“六有”自查逾期。")
class HubBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day of the next self-check passed."""

    state: HubState


@hub.fact("withdrawn", en="A recognition was withdrawn.", zh="撤销枢纽型社会组织认定。")
class HubWithdrawn(Event, frozen=True, kw_only=True):
    """No hub any more: its cadences stop; the subject ends."""

    state: HubState
    reason: Code


class VersionPhase(enum.StrEnum):
    """Where a version of a guideline or of criteria is."""

    DRAFTED = "drafted"
    ISSUED = "issued"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    DISCARDED = "discarded"


class PlanHeading(enum.StrEnum):
    """What a development plan of a field speaks of (TONGZHOU 9)."""

    GOALS = "goals"
    DIRECTIONS = "directions"
    STANDARDS = "standards"
    KEY_AREAS = "key_areas"
    SUPPORT = "support"


class GuidelineState(MatterState, frozen=True, kw_only=True):
    """One version of a guideline, method or development plan; the words are in the document it names."""

    state: VersionPhase
    kind: Code
    """What it is, of the profile's list: operating guide, measures, review method, development plan."""
    series: Code
    """What it is a version of."""
    version: Code
    title: OrganizationText
    body: Code
    adopted_by: OrganizationText | None = None
    """The meeting that adopted it, as the document names it."""
    document_number: DocumentNumber | None = None
    fields: tuple[PublicCode, ...] = ()
    """Categories of organisations it is for; none: all."""
    headings: tuple[PlanHeading, ...] = ()
    headings_lacking: tuple[PlanHeading, ...] = ()
    """What a development plan should speak of and does not."""
    in_force_on: datetime.date | None = None
    """The coming day that it was issued for."""
    published_on: datetime.date | None = None
    supersedes: Ref | None = None
    superseded_by: Ref | None = None


guideline = define_stream(
    "registry",
    "guideline",
    en="Guidelines, methods and development plans by version, for the bodies below.",
    zh="操作指引、管理办法和发展规划（按版本）。",
    consumers=("registry", "notify", "console"),
    directive=True,
)


@guideline.fact("drafted", en="A version of a guideline was drafted.", zh="起草指引。")
class GuidelineDrafted(Event, frozen=True, kw_only=True):
    """Drafted: in force for nobody yet."""

    state: GuidelineState


@guideline.fact("amended", en="A draft was amended.", zh="修改草案。")
class GuidelineAmended(Event, frozen=True, kw_only=True):
    """The draft changed."""

    state: GuidelineState


@guideline.fact("issued", en="A guideline was issued, in force from a coming day.", zh="印发指引,定日施行。")
class GuidelineIssued(Event, frozen=True, kw_only=True):
    """Issued: in force from `in_force_on` on, the version before it until then."""

    state: GuidelineState


@guideline.fact("published", en="A guideline came into force.", zh="印发指引。")
class GuidelinePublished(Event, frozen=True, kw_only=True):
    """In force from its day on; the version before it is superseded."""

    state: GuidelineState


@guideline.fact("superseded", en="A newer version took its place.", zh="被新版本替代。")
class GuidelineSuperseded(Event, frozen=True, kw_only=True):
    """Superseded; the subject ends."""

    state: GuidelineState


@guideline.fact("repealed", en="A guideline was repealed.", zh="废止指引。")
class GuidelineRepealed(Event, frozen=True, kw_only=True):
    """Repealed without a version after it; the subject ends."""

    state: GuidelineState
    reason: Code


@guideline.fact("discarded", en="A draft was discarded.", zh="放弃草案。")
class GuidelineDiscarded(Event, frozen=True, kw_only=True):
    """Never came into force; the subject ends."""

    state: GuidelineState


class AdmissionCriterion(msgspec.Struct, frozen=True, omit_defaults=True):
    """One condition of admission that a pre-review answers."""

    code: PublicCode
    name: OrganizationText
    name_en: OrganizationText | None = None


class CriteriaState(MatterState, frozen=True, kw_only=True):
    """One version of a division's admission criteria (准入标准), for all organisations or some fields."""

    state: VersionPhase
    series: Code
    """What it is a version of."""
    version: Code
    title: OrganizationText
    body: Code
    adopted_by: OrganizationText | None = None
    """The meeting that adopted it, as the document names it."""
    document_number: DocumentNumber | None = None
    fields: tuple[PublicCode, ...] = ()
    """Categories of organisations it is for; none: all."""
    conditions: tuple[AdmissionCriterion, ...] = ()
    review_method: Ref | None = None
    """The guideline that says how they are reviewed (业务审查办法)."""
    in_force_on: datetime.date | None = None
    """The coming day that it was issued for."""
    published_on: datetime.date | None = None
    supersedes: Ref | None = None
    superseded_by: Ref | None = None


criteria = define_stream(
    "registry",
    "criteria",
    en="Admission criteria by version, for the bodies below.",
    zh="准入标准（按版本）。",
    consumers=("registry", "notify", "console"),
    directive=True,
)


@criteria.fact("drafted", en="A version of the admission criteria was drafted.", zh="起草准入标准。")
class CriteriaDrafted(Event, frozen=True, kw_only=True):
    """Drafted: in force for nobody yet."""

    state: CriteriaState


@criteria.fact("amended", en="A draft was amended.", zh="修改草案。")
class CriteriaAmended(Event, frozen=True, kw_only=True):
    """The draft changed."""

    state: CriteriaState


@criteria.fact("issued", en="Criteria were issued, in force from a coming day.", zh="印发准入标准,定日施行。")
class CriteriaIssued(Event, frozen=True, kw_only=True):
    """Issued: in force from `in_force_on` on, those before them until then."""

    state: CriteriaState


@criteria.fact("published", en="Admission criteria came into force.", zh="印发准入标准。")
class CriteriaPublished(Event, frozen=True, kw_only=True):
    """In force from its day on: pre-reviews answer this version; the one before it is superseded."""

    state: CriteriaState


@criteria.fact("superseded", en="A newer version took its place.", zh="被新版本替代。")
class CriteriaSuperseded(Event, frozen=True, kw_only=True):
    """Superseded; the subject ends."""

    state: CriteriaState


@criteria.fact("repealed", en="Admission criteria were repealed.", zh="废止准入标准。")
class CriteriaRepealed(Event, frozen=True, kw_only=True):
    """Repealed: what is above it or the profile's list holds again; the subject ends."""

    state: CriteriaState
    reason: Code


@criteria.fact("discarded", en="A draft was discarded.", zh="放弃草案。")
class CriteriaDiscarded(Event, frozen=True, kw_only=True):
    """Never came into force; the subject ends."""

    state: CriteriaState


class LiaisonKind(enum.StrEnum):
    """What somebody is a liaison for."""

    COMMUNITY = "community"
    """Liaison of a village or community (村居联络员, BINHAI B06)."""
    INFORMATION = "information"
    """Information liaison (信息联络员, TONGZHOU 13, T16)."""
    OFFICER = "officer"
    """Federation officer who keeps in touch with organisations (妇联干部联系社会组织)."""


class LiaisonPhase(enum.StrEnum):
    """Whether somebody is a liaison."""

    APPOINTED = "appointed"
    ENDED = "ended"


class LiaisonState(MatterState, frozen=True, kw_only=True):
    """Who is a division's liaison, and for which organisations."""

    state: LiaisonPhase
    kind: LiaisonKind
    person: PersonId
    body: Code | None = None
    point: bool = False
    """Whether there is a liaison point (联络点) with it."""
    organizations: tuple[Id, ...] = ()
    """Organisations looked after; none named: those of the division."""
    handed_over_times: Count = 0
    bulletins: Count = 0
    """Information bulletins reported."""
    last_reported_on: datetime.date | None = None


liaison = define_stream(
    "registry",
    "liaison",
    en="Liaisons: of communities, for information, of the hub's staff.",
    zh="联络员：村居联络员、信息联络员、联系干部。",
    consumers=("registry", "notify", "console"),
    partitions=3,
    reassignable=False,
)


@liaison.fact("appointed", en="A liaison was appointed.", zh="确定联络员。")
class LiaisonAppointed(Event, frozen=True, kw_only=True):
    """Appointed."""

    state: LiaisonState


@liaison.fact("changed", en="What a liaison looks after changed.", zh="调整联络范围。")
class LiaisonChanged(Event, frozen=True, kw_only=True):
    """Other organisations, or a liaison point."""

    state: LiaisonState


@liaison.fact("handed_over", en="Somebody else took over.", zh="联络工作交接。")
class LiaisonHandedOver(Event, frozen=True, kw_only=True):
    """Handed over on its day; the record and what it looks after stay."""

    state: LiaisonState
    previous: PersonId


@liaison.fact("reported", en="A liaison reported a bulletin.", zh="报送信息。")
class LiaisonReported(Event, frozen=True, kw_only=True):
    """An information bulletin on what is new in the field; its words stay."""

    state: LiaisonState
    topic: Code
    addressees: tuple[Code, ...] = ()
    """The departments that it goes to."""


@liaison.fact("ended", en="Somebody is a liaison no more.", zh="不再担任联络员。")
class LiaisonEnded(Event, frozen=True, kw_only=True):
    """Nobody took over; the subject ends."""

    state: LiaisonState
    reason: Code


class PostSource(enum.StrEnum):
    """Where a post comes from: few organisations, own staff; many, bought posts (TONGZHOU 8, R14)."""

    PURCHASED = "purchased"
    INTERNAL = "internal"
    VOLUNTEER = "volunteer"


class PostPhase(enum.StrEnum):
    """Whether somebody is in a post."""

    VACANT = "vacant"
    FILLED = "filled"
    CLOSED = "closed"


class SocialWorkerPostState(MatterState, frozen=True, kw_only=True):
    """One post of a social worker or volunteer who serves organisations, at most so many of them (R15)."""

    state: PostPhase
    body: Code
    source: PostSource
    batch: Code | None = None
    """The hiring batch it belongs to (第一批)."""
    funder: Code | None = None
    skills: tuple[Code, ...] = ()
    holder: PersonId | None = None
    organizations: tuple[Id, ...] = ()
    """Organisations served, where they are named."""
    load: Count = 0
    """How many organisations are served."""
    filled_on: datetime.date | None = None
    filled_times: Count = 0


social_worker_post = define_stream(
    "registry",
    "social_worker_post",
    en="Posts of social workers and volunteers who serve organisations.",
    zh="服务社会组织的社工岗位和义工岗位。",
    consumers=("grants", "registry", "notify", "console"),
    partitions=3,
)


@social_worker_post.fact("opened", en="A post was set up.", zh="设立社工岗位。")
class SocialWorkerPostOpened(Event, frozen=True, kw_only=True):
    """Set up, vacant."""

    state: SocialWorkerPostState


@social_worker_post.fact("filled", en="Somebody was hired or assigned.", zh="人员到岗。")
class SocialWorkerPostFilled(Event, frozen=True, kw_only=True):
    """Filled."""

    state: SocialWorkerPostState


@social_worker_post.fact("load_changed", en="Other organisations are served.", zh="调整服务的社会组织。")
class SocialWorkerPostLoadChanged(Event, frozen=True, kw_only=True):
    """More, fewer or other organisations."""

    state: SocialWorkerPostState


@social_worker_post.fact("vacated", en="The holder left.", zh="人员离岗。")
class SocialWorkerPostVacated(Event, frozen=True, kw_only=True):
    """Vacant again; the organisations wait for the next holder."""

    state: SocialWorkerPostState
    reason: Code


@social_worker_post.fact("closed", en="A post was given up.", zh="撤销岗位。")
class SocialWorkerPostClosed(Event, frozen=True, kw_only=True):
    """Given up; the subject ends."""

    state: SocialWorkerPostState
    reason: Code


class TeamPhase(enum.StrEnum):
    """Whether a team is active."""

    ACTIVE = "active"
    DISBANDED = "disbanded"


class TeamState(MatterState, frozen=True, kw_only=True):
    """A team of volunteers of an area: a patrol (巾帼巡查队) and its like."""

    state: TeamPhase
    name: OrganizationText
    kind: Code
    body: Code
    area: tuple[Division, ...] = ()
    members: Count = 0
    head: PersonId | None = None
    shifts: Count = 0
    hours: Count = 0
    """Hours of all members together."""
    points: Count = 0
    """Points earned."""
    points_used: Count = 0
    incentives: Fen = 0
    """Money granted for points, paid through grants."""


team = define_stream(
    "registry",
    "team",
    en="Patrols and other volunteer teams: shifts, hours, points, incentives.",
    zh="巾帼巡查队等队伍：班次、时长、积分和激励。",
    consumers=("grants", "registry", "notify", "console"),
    partitions=3,
)


@team.fact("formed", en="A team was formed.", zh="组建队伍。")
class TeamFormed(Event, frozen=True, kw_only=True):
    """Formed."""

    state: TeamState


@team.fact("changed", en="A team changed.", zh="队伍信息变更。")
class TeamChanged(Event, frozen=True, kw_only=True):
    """Its area, its members or its head changed."""

    state: TeamState


@team.fact("shift_recorded", en="A shift was done.", zh="登记班次。")
class TeamShiftRecorded(Event, frozen=True, kw_only=True):
    """So many members were out, together so many hours; found matters are counted."""

    state: TeamState
    people: Count
    person_hours: Count
    earned: Count
    found: Count = 0


@team.fact("incentive_granted", en="Points were exchanged for an incentive.", zh="兑现激励。")
class TeamIncentiveGranted(Event, frozen=True, kw_only=True):
    """Points were used; what is money is paid by grants."""

    state: TeamState
    used: Count
    incentive: Code
    amount: Money | None = None


@team.fact("disbanded", en="A team was disbanded.", zh="解散队伍。")
class TeamDisbanded(Event, frozen=True, kw_only=True):
    """Disbanded; the subject ends."""

    state: TeamState
    reason: Code


class ResourcePhase(enum.StrEnum):
    """How far a request or an offer has come."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ResourceMatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one offer gives to one request."""

    offer: Id
    quantity: Count
    delivered: Count = 0


class ResourceRequestState(MatterState, frozen=True, kw_only=True):
    """What an organisation or a body needs (资源需求)."""

    state: ResourcePhase
    kind: Code
    """Of the profile's list: funds, venue, goods, expertise, volunteers."""
    unit: Code
    quantity: Count
    organization: Ref | None = None
    body: Code | None = None
    target_groups: tuple[Code, ...] = ()
    matches: tuple[ResourceMatch, ...] = ()
    matched: Count = 0
    delivered: Count = 0
    value: Fen = 0
    """What was delivered is worth, in fen."""


class ResourceOfferState(MatterState, frozen=True, kw_only=True):
    """What somebody gives (资源供给); requests say how much of it they have."""

    state: ResourcePhase
    kind: Code
    unit: Code
    quantity: Count
    organization: Ref | None = None
    body: Code | None = None
    """The body or firm that gives it."""


resource_request = define_stream(
    "registry",
    "resource_request",
    en="What organisations need, matched with what others give.",
    zh="资源需求及对接情况。",
    consumers=("grants", "registry", "notify", "console"),
    partitions=3,
)
resource_offer = define_stream(
    "registry",
    "resource_offer",
    en="What others give to organisations.",
    zh="资源供给。",
    consumers=("grants", "registry", "notify", "console"),
    partitions=3,
    reassignable=False,
)


@resource_request.fact("requested", en="Something is needed.", zh="提出资源需求。")
class ResourceRequestRequested(Event, frozen=True, kw_only=True):
    """Asked for."""

    state: ResourceRequestState


@resource_request.fact("matched", en="An offer was found for a request.", zh="对接资源。")
class ResourceRequestMatched(Event, frozen=True, kw_only=True):
    """So much of an offer is set aside for it."""

    state: ResourceRequestState
    offer: Ref
    set_aside: Count


@resource_request.fact("released", en="A match came to nothing.", zh="取消对接。")
class ResourceRequestReleased(Event, frozen=True, kw_only=True):
    """What was set aside and not delivered goes back to the offer."""

    state: ResourceRequestState
    offer: Ref
    set_free: Count


@resource_request.fact("delivered", en="A resource arrived.", zh="资源到位。")
class ResourceRequestDelivered(Event, frozen=True, kw_only=True):
    """Delivered, as the receiver says, with its worth."""

    state: ResourceRequestState
    offer: Ref
    arrived: Count
    worth: Fen = 0


@resource_request.fact("closed", en="A request was closed.", zh="需求办结。")
class ResourceRequestClosed(Event, frozen=True, kw_only=True):
    """Met, or as far as it could be; the subject ends."""

    state: ResourceRequestState


@resource_request.fact("withdrawn", en="A request was taken back.", zh="撤回需求。")
class ResourceRequestWithdrawn(Event, frozen=True, kw_only=True):
    """Not needed any more; the subject ends."""

    state: ResourceRequestState


@resource_request.fact("became_overdue", en="A need was not met in time.", zh="需求逾期未满足。")
class ResourceRequestBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day by which it was needed passed."""

    state: ResourceRequestState


@resource_offer.fact("offered", en="Something is offered.", zh="提供资源。")
class ResourceOfferOffered(Event, frozen=True, kw_only=True):
    """Offered."""

    state: ResourceOfferState


@resource_offer.fact("changed", en="An offer changed.", zh="调整供给。")
class ResourceOfferChanged(Event, frozen=True, kw_only=True):
    """More or less of it, or until another day."""

    state: ResourceOfferState


@resource_offer.fact("closed", en="An offer was closed.", zh="供给办结。")
class ResourceOfferClosed(Event, frozen=True, kw_only=True):
    """Used up, or over; the subject ends."""

    state: ResourceOfferState


@resource_offer.fact("withdrawn", en="An offer was taken back.", zh="撤回供给。")
class ResourceOfferWithdrawn(Event, frozen=True, kw_only=True):
    """Taken back before anything was set aside; the subject ends."""

    state: ResourceOfferState


@resource_offer.fact("became_overdue", en="The day until which an offer stands passed.", zh="供给到期。")
class ResourceOfferBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The offer is past its day."""

    state: ResourceOfferState


class CasePhase(enum.StrEnum):
    """Where a coordination case is."""

    OPENED = "opened"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class CasePart(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one body has to do, acknowledged and done by itself."""

    body: Code
    duty: Code
    acknowledged_on: datetime.date | None = None
    completed_on: datetime.date | None = None
    division: Division | None = None
    """Where the body is, if below the case's own division."""
    by_letter: bool = False
    """Whether the office that keeps the case entered the body's answer from a letter of it."""
    task: Ref | None = None
    """By which the body is asked where a stack below is its home; the task's receipt there is its answer."""


class CoordinationCaseState(MatterState, frozen=True, kw_only=True):
    """A matter of several bodies (民政, 财政), each with a part of its own; a joint order is one, too."""

    state: CasePhase
    kind: Code
    """Coordination, joint order (联合发文、联合行动)."""
    title: OrganizationText
    lead: Code
    document_number: DocumentNumber | None = None
    parts: tuple[CasePart, ...] = ()
    origin_record: Ref | None = None
    outcome: Code | None = None


coordination_case = define_stream(
    "registry",
    "coordination_case",
    en="Matters that several bodies settle together.",
    zh="多部门协调事项和联合行动。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@coordination_case.fact("opened", en="A coordination case was opened.", zh="提出协调事项。")
class CoordinationCaseOpened(Event, frozen=True, kw_only=True):
    """Opened: each body owes the acknowledgement of its own part."""

    state: CoordinationCaseState


@coordination_case.fact("acknowledged", en="A body acknowledged its part.", zh="部门认领任务。")
class CoordinationCaseAcknowledged(Event, frozen=True, kw_only=True):
    """Acknowledged by that body's own staff."""

    state: CoordinationCaseState
    body: Code
    place: Division | None = None
    """Where the body is, if below the case's own division."""


@coordination_case.fact("part_completed", en="A body did its part.", zh="部门完成任务。")
class CoordinationCasePartCompleted(Event, frozen=True, kw_only=True):
    """Done, as that body's own staff says."""

    state: CoordinationCaseState
    body: Code
    place: Division | None = None
    """Where the body is, if below the case's own division."""


@coordination_case.fact("part_withdrawn", en="A body is not asked for its part now.", zh="撤回部门任务。")
class CoordinationCasePartWithdrawn(Event, frozen=True, kw_only=True):
    """The part is gone from the state; what was asked of a stack below is taken back there."""

    state: CoordinationCaseState
    body: Code
    place: Division | None = None
    """Where the body is, if below the case's own division."""
    reason: Code


@coordination_case.fact("extended", en="More time was given.", zh="延长期限。")
class CoordinationCaseExtended(Event, frozen=True, kw_only=True):
    """Another day, with the reason."""

    state: CoordinationCaseState
    reason: Code


@coordination_case.fact("concluded", en="A coordination case was concluded.", zh="协调事项办结。")
class CoordinationCaseConcluded(Event, frozen=True, kw_only=True):
    """Settled, with what stayed undone; the subject ends."""

    state: CoordinationCaseState
    undone: tuple[Code, ...] = ()


@coordination_case.fact("cancelled", en="A coordination case was cancelled.", zh="取消协调事项。")
class CoordinationCaseCancelled(Event, frozen=True, kw_only=True):
    """Not needed any more; the subject ends."""

    state: CoordinationCaseState
    reason: Code


@coordination_case.fact("became_overdue", en="A coordination case is overdue.", zh="协调事项逾期。")
class CoordinationCaseBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day passed with parts open."""

    state: CoordinationCaseState
    waiting_for: tuple[Code, ...] = ()


class PartnerPhase(enum.StrEnum):
    """Whether an agreement runs."""

    SIGNED = "signed"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class PartnerState(MatterState, frozen=True, kw_only=True):
    """An agreement with a partner: a university's practice base (实习基地) and its like."""

    state: PartnerPhase
    name: OrganizationText
    kind: Code
    body: Code
    begins_on: datetime.date
    ends_on: datetime.date
    places: Count = 0
    """How many can be taken at a time."""
    hosts: tuple[Id, ...] = ()
    """Organisations that take them."""
    fields: tuple[Code, ...] = ()
    hosted: Count = 0
    """People taken so far."""
    renewed_times: Count = 0


partner = define_stream(
    "registry",
    "partner",
    en="Agreements with universities and other partners.",
    zh="高校实习基地等合作协议。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@partner.fact("signed", en="An agreement was signed.", zh="签订合作协议。")
class PartnerSigned(Event, frozen=True, kw_only=True):
    """Signed."""

    state: PartnerState


@partner.fact("changed", en="An agreement changed.", zh="变更合作协议。")
class PartnerChanged(Event, frozen=True, kw_only=True):
    """Other places or hosts."""

    state: PartnerState


@partner.fact("hosted", en="A group was taken.", zh="接收实习。")
class PartnerHosted(Event, frozen=True, kw_only=True):
    """So many people were taken for a term."""

    state: PartnerState
    people: Count
    weeks: Count | None = None


@partner.fact("renewed", en="An agreement was renewed.", zh="续签合作协议。")
class PartnerRenewed(Event, frozen=True, kw_only=True):
    """It runs on to another day."""

    state: PartnerState


@partner.fact("expired", en="An agreement ran out.", zh="合作协议到期。")
class PartnerExpired(Overdue, frozen=True, kw_only=True):
    """Its last day passed; it can be renewed."""

    state: PartnerState


@partner.fact("terminated", en="An agreement was terminated.", zh="终止合作协议。")
class PartnerTerminated(Event, frozen=True, kw_only=True):
    """Terminated; the subject ends."""

    state: PartnerState
    reason: Code


class TalentPhase(enum.StrEnum):
    """Whether somebody is on the list."""

    LISTED = "listed"
    DELISTED = "delisted"


class Availability(enum.StrEnum):
    """Whether somebody on the list can be asked."""

    AVAILABLE = "available"
    ENGAGED = "engaged"
    AWAY = "away"


class TalentState(MatterState, frozen=True, kw_only=True):
    """Somebody on the talent list: project designers and other experts, by opaque id."""

    state: TalentPhase
    person: PersonId
    skills: tuple[Code, ...]
    fields: tuple[Code, ...] = ()
    availability: Availability = Availability.AVAILABLE
    available_from: datetime.date | None = None
    engagements: Count = 0


talent = define_stream(
    "registry",
    "talent",
    en="The list of project designers and other experts.",
    zh="项目设计师等人才库。",
    consumers=("grants", "registry", "console"),
    partitions=3,
    reassignable=False,
)


@talent.fact("listed", en="Somebody was put on the list.", zh="入库。")
class TalentListed(Event, frozen=True, kw_only=True):
    """Put on the list."""

    state: TalentState


@talent.fact("changed", en="Skills or availability changed.", zh="更新人才信息。")
class TalentChanged(Event, frozen=True, kw_only=True):
    """Other skills, or available at another time."""

    state: TalentState


@talent.fact("engaged", en="Somebody of the list was engaged.", zh="聘用人才。")
class TalentEngaged(Event, frozen=True, kw_only=True):
    """Engaged for a purpose."""

    state: TalentState
    purpose: Code


@talent.fact("delisted", en="Somebody was taken off the list.", zh="出库。")
class TalentDelisted(Event, frozen=True, kw_only=True):
    """Taken off; the subject ends."""

    state: TalentState
    reason: Code


class StudyPhase(enum.StrEnum):
    """Where a study is."""

    STARTED = "started"
    SUBMITTED = "submitted"
    ANSWERED = "answered"
    ABANDONED = "abandoned"


class StudyState(MatterState, frozen=True, kw_only=True):
    """A study of a policy question: topic, evidence, recommendations, whom they are for, and the answer."""

    state: StudyPhase
    title: OrganizationText
    topic: Code
    body: Code
    submitted_to: Code | None = None
    evidence: Count = 0
    """Pieces of evidence gathered."""
    recommendations: Count = 0
    adopted: Count | None = None
    """Recommendations that the addressee adopts."""
    submitted_on: datetime.date | None = None
    answer_due_on: datetime.date | None = None
    answered_on: datetime.date | None = None
    late: bool = False


study = define_stream(
    "registry",
    "study",
    en="Studies of policy questions, and the answers to them.",
    zh="专题政策研究及采纳情况。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@study.fact("started", en="A study was started.", zh="开展专题研究。")
class StudyStarted(Event, frozen=True, kw_only=True):
    """Started."""

    state: StudyState


@study.fact("evidence_added", en="Evidence was added.", zh="补充研究依据。")
class StudyEvidenceAdded(Event, frozen=True, kw_only=True):
    """A survey, a visit, figures."""

    state: StudyState
    kind: Code


@study.fact("submitted", en="A study was submitted.", zh="报送研究成果。")
class StudySubmitted(Event, frozen=True, kw_only=True):
    """Submitted to its addressee, who owes an answer."""

    state: StudyState


@study.fact("answered", en="A study was answered.", zh="答复研究建议。")
class StudyAnswered(Event, frozen=True, kw_only=True):
    """Answered, with how many recommendations are adopted; the subject ends."""

    state: StudyState


@study.fact("abandoned", en="A study was abandoned.", zh="终止专题研究。")
class StudyAbandoned(Event, frozen=True, kw_only=True):
    """Abandoned; the subject ends."""

    state: StudyState
    reason: Code


@study.fact("rescheduled", en="A new calendar moved a deadline.", zh="日历公布,期限调整。")
class StudyRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The day for the answer counts in working days and moved."""

    state: StudyState


@study.fact("became_overdue", en="A study or its answer is overdue.", zh="研究或答复逾期。")
class StudyBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The rule says which of the two."""

    state: StudyState
