"""The copy of the register that party-building keeps: what each organisation is now, and what it was."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from services.partybuild.tables import Table


class OrganizationCopy(Table, table=True):
    """One organisation by its newest event."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.Index(
            "ix_organization_neighbours_in_area", "area", sa.text("full_members desc"), "id",
            postgresql_where=sa.text("full_members > 0 and not ended"),
        ),
        sa.Index(
            "ix_organization_neighbours_in_field",
            sa.text('"left"(area, 6)'), sa.text("full_members desc"), "id",
            postgresql_where=sa.text("full_members > 0 and not ended"),
        ),
    )  # fmt: skip

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=sa.BigInteger)
    name: str
    division: str = Field(index=True)
    area: str
    """the street or district, by the profile, within which organisations are neighbours"""
    legal_form: str
    legal_status: str
    full_members: int | None = None
    categories: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    obliged_on: date
    """the day of registration, else of filing, else of the newest fact"""
    basis: str
    ended: bool = False
    merged_into: UUID | None = Field(default=None, index=True)


class OrganizationStanding(Table, table=True):
    """What the register says of an organisation from a day on; of what is null it says nothing."""

    __tablename__ = "organization_standing"
    __table_args__ = (sa.Index("ix_organization_standing", "organization_id", "effective_on"),)

    number: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True)
    )
    organization_id: UUID
    effective_on: date
    sequence: int = Field(sa_type=sa.BigInteger)
    legal_status: str | None = None
    division: str | None = None


class Preparation(Table, table=True):
    """An organisation for which registration was applied: coverage may be owed from then on (R17)."""

    __tablename__ = "preparation"

    organization_id: UUID = Field(primary_key=True)
    applied_on: date
    basis: str
