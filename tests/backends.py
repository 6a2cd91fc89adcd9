"""The engines under the tests, by `SHUNIU_TEST_BACKEND`: `embedded` (default), `external`, `containers`.

`external` takes `SHUNIU_TEST_POSTGRES_DSN` (a superuser's, any database) and `SHUNIU_TEST_BOOTSTRAP_SERVERS`.
"""

import asyncio
import os
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

import asyncpg

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.postgres import EmbeddedPostgres

Prepare = Callable[[str], None]


class Postgres:
    """A server that gives out empty, or prepared, databases in tens of milliseconds."""

    def __init__(self, admin_dsn: str) -> None:
        self.admin_dsn = admin_dsn
        self._templates: dict[str, str] = {}
        self._given: list[str] = []

    def dsn(self, database: str) -> str:
        """The connection string of a database on this server."""
        return urlsplit(self.admin_dsn)._replace(path=f"/{database}").geturl()

    async def fresh_database(self, template: str | None = None, prepare: Prepare | None = None) -> str:
        """The DSN of a new database: empty, or a copy of what `prepare(dsn)` makes once per session.

        `prepare` is synchronous and runs in a thread without an event loop, as `chassis.migrations.upgrade`
        needs it: `await postgres.fresh_database("registry", partial(upgrade, service.migrations))`.
        """
        if template is None or prepare is None:
            return await self._create("template0")
        if template not in self._templates:
            dsn = await self._create("template0")
            await asyncio.to_thread(prepare, dsn)
            self._templates[template] = dsn.rpartition("/")[2]
        return await self._create(self._templates[template])

    async def drop(self, dsn: str) -> None:
        """Drop a database given out earlier, whoever is connected."""
        name = dsn.rpartition("/")[2]
        await self._admin(f'drop database if exists "{name}" with (force)')
        self._given.remove(name)

    async def drop_all(self) -> None:
        """Drop everything that was given out."""
        for name in list(self._given):
            await self.drop(self.dsn(name))

    async def _create(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        await self._admin(f'create database "{name}" template "{template}"')
        self._given.append(name)
        return self.dsn(name)

    async def _admin(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class Backend(Protocol):
    """Where PostgreSQL and the broker come from; each engine starts when a test first asks for it."""

    profile: Literal["kafka", "embedded"]
    """the bus profile (`BusSettings.profile`) that fits the broker"""

    async def postgres(self) -> Postgres: ...

    async def bootstrap_servers(self) -> str: ...

    async def stop(self) -> None: ...


class EmbeddedBackend:
    """Engines of our own from PyPI wheels, in a directory that goes with them."""

    profile: Literal["kafka", "embedded"] = "embedded"

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="shuniu-test-", ignore_cleanup_errors=True)
        root = Path(self._directory.name)
        root.chmod(0o711)  # PostgreSQL's own account, where we are root, has to pass through
        # Nothing here has to survive a power cut; a killed process loses nothing without fsync either.
        self._postgres = EmbeddedPostgres(root / "postgres", settings={"fsync": "off"})
        self._broker = EmbeddedBroker(root / "broker")

    async def postgres(self) -> Postgres:
        await self._postgres.start()
        return Postgres(self._postgres.dsn())

    async def bootstrap_servers(self) -> str:
        await self._broker.start()
        return self._broker.bootstrap_servers

    async def stop(self) -> None:
        await self._broker.stop()
        await self._postgres.stop()
        self._directory.cleanup()


class ExternalBackend:
    """Engines somebody else runs; only what the tests made in them is removed."""

    profile: Literal["kafka", "embedded"] = "kafka"

    async def postgres(self) -> Postgres:
        return Postgres(_required("SHUNIU_TEST_POSTGRES_DSN"))

    async def bootstrap_servers(self) -> str:
        return _required("SHUNIU_TEST_BOOTSTRAP_SERVERS")

    async def stop(self) -> None:
        return None


class BackendUnavailable(RuntimeError):
    """The chosen backend cannot serve the tests; says what to set."""


def chosen() -> Backend:
    """The backend named by `SHUNIU_TEST_BACKEND`; raises BackendUnavailable for any that cannot be had."""
    match name := os.environ.get("SHUNIU_TEST_BACKEND", "embedded"):
        case "embedded":
            return EmbeddedBackend()
        case "external":
            return ExternalBackend()
        case "containers":
            raise BackendUnavailable(
                "SHUNIU_TEST_BACKEND=containers: no containers are started from here yet; start "
                "PostgreSQL and Kafka (docker compose up) and use SHUNIU_TEST_BACKEND=external with "
                "SHUNIU_TEST_POSTGRES_DSN and SHUNIU_TEST_BOOTSTRAP_SERVERS"
            )
        case _:
            raise BackendUnavailable(f"SHUNIU_TEST_BACKEND={name!r}: use embedded, external or containers")


def _required(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise BackendUnavailable(f"SHUNIU_TEST_BACKEND=external needs {variable}")
    return value
