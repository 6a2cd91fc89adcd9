"""What a development plan has to speak of."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class PlanHeading(StrEnum):
    """What a development plan of a field speaks of (TONGZHOU 9, T13)."""

    GOALS = "goals"
    DIRECTIONS = "directions"
    STANDARDS = "standards"
    KEY_AREAS = "key_areas"
    SUPPORT = "support"


HEADINGS_ZH: Mapping[str, str] = {
    PlanHeading.GOALS: "发展目标",
    PlanHeading.DIRECTIONS: "发展方向",
    PlanHeading.STANDARDS: "发展标准",
    PlanHeading.KEY_AREAS: "重点领域",
    PlanHeading.SUPPORT: "支持办法",
}


def headings_lacking(headings: Collection[str]) -> list[str]:
    """What a development plan leaves out; it is said, not refused."""
    return [heading.value for heading in PlanHeading if heading.value not in headings]
