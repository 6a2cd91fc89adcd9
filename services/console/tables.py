"""The base of this service's tables: a metadata of its own, since several services may share a process."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from chassis.tables import NAMING


class Table(SQLModel):
    """Every table of the console's database."""

    metadata = MetaData(naming_convention=NAMING)
