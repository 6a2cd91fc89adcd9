"""What differs from region to region here: `[registry.hub]` of the region profile."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from chassis.policy import Kept, kept, rule


class HubPolicy(BaseModel):
    """Deadlines, cadences and lists; each key names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    departments_outside: ClassVar[Kept] = kept(
        "what concerns departments outside (社会建设、民政等部门) is told them as a coordination case, in"
        " which each answers for its own part",
        source="TONGZHOU R34, T30",
        strength="must",
        broken="recorded",
        facts=("coordination_case.opened", "coordination_case.became_overdue"),
    )
    six_haves_days: int = rule(
        365,
        "days to the next self-check",
        source="TONGZHOU T01 asks for one and sets no time",
        strength="ours",
        ge=1,
    )
    development_plan: str = rule(
        "development_plan",
        "kind of guideline that speaks of the five headings",
        source="TONGZHOU 9; the code is ours",
        strength="ours",
    )
    organizations_per_post: int = rule(
        30,
        "organisations that one social worker looks after, and no more",
        source="BINHAI R15",
        strength="must",
        broken="refused",
        ge=1,
    )
    posts_serve: Literal["registered", "all"] = rule(
        "registered",
        "which organisations posts are reckoned for; filed ones with `all`",
        source="BINHAI F05 does not say",
        strength="reading",
    )
    internal_up_to: int = rule(
        30,
        "up to so many organisations own staff will do",
        source="TONGZHOU R14; the number is ours",
        strength="in_principle",
        broken="shown",
        ge=0,
    )
    linked_before_decoupled: bool = rule(
        True,
        "an organisation is linked to the hub before it is decoupled from its department (先挂钩、后脱钩)",
        source="TONGZHOU R13, T27",
        strength="must",
        broken="refused",
    )
    leading_after_decoupled: int = rule(
        0,
        "administrative staff among its leaders with whom its decoupling is complete all the same",
        source="SUYU R24, S02",
        strength="reported_practice",
        broken="refused",
        ge=0,
    )
    points_per_hour: int = rule(
        1, "points of a team for an hour of one member", source="LUOHU L29 sets none", strength="ours", ge=0
    )
    bodies_staff: dict[str, frozenset[str]] = rule(
        default_factory=lambda: {
            "civil_affairs": frozenset({"registration_authority"}),
            "finance": frozenset({"grants_officer"}),
            "womens_federation": frozenset({"hub_officer"}),
            "street": frozenset({"liaison"}),
            "community": frozenset({"liaison"}),
        },
        says="roles that are a body's staff and answer for its part, as who is of the body by"
        " the claim `bodies`; a body that is not here may answer by letter",
        source="TONGZHOU T30 does not say",
        strength="ours",
    )
    study_answer_days: int = rule(
        30, "working days: a study is answered", source="LUOHU L20 sets none", strength="ours", ge=1
    )
