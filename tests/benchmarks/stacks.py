"""A whole stack on an engine: every service as processes of its own, as an operator would run them."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from chassis import topics
from chassis.command.place import KEYS_FOLDER
from chassis.embedded.connection import Connection, read_connection_file, write_connection_file
from chassis.embedded.port import free_port
from chassis.embedded.process import Process, ProcessFailed
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.service import discover, installed
from chassis.settings import BusSettings, Role
from deploy.scenarios.client import Stack
from tests.benchmarks.engines import Engine

REGION, STACK = "120116-binhai", "120116"
_READY_S = 180.0
_STOP_S = 30.0


@dataclass(frozen=True)
class Program:
    """One process: its services, and its roles where it has not all of them."""

    services: tuple[str, ...]
    roles: tuple[Role, ...] = ()
    module: str = "chassis.command"

    @property
    def name(self) -> str:
        """What it is called in logs and charts."""
        return "-".join((*self.services, *self.roles)) if len(self.services) < 3 else "services"

    @property
    def answers(self) -> bool:
        """Whether it has the services' APIs."""
        return not self.roles or "api" in self.roles


def each_service() -> tuple[Program, ...]:
    """A process for every service, with all of its roles."""
    return tuple(Program((name,)) for name in installed())


@dataclass
class Running:
    """A stack that is ready."""

    data_dir: Path
    connection: Connection
    token: str
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each program."""
        return {name: process.pid for name, process in self.processes.items()}

    def check(self) -> None:
        """Raise `ProcessFailed` where a program has ended."""
        for name, process in self.processes.items():
            if not process.running:
                raise ProcessFailed(name, f"ended with {process.exit_code}", process.log)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Stack]:
        """The stack's HTTP APIs as its operator."""
        async with Stack.open(self.connection, self.token) as opened:
            yield opened

    async def command(self, *words: str, accepted: tuple[int, ...] = (0,)) -> str:
        """What a `shuniu` command against this stack prints.

        Raises RuntimeError where it ends otherwise than accepted.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chassis.command", *words, "--data-dir", str(self.data_dir),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        if process.returncode not in accepted:
            raise RuntimeError(f"shuniu {' '.join(words)} ended with {process.returncode}: {output.decode()}")
        return output.decode()


@asynccontextmanager
async def stack(
    engine: Engine, bus: BusSettings, data_dir: Path, programs: Sequence[Program],
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Running]:  # fmt: skip
    """A stack with fresh databases and the topics of all services; stopped, databases dropped, at the end.

    `settings` are further `SHUNIU_` variables. Raises `ProcessFailed` with the end of the log where a
    program does not get ready.
    """
    names = tuple(dict.fromkeys(name for program in programs for name in program.services))
    prefix = data_dir.name.replace("-", "_")
    for name in names:
        await engine.postgres.create_database(f"{prefix}_{name}")
        await asyncio.to_thread(upgrade, discover(name).migrations, engine.postgres.dsn(f"{prefix}_{name}"))
    await topics.apply(bus, STACK)
    ports = {(program, name): free_port() for program in programs for name in program.services}
    urls = {name: f"http://127.0.0.1:{p}" for (program, name), p in ports.items() if program.answers}
    key = EmbeddedKey.open(data_dir / KEYS_FOLDER)
    write_connection_file(
        data_dir, region=REGION, stack=STACK, services=urls, started_at=datetime.now(UTC),
        databases={name: engine.postgres.dsn(f"{prefix}_{name}") for name in names},
        bootstrap_servers=bus.bootstrap_servers,
        broker="embedded" if bus.profile == "embedded" else "kafka",
    )  # fmt: skip
    token = key.issue(subject="u-operator", roles=["operator"], divisions=[STACK], hours=24)
    running = Running(data_dir, read_connection_file(data_dir), token)
    environment = {
        **os.environ, "SHUNIU_ENVIRONMENT": "embedded", "SHUNIU_STACK": STACK, "SHUNIU_REGION": REGION,
        "SHUNIU_DATABASE_DSN": engine.postgres.dsn(f"{prefix}_{{service}}"),
        "SHUNIU_BUS_BOOTSTRAP_SERVERS": bus.bootstrap_servers, "SHUNIU_BUS_PROFILE": bus.profile,
        "SHUNIU_CONSOLE_SERVICES": json.dumps({name: url for name, url in urls.items() if name != "console"}),
        "SHUNIU_AUTH_JWKS": str(key.jwks), "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1",
        **(settings or {}),
    }  # fmt: skip
    try:
        for program in programs:
            argv = [sys.executable, "-m", program.module, "serve", *_arguments(program, ports)]
            log = data_dir / "logs" / f"{program.name}.log"
            running.processes[program.name] = Process.start(program.name, argv, log=log, env=environment)
        await asyncio.gather(*(_ready(running, program, ports) for program in programs))
        yield running
    finally:
        stopping = (process.stop((signal.SIGTERM, _STOP_S)) for process in running.processes.values())
        await asyncio.gather(*stopping)
        for name in names:
            await engine.postgres.drop_database(f"{prefix}_{name}")


def _arguments(program: Program, ports: Mapping[tuple[Program, str], int]) -> Iterator[str]:
    for name in program.services:
        yield f"{name}:{ports[program, name]}"
    for role in program.roles:
        yield from ("--role", role)


async def _ready(running: Running, program: Program, ports: Mapping[tuple[Program, str], int]) -> None:
    process = running.processes[program.name]
    url = f"http://127.0.0.1:{ports[program, program.services[0]]}/health/ready?process=true"
    deadline = time.monotonic() + _READY_S
    async with httpx.AsyncClient(trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                if (await client.get(url)).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                if not process.running:
                    raise ProcessFailed(
                        program.name, f"ended with {process.exit_code} while starting", process.log
                    ) from None
            await asyncio.sleep(0.05)
    raise ProcessFailed(program.name, f"not ready after {_READY_S:.0f} s", process.log)
