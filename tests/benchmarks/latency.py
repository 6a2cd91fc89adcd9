"""How long a command takes to show in another service: from the moment it was due to the projection's commit.

`python -m tests.benchmarks.latency`. The registry's organisations are changed and the console's projection is
told by a trigger on its table, so the last commit is part of the time. Once with both services and all roles
in one process, 200 commands a second, sent whether or not those before are done; once with a process a role
and a command a second, which is a quiet office.
"""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from tests.benchmarks.bringing import register_of
from tests.benchmarks.commanding import Office, office
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Bound, stopwatch
from tests.benchmarks.running import Options, run
from tests.benchmarks.stacks import Program, Running, stack

_ORGANIZATIONS = 500
_RATE, _SECONDS = 200.0, 6.0
_QUIET_RATE, _QUIET_SECONDS = 1.0, 60.0
_ARRIVES_S = 30.0
_CHANNEL = "projected"
_TELL = f"""
create function tell_projected() returns trigger language plpgsql as $$
begin
    perform pg_notify('{_CHANNEL}', new.id || ' ' || new.sequence);
    return null;
end $$;
create trigger tell_projected after insert or update on subject
for each row when (new.aggregate = 'organization') execute function tell_projected();
"""


Change = tuple[UUID, int]
"""An organisation and the sequence that a command gave it."""


@dataclass
class Watch:
    """When each change showed in the projection, and how long that was after its command was due."""

    due: dict[Change, float] = field(default_factory=dict)
    answered: dict[Change, float] = field(default_factory=dict)
    _commits: dict[UUID, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def sent(self, id: UUID, sequence: int, due: float) -> None:
        """A command was answered."""
        self.due[id, sequence] = due
        self.answered[id, sequence] = time.perf_counter()

    def notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        """The projection has committed an organisation at a sequence."""
        id, sequence = str(payload).split()
        self._commits[UUID(id)].append((int(sequence), time.perf_counter()))

    def shown(self, change: Change) -> float | None:
        """The first commit that has the change, alone or with later ones; None before."""
        id, sequence = change
        return next((moment for reached, moment in self._commits[id] if reached >= sequence), None)

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

    def answers(self) -> list[float]:
        """From due to the command's answer, in milliseconds, in ascending order."""
        return sorted((self.answered[change] - due) * 1e3 for change, due in self.due.items())


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


async def measure_busy(engine: Engine, options: Options) -> list[Bound]:
    """Both services with all roles in one process, 200 commands a second."""
    name = "command to projection elsewhere, one process, 200/s"
    middle, late = Bound(f"{name}: p50", "ms", 15), Bound(f"{name}: p99", "ms", 60)
    programs = [Program(("registry", "console"))]
    async with (
        engine.broker() as bus,
        stack(engine, bus, options.directory / "busy", programs) as running,
        office(running, await register_of(running, _ORGANIZATIONS)) as clerks,
        watching(running) as connection,
    ):
        await _settled(running)
        await send(connection, clerks, _RATE, 2.0)
        for number in range(options.runs):
            with stopwatch(*running.pids.values()) as used:
                watch = await send(connection, clerks, _RATE, options.seconds(_SECONDS))
            taken, answers = watch.milliseconds(), watch.answers()
            middle.figures.append(statistics.median(taken))
            late.figures.append(quantile(taken, 0.99))
            middle.notes.add("answer p50 ms", statistics.median(answers))
            middle.notes.add("processors of ours", used.spent.servers_s / used.spent.wall_s)
            late.notes.add("answer p99 ms", quantile(answers, 0.99))
            options.say(f"{name}, {number + 1}: p50 {middle.figures[-1]:.1f}, p99 {late.figures[-1]:.1f} ms")
    return [middle, late]


async def measure_quiet(engine: Engine, options: Options) -> list[Bound]:
    """A process a role, a command a second."""
    late = Bound("command to projection elsewhere, separate processes, 1/s: p99", "ms", 150)
    programs = [
        Program(("registry",), ("api",)), Program(("registry",), ("relay",)),
        Program(("console",), ("consumer",)),
    ]  # fmt: skip
    async with (
        engine.broker() as bus,
        stack(engine, bus, options.directory / "quiet", programs) as running,
        office(running, await register_of(running, _ORGANIZATIONS)) as clerks,
        watching(running) as connection,
    ):
        await _settled(running)
        watch = await send(connection, clerks, _QUIET_RATE, options.seconds(_QUIET_SECONDS))
        taken, answers = watch.milliseconds(), watch.answers()
        late.figures.append(quantile(taken, 0.99))
        late.notes.add("p50 ms", statistics.median(taken))
        late.notes.add("longest ms", taken[-1])
        late.notes.add("answer p50 ms", statistics.median(answers))
        options.say(f"{late.name}: {late.figures[-1]:.1f} ms, p50 {statistics.median(taken):.1f}")
    return [late]


async def measure(engine: Engine, options: Options) -> list[Bound]:
    """Busy and quiet."""
    return [*await measure_busy(engine, options), *await measure_quiet(engine, options)]


if __name__ == "__main__":
    run({"latency": measure}, __doc__)
