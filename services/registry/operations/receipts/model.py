"""A receipt's way: due, acknowledged, filed for the record, reported back, closed."""

from enum import StrEnum

from chassis.model import Transitions


class ReceiptPhase(StrEnum):
    """How far a lower body has come with a task."""

    DUE = "due"
    ACKNOWLEDGED = "acknowledged"
    FILED_FOR_RECORD = "filed_for_record"
    REPORTED = "reported"
    CLOSED = "closed"
    RELEASED = "released"


_REPORTED = {"reported": ReceiptPhase.REPORTED, "reported_late": ReceiptPhase.REPORTED}
_FOLLOWS = {"closed": ReceiptPhase.CLOSED, "released": ReceiptPhase.RELEASED}

TRANSITIONS: Transitions[ReceiptPhase] = {
    ReceiptPhase.DUE: {
        "acknowledged": ReceiptPhase.ACKNOWLEDGED,
        "filed_for_record": ReceiptPhase.FILED_FOR_RECORD,
        "amended": ReceiptPhase.DUE,
        **_REPORTED,
        **_FOLLOWS,
    },
    ReceiptPhase.ACKNOWLEDGED: {
        "filed_for_record": ReceiptPhase.FILED_FOR_RECORD,
        "amended": ReceiptPhase.ACKNOWLEDGED,
        **_REPORTED,
        **_FOLLOWS,
    },
    ReceiptPhase.FILED_FOR_RECORD: {
        "amended": ReceiptPhase.ACKNOWLEDGED,
        **_REPORTED,
        **_FOLLOWS,
    },
    ReceiptPhase.REPORTED: {
        "amended": ReceiptPhase.ACKNOWLEDGED,
        **_REPORTED,
        **_FOLLOWS,
    },
    ReceiptPhase.CLOSED: {},
    ReceiptPhase.RELEASED: {},
}
"""签收, 报备 (R05), 反馈 (R07), of which each says that the task was taken note of; an amended task is to be
answered again, and whom it names no more is released."""
