"""The eligibility language: a rule is a word with parameters, judged on facts whose versions are kept.

Rules are data of a round, so that a district writes its own conditions without a change of code and an
organisation reads beforehand why it could not apply.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.model import (
    MalformedDivision,
    Refusal,
    RefusalKind,
    division_code,
    in_words,
    is_within,
    listed,
)

LEGAL_FORMS: Mapping[str, str] = {
    "association": "社会团体",
    "private_non_enterprise": "民办非企业单位",
    "foundation": "基金会",
    "community_organization": "社区社会组织",
    "none": "无（草根）",
    "unclassified": "形式未说明",
}
LEGAL_STATUSES: Mapping[str, str] = {
    "candidate": "拟成立",
    "discovered": "摸底发现",
    "filed": "已备案",
    "registered": "已登记",
    "suspended": "停止活动",
    "deregistered": "已注销",
    "revoked": "已撤销",
    "dissolved": "已解散",
}
HUB_STANDINGS: Mapping[str, str] = {"good": "良好", "under_rectification": "整改中", "at_risk": "有风险"}
CREDIT_LISTINGS: Mapping[str, str] = {
    "abnormal": "活动异常名录",
    "seriously_untrustworthy": "严重违法失信名单",
}
COVERAGE_LINES: Mapping[str, str] = {"party": "党组织", "women": "妇联组织"}
_REGISTRATION_ENDED = ("suspended", "deregistered", "revoked")


class UnknownRule(Refusal):
    """No such word in the language."""

    code = "eligibility_rule_unknown"
    kind = RefusalKind.INVALID
    zh = "没有名为“{rule}”的申报条件;可用:{known}。"
    en = "There is no eligibility rule '{rule}'; known: {known}."


class BadParameters(Refusal):
    """The word is known, what stands behind it is not."""

    code = "eligibility_parameters_invalid"
    kind = RefusalKind.INVALID
    zh = "申报条件“{rule}”的参数“{parameters}”无效:应为{expected_zh}。"
    en = "Parameters '{parameters}' of eligibility rule '{rule}' are not valid: expected {expected_en}."


@dataclass(frozen=True)
class Version:
    """Which version of another aggregate a judgement rests on."""

    id: str
    sequence: int


@dataclass(frozen=True)
class Coverage:
    """The coverage duty of one line as the local copy has it."""

    duty: Version
    line: str
    status: str


@dataclass(frozen=True)
class Ban:
    """A bar on applying, first and last day included."""

    imposed_on: date
    until: date


@dataclass(frozen=True)
class OrganizationFacts:
    """What is known here of an organisation."""

    version: Version
    name: str
    division: str
    legal_form: str
    legal_status: str
    categories: tuple[str, ...] = ()
    filed_on: date | None = None
    registered_on: date | None = None
    ended_on: date | None = None
    hub_standing: str = "good"
    credit_listing: str = "none"
    coverage: tuple[Coverage, ...] = ()
    bans: tuple[Ban, ...] = ()

    def status_on(self, day: date) -> str:
        """The legal status on `day`, from the dates that came with the newest version.

        A round of years ago is judged by what was true then, not by what became of the organisation since.
        """
        ended_later = self.ended_on is not None and self.ended_on > day
        was_registered = self.legal_status == "registered" or (
            self.legal_status in _REGISTRATION_ENDED and ended_later
        )
        if not was_registered or self.registered_on is None:
            return "registered" if was_registered else self.legal_status
        if self.registered_on <= day:
            return "registered"
        return "filed" if self.filed_on is not None and self.filed_on <= day else "discovered"


@dataclass(frozen=True)
class Reason:
    """Why an organisation may not apply: a stable code and a sentence in each language."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Rule:
    """One condition of a round."""

    rule: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The outcome, every reason at once, and the versions of the facts used."""

    reasons: tuple[Reason, ...]
    versions: tuple[Version, ...]

    @property
    def eligible(self) -> bool:
        """Whether no condition failed."""
        return not self.reasons


ORGANIZATION_UNKNOWN = Reason(
    "organization_unknown",
    "登记册副本中没有该组织,无法核对申报条件。",
    "The organisation is not in the copy of the register, so no condition can be checked.",
)

Finding = Callable[[OrganizationFacts, tuple[str, ...], date], Reason | None]


@dataclass(frozen=True)
class RuleKind:
    """A word of the language: which parameters it takes and how it is judged."""

    accepts: Callable[[tuple[str, ...]], bool]
    expected_zh: str
    expected_en: str
    find: Finding


def _said(codes: Iterable[str], names: Mapping[str, str]) -> tuple[str, str]:
    """Codes as Chinese and English sentences list them."""
    given = list(codes)
    return listed([names.get(one, one) for one in given], "zh"), listed(map(in_words, given), "en")


def _some_of(values: Collection[str]) -> Callable[[tuple[str, ...]], bool]:
    return lambda parameters: bool(parameters) and all(parameter in values for parameter in parameters)


def _legal_status(facts: OrganizationFacts, allowed: tuple[str, ...], on: date) -> Reason | None:
    status = facts.status_on(on)
    if status in allowed:
        return None
    (is_zh, is_en), (zh, en) = _said([status], LEGAL_STATUSES), _said(allowed, LEGAL_STATUSES)
    return Reason(
        "legal_status",
        f"{on} 的法律状态为“{is_zh}”,本轮要求:{zh}。",
        f"Its legal status on {on} was '{is_en}'; this round asks for {en}.",
    )


def _legal_form(facts: OrganizationFacts, allowed: tuple[str, ...], on: date) -> Reason | None:
    if facts.legal_form in allowed:
        return None
    (is_zh, is_en), (zh, en) = _said([facts.legal_form], LEGAL_FORMS), _said(allowed, LEGAL_FORMS)
    return Reason(
        "legal_form",
        f"法律形式为“{is_zh}”,本轮要求:{zh}。",
        f"Its legal form is '{is_en}'; this round asks for {en}.",
    )


def _category(facts: OrganizationFacts, allowed: tuple[str, ...], on: date) -> Reason | None:
    if set(facts.categories) & set(allowed):
        return None
    return Reason(
        "category",
        f"类别为“{listed(facts.categories, 'zh')}”,本轮要求其中之一:{listed(allowed, 'zh')}。",
        f"Its categories are '{listed(facts.categories, 'en')}'; this round asks for one of"
        f" {listed(allowed, 'en')}.",
    )


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(years, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"{day} has no day {months} months later")


def _registered_months(facts: OrganizationFacts, parameters: tuple[str, ...], on: date) -> Reason | None:
    months = int(parameters[0])
    day = date.fromisoformat(parameters[1]) if len(parameters) > 1 else on
    if facts.registered_on is None:
        return Reason(
            "registration_date_unknown",
            f"登记日期未知,无法确认在 {day} 前登记已满 {months} 个月。",
            f"Its registration date is unknown, so {months} months by {day} cannot be confirmed.",
        )
    due = months_later(facts.registered_on, months)
    if due <= day:
        return None
    return Reason(
        "registered_too_short",
        f"登记于 {facts.registered_on},到 {day} 不满 {months} 个月;{due} 起满足。",
        f"Registered on {facts.registered_on}, by {day} less than {months} months; it will do from {due}.",
    )


def _hub_standing(facts: OrganizationFacts, allowed: tuple[str, ...], on: date) -> Reason | None:
    if facts.hub_standing in allowed:
        return None
    (is_zh, is_en), (zh, en) = _said([facts.hub_standing], HUB_STANDINGS), _said(allowed, HUB_STANDINGS)
    return Reason(
        "hub_standing",
        f"枢纽评价为“{is_zh}”,本轮要求:{zh}。",
        f"Its standing with the hub is '{is_en}'; this round asks for {en}.",
    )


def _not_listed(facts: OrganizationFacts, parameters: tuple[str, ...], on: date) -> Reason | None:
    if facts.credit_listing == "none":
        return None
    zh, en = _said([facts.credit_listing], CREDIT_LISTINGS)
    return Reason(
        "credit_listed",
        f"已被登记管理机关列入“{zh}”;移出后方可申报。",
        f"The registration authority has it on the list '{en}'; it must come off first.",
    )


def _division_within(facts: OrganizationFacts, allowed: tuple[str, ...], on: date) -> Reason | None:
    if any(is_within(facts.division, division) for division in allowed):
        return None
    return Reason(
        "division_outside",
        f"所在区划 {facts.division} 不在本轮范围内:{listed(allowed, 'zh')}。",
        f"Its division {facts.division} is outside the area of this round: {listed(allowed, 'en')}.",
    )


def _covered(facts: OrganizationFacts, lines: tuple[str, ...], on: date) -> Reason | None:
    covered = {coverage.line for coverage in facts.coverage if coverage.status == "covered"}
    missing = [line for line in lines if line not in covered]
    if not missing:
        return None
    zh, en = _said(missing, COVERAGE_LINES)
    return Reason("not_covered", f"尚未实现覆盖:{zh}。", f"It is not yet covered by these lines: {en}.")


def _not_banned(facts: OrganizationFacts, parameters: tuple[str, ...], on: date) -> Reason | None:
    bans = [ban for ban in facts.bans if ban.imposed_on <= on <= ban.until]
    if not bans:
        return None
    until = max(ban.until for ban in bans)
    return Reason("banned", f"处于禁止申报期,截至 {until}。", f"It is barred from applying until {until}.")


def _is_months(parameters: tuple[str, ...]) -> bool:
    if not 1 <= len(parameters) <= 2 or not (parameters[0].isascii() and parameters[0].isdigit()):
        return False
    return int(parameters[0]) <= 1200 and all(map(_is_date, parameters[1:]))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _are_divisions(parameters: tuple[str, ...]) -> bool:
    try:
        return bool(parameters) and all(division_code(parameter) for parameter in parameters)
    except MalformedDivision:
        return False


def _nothing(parameters: tuple[str, ...]) -> bool:
    return not parameters


RULES: dict[str, RuleKind] = {
    "legal_status_in": RuleKind(
        _some_of(LEGAL_STATUSES), "法律状态代码", "legal status codes", _legal_status
    ),
    "legal_form_in": RuleKind(_some_of(LEGAL_FORMS), "法律形式代码", "legal form codes", _legal_form),
    "category_in": RuleKind(bool, "一个或多个类别代码", "one or more category codes", _category),
    "registered_months": RuleKind(
        _is_months, "月数,可加一个日期", "a number of months, and optionally a date", _registered_months
    ),
    "hub_standing_in": RuleKind(_some_of(HUB_STANDINGS), "枢纽评价代码", "hub standing codes", _hub_standing),
    "not_listed": RuleKind(_nothing, "无参数", "no parameters", _not_listed),
    "division_within": RuleKind(
        _are_divisions, "一个或多个行政区划代码", "one or more division codes", _division_within
    ),
    "covered": RuleKind(_some_of(COVERAGE_LINES), "覆盖类别", "coverage lines", _covered),
    "not_banned": RuleKind(_nothing, "无参数", "no parameters", _not_banned),
}


def faults(rules: Sequence[Rule], *, at: str = "/eligibility") -> Iterable[Refusal]:
    """What is wrong with the rules as data: words that do not exist, parameters that do not fit."""
    for position, rule in enumerate(rules):
        kind = RULES.get(rule.rule)
        if kind is None:
            yield UnknownRule(rule=rule.rule, known=tuple(RULES), at=f"{at}/{position}/rule")
        elif not kind.accepts(rule.parameters):
            yield BadParameters(
                rule=rule.rule,
                parameters=rule.parameters,
                expected_zh=kind.expected_zh,
                expected_en=kind.expected_en,
                at=f"{at}/{position}/parameters",
            )


def judge(rules: Sequence[Rule], facts: OrganizationFacts, on: date) -> Judgement:
    """Every condition that fails on `on`, with the versions of all facts looked at."""
    reasons = [RULES[rule.rule].find(facts, rule.parameters, on) for rule in rules]
    lines = {line for rule in rules if rule.rule == "covered" for line in rule.parameters}
    versions = [facts.version, *(c.duty for c in facts.coverage if c.line in lines)]
    return Judgement(tuple(reason for reason in reasons if reason is not None), tuple(versions))
