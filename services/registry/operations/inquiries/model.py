"""An inquiry's way."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class InquiryPhase(StrEnum):
    """Where an inquiry is."""

    OPENED = "opened"
    TRANSFERRED = "transferred"
    ANSWERED = "answered"
    CLOSED = "closed"


TRANSITIONS: Transitions[InquiryPhase] = {
    InquiryPhase.OPENED: {
        "transferred": InquiryPhase.TRANSFERRED,
        "extended": InquiryPhase.OPENED,
        "answered": InquiryPhase.ANSWERED,
        "reassigned": InquiryPhase.OPENED,
    },
    InquiryPhase.TRANSFERRED: {
        "transferred": InquiryPhase.TRANSFERRED,
        "extended": InquiryPhase.TRANSFERRED,
        "answered": InquiryPhase.ANSWERED,
        "reassigned": InquiryPhase.TRANSFERRED,
    },
    InquiryPhase.ANSWERED: {
        "reopened": InquiryPhase.OPENED,
        "closed": InquiryPhase.CLOSED,
        "reassigned": InquiryPhase.ANSWERED,
    },
    InquiryPhase.CLOSED: {},
}
"""受理, 首问责任人, 转办, 答复, 办结 (BINHAI R16, SM13)."""


class TransferredToSelf(Refusal):
    """A transfer to whoever has it."""

    code = "inquiry_transferred_to_holder"
    kind = RefusalKind.INVALID
    zh = "该事项已由“{handler}”办理。"
    en = "'{handler}' deals with it already."


class ExtendedBackwards(Refusal):
    """An extension that gives less time."""

    code = "inquiry_extended_backwards"
    kind = RefusalKind.INVALID
    zh = "新的答复期限 {new} 应晚于原期限 {old}。"
    en = "The new deadline {new} must be after the old one, {old}."
