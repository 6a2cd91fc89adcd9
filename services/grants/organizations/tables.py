"""What grants keeps of organisations and their coverage, and the bans that grants itself imposes."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field
from uuid_utils.compat import uuid7

from services.grants.tables import Table


class OrganizationCopy(Table, table=True):
    """The newest known version of an organisation, from the registry's events."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.Index(
            "ix_organization_merged_into",
            "merged_into",
            postgresql_where=sa.text("merged_into is not null"),
        ),
    )

    id: UUID = Field(primary_key=True)
    epoch: int
    sequence: int = Field(sa_type=sa.BigInteger)
    division: str
    name: str
    legal_form: str
    legal_status: str
    categories: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    filed_on: date | None = None
    registered_on: date | None = None
    ended_on: date | None = None
    hub_standing: str
    credit_listing: str
    merged_into: UUID | None = None
    """The record that took this one in; whatever refers to this id means that one."""


class CoverageCopy(Table, table=True):
    """The newest known version of an organisation's coverage duty, from party-building's events."""

    __tablename__ = "coverage"

    duty_id: UUID = Field(primary_key=True)
    organization_id: UUID = Field(index=True)
    epoch: int
    sequence: int = Field(sa_type=sa.BigInteger)
    line: str
    status: str
    mode: str | None = None


class BanRow(Table, table=True):
    """A bar on applying, imposed here after a claw-back or a broken agreement; both days included."""

    __tablename__ = "ban"
    __table_args__ = (sa.CheckConstraint("until >= imposed_on", name="lasts"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID = Field(index=True)
    imposed_on: date
    until: date
    reason: str
    basis: str
    actor: str
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
