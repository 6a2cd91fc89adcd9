"""The embedded stack: PostgreSQL, the broker and a list of child programs on one machine, kept running."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.connection import remove_connection_file
from chassis.embedded.directory import DirectoryLock
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.embedded.process import Process, ProcessFailed
from chassis.embedded.supervisor import Happening, Part, Told, keep

_MEGABYTE = 1 << 20
_HEALTH_POLL_S = 0.05


@dataclass(frozen=True)
class Child:
    """A program of the stack: how it is started and where it says that it is ready."""

    name: str
    argv: tuple[str, ...]
    health_url: str | None = None
    """answers 200 once ready; None when running is enough"""
    env: Mapping[str, str] = field(default_factory=dict)
    """added to the environment of the stack's own process"""


@dataclass(frozen=True)
class StackLimits:
    """Waits and limits of a stack, in seconds and bytes."""

    ready_s: float = 120.0
    """how long a child may take to its first readiness"""
    shutdown_s: float = 25.0
    """how long children may finish their work before SIGKILL"""
    broker_bytes: int = 512 * _MEGABYTE
    """resident memory above which the broker is restarted, since it frees none"""
    broker_rest_s: float = 3600.0
    """a limit reached again within this time is doubled: the log itself needs more than the limit"""


class EmbeddedStack:
    """One stack in one data directory. Use `run` for a foreground process, or `start`, `watch`, `stop`.

    PostgreSQL listens on `base_port`, the broker on the next one, `port(n)` is the n-th after those; with
    `base_port` None the engines pick free ones. Start it from the main thread, see `process.py`.
    """

    def __init__(
        self, data_dir: Path, base_port: int | None, *, told: Told = lambda happening: None,
        limits: StackLimits | None = None,
    ) -> None:  # fmt: skip
        self.data_dir = data_dir.resolve()
        self.base_port = base_port
        self.limits = limits or StackLimits()
        self.postgres = EmbeddedPostgres(self.data_dir / "postgres", base_port)
        self.broker = EmbeddedBroker(self.data_dir / "broker", None if base_port is None else base_port + 1)
        self._told = told
        self._lock = DirectoryLock(self.data_dir, "stack")
        self._children: dict[str, Child] = {}
        self._processes: dict[str, Process] = {}
        self._broker_bytes = self.limits.broker_bytes
        self._broker_started = 0.0

    def port(self, number: int) -> int:
        """The port of the stack's n-th program (0, 1 ...); raises ValueError without a base port."""
        if self.base_port is None:
            raise ValueError("a stack without a base port gives out no ports: use free_port()")
        return self.base_port + 2 + number

    def pid(self, name: str) -> int | None:
        """The process id of `postgres`, `broker` or a child by its name, None when it is not running."""
        match name:
            case "postgres":
                return self.postgres.pid
            case "broker":
                return self.broker.pid
        process = self._processes.get(name)
        return process.pid if process is not None and process.running else None

    async def start(
        self, children: Callable[[], Sequence[Child]], prepare: Callable[[], Awaitable[None]]
    ) -> None:
        """Start everything at once, the engines in turn, then `prepare` the databases; await the children.

        Loading its code is most of a child's start, so it begins while the engines do and waits for its
        database by itself; that the broker is there before any database answers is promised. Raises
        DirectoryInUse, PortTaken or ProcessFailed (which carries the end of the part's log), or what
        `prepare` raises; nothing is left running then.
        """
        self._lock.acquire()
        try:
            starting = children()
            for child in starting:
                self._start_child(child)
            for name, engine in (("broker", self.broker), ("postgres", self.postgres)):
                begun = self._tell(name, "starting")
                await engine.start()
                self._tell(name, "ready", since=begun)
            self._broker_started = time.monotonic()
            begun = self._tell("databases", "starting")
            await prepare()
            self._tell("databases", "ready", since=begun)
            await self._first_readiness(starting)
        except BaseException:
            await self.stop()
            raise

    async def watch(self, on_broker_restart: Callable[[], Awaitable[None]]) -> None:
        """Keep every part running until cancelled; `on_broker_restart` fills a broker that started empty."""

        async def restart_broker() -> None:
            await self.broker.stop()
            await self.broker.start()
            self._broker_started = time.monotonic()
            await on_broker_restart()

        parts = [
            Part("postgres", lambda: _ended(self.postgres.running), self._restart_postgres),
            Part("broker", self._broker_trouble, restart_broker),
            *(self._part(child) for child in self._children.values()),
        ]
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(keep(part, self._told), name=f"keep {part.name}")

    async def stop(self) -> None:
        """Children first (SIGTERM, bounded wait, SIGKILL), then the broker, PostgreSQL last and fast."""
        if self._lock.held:
            remove_connection_file(self.data_dir)
        for name in self._processes:
            self._tell(name, "stopping")
        term = (signal.SIGTERM, self.limits.shutdown_s)
        await asyncio.gather(*(process.stop(term) for process in self._processes.values()))
        self._processes.clear()
        self._children.clear()
        for name, engine in (("broker", self.broker), ("postgres", self.postgres)):
            if engine.running:
                self._tell(name, "stopping")
            await engine.stop()
        self._lock.release()

    async def run(
        self, children: Callable[[], Sequence[Child]], prepare: Callable[[], Awaitable[None]],
        on_broker_restart: Callable[[], Awaitable[None]], ready: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`start`, call `ready`, `watch` until SIGINT or SIGTERM (even during the start), then `stop`."""
        loop, asked = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, asked.set)
        stopping = asyncio.create_task(asked.wait())
        try:
            if await _unless(stopping, self.start(children, prepare)):
                ready()
                await _unless(stopping, self.watch(on_broker_restart))
        finally:
            stopping.cancel()
            await self.stop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _start_child(self, child: Child) -> None:
        self._tell(child.name, "starting")
        log = self.data_dir / "logs" / f"{child.name}.log"
        self._children[child.name] = child
        environment = {**os.environ, **child.env}
        self._processes[child.name] = Process.start(child.name, child.argv, log=log, env=environment)

    async def _first_readiness(self, children: Sequence[Child]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for child in children:
                    group.create_task(self._ready(child))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _ready(self, child: Child) -> None:
        process, begun = self._processes[child.name], time.monotonic()
        async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
            while not await _healthy(client, child.health_url):
                if not process.running:
                    what = f"ended with {process.exit_code} while starting"
                    raise ProcessFailed(child.name, what, process.log)
                if time.monotonic() - begun > self.limits.ready_s:
                    what = f"was not ready after {self.limits.ready_s:.0f} s ({child.health_url})"
                    raise ProcessFailed(child.name, what, process.log)
                await asyncio.sleep(_HEALTH_POLL_S)
        self._tell(child.name, "ready", since=begun)

    def _part(self, child: Child) -> Part:
        async def restart() -> None:
            self._processes[child.name].kill()  # whatever it started goes with it
            self._start_child(child)

        def trouble() -> str | None:
            process = self._processes[child.name]
            return None if process.running else f"ended with {process.exit_code}"

        return Part(child.name, trouble, restart)

    async def _restart_postgres(self) -> None:
        await self.postgres.stop()
        await self.postgres.start()

    def _broker_trouble(self) -> str | None:
        used = self.broker.resident_bytes()
        if used <= self._broker_bytes:
            return _ended(self.broker.running)
        trouble = f"uses {used // _MEGABYTE} MB, more than {self._broker_bytes // _MEGABYTE} MB"
        if time.monotonic() - self._broker_started < self.limits.broker_rest_s:
            self._broker_bytes *= 2
        return trouble

    def _tell(
        self, part: str, what: Literal["starting", "ready", "stopping"], since: float | None = None
    ) -> float:
        now = time.monotonic()
        self._told(Happening(part, what, seconds=None if since is None else now - since))
        return now


def _ended(running: bool) -> str | None:
    return None if running else "ended"


async def _healthy(client: httpx.AsyncClient, url: str | None) -> bool:
    if url is None:
        return True
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def _unless(stopping: asyncio.Task[object], work: Awaitable[None]) -> bool:
    """Do `work` to its end, True, or cancel it when `stopping` comes first, False; its errors are raised."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
        return True
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return False
