"""The filters that people keep under names of their own."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.console.tables import Table


class SavedFilterRow(Table, table=True):
    """A list as one person wants to see it again: the query of its address, by name."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        sa.UniqueConstraint("actor_id", "path", "name", name="uq_saved_filter_actor_id_path_name"),
    )

    id: UUID = Field(primary_key=True)
    actor_id: str
    path: str = Field(description="of the page, without the query")
    name: str
    query: str
    saved_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
