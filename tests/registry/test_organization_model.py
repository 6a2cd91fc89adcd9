"""What may happen to an organisation, on each of its axes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.model import FutureDay, StepNotPossible
from services.registry.organizations.model import (
    COUNTED,
    DECOUPLING_TRANSITIONS,
    FINAL,
    HUB_LINK_TRANSITIONS,
    LEGAL_PERSONS,
    TRANSITIONS,
    AdministrativeStaffInLeadership,
    AlreadyEnded,
    Axes,
    Basis,
    CreditCodeMissing,
    CreditCodeOfOtherForm,
    DaysOutOfOrder,
    Decoupling,
    FormNotFilable,
    FormNotRegistrable,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    NotLinked,
    check_code,
    check_days,
    entered,
)

SINCE = date(2016, 1, 1)
DISCOVERED = Axes(LegalForm.NONE, LegalStatus.DISCOVERED)
REGISTERED = Axes(LegalForm.ASSOCIATION, LegalStatus.REGISTERED)


def test_grassroots_become_filed_then_registered() -> None:
    filed = DISCOVERED.filed(LegalForm.NONE)
    assert (filed.legal_status, filed.legal_form) == (LegalStatus.FILED, LegalForm.COMMUNITY_ORGANIZATION)
    registered = filed.registered(LegalForm.PRIVATE_NON_ENTERPRISE, Basis.LIVE)
    assert registered.legal_status is LegalStatus.REGISTERED


def test_only_forms_of_legal_persons_are_registered() -> None:
    for form in set(LegalForm) - LEGAL_PERSONS:
        with pytest.raises(FormNotRegistrable):
            DISCOVERED.registered(form, Basis.LIVE)


def test_an_old_source_may_leave_the_form_open_a_live_registration_may_not() -> None:
    assert entered(LegalStatus.REGISTERED, LegalForm.UNCLASSIFIED, Basis.HISTORICAL).counted
    with pytest.raises(FormNotRegistrable):
        entered(LegalStatus.REGISTERED, LegalForm.UNCLASSIFIED, Basis.LIVE)


def test_a_legal_person_is_never_filed_with_a_community() -> None:
    with pytest.raises(FormNotFilable):
        DISCOVERED.filed(LegalForm.FOUNDATION)


def test_a_filed_organisation_dissolves_but_is_not_deregistered() -> None:
    filed = DISCOVERED.filed()
    assert filed.ended_as("dissolved").ended
    with pytest.raises(StepNotPossible, match="registered, dissolved"):
        filed.ended_as("deregistered")


def test_a_suspension_ends_with_resuming_or_for_good() -> None:
    suspended = REGISTERED.suspended()
    assert suspended.counted
    assert suspended.resumed() == REGISTERED
    assert suspended.ended_as("revoked").ended


def test_linking_comes_before_decoupling() -> None:
    with pytest.raises(NotLinked):
        REGISTERED.decoupling_moved("self_checked", 0)
    with pytest.raises(StepNotPossible):
        REGISTERED.linked_as(HubLink.IN_FIELD)
    linked = REGISTERED.linked_as(HubLink.LINKED)
    assert linked.decoupling_moved("self_checked", 3).decoupling is Decoupling.SELF_CHECKED


def test_decoupling_completes_without_administrative_staff_and_ends_supervision_in_the_field() -> None:
    in_field = REGISTERED.linked_as(HubLink.LINKED).linked_as(HubLink.IN_FIELD)
    checked = in_field.decoupling_moved("self_checked", 2).decoupling_moved("pressed", 2)
    with pytest.raises(AdministrativeStaffInLeadership, match="2 administrative"):
        checked.decoupling_moved("completed", 2)
    done = checked.decoupling_moved("completed", 0)
    assert (done.decoupling, done.hub_link) == (Decoupling.COMPLETED, HubLink.DIRECT)


def test_the_hub_judges_no_organisation_that_ended() -> None:
    with pytest.raises(AlreadyEnded):
        REGISTERED.ended_as("deregistered").judged(HubStanding.AT_RISK)


def test_registered_before_2016_needs_no_code_later_it_does() -> None:
    check_code(None, LegalForm.ASSOCIATION, date(2015, 12, 31), SINCE)
    with pytest.raises(CreditCodeMissing):
        check_code(None, LegalForm.ASSOCIATION, SINCE, SINCE)


def test_a_code_tells_the_form() -> None:
    check_code("51" + "1" * 16, LegalForm.ASSOCIATION, SINCE, SINCE)
    check_code("G1" + "1" * 16, LegalForm.ASSOCIATION, SINCE, SINCE)
    check_code("53" + "1" * 16, LegalForm.UNCLASSIFIED, SINCE, SINCE)
    with pytest.raises(CreditCodeOfOtherForm):
        check_code("53" + "1" * 16, LegalForm.ASSOCIATION, SINCE, SINCE)


def test_every_wrong_day_is_named_at_once() -> None:
    today = date(2026, 11, 22)
    faults = check_days(
        today, founded_on=date(2026, 11, 23), registered_on=date(2010, 1, 1), ended_on=date(2009, 1, 1)
    )
    assert [type(fault) for fault in faults] == [FutureDay, DaysOutOfOrder, DaysOutOfOrder]
    assert faults[2].message("zh") == "“终止日期”（2009-01-01）早于“登记日期”（2010-01-01），请核对。"
    assert faults[2].message("en").startswith("'ended on' (2009-01-01) lies before 'registered on'")
    assert check_days(today, registered_on=date(2010, 1, 1), founded_on=date(2011, 1, 1)) == []


def test_every_state_has_its_place_in_the_tables() -> None:
    assert set(TRANSITIONS) == set(LegalStatus)
    assert set(HUB_LINK_TRANSITIONS) == set(HubLink)
    assert set(DECOUPLING_TRANSITIONS) == set(Decoupling)
    assert {LegalStatus.DEREGISTERED, LegalStatus.REVOKED, LegalStatus.DISSOLVED} == FINAL
    assert not COUNTED & FINAL


class Life(RuleBasedStateMachine):
    """Any order of facts on one organisation: what is refused changes nothing, what ended stays ended."""

    axes = DISCOVERED

    @initialize(candidate=st.booleans())
    def begin(self, candidate: bool) -> None:
        self.axes = replace(DISCOVERED, legal_status=LegalStatus.CANDIDATE) if candidate else DISCOVERED
        self.ever_linked = False
        self.was_registered = False

    def attempt(self, fact: str, action: object) -> None:
        before = self.axes
        possible = fact in TRANSITIONS[before.legal_status]
        try:
            self.axes = action()  # type: ignore[operator]
        except StepNotPossible:
            assert not possible
            assert self.axes == before
        else:
            assert possible
            assert self.axes.legal_status is TRANSITIONS[before.legal_status][fact]

    @rule()
    def discover(self) -> None:
        self.attempt("discovered", self.axes.discovered)

    @rule(form=st.sampled_from(sorted(set(LegalForm) - LEGAL_PERSONS)))
    def file(self, form: LegalForm) -> None:
        self.attempt("filed", lambda: self.axes.filed(form))

    @rule(form=st.sampled_from(sorted(LEGAL_PERSONS)))
    def register(self, form: LegalForm) -> None:
        self.attempt("registered", lambda: self.axes.registered(form, Basis.LIVE))
        self.was_registered |= self.axes.legal_status is LegalStatus.REGISTERED

    @rule()
    def suspend(self) -> None:
        self.attempt("suspended", self.axes.suspended)

    @rule()
    def resume(self) -> None:
        self.attempt("resumed", self.axes.resumed)

    @rule(fact=st.sampled_from(["deregistered", "revoked", "dissolved"]))
    def end(self, fact: str) -> None:
        self.attempt(fact, lambda: self.axes.ended_as(fact))

    @precondition(lambda self: not self.axes.ended)
    @rule(link=st.sampled_from(sorted(HubLink)))
    def link(self, link: HubLink) -> None:
        before = self.axes.hub_link
        try:
            self.axes = self.axes.linked_as(link)
        except StepNotPossible:
            assert link in {before, HubLink.NONE} or before is HubLink.NONE or link is HubLink.LINKED
        else:
            self.ever_linked = True
            assert self.axes.hub_link is link

    @precondition(lambda self: not self.axes.ended)
    @rule(fact=st.sampled_from(["self_checked", "pressed", "completed"]), leaders=st.integers(0, 2))
    def decouple(self, fact: str, leaders: int) -> None:
        try:
            self.axes = self.axes.decoupling_moved(fact, leaders)
        except NotLinked:
            assert not self.ever_linked
        except AdministrativeStaffInLeadership:
            assert leaders
        except StepNotPossible:
            assert fact not in DECOUPLING_TRANSITIONS[self.axes.decoupling]
        else:
            assert self.ever_linked
            assert self.axes.decoupling is not Decoupling.COMPLETED or leaders == 0

    @invariant()
    def a_registered_one_is_a_legal_person(self) -> None:
        if self.axes.legal_status in {LegalStatus.REGISTERED, LegalStatus.SUSPENDED}:
            assert self.axes.legal_form in LEGAL_PERSONS

    @invariant()
    def who_is_decoupled_is_not_supervised_in_the_field_at_that_moment(self) -> None:
        assert self.axes.decoupling is Decoupling.NOT_BEGUN or self.axes.hub_link is not HubLink.NONE


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
