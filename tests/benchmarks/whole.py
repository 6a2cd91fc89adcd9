"""What a whole stack takes: a register until every service has it, the way from nothing to ready, memory.

`python -m tests.benchmarks.whole`. On the embedded engine readiness and memory are those of `shuniu up` with
all it starts; on Apache Kafka those of the same two processes, whose engines run already and are not counted.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka import TopicPartition
from shuniu_contracts import Event, event_type, registry
from shuniu_contracts.partybuild import CoverageDutyOpened

from chassis import bus
from chassis.embedded.connection import Connection
from chassis.groups import group_id
from chassis.keys import issue_token
from chassis.region import load_region
from chassis.service import installed
from chassis.settings import BusSettings
from deploy.regions import profile_file
from deploy.scenarios import binhai
from deploy.scenarios.client import Stack
from tests.benchmarks.bringing import bring
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Bound, Result, Row, stopwatch
from tests.benchmarks.imports import EVERYWHERE, FOLLOWERS, copy_bare, read_back
from tests.benchmarks.memory import families, pss_mb
from tests.benchmarks.registers import workbook
from tests.benchmarks.running import Options, run
from tests.benchmarks.stacks import REGION, STACK, Program, Running, each_service, stack
from tests.system.world import RunningStack

READY_S, MEMORY_MB = 10.0, 700.0
_ARRIVED_S, _LOOK_S = 600.0, 0.1
_SETTLED_S = 20.0
"""Memory is looked at when what was done last is over for so long: consumers ask often for 5 s more, and what
rests gives memory back some seconds later (`chassis/collection.py`)."""
_AT_ONCE_S = 2.0


async def measure_everywhere(engine: Engine, options: Options) -> Row:
    """A workbook until the stack is at rest, each service a process, beside COPY of the same rows."""
    rows = options.events
    name = f"import of {rows:,} until every service has them"
    row = Row(name, "rows/s", "COPY of the rows, one table", EVERYWHERE)
    file = await asyncio.to_thread(workbook, load_region(profile_file(REGION)), rows, options.directory)
    for number in range(options.runs):
        data_dir = options.directory / f"everywhere-{number}"
        async with (
            engine.broker() as settings, stack(engine, settings, data_dir, each_service()) as running,
        ):  # fmt: skip
            await _follow(running, settings, engine, file, rows, row)
        options.say(f"{name}, {number + 1}: {row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}")
    return row


async def _follow(
    running: Running, settings: BusSettings, engine: Engine, file: Path, rows: int, row: Row
) -> None:
    with stopwatch(*running.pids.values()) as ours, stopwatch(engine.postgres.pid) as servers:
        await bring(running, file)
        registry_s = time.monotonic()
        await _arrived(running, settings, rows)
        row.note("s after the registry's commit", time.monotonic() - registry_s)
    async with running.client() as client:
        await client.at_rest(600)
    dsn = running.connection.databases["registry"]
    bare = await copy_bare(dsn, *await read_back(dsn), engine.postgres.pid)
    row.rates.append(rows / ours.spent.wall_s)
    row.references.append(rows / bare.wall_s)
    row.note("us CPU a row, ours", ours.spent.servers_s / rows * 1e6)
    row.note("PostgreSQL", servers.spent.servers_s / rows * 1e6)
    row.note("CPU ratio", bare.cpu_s / (ours.spent.servers_s + servers.spent.servers_s))


async def _arrived(running: Running, settings: BusSettings, rows: int) -> None:
    """Wait until every service has committed what the rows led to: the organisations, and their duties.

    It asks for a few offsets at a time: to ask whether the whole stack is at rest costs as much as a service.
    """
    partybuild = await asyncpg.connect(running.connection.databases["partybuild"])
    admin = bus.admin(settings)
    await admin.start()
    try:
        async with asyncio.timeout(_ARRIVED_S):
            await _committed(admin, running, registry.OrganizationRegistered, FOLLOWERS, rows)
            duties = await partybuild.fetchval("select count(*) from event_log")
            others = [name for name in FOLLOWERS if name != "partybuild"]
            await _committed(admin, running, CoverageDutyOpened, others, duties)
    finally:
        await admin.close()
        await partybuild.close()


async def _committed(
    admin: bus.AdminClient, running: Running, kind: type[Event], services: Sequence[str], count: int
) -> None:
    """Wait until each of these services has committed so many events of the kind's stream."""
    stream = event_type(kind).stream
    topic = stream.topic(STACK, stream.newest)
    partitions = [TopicPartition(topic, n) for n in range(stream.partitions_of(stream.newest))]
    for service in services:
        group = group_id(STACK, service)
        while True:
            found = await admin.list_consumer_group_offsets(group, partitions=partitions)
            if sum(max(0, one.offset) for one in found.values()) >= count:
                break
            running.check()
            await asyncio.sleep(_LOOK_S)


@dataclass(frozen=True)
class _Started:
    """A stack just started, with what it took and the processes that count."""

    connection: Connection
    token: str
    ready_s: float
    pids: Callable[[], list[int]]

    def memory_mb(self) -> float:
        """Its memory now."""
        return pss_mb(pid for family in families(self.pids()).values() for pid in family)


@asynccontextmanager
async def _started(engine: Engine, options: Options, name: str) -> AsyncIterator[_Started]:
    """A stack as `shuniu up` groups it, from an empty directory."""
    begun = time.monotonic()
    if engine.name == "embedded":
        up = RunningStack(options.directory / name)
        connection = await asyncio.to_thread(up.start)
        ready_s = time.monotonic() - begun
        assert up.process is not None
        pid = up.process.pid
        token = issue_token(up.data_dir / "keys", subject="u-operator", roles=["operator"], divisions=[STACK])
        try:
            yield _Started(connection, token, ready_s, lambda: [pid])
        finally:
            await asyncio.to_thread(up.stop)
        return
    rest = tuple(service for service in installed() if service != "console")
    programs = [Program(rest), Program(("console",))]
    async with (
        engine.broker() as settings, stack(engine, settings, options.directory / name, programs) as running,
    ):  # fmt: skip
        ready_s = time.monotonic() - begun
        yield _Started(running.connection, running.token, ready_s, lambda: list(running.pids.values()))


async def measure_start(engine: Engine, options: Options) -> list[Bound]:
    """Starts from nothing as often as other rows run; memory in the last of them, and after the main job."""
    what = "`shuniu up`" if engine.name == "embedded" else "services and console, engines running"
    ready = Bound(f"{what}: from nothing to ready", "s", READY_S)
    at_ready = Bound(f"{what}: memory at ready", "MB", MEMORY_MB)
    after = Bound(f"{what}: memory after the main job", "MB", MEMORY_MB)
    for number in range(options.runs):
        async with _started(engine, options, f"up-{number}") as started:
            ready.figures.append(started.ready_s)
            await asyncio.sleep(1)
            at_ready.figures.append(started.memory_mb())
            options.say(f"{ready.name}, {number + 1}: {started.ready_s:.1f} s, {at_ready.figures[-1]:.0f} MB")
            if number == options.runs - 1:
                begun = time.monotonic()
                await _main_job(started)
                after.notes.add("s for the main job", time.monotonic() - begun)
                await asyncio.sleep(_AT_ONCE_S)
                after.notes.add(f"MB {_AT_ONCE_S:.0f} s after it", started.memory_mb())
                await asyncio.sleep(_SETTLED_S - _AT_ONCE_S)
                after.figures.append(started.memory_mb())
                options.say(f"{after.name}: {after.figures[-1]:.0f} MB")
    return [ready, at_ready, after]


async def _main_job(started: _Started) -> None:
    binhai.out.quiet = True
    async with Stack.open(started.connection, started.token) as client:
        await binhai.build(client, time.monotonic())


async def everywhere(engine: Engine, options: Options) -> AsyncIterator[Result]:
    """The register until every service has it."""
    yield await measure_everywhere(engine, options)


async def start(engine: Engine, options: Options) -> AsyncIterator[Result]:
    """From nothing to ready, and memory."""
    for row in await measure_start(engine, options):
        yield row


async def measure(engine: Engine, options: Options) -> AsyncIterator[Result]:
    """All of it."""
    for part in (everywhere, start):
        async for row in part(engine, options):
            yield row


if __name__ == "__main__":
    run({"everywhere": everywhere, "start": start}, __doc__)
