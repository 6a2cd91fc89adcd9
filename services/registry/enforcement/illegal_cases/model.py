"""The way of an illegal organisation's case."""

from enum import StrEnum

from chassis.model import Transitions


class IllegalCasePhase(StrEnum):
    """Where a case is."""

    REPORTED = "reported"
    VERIFIED = "verified"
    REFERRED = "referred"
    CLOSED = "closed"


TRANSITIONS: Transitions[IllegalCasePhase] = {
    IllegalCasePhase.REPORTED: {
        "reassigned": IllegalCasePhase.REPORTED,
        "verified": IllegalCasePhase.VERIFIED,
        "closed": IllegalCasePhase.CLOSED,
    },
    IllegalCasePhase.VERIFIED: {
        "reassigned": IllegalCasePhase.VERIFIED,
        "referred": IllegalCasePhase.REFERRED,
        "closed": IllegalCasePhase.CLOSED,
    },
    IllegalCasePhase.REFERRED: {
        "reassigned": IllegalCasePhase.REFERRED,
        "referred": IllegalCasePhase.REFERRED,
        "closed": IllegalCasePhase.CLOSED,
    },
    IllegalCasePhase.CLOSED: {},
}
"""非法女性社会组织整治 (SUYU S04): who cannot decide refers it to who can."""
