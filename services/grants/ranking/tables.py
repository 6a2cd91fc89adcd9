"""Scores as they were given, and every ranking that was ever proposed with all of its inputs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from services.grants.tables import Table, references


class ScoreRow(Table, table=True):
    """Points of one reviewer (opaque id) for one application on one criterion; none is an abstention."""

    __tablename__ = "score"
    __table_args__ = (
        sa.CheckConstraint("points_thousandths >= 0", name="no_negative"),
        sa.Index("ix_score_round_id", "round_id"),
    )

    application_id: UUID = Field(primary_key=True, sa_column_args=(references("application.id"),))
    reviewer: str = Field(primary_key=True)
    criterion: str = Field(primary_key=True)
    round_id: UUID = Field(sa_column_args=(references("round.id"),))
    points_thousandths: int | None = None
    actor: str
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))


class ProposalRow(Table, table=True):
    """One proposed ranking: its inputs whole, so that whoever doubts it can compute it again."""

    __tablename__ = "ranking_proposal"

    round_id: UUID = Field(primary_key=True, sa_column_args=(references("round.id"),))
    number: int = Field(primary_key=True)
    inputs: dict[str, Any] = Field(sa_type=pg.JSONB)
    digest: str
    """SHA-256 of inputs and outcome in canonical JSON"""
    effective_on: date
    actor: str
    recorded_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
