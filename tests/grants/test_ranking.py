"""Ranking: the same inputs give the same ranking, within the budget, and every departure has a reason."""

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.model import Refusal, Refusals
from services.grants.ranking.model import (
    AwardTooHigh,
    Candidate,
    CriteriaNotWhole,
    Criterion,
    CriterionTwice,
    Deviation,
    DeviationEmpty,
    DeviationsOverBudget,
    DeviationTwice,
    DeviationUnknown,
    Inputs,
    Line,
    Outcome,
    Score,
    ScoresMissing,
    criteria_faults,
    rank,
    totals,
)

CRITERIA = (Criterion("need", 600), Criterion("team", 400))
DAY = date(2014, 8, 1)


def inputs(*marks: int, requested: int = 100, **terms: object) -> Inputs:
    """A round of applications `a`, `b`, ... with one reviewer's points of a hundred on both criteria."""
    names = [chr(ord("a") + position) for position in range(len(marks))]
    scores = tuple(
        Score(name, "r1", criterion.code, points * 1000)
        for name, points in zip(names, marks, strict=True)
        for criterion in CRITERIA
    )
    base = Inputs(CRITERIA, tuple(Candidate(name, requested, DAY) for name in names), scores)
    return replace(base, **terms)  # type: ignore[arg-type]


def outcomes(given: Inputs) -> dict[str, Outcome]:
    return {line.application: line.outcome for line in rank(given).lines}


def test_the_weighted_total_is_exact_and_in_thousandths_of_a_point() -> None:
    scores = [
        Score("a", "r1", "need", 90_000),
        Score("a", "r2", "need", 85_000),
        Score("a", "r1", "team", 70_001),
        Score("a", "r2", "team", None),
    ]
    total = totals(CRITERIA, scores)["a"]
    assert total.score_thousandths == 80_500  # 0.6 * 87.5 + 0.4 * 70.001 = 80.5004
    assert (total.reviewers, total.abstentions) == (2, 1)


def test_points_count_in_proportion_to_the_highest_of_their_criterion() -> None:
    criteria = [Criterion("need", 500, highest_thousandths=10_000), Criterion("team", 500)]
    scores = [Score("a", "r1", "need", 10_000), Score("a", "r1", "team", 50_000)]
    assert totals(criteria, scores)["a"].score_thousandths == 75_000


def test_the_budget_cuts_strictly_and_those_below_the_cut_go_on_the_reserve_list_in_order() -> None:
    given = inputs(90, 80, 70, 60, 50, budget_fen=250, reserve_at_most=2)
    ranking = rank(given)
    assert [line.application for line in ranking.lines] == ["a", "b", "c", "d", "e"]
    assert outcomes(given) == {
        "a": Outcome.AWARD,
        "b": Outcome.AWARD,
        "c": Outcome.RESERVE,
        "d": Outcome.RESERVE,
        "e": Outcome.DECLINE,
    }
    assert (ranking.awarded_fen, ranking.left_fen, ranking.cut_rank) == (200, 50, 2)


def test_a_smaller_one_below_the_cut_is_not_slipped_in_without_a_reason() -> None:
    given = inputs(90, 80, 70, budget_fen=250)
    given = replace(
        given, candidates=(*given.candidates[:1], Candidate("b", 200, DAY), Candidate("c", 50, DAY))
    )
    assert outcomes(given)["c"] is Outcome.DECLINE
    helped = replace(given, deviations=(Deviation("c", "underserved_street", Outcome.AWARD),))
    line = next(line for line in rank(helped).lines if line.application == "c")
    assert (line.outcome, line.award_fen, line.deviation) == (Outcome.AWARD, 50, "underserved_street")


def test_awards_outside_the_order_take_their_money_before_the_cut_is_drawn() -> None:
    given = inputs(90, 80, 70, budget_fen=200, deviations=(Deviation("c", "pilot", Outcome.AWARD),))
    assert outcomes(given) == {"a": Outcome.AWARD, "b": Outcome.DECLINE, "c": Outcome.AWARD}


def test_equals_are_ordered_by_the_smaller_sum_then_the_earlier_then_the_id() -> None:
    given = inputs(80, 80, 80, 80)
    given = replace(
        given,
        candidates=(
            Candidate("d", 100, DAY),
            Candidate("c", 100, date(2014, 7, 1)),
            Candidate("b", 50, DAY),
            Candidate("a", 100, DAY),
        ),
    )
    assert [line.application for line in rank(given).lines] == ["b", "c", "a", "d"]


def test_a_cap_limits_each_award_and_places_limit_their_number() -> None:
    ranking = rank(inputs(90, 80, 70, requested=100, cap_fen=60, budget_fen=1000, awards_at_most=2))
    assert [line.award_fen for line in ranking.lines] == [60, 60, 0]


def test_who_scores_below_the_minimum_gets_nothing_and_no_reserve_place() -> None:
    given = inputs(90, 40, budget_fen=1000, minimum_score_thousandths=60_000, reserve_at_most=9)
    assert outcomes(given) == {"a": Outcome.AWARD, "b": Outcome.DECLINE}


def test_an_application_without_scores_stops_the_ranking_unless_it_is_decided_with_a_reason() -> None:
    given = inputs(90, 80, budget_fen=1000)
    unscored = replace(given, candidates=(*given.candidates, Candidate("z", 10, DAY)))
    with pytest.raises(ScoresMissing, match="z"):
        rank(unscored)
    decided = replace(unscored, deviations=(Deviation("z", "historical_record", Outcome.AWARD),))
    assert rank(decided).lines[-1] == Line("z", 3, None, Outcome.AWARD, 10, 0, "historical_record")


@pytest.mark.parametrize(
    ("deviations", "refusal"),
    [
        ([Deviation("x", "r", Outcome.AWARD)], DeviationUnknown),
        ([Deviation("a", "r", Outcome.AWARD), Deviation("a", "r", Outcome.DECLINE)], DeviationTwice),
        ([Deviation("a", "r")], DeviationEmpty),
        ([Deviation("a", "r", Outcome.AWARD, 101)], AwardTooHigh),
        ([Deviation(name, "r", Outcome.AWARD) for name in "abc"], DeviationsOverBudget),
    ],
)
def test_faulty_deviations_are_refused(deviations: list[Deviation], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rank(inputs(90, 80, 70, budget_fen=250, deviations=tuple(deviations)))


def test_every_faulty_deviation_is_told_at_once() -> None:
    with pytest.raises(Refusals) as caught:
        rank(inputs(90, deviations=(Deviation("x", "r", Outcome.AWARD), Deviation("a", "r"))))
    assert [type(refusal) for refusal in caught.value.refusals] == [DeviationUnknown, DeviationEmpty]


def test_criteria_must_be_distinct_and_make_a_whole() -> None:
    found = list(criteria_faults([Criterion("need", 500), Criterion("need", 400)]))
    assert [type(fault) for fault in found] == [CriterionTwice, CriteriaNotWhole]
    assert list(criteria_faults(CRITERIA)) == []


marks = st.integers(0, 100_000)
points = st.none() | marks
days = st.integers(1, 28).map(lambda day: DAY.replace(day=day))


@st.composite
def rounds(draw: st.DrawFn) -> Inputs:
    count = draw(st.integers(1, 12))
    names = [f"app-{number:02}" for number in range(count)]
    scores = [
        Score(
            name,
            reviewer,
            criterion.code,
            draw(points) if reviewer == "r2" else draw(st.integers(0, 100_000)),
        )
        for name in names
        for reviewer in ("r1", "r2")
        for criterion in CRITERIA
    ]
    candidates = tuple(
        Candidate(name, draw(st.integers(1, 100)), DAY.replace(day=draw(st.integers(1, 28))))
        for name in names
    )
    budget = draw(st.integers(0, 600))
    promoted = draw(st.sampled_from([*names, None]))
    affordable = promoted is not None and candidates[names.index(promoted)].requested_fen <= budget
    return Inputs(
        CRITERIA,
        candidates,
        tuple(scores),
        budget_fen=budget,
        cap_fen=draw(st.none() | st.integers(1, 100)),
        awards_at_most=draw(st.none() | st.integers(0, 12)),
        reserve_at_most=draw(st.integers(0, 5)),
        minimum_score_thousandths=draw(st.integers(0, 60_000)),
        deviations=(Deviation(promoted, "pilot", Outcome.AWARD),) if affordable and promoted else (),
    )


@given(rounds(), st.randoms(use_true_random=False))
def test_the_ranking_does_not_depend_on_the_order_of_its_inputs(given: Inputs, chance: random.Random) -> None:
    candidates, scores = list(given.candidates), list(given.scores)
    chance.shuffle(candidates)
    chance.shuffle(scores)
    assert rank(replace(given, candidates=tuple(candidates), scores=tuple(scores))) == rank(given)


@given(rounds())
def test_awards_stay_within_budget_cap_and_request_and_respect_the_order(given: Inputs) -> None:
    ranking = rank(given)
    assert given.budget_fen is not None
    assert ranking.awarded_fen == sum(line.award_fen for line in ranking.lines) <= given.budget_fen
    asked = {candidate.application: candidate.requested_fen for candidate in given.candidates}
    assert all(line.award_fen <= min(asked[line.application], given.cap_fen or 100) for line in ranking.lines)
    regular = [line.outcome for line in ranking.lines if line.deviation is None]
    assert regular == sorted(regular, key=[Outcome.AWARD, Outcome.RESERVE, Outcome.DECLINE].index)
    assert [line.rank for line in ranking.lines] == list(range(1, len(ranking.lines) + 1))
