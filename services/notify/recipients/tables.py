"""Recipients: who they are stays outside; a person is an opaque id with an account."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.notify.tables import Table


class RecipientRow(AggregateRow, Table, table=True):
    """A person in a role in a division. Its events come with the channels that carry addresses."""

    __tablename__ = "recipient"
    __table_args__ = (sa.UniqueConstraint("person_id", "role", "division"),)
    stream: ClassVar[tuple[str, str]] = ("notify", "recipient")
    called = ("接收人", "recipient")

    person_id: str
    actor_id: str = Field(index=True)
    role: str
    language: str = "zh"
    deputy_actor_id: str | None = None
    retired: bool = False


def acts_for(actor_id: str) -> sa.ColumnElement[bool]:
    """Condition: the account is the recipient's own or the deputy's."""
    table: sa.Table = RecipientRow.__table__  # type: ignore[attr-defined]
    return sa.or_(table.c.actor_id == actor_id, table.c.deputy_actor_id == actor_id)
