"""Whatever is killed whenever, of the real services under load: nothing is lost and nothing happens twice."""

import random

import pytest

from tests.faults.conftest import KILLS, Outcome
from tests.faults.killing import Killer
from tests.faults.load import Load
from tests.faults.processes import ForkServer
from tests.faults.stack import FaultStack

pytestmark = pytest.mark.system
SHARES = {"processes": 0.8, "postgres": 0.1, "broker": 0.1}
"""Of all random kills; every second one around an engine is a process."""
DOUBLED = ("registry relay", "partybuild consumer", "grants timers")
"""Seats with a second process: two that want to lead, share partitions, or fire the same timers."""


@pytest.mark.parametrize("part", [1, 2, 3])
async def test_processes_killed_at_random(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome, part: int
) -> None:
    async with FaultStack.open(forks, doubled=DOUBLED) as stack:
        async with Load.on(stack, seed + part, workbook=2000) as load:
            await Killer(stack, dice).processes(round(KILLS * SHARES["processes"] / 3))
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_postgresql_killed_with_processes_around_it(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    async with FaultStack.open(forks, doubled=DOUBLED) as stack:
        killer = Killer(stack, dice, (0.3, 1.2))
        async with Load.on(stack, seed, workbook=500) as load:
            for _ in range(round(KILLS * SHARES["postgres"] / 2)):
                await killer.postgres()
                await killer.processes(1)
                await stack.ready()
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_the_broker_killed_with_processes_around_it(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    async with FaultStack.open(forks, doubled=DOUBLED) as stack:
        killer = Killer(stack, dice, (0.3, 1.2))
        async with Load.on(stack, seed, workbook=500) as load:
            for _ in range(round(KILLS * SHARES["broker"] / 2)):
                await killer.broker()
                await killer.processes(1)
                await killer.rest()
        outcome.count(stack, load, await stack.at_rest(load.expected))
