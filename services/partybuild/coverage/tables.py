"""Duties, their deadlines, and what covers which organisation from when to when."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, Ref, State
from shuniu_contracts import partybuild as contract
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.partybuild.coverage.model import (
    Covering,
    Duty,
    Mode,
    Proposal,
    Reason,
    Status,
    coverage_class,
)
from services.partybuild.dating import Dated
from services.partybuild.tables import Table


class CoverageDutyRow(AggregateRow, Table, table=True):
    """The duty of one organisation on one line."""

    __tablename__ = "coverage_duty"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "line"),
        sa.Index("ix_coverage_duty_status_due_on", "status", "due_on"),
        sa.Index(
            "ix_coverage_duty_waiting",
            "organization_id",
            postgresql_where=sa.text(
                "line = 'party' and status in ('open', 'lapsed')"
                " and proposed_reason in ('no_neighbour_no_host', 'host_in_area')"
            ),
        ),
    )
    stream: ClassVar[tuple[str, str]] = ("partybuild", "coverage_duty")
    called = ("覆盖任务", "coverage duty")

    organization_id: UUID
    organization_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    line: str
    status: str
    mode: str | None = None
    covered_by_id: UUID | None = None
    covered_by_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    proposed_mode: str | None = None
    proposed_reason: str | None = None
    opened_on: date
    due_on: date | None = None
    overdue: bool = False
    covered_on: date | None = None
    ended_on: date | None = None

    def duty(self) -> Duty:
        """The duty as the domain has it."""
        proposal = cover = None
        if self.proposed_mode is not None and self.proposed_reason is not None:
            proposal = Proposal(Mode(self.proposed_mode), Reason(self.proposed_reason))
        if self.mode is not None and self.covered_by_id is not None and self.covered_on is not None:
            cover = Covering(self.covered_by_id, Mode(self.mode), self.covered_on, self.covered_by_sequence)
        return Duty(
            self.opened_on, Status(self.status), proposal, self.due_on, self.overdue, cover,
            self.covered_on, self.ended_on,
        )  # fmt: skip

    def take(self, duty: Duty) -> None:
        """Become what the domain decided."""
        self.status = duty.status.value
        self.proposed_mode = duty.proposal.mode.value if duty.proposal else None
        self.proposed_reason = duty.proposal.reason.value if duty.proposal else None
        self.due_on, self.overdue = duty.due_on, duty.overdue
        self.mode = duty.cover.mode.value if duty.cover else None
        self.covered_by_id = duty.cover.source_id if duty.cover else None
        self.covered_by_sequence = duty.cover.source_sequence if duty.cover else 0
        self.covered_on, self.ended_on = duty.covered_on, duty.ended_on

    def public_state(self) -> State:
        """The duty as the contract has it."""
        return duty_state(
            self.duty(),
            Dated(self.effective_on, Basis(self.basis)),
            division=self.division,
            organization=Ref(str(self.organization_id), self.organization_sequence),
            line=self.line,
        )


def duty_state(
    duty: Duty, when: Dated, *, division: str, organization: Ref, line: str
) -> contract.CoverageDutyState:
    """A duty as the contract has it, whether it has a row in memory or goes to the database in bulk."""
    mode, proposal, cover = duty.cover and duty.cover.mode, duty.proposal, duty.cover
    return contract.CoverageDutyState(
        effective_on=when.on,
        basis=when.basis,
        division=division,
        ended=duty.status is Status.ENDED,
        organization=organization,
        line=contract.CoverageLine(line),
        status=contract.DutyStatus(duty.status.value),
        mode=contract.CoverageMode(mode.value) if mode else None,
        mode_reason=duty.mode_reason,
        proposed_mode=contract.CoverageMode(proposal.mode.value) if proposal else None,
        proposed_reason=proposal.reason.value if proposal else None,
        coverage_class=contract.CoverageClass(coverage_class(mode).value) if mode else None,
        covered_by=Ref(str(cover.source_id), cover.source_sequence) if cover else None,
        opened_on=duty.opened_on,
        due_on=duty.due_on,
        overdue=duty.overdue,
        covered_on=duty.covered_on,
        ended_on=duty.ended_on,
    )


class DutyDeadline(Table, table=True):
    """Every deadline that a duty ever had; overdue `as_of` a day is read from it."""

    __tablename__ = "duty_deadline"

    duty_id: UUID = Field(primary_key=True)
    started_on: date = Field(primary_key=True)
    due_on: date


class CoveringRow(Table, table=True):
    """A party organisation or an instructor covering one organisation, `until` the day it no longer did."""

    __tablename__ = "covering"
    __table_args__ = (
        sa.CheckConstraint("until is null or until >= since", name="dates"),
        sa.Index(
            "uq_covering_one_organisation_at_a_time",
            "organization_id",
            "line",
            unique=True,
            postgresql_where=sa.text("until is null and coverage_class = 'organisation'"),
        ),
        sa.Index(
            "uq_covering_open_by_source",
            "source_id",
            "organization_id",
            unique=True,
            postgresql_where=sa.text("until is null"),
        ),
        sa.Index("ix_covering_organization_id", "organization_id"),
    )

    number: int | None = Field(
        default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True)
    )
    organization_id: UUID
    line: str
    mode: str
    coverage_class: str
    source_kind: str
    source_id: UUID
    source_sequence: int = Field(sa_type=sa.BigInteger)
    since: date
    until: date | None = None
