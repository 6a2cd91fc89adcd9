"""What differs from region to region here: `[registry.records]` of the region profile."""

from pydantic import BaseModel, ConfigDict


class RecordsPolicy(BaseModel):
    """Deadlines, cadences and lists; each key names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)
