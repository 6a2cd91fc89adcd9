"""Guidance goes through its three phases, none of which passes without an entry."""

from enum import StrEnum

from chassis.model import Refusal, Transitions, in_words


class GuidancePhase(StrEnum):
    """Where guidance is: before, during, after what it is about; or over."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    CONCLUDED = "concluded"
    DROPPED = "dropped"


TRANSITIONS: Transitions[GuidancePhase] = {
    GuidancePhase.BEFORE: {
        "session_given": GuidancePhase.BEFORE,
        "moved_on": GuidancePhase.DURING,
        "dropped": GuidancePhase.DROPPED,
        "reassigned": GuidancePhase.BEFORE,
    },
    GuidancePhase.DURING: {
        "session_given": GuidancePhase.DURING,
        "moved_on": GuidancePhase.AFTER,
        "dropped": GuidancePhase.DROPPED,
        "reassigned": GuidancePhase.DURING,
    },
    GuidancePhase.AFTER: {
        "session_given": GuidancePhase.AFTER,
        "concluded": GuidancePhase.CONCLUDED,
        "reassigned": GuidancePhase.AFTER,
    },
    GuidancePhase.CONCLUDED: {},
    GuidancePhase.DROPPED: {},
}
"""事前服务指导, 事中参与管理, 事后跟踪考评 (TONGZHOU A4.8, T14)."""

PHASES_ZH = {
    GuidancePhase.BEFORE: "事前服务指导",
    GuidancePhase.DURING: "事中参与管理",
    GuidancePhase.AFTER: "事后跟踪考评",
    GuidancePhase.CONCLUDED: "办结",
    GuidancePhase.DROPPED: "终止",
}


class PhaseWithoutEntry(Refusal):
    """A phase that nobody did anything in."""

    code = "guidance_phase_without_entry"
    zh = "“{phase_zh}”阶段还没有指导记录，请先登记一次指导。"
    en = "Nothing was done in the phase '{phase_en}' yet; record a session first."


def check_entry(phase: GuidancePhase, sessions: int) -> None:
    """Raise `PhaseWithoutEntry`."""
    if not sessions:
        raise PhaseWithoutEntry(phase_zh=PHASES_ZH[phase], phase_en=in_words(phase))
