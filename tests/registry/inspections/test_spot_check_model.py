"""The draw by itself: the same for everybody, different for another seed, fair, and of the size asked for."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.model import Refusal
from services.registry.inspections.body_checks.model import NotOnChecklist, OutsideTopics, topics_found
from services.registry.inspections.policy import InspectionsPolicy
from services.registry.inspections.spot_checks.model import (
    NoTopic,
    NumberOrShare,
    TooFewInspectors,
    assign,
    check_plan,
    digest,
    draw,
    sample_size,
)

IDS = [str(UUID(int=n)) for n in range(1, 301)]


def test_the_draw_is_the_same_whatever_order_the_pool_comes_in() -> None:
    assert draw("2026-a", IDS, 20) == draw("2026-a", list(reversed(IDS)), 20)
    assert draw("2026-a", IDS, 20) == draw("2026-a", IDS, 300)[:20]
    assert draw("2026-a", IDS, 20) != draw("2026-b", IDS, 20)
    assert digest(IDS) == digest(list(reversed(IDS)))
    assert digest(IDS) != digest(IDS[1:])


def test_the_draw_is_what_another_program_would_draw() -> None:
    # for id in a b c; do echo "$(printf 7/$id | sha256sum | cut -c1-8) $id"; done | sort
    # 166e9c25 c, 38107e8b b, 681ebd31 a
    assert draw("7", ["a", "b", "c"], 3) == ["c", "b", "a"]


def test_every_body_is_drawn_about_as_often() -> None:
    times = Counter(id for seed in range(400) for id in draw(str(seed), IDS[:20], 5))
    assert set(times) == set(IDS[:20])
    assert 60 < min(times.values()) <= max(times.values()) < 140, "a hundred each, give or take"


@given(population=st.integers(1, 5000), percent=st.integers(1, 100))
def test_a_share_is_rounded_up_and_never_more_than_all(population: int, percent: int) -> None:
    size = sample_size(population, None, percent)
    assert population * percent <= 100 * size < population * percent + 100
    assert 1 <= size <= population


def test_a_number_is_at_most_all() -> None:
    assert (sample_size(5, 3, None), sample_size(5, 9, None)) == (3, 5)


def test_inspectors_differ_by_body_and_nobody_checks_twice() -> None:
    people = [f"p-{n}" for n in range(8)]
    pairs = {tuple(assign("s", body, [*people, *people], 2)) for body in IDS[:40]}
    assert len(pairs) > 20
    assert all(len(set(pair)) == 2 for pair in pairs)


@pytest.mark.parametrize(
    ("topics", "number", "percent", "people", "refused"),
    [
        ([], 1, None, ["a", "b"], NoTopic),
        (["finance"], None, None, ["a", "b"], NumberOrShare),
        (["finance"], 1, 5, ["a", "b"], NumberOrShare),
        (["finance"], 1, None, ["a", "a"], TooFewInspectors),
    ],
)
def test_plans_that_cannot_be_drawn(
    topics: list[str], number: int | None, percent: int | None, people: list[str], refused: type[Refusal]
) -> None:
    with pytest.raises(refused):
        check_plan(topics, number, percent, people, 2)


def test_what_fails_is_a_finding_under_its_topic() -> None:
    items = {"dues": "finance", "board": "governance"}
    assert topics_found(["dues"], ["governance"], items, ["finance", "governance"]) == [
        "finance", "governance"
    ]  # fmt: skip
    with pytest.raises(NotOnChecklist, match="dues, board"):
        topics_found(["accounts"], [], items, ["finance"])
    with pytest.raises(OutsideTopics):
        topics_found(["board"], [], items, ["finance"])


def test_every_form_has_its_checklist() -> None:
    policy = InspectionsPolicy.model_validate({})
    association = {item.code for item in policy.checklist_of("association")}
    foundation = {item.code for item in policy.checklist_of("foundation")}
    assert {"member_assembly", "dues"} <= association
    assert {"board", "charity_spending"} <= foundation
    assert not {"member_assembly", "dues"} & foundation
    with pytest.raises(ValueError, match="fees is listed twice"):
        InspectionsPolicy.model_validate(
            {"checklist": [{"code": "fees", "name_zh": "收费", "topic": "finance"}] * 2}
        )
