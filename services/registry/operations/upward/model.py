"""A report's way, and who is one tier above."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, ancestors, is_within


class UpwardReportPhase(StrEnum):
    """Where a report is."""

    FILED = "filed"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Transitions[UpwardReportPhase] = {
    UpwardReportPhase.FILED: {
        "answered": UpwardReportPhase.ANSWERED,
        "escalated": UpwardReportPhase.FILED,
        "withdrawn": UpwardReportPhase.WITHDRAWN,
        "reassigned": UpwardReportPhase.FILED,
    },
    UpwardReportPhase.ANSWERED: {
        "closed": UpwardReportPhase.CLOSED,
        "reassigned": UpwardReportPhase.ANSWERED,
    },
    UpwardReportPhase.CLOSED: {},
    UpwardReportPhase.WITHDRAWN: {},
}
"""信访投诉, 妇情反馈, 问题、工作思考、基层行动信息 (LUOHU R07, L23, L33)."""


class NotAbove(Refusal):
    """An addressee that is not above the sender."""

    code = "report_addressee_not_above"
    kind = RefusalKind.INVALID
    zh = "“{addressee}”不是“{sender}”的上级区划。"
    en = "'{addressee}' is not above '{sender}'."


def above(division: str) -> str | None:
    """The division one tier higher; None above a city."""
    found = ancestors(division)
    return found[-1] if found else None


def addressee_of(sender: str, named: str | None) -> str:
    """The division named, or the one directly above; a city reports to itself. Raises `NotAbove`."""
    found = named or above(sender) or sender
    if not is_within(sender, found):
        raise NotAbove(at="/addressee", addressee=found, sender=sender)
    return found
