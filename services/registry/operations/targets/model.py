"""A target's way, and whether it was reached."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class TargetPhase(StrEnum):
    """Where a target is."""

    SET = "set"
    FROZEN = "frozen"
    MEASURED = "measured"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Transitions[TargetPhase] = {
    TargetPhase.SET: {
        "amended": TargetPhase.SET,
        "withdrawn": TargetPhase.WITHDRAWN,
        "frozen": TargetPhase.FROZEN,
        "reassigned": TargetPhase.SET,
    },
    TargetPhase.FROZEN: {"measured": TargetPhase.MEASURED, "reassigned": TargetPhase.FROZEN},
    TargetPhase.MEASURED: {},
    TargetPhase.WITHDRAWN: {},
}
"""纳入领导绩效考核内容 (SUYU S28, R38)."""


class PeriodReversed(Refusal):
    """A period that ends before it begins."""

    code = "target_period_reversed"
    kind = RefusalKind.INVALID
    zh = "考核期的结束 {ends_on} 早于开始 {begins_on}。"
    en = "The period ends on {ends_on}, before it begins on {begins_on}."


class PeriodEnded(Refusal):
    """A change after the period's end."""

    code = "target_period_ended"
    kind = RefusalKind.CONFLICT
    zh = "考核期已于 {ends_on} 结束，目标不能再调整。"
    en = "The period ended on {ends_on}; the target changes no more."


class FigureUnknown(Refusal):
    """A target by a figure that nobody reckons."""

    code = "target_figure_unknown"
    kind = RefusalKind.INVALID
    zh = "没有指标“{figure}”；相近的有：{like}。其他来源的指标列入区域配置 operations.target_figures。"
    en = "There is no figure '{figure}'; like it: {like}. Others are listed in operations.target_figures."


def share_of(aim: int, actual: int, *, at_most: bool) -> float:
    """Which part of the aim is reached, from 0 to 1; an upper bound that is kept is reached whole.

    Half the aim is half of it; twice the bound is half of it, too. Where the aim is nought or below there are
    no parts: it is reached, or not.
    """
    if is_reached(aim, actual, at_most=at_most):
        return 1.0
    if aim <= 0:
        return 0.0
    return aim / actual if at_most else max(actual, 0) / aim


def score(parts: Sequence[tuple[int, float]]) -> float | None:
    """Percent reached of all targets by (weight, share); the weights say how much each counts. None where no
    target has a weight."""
    whole = sum(weight for weight, _ in parts)
    return round(100 * sum(weight * share for weight, share in parts) / whole, 1) if whole else None


def check_period(begins_on: date, ends_on: date) -> None:
    """Raise `PeriodReversed`."""
    if ends_on < begins_on:
        raise PeriodReversed(at="/period_ends_on", begins_on=begins_on, ends_on=ends_on)


def is_reached(aim: int, actual: int, *, at_most: bool) -> bool:
    """Whether `actual` is what was aimed at, or better."""
    return actual <= aim if at_most else actual >= aim
