"""The engines under the tests, by `SHUNIU_TEST_BACKEND`: `embedded` (default), `external`, `containers`.

`external` takes `SHUNIU_TEST_POSTGRES_DSN` (a superuser's, any database) and `SHUNIU_TEST_BOOTSTRAP_SERVERS`.
`containers` takes `SHUNIU_TEST_POSTGRES_IMAGE` and `SHUNIU_TEST_KAFKA_IMAGE`, public images where unset.
"""

import asyncio
import os
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.port import free_port
from chassis.embedded.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

POSTGRES_IMAGE = "postgres:16"
KAFKA_IMAGE = "apache/kafka:4.1.0"
STARTED_WITHIN_S = 120.0

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


class ContainersBackend:
    """PostgreSQL and Apache Kafka in containers, published on loopback only, which go with the session."""

    profile: Literal["kafka", "embedded"] = "kafka"

    def __init__(self) -> None:
        self._containers: list[DockerContainer] = []

    async def postgres(self) -> Postgres:
        port = free_port()
        image = os.environ.get("SHUNIU_TEST_POSTGRES_IMAGE", POSTGRES_IMAGE)
        # As in the embedded server: a killed process loses nothing without fsync.
        command = ["postgres", "-c", "fsync=off", "-c", "max_connections=300"]
        await self._start(
            image, {5432: port}, {"POSTGRES_USER": "test", "POSTGRES_PASSWORD": "test"}, command=command
        )
        server = Postgres(f"postgresql://test:test@127.0.0.1:{port}/test")
        await until_ready(lambda: answers(server.admin_dsn), image)
        return server

    async def bootstrap_servers(self) -> str:
        port = free_port()
        image = os.environ.get("SHUNIU_TEST_KAFKA_IMAGE", KAFKA_IMAGE)
        # The client's port inside and outside is one, so that what the broker advertises is right for both.
        await self._start(image, {port: port}, single_broker(port))
        await until_ready(lambda: takes_topics(f"127.0.0.1:{port}"), image)
        return f"127.0.0.1:{port}"

    async def stop(self) -> None:
        for container in reversed(self._containers):
            await asyncio.to_thread(container.stop)
        self._containers.clear()

    async def _start(
        self,
        image: str,
        ports: dict[int, int],
        environment: dict[str, str],
        *,
        command: list[str] | None = None,
    ) -> None:
        # The reaper is an image of its own, which a closed network lacks; the session's end removes ours.
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
        os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
        from docker.errors import DockerException  # type: ignore[import-untyped]
        from testcontainers.core.container import DockerContainer

        def run() -> DockerContainer:
            container = DockerContainer(image)
            container.env.update(environment)
            published: dict[str, Any] = {f"{n}/tcp": ("127.0.0.1", host) for n, host in ports.items()}
            container.ports.update(published)
            return (container.with_command(command) if command else container).start()

        try:
            self._containers.append(await asyncio.to_thread(run))
        except DockerException as error:
            raise BackendUnavailable(
                f"SHUNIU_TEST_BACKEND=containers: {image} does not start ({error}); deploy/offline/engine.sh "
                "starts an engine, deploy/offline/build.sh builds images where no registry can be reached"
            ) from error


def single_broker(port: int) -> dict[str, str]:
    """The variables of a broker that is its own controller and listens for clients on `port`."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "5",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        # The shortest session of the suites, which the embedded broker takes too.
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "500",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


async def until_ready(ready: Callable[[], Awaitable[None]], what: str) -> None:
    """Ask until it is ready; raises BackendUnavailable with the last answer after `STARTED_WITHIN_S`."""
    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            return await ready()
        except (OSError, asyncpg.PostgresError, KafkaError) as error:
            if time.monotonic() > deadline:
                raise BackendUnavailable(
                    f"{what} is not ready after {STARTED_WITHIN_S:.0f} s: {error}"
                ) from error
        await asyncio.sleep(0.5)


async def answers(dsn: str) -> None:
    """Raise unless the server takes a connection."""
    connection = await asyncpg.connect(dsn)
    await connection.close()


async def takes_topics(bootstrap_servers: str) -> None:
    """Raise unless the broker answers as one that takes topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await admin.start()
        await admin.list_topics()
    finally:
        await admin.close()


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
            return ContainersBackend()
        case _:
            raise BackendUnavailable(f"SHUNIU_TEST_BACKEND={name!r}: use embedded, external or containers")


def _required(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise BackendUnavailable(f"SHUNIU_TEST_BACKEND=external needs {variable}")
    return value
