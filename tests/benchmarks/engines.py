"""The engines under the benchmarks: our embedded ones, or Apache Kafka and PostgreSQL in containers.

The containers stand on the machine's own network, bound to loopback: a forwarding proxy between client and
server would take a core of its own. fsync is on everywhere, since that is what the figures are about.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args
from urllib.parse import urlsplit

import asyncpg

from chassis import bus
from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.port import free_port
from chassis.embedded.postgres import SETTINGS, EmbeddedPostgres
from chassis.settings import BusSettings
from tests.backends import (
    KAFKA_IMAGE,
    POSTGRES_IMAGE,
    BackendUnavailable,
    answers,
    single_broker,
    takes_topics,
    until_ready,
)

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

EngineName = Literal["embedded", "kafka"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
_TUNED = ("max_connections", "shared_buffers", "effective_cache_size", "work_mem", "max_wal_size", "jit",
          "max_parallel_workers_per_gather", "random_page_cost", "autovacuum_naptime",
          "autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor",
          "default_statistics_target")  # fmt: skip
"""What the embedded server sets for speed is set for the other too, so that engines can be compared."""


class Server(Protocol):
    """A PostgreSQL with fsync on."""

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, for its processor time and memory."""

    def dsn(self, database: str = "postgres") -> str:
        """The connection string of a database on this server."""

    async def create_database(self, name: str) -> None:
        """Create an empty database."""

    async def drop_database(self, name: str) -> None:
        """Drop a database with whatever sessions it has."""


class Engine:
    """A PostgreSQL, and a broker that is given out empty as often as one asks."""

    def __init__(self, name: EngineName, postgres: Server, directory: Path) -> None:
        self.name = name
        self.postgres = postgres
        self._directory = directory
        self._brokers = 0

    @asynccontextmanager
    async def broker(self) -> AsyncIterator[BusSettings]:
        """A broker without topics; the embedded one is a new process, since it never frees memory."""
        self._brokers += 1
        async with EmbeddedBroker(self._directory / f"broker-{self._brokers}") as broker:
            yield _settings(broker.bootstrap_servers, "embedded")

    @property
    def broker_pid(self) -> int | None:
        """The process id of a broker that lives as long as the engine; None where each is a new one."""
        return None


class _ContainerEngine(Engine):
    def __init__(self, postgres: Server, directory: Path, bootstrap_servers: str, broker: "_Container"):
        super().__init__("kafka", postgres, directory)
        self._bootstrap_servers = bootstrap_servers
        self._broker = broker

    @asynccontextmanager
    async def broker(self) -> AsyncIterator[BusSettings]:
        settings = _settings(self._bootstrap_servers, "kafka")
        await _delete_topics(settings)
        yield settings

    @property
    def broker_pid(self) -> int | None:
        return self._broker.pid


def stop_when_terminated() -> None:
    """Let a SIGTERM end the program as Ctrl-C does: its containers go with it, where they would stay."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background has it ignored
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))


@asynccontextmanager
async def engine(name: EngineName, directory: Path) -> AsyncIterator[Engine]:
    """The engine, started, with its data below `directory` or in containers; all ends with the block."""
    if name == "embedded":
        async with EmbeddedPostgres(directory / "postgres") as postgres:
            yield Engine(name, postgres, directory)
        return
    async with AsyncExitStack() as opened:
        server = await opened.enter_async_context(_postgres())
        broker, bootstrap_servers = await opened.enter_async_context(_kafka())
        yield _ContainerEngine(server, directory, bootstrap_servers, broker)


@dataclass(frozen=True)
class _Container:
    running: "DockerContainer"

    @property
    def pid(self) -> int | None:
        """The process id of the container's first process on this machine."""
        found = self.running.get_wrapped_container()
        found.reload()
        return int(found.attrs["State"]["Pid"]) or None


class _PostgresContainer:
    """The part of `EmbeddedPostgres` that the benchmarks use, of a server in a container."""

    def __init__(self, container: _Container, admin_dsn: str) -> None:
        self._container = container
        self._admin_dsn = admin_dsn

    @property
    def pid(self) -> int | None:
        return self._container.pid

    def dsn(self, database: str = "postgres") -> str:
        return urlsplit(self._admin_dsn)._replace(path=f"/{database}").geturl()

    async def create_database(self, name: str) -> None:
        await self._admin(f'create database "{name}" template template0')

    async def drop_database(self, name: str) -> None:
        await self._admin(f'drop database if exists "{name}" with (force)')

    async def _admin(self, statement: str) -> None:
        connection = await asyncpg.connect(self._admin_dsn)
        try:
            with suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def _postgres() -> AsyncIterator[_PostgresContainer]:
    port = free_port()
    tuned = [word for name in _TUNED for word in ("-c", f"{name}={SETTINGS[name]}")]
    container = await _start(
        os.environ.get("SHUNIU_TEST_POSTGRES_IMAGE", POSTGRES_IMAGE),
        {"POSTGRES_USER": "bench", "POSTGRES_PASSWORD": "bench"},
        ["postgres", "-c", "fsync=on", "-c", f"port={port}", *tuned],
    )
    try:
        dsn = f"postgresql://bench:bench@127.0.0.1:{port}/bench"
        await until_ready(lambda: answers(dsn), "PostgreSQL's container")
        yield _PostgresContainer(container, dsn)
    finally:
        await asyncio.to_thread(container.running.stop)


@asynccontextmanager
async def _kafka() -> AsyncIterator[tuple[_Container, str]]:
    port, inner = free_port(), free_port()
    environment = single_broker(port) | {
        "KAFKA_LISTENERS": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{inner}",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@127.0.0.1:{inner}",
    }
    container = await _start(os.environ.get("SHUNIU_TEST_KAFKA_IMAGE", KAFKA_IMAGE), environment, None)
    try:
        await until_ready(lambda: takes_topics(f"127.0.0.1:{port}"), "Apache Kafka's container")
        yield container, f"127.0.0.1:{port}"
    finally:
        await asyncio.to_thread(container.running.stop)


async def _start(image: str, environment: dict[str, str], command: list[str] | None) -> _Container:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
    from docker.errors import DockerException  # type: ignore[import-untyped]
    from testcontainers.core.container import DockerContainer

    def run() -> DockerContainer:
        made = DockerContainer(image).with_kwargs(network_mode="host")
        made.env.update(environment)
        return (made.with_command(command) if command else made).start()

    starting = asyncio.create_task(asyncio.to_thread(run))
    try:
        return _Container(await asyncio.shield(starting))
    except asyncio.CancelledError:
        await asyncio.to_thread((await starting).stop)  # nobody else knows of it
        raise
    except DockerException as error:
        raise BackendUnavailable(
            f"--engine kafka: {image} does not start ({error}); deploy/offline/engine.sh starts an engine, "
            "SHUNIU_TEST_KAFKA_IMAGE and SHUNIU_TEST_POSTGRES_IMAGE name other images"
        ) from error


def _settings(bootstrap_servers: str, profile: EngineName) -> BusSettings:
    return BusSettings.model_validate({"bootstrap_servers": bootstrap_servers, "profile": profile})


async def _delete_topics(settings: BusSettings) -> None:
    """Delete every topic that is not Kafka's own, and wait until none is listed."""
    client = bus.admin(settings)
    await client.start()
    try:
        while names := [name for name in await client.list_topics() if not name.startswith("__")]:
            await client.delete_topics(names)
            await asyncio.sleep(0.2)
    finally:
        await client.close()
