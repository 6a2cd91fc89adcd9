"""Who is told of an event, decided without any database."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.rules.model import Reach, Rule, addressees

CITY, DISTRICT, STREET, OTHER_STREET, COMMUNITY = "1201", "120116", "120116005", "120116001", "120116005001"
PLACES = (CITY, DISTRICT, STREET, OTHER_STREET, COMMUNITY)


@dataclass(frozen=True)
class Person:
    person_id: str
    role: str
    division: str


def rule(reach: Reach = Reach.UPWARDS, roles: tuple[str, ...] = ("liaison",), **more: object) -> Rule:
    return Rule("a_rule", ("registry.organization.registered",), roles, reach, "duty_opened", **more)  # type: ignore[arg-type]


def told(reach: Reach, division: str) -> set[str]:
    """The divisions whose liaisons are told."""
    known = [Person(f"p-{code}", "liaison", code) for code in PLACES]
    return {one.division for one in addressees(rule(reach), division, known)}


@pytest.mark.parametrize(
    ("reach", "division", "expected"),
    [
        (Reach.OWN, STREET, {STREET}),
        (Reach.UPWARDS, STREET, {CITY, DISTRICT, STREET}),
        (Reach.UPWARDS, COMMUNITY, {CITY, DISTRICT, STREET, COMMUNITY}),
        (Reach.DOWNWARDS, STREET, {STREET, COMMUNITY}),
        (Reach.DOWNWARDS, DISTRICT, {DISTRICT, STREET, OTHER_STREET, COMMUNITY}),
    ],
)
def test_a_rule_reaches_its_own_place_and_those_above_or_below(
    reach: Reach, division: str, expected: set[str]
) -> None:
    assert told(reach, division) == expected


def test_only_the_rules_roles_are_told() -> None:
    assert addressees(rule(), STREET, [Person("p-1", "viewer", STREET)]) == []


def test_somebody_with_two_offices_is_told_once_in_the_nearest() -> None:
    both = rule(roles=("hub_officer", "liaison"))
    here = Person("p-1", "liaison", STREET)
    offices = [Person("p-1", "hub_officer", DISTRICT), here]
    assert addressees(both, STREET, offices) == [here]


def test_of_two_roles_in_one_place_the_rules_first_counts() -> None:
    both = rule(roles=("hub_officer", "liaison"))
    officer = Person("p-1", "hub_officer", STREET)
    assert addressees(both, STREET, [Person("p-1", "liaison", STREET), officer]) == [officer]


@given(
    st.lists(
        st.builds(
            Person, st.sampled_from(["p-1", "p-2", "p-3"]),
            st.sampled_from(["liaison", "hub_officer", "viewer"]), st.sampled_from(PLACES),
        )
    ),
    st.sampled_from(Reach),
    st.randoms(),
)  # fmt: skip
def test_nobody_is_told_twice_and_the_order_of_the_list_does_not_matter(
    known: list[Person], reach: Reach, chance: object
) -> None:
    wanted = rule(reach, roles=("liaison", "hub_officer"))
    found = addressees(wanted, STREET, known)
    assert len({one.person_id for one in found}) == len(found)
    chance.shuffle(known)  # type: ignore[attr-defined]
    assert set(addressees(wanted, STREET, known)) == set(found)


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ({}, True),
        ({"legal_form": ("association",)}, True),
        ({"legal_form": ("foundation",)}, False),
        ({"categories": ("youth", "sports")}, True),
        ({"categories": ("sports",)}, False),
        ({"absent": ("x",)}, False),
        ({"legal_form": ("association",), "categories": ("sports",)}, False),
    ],
)
def test_every_condition_has_to_hold(when: dict[str, tuple[str, ...]], applies: bool) -> None:
    state = {"legal_form": ("association",), "categories": ("welfare", "youth"), "absent": ()}
    assert rule(when=tuple(when.items())).applies(state) is applies
