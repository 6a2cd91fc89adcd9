"""What differs from region to region in inspections: `[registry.inspections]` of the region profile."""

from pydantic import BaseModel, ConfigDict, Field


class InspectionsPolicy(BaseModel):
    """Deadlines and lists of what is looked at and put right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rectification_days: int = Field(
        30, ge=1, description="ours, working days: time to put right what was found (SM6, TONGZHOU R33)"
    )
