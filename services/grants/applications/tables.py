"""Applications, and the days from which each stood in a state."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, Ref, grants
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.grants.applications.model import ApplicationStatus
from services.grants.tables import Table, references


class ApplicationRow(AggregateRow, Table, table=True):
    """An application: who asks for how much for what, how it stands and on which facts it was judged."""

    __tablename__ = "application"
    __table_args__ = (
        sa.Index("uq_application_project", "round_id", "organization_id", "title", unique=True,
                 postgresql_where=sa.text("status <> 'withdrawn'")),
        sa.Index("ix_application_round_id_status", "round_id", "status"),
        sa.Index("ix_application_organization_id", "organization_id"),
        sa.CheckConstraint("requested_fen >= 0", name="no_negative_request"),
        sa.CheckConstraint("awarded_fen <= requested_fen", name="no_more_than_asked"),
    )  # fmt: skip
    stream = ("grants", "application")
    called = ("项目申请", "application")

    round_id: UUID = Field(sa_column_args=(references("round.id"),))
    round_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    organization_id: UUID
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    """The organisation's version that was last seen; 0 while the local copy does not have it."""
    title: str
    area: str | None = None
    target_groups: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    status: str = ApplicationStatus.DRAFT
    requested_fen: int = Field(sa_type=sa.BigInteger)
    awarded_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    eligibility_reasons: list[str] = Field(default_factory=list, sa_type=pg.ARRAY(sa.Text))
    facts_used: list[dict[str, Any]] = Field(default_factory=list, sa_type=pg.JSONB)
    """[{"id": ..., "sequence": ...}], the versions eligibility was judged on"""
    score_thousandths: int | None = None
    rank: int | None = None
    deviation: str | None = None
    """Why the outcome departs from the computed ranking or from the order of the reserve list."""
    submitted_on: date | None = None
    decided_on: date | None = None
    ended: bool = False

    @property
    def waits_for_organization(self) -> bool:
        """Whether it cannot be judged because the local copy does not have the organisation yet."""
        return self.status == ApplicationStatus.SUBMITTED and self.organization_sequence == 0

    def public_state(self) -> grants.ApplicationState:
        """The application as the contract has it; a draft has no public state."""
        return grants.ApplicationState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.ended,
            round=Ref(str(self.round_id), self.round_sequence),
            organization=Ref(str(self.organization_id), self.organization_sequence),
            title=self.title,
            status=grants.GrantApplicationStatus(self.status),
            area=self.area,
            target_groups=tuple(self.target_groups),
            requested_fen=self.requested_fen,
            awarded_fen=self.awarded_fen,
            eligibility_reasons=tuple(self.eligibility_reasons),
            facts_used=tuple(Ref(fact["id"], fact["sequence"]) for fact in self.facts_used),
            score_thousandths=self.score_thousandths,
            rank=self.rank,
            submitted_on=self.submitted_on,
            decided_on=self.decided_on,
        )


class ApplicationHistory(Table, table=True):
    """From which day an application stood in which state, with what it was awarded."""

    __tablename__ = "application_history"

    application_id: UUID = Field(primary_key=True, sa_column_args=(references("application.id"),))
    sequence: int = Field(primary_key=True, sa_type=sa.BigInteger)
    status: str
    awarded_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    effective_on: date
