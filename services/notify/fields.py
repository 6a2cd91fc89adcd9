"""Field types that several routes of this service take from callers."""

import re
from datetime import date
from typing import Annotated

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


Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=64)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$")]
"""Division code: GB/T 2260 digits without trailing zeros; it covers those below it."""
PersonId = Annotated[
    str,
    AfterValidator(_opaque),
    Field(
        max_length=64,
        description="opaque id of a person, never a name",
        json_schema_extra={"pattern": PERSON_PATTERN},  # pydantic's own engine knows no look-ahead
    ),
]
