"""Eligibility: each condition with its reason, and the versions of what was looked at."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.eligibility.model import (
    RULES,
    BadParameters,
    Ban,
    Coverage,
    OrganizationFacts,
    Rule,
    UnknownRule,
    Version,
    faults,
    judge,
    months_later,
)

DAY = date(2014, 8, 31)
ORGANIZATION = OrganizationFacts(
    version=Version("o1", 7),
    name="幸福敲门服务中心",
    division="120116001",
    legal_form="association",
    legal_status="registered",
    categories=("volunteering",),
    filed_on=date(2012, 1, 1),
    registered_on=date(2013, 8, 31),
)


def reasons(rule: str, *parameters: str, of: OrganizationFacts = ORGANIZATION, on: date = DAY) -> list[str]:
    return [reason.code for reason in judge([Rule(rule, parameters)], of, on).reasons]


@pytest.mark.parametrize(
    ("rule", "parameters", "failing", "code"),
    [
        ("legal_status_in", ["registered"], {"legal_status": "filed"}, "legal_status"),
        ("legal_form_in", ["association"], {"legal_form": "foundation"}, "legal_form"),
        ("category_in", ["volunteering"], {"categories": ()}, "category"),
        ("registered_months", ["12"], {"registered_on": date(2013, 9, 1)}, "registered_too_short"),
        ("registered_months", ["12"], {"registered_on": None}, "registration_date_unknown"),
        ("hub_standing_in", ["good"], {"hub_standing": "at_risk"}, "hub_standing"),
        ("not_listed", [], {"credit_listing": "abnormal"}, "credit_listed"),
        ("division_within", ["120116"], {"division": "120101"}, "division_outside"),
        ("not_banned", [], {"bans": (Ban(date(2013, 1, 1), DAY),)}, "banned"),
    ],
)
def test_each_condition_passes_and_fails_with_its_own_reason(
    rule: str, parameters: list[str], failing: dict[str, object], code: str
) -> None:
    assert reasons(rule, *parameters) == []
    assert reasons(rule, *parameters, of=replace(ORGANIZATION, **failing)) == [code]  # type: ignore[arg-type]


def test_coverage_counts_only_where_the_round_asks_for_it_and_names_the_duty_it_saw() -> None:
    covered = replace(ORGANIZATION, coverage=(Coverage(Version("d1", 3), "party", "covered"),))
    assert judge([], covered, DAY).versions == (Version("o1", 7),)
    judgement = judge([Rule("covered", ("party",))], covered, DAY)
    assert judgement.eligible
    assert judgement.versions == (Version("o1", 7), Version("d1", 3))
    lapsed = replace(covered, coverage=(Coverage(Version("d1", 4), "party", "lapsed"),))
    assert reasons("covered", "party", of=lapsed) == ["not_covered"]
    assert reasons("covered", "party") == ["not_covered"]


def test_a_ban_that_is_over_or_not_yet_begun_bars_nobody() -> None:
    over = replace(ORGANIZATION, bans=(Ban(date(2010, 1, 1), date(2014, 8, 30)),))
    later = replace(ORGANIZATION, bans=(Ban(date(2014, 9, 1), date(2017, 9, 1)),))
    assert reasons("not_banned", of=over) == reasons("not_banned", of=later) == []


def test_a_round_of_years_ago_is_judged_by_what_was_true_then() -> None:
    gone = replace(ORGANIZATION, legal_status="deregistered", ended_on=date(2020, 5, 1))
    assert reasons("legal_status_in", "registered", of=gone) == []
    assert reasons("legal_status_in", "registered", of=gone, on=date(2021, 1, 1)) == ["legal_status"]
    assert reasons("legal_status_in", "registered", on=date(2013, 8, 30)) == ["legal_status"]
    assert reasons("legal_status_in", "filed", on=date(2013, 8, 30)) == []


def test_every_failing_condition_is_told_at_once_in_both_languages() -> None:
    rules = [Rule("legal_form_in", ("foundation",)), Rule("division_within", ("4403",)), Rule("not_listed")]
    found = judge(rules, ORGANIZATION, DAY)
    assert [reason.code for reason in found.reasons] == ["legal_form", "division_outside"]
    assert found.reasons[0].zh == "法律形式为“社会团体”,本轮要求:基金会。"
    assert "4403" in found.reasons[1].en


def test_a_reason_lists_what_is_asked_for_as_the_language_does() -> None:
    """Names in Chinese, no codes, and no slashes in either."""
    facts = replace(
        ORGANIZATION, legal_form="none", legal_status="discovered", registered_on=None,
        hub_standing="at_risk", credit_listing="abnormal", coverage=(),
    )  # fmt: skip
    rules = [
        Rule("legal_form_in", ("association", "private_non_enterprise")),
        Rule("legal_status_in", ("registered", "filed")), Rule("hub_standing_in", ("good",)),
        Rule("covered", ("party", "women")), Rule("not_listed"),
    ]  # fmt: skip
    found = judge(rules, facts, DAY).reasons
    assert [one.zh for one in found] == [
        "法律形式为“无（草根）”,本轮要求:社会团体、民办非企业单位。",
        f"{DAY} 的法律状态为“摸底发现”,本轮要求:已登记、已备案。",
        "枢纽评价为“有风险”,本轮要求:良好。",
        "尚未实现覆盖:党组织、妇联组织。",
        "已被登记管理机关列入“活动异常名录”;移出后方可申报。",
    ]
    assert found[0].en == "Its legal form is 'none'; this round asks for association, private non enterprise."


@pytest.mark.parametrize(
    ("rule", "parameters", "refusal"),
    [
        ("founded_by_friends", (), UnknownRule),
        ("legal_status_in", (), BadParameters),
        ("legal_status_in", ("alive",), BadParameters),
        ("registered_months", ("twelve",), BadParameters),
        ("registered_months", ("12", "2014-2-30"), BadParameters),
        ("registered_months", ("²",), BadParameters),
        ("division_within", ("12011",), BadParameters),
        ("not_listed", ("really",), BadParameters),
        ("covered", ("youth",), BadParameters),
    ],
)
def test_rules_that_are_no_rules_are_refused_where_they_stand(
    rule: str, parameters: tuple[str, ...], refusal: type[Exception]
) -> None:
    (found,) = faults([Rule("not_banned"), Rule(rule, parameters)])
    assert isinstance(found, refusal)
    assert found.at is not None
    assert found.at.startswith("/eligibility/1/")


def test_months_are_counted_to_the_last_day_of_a_shorter_month() -> None:
    assert months_later(date(2014, 1, 31), 1) == date(2014, 2, 28)
    assert months_later(date(2012, 2, 29), 12) == date(2013, 2, 28)
    assert months_later(date(2014, 12, 15), 1) == date(2015, 1, 15)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 600))
def test_months_later_is_in_the_right_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day <= day.day


words = st.sampled_from([*RULES, "nothing"])
parameters = st.lists(
    st.text(max_size=12) | st.sampled_from(["registered", "12", "1201", "party"]), max_size=3
)


@given(st.lists(st.builds(Rule, words, parameters.map(tuple)), max_size=4))
def test_whatever_is_accepted_as_a_rule_can_be_judged(rules: list[Rule]) -> None:
    if not list(faults(rules)):
        judge(rules, ORGANIZATION, DAY)
