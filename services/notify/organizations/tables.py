"""The copy of the register that texts need."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.notify.tables import Table


class OrganizationCopy(Table, table=True):
    """What an organisation is called and where it is, as of its newest event here."""

    __tablename__ = "organization"

    id: UUID = Field(primary_key=True)
    name: str
    division: str
    sequence: int = Field(sa_type=sa.BigInteger)
