"""Request fields that several capabilities of this service share, beside those of every service."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from shuniu_contracts import Qualifier
from shuniu_contracts.fields import DOCUMENT_PATTERN

from chassis.http.fields import Code as Code
from chassis.http.fields import Day as Day
from chassis.http.fields import Division as Division
from chassis.http.fields import Fact as Fact
from chassis.http.fields import Record as Record
from chassis.http.fields import Text as Text
from chassis.http.fields import Words as Words

Codes = Annotated[list[Code], Field(max_length=50)]
DocumentNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=DOCUMENT_PATTERN, max_length=64)
]
"""Number of an official document (文号): `滨妇发〔2026〕12号`."""
OrganizationId = Annotated[UUID, Record("organization")]
OrganizationKey = Annotated[str, Record("organization")]
"""The same as a column of several has it."""
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
QUALIFIERS_ZH: Mapping[str, str] = {
    Qualifier.EXACT: "整",
    Qualifier.AT_LEAST: "以上",
    Qualifier.ABOUT: "约",
    Qualifier.OVER: "多",
}
"""How exactly a number is stated, as documents print it."""
