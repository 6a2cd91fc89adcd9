"""What differs from place to place in grants: the `[grants]` section of a region profile."""

from pydantic import BaseModel, ConfigDict, Field


class Term(BaseModel):
    """A value of an open-ended list: its code and its names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")
    zh: str
    en: str


class CriterionPolicy(Term):
    """A criterion that a round takes over where it names none of its own."""

    weight_thousandths: int = Field(ge=1, le=1000)
    highest_thousandths: int = Field(100_000, ge=1)


AREAS = (
    Term(code="social_assistance", zh="社会救助", en="social assistance"),
    Term(code="home_elderly_care", zh="居家养老", en="elderly care at home"),
    Term(code="social_volunteering", zh="社会志愿服务", en="social volunteering"),
)
TARGET_GROUPS = (
    Term(code="elderly", zh="为老", en="the elderly"),
    Term(code="children", zh="为小", en="children"),
    Term(code="disabled", zh="为残", en="the disabled"),
    Term(code="special", zh="为特", en="special groups"),
    Term(code="needy", zh="为困", en="the needy"),
)
CRITERIA = (
    CriterionPolicy(code="need", zh="社会需求", en="social need", weight_thousandths=300),
    CriterionPolicy(code="feasibility", zh="可行性", en="feasibility", weight_thousandths=300),
    CriterionPolicy(code="capacity", zh="执行能力", en="capacity", weight_thousandths=200),
    CriterionPolicy(code="budget", zh="预算合理性", en="soundness of the budget", weight_thousandths=200),
)


class GrantsPolicy(BaseModel):
    """Areas, target groups, days, caps and weights of a region's rounds; each with where it comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    areas: tuple[Term, ...] = Field(
        AREAS, description="areas a round may name; BINHAI declares ten and names these three (F16)"
    )
    target_groups: tuple[Term, ...] = Field(
        TARGET_GROUPS, description="whom projects serve; SUYU, in its longer list of five (A4.18)"
    )
    criteria: tuple[CriterionPolicy, ...] = Field(
        CRITERIA, description="criteria of a round that names none; no document states any: ours"
    )
    publicity_days: int = Field(7, ge=0, le=60, description="days for objections before a decision; ours")
    cap_per_application_fen: int | None = Field(
        None, gt=0, description="most that one application may ask for, unless the round says; no source"
    )
    reserve_places: int = Field(3, ge=0, description="places on the reserve list; ours")
    ban_years: int = Field(3, ge=1, le=10, description="bar on applying after a claw-back [practice B6]")
    coverage_required: bool = Field(
        False,
        description="only organisations covered on the party line may apply; off: R37 (reported"
        " practice) is no condition",
    )
