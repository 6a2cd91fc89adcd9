"""One transaction of a command: what it records is in the log with the change, in order, or neither is."""

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
import sqlalchemy.exc
from pydantic import SecretStr
from shuniu_contracts import grants

from chassis.database import Database
from chassis.migrations import upgrade
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from chassis.unit_of_work import UnitOfWork
from tests.chassis.sample.app import increase, open_fund, service
from tests.chassis.sample.tables import FundRow
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration
REGION = Path(__file__).parent / "sample" / "region.toml"


class Refused(Exception):
    """A use case that changes its mind."""


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(fresh_database: FreshDatabase) -> AsyncIterator[Runtime]:
    """The sample service on a database of its own."""
    dsn = await fresh_database("sample", partial(upgrade, service.migrations))
    database = DatabaseSettings(dsn=SecretStr(dsn), pool_size=4)
    settings = Settings(environment="test", stack="440303", region_file=REGION, database=database)
    made = Runtime(service, settings, load_region(REGION), Database(database))
    await made.database.open()
    yield made
    await made.database.close()


async def fetch(runtime: Runtime, query: str, *arguments: object) -> list[tuple[object, ...]]:
    """Rows as another session sees them."""
    connection = await runtime.database.connect()
    try:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def opened(runtime: Runtime, *titles: str) -> list[UUID]:
    """Funds that were opened together."""
    async with runtime.unit_of_work() as uow:
        return [(await open_fund(uow, division="440303", title=title, total_fen=100)).id for title in titles]


async def logged(runtime: Runtime, id: UUID) -> list[tuple[object, ...]]:
    """Sequence and fact of a fund's events, as the relay meets them."""
    return await fetch(
        runtime,
        "select sequence, split_part(type, '.', 5) from outbox join event_log using (seq)"
        " where aggregateid = $1 order by seq",
        str(id),
    )


async def test_every_record_saved_in_one_transaction_gets_a_new_revision(runtime: Runtime) -> None:
    """A reaction goes through many records and keeps none of them in memory."""
    ids = await opened(runtime, *(f"Fund {n}" for n in range(60)))
    async with runtime.unit_of_work() as uow:
        for id in ids:
            await increase(uow, id=id, amount_fen=1)
    assert await fetch(runtime, "select distinct revision, sequence from sample_fund") == [(2, 2)]


async def test_two_events_of_one_record_are_one_save_and_keep_their_order(runtime: Runtime) -> None:
    (id,) = await opened(runtime, "Twice")
    async with runtime.unit_of_work() as uow:
        await increase(uow, id=id, amount_fen=1)
        row = await increase(uow, id=id, amount_fen=2)
        uow.record(row, grants.FundClosed(state=row.public_state()))
    assert await logged(runtime, id) == [(1, "opened"), (2, "increased"), (3, "increased"), (4, "closed")]
    assert await fetch(runtime, "select revision, sequence from sample_fund") == [(2, 4)]


async def test_events_stand_in_the_log_as_they_were_recorded(runtime: Runtime) -> None:
    first, second = await opened(runtime, "First", "Second")
    async with runtime.unit_of_work() as uow:
        rows = [await uow.load(FundRow, second), await uow.load(FundRow, first)]
        for row in (*rows, *rows):
            uow.record(row, grants.FundIncreased(state=row.public_state(), amount_fen=1))
    found = await fetch(runtime, "select aggregateid, sequence from event_log order by seq")
    assert found[2:] == [(str(id), n) for n in (2, 3) for id in (second, first)]


async def test_what_a_rolled_back_savepoint_did_is_gone_with_its_counters(runtime: Runtime) -> None:
    (id,) = await opened(runtime, "Undone")
    async with runtime.unit_of_work() as uow:
        await increase(uow, id=id, amount_fen=1)
        with pytest.raises(Refused):
            await _increase_and_refuse(uow, id)
        row = await increase(uow, id=id, amount_fen=4)
        assert (row.revision, row.sequence, row.total_fen) == (2, 3, 105)
    assert await logged(runtime, id) == [(1, "opened"), (2, "increased"), (3, "increased")]
    assert await fetch(runtime, "select revision, sequence, total_fen from sample_fund") == [(2, 3, 105)]


async def test_a_first_save_that_was_taken_back_counts_when_it_is_done_again(runtime: Runtime) -> None:
    (id,) = await opened(runtime, "Again")
    async with runtime.unit_of_work() as uow:
        with pytest.raises(Refused):
            await _increase_and_refuse(uow, id)
        await increase(uow, id=id, amount_fen=4)
    assert await logged(runtime, id) == [(1, "opened"), (2, "increased")]
    assert await fetch(runtime, "select revision, sequence, total_fen from sample_fund") == [(2, 2, 104)]


async def _increase_and_refuse(uow: UnitOfWork, id: UUID) -> None:
    async with uow.savepoint():
        await increase(uow, id=id, amount_fen=2)
        await uow.flush()
        await increase(uow, id=id, amount_fen=3)
        raise Refused


async def test_a_commit_that_the_database_loses_leaves_nothing_and_wakes_nobody(runtime: Runtime) -> None:
    (id,) = await opened(runtime, "Cut off")
    woken: list[bool] = []

    async def wake() -> None:
        woken.append(True)

    runtime.wake = wake
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError, sqlalchemy.exc.DBAPIError)):
        await _increase_and_lose_the_connection(runtime, id)
    assert await logged(runtime, id) == [(1, "opened")]
    assert await fetch(runtime, "select revision, sequence, total_fen from sample_fund") == [(1, 1, 100)]
    assert woken == []


async def test_a_swallowed_error_of_the_database_does_not_pass_for_a_commit(runtime: Runtime) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK then, and no error: nobody may take that for a yes."""
    (id,) = await opened(runtime, "Swallowed")
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="rolled back"):
        await _increase_and_swallow_an_error(runtime, id)
    assert await logged(runtime, id) == [(1, "opened")]
    await opened(runtime, "The pool is none the worse")


async def _increase_and_lose_the_connection(runtime: Runtime, id: UUID) -> None:
    async with runtime.unit_of_work() as uow:
        await increase(uow, id=id, amount_fen=1)
        await uow.flush()
        pid = await uow.connection.fetchval("select pg_backend_pid()")
        await fetch(runtime, "select pg_terminate_backend($1)", pid)


async def _increase_and_swallow_an_error(runtime: Runtime, id: UUID) -> None:
    async with runtime.unit_of_work() as uow:
        await increase(uow, id=id, amount_fen=1)
        await uow.flush()
        with contextlib.suppress(asyncpg.DivisionByZeroError):
            await uow.connection.execute("select 1 / 0")
