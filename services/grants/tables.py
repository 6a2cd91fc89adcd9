"""The metadata that the tables of grants share: this service's database and no other."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from chassis.tables import NAMING


class Table(SQLModel):
    """Base of every table of grants."""

    metadata = sa.MetaData(naming_convention=NAMING)


def references(column: str) -> sa.ForeignKey:
    """A foreign key that is checked at commit: the session writes the rows of one command in any order."""
    return sa.ForeignKey(column, deferrable=True, initially="DEFERRED")
