"""What stands still is listed with how much has gathered behind it."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from chassis import outbox, waiting
from tests.chassis.consuming import world as consuming
from tests.chassis.outbox_world import TEMPLATE, World, fund, make_world, prepare
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> AsyncIterator[World]:
    made = await make_world(await fresh_database(TEMPLATE, prepare), broker, bus_profile, unique_stack())
    yield made
    await made.runtime.database.close()


async def test_blocked_subjects_and_topics_say_how_many_messages_wait(world: World) -> None:
    for _ in range(3):
        await world.commit("fund-1", fund())
    await world.commit("fund-2", fund())
    lane, topic, elsewhere = "grants.fund.v1/fund-1", world.topic(), f"shuniu.{world.stack}.grants.award.v1"
    async with world.connect() as connection:
        await outbox.block(connection, "subject", lane, 1, "too large")
        await outbox.block(connection, "topic", topic, 1, "unknown")
        await outbox.block(connection, "topic", elsewhere, 1, "unknown")
        found = await waiting.list_blocked(connection)
    assert {one.name: (one.kind, one.reason, one.messages) for one in found} == {
        lane: ("subject", "too large", 3),
        topic: ("topic", "unknown", 4),
        elsewhere: ("topic", "unknown", 0),
    }


async def test_a_gap_says_what_is_there_and_what_waits(fresh_database: FreshDatabase) -> None:
    world = await consuming.make_world(await fresh_database(TEMPLATE, prepare))
    subject = consuming.subject_id()
    await world.deliver(consuming.record(subject, 1))
    await world.deliver(consuming.record(subject, 4), consuming.record(subject, 5))
    async with world.connect() as connection:
        [gap] = await waiting.list_held(connection)
    assert (gap.consumer, gap.service, gap.subject) == ("registry", "grants", subject)
    assert (gap.has, gap.waits_with, gap.messages) == (1, 4, 2)
    await world.close()


async def test_late_and_parked_timers_are_listed_and_the_others_not(world: World) -> None:
    async with world.connect() as connection:
        for subject, ago, state in (
            ("late", 60, "waiting"),
            ("parked", -60, "parked"),
            ("due", -60, "waiting"),
        ):
            await connection.execute(
                "insert into timer (id, kind, subject, division, due_at, retry_at, payload, state, error)"
                " select gen_random_uuid(), 'bell', $1, '99', at, at, '{}', $3, 'broken'"
                " from (select clock_timestamp() - make_interval(secs => $2) as at) as due",
                subject, ago, state,
            )  # fmt: skip
        found = await waiting.list_timers(connection)
    assert [(one.subject, one.state, one.error) for one in found] == [
        ("late", "waiting", "broken"),
        ("parked", "parked", "broken"),
    ]
