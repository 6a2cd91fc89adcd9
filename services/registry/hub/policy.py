"""What differs from region to region here: `[registry.hub]` of the region profile."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class HubPolicy(BaseModel):
    """Deadlines, cadences and lists; each key names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    six_haves_days: int = Field(
        365, ge=1, description="ours: days to the next self-check; TONGZHOU T01 asks for one and sets no time"
    )
    development_plan: str = Field(
        "development_plan",
        description="ours: kind of guideline that speaks of the five headings (TONGZHOU 9)",
    )
    organizations_per_post: int = Field(
        30, ge=1, description="BINHAI R15, must: one social worker for 30 organisations, and no more"
    )
    posts_serve: Literal["registered", "all"] = Field(
        "registered",
        description="ours: which organisations posts are reckoned for; filed ones with `all` (F05)",
    )
    internal_up_to: int = Field(
        30, ge=0, description="ours: up to so many organisations own staff will do (R14: in principle)"
    )
    points_per_hour: int = Field(
        1, ge=0, description="ours: points of a team for an hour of one member (L29)"
    )
    bodies_staff: dict[str, frozenset[str]] = Field(
        default_factory=lambda: {
            "civil_affairs": frozenset({"registration_authority"}),
            "finance": frozenset({"grants_officer"}),
            "womens_federation": frozenset({"hub_officer"}),
            "street": frozenset({"liaison"}),
            "community": frozenset({"liaison"}),
        },
        description="ours: roles that are a body's staff and answer for its part (TONGZHOU T30), as who is"
        " of the body by the claim `bodies`; a body that is not here may answer by letter",
    )
    study_answer_days: int = Field(
        30, ge=1, description="ours: working days for the answer to a study; LUOHU L20 sets none"
    )
