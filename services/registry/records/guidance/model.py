"""The way of guidance towards registration."""

from enum import StrEnum

from chassis.model import Refusal, Transitions


class GuidancePhase(StrEnum):
    """Where guidance is."""

    OPENED = "opened"
    CONCLUDED = "concluded"


class Outcome(StrEnum):
    """What came of it."""

    APPLIED = "applied"
    FILED = "filed"
    GIVEN_UP = "given_up"


OUTCOMES_ZH = {
    Outcome.APPLIED: "提交登记申请",
    Outcome.FILED: "办理备案",
    Outcome.GIVEN_UP: "不再办理",
}
TRANSITIONS: Transitions[GuidancePhase] = {
    GuidancePhase.OPENED: {
        "given": GuidancePhase.OPENED,
        "concluded": GuidancePhase.CONCLUDED,
        "reassigned": GuidancePhase.OPENED,
    },
    GuidancePhase.CONCLUDED: {},
}
"""资格初审、注册引导 (LUOHU L07)."""


class NeverGuided(Refusal):
    """A success of guidance that never was."""

    code = "guidance_never_given"
    zh = "尚未记录任何一次引导。"
    en = "No session of guidance was recorded."
