"""A year's training plan."""

from enum import StrEnum

from chassis.model import Transitions


class TrainingPlanPhase(StrEnum):
    """Where a year's training plan is."""

    ADOPTED = "adopted"
    CLOSED = "closed"


TRANSITIONS: Transitions[TrainingPlanPhase] = {
    TrainingPlanPhase.ADOPTED: {
        "amended": TrainingPlanPhase.ADOPTED,
        "closed": TrainingPlanPhase.CLOSED,
        "reassigned": TrainingPlanPhase.ADOPTED,
    },
    TrainingPlanPhase.CLOSED: {},
}
"""专职工作人员培训计划, one a year (TONGZHOU 14, R35, T18)."""
