"""Events of the grants service: who gets which money for what, and what came of it."""

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
    Event,
    Fen,
    Id,
    OrganizationText,
    PublicCode,
    Ref,
    State,
    Year,
)
from shuniu_contracts.replay import REQUESTED_EN, REQUESTED_ZH, ReplayState, define_replay

Thousandths = Annotated[int, msgspec.Meta(ge=-EXACT, le=EXACT, extra_json_schema={"x-privacy": "public"})]
"""A number in integer thousandths: 85.5 points are 85,500."""


class FundSource(enum.StrEnum):
    """Whose money a fund is."""

    FISCAL = "fiscal"
    WELFARE_LOTTERY = "welfare_lottery"
    DONATION = "donation"
    FOUNDATION = "foundation"
    OTHER = "other"


class FundState(State, frozen=True, kw_only=True):
    """A fund with its three sums; what is free is total less committed, released sums came back."""

    title: OrganizationText
    source: FundSource
    source_body: Code | None = None
    custodian: Code | None = None
    fiscal_year: Year
    purpose: Code | None = None
    total_fen: Fen
    committed_fen: Fen = 0
    released_fen: Fen = 0
    lapsed_fen: Fen = 0
    closed_on: datetime.date | None = None


class RoundKind(enum.StrEnum):
    """What a round hands out."""

    GRANTS = "grants"
    HONOURS = "honours"


class RoundStatus(enum.StrEnum):
    """Where a round is."""

    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    RANKING_PROPOSED = "ranking_proposed"
    PUBLICISED = "publicised"
    DECIDED = "decided"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class Areas(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Areas of a round: a source may declare how many there are without naming them all (F16)."""

    declared: Count | None = None
    named: tuple[PublicCode, ...] = ()


class EligibilityRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition of a round: the rule's code with its parameters as codes."""

    rule: PublicCode
    parameters: tuple[PublicCode, ...] = ()


class Criterion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One criterion of the review with its weight."""

    code: PublicCode
    weight_thousandths: Thousandths
    highest_thousandths: Thousandths = 100_000


class RoundState(State, frozen=True, kw_only=True):
    """A round of venture philanthropy (公益创投) or of honours, with the rules it is decided by."""

    title: OrganizationText
    kind: RoundKind = RoundKind.GRANTS
    status: RoundStatus
    year: Year
    issuers: tuple[PublicCode, ...] = ()
    planning_members: tuple[PublicCode, ...] = ()
    programme: PublicCode | None = None
    areas: Areas = Areas()
    target_groups: tuple[PublicCode, ...] = ()
    opens_on: datetime.date | None = None
    closes_on: datetime.date | None = None
    cap_per_application_fen: Fen | None = None
    budget_fen: Fen | None = None
    fund: Ref | None = None
    eligibility: tuple[EligibilityRule, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    criteria_version: PublicCode | None = None
    public_vote_weight_thousandths: Thousandths = 0
    publicity_days: Count | None = None
    publicised_on: datetime.date | None = None
    publicised_until: datetime.date | None = None
    decided_on: datetime.date | None = None
    submitted_count: Count | None = None
    awarded_count: Count | None = None
    awarded_fen: Fen | None = None


class GrantApplicationStatus(enum.StrEnum):
    """Where a grant application is."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    AWARDED = "awarded"
    RESERVED = "reserved"
    NOT_SELECTED = "not_selected"


class ApplicationState(State, frozen=True, kw_only=True):
    """An application in a round: what was asked, how it stands, and on which facts that was judged."""

    round: Ref
    organization: Ref
    title: OrganizationText
    status: GrantApplicationStatus
    area: PublicCode | None = None
    target_groups: tuple[PublicCode, ...] = ()
    requested_fen: Fen
    awarded_fen: Fen | None = None
    eligibility_reasons: tuple[Code, ...] = ()
    facts_used: tuple[Ref, ...] = ()
    """The versions of other aggregates that eligibility was judged on."""
    score_thousandths: Thousandths | None = None
    rank: Count | None = None
    submitted_on: datetime.date | None = None
    decided_on: datetime.date | None = None


class RankedApplication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a proposed or publicised ranking."""

    application: Id
    rank: Count
    score_thousandths: Thousandths
    award_fen: Fen = 0
    deviation: Code | None = None
    """The reason where the line departs from the computed ranking."""


fund = define_stream(
    "grants",
    "fund",
    en="Funds with what is committed of them and what came back.",
    zh="资金:来源、年度、用途,以及已承诺、已释放的金额。",
    consumers=("grants", "console"),
    partitions=3,
)
round_ = define_stream(
    "grants",
    "round",
    en="Funding rounds, from announcement to conclusion.",
    zh="公益创投等轮次:发布、开放、评审、公示、决定到结束。",
    consumers=("registry", "grants", "notify", "console"),
    partitions=3,
    max_bytes=256 * 1024,
    directive=True,
)
application = define_stream(
    "grants",
    "application",
    en="Applications in funding rounds.",
    zh="轮次中的项目申请。",
    consumers=("registry", "grants", "notify", "console"),
)
replay = define_replay("grants")


@fund.fact("opened", en="A fund was opened.", zh="设立一项资金。")
class FundOpened(Event, frozen=True, kw_only=True):
    """A fund of one source, year and purpose."""

    state: FundState


@fund.fact("increased", en="A fund received more money.", zh="资金追加。")
class FundIncreased(Event, frozen=True, kw_only=True):
    """More money came in."""

    state: FundState
    amount_fen: Fen


@fund.fact("committed", en="Money of a fund was committed.", zh="资金被承诺(占用)。")
class FundCommitted(Event, frozen=True, kw_only=True):
    """Committed for an award or another purpose."""

    state: FundState
    amount_fen: Fen
    application: Ref | None = None


@fund.fact("released", en="Committed money of a fund became free again.", zh="已承诺的资金被释放。")
class FundReleased(Event, frozen=True, kw_only=True):
    """A commitment was given up."""

    state: FundState
    amount_fen: Fen
    application: Ref | None = None


@fund.fact("lapsed", en="Unused money of a fund lapsed.", zh="未使用的资金失效。")
class FundLapsed(Event, frozen=True, kw_only=True):
    """What was unused at the year's end may no longer be used."""

    state: FundState
    amount_fen: Fen


@fund.fact("closed", en="A fund was closed.", zh="资金关闭。")
class FundClosed(Event, frozen=True, kw_only=True):
    """Closed; the subject ends."""

    state: FundState


@round_.fact("announced", en="A round was announced.", zh="发布轮次公告。")
class RoundAnnounced(Event, frozen=True, kw_only=True):
    """Announced with its rules; applications open later."""

    state: RoundState


@round_.fact("opened", en="A round opened for applications.", zh="轮次开放申请。")
class RoundOpened(Event, frozen=True, kw_only=True):
    """Applications are taken from now on."""

    state: RoundState


@round_.fact("extended", en="A round's window was extended.", zh="轮次申请期延长。")
class RoundExtended(Event, frozen=True, kw_only=True):
    """The window closes later than it did."""

    state: RoundState
    previously_closed_on: datetime.date | None = None


@round_.fact("closed", en="A round no longer takes applications.", zh="轮次停止接受申请。")
class RoundClosed(Event, frozen=True, kw_only=True):
    """The window is over."""

    state: RoundState


@round_.fact("ranking_proposed", en="A ranking of a round was proposed.", zh="提出轮次排名建议。")
class RoundRankingProposed(Event, frozen=True, kw_only=True):
    """The ranking computed from the reviews, with each deviation and its reason."""

    state: RoundState
    ranking: tuple[RankedApplication, ...]


@round_.fact("publicised", en="A proposed decision was put up for objections.", zh="拟定结果公示。")
class RoundPublicised(Event, frozen=True, kw_only=True):
    """Publicity (公示) began."""

    state: RoundState
    ranking: tuple[RankedApplication, ...] = ()


@round_.fact("decided", en="A round was decided.", zh="轮次作出决定。")
class RoundDecided(Event, frozen=True, kw_only=True):
    """Decided; each application says its own outcome."""

    state: RoundState


@round_.fact("reopened", en="A round's decision was reopened.", zh="轮次决定被重新打开。")
class RoundReopened(Event, frozen=True, kw_only=True):
    """Reopened because of a conflict or an objection."""

    state: RoundState
    reason: Code


@round_.fact("cancelled", en="A round was cancelled.", zh="轮次取消。")
class RoundCancelled(Event, frozen=True, kw_only=True):
    """Cancelled; the subject ends."""

    state: RoundState
    reason: Code


@round_.fact("concluded", en="A round was concluded.", zh="轮次结束。")
class RoundConcluded(Event, frozen=True, kw_only=True):
    """All its projects are closed out; the subject ends."""

    state: RoundState


@application.fact("submitted", en="An application was submitted in a round.", zh="提交项目申请。")
class ApplicationSubmitted(Event, frozen=True, kw_only=True):
    """Submitted, or submitted again after it was returned."""

    state: ApplicationState


@application.fact(
    "found_eligible", en="An application met the conditions of its round.", zh="申请符合轮次条件。"
)
class ApplicationFoundEligible(Event, frozen=True, kw_only=True):
    """Eligible by the facts whose versions the state lists."""

    state: ApplicationState


@application.fact(
    "found_ineligible", en="An application failed conditions of its round.", zh="申请不符合轮次条件。"
)
class ApplicationFoundIneligible(Event, frozen=True, kw_only=True):
    """Ineligible, with the reasons."""

    state: ApplicationState
    reasons: tuple[Code, ...]


@application.fact("returned", en="An application went back to be completed.", zh="申请退回补正。")
class ApplicationReturned(Event, frozen=True, kw_only=True):
    """Returned for completion of the named items."""

    state: ApplicationState
    items: tuple[Code, ...] = ()


@application.fact("withdrawn", en="An application was withdrawn.", zh="申请撤回。")
class ApplicationWithdrawn(Event, frozen=True, kw_only=True):
    """Withdrawn by the organisation; the subject ends."""

    state: ApplicationState


@application.fact(
    "awarded", en="An application was awarded and its money committed.", zh="申请立项,资金被承诺。"
)
class ApplicationAwarded(Event, frozen=True, kw_only=True):
    """Awarded (立项); its money is committed in the same transaction."""

    state: ApplicationState


@application.fact("reserved", en="An application went on the reserve list.", zh="申请进入候补名单。")
class ApplicationReserved(Event, frozen=True, kw_only=True):
    """On the reserve list."""

    state: ApplicationState


@application.fact("not_selected", en="An application was not selected.", zh="申请未入选。")
class ApplicationNotSelected(Event, frozen=True, kw_only=True):
    """Not selected; the subject ends unless the round is reopened."""

    state: ApplicationState


@replay.fact("requested", en=REQUESTED_EN, zh=REQUESTED_ZH)
class ReplayRequested(Event, frozen=True, kw_only=True):
    """A gap was seen by grants."""

    state: ReplayState
