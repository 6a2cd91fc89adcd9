"""Composed registers are what the documents count, and look composed."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from chassis.region import Region, load_region
from deploy.regions import profile_file
from deploy.scenarios import jiangmen, luohu, suyu, tongzhou
from deploy.scenarios.register import Entry
from services.registry.identification.model import credit_code

SCENARIOS = (luohu, suyu, jiangmen, tongzhou)
PAIR = re.compile("[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]")
PRINTED = {name for name, _ in luohu.PILOTS} | {one.name for one in suyu.NAMED}
"""Organisations and projects that the documents themselves name."""


def register(region: str, compose: Callable[[Region], list[Entry]]) -> list[Entry]:
    return compose(load_region(profile_file(region)))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.REGION)
def test_generated_names_look_generated_and_are_one_each(scenario: object) -> None:
    region = load_region(profile_file(scenario.REGION))  # type: ignore[attr-defined]
    entries: list[Entry] = scenario.register(region)  # type: ignore[attr-defined]
    assert [entry.name for entry in entries if not PAIR.search(entry.name)] == [
        entry.name for entry in entries if entry.name in PRINTED
    ]
    assert len({entry.name for entry in entries}) == len(entries)
    assert all(region.known(entry.division) for entry in entries)
    assert entries == scenario.register(region)  # type: ignore[attr-defined]


def test_suyu_has_56_registered_and_50_rural_ones() -> None:
    entries = register(suyu.REGION, suyu.register)
    assert Counter(entry.status for entry in entries) == {"registered": 56, "filed": 50}
    registered = [entry for entry in entries if entry.registered_on is not None]
    coded = [entry for entry in registered if entry.registered_on and entry.registered_on.year >= 2016]
    assert [credit_code(entry.credit_code) for entry in coded] == [entry.credit_code for entry in coded]
    assert all("GEN" in entry.credit_code for entry in coded)
    assert [entry for entry in registered if bool(entry.credit_code) == bool(entry.number)] == []


def test_jiangmen_has_155_founded_145_registered_97_of_them_below_within_three_years() -> None:
    entries = register(jiangmen.REGION, jiangmen.register)
    founded = [entry for entry in entries if entry.founded_on is not None]
    registered = [entry for entry in founded if entry.registered_on is not None]
    assert (len(founded), len(registered), len(entries) - len(founded)) == (155, 145, 1850)
    lower = [
        entry for entry in registered
        if len(entry.division) >= 9 and entry.registered_on and entry.registered_on >= date(2012, 1, 1)
    ]  # fmt: skip
    assert len(lower) == 97
    assert Counter(entry.origin for entry in lower) == {
        "妇女之家": 15,
        "志愿者队伍": 44,
        "合作社": 22,
        "自发": 16,
    }
    assert {len(entry.division) for entry in entries} == {4, 6, 9, 12}


def test_luohu_has_the_twelve_fields_and_what_is_named_is_a_candidate() -> None:
    entries = register(luohu.REGION, luohu.register)
    assert {entry.category for entry in entries} == set(luohu.CATEGORIES)
    assert {entry.name for entry in entries if entry.status == "candidate"} == {n for n, _ in luohu.PILOTS}


def test_tongzhou_has_three_relations_of_supervision() -> None:
    found = Counter(entry.link for entry in register(tongzhou.REGION, tongzhou.register))
    assert found == {"直管": 12, "分管": 30, "": 60}
