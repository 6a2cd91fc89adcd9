"""What differs from place to place in party-building: the `[partybuild]` section of the region profile."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class PartybuildPolicy(BaseModel):
    """Thresholds, deadlines and rates; each default names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: tuple[Literal["party", "women"], ...] = Field(
        ("party",), description="lines on which an organisation owes coverage; `women` is 组建率 (L27)"
    )
    opens_on: Literal["registered", "filed", "applied"] = Field(
        "registered",
        description="what opens a duty: registration (Binhai, F07), filing or registration, or already the"
        " application to be registered (成立一个覆盖一个, R17: must)",
    )
    deadline_days: int = Field(90, ge=1, description="calendar days to cover an organisation (ours)")
    min_members_independent: int = Field(
        3,
        ge=1,
        description="full members for a branch of one's own, alone or joined (R18: must)",
    )
    joint_max_units: int = Field(5, ge=2, description="organisations under one joint branch (national rules)")
    joint_scope: tuple[Literal["area", "field"], ...] = Field(
        ("area", "field"),
        min_length=1,
        description="ours: what joined organisations must share, in order of preference: area or category",
    )
    joint_area: Literal["district", "street"] = Field(
        "street", description="tier within which organisations are neighbours (A4.12, 联合建)"
    )
    general_branch_from: int = Field(
        50, ge=1, description="full members for a general branch (national rules)"
    )
    committee_from: int = Field(100, ge=1, description="full members for a committee (national rules)")
    term_years: int = Field(3, ge=1, description="years between elections of a branch (national rules)")
    instructor_capacity: int = Field(
        5,
        ge=1,
        description="ours: organisations one instructor may serve where the appointment names no number",
    )
    subsidy_per_organization_yuan: int = Field(
        2000, ge=0, description="party-building funds per party organisation and year (BINHAI R19, F06: must)"
    )
    subsidy_per_cadre_month_yuan: int = Field(
        200, ge=0, description="post allowance per cadre and month (BINHAI R19, F06: must)"
    )
    instructors_eligible: bool = Field(
        True,
        description="whether dispatched instructors draw the allowance; the source does not say, but only so"
        " do rates and counts give the published sum (F08)",
    )
    pro_rata: Literal["month", "none"] = Field(
        "month",
        description="ours; month: who is in post on a month's last day draws that month; none: who is in post"
        " on the period's last day draws whole years",
    )

    @model_validator(mode="after")
    def _levels_rise(self) -> "PartybuildPolicy":
        if self.committee_from <= self.general_branch_from:
            raise ValueError("committee_from must be above general_branch_from")
        return self
