"""How fast a projection follows its stream: inbox and upsert, against a plain consumer that only commits.

`python -m tests.benchmarks.projection` prints the table and one line of JSON (`quality.md`). The sides run in
turn on one embedded broker and one embedded PostgreSQL with fsync; the median counts. The third side is what
one would write first: FastStream, one handler call a message, a SQLModel session and a merge in each.
"""

import argparse
import asyncio
import cProfile
import json
import logging
import os
import platform
import pstats
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from shuniu_contracts import encode, event_type
from shuniu_contracts.grants import FundOpened
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import bus, topics
from chassis.consumer import ConsumerLoop
from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.inbox import Needs
from chassis.received import Received
from chassis.settings import BusSettings
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming.world import World, envelope, event, make_world
from tests.chassis.outbox_world import prepare

STACK = "990000"
TOPIC = event_type(FundOpened).stream.topic(STACK, 1)
_FIRST_WRITTEN_SHARE = 100
"""The side that one would write first takes a hundredth of the messages, or it would take all day."""


class FundCopy(SQLModel, table=True):
    """The projection's table, for the side that one would write first."""

    __tablename__ = "fund_copy"
    subject: str = Field(primary_key=True)
    sequence: int
    total: int


@dataclass(frozen=True)
class Load:
    """A work load: how many subjects with how many events each."""

    name: str
    subjects: int
    events_each: int
    reach: float

    @property
    def events(self) -> int:
        return self.subjects * self.events_each


@dataclass(frozen=True)
class Result:
    """Messages a second of each side, the median of its runs."""

    load: Load
    needs: Needs
    projection: float
    reference: float
    first_written: float
    cpu_us: float
    """this process' CPU time an event, in microseconds, which a busy machine does not distort"""
    reference_cpu_us: float


async def project(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The projection: one upsert a layer."""
    newest = {entry.subject: entry for entry in events}.values()
    await uow.connection.execute(
        "insert into fund_copy select * from unnest($1::text[], $2::bigint[], $3::bigint[])"
        " on conflict (subject) do update set sequence = excluded.sequence, total = excluded.total",
        [e.subject for e in newest],
        [e.envelope.sequence for e in newest],
        [e.data.state.total_fen for e in newest],
    )


async def fill(settings: BusSettings, load: Load) -> None:
    """The stream's topic with every event, each subject in order."""
    producer = bus.producer(settings, linger_ms=2, max_batch_size=256 * 1024)
    await producer.start()
    sent = []
    for sequence in range(1, load.events_each + 1):
        value = encode(event(0, sequence))
        for number in range(load.subjects):
            subject = f"018f0000-0000-7000-8000-{number:012d}"
            headers = envelope(subject, sequence).to_headers()
            sent.append(await producer.send(TOPIC, value, key=subject.encode(), headers=headers))
    await asyncio.gather(*sent)
    await producer.stop()


async def time_reference(settings: BusSettings, load: Load, group: str) -> float:
    """Seconds from the first record on, for a consumer that reads and commits batches of 500."""
    consumer = bus.consumer(settings, TOPIC, group=group)
    await consumer.start()
    try:
        left, began = load.events, 0.0
        while left > 0:
            batches = await consumer.getmany(timeout_ms=200, max_records=500)
            began = began or (time.perf_counter() if batches else 0.0)
            left -= sum(map(len, batches.values()))
            if batches:
                await consumer.commit()
        return time.perf_counter() - began
    finally:
        await consumer.stop()


async def time_projection(world: World, load: Load, profile: cProfile.Profile | None) -> float:
    """Seconds from the assignment on until the last batch is committed, for the chassis' consumer."""
    everything = asyncio.Event()

    def observe(_: str, __: object) -> None:
        if loop.totals.records >= load.events:
            everything.set()

    loop = ConsumerLoop(world.runtime, world.definition, observe)
    stop = asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    while not loop.assigned:  # noqa: ASYNC110, the state of another task
        await asyncio.sleep(0.002)
    if profile:
        profile.enable()
    began = time.perf_counter()
    await everything.wait()
    taken = time.perf_counter() - began
    if profile:
        profile.disable()
    stop.set()
    await running
    return taken


async def time_first_written(world: World, count: int, group: str) -> float:
    """Seconds for `count` messages, one handler call, one session and one acknowledgement each."""
    broker = KafkaBroker(world.runtime.settings.bus.bootstrap_servers, logger=logging.getLogger("bench"))
    everything = asyncio.Event()
    seen, began = 0, 0.0

    @broker.subscriber(TOPIC, group_id=group, auto_offset_reset="earliest", ack_policy=AckPolicy.ACK)
    async def handle(body: dict[str, Any], message: KafkaMessage) -> None:
        nonlocal seen, began
        began = began or time.perf_counter()
        async with AsyncSession(world.runtime.database.engine) as session:
            await session.merge(
                FundCopy(
                    subject=message.headers["ce_subject"],
                    sequence=int(message.headers["ce_sequence"]),
                    total=body["state"]["total_fen"],
                )
            )
            await session.commit()
        seen += 1
        if seen >= count:
            everything.set()

    await broker.start()
    await everything.wait()
    taken = time.perf_counter() - began
    await broker.stop()
    return taken


async def measure(
    load: Load, needs: Needs, runs: int, postgres: EmbeddedPostgres, directory: Path, show_profile: bool
) -> Result:
    """All sides in turn, `runs` times, each time as new groups on emptied tables."""
    rates: dict[str, list[float]] = {
        side: [] for side in ("projection", "reference", "first", "cpu", "raw_cpu")
    }
    profile = cProfile.Profile() if show_profile else None
    async with EmbeddedBroker(directory / f"broker-{load.name}-{needs}") as broker:
        settings = BusSettings.model_validate(
            {"bootstrap_servers": broker.bootstrap_servers, "profile": "embedded"}
        )
        await topics.apply(settings, STACK, ("grants",))
        await fill(settings, load)
        for run in range(runs):
            name = f"bench_{load.name}_{needs}_{run}"
            await postgres.create_database(name)
            await asyncio.to_thread(prepare, postgres.dsn(name))
            consumer = f"bench-{run}"
            world = await make_world(
                postgres.dsn(name), needs=needs, bus=settings, reaction=project, name=consumer
            )
            used = time.process_time()
            rates["projection"].append(load.events / await time_projection(world, load, profile))
            rates["cpu"].append((time.process_time() - used) / load.events * 1e6)
            used = time.process_time()
            rates["reference"].append(load.events / await time_reference(settings, load, f"raw-{run}"))
            rates["raw_cpu"].append((time.process_time() - used) / load.events * 1e6)
            few = load.events // _FIRST_WRITTEN_SHARE
            rates["first"].append(few / await time_first_written(world, few, f"first-{run}"))
            await world.close()
    if profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    middle = {side: statistics.median(found) for side, found in rates.items()}
    return Result(load, needs, *middle.values())


def show(results: Sequence[Result]) -> None:
    """The table for people, then a line for machines."""
    print(
        f"{'load':<10}{'needs':<9}{'projection/s':>13}{'raw/s':>10}{'ratio':>7}{'reach':>7}"
        f"{'first/s':>9}{'times':>7}{'us CPU':>8}{'raw us':>8}   reach 15x"
    )
    rows = []
    for r in results:
        ratio, times = r.projection / r.reference, r.projection / r.first_written
        print(
            f"{r.load.name:<10}{r.needs:<9}{r.projection:>13,.0f}{r.reference:>10,.0f}{ratio:>7.2f}"
            f"{r.load.reach:>7.2f}{r.first_written:>9,.0f}{times:>7.1f}"
            f"{r.cpu_us:>8.1f}{r.reference_cpu_us:>8.1f}"
        )
        rows.append(
            {
                "load": r.load.name, "needs": r.needs, "projection_per_s": round(r.projection),
                "reference_per_s": round(r.reference), "ratio": round(ratio, 3),
                "first_written_per_s": round(r.first_written), "times": round(times, 1),
                "cpu_us": round(r.cpu_us, 1), "reference_cpu_us": round(r.reference_cpu_us, 1),
            }
        )  # fmt: skip
    about = {"python": platform.python_version(), "machine": platform.platform()}
    print(json.dumps({"benchmark": "projection", **about, "rows": rows}))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--needs", choices=["latest", "history"], action="append")
    parser.add_argument("--profile", action="store_true", help="show where the projection's time goes")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    loads = (Load("distinct", arguments.events, 1, 0.35), Load("repeated", arguments.events // 5, 5, 0.50))
    with tempfile.TemporaryDirectory(prefix="shuniu-bench-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o711)
        directory = Path(name)
        async with EmbeddedPostgres(directory / "postgres") as postgres:
            show([
                await measure(load, needs, arguments.runs, postgres, directory, arguments.profile)
                for needs in arguments.needs or ["latest", "history"]
                for load in loads
            ])  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
