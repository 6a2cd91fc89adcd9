"""The way of one organisation's pause, and when it may go on."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from chassis.model import Refusal, RefusalKind, Transitions, in_words


class EmergencyPausePhase(StrEnum):
    """Where one organisation's pause is."""

    PAUSED = "paused"
    VISITED = "visited"
    PERMITTED = "permitted"
    RELEASED = "released"


TRANSITIONS: Transitions[EmergencyPausePhase] = {
    EmergencyPausePhase.PAUSED: {
        "visited": EmergencyPausePhase.VISITED,
        "released": EmergencyPausePhase.RELEASED,
    },
    EmergencyPausePhase.VISITED: {
        "visited": EmergencyPausePhase.VISITED,
        "permitted": EmergencyPausePhase.PERMITTED,
        "released": EmergencyPausePhase.RELEASED,
    },
    EmergencyPausePhase.PERMITTED: {},
    EmergencyPausePhase.RELEASED: {},
}
"""暂停, 现场督查, 准予恢复 (S23)."""


class VisitPoint(StrEnum):
    """What a visit looks at: the six points of S23."""

    HEALTH = "health"
    PREMISES = "premises"
    SUPPLIES = "supplies"
    WORK_PLAN = "work_plan"
    RULES = "rules"
    SAFETY = "safety"


POINTS_ZH: Mapping[str, str] = {
    VisitPoint.HEALTH: "人员健康",
    VisitPoint.PREMISES: "办学场所",
    VisitPoint.SUPPLIES: "防控物资",
    VisitPoint.WORK_PLAN: "工作方案",
    VisitPoint.RULES: "各项制度",
    VisitPoint.SAFETY: "安全管理",
}
"""人员健康、办学场所、防控物资、工作方案、各项制度以及安全管理 (S23)."""


class PointsNotAnswered(Refusal):
    """A visit that leaves points open, or answers one twice."""

    code = "emergency_points_not_answered"
    kind = RefusalKind.INVALID
    zh = "六个方面都应当并且只能填写一次“合格”或“不合格”；请核对：{points_zh}。"
    en = "Each of the six points is either passed or lacking; check: {points_en}."


class PointsLacking(Refusal):
    """A permit although the last visit found something lacking."""

    code = "emergency_points_lacking"
    zh = "最近一次督查“{points_zh}”不合格，整改并复查合格后方可准予恢复。"
    en = "The last visit found {points_en} lacking; visit again before it may go on."


class OrderNotInForce(Refusal):
    """A pause under an order that was lifted or is unknown here."""

    code = "emergency_order_not_in_force"
    zh = "应急措施“{order}”不存在或已解除，不能据此暂停组织活动。"
    en = "There is no emergency order '{order}' in force."


def check_points(passed: Collection[VisitPoint], lacking: Collection[VisitPoint]) -> None:
    """Raise `PointsNotAnswered`."""
    answered = [*passed, *lacking]
    wrong = [point for point in VisitPoint if answered.count(point) != 1]
    if wrong:
        raise PointsNotAnswered(at="/passed", **_in_words(wrong))


def check_permit(lacking: Collection[str]) -> None:
    """Raise `PointsLacking`."""
    if lacking:
        raise PointsLacking(**_in_words(lacking))


def _in_words(points: Collection[str]) -> dict[str, Any]:
    return {
        "points_zh": [POINTS_ZH[point] for point in points],
        "points_en": [in_words(point) for point in points],
    }
