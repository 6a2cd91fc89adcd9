"""What differs from region to region in inspections: `[registry.inspections]` of the region profile."""

from pydantic import BaseModel, ConfigDict, Field

from services.registry.inspections.annual.model import InspectionResult


class InspectionsPolicy(BaseModel):
    """Deadlines and lists of what is looked at and put right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
