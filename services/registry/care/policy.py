"""What differs from region to region here: `[registry.care]` of the region profile."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.policy import rule

CareCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class _Listed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: CareCode
    name_zh: str
    name_en: str = ""


class Need(_Listed):
    """Why somebody is looked after; people are counted by it."""


class Ground(StrEnum):
    """What a look for a purpose rests on in the record in hand."""

    WORKER = "worker"
    HAND_OVER = "hand_over"
    REQUEST = "request"
    DUTY = "duty"


class Purpose(_Listed):
    """What somebody may look into a record for."""

    roles: frozenset[str] = Field(description="who may look for this purpose, whatever else they may do")
    ground: Ground = Field(
        Ground.WORKER,
        description="what it rests on: `worker`, she looks after the record; `hand_over`, it was handed over"
        " to her; `request`, an open request of the person; `duty`, the role alone",
    )


NEEDS = (
    Need(code="single_poor_mother", name_zh="单亲贫困母亲", name_en="poor single mother"),
    Need(code="child_in_difficulty", name_zh="困境儿童", name_en="child in difficulty"),
    Need(code="left_behind_child", name_zh="留守儿童", name_en="left-behind child"),
    Need(code="disabled", name_zh="残疾人", name_en="disabled person"),
    Need(code="elderly", name_zh="困难老人", name_en="elderly person in need"),
    Need(code="other", name_zh="其他困难群体", name_en="others in need"),
)
"""LUOHU (L24, 困境儿童), JIANGMEN and SUYU (A4.18)."""

PURPOSES = (
    Purpose(code="care", name_zh="帮扶服务", name_en="care", roles=frozenset({"care_officer"})),
    Purpose(
        code="hand_over", name_zh="工作交接", name_en="hand-over", roles=frozenset({"care_officer"}),
        ground=Ground.HAND_OVER,
    ),
    Purpose(
        code="supervision", name_zh="督导检查", name_en="supervision", roles=frozenset({"care_supervisor"}),
        ground=Ground.DUTY,
    ),
    Purpose(
        code="own_request",
        name_zh="本人查询",
        name_en="the person asks",
        roles=frozenset({"care_officer", "care_supervisor"}),
        ground=Ground.REQUEST,
    ),
)  # fmt: skip
"""Ours, after PIPL 6 and 45: a specific purpose for each look, and what it rests on; people may ask what is
kept of them."""


class CarePolicy(BaseModel):
    """Deadlines and lists; each key names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs: tuple[Need, ...] = rule(
        NEEDS, "who is looked after", source="LUOHU L24, A4.18", strength="reported_practice", min_length=1
    )
    purposes: tuple[Purpose, ...] = rule(
        PURPOSES,
        "what records may be read for, and by whom",
        source="PIPL 6; the purposes are ours",
        strength="must",
        min_length=1,
    )
    smallest: int = rule(
        3,
        "numbers of people below this one are not shown",
        source="no document sets it",
        strength="ours",
        ge=3,
    )
    review_days: int = rule(
        90,
        "calendar days to the next review (动态管理), where none is given",
        source="LUOHU L24 sets none",
        strength="ours",
        ge=1,
    )
    retention_days: int = rule(
        1095,
        "days after its end for which a record is kept, then erased",
        source="PIPL 19; the days are ours",
        strength="must",
        ge=0,
    )
    request_days: int = rule(
        30,
        "calendar days: a person's request is answered",
        source="PIPL 45 (及时); the days are ours",
        strength="must",
        ge=1,
    )
    children_a_giver: int = rule(
        3,
        "children whom one giver is paired with at once",
        source="no document sets it",
        strength="ours",
        ge=1,
    )

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "CarePolicy":
        for name, listed in (("needs", self.needs), ("purposes", self.purposes)):
            codes = [one.code for one in listed]
            if len(set(codes)) != len(codes):
                raise ValueError(f"{name}: a code is listed twice")
        return self
