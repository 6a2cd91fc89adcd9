"""A person's request for what is kept of them, and when it may be recorded."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class RequestPhase(StrEnum):
    """Where a request is."""

    OPEN = "open"
    ANSWERED = "answered"
    LAPSED = "lapsed"


class RequestBy(StrEnum):
    """Who asked: the person, or for a child under 14 the guardian (PIPL 31)."""

    SELF = "self"
    GUARDIAN = "guardian"


TRANSITIONS: Transitions[RequestPhase] = {
    RequestPhase.OPEN: {"answered": RequestPhase.ANSWERED, "lapsed": RequestPhase.LAPSED},
    RequestPhase.ANSWERED: {},
    RequestPhase.LAPSED: {},
}
"""Open, it is the ground for looks; whose it was is forgotten with the answer (PIPL 45)."""


class RequestOpen(Refusal):
    """A second request of somebody whose first is not answered."""

    code = "care_request_open"
    kind = RefusalKind.CONFLICT
    zh = "该人员已有未答复的查询申请，请在原申请上办理。"
    en = "The person has asked already and was not answered yet; continue on that request."
