"""Founding in each mode, levels, terms and posts."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import partybuild as contract

from services.partybuild.party_organizations.model import (
    DatesReversed,
    FoundingRules,
    Level,
    PostKind,
    PostTerm,
    SetUp,
    Unit,
    founding_faults,
    level_for,
    post_faults,
    term_end,
    upgrade_faults,
)

RULES = FoundingRules()
HISTORY = replace(RULES, strict=False)


def unit(number: int, members: int | None = 1, area: str = "120116001", *categories: str) -> Unit:
    return Unit(UUID(int=number), members, area, frozenset(categories))


def codes(
    mode: SetUp, *units: Unit, lead: int | None = None, has_host: bool = False, members: int | None = None,
    rules: FoundingRules = RULES,
) -> list[str]:  # fmt: skip
    leading = None if lead is None else UUID(int=lead)
    found = founding_faults(mode, units, lead=leading, has_host=has_host, members=members, rules=rules)
    return [fault.code.removeprefix("party_organization.") for fault in found]


def test_the_domain_and_the_contract_use_the_same_words() -> None:
    assert {m.value for m in SetUp} == {m.value for m in contract.PartyOrganizationMode}
    assert {m.value for m in Level} == {m.value for m in contract.PartyOrganizationLevel}
    assert {m.value for m in PostKind} == set(contract.Posts.__struct_fields__)


def test_three_full_members_of_one_organisation_found_independently() -> None:
    assert codes(SetUp.INDEPENDENT, unit(1, 3)) == []
    assert codes(SetUp.INDEPENDENT, unit(1, 2)) == ["too_few_members"]
    assert codes(SetUp.INDEPENDENT, unit(1, None)) == ["too_few_members"]
    assert codes(SetUp.INDEPENDENT, unit(1, 3), unit(2, 3)) == ["independent_covers_one"]


def test_a_count_given_with_the_founding_is_believed_over_the_copy() -> None:
    assert codes(SetUp.INDEPENDENT, unit(1, 2), members=3) == []


def test_two_to_five_neighbours_with_three_members_together_found_jointly_under_a_lead() -> None:
    assert codes(SetUp.JOINT, unit(1, 2), unit(2, 1), lead=1) == []
    assert codes(SetUp.JOINT, unit(1, 1), unit(2, 1), lead=1) == ["too_few_members"]
    assert codes(SetUp.JOINT, unit(1, 3), lead=1) == ["joint_units"]
    assert codes(SetUp.JOINT, *(unit(n) for n in range(1, 7)), lead=1) == ["joint_units"]
    assert codes(SetUp.JOINT, unit(1, 2), unit(2, 1), lead=3) == ["lead_unit"]
    assert codes(SetUp.JOINT, unit(1, 2), unit(2, 1)) == ["lead_unit"]


def test_every_fault_of_a_founding_is_named_at_once() -> None:
    far = [unit(1, 1), unit(1, 1, "120116002")]
    assert codes(SetUp.JOINT, *far) == ["named_twice", "lead_unit", "not_neighbours", "too_few_members"]


def test_joined_organisations_share_an_area_or_a_field_as_the_profile_allows() -> None:
    apart = (unit(1, 2, "120116001", "science"), unit(2, 2, "120116002", "science", "charity"))
    assert codes(SetUp.JOINT, *apart, lead=1) == []
    assert codes(SetUp.JOINT, *apart, lead=1, rules=replace(RULES, scopes=("area",))) == ["not_neighbours"]


def test_attached_needs_a_host_and_the_fall_backs_need_no_member() -> None:
    assert codes(SetUp.ATTACHED, unit(1, 0)) == ["host_missing"]
    assert codes(SetUp.ATTACHED, unit(1, 0), has_host=True) == []
    assert codes(SetUp.TEMPORARY, unit(1, 0)) == []
    assert codes(SetUp.WORK_STATION, unit(1, None)) == []
    assert codes(SetUp.WORK_STATION) == ["covers_nobody"]


def test_history_keeps_its_form_but_is_not_measured_by_todays_counts() -> None:
    assert codes(SetUp.INDEPENDENT, unit(1, None), rules=HISTORY) == []
    assert codes(SetUp.JOINT, *(unit(n, 0, f"12011600{n}") for n in range(1, 8)), lead=1, rules=HISTORY) == []
    assert codes(SetUp.INDEPENDENT, unit(1), unit(2), rules=HISTORY) == ["independent_covers_one"]
    assert codes(SetUp.JOINT, unit(1, 3), lead=1, rules=HISTORY) == ["joint_units"]


@given(st.integers(0, 300))
def test_the_level_called_for_is_one_that_an_upgrade_accepts(members: int) -> None:
    called = level_for(members, RULES)
    refused = list(upgrade_faults(Level.BRANCH, called, members, SetUp.INDEPENDENT, RULES))
    assert bool(refused) == (called is Level.BRANCH)
    assert (called is Level.COMMITTEE) == (members >= 100)
    assert (called is Level.BRANCH) == (members < 50)


def test_an_upgrade_goes_up_only_and_a_fall_back_has_no_level_to_rise_to() -> None:
    assert list(upgrade_faults(Level.COMMITTEE, Level.GENERAL_BRANCH, 200, SetUp.INDEPENDENT, RULES))
    assert list(upgrade_faults(Level.BRANCH, Level.COMMITTEE, 200, SetUp.TEMPORARY, RULES))


def test_a_term_ends_three_years_later_also_on_a_leap_day() -> None:
    assert term_end(date(2014, 6, 30), 3) == date(2017, 6, 30)
    assert term_end(date(2024, 2, 29), 3) == date(2027, 2, 28)


def test_there_is_one_secretary_at_a_time() -> None:
    first = PostTerm(PostKind.SECRETARY, "p-1", date(2014, 1, 1), date(2015, 1, 1))
    second = PostTerm(PostKind.SECRETARY, "p-2", date(2015, 1, 1))
    assert list(post_faults([first], second)) == []
    assert [
        f.code for f in post_faults([first, second], PostTerm(PostKind.SECRETARY, "p-3", date(2016, 1, 1)))
    ]
    early = PostTerm(PostKind.SECRETARY, "p-3", date(2014, 6, 1), date(2014, 7, 1))
    assert [f.code for f in post_faults([first, second], early)] == ["party_organization.post_taken"]


def test_committee_members_are_many_but_nobody_holds_a_post_twice() -> None:
    held = [PostTerm(PostKind.COMMITTEE_MEMBER, "p-1", date(2014, 1, 1))]
    assert list(post_faults(held, PostTerm(PostKind.COMMITTEE_MEMBER, "p-2", date(2014, 1, 1)))) == []
    assert list(post_faults(held, PostTerm(PostKind.ORGANISER, "p-1", date(2014, 1, 1)))) == []
    assert list(post_faults(held, PostTerm(PostKind.COMMITTEE_MEMBER, "p-1", date(2014, 2, 1))))


def test_a_post_does_not_end_before_it_began() -> None:
    with pytest.raises(DatesReversed):
        PostTerm(PostKind.ORGANISER, "p-1", date(2014, 2, 1), date(2014, 1, 1))
