"""What is known of an organisation, as the eligibility language needs it."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlmodel import col, select

from chassis.http import Reading
from chassis.unit_of_work import NotFound
from services.grants.eligibility.model import Ban, Coverage, OrganizationFacts, Version
from services.grants.organizations.tables import BanRow

_SURVIVOR = """
with recursive chain as (
    select id, merged_into, 1 as length from organization where id = $1
    union all
    select next.id, next.merged_into, chain.length + 1
    from chain join organization next on next.id = chain.merged_into
    where chain.length < 32
)
select organization.* from chain join organization using (id) where chain.merged_into is null
"""
_COVERAGE = "select duty_id, sequence, line, status from coverage where organization_id = $1 order by line"
_BANS = """
select imposed_on, until from ban
where organization_id = any(array(select id from organization where merged_into = $1) || $1::uuid)
order by imposed_on
"""


async def facts_of(connection: asyncpg.Connection, organization_id: UUID) -> OrganizationFacts | None:
    """The facts of the organisation, or of the record it was merged into; None where it is not known here.

    A ban on a record that was merged bars its survivor.
    """
    found = await connection.fetchrow(_SURVIVOR, organization_id)
    if found is None:
        return None
    coverage = await connection.fetch(_COVERAGE, found["id"])
    bans = await connection.fetch(_BANS, found["id"])
    return OrganizationFacts(
        version=Version(str(found["id"]), found["sequence"]),
        name=found["name"],
        division=found["division"],
        legal_form=found["legal_form"],
        legal_status=found["legal_status"],
        categories=tuple(found["categories"]),
        filed_on=found["filed_on"],
        registered_on=found["registered_on"],
        ended_on=found["ended_on"],
        hub_standing=found["hub_standing"],
        credit_listing=found["credit_listing"],
        coverage=tuple(
            Coverage(Version(str(row["duty_id"]), row["sequence"]), row["line"], row["status"])
            for row in coverage
        ),
        bans=tuple(Ban(row["imposed_on"], row["until"]) for row in bans),
    )


def unknown(organization_id: UUID) -> NotFound:
    """The refusal for an organisation that the local copy does not have."""
    return NotFound(aggregate="organization", id=organization_id, called=("社会组织", "organisation"))


async def bans_of(reading: Reading, *, organization_id: UUID) -> Sequence[BanRow]:
    """The bans of an organisation, newest first; raises `NotFound`, `NotPermitted`."""
    facts = await facts_of(reading.connection, organization_id)
    if facts is None:
        raise unknown(organization_id)
    reading.authorize(facts.division)
    statement = select(BanRow).where(BanRow.organization_id == organization_id)
    return (await reading.session.exec(statement.order_by(col(BanRow.imposed_on).desc()))).all()
