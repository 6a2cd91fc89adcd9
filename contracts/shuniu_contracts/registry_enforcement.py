"""Events of the registry's enforcement: what an authority decided, who is on its lists, what is at risk, and
what stands still in an emergency."""

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
    Id,
    MatterState,
    OrganizationText,
    Overdue,
    PublicCode,
    Ref,
    Rescheduled,
)
from shuniu_contracts.registry import CreditListing


class DecisionPhase(enum.StrEnum):
    """Where an authority's decision is."""

    RECORDED = "recorded"
    LIFTED = "lifted"


class DecisionKind(enum.StrEnum):
    """What an authority decided about an organisation."""

    REGISTRATION = "registration"
    INSPECTION = "inspection"
    GRADE = "grade"
    LISTING = "listing"
    PENALTY = "penalty"
    INVESTIGATION = "investigation"
    """Proceedings were opened; lifted when they are closed."""
    SUSPENSION = "suspension"
    REVOCATION = "revocation"
    DEREGISTRATION = "deregistration"
    CHANGE = "change"
    """Of what is registered (变更登记)."""
    LIQUIDATION = "liquidation"
    """It is being wound up (清算); lifted when that is done."""


class ChangedItem(enum.StrEnum):
    """What of a registration an authority lets change."""

    NAME = "name"
    SUPERVISORY_UNIT = "supervisory_unit"
    REGISTERED_CAPITAL = "registered_capital"
    ADDRESS = "address"
    BUSINESS_SCOPE = "business_scope"
    LEGAL_REPRESENTATIVE = "legal_representative"
    CHARTER = "charter"


class RegisteredChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that changes, from what to what; of a person neither is said, nor of a charter."""

    item: ChangedItem
    before: OrganizationText | None = None
    after: OrganizationText | None = None


class OfficialDecisionState(MatterState, frozen=True, kw_only=True):
    """An authority's act about one organisation, in the authority's own division."""

    state: DecisionPhase
    authority: Code
    organization: Ref
    kind: DecisionKind
    listing: CreditListing = CreditListing.NONE
    """The list, where the decision puts the organisation on one."""
    grounds: tuple[Code, ...] = ()
    result: Code | None = None
    """What was decided within its kind: a penalty by the profile's codes; an inspection's result; a grade
    or `none`; `registered` or `denied`."""
    record: Ref | None = None
    """The inspection, evaluation or application that it concludes; without one, the only one open."""
    credit_code: PublicCode | None = None
    """Given by the decision to register."""
    changes: tuple[RegisteredChange, ...] = ()
    """What a decision on a change of registration lets change."""
    document_number: DocumentNumber | None = None
    decided_on: datetime.date
    corrected_times: Count = 0


official_decision = define_stream(
    "registry",
    "official_decision",
    en="Decisions of authorities about organisations, which the organisation's home applies.",
    zh="登记管理机关等对社会组织作出的决定,由组织所在平台执行。",
    consumers=("registry", "grants", "notify", "console"),
    directive=True,
    reassignable=False,
)


@official_decision.fact("recorded", en="An authority decided.", zh="有关机关作出决定。")
class OfficialDecisionRecorded(Event, frozen=True, kw_only=True):
    """Decided; the home of the organisation applies it."""

    state: OfficialDecisionState


@official_decision.fact("corrected", en="A decision's record was put right.", zh="决定的记录更正。")
class OfficialDecisionCorrected(Event, frozen=True, kw_only=True):
    """Grounds, document or end were recorded wrongly; the state says them rightly."""

    state: OfficialDecisionState


@official_decision.fact("lifted", en="A decision no longer holds.", zh="决定解除。")
class OfficialDecisionLifted(Event, frozen=True, kw_only=True):
    """Lifted by the authority, or its time is over; the subject ends."""

    state: OfficialDecisionState
    reason: Code | None = None


class ListingPhase(enum.StrEnum):
    """Where a listing is."""

    OPENED = "opened"
    NOTICED = "noticed"
    ANSWERED = "answered"
    LISTED = "listed"
    PUBLICISED = "publicised"
    REMOVED = "removed"
    DROPPED = "dropped"


class CreditListingState(MatterState, frozen=True, kw_only=True):
    """One organisation on its way onto a credit list and off it, in the authority's own division."""

    state: ListingPhase
    authority: Code
    organization: Ref
    listing: CreditListing
    listing_grounds: tuple[Code, ...]
    decision: Ref | None = None
    """The decision by which it is on the list."""
    document_number: DocumentNumber | None = None
    noticed_on: datetime.date | None = None
    listed_on: datetime.date | None = None
    publicised_on: datetime.date | None = None
    term_on: datetime.date | None = None
    """The day on which two years on the list of abnormal activities are over."""
    repeats: Count = 0


credit_listing = define_stream(
    "registry",
    "credit_listing",
    en="Listing procedures: notice, answer, decision, publication, removal.",
    zh="信用名录的告知、申辩、列入、公布和移出。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
    stands_still=False,
    reassignable=False,
)


@credit_listing.fact("opened", en="Grounds for listing were found.", zh="发现应列入名录的情形。")
class CreditListingOpened(Event, frozen=True, kw_only=True):
    """The authority looks at grounds; nobody is listed yet."""

    state: CreditListingState


@credit_listing.fact("noticed", en="The organisation was told beforehand.", zh="事先告知组织。")
class CreditListingNoticed(Event, frozen=True, kw_only=True):
    """Told facts, grounds and its right to answer."""

    state: CreditListingState


@credit_listing.fact("answered", en="The organisation answered the notice.", zh="组织陈述申辩。")
class CreditListingAnswered(Event, frozen=True, kw_only=True):
    """It stated its case; what it said stays in the registry."""

    state: CreditListingState


@credit_listing.fact("listed", en="The authority put it on the list.", zh="决定列入名录。")
class CreditListingListed(Event, frozen=True, kw_only=True):
    """Decided; the state names the decision."""

    state: CreditListingState


@credit_listing.fact("publicised", en="The listing was published.", zh="列入名录公布。")
class CreditListingPublicised(Event, frozen=True, kw_only=True):
    """Published."""

    state: CreditListingState


@credit_listing.fact("repeated", en="A ground arose again while listed.", zh="在列期间再次出现列入情形。")
class CreditListingRepeated(Event, frozen=True, kw_only=True):
    """The time on the list starts anew."""

    state: CreditListingState


@credit_listing.fact("removed", en="It was taken off the list.", zh="移出名录。")
class CreditListingRemoved(Event, frozen=True, kw_only=True):
    """Off the list, with the reason; the subject ends."""

    state: CreditListingState
    reason: Code


@credit_listing.fact("dropped", en="It was not listed.", zh="不予列入名录。")
class CreditListingDropped(Event, frozen=True, kw_only=True):
    """The answer was accepted, or the ground was gone; the subject ends."""

    state: CreditListingState
    reason: Code


@credit_listing.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,申辩期限调整。")
class CreditListingRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The time to answer counts in working days and moved."""

    state: CreditListingState


@credit_listing.fact(
    "fell_due", en="The time to answer, or two years on it, are over.", zh="申辩或在列期满。"
)
class CreditListingFellDue(Overdue, frozen=True, kw_only=True):
    """The authority may decide; the rule says which time is over."""

    state: CreditListingState


class RiskPhase(enum.StrEnum):
    """Where a risk is."""

    OPENED = "opened"
    ASSESSED = "assessed"
    MITIGATED = "mitigated"
    CLOSED = "closed"


class RiskState(MatterState, frozen=True, kw_only=True):
    """A risk that an organisation carries: how grave, who sees to it, until when."""

    state: RiskPhase
    organization: Ref
    topic: Code
    risk_level: Code
    origin: Code
    """How it was found: a profile code such as `spot_check`, `report`, `visit`."""
    origin_record: Ref | None = None
    assessed_times: Count = 0
    outcome: Code | None = None


risk = define_stream(
    "registry",
    "risk",
    en="Risks of organisations, from finding to closing.",
    zh="社会组织风险隐患的发现、研判、化解和销号。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@risk.fact("opened", en="A risk was found.", zh="发现风险隐患。")
class RiskOpened(Event, frozen=True, kw_only=True):
    """Entered in the register of risks."""

    state: RiskState


@risk.fact("assessed", en="A risk was assessed.", zh="风险研判。")
class RiskAssessed(Event, frozen=True, kw_only=True):
    """How grave it is, for the first time or anew."""

    state: RiskState


@risk.fact("mitigated", en="Something was done about a risk.", zh="风险已采取措施化解。")
class RiskMitigated(Event, frozen=True, kw_only=True):
    """Measures were taken; whether they suffice is seen when it is closed."""

    state: RiskState
    measures: tuple[Code, ...] = ()


@risk.fact("closed", en="A risk was closed.", zh="风险销号。")
class RiskClosed(Event, frozen=True, kw_only=True):
    """Gone, or followed elsewhere; the subject ends."""

    state: RiskState


@risk.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,化解期限调整。")
class RiskRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: RiskState


@risk.fact("became_overdue", en="A risk was not seen to in time.", zh="风险逾期未化解。")
class RiskBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The deadline of its level passed."""

    state: RiskState


class IllegalCasePhase(enum.StrEnum):
    """Where the case of an illegal organisation is."""

    REPORTED = "reported"
    VERIFIED = "verified"
    REFERRED = "referred"
    CLOSED = "closed"


class IllegalCaseState(MatterState, frozen=True, kw_only=True):
    """A body that is said to act as a social organisation without being registered. Its name stays in the
    registry: what is reported is not yet true."""

    state: IllegalCasePhase
    origin: Code
    """How it became known: a profile code such as `report`, `inspection`, `census`."""
    finding: Code | None = None
    referred_to: Code | None = None
    outcome: Code | None = None


illegal_case = define_stream(
    "registry",
    "illegal_case",
    en="Cases of illegal social organisations.",
    zh="非法社会组织的线索、核查、移送和办结。",
    consumers=("registry", "notify", "console"),
    partitions=3,
)


@illegal_case.fact("reported", en="An illegal organisation was reported.", zh="收到非法社会组织线索。")
class IllegalCaseReported(Event, frozen=True, kw_only=True):
    """Reported, or found; it is to be verified."""

    state: IllegalCaseState


@illegal_case.fact("verified", en="The case was looked into.", zh="线索已核查。")
class IllegalCaseVerified(Event, frozen=True, kw_only=True):
    """What was found, as a code of the profile."""

    state: IllegalCaseState


@illegal_case.fact("referred", en="The case went to the body that decides.", zh="案件移送。")
class IllegalCaseReferred(Event, frozen=True, kw_only=True):
    """Referred to the authority or the police."""

    state: IllegalCaseState


@illegal_case.fact("closed", en="The case was closed.", zh="案件办结。")
class IllegalCaseClosed(Event, frozen=True, kw_only=True):
    """Persuaded to dissolve, banned, guided to register, or unfounded; the subject ends."""

    state: IllegalCaseState


@illegal_case.fact("rescheduled", en="A new calendar moved the deadline.", zh="日历公布,核查期限调整。")
class IllegalCaseRescheduled(Rescheduled, frozen=True, kw_only=True):
    """The deadline counts in working days and moved."""

    state: IllegalCaseState


@illegal_case.fact("became_overdue", en="A case was not verified in time.", zh="线索逾期未核查。")
class IllegalCaseBecameOverdue(Overdue, frozen=True, kw_only=True):
    """The deadline passed."""

    state: IllegalCaseState


class VisitPoint(enum.StrEnum):
    """What is looked at before an organisation may go on: the six points of S23."""

    HEALTH = "health"
    PREMISES = "premises"
    SUPPLIES = "supplies"
    WORK_PLAN = "work_plan"
    RULES = "rules"
    SAFETY = "safety"


class EmergencyOrderPhase(enum.StrEnum):
    """Where an emergency order is."""

    ISSUED = "issued"
    LIFTED = "lifted"


class EmergencyOrderState(MatterState, frozen=True, kw_only=True):
    """An order that organisations stand still. Its scope: those of the divisions that have one of the
    categories, or those named; what is empty narrows nothing."""

    state: EmergencyOrderPhase
    title: OrganizationText
    kind: Code
    divisions: tuple[Division, ...] = ()
    categories: tuple[PublicCode, ...] = ()
    organizations: tuple[Id, ...] = ()
    document_number: DocumentNumber | None = None


emergency_order = define_stream(
    "registry",
    "emergency_order",
    en="Emergency orders, for the stacks below.",
    zh="应急措施通知,下达各级。",
    consumers=("registry", "notify", "console"),
    directive=True,
    reassignable=False,
)


@emergency_order.fact("issued", en="Organisations were ordered to stand still.", zh="下达暂停活动通知。")
class EmergencyOrderIssued(Event, frozen=True, kw_only=True):
    """Issued: every stack below pauses its own organisations in scope."""

    state: EmergencyOrderState


@emergency_order.fact("extended", en="The order holds longer.", zh="应急措施延期。")
class EmergencyOrderExtended(Event, frozen=True, kw_only=True):
    """Another day on which it is looked at again."""

    state: EmergencyOrderState


@emergency_order.fact("fell_due", en="The day to look at the order again came.", zh="应急措施到期待定。")
class EmergencyOrderFellDue(Overdue, frozen=True, kw_only=True):
    """It holds until somebody lifts it."""

    state: EmergencyOrderState


@emergency_order.fact("lifted", en="The order was lifted.", zh="应急措施解除。")
class EmergencyOrderLifted(Event, frozen=True, kw_only=True):
    """Lifted: whoever still stands still goes on."""

    state: EmergencyOrderState


class EmergencyPausePhase(enum.StrEnum):
    """Where one organisation's pause is."""

    PAUSED = "paused"
    VISITED = "visited"
    PERMITTED = "permitted"
    RELEASED = "released"


class EmergencyPauseState(MatterState, frozen=True, kw_only=True):
    """One organisation that stands still under an order, until it is permitted to go on."""

    state: EmergencyPausePhase
    order: Ref
    organization: Ref
    visits: Count = 0
    visited_on: datetime.date | None = None
    passed: tuple[VisitPoint, ...] = ()
    lacking: tuple[VisitPoint, ...] = ()


emergency_pause = define_stream(
    "registry",
    "emergency_pause",
    en="Organisations that stand still under an emergency order.",
    zh="因应急措施暂停活动的组织及其恢复。",
    consumers=("registry", "grants", "notify", "console"),
    stands_still=False,
    reassignable=False,
)


@emergency_pause.fact("paused", en="An organisation stands still.", zh="组织暂停活动。")
class EmergencyPausePaused(Event, frozen=True, kw_only=True):
    """Paused by its home; the deadlines of its records stand still."""

    state: EmergencyPauseState


@emergency_pause.fact("visited", en="The six points were looked at.", zh="现场督查六个方面。")
class EmergencyPauseVisited(Event, frozen=True, kw_only=True):
    """The state says which points it passed."""

    state: EmergencyPauseState


@emergency_pause.fact("permitted", en="An organisation may go on.", zh="准予恢复活动。")
class EmergencyPausePermitted(Event, frozen=True, kw_only=True):
    """All points passed; the subject ends and its deadlines run again."""

    state: EmergencyPauseState


@emergency_pause.fact("released", en="A pause ended with its order.", zh="随应急措施解除恢复活动。")
class EmergencyPauseReleased(Event, frozen=True, kw_only=True):
    """The order was lifted; the subject ends and its deadlines run again."""

    state: EmergencyPauseState
