"""A team's way, and what its points are worth."""

from collections.abc import Collection
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, is_within


class TeamPhase(StrEnum):
    """Whether a team is active."""

    ACTIVE = "active"
    DISBANDED = "disbanded"


TRANSITIONS: Transitions[TeamPhase] = {
    TeamPhase.ACTIVE: {
        "changed": TeamPhase.ACTIVE,
        "shift_recorded": TeamPhase.ACTIVE,
        "incentive_granted": TeamPhase.ACTIVE,
        "disbanded": TeamPhase.DISBANDED,
        "reassigned": TeamPhase.ACTIVE,
    },
    TeamPhase.DISBANDED: {},
}
"""规范“巾帼巡查队”管理,探索长效运行、激励机制 (LUOHU L29)."""


class TeamAreaElsewhere(Refusal):
    """A part of the area that is not the division's."""

    code = "team_area_elsewhere"
    kind = RefusalKind.INVALID
    zh = "巡查区域“{area}”不在“{division}”的辖区内。"
    en = "'{area}' is not below the team's division '{division}'."


class PointsShort(Refusal):
    """An incentive for more points than there are."""

    code = "team_points_short"
    kind = RefusalKind.CONFLICT
    zh = "可用积分为 {left}，不足 {wanted}。"
    en = "The team has {left} points left, not {wanted}."


class MoreThanMembers(Refusal):
    """A shift of more people than the team has."""

    code = "team_shift_too_large"
    kind = RefusalKind.INVALID
    zh = "出勤 {people} 人，超过队员人数 {members} 人；请先更新队员人数。"
    en = "{people} people were out, the team has {members}; change its members first."


def check_area(division: str, area: Collection[str]) -> list[Refusal]:
    """Every part of the area that is outside the division."""
    outside = [one for one in area if not is_within(one, division)]
    return [TeamAreaElsewhere(at="/area", area=one, division=division) for one in outside]


def check_people(people: int, members: int) -> None:
    """Raise `MoreThanMembers`."""
    if people > members:
        raise MoreThanMembers(at="/people", people=people, members=members)


def check_points(wanted: int, left: int) -> None:
    """Raise `PointsShort`."""
    if wanted > left:
        raise PointsShort(at="/used", wanted=wanted, left=left)
