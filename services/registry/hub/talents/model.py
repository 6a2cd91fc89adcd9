"""Whether somebody is on the list, and what the list has to say of them."""

from collections.abc import Collection
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class TalentPhase(StrEnum):
    """Whether somebody is on the list."""

    LISTED = "listed"
    DELISTED = "delisted"


TRANSITIONS: Transitions[TalentPhase] = {
    TalentPhase.LISTED: {
        "changed": TalentPhase.LISTED,
        "engaged": TalentPhase.LISTED,
        "delisted": TalentPhase.DELISTED,
    },
    TalentPhase.DELISTED: {},
}
"""培养更多设计师 (SUYU S30)."""


class NoSkill(Refusal):
    """An entry of the list that says nothing."""

    code = "talent_without_skill"
    kind = RefusalKind.INVALID
    zh = "请至少填写一项专长。"
    en = "Name at least one skill."


class TalentAway(Refusal):
    """Somebody engaged who is away."""

    code = "talent_away"
    kind = RefusalKind.CONFLICT
    zh = "该人员目前不可聘用，请先更新其可用状态。"
    en = "This person cannot be engaged at present; change the availability first."


def check_skills(skills: Collection[str]) -> None:
    """Raise `NoSkill`."""
    if not skills:
        raise NoSkill(at="/skills")
