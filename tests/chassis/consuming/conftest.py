"""A world a test, on a database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from chassis import bus, topics
from chassis.settings import BusSettings
from tests.chassis.consuming.bus_world import Bus
from tests.chassis.consuming.world import World, make_world
from tests.chassis.outbox_world import TEMPLATE, prepare
from tests.conftest import FreshDatabase

MakeWorld = Callable[..., Awaitable[World]]


@pytest_asyncio.fixture(loop_scope="session")
async def make(fresh_database: FreshDatabase) -> AsyncIterator[MakeWorld]:
    """Worlds with settings of the test's choice, closed at its end."""
    made: list[World] = []

    async def build(**choices: Any) -> World:
        made.append(await make_world(await fresh_database(TEMPLATE, prepare), **choices))
        return made[-1]

    yield build
    for world in made:
        await world.close()


@pytest_asyncio.fixture(loop_scope="session")
async def world(make: MakeWorld) -> World:
    """A consumer that needs history, with default settings."""
    return await make()


@pytest.fixture
def settings(broker: str, bus_profile: str) -> BusSettings:
    """The session's broker, new topics of which are noticed soon."""
    return BusSettings.model_validate(
        {"bootstrap_servers": broker, "profile": bus_profile, "metadata_max_age_ms": 500}
    )


@pytest.fixture
async def stack_bus(settings: BusSettings, unique_stack: Callable[[], str]) -> AsyncIterator[Bus]:
    """The bus of a stack of its own."""
    stack = unique_stack()
    await topics.apply(settings, stack, ("grants", "registry"))
    producer = bus.producer(settings)
    await producer.start()
    yield Bus(settings, stack, producer)
    await producer.stop()
