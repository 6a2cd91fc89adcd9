"""Instructors on a real database: the capacity holds however many assign at once."""

import asyncio

import pytest

from chassis.model import StepNotPossible
from services.partybuild.instructors.commands import appoint, assign, end, release
from services.partybuild.instructors.model import AlreadyAppointed, AlreadyAssigned, NotAssigned, OverCapacity
from tests.partybuild.conftest import World, instructor

pytestmark = pytest.mark.integration


async def test_ten_at_once_never_exceed_the_capacity(world: World) -> None:
    organizations = await world.register(*[0] * 10)
    sent = await instructor(world, capacity=4)
    attempts = [world.do(assign, id=sent.id, organization_ids=[o.id]) for o in organizations]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, OverCapacity) for result in results) == 6
    facts = await world.events(sent.id)
    assert [fact for fact, _ in facts] == ["appointed"] + ["assigned"] * 4
    assert [data["state"]["load"] for _, data in facts] == [0, 1, 2, 3, 4]
    covered = await world.rows("select from coverage_duty where status = 'covered'")
    assert len(covered) == 4


async def test_a_set_that_does_not_fit_is_refused_whole(world: World) -> None:
    organizations = await world.register(0, 0, 0)
    sent = await instructor(world, capacity=2)
    with pytest.raises(OverCapacity):
        await world.do(assign, id=sent.id, organization_ids=[o.id for o in organizations])
    assert await world.facts(sent.id) == ["appointed"]


async def test_two_appointments_at_once_leave_one(world: World) -> None:
    attempts = [world.do(appoint, person_id="p-1", division="120116") for _ in range(4)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, AlreadyAppointed) for result in results) == 3


async def test_the_same_organisation_is_assigned_once_and_released_once(world: World) -> None:
    [organization] = await world.register(0)
    sent = await instructor(world)
    await world.do(assign, id=sent.id, organization_ids=[organization.id, organization.id])
    with pytest.raises(AlreadyAssigned):
        await world.do(assign, id=sent.id, organization_ids=[organization.id])
    await world.do(release, id=sent.id, organization_ids=[organization.id])
    with pytest.raises(NotAssigned):
        await world.do(release, id=sent.id, organization_ids=[organization.id])
    assert await world.facts(sent.id) == ["appointed", "assigned", "released"]


async def test_an_appointment_that_ends_releases_everybody_and_the_person_may_come_back(
    world: World,
) -> None:
    organizations = await world.register(0, 0)
    sent = await instructor(world)
    await world.do(assign, id=sent.id, organization_ids=[o.id for o in organizations])
    await world.do(end, id=sent.id)
    assert (await world.facts(sent.id))[-3:] == ["released", "released", "ended"]
    with pytest.raises(StepNotPossible):
        await world.do(assign, id=sent.id, organization_ids=[organizations[0].id])
    again = await instructor(world)
    assert again.id != sent.id
