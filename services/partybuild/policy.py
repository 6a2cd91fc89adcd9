"""What differs from place to place in party-building: the `[partybuild]` section of the region profile."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from chassis.policy import Kept, kept, rule


class PartybuildPolicy(BaseModel):
    """Thresholds, deadlines and rates; each default names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scored_yearly: ClassVar[Kept] = kept(
        "a party organisation is scored each year by the standard that the region names"
        " (规范化建设考核); that it is each year is our reading",
        source="BINHAI R20",
        strength="reading",
        broken="shown",
        facts=("party_organization.scored",),
    )
    lines: tuple[Literal["party", "women"], ...] = rule(
        ("party",),
        "lines on which an organisation owes coverage; `women` is 组建率",
        source="LUOHU L27",
        strength="reading",
    )
    opens_on: Literal["registered", "filed", "applied"] = rule(
        "registered",
        "what opens a duty: registration, as in Binhai, filing or registration, or already the"
        " application to be registered (成立一个覆盖一个)",
        source="BINHAI R17, F07",
        strength="must",
        broken="recorded",
    )
    deadline_days: int = rule(
        90,
        "calendar days to cover an organisation",
        source="BINHAI R17 sets none: the days are ours",
        strength="must",
        broken="recorded",
        ge=1,
    )
    min_members_independent: int = rule(
        3,
        "full members for a branch of one's own, alone or joined",
        source="TONGZHOU R18, national rules",
        strength="must",
        broken="refused",
        ge=1,
    )
    joint_max_units: int = rule(
        5,
        "organisations under one joint branch",
        source="national rules (practice B3)",
        strength="must",
        ge=2,
    )
    joint_scope: tuple[Literal["area", "field"], ...] = rule(
        ("area", "field"),
        "what joined organisations must share, in order of preference: area or category",
        source="national rules name both (practice B3); the order is ours",
        strength="ours",
        min_length=1,
    )
    joint_area: Literal["district", "street"] = rule(
        "street",
        "tier within which organisations are neighbours (联合建)",
        source="BINHAI A4.12",
        strength="reading",
    )
    general_branch_from: int = rule(
        50, "full members for a general branch", source="national rules (practice B3)", strength="must", ge=1
    )
    committee_from: int = rule(
        100, "full members for a committee", source="national rules (practice B3)", strength="must", ge=1
    )
    term_years: int = rule(
        3, "years between elections of a branch", source="national rules (practice B3)", strength="must", ge=1
    )
    instructor_capacity: int = rule(
        5,
        "organisations one instructor may serve where the appointment names no number",
        source="practice B3 sets none",
        strength="ours",
        ge=1,
    )
    subsidy_per_organization_yuan: int = rule(
        2000,
        "party-building funds per party organisation and year",
        source="BINHAI R19, F06",
        strength="must",
        broken="reckoned",
        ge=0,
    )
    subsidy_per_cadre_month_yuan: int = rule(
        200,
        "post allowance per cadre and month",
        source="BINHAI R19, F06",
        strength="must",
        broken="reckoned",
        ge=0,
    )
    instructors_eligible: bool = rule(
        True,
        "whether dispatched instructors draw the allowance; the source does not say, but only"
        " so do rates and counts give the published sum",
        source="BINHAI F08",
        strength="reading",
    )
    pro_rata: Literal["month", "none"] = rule(
        "month",
        "month: who is in post on a month's last day draws that month; none: who is in post on"
        " the period's last day draws whole years",
        source="no document states it",
        strength="ours",
    )

    @model_validator(mode="after")
    def _levels_rise(self) -> "PartybuildPolicy":
        if self.committee_from <= self.general_branch_from:
            raise ValueError("committee_from must be above general_branch_from")
        return self
