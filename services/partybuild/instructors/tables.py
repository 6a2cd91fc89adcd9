"""Appointments of dispatched party-building instructors."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, State
from shuniu_contracts import partybuild as contract
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.partybuild.instructors.model import Status
from services.partybuild.tables import Table


class InstructorRow(AggregateRow, Table, table=True):
    """One person's appointment, with what the person may carry and carries."""

    __tablename__ = "instructor"
    __table_args__ = (
        sa.CheckConstraint("cardinality(organization_ids) <= capacity", name="capacity"),
        sa.Index(
            "uq_instructor_one_appointment_at_a_time",
            "person_id",
            unique=True,
            postgresql_where=sa.text("status = 'appointed'"),
        ),
        sa.Index("ix_instructor_organization_ids", "organization_ids", postgresql_using="gin"),
    )
    stream: ClassVar[tuple[str, str]] = ("partybuild", "instructor")
    called = ("党建指导员", "instructor")

    person_id: str
    capacity: int
    status: str
    organization_ids: list[UUID] = Field(sa_type=pg.ARRAY(pg.UUID))
    appointed_on: date
    ended_on: date | None = None

    def public_state(self) -> State:
        """The appointment as the contract has it; the person is an opaque id."""
        return contract.InstructorState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.status == Status.ENDED.value,
            person_id=self.person_id,
            capacity=self.capacity,
            load=len(self.organization_ids),
            organization_ids=tuple(str(id) for id in self.organization_ids),
            appointed_on=self.appointed_on,
            ended_on=self.ended_on,
        )
