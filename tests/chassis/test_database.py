"""Connections: what each asks of the server, and a pool at rest, which closes what nobody uses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis.database import Database
from chassis.settings import DatabaseSettings
from tests.chassis.outbox_world import TEMPLATE, prepare
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration
_BACKENDS = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)


@pytest_asyncio.fixture(loop_scope="session")
async def database(fresh_database: FreshDatabase) -> AsyncIterator[Database]:
    """A pool of three."""
    made = Database(DatabaseSettings(dsn=SecretStr(await fresh_database(TEMPLATE, prepare)), pool_size=3))
    await made.open()
    yield made
    await made.close()


async def backends(database: Database) -> int:
    """Sessions in the server, this one's not counted."""
    connection = await database.connect()
    try:
        found: int = await connection.fetchval(_BACKENDS)
        return found
    finally:
        await connection.close()


async def test_at_rest_idle_connections_are_closed_and_those_in_use_go_on(database: Database) -> None:
    async with AsyncExitStack() as opened:
        first, *_ = [await opened.enter_async_context(database.transaction()) for _ in range(3)]
        await first.connection.execute("create table kept ()")
        assert await backends(database) == 3
        await database.rest()
        assert await backends(database) == 3
    await database.rest()
    async with asyncio.timeout(10):  # a server's process ends a moment after its connection
        while await backends(database):  # noqa: ASYNC110  # the server tells nobody
            await asyncio.sleep(0.01)
    async with database.transaction() as transaction:
        assert await transaction.connection.fetchval("select to_regclass('kept') is not null")


async def test_plans_are_made_for_what_was_tested_whatever_the_server_is_set_to(database: Database) -> None:
    connection = await database.connect()
    try:
        name = await connection.fetchval("select current_database()")
        for setting in ("random_page_cost = 4", "jit = on", "max_parallel_workers_per_gather = 2"):
            await connection.execute(f'alter database "{name}" set {setting}')
    finally:
        await connection.close()
    await database.rest()
    async with database.transaction() as transaction:
        found = [
            await transaction.connection.fetchval(f"show {name}")
            for name in ("random_page_cost", "jit", "max_parallel_workers_per_gather")
        ]
    assert found == ["1.1", "off", "0"]
