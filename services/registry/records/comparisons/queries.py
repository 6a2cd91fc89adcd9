"""The lines of a comparison."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from chassis.http import Page, PageRequest, Reading
from services.registry.fields import Day
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
    fault: str | None = Field(description="why their value could not be taken over")

    @classmethod
    def of(cls, row: ComparisonLineRow) -> "LineOut":
        """The row as the API shows it."""
        made = cls.model_validate(row)
        made.field_zh = FIELDS_ZH[made.field] if made.field else None
        return made


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
    return Page[LineOut].of(found, page, item=LineOut.of, key=lambda one: (one.number,))
