"""The columns that every kind of matter has, and those of the table that keeps the steps of all kinds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Ref, State
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field, SQLModel

from chassis.matters.rendering import Rendering
from chassis.tables import AggregateRow

Dated = Mapping[str, Sequence[str]]
"""Fact -> the columns that it sets."""


class MatterRow(AggregateRow):
    """Columns of a matter. A subclass adds its own under the names that its contract's state has.

    A reference `x` of the state is the columns `x_id` and `x_sequence`, a quantity `x` is `x` and
    `x_qualifier`; everything else has the field's name. What the bus must not have is a column without a
    field of that name.
    """

    public: ClassVar[type[State]]
    """The contract's state."""
    dated: ClassVar[Dated] = {}
    """What figures of a past day ask for: kept with each step, see `as_of`."""
    mended: ClassVar[Dated] = {}
    """Those of these that a fact says never were otherwise: the step that said them last says so instead."""

    state: str = Field(index=True, title="状态")
    ended: bool = Field(default=False, title="已结束", sa_column_kwargs={"server_default": sa.text("false")})
    opened_on: date = Field(title="开始日期")
    ended_on: date | None = Field(default=None, title="结束日期")
    owner: str | None = Field(default=None, title="负责人")
    due_on: date | None = Field(default=None, title="截止日期")
    overdue: bool = Field(
        default=False, title="已逾期", sa_column_kwargs={"server_default": sa.text("false")}
    )
    paused_on: date | None = Field(default=None, title="暂停日期")

    def columns(self) -> dict[str, Any]:
        """The whole row, as set-based statements write it."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def is_late(self, day: date) -> bool:
        """Whether what is done on `day` comes after the deadline; none passes while deadlines stand still."""
        if self.overdue or self.due_on is None:
            return self.overdue
        return day > self.due_on and (self.paused_on is None or self.due_on < self.paused_on)

    def reference(self) -> Ref:
        """This record as another event refers to it."""
        return Ref(self.subject, self.sequence)

    def public_state(self) -> State:
        """The contract's state, by the names of its fields."""
        return rendering(type(self)).state(self)


@cache
def rendering(row: type[MatterRow]) -> Rendering:
    """How rows of this kind and states of the contract become each other.

    Raises `TypeError` at once where a field of the state has no column.
    """
    return Rendering(row.public, frozenset(row.model_fields), row.__name__)


class MatterStepColumns(SQLModel):
    """One step of one record of any kind: what was done, by whom, and how the record stood from then on.

    A service has one such table. `until` is the day from which the next step's state holds, so that a count
    as of a day needs no sorting; a step entered late takes its place among the days.
    """

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    kind: str
    record_id: UUID
    division: str
    fact: str
    state: str
    ended: bool
    effective_on: date
    until: date | None = None
    basis: str
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    actor_id: str
    arguments: dict[str, Any] = Field(
        default_factory=dict, sa_type=pg.JSONB, sa_column_kwargs={"server_default": sa.text("'{}'")}
    )
    """What was said at this step, free words included: they stay in this service."""
    dated: dict[str, Any] | None = Field(default=None, sa_type=pg.JSONB)
    """The columns that hold from this step's day on: those that `MatterRow.dated` has of its fact."""


def step_indexes(table: str = "matter_step") -> tuple[sa.Index, ...]:
    """The indexes of the table of steps."""
    return (
        sa.Index(f"ix_{table}_record_id", "record_id", "effective_on"),
        sa.Index(f"ix_{table}_kind", "kind", "effective_on"),
    )
