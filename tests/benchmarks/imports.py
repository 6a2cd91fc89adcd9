"""How fast a register's workbook gets into the registry, against a bare COPY of the rows it becomes.

`python -m tests.benchmarks.imports` measures from the file's receipt to the commit, with reading, checking,
events, log and outbox. The reference copies the same rows, made ahead, into one table without an index.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from pydantic import SecretStr

from chassis.database import Database
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from deploy.regions import profile_file
from services.registry.app import service
from services.registry.imports import commands, worker
from services.registry.imports.tables import ImportRow
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, Spent, stopwatch
from tests.benchmarks.registers import workbook
from tests.benchmarks.running import Options, run

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
        columns = list(commands._COPIED)
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


async def measure(engine: Engine, options: Options) -> list[Row]:
    """Import and COPY in turn, each import into a registry of its own."""
    rows, server = options.events, engine.postgres
    region = load_region(profile_file("120116-binhai"))
    content = (await asyncio.to_thread(workbook, region, rows, options.directory)).read_bytes()
    row = Row(f"import of {rows:,} organisations", "rows/s", "COPY of the rows, one table", 0.10)
    for number in range(options.runs):
        name = f"registry_{number}"
        dsn = server.dsn(name)
        await server.create_database(name)
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
        await server.drop_database(name)
    return [row]


if __name__ == "__main__":
    run({"imports": measure}, __doc__)
