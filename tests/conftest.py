"""Fixtures of every integration test: one PostgreSQL and one broker a session, databases by the test."""

import itertools
import random
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.backends import Backend, Postgres, Prepare, chosen


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def backend() -> AsyncIterator[Backend]:
    """The engines of this session, see `tests/backends.py`."""
    engines = chosen()
    yield engines
    await engines.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(backend: Backend) -> AsyncIterator[Postgres]:
    """The session's PostgreSQL: `await postgres.fresh_database()` gives the DSN of an empty database."""
    server = await backend.postgres()
    yield server
    await server.drop_all()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def broker(backend: Backend) -> str:
    """Bootstrap servers of the session's broker; share it by a stack or topic name of your own."""
    return await backend.bootstrap_servers()


@pytest.fixture(scope="session")
def bus_profile(backend: Backend) -> str:
    """`BusSettings.profile` for the session's broker."""
    return backend.profile


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_database(postgres: Postgres) -> AsyncIterator["FreshDatabase"]:
    """Databases that go with the test: `dsn = await fresh_database()`, or prepared once a session:
    `await fresh_database("registry", partial(upgrade, service.migrations))`.
    """
    source = FreshDatabase(postgres)
    yield source
    await source.drop()


class FreshDatabase:
    """Gives out databases and drops them at the test's end."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._given: list[str] = []

    async def __call__(self, template: str | None = None, prepare: Prepare | None = None) -> str:
        """The DSN of a new database, see `Postgres.fresh_database`."""
        dsn = await self._postgres.fresh_database(template, prepare)
        self._given.append(dsn)
        return dsn

    async def drop(self) -> None:
        """Drop what was given out."""
        for dsn in self._given:
            await self._postgres.drop(dsn)


@pytest.fixture(scope="session")
def unique_stack() -> Callable[[], str]:
    """Codes of districts that no other test of this session uses, to name a stack and so its topics.

    The first two digits are no province of GB/T 2260, so that no rule mistakes them for a real place.
    """
    numbers = itertools.count(random.randrange(1000, 9000))
    return lambda: f"99{next(numbers) % 10_000:04d}"
