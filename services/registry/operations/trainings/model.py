"""A training's way: the survey comes first (R26)."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class TrainingPhase(StrEnum):
    """Where a training is."""

    DUE = "due"
    SURVEYED = "surveyed"
    SCHEDULED = "scheduled"
    HELD = "held"
    CONCLUDED = "concluded"
    MISSED = "missed"
    EXPLAINED = "explained"
    CANCELLED = "cancelled"


_WAITING = {
    "surveyed": TrainingPhase.SURVEYED,
    "scheduled": TrainingPhase.SCHEDULED,
    "held": TrainingPhase.HELD,
    "missed": TrainingPhase.MISSED,
    "cancelled": TrainingPhase.CANCELLED,
}

TRANSITIONS: Transitions[TrainingPhase] = {
    TrainingPhase.DUE: {**_WAITING, "invited": TrainingPhase.DUE, "reassigned": TrainingPhase.DUE},
    TrainingPhase.SURVEYED: {
        **_WAITING,
        "invited": TrainingPhase.SURVEYED,
        "reassigned": TrainingPhase.SURVEYED,
    },
    TrainingPhase.SCHEDULED: {
        **{fact: after for fact, after in _WAITING.items() if fact != "surveyed"},
        "invited": TrainingPhase.SCHEDULED,
        "reassigned": TrainingPhase.SCHEDULED,
    },
    TrainingPhase.MISSED: {
        "held": TrainingPhase.HELD,
        "explained": TrainingPhase.EXPLAINED,
        "reassigned": TrainingPhase.MISSED,
    },
    TrainingPhase.HELD: {"concluded": TrainingPhase.CONCLUDED},
    TrainingPhase.CONCLUDED: {},
    TrainingPhase.EXPLAINED: {},
    TrainingPhase.CANCELLED: {},
}
"""需求调查, 专题培训, 实地考察 (JIANGMEN R03, R26), 讲堂 (BINHAI B11). No source has a paper
that closes a training as minutes close a meeting: held, it has ended; its list is closed some days later."""


class SurveyMissing(Refusal):
    """A training without the survey of what is needed."""

    code = "training_survey_missing"
    kind = RefusalKind.CONFLICT
    zh = "请先完成培训需求调查，再排期或举办。"
    en = "Ask what is needed first (the survey), then schedule or hold the training."
