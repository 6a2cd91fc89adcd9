"""From a source's log over relay and bus to a consumer, and back with a request where something was lost."""

import asyncio
from collections.abc import Callable

import pytest

from chassis.consumer import ConsumerLoop
from chassis.firing import TimerLoop
from chassis.relay import Relay
from chassis.subscription import consumers_of
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import subject_id
from tests.chassis.outbox_world import TEMPLATE, fund, make_world, prepare
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


async def test_a_lost_message_is_asked_for_and_comes_again(
    make: MakeWorld, fresh_database: FreshDatabase, broker: str, bus_profile: str,
    unique_stack: Callable[[], str],
) -> None:  # fmt: skip
    """The source's pointer to one event vanishes, as with a topic that lost records: the gap heals itself."""
    stack, subject = unique_stack(), subject_id()
    source = await make_world(
        await fresh_database(TEMPLATE, prepare), broker, bus_profile, stack, services=("grants", "registry")
    )
    world = await make(bus=source.bus, stack=stack, hold_s=0.2)
    for _ in range(3):
        await source.commit(subject, fund(increased=bool(source.sequences)))
    async with source.connect() as connection:
        await connection.execute(
            "delete from outbox using event_log l where l.seq = outbox.seq and l.sequence = 2"
        )
    stop = asyncio.Event()
    answering = [ConsumerLoop(source.runtime, c) for c in consumers_of(source.runtime.service)]
    consuming = [ConsumerLoop(world.runtime, c) for c in consumers_of(world.runtime.service)]
    roles: list[Relay | TimerLoop | ConsumerLoop] = [
        Relay(source.runtime), Relay(world.runtime), TimerLoop(world.runtime), *answering, *consuming,
    ]  # fmt: skip
    running = [asyncio.create_task(role.run(stop)) for role in roles]
    try:
        async with asyncio.timeout(40):
            while await world.lines(subject) != [1, 2, 3]:  # noqa: ASYNC110, a table's state
                await asyncio.sleep(0.1)
    finally:
        stop.set()
        await asyncio.gather(*running)
        await source.runtime.database.close()
    assert await world.state(subject) == ("ok", 0, 3)
    assert consuming[0].totals.jumps == 1
