"""From the registry's message on Kafka to this service's own, through the consumer and the relay."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr
from shuniu_contracts import Basis, Message, decode, encode, event_type
from shuniu_contracts.partybuild import CoverageDutyOpened, InstructorAppointed

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
from services.partybuild.app import service
from services.partybuild.instructors.commands import appoint
from services.partybuild.party_organizations.model import SetUp
from tests.conftest import FreshDatabase
from tests.partybuild.conftest import TODAY, World

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


async def publish(settings: BusSettings, stack: str, events: Iterable[Received[Any]]) -> None:
    """Put the registry's events on its topic, as its relay does."""
    producer = bus.producer(settings)
    await producer.start()
    try:
        for event in events:
            topic = event_type(type(event.data)).stream.topic(stack, 1)
            await producer.send_and_wait(
                topic, encode(event.data), key=event.subject.encode(), headers=event.envelope.to_headers()
            )
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


async def test_registrations_become_duties_and_duties_are_published(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    profile: Region,
) -> None:  # fmt: skip
    """Every message is delivered twice, and each has its effect once."""
    stack = unique_stack()
    database = DatabaseSettings(
        dsn=SecretStr(await fresh_database("partybuild", partial(upgrade, service.migrations)))
    )
    buses = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    settings = Settings(environment="test", stack=stack, database=database, bus=buses)
    runtime = Runtime(service=service, settings=settings, region=profile, database=Database(database))
    await runtime.database.open()
    await topics.apply(buses, stack)
    world = World(runtime)
    await world.begin(TODAY)
    history = [
        world.registered(3, division=f"{stack}001", basis=Basis.HISTORICAL, on=date(2012, 1, 1))
        for _ in range(300)
    ]
    live = world.registered(3, division=f"{stack}001")
    events = [world.registration(organization, stack) for organization in (*history, live)]
    try:
        async with running(ConsumerLoop(runtime, service.consumers[0]), Relay(runtime)):
            await publish(buses, stack, events + events)
            await until(world, "select count(*) from coverage_duty", 301)
            officer = Principal("u-1", frozenset(), frozenset({"*"}), (stack,))
            await world.found(SetUp.INDEPENDENT, live, principal=officer)
            await world.do(appoint, principal=officer, person_id="p-1", division=stack)
            await until(world, "select count(*) from outbox", 0)
        duties = await received(buses, event_type(CoverageDutyOpened).stream.topic(stack, 1), 302)
        assert await world.duty_facts(live) == ["opened", "covered"]
        opened = [m for m in duties if isinstance(m.data, CoverageDutyOpened)]
        assert {m.envelope.causation_id for m in opened} == {event.envelope.id for event in events}
        assert [m.data.state.due_on for m in opened if m.data.state.due_on] != []  # type: ignore[union-attr]
        instructors = event_type(InstructorAppointed).stream
        for major in instructors.majors:
            [message] = await received(buses, instructors.topic(stack, major), 1)
            assert isinstance(message.data, InstructorAppointed)
    finally:
        await runtime.database.close()
