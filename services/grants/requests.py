"""What bodies and answers of the routes of grants have in common."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chassis.http import AggregateOut
from chassis.http.fields import Fact as Fact
from chassis.http.fields import Sum, printable
from services.grants.model import Basis

Sentence = Annotated[str, StringConstraints(max_length=500), AfterValidator(printable)]
"""Words about a criterion or an anchor, or none; never about a person."""
Fen = Annotated[int, Sum(1)]
"""A sum of money in fen."""
Year = Annotated[int, Field(ge=1900, le=2999)]


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
