"""The metadata that the tables of grants share: this service's database and no other."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from chassis.tables import NAMING


class Table(SQLModel):
    """Base of every table of grants."""

    metadata = MetaData(naming_convention=NAMING)
