"""How fast the relay is beside faststream-outbox, on the same PostgreSQL and the same broker.

`python -m tests.benchmarks.outbox_peer`. The peer relays to Kafka as its documentation teaches (a Kafka
publisher stacked on an outbox subscriber), with its batched terminal flush and autovacuum settings, headers
and key passed on, acknowledgements of all replicas, and as many workers and rows a fetch as made it fastest
here: 64 and 1,000. With more than one worker it keeps no order of a subject; the relay does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from faststream.kafka import KafkaBroker, KafkaResponse
from faststream_outbox import OutboxBroker, make_outbox_table, outbox_autovacuum_ddl
from faststream_outbox.annotations import OutboxMessage
from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from chassis.settings import BusSettings
from chassis.wire import Header
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, stopwatch
from tests.benchmarks.relay import STACK, Load, database, enqueue, fill, loads, messages, time_relay
from tests.benchmarks.running import Options, run
from tests.chassis.outbox_world import World, make_world

TIMES = 5.0
WORKERS, FETCHED, FLUSHED = 64, 1_000, 100
_PEERS_SHARE = 20
"""The peer gets a twentieth of the messages: a rate needs no more, and all would take its time."""
_TABLE, _QUEUE = "peer_outbox", "events"
_KEY = "x-key"


def _table() -> Table:
    return make_outbox_table(MetaData(), table_name=_TABLE)


async def prepare(pool: AsyncEngine, records: Sequence[tuple[bytes, bytes, list[Header]]]) -> None:
    """The peer's table, and the messages in a copy from which each run is filled."""
    table = _table()
    async with pool.begin() as connection:
        await connection.run_sync(table.metadata.create_all)
        await connection.execute(text(outbox_autovacuum_ddl(_TABLE)))
    broker = OutboxBroker(pool, outbox_table=table, logger=None)
    async with async_sessionmaker(pool)() as session, session.begin():
        for key, value, headers in records:
            passed = {name: content.decode() for name, content in headers} | {_KEY: key.decode()}
            await broker.publish(value, queue=_QUEUE, session=session, headers=passed)
    async with pool.begin() as connection:
        await connection.execute(text(f"create table {_TABLE}_kept as table {_TABLE}"))


async def time_peer(pool: AsyncEngine, settings: BusSettings, topic: str) -> float:
    """Seconds from the start of the peer's relay until its table is empty."""
    async with pool.begin() as connection:
        await connection.execute(text(f"truncate {_TABLE}"))
        await connection.execute(text(f"insert into {_TABLE} select * from {_TABLE}_kept"))
    kafka = KafkaBroker(
        settings.bootstrap_servers, acks="all", linger_ms=2, max_batch_size=256 * 1024,
        enable_idempotence=settings.profile == "kafka", logger=None,
    )  # fmt: skip
    outbox = OutboxBroker(pool, outbox_table=_table(), logger=None)

    @kafka.publisher(topic)
    @outbox.subscriber(
        _QUEUE, max_workers=WORKERS, fetch_batch_size=FETCHED, min_fetch_interval=0.01,
        max_fetch_interval=1.0, terminal_flush_batch_size=FLUSHED,
    )  # fmt: skip
    async def relay(body: dict[str, Any], message: OutboxMessage) -> KafkaResponse:
        return KafkaResponse(body, key=message.headers[_KEY].encode(), headers=message.headers)

    await kafka.start()
    began = time.perf_counter()
    await outbox.start()
    async with pool.connect() as connection:
        while await connection.scalar(text(f"select exists (table {_TABLE})")):
            await connection.rollback()
            await asyncio.sleep(0.02)
    taken = time.perf_counter() - began
    await outbox.stop()
    await kafka.stop()
    return taken


async def measure(engine: Engine, options: Options) -> AsyncIterator[Row]:
    """Both in turn, each on a broker without topics."""
    load, _ = loads(options.events)
    row = Row("relay", "msg/s", "faststream-outbox", TIMES)
    dsn = await database(engine, "peer")
    pool = create_async_engine(
        dsn.replace("postgresql://", "postgresql+asyncpg://", 1), pool_size=WORKERS + 10, max_overflow=0
    )
    for number in range(options.runs):
        await _measure_once(row, load, engine, options, dsn, pool, first=number == 0)
        options.say(f"{row.name}, {number + 1}: {row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}")
    await pool.dispose()
    await engine.postgres.drop_database("peer")
    yield row


async def _measure_once(
    row: Row, load: Load, engine: Engine, options: Options, dsn: str, pool: AsyncEngine, *, first: bool
) -> None:
    few = load.events // _PEERS_SHARE
    async with engine.broker() as settings:
        world = await make_world(dsn, settings.bootstrap_servers, settings.profile, STACK)
        if first:
            await fill(world, load)
            await prepare(pool, (await messages(world))[:few])
        await enqueue(world)
        with stopwatch(engine.postgres.pid) as ours:
            row.rates.append(load.events / await time_relay(world, load.events, options.profile))
        await world.runtime.database.close()
    async with engine.broker() as settings:
        world = await make_world(dsn, settings.bootstrap_servers, settings.profile, STACK)
        with stopwatch(engine.postgres.pid) as theirs:
            row.references.append(few / await time_peer(pool, settings, world.topic()))
        await _all_there(world, few)
        await world.runtime.database.close()
    row.note("us CPU a message here, with PostgreSQL", ours.spent.cpu_s / load.events * 1e6)
    row.note("there", theirs.spent.cpu_s / few * 1e6)


async def _all_there(world: World, count: int) -> None:
    """Raise AssertionError unless the peer's messages are on the topic: a rate of nothing is no rate."""
    found = await world.received(count)
    assert len(found) >= count


if __name__ == "__main__":
    run({"outbox_peer": measure}, __doc__)
