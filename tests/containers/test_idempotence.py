"""What only Apache Kafka does: it numbers a producer's batches, and refuses what is too large for a topic."""

from collections.abc import Callable

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis import bus, outbox
from chassis.settings import BusSettings
from tests.chassis.outbox_world import TEMPLATE, fund, make_world, prepare, sequences
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


async def limit(settings: BusSettings, topic: str, most_bytes: int) -> None:
    """Set the largest batch that the topic takes."""
    admin = bus.admin(settings)
    await admin.start()
    try:
        changed = ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(most_bytes)})
        await admin.alter_configs([changed])
    finally:
        await admin.close()


async def test_a_message_too_large_for_its_topic_blocks_its_subject_and_nothing_else(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    dsn = await fresh_database(TEMPLATE, prepare)
    world = await make_world(dsn, broker, bus_profile, unique_stack(), services=("grants",))
    await limit(world.bus, world.topic(), 1_000)
    await world.commit_many([f"fund-{number}" for number in range(120)])
    await world.commit("large", fund())
    await world.commit("large", fund(title="微" * 200))
    await world.commit("large", fund())
    await world.commit_many([f"fund-{number}" for number in range(120)])
    async with world.relaying():
        # A slow broker's answer may come too late, and its batch is then sent once more.
        told = sequences(await world.received(241))
        found = {subject: list(dict.fromkeys(each)) for subject, each in told.items()}
        assert found.pop("large") == [1]
        assert found == {f"fund-{number}": [1, 2] for number in range(120)}
        assert await world.value("select name from outbox_blocked") == "grants.fund.v1/large"

        await limit(world.bus, world.topic(), 100_000)
        async with world.connect() as connection:
            await outbox.unblock(connection, ["grants.fund.v1/large"])
        await world.drained()
    assert list(dict.fromkeys(sequences(await world.received(243))["large"])) == [1, 2, 3]
    await world.runtime.database.close()
