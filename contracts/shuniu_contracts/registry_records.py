"""Events of the registry about what is kept of organisations through the years: returns, governance,
contacts, service points, brands, comparisons with others' lists, and what may become an organisation."""

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
    Fen,
    Id,
    MatterState,
    OrganizationText,
    Overdue,
    PersonId,
    PublicCode,
    Quantity,
    Ref,
    Rescheduled,
    Year,
)
from shuniu_contracts.registry import FiledBy


class RecordsInterval(enum.StrEnum):
    """How often something is due."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class ReturnCallPhase(enum.StrEnum):
    """Whether a periodic data return is asked for."""

    RUNNING = "running"
    STOPPED = "stopped"


class ReturnCallState(MatterState, frozen=True, kw_only=True):
    """Who below a division hands in data, and how often (数据报送, L05)."""

    state: ReturnCallPhase
    title: OrganizationText
    interval: RecordsInterval
    legal_statuses: tuple[PublicCode, ...]
    """Standing of the organisations that are asked: discovered, filed, registered."""
    hub_links: tuple[PublicCode, ...] = ()
    """Only those with one of these links to the hub; all where it is empty."""


class ReturnPhase(enum.StrEnum):
    """Where an organisation's return for a period is."""

    DUE = "due"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    MISSED = "missed"
    RELEASED = "released"


class FieldHours(msgspec.Struct, frozen=True, omit_defaults=True):
    """Volunteers' hours in one field of service."""

    field: PublicCode
    hours: Count


class IncomeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Income from one source."""

    source: PublicCode
    fen: Fen


class PeriodicReturnState(MatterState, frozen=True, kw_only=True):
    """What one organisation says of a month, quarter, half year or year (B31, B32, J30)."""

    state: ReturnPhase
    organization: Ref
    call: Ref | None = None
    interval: RecordsInterval
    period: Code
    """`2026`, `2026-H2`, `2026-Q4`, `2026-11`."""
    year: Year
    submitted_on: datetime.date | None = None
    late: bool = False
    service_hours: Quantity | None = None
    """Hours of volunteers, all fields together."""
    hours: tuple[FieldHours, ...] = ()
    donated_fen: Quantity | None = None
    """Money and goods raised and given."""
    in_kind_fen: Quantity | None = None
    """Of which goods; never added to the whole."""
    learners: Quantity | None = None
    classes: Quantity | None = None
    served: Quantity | None = None
    """Person-times (人次)."""
    staff_count: Count | None = None
    member_count: Count | None = None
    volunteer_count: Count | None = None
    income: tuple[IncomeLine, ...] = ()
    income_fen: Fen | None = None
    own_income_fen: Fen | None = None
    """Of which earned by itself (造血)."""
    returned_times: Count = 0
    filed_by: FiledBy | None = None
    """Who handed it in last; none where that is not known, as of what was entered as history."""


return_call = define_stream(
    "registry",
    "return_call",
    en="Standing requests for periodic data returns.",
    zh="数据报送制度。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)
periodic_return = define_stream(
    "registry",
    "periodic_return",
    en="Data that organisations hand in for a period.",
    zh="社会组织按期报送的数据。",
    consumers=("registry", "notify", "console"),
    partitions=3,
    reassignable=False,
)


@return_call.fact("opened", en="Data are asked for regularly.", zh="建立数据报送制度。")
class ReturnCallOpened(Event, frozen=True, kw_only=True):
    """Opened: at the end of each period every organisation in scope owes a return."""

    state: ReturnCallState


@return_call.fact("stopped", en="Data are asked for no more.", zh="停止数据报送。")
class ReturnCallStopped(Event, frozen=True, kw_only=True):
    """No further period is opened; what is open stays due."""

    state: ReturnCallState


@return_call.fact("resumed", en="Data are asked for again.", zh="恢复数据报送。")
class ReturnCallResumed(Event, frozen=True, kw_only=True):
    """It goes on with the present period."""

    state: ReturnCallState


@periodic_return.fact("opened", en="A return is due.", zh="应报送数据。")
class PeriodicReturnOpened(Event, frozen=True, kw_only=True):
    """A period ended, or one of the past is entered."""

    state: PeriodicReturnState


@periodic_return.fact("extended", en="More time was given for a return.", zh="报送时限延长。")
class PeriodicReturnExtended(Event, frozen=True, kw_only=True):
    """Another day."""

    state: PeriodicReturnState


@periodic_return.fact("submitted", en="A return was handed in.", zh="报送数据。")
class PeriodicReturnSubmitted(Event, frozen=True, kw_only=True):
    """Handed in, first or again."""

    state: PeriodicReturnState


@periodic_return.fact("submitted_late", en="A return came late.", zh="逾期报送数据。")
class PeriodicReturnSubmittedLate(Event, frozen=True, kw_only=True):
    """Handed in after its day."""

    state: PeriodicReturnState


@periodic_return.fact("returned", en="A return went back to be corrected.", zh="退回更正。")
class PeriodicReturnReturned(Event, frozen=True, kw_only=True):
    """Back with what is to be corrected."""

    state: PeriodicReturnState
    items: tuple[Code, ...] = ()


@periodic_return.fact("accepted", en="A return was accepted.", zh="审核通过。")
class PeriodicReturnAccepted(Event, frozen=True, kw_only=True):
    """Accepted; the organisation's own counts follow it. The subject ends."""

    state: PeriodicReturnState


@periodic_return.fact("missed", en="No return was handed in.", zh="未报送数据。")
class PeriodicReturnMissed(Event, frozen=True, kw_only=True):
    """Nothing was handed in; the subject ends."""

    state: PeriodicReturnState


@periodic_return.fact("released", en="A return is not asked for any more.", zh="免予报送数据。")
class PeriodicReturnReleased(Event, frozen=True, kw_only=True):
    """The organisation ended or is excused; the subject ends, and goes on where more time is given."""

    state: PeriodicReturnState
    ground: Code


@periodic_return.fact("became_overdue", en="The day of a return passed.", zh="数据报送逾期。")
class PeriodicReturnBecameOverdue(Overdue, frozen=True, kw_only=True):
    """Its day passed without it."""

    state: PeriodicReturnState


class ServicePointPhase(enum.StrEnum):
    """Where a service point is."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class PointYear(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened at a service point in one year."""

    year: Year
    sessions: Count = 0
    attended: Count = 0
    public_affairs: Count = 0
    """Of the sessions: those in which residents took part in public affairs (B33)."""


class ServicePointState(MatterState, frozen=True, kw_only=True):
    """One station in a community: who runs it, what for, how often and for how many (S13)."""

    state: ServicePointPhase
    organization: Ref
    """Who runs it."""
    station: PublicCode
    title: OrganizationText
    club: OrganizationText | None = None
    """The club that the station belongs to (一社)."""
    years: tuple[PointYear, ...] = ()


service_point = define_stream(
    "registry",
    "service_point",
    en="Stations of organisations in communities.",
    zh="社区服务站点(一社八站)。",
    consumers=("registry", "console"),
    partitions=3,
)


@service_point.fact("opened", en="A service point was opened.", zh="设立服务站点。")
class ServicePointOpened(Event, frozen=True, kw_only=True):
    """Opened in a community."""

    state: ServicePointState


@service_point.fact("changed", en="A service point changed.", zh="服务站点变更。")
class ServicePointChanged(Event, frozen=True, kw_only=True):
    """Another name, or another organisation runs it."""

    state: ServicePointState
    previous: Ref | None = None
    """Who ran it before, where that changed."""


@service_point.fact("session_held", en="A session was held at a service point.", zh="服务站点开展服务。")
class ServicePointSessionHeld(Event, frozen=True, kw_only=True):
    """A session with so many."""

    state: ServicePointState
    attended: Count
    public_affairs: bool = False


@service_point.fact("suspended", en="A service point was suspended.", zh="服务站点暂停。")
class ServicePointSuspended(Event, frozen=True, kw_only=True):
    """For some time nothing is held."""

    state: ServicePointState
    reason: Code


@service_point.fact("resumed", en="A service point was taken up again.", zh="服务站点恢复。")
class ServicePointResumed(Event, frozen=True, kw_only=True):
    """It goes on."""

    state: ServicePointState


@service_point.fact("closed", en="A service point was closed.", zh="服务站点撤销。")
class ServicePointClosed(Event, frozen=True, kw_only=True):
    """Closed; the subject ends."""

    state: ServicePointState
    reason: Code


class ChecklistPhase(enum.StrEnum):
    """Where an organisation's governance checklist is."""

    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    CLOSED = "closed"


class GovernanceSystem(enum.StrEnum):
    """The four systems of A4.21: 内部管理, 信息公开, 财务审计, 年审."""

    INTERNAL_MANAGEMENT = "internal_management"
    DISCLOSURE = "disclosure"
    FINANCIAL_AUDIT = "financial_audit"
    ANNUAL_REVIEW = "annual_review"


class FeeRule(enum.StrEnum):
    """The four no's of fees (A4.22)."""

    NO_FEES_ON_FIRMS = "no_fees_on_firms"
    NO_SELF_MADE_ADMINISTRATIVE_FEES = "no_self_made_administrative_fees"
    NO_WIDENED_FEES = "no_widened_fees"
    NO_SELF_SET_STANDARDS = "no_self_set_standards"


class AdoptedSystem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the four systems as an organisation has it."""

    system: GovernanceSystem
    adopted_on: datetime.date
    template_version: Code | None = None
    evidence: Code | None = None
    """Number of the document that shows it."""


class GovernanceChecklistState(MatterState, frozen=True, kw_only=True):
    """Four systems, charter and fees of one organisation (J12, B25, S03)."""

    state: ChecklistPhase
    organization: Ref
    systems: tuple[AdoptedSystem, ...] = ()
    charter_template: Code | None = None
    """Version of the charter template that its charter follows."""
    charter_current: bool = False
    """Whether that was the version in force when it was adopted."""
    charter_party_clause: bool | None = None
    charter_adopted_on: datetime.date | None = None
    fees_declared: tuple[FeeRule, ...] = ()
    fees_declared_on: datetime.date | None = None


governance_checklist = define_stream(
    "registry",
    "governance_checklist",
    en="Governance of organisations: systems, charter, fees.",
    zh="社会组织内部治理清单:四项制度、章程、收费承诺。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@governance_checklist.fact("opened", en="A governance checklist was opened.", zh="建立治理清单。")
class GovernanceChecklistOpened(Event, frozen=True, kw_only=True):
    """Opened, with the day by which it is to be complete."""

    state: GovernanceChecklistState


@governance_checklist.fact("system_adopted", en="An organisation adopted a system.", zh="建立制度。")
class GovernanceChecklistSystemAdopted(Event, frozen=True, kw_only=True):
    """One of the four systems was adopted, or a newer version of it."""

    state: GovernanceChecklistState
    system: GovernanceSystem


@governance_checklist.fact("system_abolished", en="A system is in force no more.", zh="制度废止。")
class GovernanceChecklistSystemAbolished(Event, frozen=True, kw_only=True):
    """It is to be adopted anew."""

    state: GovernanceChecklistState
    system: GovernanceSystem


@governance_checklist.fact("charter_adopted", en="A charter was adopted.", zh="通过章程。")
class GovernanceChecklistCharterAdopted(Event, frozen=True, kw_only=True):
    """After a version of the template, with or without the clause on Party building (B25)."""

    state: GovernanceChecklistState


@governance_checklist.fact("fees_declared", en="An organisation declared its fees.", zh="作出收费承诺。")
class GovernanceChecklistFeesDeclared(Event, frozen=True, kw_only=True):
    """Which of the four no's it declares (S03)."""

    state: GovernanceChecklistState
    lacking: tuple[FeeRule, ...] = ()


@governance_checklist.fact("completed", en="A checklist is complete.", zh="治理清单完备。")
class GovernanceChecklistCompleted(Event, frozen=True, kw_only=True):
    """Four systems, a charter and all four no's are there."""

    state: GovernanceChecklistState


@governance_checklist.fact("closed", en="A checklist was closed.", zh="治理清单终止。")
class GovernanceChecklistClosed(Event, frozen=True, kw_only=True):
    """It is needed no more; the subject ends."""

    state: GovernanceChecklistState
    reason: Code


@governance_checklist.fact("rescheduled", en="A new calendar moved the day.", zh="日历公布,期限调整。")
class GovernanceChecklistRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: GovernanceChecklistState


@governance_checklist.fact("became_overdue", en="A checklist is late.", zh="治理清单逾期未完备。")
class GovernanceChecklistBecameOverdue(Overdue, frozen=True, kw_only=True):
    """Its day passed before it was complete."""

    state: GovernanceChecklistState


class AssignmentPhase(enum.StrEnum):
    """Whether somebody is answerable for contact."""

    ASSIGNED = "assigned"
    ENDED = "ended"


class ContactAssignmentState(MatterState, frozen=True, kw_only=True):
    """Who keeps in touch with an organisation or a community, and how often (T07, J11)."""

    state: AssignmentPhase
    organization: Ref | None = None
    """None: with the whole community."""
    role: Code
    officer: PersonId
    interval: RecordsInterval
    handed_over_on: datetime.date | None = None
    handed_over_times: Count = 0


class ContactPhase(enum.StrEnum):
    """Where a contact is."""

    DUE = "due"
    MADE = "made"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Heading(enum.StrEnum):
    """What is to be learned of an organisation (T07): 人员构成, 会员分布, 党组织和党员, 工作开展."""

    STAFF = "staff"
    MEMBERS = "members"
    PARTY = "party"
    WORK = "work"


class ContactRecordState(MatterState, frozen=True, kw_only=True):
    """One contact with an organisation or a community. What was said in words stays in the registry."""

    state: ContactPhase
    assignment: Ref
    organization: Ref | None = None
    officer: PersonId
    period: Code | None = None
    made_on: datetime.date | None = None
    late: bool = False
    channel: Code | None = None
    headings: tuple[Heading, ...] = ()
    staff_count: Count | None = None
    member_count: Count | None = None
    full_party_member_count: Count | None = None


contact_assignment = define_stream(
    "registry",
    "contact_assignment",
    en="Who keeps in touch with organisations and communities.",
    zh="联系社会组织、社区的责任分工。",
    consumers=("registry", "notify", "console"),
    partitions=3,
    reassignable=False,
)
contact_record = define_stream(
    "registry",
    "contact_record",
    en="Contacts with organisations.",
    zh="联系社会组织的记录。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@contact_assignment.fact("assigned", en="An officer was assigned.", zh="确定联系人。")
class ContactAssignmentAssigned(Event, frozen=True, kw_only=True):
    """Assigned, with how often."""

    state: ContactAssignmentState


@contact_assignment.fact("handed_over", en="An assignment was handed over.", zh="联系工作交接。")
class ContactAssignmentHandedOver(Event, frozen=True, kw_only=True):
    """Somebody else is answerable from that day on (L11)."""

    state: ContactAssignmentState
    previous: PersonId | None = None
    reason: Code | None = None


@contact_assignment.fact("ended", en="An assignment ended.", zh="联系分工终止。")
class ContactAssignmentEnded(Event, frozen=True, kw_only=True):
    """Nobody is answerable any more; the subject ends."""

    state: ContactAssignmentState
    reason: Code


@contact_record.fact("opened", en="A contact is due.", zh="应联系走访。")
class ContactRecordOpened(Event, frozen=True, kw_only=True):
    """A period began, or a contact was planned beside it."""

    state: ContactRecordState


@contact_record.fact("made", en="A contact was made.", zh="已联系走访。")
class ContactRecordMade(Event, frozen=True, kw_only=True):
    """Made, with the headings that were learned of; the subject ends."""

    state: ContactRecordState


@contact_record.fact("missed", en="A contact was missed.", zh="逾期未联系。")
class ContactRecordMissed(Overdue, frozen=True, kw_only=True):
    """The period passed without it."""

    state: ContactRecordState


@contact_record.fact("cancelled", en="A contact is due no more.", zh="取消联系任务。")
class ContactRecordCancelled(Event, frozen=True, kw_only=True):
    """The assignment ended, or it was planned by mistake; the subject ends."""

    state: ContactRecordState


class PlacementPhase(enum.StrEnum):
    """Whether an organisation is in a community."""

    PLACED = "placed"
    ENDED = "ended"


class PlacementState(MatterState, frozen=True, kw_only=True):
    """An organisation at work in a community, with its social worker (三社联动)."""

    state: PlacementPhase
    organization: Ref
    social_worker: PersonId | None = None
    partner: Code | None = None
    """The community's own body."""
    services: tuple[PublicCode, ...] = ()
    renewed_times: Count = 0


placement = define_stream(
    "registry",
    "placement",
    en="Organisations at work in communities.",
    zh="社会组织进驻社区(三社联动)。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@placement.fact("placed", en="An organisation began work in a community.", zh="进驻社区。")
class PlacementPlaced(Event, frozen=True, kw_only=True):
    """Placed, until a day if one was agreed."""

    state: PlacementState


@placement.fact("worker_changed", en="Another social worker is in charge.", zh="更换社工。")
class PlacementWorkerChanged(Event, frozen=True, kw_only=True):
    """Another social worker, or none."""

    state: PlacementState
    previous: PersonId | None = None


@placement.fact("renewed", en="A placement was renewed.", zh="进驻续期。")
class PlacementRenewed(Event, frozen=True, kw_only=True):
    """Agreed until another day."""

    state: PlacementState


@placement.fact("ended", en="An organisation left a community.", zh="退出社区。")
class PlacementEnded(Event, frozen=True, kw_only=True):
    """It left; the subject ends."""

    state: PlacementState
    reason: Code


@placement.fact("became_overdue", en="The agreed day of a placement passed.", zh="进驻期满未续。")
class PlacementBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The agreed day passed without renewal or end."""

    state: PlacementState


class BrandPhase(enum.StrEnum):
    """Where a brand is."""

    PROPOSED = "proposed"
    CULTIVATING = "cultivating"
    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


class BrandState(MatterState, frozen=True, kw_only=True):
    """A brand of an organisation, a village or a town, and who designated it (S27, T28, J30)."""

    state: BrandPhase
    title: OrganizationText
    kind: PublicCode
    organization: Ref | None = None
    """None: of the village or town itself (一村一品)."""
    measures: tuple[Code, ...] = ()
    """How it was cultivated (重点扶持, 项目引导)."""
    recognised_on: datetime.date | None = None
    designated_by: OrganizationText | None = None
    """The body that designated it, as the document names it."""
    designated_on: datetime.date | None = None
    long_term: bool = False
    """Designated as a standing activity (长期举办)."""
    document_number: DocumentNumber | None = None


brand = define_stream(
    "registry",
    "brand",
    en="Brands of organisations, villages and towns.",
    zh="品牌项目、品牌活动及其培育。",
    consumers=("registry", "console"),
    partitions=3,
)


@brand.fact("proposed", en="A brand was proposed.", zh="提出品牌培育对象。")
class BrandProposed(Event, frozen=True, kw_only=True):
    """To be cultivated."""

    state: BrandState


@brand.fact("cultivated", en="A brand was cultivated.", zh="采取培育措施。")
class BrandCultivated(Event, frozen=True, kw_only=True):
    """Another measure."""

    state: BrandState
    measure: Code


@brand.fact("recognised", en="A brand was recognised.", zh="认定为品牌。")
class BrandRecognised(Event, frozen=True, kw_only=True):
    """It shows the way, is widely known and draws others along (T28)."""

    state: BrandState


@brand.fact("designated", en="A brand was designated.", zh="品牌获指定。")
class BrandDesignated(Event, frozen=True, kw_only=True):
    """By a body, as a standing activity or once."""

    state: BrandState


@brand.fact("withdrawn", en="A brand is one no more.", zh="撤销品牌。")
class BrandWithdrawn(Event, frozen=True, kw_only=True):
    """Withdrawn; the subject ends."""

    state: BrandState
    reason: Code


class ActivityPhase(enum.StrEnum):
    """Where an activity in a community is."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class CommunityActivityState(MatterState, frozen=True, kw_only=True):
    """What an organisation or party organisation does in a community, and for whom (S22, J30)."""

    state: ActivityPhase
    title: OrganizationText
    kind: PublicCode
    organization: Ref | None = None
    party_organization: Id | None = None
    brand: Ref | None = None
    target_groups: tuple[PublicCode, ...] = ()
    held_on: datetime.date | None = None
    party_flag: bool = False
    """Held under the Party's flag (亮出党旗)."""
    reached: Quantity | None = None
    """Person-times."""
    volunteers: Count | None = None
    hours: Count | None = None


community_activity = define_stream(
    "registry",
    "community_activity",
    en="Activities of organisations in communities.",
    zh="社会组织在社区开展的活动。",
    consumers=("registry", "partybuild", "console"),
    partitions=3,
)


@community_activity.fact("planned", en="An activity was planned.", zh="筹划活动。")
class CommunityActivityPlanned(Event, frozen=True, kw_only=True):
    """Planned for a day, or without one."""

    state: CommunityActivityState


@community_activity.fact("held", en="An activity was held.", zh="开展活动。")
class CommunityActivityHeld(Event, frozen=True, kw_only=True):
    """Held; the subject ends."""

    state: CommunityActivityState


@community_activity.fact("cancelled", en="An activity was cancelled.", zh="取消活动。")
class CommunityActivityCancelled(Event, frozen=True, kw_only=True):
    """It will not be held; the subject ends."""

    state: CommunityActivityState
    reason: Code


@community_activity.fact("became_overdue", en="The day of an activity passed.", zh="活动逾期未开展。")
class CommunityActivityBecameOverdue(Overdue, frozen=True, kw_only=True):
    """Its day passed without word of it."""

    state: CommunityActivityState


class ComparisonPhase(enum.StrEnum):
    """Where a comparison is."""

    OPENED = "opened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ComparisonState(MatterState, frozen=True, kw_only=True):
    """Another office's list beside the register (B07): how many agree, differ, or are on one side only."""

    state: ComparisonPhase
    source: Code
    """Whose list: a profile code such as `civil_affairs`."""
    listed_on: datetime.date
    """The day that the list speaks of."""
    listed: Count = 0
    matched: Count = 0
    differing: Count = 0
    theirs_only: Count = 0
    ours_only: Count = 0
    differing_fields: Count = 0
    accepted: Count = 0
    kept: Count = 0
    entered: Count = 0
    """Organisations that only their list had and that came onto the record from it."""


comparison = define_stream(
    "registry",
    "comparison",
    en="Comparisons of the register with other offices' lists.",
    zh="登记册与其他部门名册的比对。",
    consumers=("registry", "console"),
    partitions=3,
)


@comparison.fact("opened", en="A list was compared with the register.", zh="名册比对。")
class ComparisonOpened(Event, frozen=True, kw_only=True):
    """Compared: what differs is listed in the registry."""

    state: ComparisonState


@comparison.fact("accepted", en="Their values were taken over.", zh="采用对方数据。")
class ComparisonAccepted(Event, frozen=True, kw_only=True):
    """So many differences were settled in favour of the list."""

    state: ComparisonState
    number: Count
    organizations: Count


@comparison.fact("kept", en="Our values were kept.", zh="保留本册数据。")
class ComparisonKept(Event, frozen=True, kw_only=True):
    """So many differences were settled in favour of the register."""

    state: ComparisonState
    number: Count
    reason: Code


@comparison.fact("entered", en="Organisations of the list came onto the record.", zh="按对方名册补录组织。")
class ComparisonEntered(Event, frozen=True, kw_only=True):
    """So many that only the list had are on the record now, each with its own event."""

    state: ComparisonState
    number: Count


@comparison.fact("closed", en="A comparison is settled.", zh="比对办结。")
class ComparisonClosed(Event, frozen=True, kw_only=True):
    """Every difference is settled; the subject ends."""

    state: ComparisonState


@comparison.fact("withdrawn", en="A comparison was withdrawn.", zh="撤回比对。")
class ComparisonWithdrawn(Event, frozen=True, kw_only=True):
    """The list was a wrong one; the subject ends."""

    state: ComparisonState
    reason: Code


class CandidacyPhase(enum.StrEnum):
    """How far a project or grass-roots organisation has come towards registration."""

    PROPOSED = "proposed"
    SURVEYED = "surveyed"
    ASSESSED = "assessed"
    DEFERRED = "deferred"
    NOMINATED = "nominated"
    CONCLUDED = "concluded"
    ABANDONED = "abandoned"


class DevelopmentMode(enum.StrEnum):
    """The three modes of A4.3: 规范提升, 协调指导, 合作发展."""

    UPGRADING = "upgrading"
    GUIDANCE = "guidance"
    COOPERATION = "cooperation"


class ConversionCheck(enum.StrEnum):
    """What is asked of a candidate (L04): 规模, 标准, 成效; 必要性, 可行性."""

    SCALE = "scale"
    STANDARD = "standard"
    EFFECT = "effect"
    NECESSITY = "necessity"
    FEASIBILITY = "feasibility"


class SourceProject(msgspec.Struct, frozen=True, omit_defaults=True):
    """An in-house project that goes into a candidate."""

    title: OrganizationText
    body: Code | None = None
    """Whose project it is."""
    since: datetime.date | None = None


class CandidacyState(MatterState, frozen=True, kw_only=True):
    """What may become an organisation: one project or several of a kind put together (L03, L04)."""

    state: CandidacyPhase
    title: OrganizationText
    mode: DevelopmentMode
    projects: tuple[SourceProject, ...] = ()
    met: tuple[ConversionCheck, ...] = ()
    failed: tuple[ConversionCheck, ...] = ()
    assessed_on: datetime.date | None = None
    served: Quantity | None = None
    """Person-times that the projects served in a year."""
    organization: Ref | None = None
    """The organisation that it is to become, once it is on the record."""
    outcome: Code | None = None


candidacy = define_stream(
    "registry",
    "candidacy",
    en="Projects and grass-roots groups on the way to an organisation.",
    zh="拟转化为社会组织的项目和草根组织。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@candidacy.fact("proposed", en="A candidate was proposed.", zh="提出转化对象。")
class CandidacyProposed(Event, frozen=True, kw_only=True):
    """Proposed in one of three modes."""

    state: CandidacyState


@candidacy.fact("joined", en="Another project was joined.", zh="同类项目整合。")
class CandidacyJoined(Event, frozen=True, kw_only=True):
    """Projects of the same kind go into one candidate."""

    state: CandidacyState


@candidacy.fact("surveyed", en="A candidate was surveyed.", zh="调研掌握基本情况。")
class CandidacySurveyed(Event, frozen=True, kw_only=True):
    """What it does, and for how many."""

    state: CandidacyState


@candidacy.fact("assessed", en="A candidate was assessed.", zh="分析必要性和可行性。")
class CandidacyAssessed(Event, frozen=True, kw_only=True):
    """Which of the five checks it meets."""

    state: CandidacyState


@candidacy.fact("deferred", en="A candidate is not ripe yet.", zh="条件尚不成熟,暂缓。")
class CandidacyDeferred(Event, frozen=True, kw_only=True):
    """To be looked at again on a day."""

    state: CandidacyState
    reason: Code


@candidacy.fact("nominated", en="A candidate came onto the register.", zh="列为培育对象。")
class CandidacyNominated(Event, frozen=True, kw_only=True):
    """It is on the record as a candidate, or as the grass-roots organisation that it is."""

    state: CandidacyState


@candidacy.fact("concluded", en="A candidate was filed or registered.", zh="完成备案或登记。")
class CandidacyConcluded(Event, frozen=True, kw_only=True):
    """It is an organisation now; the subject ends."""

    state: CandidacyState


@candidacy.fact("abandoned", en="A candidate was given up.", zh="终止转化。")
class CandidacyAbandoned(Event, frozen=True, kw_only=True):
    """Given up; the subject ends."""

    state: CandidacyState
    reason: Code


@candidacy.fact("became_overdue", en="A deferred candidate is to be looked at.", zh="暂缓到期未复核。")
class CandidacyBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The day to look at it again passed."""

    state: CandidacyState


class OutsideIdPhase(enum.StrEnum):
    """Whether an outside system's number holds."""

    RECORDED = "recorded"
    ENDED = "ended"


class OutsideIdState(MatterState, frozen=True, kw_only=True):
    """The number that an organisation has in another system (社会建设织网工程)."""

    state: OutsideIdPhase
    organization: Ref
    outside_system: PublicCode
    code: PublicCode


outside_id = define_stream(
    "registry",
    "outside_id",
    en="Numbers of organisations in outside systems.",
    zh="社会组织在外部系统中的编号。",
    consumers=("registry", "console"),
    partitions=3,
    reassignable=False,
)


@outside_id.fact("recorded", en="An outside number was recorded.", zh="登记外部编号。")
class OutsideIdRecorded(Event, frozen=True, kw_only=True):
    """Recorded."""

    state: OutsideIdState


@outside_id.fact("ended", en="An outside number holds no more.", zh="外部编号失效。")
class OutsideIdEnded(Event, frozen=True, kw_only=True):
    """It holds no more; the subject ends."""

    state: OutsideIdState
    reason: Code


class GuidancePhase(enum.StrEnum):
    """Where the guidance of somebody who wants to register is."""

    OPENED = "opened"
    CONCLUDED = "concluded"


class GuidanceOutcome(enum.StrEnum):
    """What came of it."""

    APPLIED = "applied"
    FILED = "filed"
    GIVEN_UP = "given_up"


class RegistrationGuidanceState(MatterState, frozen=True, kw_only=True):
    """Guidance towards registration (注册引导, L07): sessions, topics, what came of it."""

    state: GuidancePhase
    title: OrganizationText
    """The name that is to be registered."""
    organization: Ref | None = None
    application: Ref | None = None
    sessions: Count = 0
    topics: tuple[Code, ...] = ()
    outcome: GuidanceOutcome | None = None


registration_guidance = define_stream(
    "registry",
    "registration_guidance",
    en="Guidance towards registration.",
    zh="注册引导。",
    consumers=("registry", "console"),
    partitions=3,
)


@registration_guidance.fact("opened", en="Guidance began.", zh="开始注册引导。")
class RegistrationGuidanceOpened(Event, frozen=True, kw_only=True):
    """Somebody is to be guided."""

    state: RegistrationGuidanceState


@registration_guidance.fact("given", en="Guidance was given.", zh="给予注册引导。")
class RegistrationGuidanceGiven(Event, frozen=True, kw_only=True):
    """One session."""

    state: RegistrationGuidanceState
    topic: Code


@registration_guidance.fact("concluded", en="Guidance ended.", zh="注册引导结束。")
class RegistrationGuidanceConcluded(Event, frozen=True, kw_only=True):
    """Concluded with what came of it; the subject ends."""

    state: RegistrationGuidanceState
