"""Officers and the register at the same time: whatever the order, duties say what coverings say."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import msgspec
import pytest
from shuniu_contracts import Ref
from shuniu_contracts.registry import OrganizationMerged

from chassis.model import Refusal, Refusals
from services.partybuild.instructors.commands import assign, end, release
from services.partybuild.organizations.reactions import follow_register
from services.partybuild.party_organizations.commands import change, dissolve
from services.partybuild.party_organizations.model import SetUp
from tests.partybuild.conftest import Organization, World, instructor

pytestmark = pytest.mark.integration

_CONTRADICTIONS = {
    "a duty's status against what covers its organisation": """
        select d.id from coverage_duty d
        where d.status <> 'ended' and (d.status = 'covered') <> exists (
            select from covering c where c.organization_id = d.organization_id and c.until is null)
    """,
    "a duty covered by what covers it no more": """
        select d.id from coverage_duty d
        where d.covered_by_id is not null and not exists (
            select from covering c where c.organization_id = d.organization_id and c.until is null
                                   and c.source_id = d.covered_by_id and c.mode = d.mode)
    """,
    "what a party organisation or instructor lists against its open coverings": """
        with listed as (
            select id as source_id, unnest(organization_ids) as organization_id from party_organization
            where status <> 'dissolved'
            union all
            select id, unnest(organization_ids) from instructor
        ), covered as (
            select source_id, organization_id from covering where until is null
        )
        (select * from listed except select * from covered)
        union all
        (select * from covered except select * from listed)
    """,
    "an ended organisation that is still covered": """
        select o.id from organization o join covering c on c.organization_id = o.id and c.until is null
        where o.ended
    """,
    "an ended organisation whose duty goes on": """
        select d.id from coverage_duty d join organization o on o.id = d.organization_id
        where o.ended and d.status <> 'ended'
    """,
    "a timer of a duty that is not owed": """
        select t.id from timer t join coverage_duty d on d.id::text = t.subject
        where d.status not in ('open', 'lapsed') or d.due_on is null
    """,
    "a gap in a subject's events": """
        select aggregateid from event_log group by 1 having max(sequence) <> count(*)
    """,
    "a row that has another sequence than its log": """
        select d.id from (select id, sequence from coverage_duty union all
                          select id, sequence from party_organization union all
                          select id, sequence from instructor) d
        where d.sequence <> (select count(*) from event_log where aggregateid = d.id::text)
    """,
}


@pytest.mark.parametrize("seed", range(5))
async def test_duties_agree_with_coverings_whatever_happens_at_once(world: World, seed: int) -> None:
    """Random foundings, changes, assignments, dissolutions, ends and mergers, six at a time."""
    dice = random.Random(seed)
    organizations = await world.register(*[dice.randrange(6) for _ in range(24)])
    instructors = [await instructor(world, person_id=f"p-{n}", capacity=3) for n in range(4)]
    branches: list[Any] = []
    alive = set(range(24))

    async def found() -> None:
        units = dice.sample(organizations, dice.randint(1, 3))
        mode = SetUp.JOINT if len(units) > 1 else dice.choice([SetUp.INDEPENDENT, SetUp.TEMPORARY])
        branches.append(await world.found(mode, *units, basis="historical"))

    async def change_units() -> None:
        units = [organization.id for organization in dice.sample(organizations, 2)]
        given = {"organization_ids": units, "mode": SetUp.JOINT, "lead_organization_id": units[0]}
        await world.do(change, id=dice.choice(branches).id, given=given, basis="historical")

    async def move_instructor() -> None:
        command = dice.choice([assign, assign, assign, release])
        units = [organization.id for organization in dice.sample(organizations, dice.randint(1, 2))]
        await world.do(command, id=dice.choice(instructors).id, organization_ids=units)

    async def finish() -> None:
        if dice.random() < 0.2:
            await world.do(end, id=dice.choice(instructors).id)
        else:
            await world.do(dissolve, id=dice.choice(branches).id)

    async def register_changes() -> None:
        if len(alive) < 4:
            return
        ended = organizations[alive.pop()]
        survivor: Organization = organizations[dice.choice(sorted(alive))]
        await (world.merge(ended, survivor) if dice.random() < 0.5 else world.deregister(ended))

    steps = [found, found, change_units, move_instructor, move_instructor, finish, register_changes]
    for _ in range(25):
        async with asyncio.TaskGroup() as at_once:
            for _ in range(6):
                at_once.create_task(_allowing_refusal(dice.choice(steps)()))
    await agrees(world)
    happened = {row["type"].split(".")[-2] for row in await world.rows("select type from event_log")}
    assert happened >= {"covered", "lapsed", "assigned", "released", "founded", "dissolved", "ended"}


async def agrees(world: World) -> None:
    """No record of the service contradicts another."""
    for contradiction, query in _CONTRADICTIONS.items():
        assert await world.rows(query) == [], contradiction


async def covered(world: World) -> set[UUID]:
    """The organisations that something covers now."""
    return {row[0] for row in await world.rows("select organization_id from covering where until is null")}


async def test_an_end_that_is_told_before_the_merger_covers_nobody_who_is_gone(world: World) -> None:
    one, survivor = await world.register(3, 3)
    await world.found(SetUp.INDEPENDENT, one, basis="historical")
    await world.deregister(survivor)
    await world.merge(one, survivor)
    assert await covered(world) == set()
    await agrees(world)


async def test_an_end_finds_the_branch_that_came_meanwhile_while_another_changes_it(world: World) -> None:
    """It waits for the organisation, and would then hold it while it waits for the branch: a ring of two."""
    stays, goes = await world.register(3, 3)
    branch = await world.found(SetUp.INDEPENDENT, stays, basis="historical")
    both = {"organization_ids": [stays.id, goes.id], "mode": SetUp.JOINT, "lead_organization_id": stays.id}

    async def rename() -> None:
        await world.do(change, id=branch.id, given={"name": "联合支部", **both}, basis="historical")

    async with world.meanwhile(lambda: world.deregister(goes), lambda: _allowing_refusal(rename())) as uow:
        await change(uow, id=branch.id, given=both, basis="historical")
    assert await covered(world) == {stays.id}
    await agrees(world)


async def test_a_merger_that_waits_does_not_stop_who_names_an_alias(world: World) -> None:
    """The alias follows with the merger; taken after the survivor, it would close a ring of two."""
    alias, merged, survivor = await world.register(3, 3, 3)
    await world.merge(alias, merged)
    id, named = [(await instructor(world, person_id=person)).id for person in ("p-1", "p-2")]

    async def assigned() -> None:
        await world.do(assign, id=named, organization_ids=[alias.id])

    async with world.meanwhile(lambda: world.merge(merged, survivor), assigned) as uow:
        await assign(uow, id=id, organization_ids=[merged.id])
    assert await covered(world) == {survivor.id}
    await agrees(world)


async def test_who_names_a_record_that_is_merged_meanwhile_means_the_survivor(world: World) -> None:
    merged, survivor = await world.register(3, 3)
    into = Ref(str(survivor.id), survivor.sequence)
    merged.state = msgspec.structs.replace(merged.state, ended=True, merged_into=into)
    told = world.tell(merged, OrganizationMerged, into=into)
    async with world.meanwhile(lambda: world.found(SetUp.INDEPENDENT, merged, basis="historical")) as uow:
        await follow_register.function([told], uow)
    assert await covered(world) == {survivor.id}
    await agrees(world)


async def _allowing_refusal(step: Coroutine[Any, Any, None]) -> None:
    try:
        await step
    except (Refusal, Refusals, IndexError):
        return  # the dice asked for what the rules forbid, or for a branch before there was one
