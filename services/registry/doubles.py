"""What two records of one organisation both have, and one organisation has once: the merged record's is let
go, so that nobody is asked for the same thing twice."""

from collections.abc import Mapping
from typing import Any, Final

from chassis.matters import Step
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.credit_listings import commands as listings
from services.registry.enforcement.emergency_pauses import commands as pauses
from services.registry.incubation.cultivations import commands as cultivations
from services.registry.incubation.stays import commands as stays
from services.registry.inspections.annual import commands as annual
from services.registry.organizations.merging import doubles
from services.registry.organizations.tables import OrganizationRow
from services.registry.records.assignments import commands as assignments
from services.registry.records.governance import commands as governance
from services.registry.records.placements import commands as placements
from services.registry.tables import Table

_REASON: Final = {"reason": "merged"}
LET_GO: Final[Mapping[Step[Any], Mapping[str, Any]]] = {
    annual.release: {"ground": "merged"},
    pauses.release: {},
    listings.drop: _REASON,
    stays.withdraw: _REASON,
    cultivations.remove: _REASON,
    governance.close: _REASON,
    assignments.end: _REASON,
    placements.end: _REASON,
}
"""The step that lets one go, and what it is told. What has no such step, or is too far for it, is left to
those who work on it."""


async def let_go(uow: UnitOfWork, loser: OrganizationRow, survivor: OrganizationRow) -> None:
    """Close what is open about the one and there about the other already."""
    for step, said in LET_GO.items():
        table = Table.metadata.tables[str(step.kind.row.__tablename__)]
        for id in await doubles(uow, table, loser.id, survivor.id):
            row = await step.kind.load(uow, id)
            if step.kind.allows(row, step.fact):
                await step.on(uow, row, **said)
