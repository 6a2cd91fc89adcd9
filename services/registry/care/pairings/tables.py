"""Pairings: each of the two is sealed under a key of its own."""

from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.registry.tables import Table

HIDDEN = frozenset({"home", "sequence", "child_mark", "giver_mark", "child", "giver"})


class CarePairingRow(AggregateRow, Table, table=True):
    """One giver and one child. It renders no public state: no event tells of it."""

    __tablename__ = "care_pairing"
    __table_args__ = (
        sa.Index("ix_care_pairing_child_mark", "child_mark"),
        sa.Index("ix_care_pairing_giver_mark", "giver_mark"),
    )
    stream: ClassVar[tuple[str, str]] = ("registry", "care_pairing")
    called = ("结对记录", "pairing")

    state: str = Field(index=True)
    worker: str
    paired_on: date
    ended_on: date | None = None
    end_reason: str | None = None
    guardian_consented_on: date
    child_mark: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    giver_mark: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    child: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    """who the child is, sealed under the child's key"""
    giver: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    """who the giver is, sealed under the giver's key"""

    def place(self, whom: str) -> str:
        """What the sealed id of `child` or `giver` is bound to."""
        return f"care_pairing:{self.id}:{whom}"

    def differences(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude=set(HIDDEN))
