"""Scores to ranking to awards: a pure function of recorded inputs, the same for whoever computes it again.

Applications are ordered by weighted score; the budget is cut strictly at the first that no longer fits.
Whoever is helped over the line, held below it or given another sum is a deviation and carries its reason.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from chassis.model import Refusal, RefusalKind, refuse_all

WHOLE = 1000
"""Weights are thousandths and add up to this."""
FULL_MARKS = 100_000
"""A weighted total in thousandths of a point: a hundred points."""


class Outcome(StrEnum):
    """What the ranking gives an application."""

    AWARD = "award"
    RESERVE = "reserve"
    DECLINE = "decline"


class CriteriaNotWhole(Refusal):
    """Weights must add up to one."""

    code = "criteria_weights"
    kind = RefusalKind.INVALID
    zh = "各评分标准的权重之和应为 {whole}(千分),现为 {sum}。"
    en = "The weights of the criteria must add up to {whole} thousandths; they add up to {sum}."


class CriterionTwice(Refusal):
    """A criterion is named once."""

    code = "criterion_twice"
    kind = RefusalKind.INVALID
    zh = "评分标准“{criterion}”重复。"
    en = "Criterion '{criterion}' is listed twice."


class ScoresMissing(Refusal):
    """An application cannot be ranked without a score, nor left out without a reason."""

    code = "scores_missing"
    zh = "{count} 份申请缺少评分({applications});请补齐评分,或对其逐一给出决定和理由。"
    en = "{count} applications lack scores ({applications}); score them, or decide on each with a reason."


class DeviationUnknown(Refusal):
    """A deviation names an application that is ranked."""

    code = "deviation_unknown"
    kind = RefusalKind.INVALID
    zh = "调整中的申请“{application}”不在本轮合格申请之列。"
    en = "The deviation names application '{application}', which is not among the eligible ones."


class DeviationTwice(Refusal):
    """One deviation an application."""

    code = "deviation_twice"
    kind = RefusalKind.INVALID
    zh = "申请“{application}”有多条调整,只能有一条。"
    en = "Application '{application}' has more than one deviation; give one."


class DeviationEmpty(Refusal):
    """A deviation changes something."""

    code = "deviation_empty"
    kind = RefusalKind.INVALID
    zh = "申请“{application}”的调整既未改变结果,也未改变金额。"
    en = "The deviation of application '{application}' changes neither outcome nor sum."


class AwardTooHigh(Refusal):
    """No more than asked for and no more than the cap."""

    code = "award_too_high"
    kind = RefusalKind.INVALID
    zh = "申请“{application}”的立项金额 {award:yuan} 元超出上限 {most:yuan} 元(申请金额或单项上限)。"
    en = "The award of {award:yuan} yuan for '{application}' exceeds {most:yuan} (asked for, or the cap)."


class DeviationsOverBudget(Refusal):
    """What is given outside the order must fit the budget too."""

    code = "deviations_over_budget"
    zh = "破格立项合计 {sum:yuan} 元,超过本轮预算 {budget:yuan} 元。"
    en = "Awards outside the order come to {sum:yuan} yuan, more than the budget of {budget:yuan}."


@dataclass(frozen=True)
class Criterion:
    """One criterion: its weight in thousandths of the whole, the highest points in thousandths."""

    code: str
    weight_thousandths: int
    highest_thousandths: int = FULL_MARKS


@dataclass(frozen=True)
class Score:
    """What one reviewer gave on one criterion, in thousandths of a point; None is an abstention."""

    application: str
    reviewer: str
    criterion: str
    points_thousandths: int | None


@dataclass(frozen=True)
class Candidate:
    """An eligible application as the ranking needs it."""

    application: str
    requested_fen: int
    submitted_on: date


@dataclass(frozen=True)
class Deviation:
    """A departure from the computed ranking, with the code of its reason."""

    application: str
    reason: str
    outcome: Outcome | None = None
    award_fen: int | None = None


@dataclass(frozen=True)
class Inputs:
    """All that a ranking depends on; stored with the proposal so that it can be computed again."""

    criteria: tuple[Criterion, ...]
    candidates: tuple[Candidate, ...]
    scores: tuple[Score, ...]
    budget_fen: int | None = None
    cap_fen: int | None = None
    awards_at_most: int | None = None
    reserve_at_most: int = 0
    minimum_score_thousandths: int = 0
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True)
class Total:
    """An application's weighted score in thousandths of a point out of a hundred, and who stood behind it."""

    score_thousandths: int
    reviewers: int
    abstentions: int


@dataclass(frozen=True)
class Line:
    """One line of the ranking."""

    application: str
    rank: int
    score_thousandths: int | None
    outcome: Outcome
    award_fen: int = 0
    abstentions: int = 0
    deviation: str | None = None


@dataclass(frozen=True)
class Ranking:
    """Lines in order of rank, with what the awards come to."""

    lines: tuple[Line, ...]
    awarded_fen: int
    left_fen: int | None
    cut_rank: int | None = None
    """The rank of the last application that was awarded without a deviation; the cut line runs below it."""


def criteria_faults(criteria: Sequence[Criterion], *, at: str = "/criteria") -> Iterable[Refusal]:
    """What is wrong with the criteria: a code twice, or weights that do not make a whole."""
    seen: set[str] = set()
    for position, criterion in enumerate(criteria):
        if criterion.code in seen:
            yield CriterionTwice(criterion=criterion.code, at=f"{at}/{position}/code")
        seen.add(criterion.code)
    weights = sum(criterion.weight_thousandths for criterion in criteria)
    if criteria and weights != WHOLE:
        yield CriteriaNotWhole(whole=WHOLE, sum=weights, at=at)


def totals(criteria: Sequence[Criterion], scores: Iterable[Score]) -> dict[str, Total]:
    """The weighted total of each application that has points on every criterion.

    A criterion's mark is the mean over the reviewers who did not abstain on it. Exact fractions throughout,
    rounded half up once, at the end.
    """
    given: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    reviewers: dict[str, set[str]] = defaultdict(set)
    abstentions: dict[str, int] = defaultdict(int)
    for score in scores:
        reviewers[score.application].add(score.reviewer)
        if score.points_thousandths is None:
            abstentions[score.application] += 1
        else:
            given[score.application][score.criterion].append(score.points_thousandths)
    return {
        application: Total(_weighted(criteria, marks), len(reviewers[application]), abstentions[application])
        for application, marks in given.items()
        if all(marks.get(criterion.code) for criterion in criteria)
    }


def _weighted(criteria: Sequence[Criterion], marks: dict[str, list[int]]) -> int:
    total = Fraction(0)
    for criterion in criteria:
        points = marks[criterion.code]
        mean = Fraction(sum(points), len(points) * criterion.highest_thousandths)
        total += mean * criterion.weight_thousandths
    return int(total * FULL_MARKS / WHOLE + Fraction(1, 2))


def rank(inputs: Inputs) -> Ranking:
    """The ranking that follows from the inputs, and from nothing else.

    Raises `ScoresMissing`, `DeviationsOverBudget` and the faults of single deviations, all at once.
    """
    scored = totals(inputs.criteria, inputs.scores)
    deviations = {deviation.application: deviation for deviation in inputs.deviations}
    refuse_all(_faults(inputs, scored, deviations))
    order = sorted(inputs.candidates, key=lambda candidate: _order(candidate, scored))
    outcomes, cut = _cut(inputs, order, scored, deviations)
    lines = tuple(
        _line(position, candidate, scored.get(candidate.application), outcomes[candidate.application],
              deviations.get(candidate.application), inputs)
        for position, candidate in enumerate(order, 1)
    )  # fmt: skip
    awarded = sum(line.award_fen for line in lines)
    left = None if inputs.budget_fen is None else inputs.budget_fen - awarded
    return Ranking(lines, awarded, left, cut)


def _order(candidate: Candidate, scored: dict[str, Total]) -> tuple[int, int, date, str]:
    """Higher score first; of equals the smaller sum, then the earlier, then the id: never chance."""
    total = scored.get(candidate.application)
    score = -1 if total is None else total.score_thousandths
    return (-score, candidate.requested_fen, candidate.submitted_on, candidate.application)


def _sum(candidate: Candidate, deviation: Deviation | None, inputs: Inputs) -> int:
    if deviation is not None and deviation.award_fen is not None:
        return deviation.award_fen
    return _most(candidate, inputs)


def _most(candidate: Candidate, inputs: Inputs) -> int:
    return candidate.requested_fen if inputs.cap_fen is None else min(candidate.requested_fen, inputs.cap_fen)


def _cut(
    inputs: Inputs, order: Sequence[Candidate], scored: dict[str, Total], deviations: dict[str, Deviation]
) -> tuple[dict[str, Outcome], int | None]:
    """Each application's outcome and the rank of the last regular award.

    Money for awards outside the order is set aside first, so that the cut below is true.
    """
    outcomes = {
        application: deviation.outcome
        for application, deviation in deviations.items()
        if deviation.outcome is not None
    }
    promoted = [c for c in order if outcomes.get(c.application) is Outcome.AWARD]
    spent = sum(_sum(c, deviations.get(c.application), inputs) for c in promoted)
    places, cut, open_, reserved = len(promoted), None, True, 0
    for position, candidate in enumerate(order, 1):
        if candidate.application in outcomes:
            continue
        passes = scored[candidate.application].score_thousandths >= inputs.minimum_score_thousandths
        fen = _sum(candidate, deviations.get(candidate.application), inputs)
        fits = inputs.budget_fen is None or spent + fen <= inputs.budget_fen
        has_place = inputs.awards_at_most is None or places < inputs.awards_at_most
        open_ = open_ and passes and fits and has_place
        if open_:
            outcomes[candidate.application] = Outcome.AWARD
            spent, places, cut = spent + fen, places + 1, position
        elif passes and reserved < inputs.reserve_at_most:
            outcomes[candidate.application] = Outcome.RESERVE
            reserved += 1
        else:
            outcomes[candidate.application] = Outcome.DECLINE
    return outcomes, cut


def _line(
    position: int, candidate: Candidate, total: Total | None, outcome: Outcome,
    deviation: Deviation | None, inputs: Inputs,
) -> Line:  # fmt: skip
    return Line(
        application=candidate.application,
        rank=position,
        score_thousandths=None if total is None else total.score_thousandths,
        outcome=outcome,
        award_fen=_sum(candidate, deviation, inputs) if outcome is Outcome.AWARD else 0,
        abstentions=0 if total is None else total.abstentions,
        deviation=None if deviation is None else deviation.reason,
    )


def _faults(inputs: Inputs, scored: dict[str, Total], deviations: dict[str, Deviation]) -> Iterable[Refusal]:
    decided = {name for name, deviation in deviations.items() if deviation.outcome is not None}
    missing = [
        c.application
        for c in inputs.candidates
        if c.application not in scored and c.application not in decided
    ]
    if missing:
        yield ScoresMissing(count=len(missing), applications=sorted(missing)[:5])
    yield from _deviation_faults(inputs)
    candidates = {candidate.application: candidate for candidate in inputs.candidates}
    outside = sum(
        _sum(candidates[name], deviation, inputs)
        for name, deviation in deviations.items()
        if deviation.outcome is Outcome.AWARD and name in candidates
    )
    if inputs.budget_fen is not None and outside > inputs.budget_fen:
        yield DeviationsOverBudget(sum=outside, budget=inputs.budget_fen, at="/deviations")


def _deviation_faults(inputs: Inputs) -> Iterable[Refusal]:
    candidates = {candidate.application: candidate for candidate in inputs.candidates}
    seen: set[str] = set()
    for position, deviation in enumerate(inputs.deviations):
        at, name = f"/deviations/{position}", deviation.application
        candidate = candidates.get(name)
        if name in seen:
            yield DeviationTwice(application=name, at=f"{at}/application_id")
        seen.add(name)
        if candidate is None:
            yield DeviationUnknown(application=name, at=f"{at}/application_id")
            continue
        if deviation.outcome is None and deviation.award_fen is None:
            yield DeviationEmpty(application=name, at=at)
        most = _most(candidate, inputs)
        if deviation.award_fen is not None and deviation.award_fen > most:
            yield AwardTooHigh(application=name, award=deviation.award_fen, most=most, at=f"{at}/award_fen")


def as_data(inputs: Inputs) -> dict[str, Any]:
    """The inputs as plain JSON values, in an order that does not depend on where they were read from."""
    data = asdict(inputs)
    data["candidates"] = sorted(data["candidates"], key=lambda entry: str(entry["application"]))
    data["scores"] = sorted(
        data["scores"], key=lambda entry: (entry["application"], entry["reviewer"], entry["criterion"])
    )
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return plain


def from_data(data: Mapping[str, Any]) -> Inputs:
    """The inputs that `as_data` made."""
    return Inputs(
        criteria=tuple(Criterion(**entry) for entry in data["criteria"]),
        candidates=tuple(
            Candidate(entry["application"], entry["requested_fen"], date.fromisoformat(entry["submitted_on"]))
            for entry in data["candidates"]
        ),
        scores=tuple(Score(**entry) for entry in data["scores"]),
        budget_fen=data["budget_fen"],
        cap_fen=data["cap_fen"],
        awards_at_most=data["awards_at_most"],
        reserve_at_most=data["reserve_at_most"],
        minimum_score_thousandths=data["minimum_score_thousandths"],
        deviations=tuple(
            Deviation(
                entry["application"],
                entry["reason"],
                None if entry["outcome"] is None else Outcome(entry["outcome"]),
                entry["award_fen"],
            )
            for entry in data["deviations"]
        ),
    )


def digest(inputs: Inputs, ranking: Ranking) -> str:
    """SHA-256 over inputs and ranking in canonical JSON: two equal digests are the same decision."""
    whole = {"inputs": as_data(inputs), "ranking": asdict(ranking)}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
