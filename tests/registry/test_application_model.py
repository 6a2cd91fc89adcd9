"""A registration application goes to the authority with the hub's endorsement, or directly."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.model import StepNotPossible
from services.registry.applications.model import (
    DIRECT_TRANSITIONS,
    FINAL,
    GROUNDS_ZH,
    TRANSITIONS,
    ApplicationStep,
    CharterWithoutPartyClause,
    CriteriaNotMet,
    CriteriaUnanswered,
    DenialWithoutReason,
    NothingToComplete,
    Progress,
    RefusalWithoutGrounds,
    StepKind,
    UnknownCriterion,
    check_criteria,
    clock,
)
from services.registry.organizations.model import RegistrationRoute

CRITERIA = ("name", "premises")
SUBMITTED = Progress(ApplicationStep.SUBMITTED, RegistrationRoute.HUB_ENDORSED)
DIRECT = Progress(ApplicationStep.SUBMITTED, RegistrationRoute.DIRECT)


def test_the_authority_decides_only_on_what_the_hub_endorsed() -> None:
    with pytest.raises(StepNotPossible):
        SUBMITTED.closed()
    assert SUBMITTED.endorsed(CRITERIA, (), CRITERIA).closed().ended


def test_direct_registration_skips_the_endorsement() -> None:
    with pytest.raises(StepNotPossible):
        DIRECT.endorsed(CRITERIA, (), CRITERIA)
    assert DIRECT.closed().state is ApplicationStep.CLOSED


def test_an_endorsement_answers_every_criterion() -> None:
    with pytest.raises(CriteriaUnanswered, match="premises"):
        SUBMITTED.endorsed(["name"], (), CRITERIA)
    with pytest.raises(CriteriaNotMet, match="premises"):
        SUBMITTED.endorsed(["name"], ["premises"], CRITERIA)


@pytest.mark.parametrize(
    ("failed", "reasons", "note", "missing"),
    [
        ([], ["no_premises"], "with the street", "criteria_failed"),
        (["premises"], [" "], "with the street", "reasons"),
        (["premises"], ["no_premises"], " ", "coordination_note"),
        ([], [], "", "criteria_failed, reasons, coordination_note"),
    ],
)
def test_a_refusal_names_criteria_reasons_and_coordination(
    failed: list[str], reasons: list[str], note: str, missing: str
) -> None:
    with pytest.raises(RefusalWithoutGrounds, match=missing.replace("_", " ")) as caught:
        SUBMITTED.endorsement_refused(failed, reasons, note)
    named = "、".join(GROUNDS_ZH[name] for name in missing.split(", "))
    assert f"缺少：{named}）" in caught.value.message("zh")


def test_a_refusal_with_its_grounds_ends_the_application() -> None:
    assert SUBMITTED.endorsement_refused(["premises"], ["no_premises"], "with the street").ended


def test_a_charter_without_the_party_clause_is_not_submitted_where_it_is_required() -> None:
    consulted = Progress(ApplicationStep.CONSULTED, RegistrationRoute.DIRECT)
    with pytest.raises(CharterWithoutPartyClause):
        consulted.submitted(None, True)
    assert consulted.submitted(False, False).state is ApplicationStep.SUBMITTED


def test_a_return_says_what_is_missing_and_a_denial_says_why() -> None:
    with pytest.raises(NothingToComplete):
        SUBMITTED.returned([])
    with pytest.raises(DenialWithoutReason):
        DIRECT.denied([""])
    assert SUBMITTED.returned(["charter"]).submitted(True, True) == SUBMITTED


def test_the_clock_is_the_hubs_the_applicants_or_the_authoritys() -> None:
    assert clock(ApplicationStep.SUBMITTED, RegistrationRoute.HUB_ENDORSED) is StepKind.PRE_REVIEW
    assert clock(ApplicationStep.SUBMITTED, RegistrationRoute.DIRECT) is StepKind.DECISION
    assert clock(ApplicationStep.RETURNED, RegistrationRoute.DIRECT) is StepKind.CORRECTION
    assert [clock(state, RegistrationRoute.DIRECT) for state in FINAL] == [None] * len(FINAL)


def test_a_criterion_outside_the_version_in_force_is_named() -> None:
    [fault] = check_criteria(["name"], ["moon"], CRITERIA, "2026-1")
    assert isinstance(fault, UnknownCriterion)
    assert "moon" in fault.message("zh")


class Application(RuleBasedStateMachine):
    """Any order of facts, by either route."""

    progress = SUBMITTED

    @initialize(route=st.sampled_from([RegistrationRoute.HUB_ENDORSED, RegistrationRoute.DIRECT]))
    def begin(self, route: RegistrationRoute) -> None:
        self.progress = Progress(ApplicationStep.CONSULTED, route)
        self.endorsed = False

    @rule(
        fact=st.sampled_from(
            ["submitted", "returned", "endorsed", "endorsement_refused", "closed", "denied", "withdrawn"]
        )
    )
    def happen(self, fact: str) -> None:
        arguments = {
            "submitted": (True, True),
            "returned": (["charter"],),
            "endorsed": (CRITERIA, (), CRITERIA),
            "endorsement_refused": (["premises"], ["no_premises"], "note"),
            "denied": (["incomplete"],),
        }.get(fact, ())
        table = DIRECT_TRANSITIONS if self.progress.route is RegistrationRoute.DIRECT else TRANSITIONS
        possible = fact in table.get(self.progress.state, {})
        try:
            self.progress = getattr(self.progress, fact)(*arguments)
        except StepNotPossible:
            assert not possible
        else:
            assert possible
            self.endorsed |= fact == "endorsed"

    @invariant()
    def nothing_is_registered_without_endorsement_but_directly(self) -> None:
        if self.progress.state is ApplicationStep.CLOSED:
            assert self.endorsed or self.progress.route is RegistrationRoute.DIRECT


TestApplication = Application.TestCase
TestApplication.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
