"""The engines that every other integration test stands on."""

import asyncpg
import pytest

from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


async def _tables(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select relname from pg_class where relnamespace = 'public'::regnamespace")
    await connection.close()
    return [row["relname"] for row in rows]


async def test_each_fresh_database_is_empty_and_its_own(fresh_database: FreshDatabase) -> None:
    first, second = await fresh_database(), await fresh_database()
    connection = await asyncpg.connect(first)
    await connection.execute("create table only_here (id int)")
    await connection.close()
    assert await _tables(first) == ["only_here"]
    assert await _tables(second) == []
