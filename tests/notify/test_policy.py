"""A profile's rules are checked when the service starts, with the key that is wrong."""

from typing import Any

import pytest
from pydantic import ValidationError

from chassis.region import Calendar, CalendarSection, ProfileError, Region
from deploy.regions import profile_file
from services.notify.policy import NotifyPolicy
from services.notify.subscription import STATES

RULE: dict[str, Any] = {
    "name": "big_registration",
    "events": ["registry.organization.registered"],
    "roles": ["hub_officer"],
    "template": "organization_registered",
    "when": {"legal_form": ["foundation"]},
}


def test_a_profile_may_have_rules_of_its_own() -> None:
    [rule] = NotifyPolicy.model_validate({"rules": [RULE]}).about("registry.organization.registered")
    assert (rule.name, rule.when) == ("big_registration", (("legal_form", ("foundation",)),))


def test_a_rule_is_asked_only_about_its_own_events() -> None:
    assert NotifyPolicy().about("partybuild.instructor.appointed") == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"events": ["registry.organisation.registered"]}, "no event 'registry.organisation.registered'"),
        ({"events": ["grants.fund.opened"]}, "no event"),
        ({"events": []}, "events"),
        ({"roles": []}, "roles"),
        ({"template": "poem"}, "no template 'poem'"),
        ({"template": "duty_opened", "when": {}}, "no parameter of 'duty_opened'"),
        ({"when": {"colour": ["red"]}}, "no field of registry.organization.registered 'colour'"),
        ({"reach": "sideways"}, "reach"),
        ({"channel": "sms"}, "channel"),
        ({"urgency": "panic"}, "urgency"),
        ({"acknowledge_within_days": 0}, "acknowledge_within_days"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_does_not_exist_is_named(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        NotifyPolicy.model_validate({"rules": [RULE | change]})
    assert word in str(caught.value)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="rules named twice: big_registration"):
        NotifyPolicy.model_validate({"rules": [RULE, RULE]})


def test_the_profiles_error_says_where() -> None:
    file = profile_file("120116-binhai")
    sections = {"notify": {"rules": [RULE | {"template": "poem"}]}}
    region = Region("120116", "滨海新区", (), Calendar(CalendarSection()), sections, file)
    with pytest.raises(ProfileError, match=r"notify\.rules\.0"):
        region.policy("notify", NotifyPolicy)


def test_every_fact_of_the_aggregates_can_be_told_of() -> None:
    assert {"registry.organization.merged", "partybuild.party_organization.election_fell_due",
            "partybuild.instructor.assigned", "grants.application.awarded"} <= set(STATES)  # fmt: skip
