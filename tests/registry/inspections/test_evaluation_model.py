"""The rules of evaluation by themselves: who is barred, whose vote counts, what the points give."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from pydantic import ValidationError

from chassis.model import Refusal
from services.registry.inspections.evaluations.model import (
    BarredAfterPenalty,
    Candidate,
    ConflictLapsed,
    Grade,
    GradeStillFresh,
    Inspected,
    InspectionStandsAgainst,
    ListedOrSuspended,
    Lowered,
    MustStandAside,
    NamedTwice,
    NoLegalPerson,
    NoQuorum,
    NotCarried,
    NotRegistered,
    Punished,
    PunishedLately,
    PunishmentStands,
    RegisteredTooShort,
    RegistrationDayUnknown,
    Relation,
    UnderInvestigation,
    VoteMissing,
    bars,
    check_conflict,
    check_people,
    check_vote,
    lower,
    mean,
    years_after,
)
from services.registry.inspections.policy import EvaluationPolicy

DAY = date(2026, 11, 22)
RULES = EvaluationPolicy().rules
CANDIDATE = Candidate(
    form="association", status="registered", registered_on=date(2014, 5, 1), listing="none",
    inspections=(), grade=None, graded_on=None, lowered=(),
)  # fmt: skip


def barred(candidate: Candidate, day: date = DAY) -> list[type[Refusal]]:
    return [type(refusal) for refusal in bars(candidate, day, RULES)]


def inspected(*results: str) -> Candidate:
    """Inspections of these results, the newest first."""
    found = [Inspected(2025 - place, result) for place, result in enumerate(results)]
    return replace(CANDIDATE, inspections=found)


def test_registered_for_two_years_to_the_day() -> None:
    assert barred(replace(CANDIDATE, registered_on=date(2024, 11, 23))) == [RegisteredTooShort]
    assert barred(replace(CANDIDATE, registered_on=date(2024, 11, 22))) == []
    assert barred(replace(CANDIDATE, registered_on=None)) == [RegistrationDayUnknown]


def test_legal_persons_that_hold_a_registration_are_evaluated() -> None:
    never = replace(CANDIDATE, form="none", status="discovered", registered_on=None)
    assert barred(never) == [NoLegalPerson, NotRegistered]
    assert barred(replace(CANDIDATE, status="deregistered")) == [NotRegistered]
    assert barred(replace(CANDIDATE, status="suspended")) == [ListedOrSuspended]
    assert barred(replace(CANDIDATE, form="unclassified")) == [NoLegalPerson]


def test_an_open_investigation_bars() -> None:
    assert barred(replace(CANDIDATE, investigated_since=date(2026, 1, 5))) == [UnderInvestigation]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (["missed"], [InspectionStandsAgainst]),
        (["unqualified", "qualified"], [InspectionStandsAgainst]),
        (["basically_qualified", "basically_qualified"], [InspectionStandsAgainst]),
        (["basically_qualified", "qualified"], []),
        (["qualified", "missed"], []),
        ([], []),
    ],
)
def test_the_newest_inspections_bar(results: Sequence[str], expected: list[type[Refusal]]) -> None:
    assert barred(inspected(*results)) == expected


def test_everything_that_bars_is_told_at_once() -> None:
    worst = replace(
        inspected("missed"), registered_on=date(2026, 1, 1), status="suspended", listing="abnormal"
    )
    assert barred(worst) == [
        RegisteredTooShort, ListedOrSuspended, ListedOrSuspended, InspectionStandsAgainst
    ]  # fmt: skip


def test_a_grade_can_be_evaluated_again_after_two_years_and_after_a_lowering_later() -> None:
    fresh = replace(CANDIDATE, grade="3A", graded_on=date(2025, 1, 1))
    assert barred(fresh) == [GradeStillFresh]
    assert barred(fresh, date(2027, 1, 1)) == []
    lowered = replace(CANDIDATE, lowered=[Lowered(date(2024, 6, 1), revoked=False)])
    assert barred(lowered, date(2026, 5, 31)) == [BarredAfterPenalty]
    assert barred(lowered, date(2026, 6, 1)) == []
    revoked = replace(CANDIDATE, lowered=[Lowered(date(2024, 6, 1), revoked=True)])
    assert barred(revoked, date(2026, 6, 1)) == [BarredAfterPenalty]


def test_a_penalty_bars_in_its_year_and_the_next_and_until_it_is_carried_out() -> None:
    done = replace(CANDIDATE, punished=[Punished(date(2025, 1, 1), stands=False)])
    assert barred(done) == barred(done, date(2026, 12, 31)) == [PunishedLately]
    assert barred(done, date(2027, 1, 1)) == []
    left = replace(CANDIDATE, punished=[Punished(date(2024, 12, 31), stands=True)])
    assert barred(left) == [PunishmentStands]


def test_who_left_two_years_ago_has_no_conflict() -> None:
    check_conflict(Relation.EMPLOYMENT, date(2024, 11, 23), DAY, 2)
    check_conflict(Relation.INTEREST, date(2010, 1, 1), DAY, 2)
    with pytest.raises(ConflictLapsed):
        check_conflict(Relation.EMPLOYMENT, date(2024, 11, 22), DAY, 2)


def test_nobody_counts_twice_and_who_stands_aside_not_at_all() -> None:
    check_people(["p-1", "p-2"], ["p-3"], at="/votes")
    with pytest.raises(NamedTwice):
        check_people(["p-1", "p-1"], [], at="/votes")
    with pytest.raises(MustStandAside):
        check_people(["p-1", "p-3"], ["p-3"], at="/votes")


@pytest.mark.parametrize(
    ("committee", "present", "in_favour", "refused"),
    [
        (9, 6, 5, None),
        (9, 5, 5, NoQuorum),
        (9, 9, 4, NotCarried),
        (10, 10, 5, NotCarried),
        (10, 10, 6, None),
        (9, 10, 9, VoteMissing),
        (None, 6, 6, VoteMissing),
        (9, 0, 0, VoteMissing),
    ],
)
def test_two_thirds_present_and_more_than_half_of_all(
    committee: int | None, present: int, in_favour: int, refused: type[Refusal] | None
) -> None:
    if refused is None:
        check_vote(committee, present, in_favour, Fraction(2, 3), Fraction(1, 2))
        return
    with pytest.raises(refused):
        check_vote(committee, present, in_favour, Fraction(2, 3), Fraction(1, 2))


def test_quorum_and_majority_are_the_profiles() -> None:
    check_vote(9, 5, 3, Fraction(1, 2), Fraction(1, 3) - Fraction(1, 100))
    with pytest.raises(NoQuorum, match="3/4"):
        check_vote(9, 6, 6, Fraction(3, 4), Fraction(1, 2))
    with pytest.raises(NotCarried, match="2/3"):
        check_vote(9, 9, 6, Fraction(2, 3), Fraction(2, 3))
    assert EvaluationPolicy.model_validate({}).quorum_share == Fraction(2, 3)
    for wrong in ({"quorum": (3, 2)}, {"quorum": (0, 3)}, {"majority": (1, 1)}):
        with pytest.raises(ValidationError, match="no share"):
            EvaluationPolicy.model_validate(wrong)


def test_means_grades_and_leap_days() -> None:
    assert (mean([950, 951]), mean([900, 900, 902]), mean([1])) == (951, 901, 1)
    assert lower(Grade.ONE_A, Grade.FIVE_A)
    assert not lower(Grade.FIVE_A, Grade.FIVE_A)
    assert years_after(date(2024, 2, 29), 5) == date(2029, 3, 1)


def test_bands_of_the_profile_fall() -> None:
    with pytest.raises(ValidationError, match="the highest first"):
        EvaluationPolicy.model_validate(
            {"bands": [{"grade": "1A", "points": 1}, {"grade": "5A", "points": 9}]}
        )
