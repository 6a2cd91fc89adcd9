"""Rounds, read; and what an organisation may apply for, with the reasons where it may not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from chassis.http import PageRequest, Reading
from chassis.model import ancestors
from services.grants.eligibility.model import ORGANIZATION_UNKNOWN, Judgement, OrganizationFacts, judge
from services.grants.organizations.queries import facts_of
from services.grants.rounds.model import RoundStatus
from services.grants.rounds.tables import RoundRow


@dataclass(frozen=True)
class Eligibility:
    """Whether an organisation may apply in a round; None while it is not known here."""

    round: RoundRow
    organization_id: UUID
    on: date
    eligible: bool | None
    judgement: Judgement


async def search(
    reading: Reading, *, page: PageRequest, division: str | None = None, year: int | None = None,
    status: RoundStatus | None = None,
) -> Sequence[RoundRow]:  # fmt: skip
    """Rounds of the caller's divisions and of those above them, which are for them too."""
    statement = select(RoundRow).where(_visible(reading, division))
    if year is not None:
        statement = statement.where(RoundRow.year == year)
    if status is not None:
        statement = statement.where(RoundRow.status == status)
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(RoundRow.id) > after[0])
    return (await reading.session.exec(statement.order_by(col(RoundRow.id)).limit(page.fetch))).all()


async def one(reading: Reading, *, id: UUID) -> RoundRow:
    """The round; raises `NotFound`, `NotPermitted` for a caller it is not for."""
    return await reading.sent_down(RoundRow, id)


async def eligibility(
    reading: Reading, *, id: UUID, organization_id: UUID, on: date | None = None
) -> Eligibility:
    """Why the organisation may, or may not, apply in the round on a day."""
    row = await one(reading, id=id)
    return _judged(row, organization_id, await _facts(reading, organization_id), on or reading.today)


async def entitlements(
    reading: Reading, *, organization_id: UUID, on: date | None = None
) -> Sequence[Eligibility]:
    """The same for every round that is announced or open."""
    running = (RoundStatus.ANNOUNCED, RoundStatus.OPEN)
    statement = select(RoundRow).where(_visible(reading, None), col(RoundRow.status).in_(running))
    rounds = (await reading.session.exec(statement.order_by(col(RoundRow.id)).limit(100))).all()
    facts = await _facts(reading, organization_id)
    return [_judged(row, organization_id, facts, on or reading.today) for row in rounds]


async def _facts(reading: Reading, organization_id: UUID) -> OrganizationFacts | None:
    """What is known of the organisation, None where nothing is; raises `NotPermitted` for another's."""
    facts = await facts_of(reading.connection, organization_id)
    if facts is not None:
        reading.authorize(facts.division)
    return facts


def _judged(row: RoundRow, organization_id: UUID, facts: OrganizationFacts | None, on: date) -> Eligibility:
    if facts is None:
        return Eligibility(row, organization_id, on, None, Judgement((ORGANIZATION_UNKNOWN,), ()))
    judgement = judge(row.rules, facts, on)
    return Eligibility(row, organization_id, on, judgement.eligible, judgement)


def _visible(reading: Reading, division: str | None) -> sa.ColumnElement[bool]:
    scope = reading.scope(division)
    above = {code for own in scope if own for code in ancestors(own)}
    return sa.or_(reading.within(col(RoundRow.division), division), col(RoundRow.division).in_(above))
