"""The row every aggregate has, and the chassis' own tables, the same in each service's database."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import State
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = "append_only"
"""Key of `Table.info`: rows are added and never changed or deleted, so nobody may at runtime."""
WITHHELD = "withheld"
"""Key of `Table.info`: what a reader has no business with, such as answers kept for retries."""
CHANGED_COLUMNS = "changed_columns"
"""Key of `Table.info`: the only columns that change at runtime, in rows that are neither made nor deleted."""


class AggregateRow(SQLModel):
    """Columns of every aggregate: identity, home, counters, the two times and the basis.

    A subclass with `table=True` names its stream and renders its public state for the bus. `sequence` counts
    the subject's events and `revision` its saves (the ETag); both are kept by `UnitOfWork.record`.
    """

    stream: ClassVar[tuple[str, str]]
    """(service, aggregate), as the catalogue has them."""
    called: ClassVar[tuple[str, str]] = ("记录", "record")
    """what people call such a record, in Chinese and English, for refusals"""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(index=True)
    home: str = ""
    revision: int = 0
    sequence: int = Field(default=0, sa_type=sa.BigInteger)
    effective_on: date
    basis: str
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))

    @property
    def subject(self) -> str:
        """The aggregate's id as the bus has it."""
        return str(self.id)

    def reached_from(self) -> tuple[str, ...]:
        """Divisions beside its own whose people reach this record; what they may do there is its service's
        to say."""
        return ()

    def public_state(self) -> State:
        """The whole public state after the change, as the contract has it."""
        raise TypeError(f"{type(self).__name__} renders no public state")

    def differences(self) -> dict[str, Any]:
        """What a person sees of this row, for the answer to a stale write."""
        return self.model_dump(mode="json", exclude={"home", "sequence"})


chassis_metadata = sa.MetaData(naming_convention=NAMING)
_now = sa.text("clock_timestamp()")

event_log = sa.Table(
    "event_log",
    chassis_metadata,
    sa.Column("seq", sa.BigInteger, sa.Sequence("event_log_seq", cache=1), primary_key=True,
              server_default=sa.text("nextval('event_log_seq')")),
    sa.Column("id", pg.UUID, nullable=False),
    sa.Column("aggregatetype", sa.Text, nullable=False),
    sa.Column("aggregateid", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("division", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("headers", pg.JSONB, nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("aggregateid", "sequence"),
    sa.Index("ix_event_log_recorded_at", "recorded_at", postgresql_using="brin"),
    info={APPEND_ONLY: True},
)  # fmt: skip

outbox = sa.Table(
    "outbox",
    chassis_metadata,
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("stream_major", sa.SmallInteger, nullable=False),
    sa.PrimaryKeyConstraint("seq", "stream_major"),
)

outbox_blocked = sa.Table(
    "outbox_blocked",
    chassis_metadata,
    sa.Column("kind", sa.Text, nullable=False),  # 'subject' or 'topic'
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False, server_default=_now),
    sa.PrimaryKeyConstraint("kind", "name"),
)

inbox = sa.Table(
    "inbox",
    chassis_metadata,
    sa.Column("consumer", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("stack", sa.Text, nullable=False),  # the subject's known home
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("previous", sa.BigInteger, nullable=False),
    sa.Column("last_id", sa.Text, nullable=False),
    sa.Column("previous_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="ok"),  # ok, held, parked
    sa.PrimaryKeyConstraint("consumer", "service", "subject"),
)

parked = sa.Table(
    "parked",
    chassis_metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("consumer", sa.Text, nullable=False),
    sa.Column("service", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("epoch", sa.Integer),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("partition", sa.Integer, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    # failed, follower, fork, malformed, unknown_major, quarantined
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("key", sa.LargeBinary),
    sa.Column("headers", pg.JSONB, nullable=False),  # [[name, latin-1 text or null], ...], \\ and \0 escaped
    sa.Column("value", sa.LargeBinary),
    sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False, server_default=_now),
    sa.UniqueConstraint("consumer", "service", "subject", "epoch", "sequence", "topic", "partition", "offset",
                        postgresql_nulls_not_distinct=True),
    sa.Index("ix_parked_subject", "consumer", "service", "subject", "epoch", "sequence"),
)  # fmt: skip

held = sa.Table(
    "held",
    chassis_metadata,
    sa.Column("consumer", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("partition", sa.Integer, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("key", sa.LargeBinary),
    sa.Column("headers", pg.JSONB, nullable=False),
    sa.Column("value", sa.LargeBinary),
    sa.Column("held_at", sa.DateTime(timezone=True), nullable=False, server_default=_now),
    sa.PrimaryKeyConstraint("consumer", "service", "subject", "epoch", "sequence"),
)

decisions = sa.Table(
    "operator_decision",
    chassis_metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column(
        "decision", sa.Text, nullable=False
    ),  # parked.discard, parked.retry, replay, restore, bus.rebuild
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("subject", pg.JSONB, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=_now),
    info={APPEND_ONLY: True},
)

timers = sa.Table(
    "timer",
    chassis_metadata,
    sa.Column("id", pg.UUID, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("division", sa.Text, nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("payload", pg.JSONB, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.Text, nullable=False, server_default="waiting"),  # waiting, parked
    sa.Column("error", sa.Text),
    sa.UniqueConstraint("kind", "subject"),
    sa.Index("ix_timer_due", "retry_at", postgresql_where=sa.text("state = 'waiting'")),
)

idempotency = sa.Table(
    "idempotency",
    chassis_metadata,
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("body_hash", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.SmallInteger),
    sa.Column("headers", pg.JSONB),
    sa.Column("body", sa.LargeBinary),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_now),
    sa.PrimaryKeyConstraint("caller", "route", "key"),
    info={WITHHELD: True},
)

source = sa.Table(
    "source",
    chassis_metadata,
    sa.Column("single", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("clock_offset", pg.INTERVAL, nullable=False, server_default=sa.text("interval '0'")),
    sa.CheckConstraint("single", name="single_row"),
    info={CHANGED_COLUMNS: ("epoch",)},
)
