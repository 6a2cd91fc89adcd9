"""A cultivation's way, and its stages."""

from collections.abc import Sequence
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CultivationPhase(StrEnum):
    """Whether an organisation is being cultivated."""

    LISTED = "listed"
    ACHIEVED = "achieved"
    REMOVED = "removed"


TRANSITIONS: Transitions[CultivationPhase] = {
    CultivationPhase.LISTED: {
        "reviewed": CultivationPhase.LISTED,
        "reclassified": CultivationPhase.LISTED,
        "achieved": CultivationPhase.ACHIEVED,
        "removed": CultivationPhase.REMOVED,
        "reassigned": CultivationPhase.LISTED,
    },
    CultivationPhase.ACHIEVED: {},
    CultivationPhase.REMOVED: {},
}
"""社会组织分类培育办法 (SUYU S11): class, target stage, measures, owner, review date."""


class UnknownPath(Refusal):
    """A path that the profile does not have."""

    code = "cultivation_path_unknown"
    kind = RefusalKind.INVALID
    zh = "没有“{path}”这个培育方向；有：{known}。"
    en = "There is no path '{path}'; there are {known}."


class StageNotOfPath(Refusal):
    """A stage of another path."""

    code = "cultivation_stage_unknown"
    kind = RefusalKind.INVALID
    zh = "该培育方向没有“{stage}”阶段；依次为：{known}。"
    en = "The path has no stage '{stage}'; in order it has {known}."


class TargetBehind(Refusal):
    """A target that is not ahead."""

    code = "cultivation_target_behind"
    kind = RefusalKind.INVALID
    zh = "目标阶段“{target}”应在当前阶段“{stage}”之后。"
    en = "The target stage '{target}' must come after the present one, '{stage}'."


class TargetNotReached(Refusal):
    """Achieved before it is."""

    code = "cultivation_target_not_reached"
    zh = "目前处于“{stage}”阶段，尚未达到“{target}”；请先登记复核结果。"
    en = "It is at stage '{stage}' and not at '{target}' yet; record the review first."


def place(stage: str, stages: Sequence[str], *, at: str) -> int:
    """The place of a stage on its path; raises `StageNotOfPath`."""
    if stage not in stages:
        raise StageNotOfPath(at=at, stage=stage, known=stages)
    return stages.index(stage)


def check_target(stage: str, target: str, stages: Sequence[str]) -> None:
    """Raise `StageNotOfPath`, `TargetBehind`."""
    here, there = place(stage, stages, at="/stage"), place(target, stages, at="/target_stage")
    if there <= here:
        raise TargetBehind(at="/target_stage", stage=stage, target=target)


def check_reached(stage: str, target: str, stages: Sequence[str]) -> None:
    """Raise `TargetNotReached`."""
    if place(stage, stages, at="/stage") < place(target, stages, at="/target_stage"):
        raise TargetNotReached(stage=stage, target=target)
