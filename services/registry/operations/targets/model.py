"""A target's way, and whether it was reached."""

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
    },
    TargetPhase.FROZEN: {"measured": TargetPhase.MEASURED},
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


def check_period(begins_on: date, ends_on: date) -> None:
    """Raise `PeriodReversed`."""
    if ends_on < begins_on:
        raise PeriodReversed(at="/period_ends_on", begins_on=begins_on, ends_on=ends_on)


def is_reached(aim: int, actual: int, *, at_most: bool) -> bool:
    """Whether `actual` is what was aimed at, or better."""
    return actual <= aim if at_most else actual >= aim
