"""The way of a report at the body that it is addressed to."""

from enum import StrEnum

from chassis.model import Transitions


class ReportAnswerPhase(StrEnum):
    """How far the body has come."""

    RECEIVED = "received"
    ROUTED = "routed"
    ANSWERED = "answered"
    CLOSED = "closed"


_ENDS = {"answered": ReportAnswerPhase.ANSWERED, "closed": ReportAnswerPhase.CLOSED}

TRANSITIONS: Transitions[ReportAnswerPhase] = {
    ReportAnswerPhase.RECEIVED: {
        "routed": ReportAnswerPhase.ROUTED,
        **_ENDS,
        "reassigned": ReportAnswerPhase.RECEIVED,
    },
    ReportAnswerPhase.ROUTED: {
        "routed": ReportAnswerPhase.ROUTED,
        **_ENDS,
        "reassigned": ReportAnswerPhase.ROUTED,
    },
    ReportAnswerPhase.ANSWERED: {},
    ReportAnswerPhase.CLOSED: {},
}
"""接收, 分办到科室 (R09), 答复; closed where another body answered, or the sender took the report back."""
