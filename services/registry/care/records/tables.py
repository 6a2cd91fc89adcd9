"""Care records and their steps: what counts and reminds is in clear, whom and what it is about is sealed."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.registry.tables import Table

HIDDEN = frozenset({"home", "sequence", "mark", "sealed"})


class CareRecordRow(AggregateRow, Table, table=True):
    """One person in care. It renders no public state: no event tells of it."""

    __tablename__ = "care_record"
    __table_args__ = (
        sa.Index("uq_care_record_mark", "mark", unique=True, postgresql_where=sa.text("state = 'active'")),
        sa.Index("ix_care_record_mark", "mark"),
    )
    stream: ClassVar[tuple[str, str]] = ("registry", "care_record")
    called = ("帮扶档案", "care record")

    state: str = Field(index=True)
    need: str
    worker: str
    opened_on: date
    ended_on: date | None = None
    consented_on: date
    consent_by: str
    review_due_on: date | None = None
    overdue: bool = False
    reviewed_on: date | None = None
    mark: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    """whose it is, for those who have the keys; gone once erased"""
    sealed: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    """person, consent, situation, plan"""

    @property
    def place(self) -> str:
        """What the sealed words are bound to."""
        return f"care_record:{self.id}:details"

    def differences(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude=set(HIDDEN))


class CareStepRow(Table, table=True):
    """What was done in a care record; its words are sealed under the person's key."""

    __tablename__ = "care_step"

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    record_id: UUID = Field(index=True)
    fact: str
    code: str | None = None
    effective_on: date
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    actor_id: str
    sealed: bytes | None = Field(default=None, sa_type=sa.LargeBinary)


def place_of_step(record_id: UUID, fact: str) -> str:
    """What a step's sealed words are bound to."""
    return f"care_record:{record_id}:{fact}"
