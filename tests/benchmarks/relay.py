"""How fast the relay empties an outbox, against a plain producer with the same messages (`quality.md`).

`python -m tests.benchmarks.relay`. Both sides run in turn, on a PostgreSQL with fsync and a broker that is
emptied for each of them.
"""

import asyncio
import cProfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from chassis import bus
from chassis.outbox import SCAN
from chassis.relay import Relay
from chassis.replay import rebuild
from chassis.settings import BusSettings
from chassis.wire import Header, Wire
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, stopwatch
from tests.benchmarks.running import Options, run
from tests.chassis.outbox_world import World, make_world, prepare

STACK = "990001"
REACH = 0.90
_COMMIT = 5_000


@dataclass(frozen=True)
class Load:
    """A work load: how many subjects with how many events each."""

    name: str
    subjects: int
    events_each: int

    @property
    def events(self) -> int:
        return self.subjects * self.events_each


async def fill(world: World, load: Load) -> None:
    """The log of a service with this history."""
    names = [f"018f0000-0000-7000-8000-{number:012d}" for number in range(load.subjects)]
    for _ in range(load.events_each):
        for first in range(0, len(names), _COMMIT):
            await world.commit_many(names[first : first + _COMMIT])


async def enqueue(world: World) -> None:
    """Point at the whole log, and at nothing else."""
    async with world.connect() as connection:
        await connection.execute("truncate outbox")
        async with connection.transaction():
            await rebuild(connection)


async def time_relay(world: World, events: int, profile: cProfile.Profile | None) -> float:
    """Seconds from the first read to the last deletion of what is enqueued."""
    relay = Relay(world.runtime)
    if profile:
        profile.enable()
    began = time.perf_counter()
    async with world.relaying(relay):
        while relay.counts.sent < events:  # noqa: ASYNC110, counts of another task
            await asyncio.sleep(0.01)
        await world.drained()
        taken = time.perf_counter() - began
    if profile:
        profile.disable()
    return taken


async def messages(world: World) -> list[tuple[bytes, bytes, list[Header]]]:
    """The same messages, rendered ahead for the reference."""
    await enqueue(world)
    async with world.connect() as connection:
        rows = await connection.fetch(SCAN, 0, [], 10_000_000)
        await connection.execute("truncate outbox")
    wire = Wire(STACK, "grants")
    return [wire.message(row) for row in rows]


async def time_reference(
    settings: BusSettings, topic: str, records: Sequence[tuple[bytes, bytes, list[Header]]]
) -> float:
    """Seconds for `send()` per record with batches of 256 KiB and 2 ms of linger, every one acknowledged."""
    producer: AIOKafkaProducer = bus.producer(settings, linger_ms=2, max_batch_size=256 * 1024)
    await producer.start()
    try:
        await producer.client.add_topic(topic)
        began = time.perf_counter()
        sent = [
            await producer.send(topic, value, key=key, headers=headers) for key, value, headers in records
        ]
        await asyncio.gather(*sent)
        return time.perf_counter() - began
    finally:
        await producer.stop()


async def measure_load(load: Load, reach: float, engine: Engine, options: Options) -> Row:
    """Both sides in turn, each on a broker without topics."""
    row = Row(f"relay, {load.name} subjects", "msg/s", "aiokafka send() a record", reach)
    dsn = await database(engine, f"relay_{load.name}")
    records: list[tuple[bytes, bytes, list[Header]]] = []
    for number in range(options.runs):
        for side in ("relay", "reference"):
            async with engine.broker() as settings:
                world = await make_world(dsn, settings.bootstrap_servers, settings.profile, STACK)
                if not records:
                    await fill(world, load)
                    records = await messages(world)
                await enqueue(world)
                with stopwatch() as watch:
                    if side == "relay":
                        row.rates.append(load.events / await time_relay(world, load.events, options.profile))
                    else:
                        row.references.append(
                            load.events / await time_reference(world.bus, world.topic(), records)
                        )
                row.note(f"us CPU a message, {side}", watch.spent.own_s / load.events * 1e6)
                await world.runtime.database.close()
        options.say(f"{row.name}, {number + 1}: {row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}")
    await engine.postgres.drop_database(f"relay_{load.name}")
    return row


async def database(engine: Engine, name: str) -> str:
    """The DSN of a new database with the chassis' tables."""
    await engine.postgres.create_database(name)
    dsn = engine.postgres.dsn(name)
    await asyncio.to_thread(prepare, dsn)
    return dsn


async def measure(engine: Engine, options: Options) -> AsyncIterator[Row]:
    """Both work loads."""
    for load in loads(options.events):
        yield await measure_load(load, REACH, engine, options)


def loads(events: int) -> tuple[Load, Load]:
    """As many events as asked for, each of a subject of its own, and five of each subject."""
    return Load("distinct", events, 1), Load("repeated", events // 5, 5)


if __name__ == "__main__":
    run({"relay": measure}, __doc__)
