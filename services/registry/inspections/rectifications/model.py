"""A rectification's way: opened, evidence shown, returned or closed."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class RectificationPhase(StrEnum):
    """Where a rectification is."""

    OPENED = "opened"
    EVIDENCE_SUBMITTED = "evidence_submitted"
    CLOSED = "closed"


TRANSITIONS: Transitions[RectificationPhase] = {
    RectificationPhase.OPENED: {
        "evidence_submitted": RectificationPhase.EVIDENCE_SUBMITTED,
        "extended": RectificationPhase.OPENED,
        "closed": RectificationPhase.CLOSED,
        "reassigned": RectificationPhase.OPENED,
    },
    RectificationPhase.EVIDENCE_SUBMITTED: {
        "returned": RectificationPhase.OPENED,
        "closed": RectificationPhase.CLOSED,
        "reassigned": RectificationPhase.EVIDENCE_SUBMITTED,
    },
    RectificationPhase.CLOSED: {},
}
"""自查自纠, 督办整改, 完成 (SUYU SM6, TONGZHOU R33)."""


class ExtendedBackwards(Refusal):
    """An extension that gives less time."""

    code = "rectification_extended_backwards"
    kind = RefusalKind.INVALID
    zh = "新的整改期限 {new} 应晚于原期限 {old}。"
    en = "The new deadline {new} must be after the old one, {old}."


class NothingShown(Refusal):
    """Evidence without anything in it."""

    code = "rectification_nothing_shown"
    kind = RefusalKind.INVALID
    zh = "请写明整改措施或附上整改材料编号。"
    en = "Say what was done, or name the documents that show it."
