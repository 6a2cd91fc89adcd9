"""The metadata that the registry's tables share: this service's database and no other."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from chassis.tables import NAMING


class Table(SQLModel):
    """Base of every table of the registry."""

    metadata = MetaData(naming_convention=NAMING)
