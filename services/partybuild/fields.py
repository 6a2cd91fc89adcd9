"""Field types that several routes of this service take from callers."""

import re
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, Field, StringConstraints
from shuniu_contracts.fields import CODE_PATTERN, PERSON_PATTERN

from chassis.model import Refusal, RefusalKind

_PERSON = re.compile(PERSON_PATTERN)


class MalformedPersonId(Refusal, ValueError):
    """No opaque id of a person; a ValueError too, so that a validating model reports it with its field."""

    code = "person_id_malformed"
    kind = RefusalKind.INVALID
    zh = "人员编号“{value}”应为不透明代码：字母、数字、- 和 _，并含有字母；不得填写姓名或证件号码。"
    en = "Person id '{value}' must be an opaque id: letters, digits, - and _, with a letter before its end."


def _opaque(person_id: str) -> str:
    if not _PERSON.fullmatch(person_id):
        raise MalformedPersonId(value=person_id)
    return person_id


_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_PRINTABLE)
]
Text = Annotated[str, Query(max_length=200, pattern=_PRINTABLE)]
"""What a search looks for."""
Place = Annotated[str | None, Query(max_length=12, description="division code; covers those below it")]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=64)]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{4}(\d{2}(\d{3}(\d{3})?)?)?$")]
PersonId = Annotated[
    str,
    AfterValidator(_opaque),
    Field(
        max_length=64,
        description="opaque id of a person, never a name",
        json_schema_extra={"pattern": PERSON_PATTERN},  # pydantic's own engine knows no look-ahead
    ),
]
