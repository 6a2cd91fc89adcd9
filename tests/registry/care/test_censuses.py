"""Counts are all that leaves: small ones are hidden, and no answer tells what another hides."""

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.matters.kind import AlreadyThere
from services.registry.care.censuses import commands as censuses
from services.registry.care.censuses.model import NotTheWhole, Shown, month_end, shown
from services.registry.care.pairings import commands as pairings
from services.registry.care.records import commands as records
from tests.registry.care.world import in_care, paired
from tests.registry.conftest import Api, Register

NEEDS = ("a", "b", "c", "d")


def possible(told: Shown, smallest: int) -> Iterator[dict[str, int]]:
    """Every table of counts that would be told so: what somebody who knows the rule can work out."""
    for numbers in itertools.product(range(12), repeat=len(told.cells)):
        counts = dict(zip(told.cells, numbers, strict=True))
        if shown(counts, smallest) == told:
            yield counts


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=4), st.integers(3, 4))
def test_nobody_can_work_out_a_hidden_number(numbers: list[int], smallest: int) -> None:
    counts = dict(zip(NEEDS, numbers, strict=False))
    told = shown(counts, smallest)
    if all(number is not None for number in told.cells.values()):
        return
    tables = list(possible(told, smallest))
    assert counts in tables
    for name, number in told.cells.items():
        if number is None:
            assert len({table[name] for table in tables}) > 1, f"{name} of {counts} is told by {told}"


@given(st.dictionaries(st.sampled_from(NEEDS), st.integers(0, 40)), st.integers(3, 5))
def test_what_is_shown_is_true_and_never_small(counts: dict[str, int], smallest: int) -> None:
    told = shown(counts, smallest)
    for name, number in told.cells.items():
        assert number is None or (number == counts[name] and not 0 < number < smallest)
    assert told.total in (None, sum(counts.values()))
    assert told.total is None or not 0 < told.total < smallest
    assert all(number is not None for number in told.cells.values()) or any(
        0 < number < smallest for number in counts.values()
    )


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 3, 30), date(2026, 2, 28)),
        (date(2027, 1, 1), date(2026, 12, 31)),
        (date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_people_are_counted_at_the_end_of_a_month(day: date, end: date) -> None:
    assert month_end(day) == end


@pytest.mark.integration
async def test_a_census_counts_by_need_and_hides_what_is_small(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    for number in range(7):
        await in_care(register, f"p-mother-{number}", effective_on=date(2026, 10, 3))
    await in_care(register, "p-child-0", need="child_in_difficulty", effective_on=date(2026, 10, 3))
    await in_care(register, "p-child-1", need="child_in_difficulty", effective_on=date(2026, 11, 2))
    row = await register.do(censuses.take, division="120116")
    [(fact, event)] = await register.events(row.id)
    assert fact == "counted"
    state = event["state"]
    assert (state["counted_on"], state["persons"], state["smallest"]) == ("2026-10-31", 8, 3)
    told = {one["need"]: one.get("persons") for one in state["needs"]}
    assert told["child_in_difficulty"] is None  # one alone in October
    assert told["single_poor_mother"] is None  # or the total would tell of the one
    assert told["elderly"] is None
    with pytest.raises(NotTheWhole):
        await register.do(censuses.take, division="120116005")
    with pytest.raises(AlreadyThere):
        await register.do(censuses.take, division="120116")
    await register.do(censuses.withdraw, id=row.id, reason="counted_twice")
    again = await register.do(censuses.take, division="120116")
    assert again.id != row.id


@pytest.mark.integration
async def test_the_figures_are_of_the_whole_stack_alone(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 5))
    for number in range(4):
        await in_care(register, f"p-{number}a", effective_on=date(2026, 10, 3))
    await paired(register, "p-c1", "p-g1", effective_on=date(2026, 10, 3))

    async def figures(place: str, **asked: Any) -> dict[str, Any]:
        answer = await api.as_("hub_officer", place).get("/v1/figures", **asked)
        return {name: one["value"] for name, one in answer["figures"].items() if name.startswith("care.")}

    assert await figures("120116") == {"care.persons": 4}  # one pairing is too few to tell
    assert await figures("120116", as_of="2026-10-30") == {"care.persons": 0, "care.pairings": 0}
    assert await figures("120116005") == {}
    assert await figures("120116", division="120116005") == {}
    answer = await api.get("/v1/figures", by="division")
    for place, values in answer["by"].items():
        assert not any(name.startswith("care.") for name in values), place


@pytest.mark.integration
async def test_who_was_erased_still_counts_for_the_past(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    ids: list[UUID] = [
        (await in_care(register, f"p-{number}a", effective_on=date(2026, 10, 3))).id for number in range(5)
    ]
    ended: list[UUID] = [
        (await paired(register, f"p-c{n}", f"p-g{n}", effective_on=date(2026, 10, 3))).id for n in range(3)
    ]
    await register.do(records.withdraw_consent, id=ids[0])
    await register.do(pairings.end, id=ended[0], reason="moved_away")
    row = await register.do(censuses.take, division="120116")
    assert (row.persons, row.pairings) == (5, 3)
    await register.begin(date(2026, 12, 2))
    row = await register.do(censuses.take, division="120116")
    assert (row.persons, row.pairings) == (4, None)
