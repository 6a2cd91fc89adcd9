"""The lines of a comparison."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from chassis.http import Page, PageRequest, Reading
from chassis.matters.naming import NamesOf
from chassis.model import yuan
from services.registry.fields import Day
from services.registry.organizations.forms import ORGANIZATION
from services.registry.policy import RegistryPolicy, names_of
from services.registry.records.comparisons.model import FIELDS_ZH, ComparedField, Decision, LineKind
from services.registry.records.comparisons.tables import ComparisonLineRow, ComparisonRow


class LineOut(BaseModel):
    """One field that differs, or one organisation that only one side has."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    kind: LineKind
    row: int | None = Field(description="number of the line in their list")
    organization_id: UUID | None
    name: str
    matched_by: Literal["credit_code", "legacy_number", "name"] | None
    field: ComparedField | None
    field_zh: str | None = None
    ours: str | None
    theirs: str | None
    wins: bool = Field(description="the profile lets their value win")
    decision: Decision
    decided_on: Day | None
    fault: str | None = Field(description="why it could not be taken over, or not put on the record")
    said: dict[str, Any] | None = Field(description="the line of one that only they have")
    words: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="`ours` and `theirs` as people read them, by language"
    )

    @classmethod
    def of(cls, row: ComparisonLineRow, names: NamesOf) -> "LineOut":
        """The row as the API shows it, with the region's names of codes."""
        made = cls.model_validate(row)
        if made.field is not None:
            made.field_zh = FIELDS_ZH[made.field]
            both = {"ours": made.ours, "theirs": made.theirs}
            for side, value in both.items():
                if value is not None:
                    for language, text in _worded(made.field, value, names).items():
                        made.words.setdefault(language, {})[side] = text
        return made


def _worded(field: ComparedField, value: str, names: NamesOf) -> Mapping[str, str]:
    """A value in Chinese and in English: codes by name, money in yuan."""
    if field is ComparedField.REGISTERED_CAPITAL_FEN:
        return {"zh": f"{yuan(int(value))} 元", "en": f"{yuan(int(value))} yuan"}
    offered = names("organization", field.value)
    codes = value.split(",") if field is ComparedField.CATEGORIES else [value]
    return {
        "zh": "、".join(offered.names.get(code, code) for code in codes),
        "en": ", ".join(offered.english.get(code, code.replace("_", " ")) for code in codes),
    }


async def lines(
    reading: Reading, *, id: UUID, kind: LineKind | None, decision: Decision | None, page: PageRequest
) -> Page[LineOut]:
    """A page of the lines, in their order; raises `NotFound`, `NotPermitted`."""
    await reading.record(ComparisonRow, id)
    row = ComparisonLineRow
    statement = select(row).where(row.comparison_id == id).order_by(col(row.number)).limit(page.fetch)
    if kind is not None:
        statement = statement.where(row.kind == kind.value)
    if decision is not None:
        statement = statement.where(row.decision == decision.value)
    if (after := page.after(int)) is not None:
        statement = statement.where(col(row.number) > after[0])
    found = (await reading.session.exec(statement)).all()
    names = ORGANIZATION.names(names_of(reading.policy(RegistryPolicy)), {})
    return Page[LineOut].of(
        found, page, item=lambda one: LineOut.of(one, names), key=lambda one: (one.number,)
    )
