"""What differs from place to place in notify: who is told of what."""

from collections.abc import Iterable

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.policy import rule
from services.notify.rules.model import Channel, Reach, Rule
from services.notify.subscription import STATES
from services.notify.templates.model import NAMES, READ_LATER, newest


class RulePolicy(BaseModel):
    """One rule of the profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    events: tuple[str, ...] = Field(
        min_length=1, description="event types without prefix: registry.organization.registered"
    )
    roles: tuple[str, ...] = Field(min_length=1)
    reach: Reach = Field(
        Reach.UPWARDS, description="the record's division alone, with those above, or with those below"
    )
    template: str
    channel: Channel = Channel.IN_APP
    urgency: str = Field("normal", pattern="^(critical|normal|digest)$")
    acknowledge_within_days: int | None = Field(
        None, ge=1, le=3660, description="calendar days; absent: none asked"
    )
    when: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="field of the state -> values accepted; all have to hold"
    )

    @model_validator(mode="after")
    def _names_what_there_is(self) -> "RulePolicy":
        _known("event", self.events, STATES)
        _known("template", (self.template,), NAMES)
        for event in self.events:
            fields = {field.name for field in msgspec.structs.fields(STATES[event])}
            _known(f"field of {event}", self.when, fields)
            _known(f"parameter of '{self.template}' in {event}", newest(self.template).names() - READ_LATER,
                   fields)  # fmt: skip
        return self

    def rule(self) -> Rule:
        """The rule as the domain has it."""
        return Rule(
            name=self.name,
            events=self.events,
            roles=self.roles,
            reach=self.reach,
            template=self.template,
            channel=self.channel,
            urgency=self.urgency,
            acknowledge_within_days=self.acknowledge_within_days,
            when=tuple(self.when.items()),
        )


def _known(what: str, names: Iterable[str], there: Iterable[str]) -> None:
    if missing := sorted(set(names) - set(there)):
        raise ValueError(f"no {what} '{', '.join(missing)}'; there are: {', '.join(sorted(there))}")


_COVERAGE_ROLES = ("liaison", "party_officer")
_GRANT_ROLES = ("grants_officer", "hub_officer")
DEFAULT_RULES = (
    RulePolicy(
        name="organization_registered",
        events=("registry.organization.registered",),
        roles=("hub_officer", "liaison"),
        template="organization_registered",
    ),
    RulePolicy(
        name="application_refused",
        events=("registry.registration_application.endorsement_refused",),
        roles=("hub_officer",),
        template="application_refused",
    ),
    RulePolicy(
        name="application_overdue",
        events=("registry.registration_application.became_overdue",),
        roles=("hub_officer", "registration_authority"),
        template="application_overdue",
        urgency="critical",
        acknowledge_within_days=3,
    ),
    RulePolicy(
        name="deadline_near",
        events=("registry.plan.deadline_neared", "registry.task_receipt.deadline_neared"),
        roles=("hub_officer", "liaison"),
        reach=Reach.OWN,
        template="deadline_near",
    ),
    RulePolicy(
        name="duty_opened",
        events=("partybuild.coverage_duty.opened",),
        roles=_COVERAGE_ROLES,
        template="duty_opened",
        acknowledge_within_days=10,
    ),
    RulePolicy(
        name="duty_overdue",
        events=("partybuild.coverage_duty.became_overdue",),
        roles=("hub_officer", "party_officer"),
        template="duty_overdue",
        urgency="critical",
        acknowledge_within_days=3,
    ),
    RulePolicy(
        name="duty_covered",
        events=("partybuild.coverage_duty.covered",),
        roles=_COVERAGE_ROLES,
        template="duty_covered",
    ),
    RulePolicy(
        name="election_due",
        events=("partybuild.party_organization.election_fell_due",),
        roles=("party_officer",),
        template="election_due",
        acknowledge_within_days=10,
    ),
    RulePolicy(
        name="round_announced",
        events=("grants.round.announced",),
        roles=("hub_officer", "liaison"),
        reach=Reach.DOWNWARDS,
        template="round_announced",
    ),
    RulePolicy(
        name="round_opened",
        events=("grants.round.opened",),
        roles=("hub_officer", "liaison"),
        reach=Reach.DOWNWARDS,
        template="round_opened",
    ),
    RulePolicy(
        name="application_awarded",
        events=("grants.application.awarded",),
        roles=_GRANT_ROLES,
        template="application_awarded",
    ),
    RulePolicy(
        name="application_ineligible",
        events=("grants.application.found_ineligible",),
        roles=_GRANT_ROLES,
        template="application_ineligible",
    ),
)


class NotifyPolicy(BaseModel):
    """The `[notify]` section of a region profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[RulePolicy, ...] = rule(
        DEFAULT_RULES,
        "who is told of what",
        source="SM14 is a reading; who is told of what is ours",
        strength="ours",
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> "NotifyPolicy":
        names = [rule.name for rule in self.rules]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"rules named twice: {', '.join(sorted(twice))}")
        return self

    def about(self, event: str) -> list[Rule]:
        """The rules that an event (`registry.organization.registered`) is the business of."""
        return [policy.rule() for policy in self.rules if event in policy.events]
