"""Types of request fields that every service takes: what they are everywhere, and what the bus can hold."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day of the world; no record knows one before 1900."""
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$")]
"""Division code: GB/T 2260 digits without trailing zeros; it covers those below it."""
