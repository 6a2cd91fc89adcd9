"""Rounds with their terms, and the days from which each stood in a state."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis, Ref, grants
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from chassis.tables import AggregateRow
from services.grants.eligibility.model import Rule
from services.grants.ranking.model import Criterion
from services.grants.rounds.model import RoundKind, RoundStatus, Terms
from services.grants.tables import Table, references


class RoundRow(AggregateRow, Table, table=True):
    """A round: its terms and where it is. Sums in fen, days in Asia/Shanghai."""

    __tablename__ = "round"
    __table_args__ = (sa.Index("ix_round_status", "status"),)
    stream = ("grants", "round")
    called = ("公益创投轮次", "round")

    title: str
    kind: str
    status: str = RoundStatus.ANNOUNCED
    year: int
    issuers: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    planning_members: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    programme: str | None = None
    areas_declared: int | None = None
    areas_named: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    target_groups: list[str] = Field(sa_type=pg.ARRAY(sa.Text))
    opens_on: date | None = None
    closes_on: date | None = None
    cap_per_application_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    budget_fen: int | None = Field(default=None, sa_type=sa.BigInteger)
    fund_id: UUID | None = Field(default=None, sa_column_args=(references("fund.id"),))
    fund_sequence: int = Field(default=0, sa_type=sa.BigInteger)
    """The fund's version when the round last looked at it."""
    eligibility: list[dict[str, Any]] = Field(sa_type=pg.JSONB)
    criteria: list[dict[str, Any]] = Field(sa_type=pg.JSONB)
    """code, weight and highest points in thousandths, names in both languages, anchors by points"""
    criteria_version: str | None = None
    public_vote_weight_thousandths: int = 0
    publicity_days: int
    publicised_on: date | None = None
    publicised_until: date | None = None
    decided_on: date | None = None
    submitted_count: int = 0
    awarded_count: int = 0
    awarded_fen: int = Field(default=0, sa_type=sa.BigInteger)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The conditions as the domain has them."""
        return tuple(Rule(entry["rule"], tuple(entry["parameters"])) for entry in self.eligibility)

    @property
    def scoring(self) -> tuple[Criterion, ...]:
        """The criteria as the ranking needs them."""
        return tuple(
            Criterion(entry["code"], entry["weight_thousandths"], entry["highest_thousandths"])
            for entry in self.criteria
        )

    @property
    def terms(self) -> Terms:
        """The terms as the domain has them."""
        return Terms(
            title=self.title,
            kind=RoundKind(self.kind),
            year=self.year,
            issuers=tuple(self.issuers),
            planning_members=tuple(self.planning_members),
            programme=self.programme,
            areas_declared=self.areas_declared,
            areas_named=tuple(self.areas_named),
            target_groups=tuple(self.target_groups),
            opens_on=self.opens_on,
            closes_on=self.closes_on,
            cap_per_application_fen=self.cap_per_application_fen,
            budget_fen=self.budget_fen,
            has_fund=self.fund_id is not None,
            eligibility=self.rules,
            criteria=self.scoring,
            publicity_days=self.publicity_days,
        )

    def public_state(self) -> grants.RoundState:
        """The round as the contract has it."""
        return grants.RoundState(
            effective_on=self.effective_on,
            basis=Basis(self.basis),
            division=self.division,
            ended=self.status in (RoundStatus.CONCLUDED, RoundStatus.CANCELLED),
            title=self.title,
            kind=grants.RoundKind(self.kind),
            status=grants.RoundStatus(self.status),
            year=self.year,
            issuers=tuple(self.issuers),
            planning_members=tuple(self.planning_members),
            programme=self.programme,
            areas=grants.Areas(declared=self.areas_declared, named=tuple(self.areas_named)),
            target_groups=tuple(self.target_groups),
            opens_on=self.opens_on,
            closes_on=self.closes_on,
            cap_per_application_fen=self.cap_per_application_fen,
            budget_fen=self.budget_fen,
            fund=None if self.fund_id is None else Ref(str(self.fund_id), self.fund_sequence),
            eligibility=tuple(
                grants.EligibilityRule(rule=rule.rule, parameters=rule.parameters) for rule in self.rules
            ),
            criteria=tuple(
                grants.Criterion(
                    code=criterion.code,
                    weight_thousandths=criterion.weight_thousandths,
                    highest_thousandths=criterion.highest_thousandths,
                )
                for criterion in self.scoring
            ),
            criteria_version=self.criteria_version,
            public_vote_weight_thousandths=self.public_vote_weight_thousandths,
            publicity_days=self.publicity_days,
            publicised_on=self.publicised_on,
            publicised_until=self.publicised_until,
            decided_on=self.decided_on,
            submitted_count=self.submitted_count,
            awarded_count=self.awarded_count,
            awarded_fen=self.awarded_fen,
        )


class RoundHistory(Table, table=True):
    """From which day a round stood in which state, so that figures can be answered as of any day."""

    __tablename__ = "round_history"

    round_id: UUID = Field(primary_key=True, sa_column_args=(references("round.id"),))
    sequence: int = Field(primary_key=True, sa_type=sa.BigInteger)
    status: str
    effective_on: date
