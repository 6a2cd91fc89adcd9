"""The engines that every other integration test stands on."""

import asyncpg
import pytest

from tests.backends import BackendUnavailable, Postgres, chosen
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


async def _tables(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    await connection.close()
    return [row["tablename"] for row in rows]


async def test_each_fresh_database_is_empty_and_its_own(fresh_database: FreshDatabase) -> None:
    first, second = await fresh_database(), await fresh_database()
    connection = await asyncpg.connect(first)
    await connection.execute("create table only_here (id int)")
    await connection.close()
    assert await _tables(first) == ["only_here"]
    assert await _tables(second) == []


async def test_a_template_is_prepared_once_and_copied(fresh_database: FreshDatabase) -> None:
    prepared: list[str] = []

    def prepare(dsn: str) -> None:
        import asyncio

        async def migrate() -> None:
            connection = await asyncpg.connect(dsn)
            await connection.execute("create table organizations (id int)")
            await connection.close()

        asyncio.run(migrate())  # no loop runs in this thread, as Alembic's environment needs it
        prepared.append(dsn)

    first = await fresh_database("prepared_once", prepare)
    second = await fresh_database("prepared_once", prepare)
    assert len(prepared) == 1
    assert first != second != prepared[0]
    assert await _tables(first) == await _tables(second) == ["organizations"]


async def test_databases_are_dropped_when_the_test_ends(postgres: Postgres) -> None:
    source = FreshDatabase(postgres)
    dsn = await source()
    holder = await asyncpg.connect(dsn)  # a pool a test forgot
    await source.drop()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)
    holder.terminate()


def test_a_backend_that_cannot_be_had_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNIU_TEST_BACKEND", "cloud")
    with pytest.raises(BackendUnavailable, match="use embedded"):
        chosen()


async def test_without_an_engine_the_containers_say_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNIU_TEST_BACKEND", "containers")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    with pytest.raises(BackendUnavailable, match=r"deploy/offline/engine\.sh"):
        await chosen().bootstrap_servers()


async def test_the_external_backend_takes_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNIU_TEST_BACKEND", "external")
    monkeypatch.delenv("SHUNIU_TEST_POSTGRES_DSN", raising=False)
    backend = chosen()
    with pytest.raises(BackendUnavailable, match="SHUNIU_TEST_POSTGRES_DSN"):
        await backend.postgres()
    monkeypatch.setenv(
        "SHUNIU_TEST_POSTGRES_DSN", "postgresql://u:p@db.example:5432/postgres?sslmode=require"
    )
    server = await backend.postgres()
    assert server.dsn("office") == "postgresql://u:p@db.example:5432/office?sslmode=require"


def test_stack_names_are_not_shared(unique_stack: object) -> None:
    assert callable(unique_stack)
    names = {unique_stack() for _ in range(100)}
    assert len(names) == 100
    assert all(len(name) == 6 and name.isdigit() for name in names)
