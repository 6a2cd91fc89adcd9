"""What the console knows: subjects, organisations in columns for searching, the timeline, and a version."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from services.console.tables import Table


class SubjectRow(Table, table=True):
    """One aggregate of another service as its newest event has it."""

    __tablename__ = "subject"
    __table_args__ = (
        sa.Index("ix_subject_service_aggregate_division", "service", "aggregate", "division"),
        sa.Index("ix_subject_organization_id", "organization_id"),
    )

    service: str = Field(primary_key=True)
    aggregate: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    division: str
    home: str = Field(default="", sa_column_kwargs={"server_default": ""}, description="the stack it is of")
    organization_id: UUID | None = None
    epoch: int
    sequence: int = Field(sa_type=sa.BigInteger)
    fact: str
    basis: str
    effective_on: date
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    ended: bool
    state: dict[str, Any] = Field(sa_type=pg.JSONB)


class OrganizationRow(Table, table=True):
    """What the list of organisations searches and filters by."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.Index("ix_organization_division_legal_status", "division", "legal_status"),
        sa.Index("ix_organization_name_id", "name", "id"),
    )

    id: UUID = Field(primary_key=True)
    division: str
    name: str
    initials: str = Field(description="pinyin initials of the name, lower case")
    code: str = Field(description="credit code or legacy number, empty without one")
    legal_form: str
    legal_status: str
    hub_link: str
    hub_standing: str
    department: str | None = None
    categories: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    registered_on: date | None = None
    filed_on: date | None = None
    full_members: int | None = None
    ended: bool


class TimelineRow(Table, table=True):
    """One event, kept for the timelines of its subject and of the organisation it is about."""

    __tablename__ = "timeline"
    __table_args__ = (
        sa.Index("ix_timeline_organization_id_recorded_at", "organization_id", "recorded_at"),
        sa.Index("ix_timeline_division_recorded_at", "division", "recorded_at"),
    )

    service: str = Field(primary_key=True)
    subject: UUID = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=sa.BigInteger)
    aggregate: str
    fact: str
    division: str
    organization_id: UUID | None = None
    basis: str
    effective_on: date
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    actor_id: str
    particular: dict[str, Any] = Field(sa_type=pg.JSONB, description="the event's data without its state")


class ProjectionRow(Table, table=True):
    """Raised with every batch: a page that shows an older version asks again."""

    __tablename__ = "projection"

    single: bool = Field(default=True, primary_key=True)
    version: int = Field(default=0, sa_type=sa.BigInteger)
    changed_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
