"""The imports: file, mapping, state, what was wrong by row, and the mappings each office's workbooks had."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field
from uuid_utils.compat import uuid7

from chassis.tables import WITHHELD
from services.registry.tables import Table


def _timestamp() -> Any:
    return sa.DateTime(timezone=True)


class ImportRow(Table, table=True):
    """One workbook on its way into the register."""

    __tablename__ = "import"
    __table_args__ = (
        sa.Index(
            "ix_import_working",
            "created_at",
            postgresql_where=sa.text("state in ('received', 'applying', 'undoing')"),
        ),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(index=True)
    actor_id: str
    roles: list[str] = Field(default_factory=list, sa_type=pg.JSONB)
    """Of whoever asked for it last; their bodies say whose steps its rows may be (L11)."""
    bodies: list[str] = Field(default_factory=list, sa_type=pg.JSONB)
    state: str
    apply: str | None = None
    """`all` or `valid` rows; none: only checked."""
    basis: str
    effective_on: date | None = None
    """The day of facts whose row has none."""
    file_name: str
    file_hash: bytes = Field(index=True)
    file_size: int
    sheet: str | None = None
    headers: list[str] = Field(default_factory=list, sa_type=pg.JSONB)
    mapping: dict[str, int] | None = Field(default=None, sa_type=pg.JSONB)
    update: bool = Field(default=False, sa_column_kwargs={"server_default": sa.text("false")})
    """Rows that differ from a record on the register change it, where they are else at fault."""
    mapping_given: dict[str, str] | None = Field(default=None, sa_type=pg.JSONB)
    rows_read: int = 0
    rows_valid: int = 0
    rows_faulty: int = 0
    rows_unchanged: int = 0
    rows_applied: int = 0
    rows_changed: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    """Rows that change a record: that would, while it is checked only."""
    rows_undone: int = 0
    rows_kept: int = 0
    """Rows that an undo left because somebody had worked on them since."""
    faults: int = 0
    warnings: int = 0
    problem: dict[str, Any] | None = Field(default=None, sa_type=pg.JSONB)
    """Why it failed or was rejected: code and sentence in both languages."""
    attempts: int = 0
    created_at: datetime = Field(sa_type=_timestamp())
    finished_at: datetime | None = Field(default=None, sa_type=_timestamp())


class ImportFileRow(Table, table=True):
    """The workbook as it came, so that a killed process can begin again."""

    __tablename__ = "import_file"
    __table_args__ = ({"info": {WITHHELD: True}},)

    import_id: UUID = Field(primary_key=True)
    content: bytes


class ImportProgressRow(Table, table=True):
    """How far the worker is, written outside its transaction so that others see it."""

    __tablename__ = "import_progress"

    import_id: UUID = Field(primary_key=True)
    rows_read: int = 0
    rows_applied: int = 0


class ImportFaultRow(Table, table=True):
    """One fault or warning of one row."""

    __tablename__ = "import_fault"
    __table_args__ = (sa.Index("ix_import_fault_import_id", "import_id", "number"),)

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    import_id: UUID
    row: int
    column: str
    severity: str
    code: str
    zh: str
    en: str
    other: str | None = None
    revision: int | None = None
    """Of the record that a change is of, as it was seen."""


class ImportMappingRow(Table, table=True):
    """The mapping that an office gave for a header: proposed again for the same header."""

    __tablename__ = "import_mapping"

    division: str = Field(primary_key=True)
    fingerprint: bytes = Field(primary_key=True)
    mapping: dict[str, str] = Field(sa_type=pg.JSONB)
    used_at: datetime = Field(sa_type=_timestamp())
