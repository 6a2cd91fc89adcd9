"""What differs from place to place in grants: the `[grants]` section of a region profile."""

from pydantic import BaseModel, ConfigDict, Field

from chassis.policy import rule


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

    areas: tuple[Term, ...] = rule(
        AREAS,
        "areas a round may name; BINHAI declares ten and names these three",
        source="BINHAI F16",
        strength="reported_practice",
    )
    target_groups: tuple[Term, ...] = rule(
        TARGET_GROUPS,
        "whom projects serve, in the longer of two lists",
        source="SUYU A4.18",
        strength="reported_practice",
    )
    criteria: tuple[CriterionPolicy, ...] = rule(
        CRITERIA, "criteria of a round that names none", source="no document states any", strength="ours"
    )
    publicity_days: int = rule(
        7, "days for objections before a decision", source="no document sets it", strength="ours", ge=0, le=60
    )
    cap_per_application_fen: int | None = rule(
        None,
        "most that one application may ask for, unless the round says",
        source="no document sets it",
        strength="ours",
        gt=0,
    )
    reserve_places: int = rule(
        3, "places on the reserve list", source="no document sets it", strength="ours", ge=0
    )
    ban_years: int = rule(
        3,
        "years of a bar on applying after a claw-back",
        source="practice B6",
        strength="reported_practice",
        ge=1,
        le=10,
    )
    coverage_required: bool = rule(
        False,
        "only organisations covered on the party line may apply; off: it is no condition",
        source="SUYU R37",
        strength="reported_practice",
        broken="refused",
    )
