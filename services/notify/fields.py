"""Field types that several routes of this service take from callers."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from shuniu_contracts.fields import CODE_PATTERN, PERSON_PATTERN

_PERSON = re.compile(PERSON_PATTERN)


def _opaque(person_id: str) -> str:
    if not _PERSON.fullmatch(person_id):
        raise ValueError("an opaque id: letters, digits, - and _, with a letter before its end")
    return person_id


Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=64)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$")]
"""Division code: GB/T 2260 digits without trailing zeros; it covers those below it."""
PersonId = Annotated[
    str, AfterValidator(_opaque), Field(max_length=64, description="opaque id of a person, never a name")
]
