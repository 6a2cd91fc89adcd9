"""Requests: whose they are is a keyed digest, until they are answered."""

from datetime import date
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.registry.tables import Table

HIDDEN = frozenset({"home", "sequence", "mark"})


class CareRequestRow(AggregateRow, Table, table=True):
    """One person who asks. It renders no public state: no event tells of it."""

    __tablename__ = "care_request"
    __table_args__ = (
        sa.Index("uq_care_request_mark", "division", "mark", unique=True,
                 postgresql_where=sa.text("mark is not null")),
    )  # fmt: skip
    stream: ClassVar[tuple[str, str]] = ("registry", "care_request")
    called = ("本人查询申请", "request of a person")

    state: str = Field(index=True)
    asked_on: date
    asked_by: str
    document: str
    """number of the paper that the person signed"""
    received_by: str
    due_on: date
    answered_on: date | None = None
    mark: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    """whose it is, for those who have the keys; gone once answered or lapsed"""

    def differences(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude=set(HIDDEN))
