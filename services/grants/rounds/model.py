"""A round's states, its terms and what may be asked of it in each state (SM7)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chassis.model import LARGEST_FEN, Refusal, RefusalKind, SumOutOfRange, Transitions
from services.grants.eligibility.model import Rule
from services.grants.eligibility.model import faults as eligibility_faults
from services.grants.ranking.model import Criterion, criteria_faults


class RoundKind(StrEnum):
    """What a round hands out: money, or honours without money (文明家庭评选)."""

    GRANTS = "grants"
    HONOURS = "honours"


class RoundStatus(StrEnum):
    """Where a round is."""

    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    RANKING_PROPOSED = "ranking_proposed"
    PUBLICISED = "publicised"
    DECIDED = "decided"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


STATUSES_ZH: Mapping[str, str] = {
    RoundStatus.ANNOUNCED: "已公告",
    RoundStatus.OPEN: "申报中",
    RoundStatus.CLOSED: "已截止",
    RoundStatus.RANKING_PROPOSED: "已提出排名",
    RoundStatus.PUBLICISED: "公示中",
    RoundStatus.DECIDED: "已决定",
    RoundStatus.CONCLUDED: "已办结",
    RoundStatus.CANCELLED: "已取消",
}
STATUS_NAMED = {"status": STATUSES_ZH}
"""For refusals that name one, see `Refusal.names`."""

TRANSITIONS: Transitions[RoundStatus] = {
    RoundStatus.ANNOUNCED: {
        "opened": RoundStatus.OPEN,
        "extended": RoundStatus.ANNOUNCED,
        "cancelled": RoundStatus.CANCELLED,
    },
    RoundStatus.OPEN: {
        "extended": RoundStatus.OPEN,
        "closed": RoundStatus.CLOSED,
        "cancelled": RoundStatus.CANCELLED,
    },
    RoundStatus.CLOSED: {
        "extended": RoundStatus.OPEN,
        "ranking_proposed": RoundStatus.RANKING_PROPOSED,
        "cancelled": RoundStatus.CANCELLED,
    },
    RoundStatus.RANKING_PROPOSED: {
        "ranking_proposed": RoundStatus.RANKING_PROPOSED,
        "publicised": RoundStatus.PUBLICISED,
        "reopened": RoundStatus.CLOSED,
        "cancelled": RoundStatus.CANCELLED,
    },
    RoundStatus.PUBLICISED: {
        "decided": RoundStatus.DECIDED,
        "reopened": RoundStatus.CLOSED,
        "cancelled": RoundStatus.CANCELLED,
    },
    RoundStatus.DECIDED: {"reopened": RoundStatus.CLOSED, "concluded": RoundStatus.CONCLUDED},
    RoundStatus.CONCLUDED: {},
    RoundStatus.CANCELLED: {},
}

ENTERED = (RoundStatus.ANNOUNCED, RoundStatus.OPEN, RoundStatus.CLOSED)
"""Statuses that a round entered as history may begin in; later ones need its applications first."""


class UnknownArea(Refusal):
    """Not an area of the profile."""

    code = "area_unknown"
    kind = RefusalKind.INVALID
    zh = "领域“{area}”不在地区配置中;可用:{known}。"
    en = "Area '{area}' is not in the region profile; known: {known}."


class UnknownTargetGroup(Refusal):
    """Not a target group of the profile."""

    code = "target_group_unknown"
    kind = RefusalKind.INVALID
    zh = "服务对象“{group}”不在地区配置中;可用:{known}。"
    en = "Target group '{group}' is not in the region profile; known: {known}."


class FewerDeclaredThanNamed(Refusal):
    """A list is never longer than the number announced for it (F16)."""

    code = "areas_declared_too_few"
    kind = RefusalKind.INVALID
    zh = "公布的领域数 {declared} 少于已列出的 {named} 个。"
    en = "{declared} areas are declared but {named} are named."


class WindowReversed(Refusal):
    """A window closes after it opens."""

    code = "window_reversed"
    kind = RefusalKind.INVALID
    zh = "截止日期 {closes} 早于开始日期 {opens}。"
    en = "The window closes on {closes}, before it opens on {opens}."


class WindowMissing(Refusal):
    """A live round opens and closes by its window."""

    code = "window_missing"
    kind = RefusalKind.INVALID
    zh = "请填写申报截止日期。"
    en = "Give the last day for applications."


class MoneyMissing(Refusal):
    """A round of money names its budget and its fund."""

    code = "round_money_missing"
    kind = RefusalKind.INVALID
    zh = "资助类轮次须填写预算和资金来源。"
    en = "A round of grants names its budget and the fund it comes from."


class HonoursWithoutMoney(Refusal):
    """A round of honours moves no money."""

    code = "honours_without_money"
    kind = RefusalKind.INVALID
    zh = "荣誉类轮次不涉及资金,请勿填写预算、上限或资金。"
    en = "A round of honours has no budget, cap or fund."


class BudgetExceedsFund(Refusal):
    """A round promises no more than its fund has free."""

    code = "budget_exceeds_fund"
    zh = "预算 {budget:yuan} 元超过资金“{fund}”的可用余额 {available:yuan} 元。"
    en = "The budget of {budget:yuan} yuan exceeds the {available:yuan} that are free in fund '{fund}'."


class FundElsewhere(Refusal):
    """A place's money pays for rounds of that place and of those within it."""

    code = "fund_elsewhere"
    zh = "资金“{fund}”不属于“{division}”及其上级区划，不能用于该轮次；请选择本级或上级的资金。"
    en = "Fund '{fund}' belongs neither to '{division}' nor to a division above it; choose one that does."


class NotAnExtension(Refusal):
    """An extension closes later."""

    code = "not_an_extension"
    kind = RefusalKind.INVALID
    zh = "新的截止日期 {day} 应晚于原截止日期 {previous},且不早于 {today}。"
    en = "The new last day {day} must be after {previous} and not before {today}."


class WindowStillOpen(Refusal):
    """A live window is not closed early by hand."""

    code = "window_still_open"
    zh = "申报期到 {closes} 才结束,不能提前截止。"
    en = "Applications are taken until {closes}; the round cannot close before."


class PublicityNotOver(Refusal):
    """Nothing is decided while objections may be lodged."""

    code = "publicity_not_over"
    zh = "公示期到 {until} 结束,期满前不能作出决定。"
    en = "The result is up for objections until {until}; it cannot be decided before."


class ApplicationsUndecided(Refusal):
    """A ranking needs every application judged."""

    code = "applications_undecided"
    zh = "还有 {waiting} 份申请未完成资格审查、{returned} 份退回未补正;请先处理。"
    en = "{waiting} applications are not yet judged and {returned} are returned; settle them first."


class NothingToRank(Refusal):
    """A ranking needs eligible applications."""

    code = "nothing_to_rank"
    zh = "本轮没有合格的申请,无法排名。"
    en = "The round has no eligible application to rank."


class RankingStale(Refusal):
    """What the ranking was computed from is no longer so."""

    code = "ranking_stale"
    zh = "排名提出后,申请、评分或条件已有变化;请退回后重新提出排名。"
    en = "Applications, scores or terms changed since the ranking was proposed; reopen and propose it again."


class RoundNotClosed(Refusal):
    """Scores are given between closing and ranking."""

    code = "round_not_scored_now"
    zh = "轮次状态为“{status}”;仅在截止后、提出排名前可以评分。"
    en = "The round is '{status}'; scores are taken between closing and ranking."
    names = STATUS_NAMED


class StatusNotEntered(Refusal):
    """Only history is entered as already opened or closed."""

    code = "status_not_entered"
    kind = RefusalKind.INVALID
    zh = "不能直接登记为“{status}”:补录的轮次可为“已公告”“申报中”“已截止”,实时轮次只能为“已公告”。"
    en = "A round cannot be entered as '{status}': history as announced, open or closed, live as announced."
    names = STATUS_NAMED


@dataclass(frozen=True)
class Terms:
    """What a round is announced with. Sums in fen, days in Asia/Shanghai."""

    title: str
    kind: RoundKind
    year: int
    issuers: tuple[str, ...] = ()
    planning_members: tuple[str, ...] = ()
    programme: str | None = None
    areas_declared: int | None = None
    areas_named: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    opens_on: date | None = None
    closes_on: date | None = None
    cap_per_application_fen: int | None = None
    budget_fen: int | None = None
    has_fund: bool = False
    eligibility: tuple[Rule, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    publicity_days: int = 0

    def takes_area(self, area: str) -> bool:
        """Whether an application may name this area: any, unless the round's list is complete (F16)."""
        complete = self.areas_declared is None or self.areas_declared == len(self.areas_named)
        return area in self.areas_named or not (self.areas_named and complete)


def faults(
    terms: Terms, *, live: bool, areas: Collection[str], target_groups: Collection[str]
) -> Iterable[Refusal]:
    """Everything that is wrong with the terms, given the profile's areas and target groups."""
    yield from _list_faults(terms, areas, target_groups)
    if live and terms.closes_on is None:
        yield WindowMissing(at="/closes_on")
    if terms.opens_on and terms.closes_on and terms.closes_on < terms.opens_on:
        yield WindowReversed(opens=terms.opens_on, closes=terms.closes_on, at="/closes_on")
    yield from _money_faults(terms)
    yield from eligibility_faults(terms.eligibility)
    yield from criteria_faults(terms.criteria)


def _list_faults(terms: Terms, areas: Collection[str], target_groups: Collection[str]) -> Iterable[Refusal]:
    for position, area in enumerate(terms.areas_named):
        if area not in areas:
            yield UnknownArea(area=area, known=areas, at=f"/areas_named/{position}")
    for position, group in enumerate(terms.target_groups):
        if group not in target_groups:
            yield UnknownTargetGroup(group=group, known=target_groups, at=f"/target_groups/{position}")
    if terms.areas_declared is not None and terms.areas_declared < len(terms.areas_named):
        yield FewerDeclaredThanNamed(
            declared=terms.areas_declared, named=len(terms.areas_named), at="/areas_declared"
        )


def _money_faults(terms: Terms) -> Iterable[Refusal]:
    if terms.kind is RoundKind.HONOURS:
        if terms.budget_fen is not None or terms.cap_per_application_fen is not None or terms.has_fund:
            yield HonoursWithoutMoney(at="/budget_fen")
        return
    if terms.budget_fen is None or not terms.has_fund:
        yield MoneyMissing(at="/budget_fen" if terms.budget_fen is None else "/fund_id")
    for field in ("budget_fen", "cap_per_application_fen"):
        fen = getattr(terms, field)
        if fen is not None and not 0 < fen <= LARGEST_FEN:
            yield SumOutOfRange(fen=fen, least=1, most=LARGEST_FEN, at=f"/{field}")


def extension(closes_on: date | None, until: date, today: date | None) -> date:
    """The new last day; raises `NotAnExtension` unless it is later, and not past for a live round."""
    if (closes_on is not None and until <= closes_on) or (today is not None and until < today):
        raise NotAnExtension(day=until, previous=closes_on or "-", today=today or "-", at="/closes_on")
    return until


def publicised_until(publicised_on: date, days: int) -> date:
    """The last day on which an objection may be lodged; the day of publication does not count."""
    return publicised_on + timedelta(days=days)


def entered_status(status: RoundStatus, *, live: bool) -> RoundStatus:
    """The status a round begins in; raises `StatusNotEntered`."""
    if status not in ENTERED or (live and status is not RoundStatus.ANNOUNCED):
        raise StatusNotEntered(status=status.value, at="/status")
    return status
