"""Names nearly alike: what shares rare pairs of characters is compared, and nothing alike is missed."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from services.registry.imports.model import Fault
from services.registry.imports.similar import Comparison, core
from services.registry.policy import RegistryPolicy

SIGNS = "春夏秋冬山水花木金石云霞晨曦和谐康乐福寿安宁"
PLACES = ("滨海新区", "新港街道")
NAMES = st.lists(st.text("甲乙丙丁戊己", min_size=1, max_size=14), min_size=1, max_size=12, unique=True)


def compared(
    rows: list[str], known: list[str], *, score: float = 88.0, most: int = 1_000_000
) -> tuple[Comparison, list[Fault]]:
    """The comparison of rows 2, 3 ... with what is on record."""
    comparison = Comparison(places=PLACES, score=score, most=most)
    numbered = list(enumerate(rows, 2))
    return comparison, comparison.street(numbered, [(f"id-{n}", name) for n, name in enumerate(known)])


def alike(one: str, other: str, score: float) -> bool:
    longest_first = sorted(PLACES, key=len, reverse=True)
    return fuzz.ratio(core(one, longest_first), core(other, longest_first)) >= score


@given(rows=NAMES, known=NAMES, score=st.sampled_from([50.0, 75.0, 88.0, 95.0, 100.0]))
def test_whoever_compares_all_with_all_finds_the_same_rows(
    rows: list[str], known: list[str], score: float
) -> None:
    rows = [name for name in rows if name not in known]
    _, found = compared(rows, known, score=score)
    expected = [
        place for place, name in enumerate(rows, 2)
        if any(alike(name, other, score) for other in [*known, *rows[: place - 2]])
    ]  # fmt: skip
    assert [warning.row for warning in found] == expected


def test_the_place_before_and_the_kind_after_tell_nothing_apart() -> None:
    _, [warning] = compared(["新港街道夕阳红艺术团合唱队"], ["滨海新区夕阳红艺术团合唱协会"])
    assert (warning.row, warning.code, warning.other) == (2, "name_similar", "id-0")


def test_an_earlier_row_is_named_by_its_number() -> None:
    _, [warning] = compared(["夕阳红艺术团第一合唱队", "夕阳红艺术团第一合唱社"], [])
    assert (warning.row, warning.other) == (3, "row 2")


def test_a_hundred_thousand_names_of_twenty_streets_are_all_compared() -> None:
    """All with all would be two hundred and fifty million pairs."""
    chance, kinds = random.Random(7), itertools.cycle(["协会", "服务中心"])
    most = RegistryPolicy().similar_names_comparisons
    comparison = Comparison(places=PLACES, score=88.0, most=most)
    for _ in range(20):
        words = ["".join(chance.choices(SIGNS, k=chance.randint(3, 10))) for _ in range(5000)]
        rows = [f"滨海新区{word}{next(kinds)}" for word in words]
        comparison.street(list(enumerate(rows, 2)), [])
    assert comparison.not_compared == []


@pytest.mark.parametrize("most", [0, 3])
def test_what_could_not_be_compared_is_told_with_its_first_row(most: int) -> None:
    rows = [f"春风第{n}艺术团合唱队" for n in "一二三四五六七八九"]
    comparison, _ = compared(rows, [], most=most)
    [told] = comparison.told()
    assert (told.code, told.severity) == ("names_not_compared", "warning")
    assert told.row == comparison.not_compared[0]
    assert f"有 {len(comparison.not_compared)} 行" in told.zh


def test_nothing_is_told_where_all_was_compared() -> None:
    comparison, _ = compared(["甲乙丙"], ["丁戊己"])
    assert comparison.told() == []
