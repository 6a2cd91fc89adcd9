"""Every rule of a region profile says where it comes from, and how strongly a document asks it."""

import re
from pathlib import Path
from typing import ClassVar, get_args

import pytest
from pydantic import BaseModel
from shuniu_contracts.catalogue import by_type

from chassis.policy import BROKEN, STRENGTHS, Broken, Kept, Rule, Strength, kept, rule, rules_of
from chassis.policy_page import redrawn
from chassis.region import load_region
from chassis.service import discover, installed
from chassis.settings import region_profile
from services.registry.enforcement.policy import EnforcementPolicy

SOURCE = re.compile(
    r"\bours\b|no document|[LSJTB]\d\d|[RF]\d\d|A4|SM\d|practice B\d|order 39|regulations|PIPL"
    r"|LUOHU|SUYU|JIANGMEN|TONGZHOU|BINHAI"
)
"""Ids of the source facts, the law and practice beside them, or that nobody asks it but us."""
RULE = re.compile(r"\bR\d\d\b")
RULES = [one for name in installed() for one in rules_of(discover(name).policy(), name)]
OF_THE_SOURCES = {f"R{number:02}" for number in range(1, 39)}
OF_LATER_SERVICES = {"R27", "R28", "R29", "R30", "R31"}
"""Of projects and purchasing, which grants does not have yet (`docs/capabilities.md`)."""
PROFILES = ("120116-binhai", "440303-luohu", "321311-suyu", "4407-jiangmen", "110112-tongzhou")


@pytest.mark.parametrize("one", RULES, ids=[one.key for one in RULES])
def test_a_key_declares_what_it_says_its_source_and_its_strength(one: Rule) -> None:
    assert one.says
    assert SOURCE.search(one.source), f"{one.key} names no source: {one.source!r}"
    assert one.strength in STRENGTHS, f"{one.key} has no strength"


@pytest.mark.parametrize("one", RULES, ids=[one.key for one in RULES])
def test_a_key_of_a_rule_of_the_sources_says_what_comes_of_breaking_it(one: Rule) -> None:
    if RULE.search(one.source):
        assert one.strength != "ours", f"{one.key}: a rule of the sources has the strength of its words"
        assert one.broken in BROKEN, f"{one.key} does not say what comes of breaking it"


def test_every_rule_of_the_sources_is_named_by_a_service_that_keeps_it() -> None:
    named = {id for one in RULES for id in RULE.findall(one.source)}
    assert OF_THE_SOURCES - named == OF_LATER_SERVICES
    assert named <= OF_THE_SOURCES


@pytest.mark.parametrize("one", [one for one in RULES if one.facts], ids=lambda one: one.key)
def test_a_rule_without_a_value_is_kept_in_facts_of_its_service(one: Rule) -> None:
    service = one.key.partition(".")[0]
    assert [by_type(f"cn.shuniu.{service}.{fact}.v1").fact for fact in one.facts]
    assert (one.value, one.of_profile) == (None, False)


def test_every_word_has_its_chinese_name() -> None:
    assert tuple(STRENGTHS) == get_args(Strength)
    assert tuple(BROKEN) == get_args(Broken)


def test_every_section_is_walked() -> None:
    walked = {one.key for one in RULES}
    assert {f"registry.enforcement.{name}" for name in EnforcementPolicy.model_fields} <= walked
    assert {"registry.working_days.pre_review", "grants.ban_years", "partybuild.lines"} <= walked


def test_a_key_that_is_not_declared_as_a_rule_has_neither_source_nor_strength() -> None:
    class Policy(BaseModel):
        days: int = 3
        years: int = rule(2, "years", source="R01", strength="generally", broken="recorded", ge=1)

    days, years = rules_of(Policy(years=4), "sample")
    assert (days.key, days.value, days.source, days.strength) == ("sample.days", 3, "", None)
    assert (years.says, years.source, years.strength, years.broken) == (
        "years", "R01", "generally", "recorded",
    )  # fmt: skip
    assert (years.value, years.of_profile, days.of_profile) == (4, True, False)


def test_a_rule_that_the_code_keeps_is_told_after_the_keys_and_has_no_value() -> None:
    class Policy(BaseModel):
        signed: ClassVar[Kept] = kept(
            "signed", source="R25", strength="must", broken="refused", facts=("stay.started",)
        )
        days: int = 3

    days, signed = rules_of(Policy(), "sample")
    assert (days.value, days.facts) == (3, ())
    assert signed == Rule("sample.signed", "signed", "R25", "must", "refused", None, False, ("stay.started",))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_region_tells_which_keys_it_sets_itself(profile: str) -> None:
    policy = load_region(region_profile(profile)).policy("registry", discover("registry").policy)
    own = {one.key for one in rules_of(policy, "registry") if one.of_profile}
    assert own
    assert own < {one.key for one in RULES}


def test_the_page_of_policies_shows_the_keys_of_the_code() -> None:
    page = (Path(__file__).parent.parent / "docs" / "policies.md").read_text(encoding="utf-8")
    assert redrawn(page) == page, "stale, run make generate"
    assert all(f"| `{one.key}` |" in page for one in RULES)
