"""From other services' messages on Kafka to a judged application on the topic of this one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from shuniu_contracts import Message, decode, encode, event_type
from shuniu_contracts.grants import ApplicationFoundEligible
from uuid_utils.compat import uuid7

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
from services.grants.app import service
from tests.conftest import FreshDatabase
from tests.grants.conftest import Grants, duty_covered, registered

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
    """Put events on their topics, as their services' relays do."""
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


async def until(grants: Grants, statement: str, value: object) -> None:
    """Wait until a query gives the value."""
    async with asyncio.timeout(20):
        while (await grants.rows(statement))[0][0] != value:  # noqa: ASYNC110, a table's state
            await asyncio.sleep(0.05)


async def test_an_application_that_waited_is_judged_and_told_when_its_organisation_arrives(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    profile: Region,
) -> None:  # fmt: skip
    """Every message is delivered twice, and each has its effect once."""
    stack = unique_stack()
    dsn = SecretStr(await fresh_database("grants", partial(upgrade, service.migrations)))
    database = DatabaseSettings(dsn=dsn)
    buses = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    settings = Settings(environment="test", stack=stack, database=database, bus=buses)
    runtime = Runtime(service=service, settings=settings, region=profile, database=Database(database))
    await runtime.database.open()
    await topics.apply(buses, stack)
    grants = Grants(runtime, stack=stack)
    officer: dict[str, Any] = {"principal": Principal("u-1", frozenset(), frozenset({"*"}), (stack,))}
    organizations: list[UUID] = [uuid7() for _ in range(300)]
    events = [grants.received(id, registered(division=f"{stack}001")) for id in organizations]
    duty = grants.received(uuid7(), duty_covered(organizations[7], division=f"{stack}001"))
    try:
        fund = await grants.fund(division=stack, **officer)
        round_ = await grants.round(fund.id, division=stack, **officer)
        row = await grants.application(round_, organizations[7], **officer)
        assert row.waits_for_organization
        async with running(ConsumerLoop(runtime, service.consumers[0]), Relay(runtime)):
            await publish(buses, stack, [*events, duty, *events, duty])
            await until(grants, "select count(*) from organization", 300)
            await until(grants, "select count(*) from coverage", 1)
            await until(grants, "select count(*) from outbox", 0)
        assert await grants.facts(row.id) == ["submitted", "found_eligible"]
        topic = event_type(ApplicationFoundEligible).stream.topic(stack, 1)
        _, told = await received(buses, topic, 2)
        assert isinstance(told.data, ApplicationFoundEligible)
        assert told.envelope.causation_id == events[7].envelope.id
        assert [fact.id for fact in told.data.state.facts_used] == [str(organizations[7])]
    finally:
        await runtime.database.close()
