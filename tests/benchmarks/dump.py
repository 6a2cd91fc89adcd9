"""How fast the relay is while the database is dumped: the dump's snapshot keeps every dead pointer alive.

`python -m tests.benchmarks.dump`. Each side empties the outbox twice and the second time counts, so that the
reader meets the pointers deleted before; `pg_dump` reads the database over and over in one snapshot, as one
dump of a large database would, at the rate of a destination.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import asyncpg

from chassis.embedded.postgres import programs
from chassis.replay import rebuild
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, stopwatch
from tests.benchmarks.relay import STACK, database, enqueue, fill, loads, time_relay
from tests.benchmarks.running import Options, run
from tests.chassis.outbox_world import World, make_world

REACH = 0.80
BYTES_A_SECOND = 20 << 20
"""What the dump's destination takes, a disk or a network; unbounded it takes one core of two for itself."""
_CHUNK = 1 << 18


@asynccontextmanager
async def dumping(dsn: str) -> AsyncIterator[None]:
    """Dump the database until the block ends."""
    holder = await asyncpg.connect(dsn)
    try:
        await holder.execute("begin isolation level repeatable read, read only")
        snapshot = await holder.fetchval("select pg_export_snapshot()")
        task = asyncio.create_task(_dump(dsn, snapshot))
        try:
            yield
            if task.done():
                task.result()  # a dump that failed has measured nothing
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    finally:
        await holder.close()


async def _dump(dsn: str, snapshot: str) -> None:
    """Again and again, at the rate of its destination; raises RuntimeError where `pg_dump` fails."""
    while True:
        process = await asyncio.create_subprocess_exec(
            programs() / "pg_dump", "--format=custom", "--compress=0", f"--snapshot={snapshot}", dsn,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            while chunk := await process.stdout.read(_CHUNK):  # noqa: ASYNC110, a rate, not a wait
                await asyncio.sleep(len(chunk) / BYTES_A_SECOND)
            said = await process.stderr.read()
            await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await process.communicate()  # a pipe that is full and unread would keep `wait` waiting
            raise
        if process.returncode != 0:
            raise RuntimeError(f"pg_dump ended with {process.returncode}: {said.decode()[:500]}")


async def time_second(world: World, events: int, *, dumped: bool, options: Options) -> float:
    """Seconds to empty the outbox that was emptied once before."""
    await enqueue(world)
    async with dumping(world.runtime.database.dsn) if dumped else nullcontext():
        await time_relay(world, events, None)
        async with world.connect() as connection, connection.transaction():
            await rebuild(connection)
        return await time_relay(world, events, options.profile if dumped else None)


async def measure(engine: Engine, options: Options) -> AsyncIterator[Row]:
    """With and without, in turn, each on a broker without topics."""
    load, _ = loads(options.events // 2)
    row = Row("relay during a database dump", "msg/s", "without the dump", REACH)
    dsn = await database(engine, "dump")
    for number in range(options.runs):
        for dumped in (True, False):
            async with engine.broker() as settings:
                world = await make_world(dsn, settings.bootstrap_servers, settings.profile, STACK)
                if number == 0 and dumped:
                    await fill(world, load)
                with stopwatch(engine.postgres.pid) as watch:
                    rate = load.events / await time_second(world, load.events, dumped=dumped, options=options)
                (row.rates if dumped else row.references).append(rate)
                if dumped:
                    row.note("processors of PostgreSQL", watch.spent.servers_s / watch.spent.wall_s)
                await world.runtime.database.close()
        options.say(f"{row.name}, {number + 1}: {row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}")
    await engine.postgres.drop_database("dump")
    yield row


if __name__ == "__main__":
    run({"dump": measure}, __doc__)
