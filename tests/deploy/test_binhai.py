"""Binhai's profile is whole, and the composed register is what the document states."""

import tomllib
from collections import Counter

import pytest

from chassis.region import load_region
from deploy.regions import DIRECTORY, profile_file
from deploy.scenarios.register import Entry, compose


@pytest.fixture(scope="module")
def register() -> list[Entry]:
    return compose(load_region(profile_file("120116")))


def test_the_tree_has_the_streets_towns_and_the_five_zones() -> None:
    region = load_region(profile_file("120116-binhai"))
    kinds = Counter(place.kind for place in region.children("120116"))
    assert kinds == {"street": 16, "town": 5, "zone": 5}
    assert all(region.known(place.code[:9]) for place in region.divisions if len(place.code) == 12)


def test_an_unknown_region_is_answered_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="120116-binhai"):
        profile_file("999999")


def test_the_register_counts_what_the_document_counts(register: list[Entry]) -> None:
    assert Counter(entry.status for entry in register) == {"registered": 624, "filed": 1731, "discovered": 2}
    forms = Counter(entry.form for entry in register if entry.status == "registered")
    assert forms == {"association": 326, "private_non_enterprise": 297, "unclassified": 1}
    assert sum(entry.direct for entry in register) == 15
    assert len({entry.name for entry in register}) == len(register)


def test_party_organisations_can_be_founded_by_the_rules(register: list[Entry]) -> None:
    ways = [entry for entry in register if entry.status == "registered"]
    assert all(entry.full_members >= 3 for entry in ways if entry.coverage == "independent")
    joint: dict[str, list[Entry]] = {}
    for entry in ways:
        if entry.coverage.startswith("joint"):
            joint.setdefault(entry.coverage, []).append(entry)
    assert len(joint) == 49
    for units in joint.values():
        assert 2 <= len(units) <= 5
        assert len({unit.division for unit in units}) == 1
        assert sum(unit.full_members for unit in units) >= 3
        assert all(unit.full_members < 3 for unit in units)


def test_the_same_seed_gives_the_same_register(register: list[Entry]) -> None:
    assert compose(load_region(profile_file("120116"))) == register


def test_every_published_figure_has_a_formula_or_a_reason() -> None:
    figures = tomllib.loads((DIRECTORY / "120116-binhai.figures.toml").read_text(encoding="utf-8"))["figure"]
    assert len({figure["id"] for figure in figures}) == len(figures)
    for figure in figures:
        assert ("formula" in figure) != ("reason" in figure), figure["id"]
        assert figure["expect"] == ("matches" if "formula" in figure else "cannot")
        assert ("as_of" in figure) != ("from" in figure and "to" in figure), figure["id"]
