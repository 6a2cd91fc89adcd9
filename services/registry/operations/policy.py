"""What differs from region to region here: `[registry.operations]` of the region profile."""

from pydantic import BaseModel, ConfigDict


class OperationsPolicy(BaseModel):
    """Deadlines, cadences and lists; each key names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)
