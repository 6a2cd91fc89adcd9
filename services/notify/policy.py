"""What differs from place to place in notify: who is told of what."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notify.messages.model import TEMPLATES, Reach, Rule


class RulePolicy(BaseModel):
    """One rule of the profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    events: tuple[str, ...] = Field(
        description="event types without prefix: registry.organization.registered"
    )
    roles: tuple[str, ...]
    reach: Reach = Reach.UPWARDS
    template: str
    urgency: str = Field("normal", pattern="^(critical|normal|digest)$")
    acknowledge_within_days: int | None = Field(None, ge=1, description="calendar days; absent: none asked")
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="field of the state -> values")

    @model_validator(mode="after")
    def _template_exists(self) -> "RulePolicy":
        if self.template not in TEMPLATES:
            raise ValueError(f"no template '{self.template}'; there are: {', '.join(sorted(TEMPLATES))}")
        return self

    def rule(self) -> Rule:
        """The rule as the domain has it."""
        return Rule(
            self.name, self.events, self.roles, self.reach, self.template, self.urgency,
            self.acknowledge_within_days, tuple(self.when.items()),
        )  # fmt: skip


_COVERAGE_ROLES = ("liaison", "party_officer")
DEFAULT_RULES = (
    RulePolicy(
        name="organization_registered",
        events=("registry.organization.registered",),
        roles=("hub_officer", "liaison"),
        template="organization_registered",
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
        name="application_refused",
        events=("registry.registration_application.endorsement_refused",),
        roles=("hub_officer",),
        template="application_refused",
    ),
    RulePolicy(
        name="round_opened",
        events=("grants.round.opened",),
        roles=("hub_officer", "liaison"),
        template="round_opened",
    ),
    RulePolicy(
        name="application_awarded",
        events=("grants.application.awarded",),
        roles=("grants_officer", "hub_officer"),
        template="application_awarded",
    ),
    RulePolicy(
        name="application_ineligible",
        events=("grants.application.found_ineligible",),
        roles=("grants_officer",),
        template="application_ineligible",
    ),
)


class NotifyPolicy(BaseModel):
    """The `[notify]` section of a region profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[RulePolicy, ...] = Field(
        DEFAULT_RULES, description="ours: no source says who is told of what [SM14 is a reading]"
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> "NotifyPolicy":
        names = [rule.name for rule in self.rules]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"rules named twice: {', '.join(sorted(twice))}")
        return self
