"""What party-building does when the registry says something about an organisation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import registry

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.partybuild.coverage import commands as coverage
from services.partybuild.dating import Dated
from services.partybuild.instructors import commands as instructors
from services.partybuild.organizations.commands import (
    aliases,
    keep,
    living_survivor,
    lock_copies,
    survivor_of,
    survivors,
)
from services.partybuild.party_organizations import commands as party_organizations

ORGANIZATION_EVENTS = tuple(
    described.event
    for (_, major), described in registry.organization.facts.items()
    if major == registry.organization.newest
)


@reaction(*ORGANIZATION_EVENTS)
async def follow_register(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the copy, open the duties that are owed now, propose anew, and end what has ended.

    It looks at the state only, not at which fact led there: whoever joins late ends right.
    """
    newest = {UUID(event.subject): event for event in events}
    gone = {id: event for id, event in newest.items() if event.data.state.ended}
    if gone:
        await _lock_concerned(uow, newest, gone)
    changed = await keep(uow, events)
    if gone:
        await _part(uow, gone)
    corrected = {
        UUID(event.subject): event
        for event in events
        if isinstance(event.data, registry.OrganizationCorrected)
    }
    if corrected:
        await coverage.follow_corrected_ends(uow, {id: newest[id] for id in corrected})
    present = {id: event for id, event in newest.items() if id not in gone}
    if present:
        await coverage.oblige(uow, present)
        await coverage.reassess(uow, {id: present[id] for id in changed & present.keys()})


class _MoreConcerned(Exception):
    """While locks were waited for, somebody founded, assigned or merged: more is to be locked."""


async def _lock_concerned(uow: UnitOfWork, told: Iterable[UUID], gone: Mapping[UUID, Received[Any]]) -> None:
    """Take the locks in the order of commands: what covers, then organisations, survivors and aliases too.

    Which they are is certain only once they are locked. If it were more by then, the missing ones would come
    earlier in the order: the locks are given back with the savepoint and taken anew.
    """
    sources, organizations = await _concerned(uow, gone)
    while True:
        try:
            async with uow.savepoint():
                await party_organizations.lock_covering(uow, list(gone))
                await instructors.lock_assigned(uow, list(gone))
                await lock_copies(uow, {*told, *organizations})
                before = sources | organizations
                sources, organizations = await _concerned(uow, gone)
                if not sources | organizations <= before:
                    raise _MoreConcerned
                return
        except _MoreConcerned:
            continue


async def _concerned(uow: UnitOfWork, gone: Mapping[UUID, Received[Any]]) -> tuple[set[UUID], set[UUID]]:
    """What covers those that are gone; they themselves, their aliases and survivors."""
    into = [survivor for event in gone.values() if (survivor := survivor_of(event))]
    organizations = {*gone, *await aliases(uow, gone), *into, *await survivors(uow, into)}
    return await coverage.sources_of(uow, gone), organizations


async def _part(uow: UnitOfWork, gone: dict[UUID, Received[Any]]) -> None:
    parting: dict[UUID, tuple[UUID | None, Received[Any]]] = {}
    for id, event in gone.items():
        into = survivor_of(event)
        parting[id] = (await living_survivor(uow, into) if into else None, event)
    covered = await party_organizations.part(uow, parting) | await instructors.part(uow, parting)
    await coverage.end(uow, gone)
    for survivor, because in parting.values():
        if survivor in covered:
            state = because.data.state
            await coverage.settle(uow, [survivor], Dated(state.effective_on, state.basis), because=because)
