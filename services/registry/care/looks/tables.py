"""The log of looks."""

from uuid import UUID

from chassis.tables import APPEND_ONLY
from chassis.vault import LookColumns
from services.registry.tables import Table


class CareLookRow(LookColumns, Table, table=True):
    """One look. The database itself refuses to change or delete it, whoever asks."""

    __tablename__ = "care_look"
    __table_args__ = ({"info": {APPEND_ONLY: True}},)

    request_id: UUID | None = None
    """the person's request on which it rests, where it does"""
