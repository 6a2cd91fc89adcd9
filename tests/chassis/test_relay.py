"""The relay against a real PostgreSQL and broker: nothing lost, every subject in order, faults contained."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.chassis.outbox_world import TEMPLATE, World, fund, header, make_world, prepare, sequences
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> AsyncIterator[World]:
    dsn = await fresh_database(TEMPLATE, prepare)
    made = await make_world(dsn, broker, bus_profile, unique_stack(), full_scan_s=3600, set_size=50)
    yield made
    await made.runtime.database.close()


async def test_every_committed_event_reaches_the_topic_once_and_in_its_subjects_order(world: World) -> None:
    subjects = [f"fund-{number}" for number in range(40)]
    async with world.relaying():
        for _ in range(5):
            await world.commit_many(subjects)
        await world.drained()
    records = await world.received(200)
    assert len(records) == 200
    assert all(found == [1, 2, 3, 4, 5] for found in sequences(records).values())
    assert all(record.key == header(record, "subject").encode() for record in records)


async def test_an_event_that_commits_late_under_a_lower_number_is_neither_lost_nor_overtaken(
    world: World,
) -> None:
    async with world.relaying() as relay, world.connect() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await world.record(slow, "slow", fund())
        for number in range(120):
            await world.commit(f"fast-{number}", fund())
        await relay.wake()
        async with world.connect() as other:
            while await other.fetchval("select count(*) from outbox"):
                await asyncio.sleep(0.02)
        await transaction.commit()
        await world.commit("slow", fund(increased=True))
        await world.drained()
    found = sequences(await world.received(122))
    assert found["slow"] == [1, 2]
    assert len(found) == 121
