"""Fixtures of every integration test: one PostgreSQL and one broker a session, databases by the test."""

import itertools
import random
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr

from chassis.database import Database
from chassis.migrations import upgrade
from chassis.region import Region, load_region
from chassis.service import Service
from chassis.settings import BusSettings, DatabaseSettings
from deploy.regions import profile_file
from tests.backends import Backend, Postgres, Prepare, chosen
from tests.world import emptied

# How long an example takes on a busy machine says nothing about it.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


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
    """Databases that go with the test: `dsn = await fresh_database()`, or prepared once a session."""
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def databases(postgres: Postgres) -> AsyncIterator["Databases"]:
    """`await databases.of(service)`: the service's database of this session, empty. Not for two at a time."""
    source = Databases(postgres)
    yield source
    await source.close()


class Databases:
    """One migrated database a service; to empty it takes milliseconds, where a copy takes a second."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._open: dict[str, Database] = {}

    async def of(self, service: Service, stack: str = "") -> Database:
        """The service's database, open and as its migrations leave it; one for each `stack` that is named."""
        name = f"{service.name}{stack}"
        if name not in self._open:
            dsn = await self._postgres.fresh_database(service.name, partial(upgrade, service.migrations))
            self._open[name] = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=8))
            await self._open[name].open()
        await emptied(service, self._open[name])
        return self._open[name]

    async def close(self) -> None:
        """Close every connection; the databases go with the server."""
        for database in self._open.values():
            await database.close()


@pytest.fixture(scope="session")
def buses(broker: str, bus_profile: str) -> BusSettings:
    """The session's broker as a service's settings name it."""
    return BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})


@pytest.fixture(scope="session")
def profile() -> Region:
    """Binhai's profile."""
    return load_region(profile_file("120116-binhai"))


@pytest.fixture(scope="session")
def unique_stack() -> Callable[[], str]:
    """Codes of districts that no other test of this session uses, to name a stack and so its topics.

    The first two digits are no province of GB/T 2260, so that no rule mistakes them for a real place.
    """
    numbers = itertools.count(random.randrange(1000, 9000))
    return lambda: f"99{next(numbers) % 10_000:04d}"
