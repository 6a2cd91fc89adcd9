"""The duty to cover an organisation: proposals by R18, and a state machine true to its coverings."""

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from shuniu_contracts import partybuild as contract

from chassis.model import StepNotPossible
from services.partybuild.coverage.model import (
    TRANSITIONS,
    CoverageClass,
    Covering,
    Duty,
    Line,
    Mode,
    ModeRules,
    Neighbour,
    OpensOn,
    Proposal,
    Reason,
    Status,
    Surroundings,
    coverage_class,
    deadline,
    owes_coverage,
    propose,
    strongest,
)

RULES = ModeRules(min_members=3, max_units=5)
ME = UUID(int=1)
DAY = date(2026, 3, 1)


def others(*members: int) -> list[Neighbour]:
    return [Neighbour(UUID(int=10 + place), count) for place, count in enumerate(members)]


def in_area(*members: int, has_host: bool = False) -> Surroundings:
    return Surroundings(((Reason.NEIGHBOURS_IN_AREA, others(*members)),), has_host)


@pytest.mark.parametrize(
    ("ours", "published"),
    [
        (Mode, contract.CoverageMode),
        (Status, contract.DutyStatus),
        (Line, contract.CoverageLine),
        (CoverageClass, contract.CoverageClass),
    ],
)
def test_the_domain_and_the_contract_use_the_same_words(
    ours: type[StrEnum], published: type[StrEnum]
) -> None:
    assert {word.value for word in ours} == {word.value for word in published}


def test_three_full_members_make_an_independent_organisation() -> None:
    assert propose(ME, 3, in_area(), RULES) == Proposal(Mode.INDEPENDENT, Reason.ENOUGH_MEMBERS)


def test_fewer_join_as_few_neighbours_as_reach_three_with_the_largest_in_the_lead() -> None:
    proposal = propose(ME, 1, in_area(1, 2, 1), RULES)
    assert proposal.mode is Mode.JOINT
    assert proposal.partners == (UUID(int=11),)
    assert proposal.lead == UUID(int=11)


def test_an_equal_in_members_leads_by_the_older_record() -> None:
    assert propose(ME, 1, in_area(1, 1), RULES).lead == ME


def test_a_joint_branch_never_exceeds_the_units_allowed() -> None:
    tight = ModeRules(min_members=6, max_units=5)
    assert propose(ME, 1, in_area(1, 1, 1, 1, 1, 1), tight).mode is Mode.INSTRUCTOR
    assert len(propose(ME, 2, in_area(1, 1, 1, 1, 1, 1), tight).partners) == 4


def test_neighbours_of_the_field_are_asked_after_those_of_the_area() -> None:
    around = Surroundings(((Reason.NEIGHBOURS_IN_AREA, []), (Reason.NEIGHBOURS_IN_FIELD, others(2))))
    assert propose(ME, 1, around, RULES).reason is Reason.NEIGHBOURS_IN_FIELD


def test_without_neighbours_a_host_nearby_takes_it_in_and_otherwise_an_instructor_is_sent() -> None:
    assert propose(ME, 2, in_area(has_host=True), RULES).mode is Mode.ATTACHED
    assert propose(ME, 2, in_area(), RULES).reason is Reason.NO_NEIGHBOUR_NO_HOST


@pytest.mark.parametrize(("members", "reason"), [(0, Reason.NO_MEMBERS), (None, Reason.MEMBERS_UNKNOWN)])
def test_without_any_member_an_instructor_is_sent_even_beside_neighbours(
    members: int | None, reason: Reason
) -> None:
    assert propose(ME, members, in_area(2, 2, has_host=True), RULES) == Proposal(Mode.INSTRUCTOR, reason)


@pytest.mark.parametrize(
    ("status", "applied", "opens_on", "owes"),
    [
        ("registered", False, OpensOn.REGISTERED, True),
        ("suspended", False, OpensOn.REGISTERED, True),
        ("filed", False, OpensOn.REGISTERED, False),
        ("filed", False, OpensOn.FILED, True),
        ("registered", False, OpensOn.FILED, True),
        ("candidate", True, OpensOn.FILED, False),
        ("candidate", True, OpensOn.APPLIED, True),
        ("discovered", False, OpensOn.APPLIED, False),
        ("deregistered", True, OpensOn.APPLIED, True),
    ],
)
def test_who_owes_coverage_is_the_profiles_choice(
    status: str, applied: bool, opens_on: OpensOn, owes: bool
) -> None:
    assert owes_coverage(status, has_applied=applied, opens_on=opens_on) is owes


def test_a_deadline_counts_from_the_entry_when_the_fact_is_older_and_history_has_none() -> None:
    assert deadline(date(2014, 5, 1), DAY, 90, live=True) == DAY + timedelta(days=90)
    assert deadline(DAY, DAY - timedelta(days=3), 90, live=True) == DAY + timedelta(days=90)
    assert deadline(date(2014, 5, 1), DAY, 90, live=False) is None


def test_the_strongest_mode_names_the_coverage_whoever_came_first() -> None:
    instructor = Covering(UUID(int=1), Mode.INSTRUCTOR, date(2014, 1, 1))
    joint = Covering(UUID(int=2), Mode.JOINT, date(2015, 1, 1))
    assert strongest([instructor, joint]) == joint
    assert strongest([]) is None


def test_a_mode_other_than_the_proposed_one_is_marked_so() -> None:
    duty = Duty(DAY, proposal=Proposal(Mode.INDEPENDENT, Reason.ENOUGH_MEMBERS))
    covered, _ = duty.settle([Covering(ME, Mode.INSTRUCTOR, DAY)], next_deadline=None)
    assert covered.mode_reason == "other_than_proposed"
    covered, _ = duty.settle([Covering(ME, Mode.INDEPENDENT, DAY)], next_deadline=None)
    assert covered.mode_reason == "as_proposed"


def test_a_covered_duty_takes_no_proposal_and_an_ended_one_nothing_at_all() -> None:
    covered, _ = Duty(DAY).settle([Covering(ME, Mode.JOINT, DAY)], next_deadline=None)
    with pytest.raises(StepNotPossible):
        covered.propose(Proposal(Mode.JOINT, Reason.DECIDED))
    ended = covered.end(DAY)
    with pytest.raises(StepNotPossible):
        ended.end(DAY)
    assert ended.settle([Covering(ME, Mode.JOINT, DAY)], next_deadline=DAY) == (ended, None)


class DutyLife(RuleBasedStateMachine):
    """Coverings come and go, deadlines pass, the organisation may end: the duty always tells the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.today = DAY
        self.duty = Duty(DAY, due_on=DAY + timedelta(days=90))
        self.coverings: dict[UUID, Covering] = {}
        self.overdue_for: list[date] = []

    def settle(self) -> None:
        before = self.duty
        next_deadline = self.today + timedelta(days=90)
        self.duty, fact = before.settle(self.coverings.values(), next_deadline=next_deadline)
        if fact is None:
            assert self.duty == before
        else:
            assert TRANSITIONS[before.status][fact] is self.duty.status
        assert self.duty.settle(self.coverings.values(), next_deadline=next_deadline) == (self.duty, None)

    @rule(source=st.integers(1, 4), mode=st.sampled_from(Mode))
    def cover(self, source: int, mode: Mode) -> None:
        self.coverings[UUID(int=source)] = Covering(UUID(int=source), mode, self.today)
        self.settle()

    @rule(source=st.integers(1, 4))
    def leave(self, source: int) -> None:
        self.coverings.pop(UUID(int=source), None)
        self.settle()

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(stale=st.booleans())
    def deadline_fires(self, stale: bool) -> None:
        due_on = self.duty.due_on
        if due_on is None or self.today <= due_on:
            return
        passed = self.duty.pass_deadline(due_on - timedelta(days=1) if stale else due_on)
        if passed is None:
            assert stale or self.duty.overdue or not self.duty.uncovered
            return
        assert not stale
        assert passed == replace(self.duty, overdue=True)
        self.overdue_for.append(due_on)
        self.duty = passed

    @rule(members=st.none() | st.integers(0, 6))
    def propose(self, members: int | None) -> None:
        if self.duty.uncovered:
            self.duty = self.duty.propose(propose(ME, members, in_area(1, 1), RULES))

    @rule()
    def organisation_ends(self) -> None:
        if self.duty.status is not Status.ENDED:
            self.duty = self.duty.end(self.today)

    @invariant()
    def it_is_covered_exactly_while_something_covers_it(self) -> None:
        if self.duty.status is Status.ENDED:
            assert self.duty.cover is None
            return
        assert (self.duty.status is Status.COVERED) == bool(self.coverings)
        assert self.duty.cover == strongest(self.coverings.values()) or (
            self.duty.cover is not None
            and (best := strongest(self.coverings.values())) is not None
            and (best.source_id, best.mode) == (self.duty.cover.source_id, self.duty.cover.mode)
        )

    @invariant()
    def only_an_uncovered_duty_is_overdue_and_once_for_each_deadline(self) -> None:
        assert not self.duty.overdue or self.duty.uncovered
        assert len(self.overdue_for) == len(set(self.overdue_for))


TestDutyLife = DutyLife.TestCase


def test_the_two_classes_of_coverage_divide_the_modes() -> None:
    by_organisation = {mode for mode in Mode if coverage_class(mode) is CoverageClass.ORGANISATION}
    assert by_organisation == {Mode.INDEPENDENT, Mode.JOINT, Mode.ATTACHED}
