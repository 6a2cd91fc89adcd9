"""An activity's way."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class ActivityPhase(StrEnum):
    """Where an activity is."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[ActivityPhase] = {
    ActivityPhase.PLANNED: {
        "held": ActivityPhase.HELD,
        "cancelled": ActivityPhase.CANCELLED,
        "reassigned": ActivityPhase.PLANNED,
    },
    ActivityPhase.HELD: {},
    ActivityPhase.CANCELLED: {},
}
"""党员志愿者进社区, 亮出党旗 (SUYU S22); 品牌活动 (JIANGMEN J30)."""


class HeldByNobody(Refusal):
    """An activity of nobody."""

    code = "activity_of_nobody"
    kind = RefusalKind.INVALID
    zh = "请填写开展活动的社会组织或党组织。"
    en = "Name the organisation or the party organisation that holds it."


class BrandOfAnother(Refusal):
    """A brand that is not there, or is one no more."""

    code = "activity_brand_unknown"
    kind = RefusalKind.INVALID
    zh = "品牌“{id}”不存在或已撤销。"
    en = "There is no brand '{id}', or it is one no more."
