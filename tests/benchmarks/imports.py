"""How fast a register's workbook gets into the registry, against a bare COPY of the rows it becomes.

`python -m tests.benchmarks.imports` measures from the file's receipt to the commit, with reading, checking,
events, log and outbox. The reference copies the same rows, made ahead, into one table without an index.
The least reads the workbook and copies all that the import wrote, made ahead, into the tables as they are.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from pydantic import SecretStr
from shuniu_contracts import event_type, registry

from chassis import log, topics
from chassis.database import Database
from chassis.migrations import upgrade
from chassis.outbox import SCAN
from chassis.principal import Principal
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from chassis.wire import Header, Wire
from deploy.regions import profile_file
from services.registry.app import service
from services.registry.imports import commands, worker
from services.registry.imports.tables import ImportRow
from services.registry.imports.workbook import read_workbook
from services.registry.policy import RegistryPolicy
from tests.benchmarks import floors
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, Spent, stopwatch
from tests.benchmarks.registers import workbook
from tests.benchmarks.relay import time_reference
from tests.benchmarks.running import Options, run
from tests.benchmarks.stacks import STACK
from tests.chassis.outbox_world import prepare

EVERYWHERE = 0.03
"""The reach of the way to every service, which `whole.py` measures."""
_TOPIC = event_type(registry.OrganizationRegistered).stream.topic(STACK, 1)
FOLLOWERS = ("console", "grants", "notify", "partybuild")
OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))


async def bring(dsn: str, region: Region, content: bytes, rows: int) -> None:
    """Receive the workbook and apply it, as the service does."""
    database = Database(DatabaseSettings(dsn=SecretStr(dsn)))
    await database.open()
    try:
        settings = Settings(environment="test", stack=region.code, database=database.settings)
        runtime = Runtime(service, settings, region, database)
        async with runtime.unit_of_work(OFFICER) as uow:
            made = await commands.receive(
                uow, content=content, file_name="名册.xlsx", division=region.code, apply="all"
            )
        await worker.do(runtime, made.id)
        async with database.transaction() as transaction:
            found = await transaction.session.get(ImportRow, made.id)
        if found is None or found.rows_applied != rows:
            raise RuntimeError(f"the import is not applied whole: {found!r}")
    finally:
        await database.close()


async def read_back(dsn: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and rows that the import wrote into the register."""
    connection = await asyncpg.connect(dsn)
    try:
        columns = list(commands._copied({}))
        found = await connection.fetch(f"select {', '.join(columns)} from organization order by import_row")
        return columns, [tuple(row) for row in found]
    finally:
        await connection.close()


async def copy_bare(
    dsn: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], pid: int | None
) -> Spent:
    """The same rows by one COPY into one table, committed."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("drop table if exists bare")
        await connection.execute("create table bare (like organization including defaults)")
        with stopwatch(pid) as watch:
            await connection.copy_records_to_table("bare", columns=columns, records=rows)
        return watch.spent
    finally:
        await connection.close()


_TABLES = ("organization", "organization_status", "event_log", "outbox")
"""What an import fills: the register, the days from which each stood so, the log, the pointers."""


@dataclass(frozen=True)
class _Filled:
    """A table's rows as an import left them; what it left to defaults and identities is left out."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


async def _filled(dsn: str) -> list[_Filled]:
    chosen = {
        "organization": commands._copied({}), "organization_status": commands._STATUS_COLUMNS,
        "event_log": log._LOG_COLUMNS, "outbox": ("seq", "stream_major"),
    }  # fmt: skip
    connection = await asyncpg.connect(dsn)
    try:
        return [
            _Filled(table, tuple(columns), [
                tuple(row) for row in await connection.fetch(f"select {', '.join(columns)} from {table}")
            ])
            for table, columns in chosen.items()
        ]  # fmt: skip
    finally:
        await connection.close()


async def floor(dsn: str, filled: Sequence[_Filled], content: bytes | None, server: int | None) -> Spent:
    """The same rows into the same tables with their indexes, by COPY in one transaction; with `content` the
    workbook is read before by the same reader. Nothing is checked, made or encoded."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"truncate {', '.join(_TABLES)} cascade")
        policy = RegistryPolicy()
        with stopwatch(server) as watch:
            if content is not None:
                await read_workbook(
                    content, "名册.xlsx", sheet=None, max_rows=policy.import_max_rows,
                    max_uncompressed=policy.import_max_uncompressed_bytes,
                )  # fmt: skip
            async with connection.transaction():
                for one in filled:
                    await connection.copy_records_to_table(one.table, columns=one.columns, records=one.rows)
        return watch.spent
    finally:
        await connection.close()


async def _messages(dsn: str) -> list[tuple[bytes, bytes, list[Header]]]:
    """What the relay would send, rendered ahead."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(SCAN, 0, [], 10_000_000)
    finally:
        await connection.close()
    wire = Wire(STACK, "registry")
    return [wire.message(row) for row in rows]


async def _projections(engine: Engine, number: int) -> list[str]:
    """Databases with an inbox and a table, one for each service that projects the register."""
    found = []
    for follower in FOLLOWERS:
        name = f"floor_{follower}_{number}"
        await engine.postgres.create_database(name)
        found.append(engine.postgres.dsn(name))
        await asyncio.to_thread(prepare, found[-1])
        connection = await asyncpg.connect(found[-1])
        await connection.execute(
            "create table fund_copy (subject text primary key, sequence bigint, total bigint)"
        )
        await connection.close()
    return found


async def floor_everywhere(
    engine: Engine, number: int, dsn: str, filled: Sequence[_Filled], content: bytes,
    messages: Sequence[tuple[bytes, bytes, list[Header]]],
) -> float:  # fmt: skip
    """Seconds for the least import, its messages sent by a plain producer, and four of the least projections,
    each a process, until the last of them has all."""
    databases = await _projections(engine, number)
    async with engine.broker() as settings:
        await topics.apply(settings, STACK, ["registry"])
        children = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", floors.__name__, database, settings.bootstrap_servers, settings.profile,
                _TOPIC, str(len(messages)), stdout=asyncio.subprocess.PIPE,
            )
            for database in databases
        ]  # fmt: skip
        try:
            for child in children:
                assert child.stdout is not None
                if await child.stdout.readline() != b"ready\n":
                    raise RuntimeError(
                        f"a projection ended with {await child.wait()} before it read anything"
                    )
            began = time.perf_counter()
            await floor(dsn, filled, content, engine.postgres.pid)
            await time_reference(settings, _TOPIC, messages)
            await asyncio.gather(*(child.wait() for child in children))
            taken = time.perf_counter() - began
        finally:
            for child in children:
                if child.returncode is None:
                    child.kill()
                    await child.communicate()
    for follower in FOLLOWERS:
        await engine.postgres.drop_database(f"floor_{follower}_{number}")
    return taken


async def measure(engine: Engine, options: Options) -> AsyncIterator[Row]:
    """Import and COPY in turn, each import into a registry of its own."""
    rows, server = options.events, engine.postgres
    region = load_region(profile_file("120116-binhai"))
    content = (await asyncio.to_thread(workbook, region, rows, options.directory)).read_bytes()
    name, against = f"import of {rows:,} organisations", "COPY of the rows, one table"
    row = Row(name, "rows/s", against, 0.10)
    least = Row(f"{name}: the least", "rows/s", against, 0.10)
    copies = Row(f"{name}: the least without reading", "rows/s", against, 0.10)
    everywhere = Row(f"{name} until four services have them: the least", "rows/s", against, EVERYWHERE)
    for number in range(options.runs):
        database = f"registry_{number}"
        dsn = server.dsn(database)
        await server.create_database(database)
        await asyncio.to_thread(upgrade, service.migrations, dsn)
        with stopwatch(server.pid, profile=options.profile) as watch:
            await bring(dsn, region, content, rows)
        ours = watch.spent
        bare = await copy_bare(dsn, *await read_back(dsn), server.pid)
        row.rates.append(rows / ours.wall_s)
        row.references.append(rows / bare.wall_s)
        row.note("us CPU a row here", ours.own_s / rows * 1e6)
        row.note("in the reader", ours.children_s / rows * 1e6)
        row.note("in the database", ours.servers_s / rows * 1e6)
        row.note("COPY's", bare.cpu_s / rows * 1e6)
        row.note("CPU ratio", bare.cpu_s / ours.cpu_s)
        options.say(f"{row.name}, {number + 1}: {row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}")
        filled, messages = await _filled(dsn), await _messages(dsn)
        for other, read in ((least, content), (copies, None)):
            spent = await floor(dsn, filled, read, server.pid)
            other.rates.append(rows / spent.wall_s)
            other.references.append(row.references[-1])
            other.note("us CPU a row here", spent.own_s / rows * 1e6)
            other.note("in the reader", spent.children_s / rows * 1e6)
            other.note("in the database", spent.servers_s / rows * 1e6)
            options.say(f"{other.name}, {number + 1}: {other.rates[-1]:,.0f} {other.unit}")
        everywhere.rates.append(rows / await floor_everywhere(engine, number, dsn, filled, content, messages))
        everywhere.references.append(row.references[-1])
        options.say(f"{everywhere.name}, {number + 1}: {everywhere.rates[-1]:,.0f} {everywhere.unit}")
        await server.drop_database(database)
    for one in (row, least, copies, everywhere):
        yield one


if __name__ == "__main__":
    run({"imports": measure}, __doc__)
