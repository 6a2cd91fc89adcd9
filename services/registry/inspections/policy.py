"""What differs from region to region in inspections: `[registry.inspections]` of the region profile."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.registry.inspections.annual.model import InspectionResult
from services.registry.inspections.evaluations.model import Grade

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScoreBand(_Section):
    """From how many points of 1,000 on a grade is proposed."""

    grade: Grade
    points: int = Field(ge=0, le=1000)


BANDS = (
    ScoreBand(grade=Grade.FIVE_A, points=951),
    ScoreBand(grade=Grade.FOUR_A, points=901),
    ScoreBand(grade=Grade.THREE_A, points=851),
    ScoreBand(grade=Grade.TWO_A, points=801),
    ScoreBand(grade=Grade.ONE_A, points=751),
)


class EvaluationPolicy(_Section):
    """Grade evaluation (等级评估)."""

    registered_years: int = Field(2, ge=0, description="practice B2 (order 39): years of registration before")
    regrade_years: int = Field(2, ge=0, description="order 39: years until a grade can be evaluated again")
    lowered_years: int = Field(2, ge=0, description="order 39: years barred after a grade was lowered")
    revoked_years: int = Field(3, ge=0, description="order 39: years barred after a grade was taken away")
    conflict_years: int = Field(
        2, ge=0, description="practice B2 (order 39): who left less long ago stands aside"
    )
    experts: int = Field(3, ge=1, description="ours: scores that an evaluation needs")
    publicity_days: int = Field(7, ge=1, description="ours, working days: a proposed grade is public so long")
    reconsideration_days: int = Field(
        15, ge=1, description="practice B2 (order 39), days: reconsideration is answered"
    )
    valid_years: int = Field(5, ge=1, description="practice B2 (order 39): a grade is valid so long")
    materials: tuple[Code, ...] = Field(
        ("basic_conditions", "internal_governance", "work_performance", "social_appraisal"),
        description="ours, after the national indicators: 基础条件、内部治理、工作绩效、社会评价",
    )
    bands: tuple[ScoreBand, ...] = Field(
        BANDS, description="practice B2: local bands of 1,000 points; that of 1A is ours"
    )

    @model_validator(mode="after")
    def _bands_fall(self) -> "EvaluationPolicy":
        points = [band.points for band in self.bands]
        if points != sorted(set(points), reverse=True):
            raise ValueError("evaluation.bands: the highest first, each with fewer points than before")
        return self


class InspectionsPolicy(_Section):
    """Deadlines and lists of what is looked at and put right."""

    excused_after: tuple[int, int] = Field(
        (6, 30),
        description="practice B2: registered after this day (month, day) of the year is excused from it",
    )
    correction_days: int = Field(
        10, ge=1, description="ours, working days: time to correct a form that was returned (SM4)"
    )
    passing: tuple[InspectionResult, ...] = Field(
        (InspectionResult.QUALIFIED, InspectionResult.BASICALLY_QUALIFIED),
        description="ours: results that count as passed; whether basically qualified does is policy (F10)",
    )
    rectification_days: int = Field(
        30, ge=1, description="ours, working days: time to put right what was found (SM6, TONGZHOU R33)"
    )
    assessment_due: tuple[int, int] = Field(
        (3, 31),
        description="ours: until this day (month, day) of the next year a year is assessed (TONGZHOU T06)",
    )
    upgrade_plan_days: int = Field(
        20, ge=1, description="ours, working days: who falls short has a plan (TONGZHOU T06, R33)"
    )
    evaluation: EvaluationPolicy = Field(default_factory=lambda: EvaluationPolicy.model_validate({}))
