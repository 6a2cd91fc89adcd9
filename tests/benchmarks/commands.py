"""What log and outbox cost a command over HTTP: the same service with them and without.

`python -m tests.benchmarks.commands`. Both run side by side, each with a database of its own, and are asked
in turn by eight clerks who wait for their answers.
"""

from collections.abc import AsyncIterator

from tests.benchmarks.bringing import register_of
from tests.benchmarks.commanding import Office, office
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Row, stopwatch
from tests.benchmarks.running import Options, run
from tests.benchmarks.stacks import Program, Running, stack

REACH = 0.80
_CLERKS = 8
_ORGANIZATIONS = 400
_SECONDS = 5.0
_WARM_S = 2.0


async def _rate(
    row: Row, what: str, running: Running, clerks: Office, engine: Engine, seconds: float
) -> float:
    with stopwatch(*running.pids.values(), engine.postgres.pid) as watch:
        rate = await clerks.as_fast_as_answered(seconds, _CLERKS)
    row.note(f"ms CPU a command {what}", watch.spent.servers_s / (rate * watch.spent.wall_s) * 1e3)
    return rate


async def measure(engine: Engine, options: Options) -> AsyncIterator[Row]:
    """Both in turn."""
    row = Row("command over HTTP, log and outbox", "commands/s", "without them", REACH)
    kept = Program(("registry",), ("api",))
    bare = Program(("registry",), ("api",), module="tests.benchmarks.unlogged")
    async with (
        engine.broker() as bus,
        stack(engine, bus, options.directory / "logged", [kept]) as logged,
        stack(engine, bus, options.directory / "unlogged", [bare]) as unlogged,
        office(logged, await register_of(logged, _ORGANIZATIONS)) as ours,
        office(unlogged, await register_of(unlogged, _ORGANIZATIONS)) as theirs,
    ):
        await ours.as_fast_as_answered(_WARM_S, _CLERKS)
        await theirs.as_fast_as_answered(_WARM_S, _CLERKS)
        for number in range(options.runs):
            seconds = options.seconds(_SECONDS)
            row.rates.append(await _rate(row, "here", logged, ours, engine, seconds))
            row.references.append(await _rate(row, "there", unlogged, theirs, engine, seconds))
            options.say(
                f"{row.name}, {number + 1}: {row.rates[-1]:,.0f} of {row.references[-1]:,.0f} {row.unit}"
            )
    yield row


if __name__ == "__main__":
    run({"commands": measure}, __doc__)
