"""Party organisations as people look for them, their posts, and who is due to rise a level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import col, select

from chassis.http import PageRequest, Reading
from services.partybuild.party_organizations.model import RANK, FoundingRules, Level, SetUp, Status, level_for
from services.partybuild.party_organizations.tables import PartyOrganizationRow, PostRow
from services.partybuild.policy import PartybuildPolicy


async def search(
    reading: Reading, *, division: str | None, mode: SetUp | None, level: Level | None,
    status: Status | None, organization_id: UUID | None, superior_id: UUID | None, name: str | None,
    elects_before: date | None, page: PageRequest,
) -> Sequence[PartyOrganizationRow]:  # fmt: skip
    """Party organisations, the oldest record first."""
    row = PartyOrganizationRow
    statement = (
        select(row).where(reading.within(col(row.division), division)).order_by(col(row.id)).limit(page.fetch)
    )
    for column, wanted in (
        (row.mode, mode),
        (row.level, level),
        (row.status, status),
        (row.superior_id, superior_id),
    ):
        if wanted is not None:
            statement = statement.where(col(column) == wanted)
    if organization_id is not None:
        named = cast([organization_id], ARRAY(PG_UUID))
        statement = statement.where(col(row.organization_ids).bool_op("@>")(named))
    if name is not None:
        statement = statement.where(col(row.name).contains(name, autoescape=True))
    if elects_before is not None:
        statement = statement.where(
            col(row.term_ends_on) < elects_before, col(row.status) != Status.DISSOLVED
        )
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(row.id) > after[0])
    return (await reading.session.exec(statement)).all()


async def one(reading: Reading, *, id: UUID) -> PartyOrganizationRow:
    """One party organisation; raises `NotFound` and `NotPermitted`."""
    return await reading.record(PartyOrganizationRow, id)


async def posts(reading: Reading, *, id: UUID) -> Sequence[PostRow]:
    """Who held which post from when to when, by opaque ids; raises `NotFound` and `NotPermitted`."""
    await one(reading, id=id)
    statement = (
        select(PostRow)
        .where(PostRow.party_organization_id == id)
        .order_by(col(PostRow.since), col(PostRow.number))
    )
    return (await reading.session.exec(statement)).all()


@dataclass(frozen=True)
class Upgrade:
    """A party organisation with more members than its level is for."""

    row: PartyOrganizationRow
    members: int
    level: Level


_UPGRADES = """
with counted as (
    select p.id, p.level, p.division,
           coalesce(p.full_members, (select sum(o.full_members) from organization o
                                     where o.id = any(p.organization_ids)), 0)::int as members
    from party_organization p
    where p.status <> 'dissolved' and p.mode not in ('temporary', 'work_station')
      and p.division like any($1::text[])
)
select id, members from counted
where (members >= $3 and level <> 'committee') or (members >= $2 and level = 'branch')
order by id
limit 500
"""


async def upgrades(reading: Reading, *, division: str | None) -> list[Upgrade]:
    """Who is due to become a general branch (from 50 full members) or a committee (from 100); 500 at most."""
    policy = reading.policy(PartybuildPolicy)
    rules = FoundingRules(
        general_branch_from=policy.general_branch_from, committee_from=policy.committee_from
    )
    found = await reading.connection.fetch(
        _UPGRADES, reading.patterns(division), policy.general_branch_from, policy.committee_from
    )
    members = {record["id"]: record["members"] for record in found}
    statement = (
        select(PartyOrganizationRow)
        .where(col(PartyOrganizationRow.id).in_(list(members)))
        .order_by(col(PartyOrganizationRow.id))
    )
    rows = (await reading.session.exec(statement)).all()
    called = [Upgrade(row, members[row.id], level_for(members[row.id], rules)) for row in rows]
    return [upgrade for upgrade in called if RANK[upgrade.level] > RANK[Level(upgrade.row.level)]]
