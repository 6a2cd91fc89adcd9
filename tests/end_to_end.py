"""A service between the topics it hears and those it fills.

The others' events are put on Kafka as their relays do; consumer and relay work; what it tells is read back.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from shuniu_contracts import Event, Message, decode, encode, event_type

from chassis import bus, topics
from chassis.consumer import ConsumerLoop
from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region
from chassis.relay import Relay
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import BusSettings
from tests.conftest import Databases
from tests.world import runtime_on


@dataclass(frozen=True)
class Connected:
    """A service with its database and the topics of a stack of its own."""

    runtime: Runtime

    @property
    def stack(self) -> str:
        """The stack's code, a district."""
        return self.runtime.settings.stack

    @property
    def officer(self) -> Principal:
        """Somebody who may do everything there."""
        return Principal("u-1", frozenset(), frozenset({"*"}), (self.stack,))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Consumer and relay at work; stopped as a shutdown stops them."""
        [consumer] = self.runtime.service.consumers
        stop = asyncio.Event()
        roles = (ConsumerLoop(self.runtime, consumer), Relay(self.runtime))
        tasks = [asyncio.create_task(role.run(stop)) for role in roles]
        try:
            yield
        finally:
            stop.set()
            async with asyncio.timeout(30):
                await asyncio.gather(*tasks)

    async def publish(self, events: Iterable[Received[Event]]) -> None:
        """Put events on their topics, as the relays of their services do: one that a busy broker does not
        acknowledge is sent again, by a producer that is new, since a failed one does not connect again."""
        left = deque(events)
        async with asyncio.timeout(240):
            while left:
                producer = bus.producer(self.runtime.settings.bus)
                await producer.start()
                try:
                    while left:
                        await self._send(producer, left[0])
                        left.popleft()
                except KafkaError as error:
                    if not error.retriable:
                        raise
                    await asyncio.sleep(0.1)
                finally:
                    await producer.stop()

    async def _send(self, producer: AIOKafkaProducer, event: Received[Event]) -> None:
        stream = event_type(type(event.data)).stream
        await producer.send_and_wait(
            stream.topic(self.stack, stream.newest), encode(event.data), key=event.subject.encode(),
            headers=event.envelope.to_headers(),
        )  # fmt: skip

    async def published(self, kind: type[Event], count: int, *, major: int = 1) -> list[Message]:
        """The first `count` messages that this service put on the stream of `kind`."""
        client = bus.consumer(self.runtime.settings.bus, event_type(kind).stream.topic(self.stack, major))
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

    async def until(self, statement: str, value: object) -> None:
        """Wait until a query of the service's database gives the value."""
        async with asyncio.timeout(20):
            while await self._value(statement) != value:  # noqa: ASYNC110, a table's state
                await asyncio.sleep(0.05)

    async def _value(self, statement: str) -> Any:
        async with self.runtime.database.transaction() as transaction:
            return await transaction.connection.fetchval(statement)


async def connected(
    service: Service, databases: Databases, buses: BusSettings, stack: str, region: Region
) -> Connected:
    """The service on its empty database, and the topics of `stack` on the broker."""
    await topics.apply(buses, stack)
    return Connected(runtime_on(await databases.of(service), service, region, stack=stack, bus=buses))
