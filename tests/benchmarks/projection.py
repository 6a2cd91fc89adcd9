"""How fast a projection follows its stream: inbox and upsert, against a plain consumer that only commits.

`python -m tests.benchmarks.projection`. Beside it the least that any projection must do (`floors.py`). The
sides run in turn on one broker and one PostgreSQL
with fsync. The third side is what one would write first: FastStream, one handler call a message, a
SQLModel session and a merge in each.
"""

import asyncio
import cProfile
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from shuniu_contracts import encode, event_type
from shuniu_contracts.grants import FundOpened
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import bus, topics
from chassis.columns import joined
from chassis.consumer import ConsumerLoop
from chassis.inbox import Needs
from chassis.received import Received
from chassis.settings import BusSettings
from chassis.unit_of_work import UnitOfWork
from tests.benchmarks import floors
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, stopwatch
from tests.benchmarks.running import Options, run
from tests.chassis.consuming.world import World, envelope, event, make_world
from tests.chassis.outbox_world import prepare

STACK = "990000"
TOPIC = event_type(FundOpened).stream.topic(STACK, 1)
_TIMES = 15
_PLAIN = "aiokafka consumer with commits"
_FLOOR, _NO_INBOX, _ALONE = "the least", "the least without inbox", "the statements alone"
_FLOORS = (_FLOOR, _NO_INBOX, _ALONE)
"""What any projection on this machine must do, see `floors.py`; measured beside ours."""
_FIRST_WRITTEN_SHARE = 400
"""The side that one would write first takes a four-hundredth of the messages, or it would take all day."""


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


async def project(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The projection: one upsert a layer."""
    newest = {entry.subject: entry for entry in events}.values()
    await uow.connection.execute(
        floors.UPSERT,
        joined([e.subject for e in newest]),
        joined([str(e.envelope.sequence) for e in newest]),
        joined([str(e.data.state.total_fen) for e in newest]),
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
    settings = world.runtime.settings.bus
    broker = KafkaBroker(settings.bootstrap_servers, logger=logging.getLogger("bench"))
    everything = asyncio.Event()
    seen, began = 0, 0.0

    # The embedded broker makes a group wait for half of its session before it begins, which is not timed.
    @broker.subscriber(
        TOPIC, group_id=group, auto_offset_reset="earliest", ack_policy=AckPolicy.ACK,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
    )  # fmt: skip
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


async def measure_load(load: Load, needs: Needs, engine: Engine, options: Options) -> list[Row]:
    """All sides in turn, each time as new groups on emptied tables."""
    name = f"projection, {load.name} subjects, {needs}"
    row = Row(name, "msg/s", _PLAIN, load.reach)
    first = Row(name, "msg/s", "a handler call and a session a message", _TIMES)
    least = {what: Row(f"{name}: {what}", "msg/s", _PLAIN, load.reach) for what in _FLOORS}
    async with engine.broker() as settings:
        await topics.apply(settings, STACK, ("grants",))
        await fill(settings, load)
        batches = await floors.read_all(settings, TOPIC, load.events, f"read-{needs}")
        ready = [floors.columns(batch, "grants", STACK) for batch in batches]
        del batches
        for number in range(options.runs):
            await _measure_once(row, first, least, load, needs, engine, settings, number, ready, options)
            ratios = f"{row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}"
            options.say(f"{name}, {number + 1}: {ratios}, first written {first.references[-1]:,.0f}")
            for floor in least.values():
                options.say(f"{floor.name}: {floor.rates[-1]:,.0f}")
    return [row, first, *least.values()]


async def _measure_once(
    row: Row, first: Row, least: dict[str, Row], load: Load, needs: Needs, engine: Engine,
    settings: BusSettings, number: int, ready: Sequence[floors.Columns], options: Options,
) -> None:  # fmt: skip
    database = f"projection_{load.name}_{needs}_{number}"
    await engine.postgres.create_database(database)
    await asyncio.to_thread(prepare, engine.postgres.dsn(database))
    world = await make_world(
        engine.postgres.dsn(database), needs=needs, bus=settings, reaction=project,
        name=f"bench-{needs}-{number}",
    )  # fmt: skip
    with stopwatch(engine.postgres.pid) as ours:
        projected = load.events / await time_projection(world, load, options.profile)
    with stopwatch() as raw:
        row.references.append(load.events / await time_reference(settings, load, f"raw-{needs}-{number}"))
    few = max(1, load.events // _FIRST_WRITTEN_SHARE)
    first.references.append(few / await time_first_written(world, few, f"first-{needs}-{number}"))
    row.rates.append(projected)
    first.rates.append(projected)
    row.note("us CPU a message here", ours.spent.own_s / load.events * 1e6)
    row.note("in the database", ours.spent.servers_s / load.events * 1e6)
    row.note("aiokafka's", raw.spent.own_s / load.events * 1e6)
    await _measure_floors(least, world, load, needs, engine, number, ready, row.references[-1])
    await world.close()
    await engine.postgres.drop_database(database)


async def _measure_floors(
    least: dict[str, Row], world: World, load: Load, needs: Needs, engine: Engine, number: int,
    ready: Sequence[floors.Columns], reference: float,
) -> None:  # fmt: skip
    """The least that is left of a projection, each time on emptied tables."""
    settings = world.runtime.settings.bus
    for what, row in least.items():
        async with world.connect() as connection:
            await connection.execute("truncate inbox, fund_copy")
            writer = floors.Writer(connection, None if what == _NO_INBOX else needs)
            with stopwatch(engine.postgres.pid) as spent:
                if what == _ALONE:
                    taken = await floors.time_database(writer, ready)
                else:
                    group = f"{what}-{needs}-{number}".replace(" ", "-")
                    taken = await floors.time_floor(
                        settings, TOPIC, load.events, group, writer, "grants", STACK
                    )
        row.rates.append(load.events / taken)
        row.references.append(reference)
        row.note("us CPU a message", spent.spent.own_s / load.events * 1e6)
        row.note("in the database", spent.spent.servers_s / load.events * 1e6)


async def measure(engine: Engine, options: Options) -> AsyncIterator[Row]:
    """Both work loads, for a consumer that needs the newest and for one that needs all."""
    loads = (Load("distinct", options.events, 1, 0.35), Load("repeated", options.events // 5, 5, 0.50))
    every: tuple[Needs, ...] = ("latest", "history")
    for needs in every:
        for load in loads:
            for row in await measure_load(load, needs, engine, options):
                yield row


if __name__ == "__main__":
    run({"projection": measure}, __doc__)
