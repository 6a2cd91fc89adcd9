"""Reads of imports: how far, what was found, the report by row."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from chassis.http import Page, PageRequest, Reading
from services.registry.imports.model import COLUMN_BY_FIELD, ImportNotFound, ImportState, Severity
from services.registry.imports.tables import ImportFaultRow, ImportProgressRow, ImportRow
from services.registry.organizations.model import Basis


class ImportProblem(BaseModel):
    """Why an import failed or was rejected."""

    code: str
    zh: str
    en: str


class ImportOut(BaseModel):
    """An import as it stands."""

    id: UUID
    state: ImportState
    division: str
    basis: Basis
    effective_on: date | None
    apply: str | None = Field(description="`all`, `valid`, or null: only checked")
    file_name: str
    file_size: int
    sheet: str | None
    headers: list[str]
    mapping: dict[str, str] = Field(description="field to header, as it is read")
    rows_read: int
    rows_valid: int
    rows_faulty: int
    rows_unchanged: int = Field(description="on the record already, exactly so")
    update: bool = Field(description="rows that differ from a record change it")
    rows_changed: int = Field(description="that change a record; would, while it is checked only")
    rows_applied: int
    rows_undone: int
    rows_kept: int = Field(description="left by an undo because somebody had worked on them")
    faults: int
    warnings: int
    problem: ImportProblem | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: ImportRow, progress: ImportProgressRow | None = None) -> "ImportOut":
        """The row with what its worker has told so far."""
        values: dict[str, Any] = row.model_dump()
        values["mapping"] = {
            field: row.headers[place]
            for field, place in (row.mapping or {}).items()
            if place < len(row.headers)
        }
        if progress is not None and row.state == ImportState.APPLYING.value:
            values["rows_read"], values["rows_applied"] = progress.rows_read, progress.rows_applied
        return cls.model_validate(values)


class ImportFaultOut(BaseModel):
    """One fault or warning of one row."""

    model_config = ConfigDict(from_attributes=True)

    row: int = Field(description="number of the row in the sheet, as the spreadsheet shows it")
    column: str = Field(description="header of the column")
    severity: Severity
    code: str
    zh: str
    en: str
    other: str | None = Field(description="the organisation it collides with or resembles")


async def one(reading: Reading, *, id: UUID) -> ImportOut:
    """One import; raises `ImportNotFound`, `NotPermitted`."""
    row = await reading.session.get(ImportRow, id)
    if row is None:
        raise ImportNotFound(id=id)
    reading.authorize(row.division)
    return ImportOut.of(row, await reading.session.get(ImportProgressRow, id))


async def search(reading: Reading, *, division: str | None, page: PageRequest) -> Page[ImportOut]:
    """A page of imports, newest first."""
    statement = (
        select(ImportRow)
        .where(reading.within(col(ImportRow.division), division))
        .order_by(col(ImportRow.id).desc())
        .limit(page.fetch)
    )
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(ImportRow.id) < after[0])
    rows = (await reading.session.exec(statement)).all()
    return Page[ImportOut].of(rows, page, item=ImportOut.of, key=lambda row: (row.id,))


async def faults(
    reading: Reading, *, id: UUID, severity: Severity | None, page: PageRequest
) -> Page[ImportFaultOut]:
    """A page of the report, by row."""
    await one(reading, id=id)
    statement = select(ImportFaultRow).where(ImportFaultRow.import_id == id).order_by("number")
    if severity is not None:
        statement = statement.where(ImportFaultRow.severity == severity.value)
    if (after := page.after(int)) is not None:
        statement = statement.where(col(ImportFaultRow.number) > after[0])
    rows = (await reading.session.exec(statement.limit(page.fetch))).all()
    return Page[ImportFaultOut].of(
        rows, page, item=ImportFaultOut.model_validate, key=lambda row: (row.number,)
    )


async def columns(reading: Reading) -> list[dict[str, Any]]:
    """The columns that an import understands."""
    return [
        {
            "field": column.field,
            "header": column.header,
            "aliases": list(column.aliases),
            "kind": column.kind,
            "required": column.required,
        }
        for column in COLUMN_BY_FIELD.values()
    ]
