"""What lies around an organisation, for a proposal; and the duties as people look for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel import col, select

from chassis.http import PageRequest, Reading
from services.partybuild.coverage.model import (
    Line,
    Mode,
    ModeRules,
    Neighbour,
    Proposal,
    Reason,
    Status,
    Surroundings,
    propose,
)
from services.partybuild.coverage.tables import CoverageDutyRow, CoveringRow
from services.partybuild.organizations.tables import OrganizationCopy
from services.partybuild.policy import PartybuildPolicy

_UNCOVERED = """
o.full_members > 0 and o.full_members < $2 and not o.ended
and (d.status in ('open', 'lapsed') or o.id = any($3::uuid[]))
"""

# Read from the top of an index for each area or field: joined and ranked, every batch of a register would
# read all organisations of a district.
_NEIGHBOURS_IN_AREA = f"""
select wanted.area as scope, near.id, near.full_members
from unnest($1::text[]) as wanted(area)
cross join lateral (
    select o.id, o.full_members
    from organization o left join coverage_duty d on d.organization_id = o.id and d.line = 'party'
    where o.area = wanted.area and {_UNCOVERED}
    order by o.full_members desc, o.id
    limit $4
) as near
order by scope, near.full_members desc, near.id
"""

_NEIGHBOURS_IN_FIELD = f"""
select district || ':' || category as scope, near.id, near.full_members
from unnest($1::text[]) as wanted(district)
cross join unnest($5::text[]) as field(category)
cross join lateral (
    select o.id, o.full_members
    from organization o left join coverage_duty d on d.organization_id = o.id and d.line = 'party'
    where left(o.area, 6) = district and category = any(o.categories) and {_UNCOVERED}
    order by o.full_members desc, o.id
    limit $4
) as near
order by scope, near.full_members desc, near.id
"""

_HOSTS = """
select distinct left(division, $2) as area
from party_organization
where status <> 'dissolved' and mode in ('independent', 'joint') and left(division, $2) = any($1::text[])
"""


@dataclass(frozen=True)
class Seeking:
    """What decides which neighbours an organisation has. `area` is its street or district, by the profile."""

    area: str
    full_members: int | None
    categories: Sequence[str]

    @property
    def fields(self) -> list[str]:
        """Its categories within its district."""
        return [f"{self.area[:6]}:{category}" for category in self.categories]


@dataclass(frozen=True)
class Around:
    """The surroundings of several organisations, read in three statements for all of them."""

    seeking: Mapping[UUID, Seeking]
    in_area: Mapping[str, Sequence[Neighbour]]
    in_field: Mapping[str, Sequence[Neighbour]]
    hosts: frozenset[str]
    scopes: Sequence[str]

    def of(self, id: UUID) -> Surroundings:
        """What this organisation could lean on."""
        me = self.seeking[id]
        by_field = {
            unit.organization_id: unit for field in me.fields for unit in self.in_field.get(field, ())
        }
        by_scope = {
            "area": (Reason.NEIGHBOURS_IN_AREA, self.in_area.get(me.area, ())),
            "field": (Reason.NEIGHBOURS_IN_FIELD, tuple(by_field.values())),
        }
        return Surroundings([by_scope[scope] for scope in self.scopes], me.area in self.hosts)


async def look_around(
    connection: asyncpg.Connection, seeking: Mapping[UUID, Seeking], policy: PartybuildPolicy
) -> Around:
    """The uncovered neighbours with too few members and the hosts of all these organisations.

    Only those that could join are looked after, and of each area and field no more units than may join.
    """
    least = policy.min_members_independent
    joining = [s for s in seeking.values() if s.full_members and s.full_members < least]
    if not joining:
        return Around(seeking, {}, {}, frozenset(), policy.joint_scope)
    areas = sorted({s.area for s in joining})
    common = (least, list(seeking), policy.joint_max_units + 1)
    in_area: Sequence[Any] = ()
    in_field: Sequence[Any] = ()
    if "area" in policy.joint_scope:
        in_area = await connection.fetch(_NEIGHBOURS_IN_AREA, areas, *common)
    if "field" in policy.joint_scope:
        districts = sorted({area[:6] for area in areas})
        categories = sorted({category for s in joining for category in s.categories})
        in_field = await connection.fetch(_NEIGHBOURS_IN_FIELD, districts, *common, categories)
    length = 9 if policy.joint_area == "street" else 6
    hosts = await connection.fetch(_HOSTS, areas, length)
    return Around(
        seeking, _by_scope(in_area), _by_scope(in_field), frozenset(row["area"] for row in hosts),
        policy.joint_scope,
    )  # fmt: skip


def _by_scope(rows: Sequence[Any]) -> dict[str, list[Neighbour]]:
    found: defaultdict[str, list[Neighbour]] = defaultdict(list)
    for row in rows:
        found[row["scope"]].append(Neighbour(row["id"], row["full_members"]))
    return found


@dataclass(frozen=True)
class Partner:
    """An organisation that a joint branch could be founded with."""

    organization_id: UUID
    name: str
    division: str
    full_members: int | None


@dataclass(frozen=True)
class DutyDetail:
    """One duty with what covered its organisation and how it could be met now."""

    row: CoverageDutyRow
    organization_name: str | None
    coverings: Sequence[CoveringRow]
    proposal: Proposal | None
    partners: Sequence[Partner]


async def search(
    reading: Reading, *, division: str | None, line: Line | None, status: Status | None, mode: Mode | None,
    overdue: bool | None, organization_id: UUID | None, uncovered: bool, page: PageRequest,
) -> Sequence[tuple[CoverageDutyRow, str | None]]:  # fmt: skip
    """Duties with their organisations' names, the oldest first."""
    statement = (
        select(CoverageDutyRow, OrganizationCopy.name)
        .join(OrganizationCopy, col(OrganizationCopy.id) == CoverageDutyRow.organization_id, isouter=True)
        .where(reading.within(col(CoverageDutyRow.division), division))
        .order_by(col(CoverageDutyRow.id))
        .limit(page.fetch)
    )
    for column, wanted in (
        (CoverageDutyRow.line, line),
        (CoverageDutyRow.status, status),
        (CoverageDutyRow.mode, mode),
        (CoverageDutyRow.overdue, overdue),
    ):
        if wanted is not None:
            statement = statement.where(col(column) == wanted)
    if uncovered:
        statement = statement.where(col(CoverageDutyRow.status).in_([Status.OPEN, Status.LAPSED]))
    if organization_id is not None:
        organization = await reading.session.get(OrganizationCopy, organization_id)
        survivor = organization.merged_into if organization else None
        statement = statement.where(
            col(CoverageDutyRow.organization_id).in_([organization_id, survivor or organization_id])
        )
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(CoverageDutyRow.id) > after[0])
    return [(row, name) for row, name in (await reading.session.exec(statement)).all()]


async def one(reading: Reading, *, id: UUID) -> DutyDetail:
    """One duty; raises `NotFound` and `NotPermitted`."""
    row = await reading.record(CoverageDutyRow, id)
    organization = await reading.session.get(OrganizationCopy, row.organization_id)
    statement = (
        select(CoveringRow)
        .where(CoveringRow.organization_id == row.organization_id, CoveringRow.line == row.line)
        .order_by(col(CoveringRow.since), col(CoveringRow.number))
    )
    coverings = (await reading.session.exec(statement)).all()
    proposal = await _proposal(reading, row, organization)
    partners = await _partners(reading, proposal.partners if proposal else ())
    return DutyDetail(row, organization.name if organization else None, coverings, proposal, partners)


async def _proposal(
    reading: Reading, row: CoverageDutyRow, organization: OrganizationCopy | None
) -> Proposal | None:
    if organization is None or row.line != Line.PARTY or not row.duty().uncovered:
        return None
    policy = reading.policy(PartybuildPolicy)
    seeking = Seeking(organization.area, organization.full_members, organization.categories)
    around = await look_around(reading.connection, {organization.id: seeking}, policy)
    rules = ModeRules(policy.min_members_independent, policy.joint_max_units)
    return propose(organization.id, organization.full_members, around.of(organization.id), rules)


async def _partners(reading: Reading, ids: Sequence[UUID]) -> list[Partner]:
    statement = select(OrganizationCopy).where(col(OrganizationCopy.id).in_(ids))
    rows = (await reading.session.exec(statement)).all()
    return [Partner(row.id, row.name, row.division, row.full_members) for row in rows]
