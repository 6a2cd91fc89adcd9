"""Types of request fields that every service takes, and the bodies they stand in: what the bus can hold."""

import re
import unicodedata
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema
from shuniu_contracts import Basis
from shuniu_contracts.fields import CODE_PATTERN, PERSON_PATTERN

from chassis.model import LARGEST_FEN, Refusal, RefusalKind, within
from chassis.region import Region

PERSON = PERSON_PATTERN.replace("^", "^(?![-_])", 1)
"""As on the bus, and beginning like a code: who is answerable for a record may be a person or a desk."""
_PERSON = re.compile(PERSON)


class NotPrintable(Refusal, ValueError):
    """Control characters in a text; a ValueError too, so that a model that validates names the field."""

    code = "text_not_printable"
    kind = RefusalKind.INVALID
    zh = "含有不可见的控制字符（第 {place} 个字符），请删除。"
    en = "It contains a control character (character {place}); remove it."


class MalformedPersonId(Refusal, ValueError):
    """No opaque id of a person; a ValueError too, so that a validating model reports it with its field."""

    code = "person_id_malformed"
    kind = RefusalKind.INVALID
    zh = (
        "人员编号“{value}”应为不透明代码：字母、数字、- 和 _，以字母或数字开头，并含有字母；"
        "不得填写姓名或证件号码。"
    )
    en = (
        "Person id '{value}' must be an opaque id: letters, digits, - and _, the first a letter or a digit,"
        " with a letter before its end."
    )


def printable(text: str) -> str:
    """`text`, one line that shows as it is, spaces of any width included; raises `NotPrintable`."""
    for place, character in enumerate(text, 1):
        if not (character.isprintable() or unicodedata.category(character) == "Zs"):
            raise NotPrintable(place=place)
    return text


def _lines(text: str) -> str:
    printable(text.replace("\n", " "))
    return text


def _opaque(person_id: str) -> str:
    if not _PERSON.fullmatch(person_id):
        raise MalformedPersonId(value=person_id)
    return person_id


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day of the world; no record knows one before 1900."""
NAMING: ContextVar[Region | None] = ContextVar("naming", default=None)
"""The region in which somebody commands; none while somebody reads, or no request is in hand."""


def _there(division: str) -> str:
    if (region := NAMING.get()) is not None:
        region.refuse_unknown(division)
    return division


Division = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$"),
    AfterValidator(_there),
]
"""Division code: GB/T 2260 digits without trailing zeros; it covers those below it. A command of people names
none that the region does not have."""
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=64)]
"""A code of a list that the region keeps, or an opaque id."""
PersonId = Annotated[
    str,
    AfterValidator(_opaque),
    Field(
        max_length=64,
        description="opaque id of a person, never a name",
        json_schema_extra={"pattern": PERSON},  # pydantic's own engine knows no look-ahead
    ),
]
"""An id that cannot be a name, a telephone or an identity number."""
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(printable)
]
"""A name or title of an organisation, a body or a project, never of a person; one line."""
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_lines)
]
"""Words for people, in lines; they stay in their service."""


@dataclass(frozen=True)
class Sum:
    """Marks an integer as a sum of money in fen, from `least` to `most`.

    Its schema says `"x-money": "fen"`: pages and workbooks then ask for it, and show it, in yuan.
    """

    least: int = 0
    most: int = LARGEST_FEN

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda fen: within(fen, self.least, self.most), core_schema.int_schema(strict=True)
        )

    def __get_pydantic_json_schema__(self, made: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(made), "minimum": self.least, "maximum": self.most, "x-money": "fen"}


class Record:
    """Marks an id as that of a record of one of these kinds, called as events call them.

    Its schema says `"x-record": ["meeting"]`: pages then let people search for the record, and show it, by
    its name.
    """

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def __get_pydantic_json_schema__(self, made: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(made), "x-record": list(self.kinds)}


def words(zh: Mapping[str, str]) -> dict[str, Any]:
    """What a field's schema says of its codes for pages and workbooks, in the order given:
    `Field(title="结论", json_schema_extra=words({"qualified": "合格", ...}))`.
    """
    return {"x-zh": [[code, name] for code, name in zh.items()]}


class Body(BaseModel):
    """A request body: what it does not know is refused, so that a slip of the pen is seen."""

    model_config = ConfigDict(extra="forbid")

    def arguments(self) -> dict[str, Any]:
        """The fields as the command takes them."""
        return {name: getattr(self, name) for name in type(self).model_fields}


_BASES_ZH = {"live": "即时", "historical": "补录", "imported": "导入", "corrected": "更正"}


class Fact(Body):
    """What every command may say of the fact it records: its day and how it came to be known."""

    effective_on: Day | None = Field(
        None, title="日期", description="the day the fact is true from; today if left out"
    )
    basis: Basis = Field(
        Basis.LIVE,
        title="录入方式",
        description="only live facts start deadlines and send messages",
        json_schema_extra=words(_BASES_ZH),
    )
