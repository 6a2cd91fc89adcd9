"""The metadata that the registry's tables share: this service's database and no other."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from chassis.matters import MatterStepColumns
from chassis.matters.rows import step_indexes
from chassis.tables import NAMING


class Table(SQLModel):
    """Base of every table of the registry."""

    metadata = MetaData(naming_convention=NAMING)


class MatterStepRow(MatterStepColumns, Table, table=True):
    """The steps of all matters of the registry."""

    __tablename__ = "matter_step"
    __table_args__ = step_indexes()
