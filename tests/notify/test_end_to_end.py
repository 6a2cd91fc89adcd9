"""From party-building's message on Kafka to notify's own, through the consumer and the relay."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr
from shuniu_contracts import Basis, Event, Message, decode, encode, event_type
from shuniu_contracts.notify import MessageQueued, MessageSent

from chassis import bus, topics
from chassis.consumer import ConsumerLoop
from chassis.database import Database
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region
from chassis.relay import Relay
from chassis.runtime import Runtime
from chassis.settings import BusSettings, DatabaseSettings, Settings
from services.notify.app import service
from services.notify.recipients.commands import register
from tests.conftest import FreshDatabase
from tests.notify.conftest import World
from tests.notify.events import EVENTS, TODAY

pytestmark = pytest.mark.integration


@asynccontextmanager
async def running(*loops: Any) -> AsyncIterator[None]:
    """Roles at work; stopped as a shutdown stops them."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(30):
            await asyncio.gather(*tasks)


async def publish(settings: BusSettings, stack: str, events: Iterable[Received[Event]]) -> None:
    """Put events on their topics, as the relays of their services do."""
    producer = bus.producer(settings)
    await producer.start()
    try:
        for event in events:
            stream = event_type(type(event.data)).stream
            await producer.send_and_wait(
                stream.topic(stack, stream.newest), encode(event.data), key=event.subject.encode(),
                headers=event.envelope.to_headers(),
            )  # fmt: skip
    finally:
        await producer.stop()


async def received(settings: BusSettings, topic: str, count: int) -> list[Message]:
    """The first `count` messages of a topic."""
    client = bus.consumer(settings, topic)
    await client.start()
    found: list[Message] = []
    try:
        async with asyncio.timeout(20):
            while len(found) < count:
                for records in (await client.getmany(timeout_ms=200)).values():
                    found += [decode(record.headers, record.value) for record in records]
    finally:
        await client.stop()
    return found


async def until(world: World, statement: str, value: object) -> None:
    """Wait until a query gives the value."""
    async with asyncio.timeout(20):
        while (await world.rows(statement))[0][0] != value:  # noqa: ASYNC110, a table's state
            await asyncio.sleep(0.05)


async def test_each_event_is_told_once_whatever_is_delivered_twice(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    profile: Region,
) -> None:  # fmt: skip
    """A live event for each rule, amid history, everything delivered twice."""
    stack = unique_stack()
    dsn = await fresh_database("notify", partial(upgrade, service.migrations))
    database = DatabaseSettings(dsn=SecretStr(dsn))
    buses = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    settings = Settings(environment="test", stack=stack, database=database, bus=buses)
    runtime = Runtime(service=service, settings=settings, region=profile, database=Database(database))
    await runtime.database.open()
    await topics.apply(buses, stack)
    world = World(runtime, stack)
    await world.begin(TODAY)
    officer = Principal("u-1", frozenset(), frozenset({"*"}), (stack,))
    for role in ("hub_officer", "party_officer", "grants_officer", "liaison"):
        await world.do(
            register,
            principal=officer,
            person_id=f"p-{role}",
            actor_id=f"u-{role}",
            role=role,
            division=stack,
        )
    live = [world.fact(name, division=stack) for name in EVENTS]
    history = [world.fact(name, division=stack, basis=Basis.HISTORICAL) for name in EVENTS for _ in range(20)]
    expected = 2 * len(EVENTS) - 2  # two roles are told, of a refused application and an election one
    try:
        async with running(ConsumerLoop(runtime, service.consumers[0]), Relay(runtime)):
            await publish(buses, stack, [*history, *live, *live, *history])
            await until(world, "select count(*) from inbox where sequence = 1", len(live) + len(history))
            await until(world, "select count(*) from message", expected)
            await until(world, "select count(*) from outbox", 0)
        told = await received(buses, event_type(MessageSent).stream.topic(stack, 1), 2 * expected)
        assert {type(message.data) for message in told} == {MessageQueued, MessageSent}
        assert {m.envelope.causation_id for m in told} == {event.envelope.id for event in live}
        assert {m.envelope.division for m in told} == {stack}
        text = str([msgspec.to_builtins(message.data) for message in told])
        assert not any(getattr(event.state, "title", "\0") in text for event in EVENTS.values())
        assert await world.rows("select from parked") == []
    finally:
        await runtime.database.close()
