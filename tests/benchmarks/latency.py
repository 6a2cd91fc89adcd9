"""How long a command takes to show in another service: from the moment it was due to the projection's commit.

`python -m tests.benchmarks.latency`. The registry's organisations are changed and a trigger on the console's
projection tells of it, so the last commit is part of the time; every hop has a time of its own. Once with
both services and all roles in one process, 200 commands a second, sent whether or not those before are done,
and the least that does the same (`bare.py`) beside it, with the bare driver and with a SQLModel session; once
with a process a role and a command a second, which is a quiet office.
"""

import asyncio
import os
import signal
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from shuniu_contracts import event_type
from shuniu_contracts.registry import OrganizationRegistered

from chassis import bus
from chassis.embedded.process import Process
from chassis.settings import BusSettings
from tests.benchmarks import bare
from tests.benchmarks.bringing import register_of
from tests.benchmarks.commanding import Office, office
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Bound, stopwatch
from tests.benchmarks.running import Options, run
from tests.benchmarks.stacks import STACK, Program, Running, stack

_ORGANIZATIONS = 500
_RATE, _SECONDS = 200.0, 6.0
_QUIET_RATE, _QUIET_SECONDS = 1.0, 60.0
_ARRIVES_S = 30.0
_CHANNEL = "projected"
_TOPIC = event_type(OrganizationRegistered).stream.topic(STACK, 1)
_TELL = f"""
create function tell_projected() returns trigger language plpgsql as $$
begin
    perform pg_notify(
        '{_CHANNEL}', new.id || ' ' || new.sequence || ' ' || extract(epoch from transaction_timestamp())
    );
    return null;
end $$;
create trigger tell_projected after insert or update on subject
for each row when (new.aggregate = 'organization') execute function tell_projected();
"""


Change = tuple[UUID, int]
"""An organisation and the sequence that a command gave it."""


@dataclass(frozen=True)
class _Commit:
    """The projection has an organisation at a sequence; the moments by `perf_counter`."""

    sequence: int
    begun: float
    at: float


@dataclass
class Watch:
    """When each change showed in the projection, and how long that was after its command was due."""

    due: dict[Change, float] = field(default_factory=dict)
    answered: dict[Change, float] = field(default_factory=dict)
    packed: dict[Change, float] = field(default_factory=dict)
    """when the relay had the event in hand, as the record's own time says"""
    epoch: float = field(default_factory=lambda: time.time() - time.perf_counter())
    """when `perf_counter` was zero, by the clock"""
    _commits: dict[UUID, list[_Commit]] = field(default_factory=lambda: defaultdict(list))

    def sent(self, id: UUID, sequence: int, due: float) -> None:
        """A command was answered."""
        self.due[id, sequence] = due
        self.answered[id, sequence] = time.perf_counter()

    def notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        """The projection has committed an organisation at a sequence."""
        id, sequence, begun = str(payload).split()
        commit = _Commit(int(sequence), float(begun) - self.epoch, time.perf_counter())
        self._commits[UUID(id)].append(commit)

    def shown(self, change: Change) -> float | None:
        """The first commit that has the change, alone or with later ones; None before."""
        commit = self._commit(change)
        return None if commit is None else commit.at

    def _commit(self, change: Change) -> _Commit | None:
        id, sequence = change
        return next((commit for commit in self._commits[id] if commit.sequence >= sequence), None)

    async def all_shown(self) -> None:
        """Wait for what is under way; raises RuntimeError where it does not show within seconds."""
        deadline = time.perf_counter() + _ARRIVES_S
        while missing := [change for change in self.due if self.shown(change) is None]:
            if time.perf_counter() > deadline:
                raise RuntimeError(f"{len(missing)} of {len(self.due)} changes did not show: {missing[0]}")
            await asyncio.sleep(0.05)

    def milliseconds(self) -> list[float]:
        """From due to shown, in ascending order."""
        shown = {change: self.shown(change) for change in self.due}
        return sorted((at - self.due[change]) * 1e3 for change, at in shown.items() if at is not None)

    async def read_back(self, settings: BusSettings) -> None:
        """Learn from the bus when the relay had each event in hand; after the fact, so that it costs none."""
        consumer = bus.consumer(settings, _TOPIC)
        await consumer.start()
        try:
            while self.due.keys() - self.packed.keys():
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    for record in records:
                        headers = dict(record.headers)
                        change = UUID(headers["ce_subject"].decode()), int(headers["ce_sequence"])
                        self.packed[change] = record.timestamp / 1e3 - self.epoch
        finally:
            await consumer.stop()

    def hops(self) -> dict[str, list[float]]:
        """What the way is made of, each in milliseconds and ascending order: the command up to its answer,
        the relay up to its message, the bus up to the projection's transaction, that up to its commit."""
        found: dict[str, list[float]] = {"command": [], "relay": [], "bus": [], "projection": []}
        for change, due in self.due.items():
            commit = self._commit(change)
            assert commit is not None
            moments = (due, self.answered[change], self.packed[change], commit.begun, commit.at)
            for hop, (begun, ended) in zip(found.values(), pairwise(moments), strict=True):
                hop.append((ended - begun) * 1e3)
        return {name: sorted(taken) for name, taken in found.items()}


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@asynccontextmanager
async def watching(running: Running) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the projection's database that is told of commits."""
    connection = await asyncpg.connect(running.connection.databases["console"])
    try:
        await connection.execute(_TELL)
        yield connection
    finally:
        await connection.close()


async def send(connection: asyncpg.Connection, clerks: Office, rate: float, seconds: float) -> Watch:
    """Commands at a rate; all of them have shown when it returns."""
    watch = Watch()
    await connection.add_listener(_CHANNEL, watch.notified)
    await clerks.at_rate(rate, seconds, watch.sent)
    await watch.all_shown()
    await connection.remove_listener(_CHANNEL, watch.notified)
    return watch


async def _settled(running: Running) -> None:
    """The register is everywhere, and nothing is under way."""
    async with running.client() as client:
        await client.at_rest()


async def _note_hops(row: Bound, watch: Watch, settings: BusSettings) -> None:
    await watch.read_back(settings)
    for name, taken in watch.hops().items():
        row.notes.add(f"{name} p50 ms", statistics.median(taken))
        row.notes.add(f"{name} p99 ms", quantile(taken, 0.99))


async def measure_busy(engine: Engine, options: Options) -> AsyncIterator[Bound]:
    """Both services with all roles in one process, 200 commands a second; then the least in its place."""
    ours, least, in_session = (
        _Busy.of(f"one process, 200/s{whose}") for whose in ("", ", the least", ", the least with a session")
    )
    programs = [Program(("registry", "console"))]
    async with (
        engine.broker() as bus_settings,
        stack(engine, bus_settings, options.directory / "busy", programs) as running,
        office(running, await register_of(running, _ORGANIZATIONS)) as clerks,
        watching(running) as connection,
    ):
        await _settled(running)
        await ours.measure(clerks, connection, running, bus_settings, options)
        for row, means in ((least, ()), (in_session, ("session",))):
            await _replace(running, bus_settings, means)
            await row.measure(clerks, connection, running, bus_settings, options)
    for row in (ours, least, in_session):
        yield row.middle
        yield row.late


@dataclass(frozen=True)
class _Busy:
    """The two rows of one program under 200 commands a second."""

    middle: Bound
    late: Bound

    @classmethod
    def of(cls, what: str) -> "_Busy":
        name = f"command to projection elsewhere, {what}"
        return cls(Bound(f"{name}: p50", "ms", 15), Bound(f"{name}: p99", "ms", 60))

    async def measure(
        self, clerks: Office, connection: asyncpg.Connection, running: Running, settings: BusSettings,
        options: Options,
    ) -> None:  # fmt: skip
        await send(connection, clerks, _RATE, 2.0)
        for number in range(options.runs):
            with stopwatch(*running.pids.values()) as used:
                watch = await send(connection, clerks, _RATE, options.seconds(_SECONDS))
            taken = watch.milliseconds()
            self.middle.figures.append(statistics.median(taken))
            self.late.figures.append(quantile(taken, 0.99))
            self.middle.notes.add("processors", used.spent.servers_s / used.spent.wall_s)
            self.middle.notes.add("ms CPU a command", used.spent.servers_s / len(taken) * 1e3)
            await _note_hops(self.late, watch, settings)
            figures = f"p50 {self.middle.figures[-1]:.1f}, p99 {self.late.figures[-1]:.1f} ms"
            options.say(f"{self.middle.name}, {number + 1}: {figures}")


async def _replace(running: Running, settings: BusSettings, means: Sequence[str]) -> None:
    """Stop the program that runs and let the least (`bare.py`) answer at the registry's address."""
    (name, process), *_ = running.processes.items()
    await process.stop((signal.SIGTERM, 30.0))
    url, databases = running.connection.services["registry"], running.connection.databases
    argv = [
        sys.executable, "-m", bare.__name__, url.rpartition(":")[2], databases["registry"],
        databases["console"], settings.bootstrap_servers, settings.profile, *means,
    ]  # fmt: skip
    started = Process.start(name, argv, log=running.data_dir / "logs" / "bare.log", env=dict(os.environ))
    running.processes[name] = started
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
        while True:
            running.check()
            with suppress(httpx.TransportError):
                if (await client.get(f"{url}/health/ready")).is_success:
                    return
            await asyncio.sleep(0.1)


async def measure_quiet(engine: Engine, options: Options) -> AsyncIterator[Bound]:
    """A process a role, a command a second."""
    late = Bound("command to projection elsewhere, separate processes, 1/s: p99", "ms", 150)
    programs = [
        Program(("registry",), ("api",)), Program(("registry",), ("relay",)),
        Program(("registry",), ("consumer",)), Program(("console",), ("consumer",)),
    ]  # fmt: skip
    async with (
        engine.broker() as bus_settings,
        stack(engine, bus_settings, options.directory / "quiet", programs) as running,
        office(running, await register_of(running, _ORGANIZATIONS)) as clerks,
        watching(running) as connection,
    ):
        await _settled(running)
        for number in range(options.runs):
            watch = await send(connection, clerks, _QUIET_RATE, options.seconds(_QUIET_SECONDS))
            taken = watch.milliseconds()
            late.figures.append(quantile(taken, 0.99))
            late.notes.add("p50 ms", statistics.median(taken))
            await _note_hops(late, watch, bus_settings)
            figures = f"{late.figures[-1]:.1f} ms, p50 {statistics.median(taken):.1f}"
            options.say(f"{late.name}, {number + 1}: {figures}")
    yield late


async def measure(engine: Engine, options: Options) -> AsyncIterator[Bound]:
    """Busy and quiet."""
    for part in (measure_busy, measure_quiet):
        async for row in part(engine, options):
            yield row


if __name__ == "__main__":
    run({"busy": measure_busy, "quiet": measure_quiet}, __doc__)
