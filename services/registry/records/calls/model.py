"""Whether a data return is asked for."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class ReturnCallPhase(StrEnum):
    """Whether it runs."""

    RUNNING = "running"
    STOPPED = "stopped"


TRANSITIONS: Transitions[ReturnCallPhase] = {
    ReturnCallPhase.RUNNING: {"stopped": ReturnCallPhase.STOPPED, "reassigned": ReturnCallPhase.RUNNING},
    ReturnCallPhase.STOPPED: {"resumed": ReturnCallPhase.RUNNING, "reassigned": ReturnCallPhase.STOPPED},
}
"""建立数据报送等长效机制 (LUOHU L05)."""


class NobodyAsked(Refusal):
    """A call that no organisation could answer."""

    code = "return_call_asks_nobody"
    kind = RefusalKind.INVALID
    zh = "请至少选择一种组织状态。"
    en = "Name at least one standing of the organisations that are asked."
