"""Messages, with what their text needs; the text itself is made when somebody looks."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis
from shuniu_contracts import notify as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.notify.messages.model import Status
from services.notify.tables import Table


class MessageRow(AggregateRow, Table, table=True):
    """One message: unique by event, rule and person, so that a redelivery writes nothing twice.

    Its division is the narrower of the event's and the recipient's, so that both can see it.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("cause_event_id", "rule", "person_id"),
        sa.Index("ix_message_recipient_id_recorded_at", "recipient_id", "recorded_at"),
    )
    stream: ClassVar[tuple[str, str]] = ("notify", "message")
    called = ("消息", "message")

    recipient_id: UUID = Field(foreign_key="recipient.id")
    person_id: str
    rule: str
    channel: str
    urgency: str
    status: str
    cause_event_id: str
    cause_type: str
    cause_subject: str = Field(index=True)
    cause_sequence: int = Field(sa_type=sa.BigInteger)
    template: str
    template_version: int
    organization_id: UUID | None = None
    parameters: dict[str, Any] = Field(sa_type=pg.JSONB)
    acknowledge_by: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    sent_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    read_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    acknowledged_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    expired_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))

    def public_state(self) -> contract.MessageState:
        """The message as the contract has it: no text, no address."""
        return contract.MessageState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.status == Status.ACKNOWLEDGED.value,
            recipient_id=self.person_id,
            rule=self.rule,
            channel=contract.Channel(self.channel),
            urgency=contract.Urgency(self.urgency),
            status=contract.MessageStatus(self.status),
            cause=contract.Cause(
                event_id=self.cause_event_id, type=self.cause_type,
                subject=self.cause_subject, sequence=self.cause_sequence,
            ),
            template=self.template,
            template_version=self.template_version,
            acknowledge_by=self.acknowledge_by,
        )  # fmt: skip
