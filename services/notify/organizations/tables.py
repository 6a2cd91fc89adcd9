"""The copy of the register that texts need."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.notify.tables import Table


class OrganizationCopy(Table, table=True):
    """What an organisation is called and where it is, as of its newest event here."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.Index(
            "ix_organization_merged_into", "merged_into",
            postgresql_where=sa.text("merged_into is not null"),
        ),
    )  # fmt: skip

    id: UUID = Field(primary_key=True)
    name: str
    division: str
    merged_into: UUID | None = None
    """Which organisation goes on for one that was merged: the last of a chain."""
    sequence: int = Field(sa_type=sa.BigInteger)
