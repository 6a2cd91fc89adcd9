"""How fast the relay empties an outbox, against a plain producer with the same messages (`quality.md`).

`python -m tests.benchmarks.relay`. Both sides run in turn, on an embedded PostgreSQL with fsync and an
embedded broker started anew for each run.
"""

import asyncio
import cProfile
import logging
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaProducer

from chassis import bus
from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.outbox import SCAN
from chassis.relay import Relay
from chassis.replay import rebuild
from chassis.wire import Header, Wire
from tests.benchmarks.harness import Row, parser, report, show_profile, stopwatch
from tests.chassis.outbox_world import World, make_world, prepare

STACK = "990001"
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
    async with world.connect() as connection:
        await connection.execute("truncate outbox")
        async with connection.transaction():
            await rebuild(connection)


async def time_relay(world: World, events: int, profile: cProfile.Profile | None) -> float:
    """Seconds from the first read to the last deletion."""
    await enqueue(world)
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


async def time_reference(world: World, records: Sequence[tuple[bytes, bytes, list[Header]]]) -> float:
    """Seconds for `send()` per record with batches of 256 KiB and 2 ms of linger, every one acknowledged."""
    producer: AIOKafkaProducer = bus.producer(world.bus, linger_ms=2, max_batch_size=256 * 1024)
    await producer.start()
    try:
        topic = world.topic()
        await producer.client.add_topic(topic)
        began = time.perf_counter()
        sent = [
            await producer.send(topic, value, key=key, headers=headers) for key, value, headers in records
        ]
        await asyncio.gather(*sent)
        return time.perf_counter() - began
    finally:
        await producer.stop()


async def measure(load: Load, runs: int, profile: cProfile.Profile | None, directory: Path) -> Row:
    """Both sides in turn, `runs` times."""
    row = Row(f"relay, {load.name} subjects", "msg/s", "aiokafka send() a record", 0.90)
    async with EmbeddedPostgres(directory / f"postgres-{load.name}") as postgres:
        await postgres.create_database("bench")
        await asyncio.to_thread(prepare, postgres.dsn("bench"))
        records: list[tuple[bytes, bytes, list[Header]]] = []
        for run in range(runs):
            for side in ("relay", "reference"):
                async with EmbeddedBroker(directory / f"broker-{load.name}-{run}-{side}") as broker:
                    world = await make_world(
                        postgres.dsn("bench"), broker.bootstrap_servers, "embedded", STACK
                    )
                    if not records:
                        await fill(world, load)
                        records = await messages(world)
                    with stopwatch() as watch:
                        if side == "relay":
                            row.rates.append(load.events / await time_relay(world, load.events, profile))
                        else:
                            row.references.append(load.events / await time_reference(world, records))
                    row.note(f"us CPU a message, {side}", watch.spent.own_s / load.events * 1e6)
                    await world.runtime.database.close()
    return row


async def main() -> None:
    options = parser(__doc__)
    options.add_argument("--events", type=int, default=100_000)
    arguments = options.parse_args()
    logging.basicConfig(level=logging.WARNING)
    loads = (Load("distinct", arguments.events, 1), Load("repeated", arguments.events // 5, 5))
    profile = cProfile.Profile() if arguments.profile else None
    with tempfile.TemporaryDirectory(prefix="shuniu-bench-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o711)
        rows = [await measure(load, arguments.runs, profile, Path(directory)) for load in loads]
    show_profile(profile)
    report("relay", rows, arguments.json)


if __name__ == "__main__":
    asyncio.run(main())
