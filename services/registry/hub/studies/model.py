"""A study's way, and what it has to have before it is submitted."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class StudyPhase(StrEnum):
    """Where a study is."""

    STARTED = "started"
    SUBMITTED = "submitted"
    ANSWERED = "answered"
    ABANDONED = "abandoned"


TRANSITIONS: Transitions[StudyPhase] = {
    StudyPhase.STARTED: {
        "evidence_added": StudyPhase.STARTED,
        "submitted": StudyPhase.SUBMITTED,
        "abandoned": StudyPhase.ABANDONED,
        "reassigned": StudyPhase.STARTED,
    },
    StudyPhase.SUBMITTED: {
        "answered": StudyPhase.ANSWERED,
        "abandoned": StudyPhase.ABANDONED,
        "reassigned": StudyPhase.SUBMITTED,
    },
    StudyPhase.ANSWERED: {},
    StudyPhase.ABANDONED: {},
}
"""开展专题政策研究 (LUOHU L20)."""


class NoEvidence(Refusal):
    """A study that rests on nothing."""

    code = "study_without_evidence"
    kind = RefusalKind.INVALID
    zh = "报送前请至少登记一项研究依据（调研、走访、数据等）。"
    en = "Add evidence (a survey, a visit, figures) before it is submitted."


class MoreAdoptedThanMade(Refusal):
    """More recommendations adopted than there are."""

    code = "study_more_adopted_than_made"
    kind = RefusalKind.INVALID
    zh = "共提出 {made} 条建议，不能采纳 {adopted} 条。"
    en = "{made} recommendations were made; {adopted} cannot be adopted."


def check_adopted(adopted: int, made: int) -> None:
    """Raise `MoreAdoptedThanMade`."""
    if adopted > made:
        raise MoreAdoptedThanMade(at="/adopted", adopted=adopted, made=made)
