"""Refusals, transition tables and division codes."""

from enum import StrEnum

import pytest

from chassis.model import (
    MalformedDivision,
    Refusal,
    Refusals,
    StepNotPossible,
    ancestors,
    division_code,
    is_within,
    is_zone,
    refuse_all,
    step,
    tier,
)


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


TABLE = {Light.RED: {"switched": Light.GREEN}, Light.GREEN: {}}


def test_a_fact_leads_to_the_next_state() -> None:
    assert step(TABLE, Light.RED, "switched") is Light.GREEN


def test_an_impossible_fact_is_refused_with_those_that_are_possible() -> None:
    with pytest.raises(StepNotPossible) as refused:
        step(TABLE, Light.RED, "painted")
    assert "switched" in refused.value.message("en")
    assert "“red”" in refused.value.message("zh")


@pytest.mark.parametrize(
    ("code", "name"),
    [("1201", "city"), ("120116", "district"), ("120116400", "street"), ("120116001016", "community")],
)
def test_the_tier_is_the_length_of_the_code(code: str, name: str) -> None:
    assert tier(division_code(code)) == name


@pytest.mark.parametrize("text", ["", "12", "12011", "1201160", "12011600", "12x116", "1201160010161"])
def test_a_malformed_code_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(MalformedDivision) as refused:
        division_code(text, at="/division")
    assert refused.value.at == "/division"


def test_a_prefix_is_an_ancestor_and_each_covers_itself() -> None:
    assert is_within("120116001016", "120116")
    assert is_within("120116", "120116")
    assert not is_within("120116", "120116001")
    assert ancestors("120116001016") == ("1201", "120116", "120116001")


def test_zones_are_the_codes_from_400_to_599() -> None:
    assert [is_zone(f"120116{n}") for n in ("399", "400", "599", "600")] == [False, True, True, False]
    assert not is_zone("120116400001")


class Short(Refusal):
    code = "short"
    zh = "“{value}”太短。"
    en = "'{value}' is too short."


def test_every_fault_is_told_at_once() -> None:
    refuse_all([])
    with pytest.raises(Short):
        refuse_all([Short(value="a", at="/name")])
    with pytest.raises(Refusals) as refused:
        refuse_all([Short(value="a", at="/name"), Short(value="b", at="/code")])
    assert [refusal.at for refusal in refused.value.refusals] == ["/name", "/code"]
