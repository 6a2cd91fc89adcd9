"""Processes that stop in the middle of a step for longer than others believe in them, and then go on."""

import asyncio
import random
import time
from pathlib import Path

import asyncpg
import pytest

from tests.faults.conftest import Outcome
from tests.faults.load import Load
from tests.faults.processes import Child, ForkServer
from tests.faults.stack import FaultStack

pytestmark = pytest.mark.system
_FROZEN_WITHIN_S = 60.0
_LOCK = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"


async def frozen_at(stack: FaultStack, seat: str, point: str, passing: int) -> Child:
    """Put a process into the seat that stops by itself at the point; the process, once it has."""
    zombie = await stack.doomed(seat, f"{point}:{passing}:freeze")
    deadline = time.monotonic() + _FROZEN_WITHIN_S
    while not _is_stopped(zombie):
        assert time.monotonic() < deadline, f"{seat} did not come to {point}"
        await asyncio.sleep(0.02)
    zombie.frozen = True
    return zombie


def _is_stopped(child: Child) -> bool:
    status = Path(f"/proc/{child.pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.parametrize("seat", ["partybuild consumer", "notify consumer", "console consumer"])
async def test_a_consumer_that_was_given_up_goes_on(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome, seat: str
) -> None:
    """Frozen for longer than its session at each step of a batch; a twin has its partitions meanwhile."""
    points = ["after_inbox", "after_reactions", "after_commit", "after_offsets"]
    dice.shuffle(points)
    async with FaultStack.open(forks, doubled=[seat], consumer_max_records="50") as stack:
        async with Load.on(stack, seed, workbook=300) as load:
            for point in points:
                zombie = await frozen_at(stack, seat, f"consumer.{point}", dice.randint(1, 3))
                await asyncio.sleep(dice.uniform(2.0, 4.0))
                zombie.thaw()
                await asyncio.sleep(1)
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_a_relay_that_lost_its_lock_goes_on(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    """Frozen past its lease while the server, which thinks it gone, gives the lock to another."""
    points = ["after_read", "after_send", "before_delete", "after_delete"]
    dice.shuffle(points)
    seat = "registry relay"
    async with FaultStack.open(forks, doubled=[seat], relay_lease_s="2") as stack:
        async with Load.on(stack, seed, workbook=300) as load:
            for point in points:
                await stack.stop(f"{seat} b")  # so that it is not the one that leads
                zombie = await frozen_at(stack, seat, f"relay.{point}", dice.randint(1, 4))
                await stack.start(f"{seat} b")
                await lose_the_lock(stack)
                await asyncio.sleep(dice.uniform(3.0, 5.0))
                zombie.thaw()
                await asyncio.sleep(1)
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def lose_the_lock(stack: FaultStack) -> None:
    """The server drops the session that holds the relay's lock, as it does after its keepalives."""
    connection = await asyncpg.connect(stack.dsn("registry"))
    try:
        assert await connection.fetch(_LOCK)
    finally:
        await connection.close()


async def test_an_api_and_timers_that_hold_locks_for_long(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    """A command frozen before its commit is asked for again meanwhile; a timer's twin comes to the same."""
    async with FaultStack.open(forks, doubled=["partybuild timers"]) as stack:
        async with Load.on(stack, seed) as load:
            for seat, point in (
                ("registry api", "command.before_commit"), ("registry api", "command.after_commit"),
                ("partybuild timers", "timer.after_take"), ("grants api", "command.before_log"),
                ("partybuild timers", "timer.after_candidates"),
            ):  # fmt: skip
                zombie = await frozen_at(stack, seat, point, 1 if "timers" in seat else dice.randint(1, 3))
                await asyncio.sleep(6)
                zombie.thaw()
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_a_clock_that_jumps_forwards_and_back(forks: ForkServer, seed: int, outcome: Outcome) -> None:
    """Deadlines of months fall due at once, and a moment later it is the day before."""
    async with FaultStack.open(forks, doubled=["partybuild timers", "notify timers"]) as stack:
        async with Load.on(stack, seed) as load:
            for offset in ("100 days", "-1 day", "101 days", "0"):
                await asyncio.sleep(4)
                for service in ("partybuild", "notify"):
                    connection = await asyncpg.connect(stack.dsn(service))
                    await connection.execute(f"update source set clock_offset = interval '{offset}'")
                    await connection.close()
        outcome.count(stack, load, await stack.at_rest(load.expected))
