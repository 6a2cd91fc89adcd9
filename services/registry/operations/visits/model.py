"""A supervision visit's way."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, is_within


class VisitPhase(StrEnum):
    """Where a visit is."""

    PLANNED = "planned"
    MADE = "made"
    CLOSED = "closed"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[VisitPhase] = {
    VisitPhase.PLANNED: {
        "postponed": VisitPhase.PLANNED,
        "made": VisitPhase.MADE,
        "cancelled": VisitPhase.CANCELLED,
        "reassigned": VisitPhase.PLANNED,
    },
    VisitPhase.MADE: {
        "revisited": VisitPhase.MADE,
        "closed": VisitPhase.CLOSED,
        "reassigned": VisitPhase.MADE,
    },
    VisitPhase.CLOSED: {},
    VisitPhase.CANCELLED: {},
}
"""加强各项工作的沟通、督导 (LUOHU L34)."""


class VisitedNotBelow(Refusal):
    """A visit to a place that the visiting body has no say in."""

    code = "visit_not_below"
    kind = RefusalKind.INVALID
    zh = "被督导的“{visited}”不在“{visitor}”的辖区内。"
    en = "'{visited}' is not below '{visitor}'."


def check_visited(visitor: str, visited: str) -> None:
    """Raise `VisitedNotBelow`."""
    if not is_within(visited, visitor):
        raise VisitedNotBelow(at="/visited", visited=visited, visitor=visitor)
