"""An intake's way."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class IntakePhase(StrEnum):
    """Whether an intake takes applications."""

    CALLED = "called"
    CLOSED = "closed"


TRANSITIONS: Transitions[IntakePhase] = {
    IntakePhase.CALLED: {
        "extended": IntakePhase.CALLED,
        "closed": IntakePhase.CLOSED,
        "reassigned": IntakePhase.CALLED,
    },
    IntakePhase.CLOSED: {},
}
"""征集, 截止 (BINHAI SM3); published numbers agree only where there are several (F13)."""


class IntakeExtendedBackwards(Refusal):
    """An extension that gives less time."""

    code = "intake_extended_backwards"
    kind = RefusalKind.INVALID
    zh = "新的截止日期 {new} 应晚于原截止日期 {old}。"
    en = "The new last day {new} must be after the old one, {old}."


class IntakeNotCalled(Refusal):
    """An application to an intake that is closed."""

    code = "intake_not_called"
    zh = "第 {number} 批征集已截止，请申请其他批次。"
    en = "Intake {number} takes no applications any more; apply in another one."


class IntakeOfAnotherBase(Refusal):
    """An application that names an intake of another base."""

    code = "intake_of_another_base"
    kind = RefusalKind.INVALID
    zh = "该批次不属于所选的孵化基地，请重新选择。"
    en = "The intake is another base's; choose one of this base."
