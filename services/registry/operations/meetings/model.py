"""A meeting's way, the days on which it can be held, and what its attendance can be."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class MeetingPhase(StrEnum):
    """Where a meeting is."""

    DUE = "due"
    SCHEDULED = "scheduled"
    HELD = "held"
    MINUTED = "minuted"
    MISSED = "missed"
    EXPLAINED = "explained"
    CANCELLED = "cancelled"


_OPEN = {
    "scheduled": MeetingPhase.SCHEDULED,
    "held": MeetingPhase.HELD,
    "missed": MeetingPhase.MISSED,
    "cancelled": MeetingPhase.CANCELLED,
}

TRANSITIONS: Transitions[MeetingPhase] = {
    MeetingPhase.DUE: {**_OPEN, "invited": MeetingPhase.DUE, "reassigned": MeetingPhase.DUE},
    MeetingPhase.SCHEDULED: {
        **_OPEN,
        "invited": MeetingPhase.SCHEDULED,
        "reassigned": MeetingPhase.SCHEDULED,
    },
    MeetingPhase.HELD: {
        "invited": MeetingPhase.HELD,
        "minuted": MeetingPhase.MINUTED,
        "reassigned": MeetingPhase.HELD,
    },
    MeetingPhase.MISSED: {
        "held": MeetingPhase.HELD,
        "explained": MeetingPhase.EXPLAINED,
        "reassigned": MeetingPhase.MISSED,
    },
    MeetingPhase.MINUTED: {},
    MeetingPhase.EXPLAINED: {},
    MeetingPhase.CANCELLED: {},
}
"""专题会, 例会, 联席会议 (R01, R02, R04); held within the period but entered after it is held, not missed."""


class OutsidePeriod(Refusal):
    """A day that is not of the period that the record stands for."""

    code = "gathering_outside_period"
    kind = RefusalKind.INVALID
    zh = "{day} 不在应召开的周期内（{begins_on} 至 {ends_on}）。逾期未召开的请填写说明。"
    en = "{day} is outside the period {begins_on} to {ends_on}; explain a period that was missed."


class PartExceedsWhole(Refusal):
    """More of a part than there were in all."""

    code = "part_exceeds_whole"
    kind = RefusalKind.INVALID
    zh = "其中数 {part} 多于总数 {whole}。"
    en = "{part} of which cannot be more than {whole} in all."


class AskedByCadence(Refusal):
    """A cancellation of what a cadence asks for."""

    code = "gathering_asked_by_cadence"
    kind = RefusalKind.CONFLICT
    zh = "定期会议（培训）不能取消；未召开的请在周期结束后填写说明，或停止该项制度。"
    en = "A cadence asks for it: it cannot be cancelled. Explain it when its period has passed."


def check_within(day: date, begins_on: date | None, ends_on: date | None, *, at: str) -> None:
    """Raise `OutsidePeriod`; without a period any day will do."""
    if begins_on is not None and ends_on is not None and not begins_on <= day <= ends_on:
        raise OutsidePeriod(at=at, day=day, begins_on=begins_on, ends_on=ends_on)


def check_part(part: int | None, whole: int | None, *, at: str) -> None:
    """Raise `PartExceedsWhole`; of a whole that nobody knows yet any part can be."""
    if part is not None and whole is not None and part > whole:
        raise PartExceedsWhole(at=at, part=part, whole=whole)


def lacking(required: Sequence[str], agenda: Collection[str]) -> list[str]:
    """What had to be dealt with and was not, in the order of the rule."""
    return [code for code in required if code not in agenda]
