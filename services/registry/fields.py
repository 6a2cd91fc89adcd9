"""Types of request fields that several capabilities share: what the database and the bus can hold."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chassis.model import Refusal, RefusalKind
from services.registry.organizations.model import Basis


class NotPrintable(Refusal, ValueError):
    """Control characters in a text; a ValueError too, so that a model that validates names the field."""

    code = "text_not_printable"
    kind = RefusalKind.INVALID
    zh = "含有不可见的控制字符（第 {place} 个字符），请删除。"
    en = "It contains a control character (character {place}); remove it."


def _printable(text: str) -> str:
    for place, character in enumerate(text, 1):
        if not (character.isprintable() or character == "\n"):
            raise NotPrintable(place=place)
    return text


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
"""A name or title of an organisation or body."""
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_printable)
]
"""Words for people; they stay in this service."""
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$")]
"""A code of a list that the region keeps."""
Codes = Annotated[list[Code], Field(max_length=50)]
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$")]
"""Division code: GB/T 2260 digits without trailing zeros."""
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day of the world; the registry knows none before 1900."""


class Fact(BaseModel):
    """What every command may say of the fact it records: its day and how it came to be known."""

    model_config = ConfigDict(extra="forbid")

    effective_on: Day | None = Field(None, description="the day the fact is true from; today if left out")
    basis: Basis = Field(
        Basis.LIVE,
        description="only live facts start deadlines and send messages",
    )

    def arguments(self) -> dict[str, Any]:
        """The fields as a command takes them."""
        return {name: getattr(self, name) for name in type(self).model_fields}
