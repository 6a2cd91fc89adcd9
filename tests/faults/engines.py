"""PostgreSQL and the broker as things that die: embedded or in containers, killed and started again."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import asyncpg

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.port import free_port
from chassis.embedded.postgres import EmbeddedPostgres
from tests.backends import KAFKA_IMAGE, POSTGRES_IMAGE, single_broker

_UP_WITHIN_S = 90.0
_SESSIONS = """
select datname, pid from pg_stat_activity
where application_name = 'shuniu' and datname is not null
order by datname, backend_start, pid
"""


class Engines(Protocol):
    """A server and a broker at addresses that outlive them."""

    profile: Literal["kafka", "embedded"]
    broker_keeps: bool
    """whether the broker's disk outlives a kill; where not, the bus is to be rebuilt"""

    @property
    def bootstrap_servers(self) -> str: ...

    def dsn(self, database: str) -> str: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def kill_postgres(self) -> None:
        """SIGKILL to the whole server; back when this returns."""

    async def kill_backend(self, dice: random.Random) -> None:
        """SIGKILL to one session's process, upon which the server drops all of them and recovers."""

    async def kill_broker(self, down_s: float = 0.0) -> None:
        """SIGKILL; started again after `down_s` and answering when this returns."""

    async def wipe_broker(self) -> None:
        """The broker with all it kept is gone; an empty one answers at its address when this returns."""


async def create(engines: Engines, databases: Sequence[str]) -> None:
    """Make empty databases."""
    connection = await asyncpg.connect(engines.dsn("postgres"))
    try:
        for name in databases:
            await connection.execute(f'create database "{name}" template template0')
    finally:
        await connection.close()


@asynccontextmanager
async def engines(place: Path) -> AsyncIterator[Engines]:
    """The engines of `SHUNIU_TEST_BACKEND`: embedded unless it says containers."""
    chosen = os.environ.get("SHUNIU_TEST_BACKEND", "embedded")
    if chosen not in ("embedded", "containers"):
        raise RuntimeError(f"SHUNIU_TEST_BACKEND={chosen!r}: engines are killed; embedded or containers")
    found: Engines = EmbeddedEngines(place) if chosen == "embedded" else ContainerEngines()
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


class EmbeddedEngines:
    """The engines of the embedded stack in one directory. The broker keeps nothing."""

    profile: Literal["kafka", "embedded"] = "embedded"
    broker_keeps = False

    def __init__(self, place: Path) -> None:
        # A killed process loses nothing without fsync; only a power cut would.
        self._postgres = EmbeddedPostgres(place / "postgres", free_port(), settings={"fsync": "off"})
        self._broker = EmbeddedBroker(place / "broker", free_port())

    @property
    def bootstrap_servers(self) -> str:
        return self._broker.bootstrap_servers

    def dsn(self, database: str) -> str:
        return self._postgres.dsn(database)

    async def start(self) -> None:
        await asyncio.gather(self._postgres.start(), self._broker.start())

    async def stop(self) -> None:
        await self._broker.stop()
        await self._postgres.stop()

    async def kill_postgres(self) -> None:
        assert self._postgres.pid is not None
        os.kill(self._postgres.pid, signal.SIGKILL)
        await self._postgres.stop()
        await self._postgres.start()

    async def kill_backend(self, dice: random.Random) -> None:
        if (pid := await _session(self, dice)) is not None:
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(pid, signal.SIGKILL)
        await _until_it_answers(self)

    async def kill_broker(self, down_s: float = 0.0) -> None:
        if self._broker.pid is not None:
            os.kill(self._broker.pid, signal.SIGKILL)
        await asyncio.sleep(down_s)
        await self._broker.stop()
        await self._broker.start()

    async def wipe_broker(self) -> None:
        await self.kill_broker()


async def _session(found: Engines, dice: random.Random) -> int | None:
    """The process of one of the services' sessions, as the server knows it; None where there is none now.

    Drawn by its database and its age there, since no seed repeats its number; always with two throws.
    """
    which, whose = dice.random(), dice.random()
    with suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
        connection = await asyncpg.connect(found.dsn("postgres"))
        try:
            rows = await connection.fetch(_SESSIONS)
        finally:
            connection.terminate()
        of_each: dict[str, list[int]] = {}
        for row in rows:
            of_each.setdefault(row["datname"], []).append(row["pid"])
        if of_each:
            chosen = of_each[sorted(of_each)[int(which * len(of_each))]]
            return chosen[int(whose * len(chosen))]
    return None


async def _until_it_answers(found: Engines) -> None:
    async with asyncio.timeout(_UP_WITHIN_S):
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(found.dsn("postgres"), timeout=5)
                await connection.close()
                return
            await asyncio.sleep(0.1)


class ContainerEngines:
    """PostgreSQL and Apache Kafka in containers of their own. A killed broker finds its disk again."""

    profile: Literal["kafka", "embedded"] = "kafka"
    broker_keeps = True

    def __init__(self) -> None:
        self._postgres_port, self._broker_port = free_port(), free_port()
        self._postgres: Any = None
        self._broker: Any = None

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self._broker_port}"

    def dsn(self, database: str) -> str:
        root = f"postgresql://test:test@127.0.0.1:{self._postgres_port}/test"
        return urlsplit(root)._replace(path=f"/{database}").geturl()

    async def start(self) -> None:
        self._postgres = await _container(
            os.environ.get("SHUNIU_TEST_POSTGRES_IMAGE", POSTGRES_IMAGE),
            {5432: self._postgres_port},
            {"POSTGRES_USER": "test", "POSTGRES_PASSWORD": "test"},
            ["postgres", "-c", "fsync=off", "-c", "max_connections=300"],
        )
        await self._start_broker()
        await _until_it_answers(self)

    async def _start_broker(self) -> None:
        self._broker = await _container(
            os.environ.get("SHUNIU_TEST_KAFKA_IMAGE", KAFKA_IMAGE),
            {self._broker_port: self._broker_port}, single_broker(self._broker_port), None,
        )  # fmt: skip
        await self._until_the_broker_answers()

    async def stop(self) -> None:
        for container in (self._broker, self._postgres):
            if container is not None:
                await asyncio.to_thread(container.remove, force=True, v=True)

    async def kill_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.kill)
        await asyncio.to_thread(self._postgres.start)
        await _until_it_answers(self)

    async def kill_backend(self, dice: random.Random) -> None:
        # The container's processes are seen from outside under other numbers: its own shell does it.
        if (pid := await _session(self, dice)) is not None:
            await asyncio.to_thread(self._postgres.exec_run, ["sh", "-c", f"kill -9 {pid}"])
        await _until_it_answers(self)

    async def kill_broker(self, down_s: float = 0.0) -> None:
        await asyncio.to_thread(self._broker.kill)
        await asyncio.sleep(down_s)
        await asyncio.to_thread(self._broker.start)
        await self._until_the_broker_answers()

    async def wipe_broker(self) -> None:
        await asyncio.to_thread(self._broker.remove, force=True, v=True)
        await self._start_broker()

    async def _until_the_broker_answers(self) -> None:
        from aiokafka.admin import AIOKafkaAdminClient
        from aiokafka.errors import KafkaError

        async with asyncio.timeout(_UP_WITHIN_S):
            while True:
                client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
                try:
                    await client.start()
                    await client.list_topics()
                    return
                except (KafkaError, OSError):
                    await asyncio.sleep(0.3)
                finally:
                    await client.close()


async def _container(
    image: str, ports: dict[int, int], environment: dict[str, str], command: list[str] | None
) -> Any:
    import docker  # type: ignore[import-untyped]

    return await asyncio.to_thread(
        docker.from_env().containers.run, image, command, detach=True, environment=environment,
        ports={f"{inside}/tcp": ("127.0.0.1", outside) for inside, outside in ports.items()},
    )  # fmt: skip
