"""Whether an outside number holds."""

from enum import StrEnum

from chassis.model import Transitions


class OutsideIdPhase(StrEnum):
    """Whether it holds."""

    RECORDED = "recorded"
    ENDED = "ended"


TRANSITIONS: Transitions[OutsideIdPhase] = {
    OutsideIdPhase.RECORDED: {"ended": OutsideIdPhase.ENDED},
    OutsideIdPhase.ENDED: {},
}
"""社会建设织网工程 (LUOHU 行动六). A number that changed is ended, and the new one recorded."""
