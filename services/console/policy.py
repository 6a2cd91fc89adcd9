"""What differs from place to place in the console: nothing but what it is told by the events."""

from pydantic import BaseModel, ConfigDict


class ConsolePolicy(BaseModel):
    """The `[console]` section of a region profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)
