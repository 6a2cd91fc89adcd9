"""Scores and rankings, read; a ranking is computed again from its inputs whenever it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel import col, select

from chassis.http import Reading
from chassis.model import Refusal, RefusalKind
from services.grants.ranking.model import Inputs, Ranking, digest, from_data, rank
from services.grants.ranking.tables import ProposalRow, ScoreRow
from services.grants.rounds.queries import one


class NoRanking(Refusal):
    """None was proposed yet."""

    code = "ranking_not_proposed"
    kind = RefusalKind.MISSING
    zh = "轮次“{id}”尚未提出排名。"
    en = "No ranking was proposed for round '{id}' yet."


_APPLICATIONS = """
select application.id::text, organization_id, title, requested_fen, organization.name as organization_name,
       coalesce(organization.sequence <> application.organization_sequence, false) as facts_changed
from application left join organization on organization.id = organization_id
where round_id = $1
"""


@dataclass(frozen=True)
class Proposal:
    """A proposed ranking with what it was computed from, and whether it still comes out the same."""

    number: int
    effective_on: date
    actor: str
    digest: str
    reproducible: bool
    inputs: Inputs
    ranking: Ranking
    applications: dict[str, asyncpg.Record]


async def proposal(reading: Reading, *, id: UUID, number: int | None = None) -> Proposal:
    """The newest proposal of the round, or the one of this number; raises `NoRanking`."""
    row = await _stored(reading, id, number)
    inputs = from_data(row.inputs)
    ranking = rank(inputs)
    rows = await reading.connection.fetch(_APPLICATIONS, id)
    return Proposal(
        number=row.number,
        effective_on=row.effective_on,
        actor=row.actor,
        digest=row.digest,
        reproducible=digest(inputs, ranking) == row.digest,
        inputs=inputs,
        ranking=ranking,
        applications={found["id"]: found for found in rows},
    )


async def inputs(reading: Reading, *, id: UUID, number: int | None = None) -> dict[str, Any]:
    """All that the proposal was computed from, for whoever computes it again."""
    return (await _stored(reading, id, number)).inputs


async def scores(reading: Reading, *, id: UUID) -> Sequence[ScoreRow]:
    """The scores of a round, by application, reviewer and criterion."""
    reading.authorize((await one(reading, id=id)).division)
    statement = select(ScoreRow).where(ScoreRow.round_id == id)
    order = (col(ScoreRow.application_id), col(ScoreRow.reviewer), col(ScoreRow.criterion))
    return (await reading.session.exec(statement.order_by(*order))).all()


async def _stored(reading: Reading, id: UUID, number: int | None) -> ProposalRow:
    reading.authorize((await one(reading, id=id)).division)
    statement = select(ProposalRow).where(ProposalRow.round_id == id)
    if number is not None:
        statement = statement.where(ProposalRow.number == number)
    found = (await reading.session.exec(statement.order_by(col(ProposalRow.number).desc()).limit(1))).first()
    if found is None:
        raise NoRanking(id=id)
    return found
