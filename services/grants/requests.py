"""What bodies and answers of the routes of grants have in common."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.http import AggregateOut
from services.grants.model import LARGEST_FEN, Basis

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]
"""A code of the profile or an opaque id: letters, digits and _ . : -"""
_NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]*$"
Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=_NO_CONTROL_CHARACTERS),
]
"""The name of a fund, round or project; never of a person."""
Text = Annotated[str, StringConstraints(max_length=500, pattern=_NO_CONTROL_CHARACTERS)]
"""A sentence about a criterion or an anchor; never about a person."""
Fen = Annotated[int, Field(gt=0, le=LARGEST_FEN, strict=True)]
"""A sum of money in fen."""
Year = Annotated[int, Field(ge=1900, le=2999)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
Division = Annotated[str, StringConstraints(pattern=r"^\d{4}(\d{2}(\d{3}(\d{3})?)?)?$")]


class Body(BaseModel):
    """A request body: what it does not know is refused, so that a slip of the pen is seen."""

    model_config = ConfigDict(extra="forbid")

    def arguments(self) -> dict[str, Any]:
        """The fields as the command takes them."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Fact(Body):
    """When the fact is true of the world, and how it came to be recorded."""

    basis: Basis = Basis.LIVE
    effective_on: Day | None = Field(None, description="today where it is not given")


class RecordOut(AggregateOut):
    """A record as its row has it."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    effective_on: date
    basis: Basis

    @classmethod
    def of(cls, row: Any) -> Self:
        """The record of a row."""
        return cls.model_validate(row)
