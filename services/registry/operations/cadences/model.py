"""Whether a cadence runs, and what can be held regularly."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CadencePhase(StrEnum):
    """Whether a cadence runs."""

    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


TRANSITIONS: Transitions[CadencePhase] = {
    CadencePhase.RUNNING: {
        "changed": CadencePhase.RUNNING,
        "stopped": CadencePhase.STOPPED,
        "ended": CadencePhase.ENDED,
        "reassigned": CadencePhase.RUNNING,
    },
    CadencePhase.STOPPED: {
        "changed": CadencePhase.STOPPED,
        "resumed": CadencePhase.RUNNING,
        "ended": CadencePhase.ENDED,
        "reassigned": CadencePhase.STOPPED,
    },
    CadencePhase.ENDED: {},
}
"""至少每季度 (R01), 原则上每个季度 (R02), 每季度 (R03), 定期 (R04)."""


class NothingChanged(Refusal):
    """A change that names nothing new."""

    code = "cadence_not_changed"
    kind = RefusalKind.INVALID
    zh = "请填写新的周期、要求强度或负责人。"
    en = "Say what is new: interval, strength or owner."


class UnknownGathering(Refusal):
    """A code that is in no list of the profile."""

    code = "gathering_unknown"
    kind = RefusalKind.INVALID
    zh = "会议或培训类别“{gathering}”不在本地区的目录内；可选：{known}。"
    en = "The profile lists no meeting or training '{gathering}'; there are: {known}."
