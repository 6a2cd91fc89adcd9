"""Few events go to the log by one statement and many by COPY: nobody may be able to tell them apart."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from chassis import log
from chassis.log import Cause, LogEntry, append, entry
from chassis.principal import SYSTEM
from tests.chassis.outbox_world import TEMPLATE, fund, prepare
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
MANY = log._WORTH_COPYING


@pytest_asyncio.fixture(loop_scope="session")
async def dsn(fresh_database: FreshDatabase) -> str:
    """An empty log."""
    return await fresh_database(TEMPLATE, prepare)


@pytest_asyncio.fixture(loop_scope="session")
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to it."""
    made = await asyncpg.connect(dsn)
    yield made
    await made.close()


def entries(count: int) -> list[LogEntry]:
    """The first two events of subjects, in an order that no column sorts by."""
    cause = Cause("c-1", "e-1", "00-1-1-00")
    return [
        entry(fund(n, increased=n >= count // 2), subject=f"s-{(n * 7) % (count // 2)}",
              sequence=1 + (n >= count // 2), division="990000", principal=SYSTEM, cause=cause)
        for n in range(count)
    ]  # fmt: skip


async def logged(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    """The log in its order, without the numbers, which say nothing but the order."""
    found = await connection.fetch(
        "select id::text, aggregatetype, aggregateid, type, sequence, epoch, division, payload,"
        " headers::text, recorded_at from event_log order by seq"
    )
    return [tuple(row) for row in found]


async def append_by(size: int, connection: asyncpg.Connection, all_: Sequence[LogEntry]) -> None:
    async with connection.transaction():
        for start in range(0, len(all_), size):
            await append(connection, all_[start : start + size], epoch=3, now=NOW)


async def test_many_events_stand_in_the_log_as_they_do_by_ones(connection: asyncpg.Connection) -> None:
    given = entries(MANY)
    await append_by(MANY, connection, given)
    together = await logged(connection)
    await connection.execute("truncate event_log, outbox")
    await append_by(1, connection, given)
    assert together == await logged(connection)
    assert [row[0] for row in together] == [e.id for e in given]


async def test_every_one_of_many_events_has_its_pointer(connection: asyncpg.Connection) -> None:
    await append_by(MANY, connection, entries(MANY))
    assert await connection.fetchval("select count(*) from outbox where stream_major = 1") == MANY
    assert not await connection.fetch("select seq from event_log except select seq from outbox")


async def test_many_events_of_a_subject_whose_sequence_is_taken_are_refused_whole(
    connection: asyncpg.Connection,
) -> None:
    given = entries(MANY)
    with pytest.raises(asyncpg.UniqueViolationError):
        await append_by(MANY, connection, [*given[:-1], given[-1]._replace(subject=given[-2].subject)])
    assert await connection.fetchval("select count(*) from event_log") == 0
    assert await connection.fetchval("select count(*) from outbox") == 0


async def test_numbers_are_drawn_by_a_transaction_that_has_its_id(connection: asyncpg.Connection) -> None:
    """Or the outbox reader's floor could pass them while they are not committed yet."""
    plan = "\n".join(row[0] for row in await connection.fetch(f"explain (verbose) {log._DRAW}", MANY))
    assert "One-Time Filter: (pg_current_xact_id() IS NOT NULL)" in plan
    assert plan.index("nextval") < plan.index("One-Time Filter")


async def test_two_that_append_many_at_once_do_not_wait_for_each_other(
    connection: asyncpg.Connection, dsn: str
) -> None:
    other = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(), asyncio.timeout(10):
            await append(connection, entries(MANY), epoch=0, now=NOW)
            async with other.transaction():
                await append(
                    other, [e._replace(subject=f"t-{e.subject}") for e in entries(MANY)], epoch=0, now=NOW
                )
    finally:
        await other.close()
    assert await connection.fetchval("select count(*) from outbox") == 2 * MANY
