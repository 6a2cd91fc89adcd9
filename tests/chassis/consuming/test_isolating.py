"""Statements that the database cancels: an outage where it is busy, parked where one is at fault."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from chassis.border import sort_records
from chassis.consumer import ConsumerState
from chassis.firing import TimerLoop
from chassis.isolating import Isolator
from chassis.lag import group_lag
from chassis.received import Received
from chassis.service import DueTimer, Timer
from chassis.subscription import subscription
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming.bus_world import Bus, consuming, until
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import Hearing, World, record, subject_id

pytestmark = pytest.mark.integration

SLOW = 13
"""The total of events whose reaction takes longer than a statement may."""


class Slow(Hearing):
    """Waits in the database for ever where an event's total is `SLOW`, or on all of them."""

    everything = False

    async def __call__(self, events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        if self.everything or any(entry.data.state.total_fen == SLOW for entry in events):
            await uow.connection.execute("set local statement_timeout = 30")
            await uow.connection.execute("select pg_sleep(60)")
        await super().__call__(events, uow)


def isolator(world: World) -> Isolator:
    return Isolator(world.applier)


async def test_a_batch_that_takes_too_long_is_an_outage_at_first(make: MakeWorld) -> None:
    world, s = await make(hearing=Slow()), subject_id()
    with pytest.raises(asyncpg.QueryCanceledError):
        await world.deliver(record(s, 1, total=SLOW), record(subject_id(), 1))
    assert await world.parked() == []
    assert await world.lines() == []


async def test_the_subject_at_fault_is_parked_and_the_others_are_applied(make: MakeWorld) -> None:
    world = await make(hearing=Slow())
    good, slow = [subject_id() for _ in range(9)], subject_id()
    batch = [record(s, 1) for s in good[:6]]
    batch += [record(slow, 1), record(slow, 2, total=SLOW), record(slow, 3)]
    batch += [record(s, 1) for s in good[6:]]
    tally = await isolator(world).process(sort_records(batch))
    assert await world.parked() == [(slow, 2, "failed"), (slow, 3, "follower")]
    assert await world.lines(slow) == [1]
    for s in good:
        assert await world.lines(s) == [1]
    assert (tally.records, tally.applied, tally.parked) == (12, 10, 2)
    [(error,)] = await world.fetch("select distinct error from parked where kind = 'failed'")
    assert "statement timeout" in error


async def test_a_busy_database_parks_nobody(make: MakeWorld) -> None:
    world = await make(hearing=Slow())
    assert isinstance(world.hearing, Slow)
    world.hearing.everything = True
    subjects, waiting = [subject_id() for _ in range(6)], isolator(world)
    batch = sort_records(record(s, 1) for s in subjects)
    with pytest.raises(asyncpg.QueryCanceledError):
        await waiting.process(batch)
    assert await world.parked() == []
    world.hearing.everything = False
    await waiting.process(batch)
    assert len(await world.lines()) == 6


async def test_a_quiet_office_whose_database_is_busy_parks_so_many_a_day_and_no_more(make: MakeWorld) -> None:
    world = await make(hearing=Slow(), bug_subjects=2)
    waiting = isolator(world)
    for _ in range(2):
        await waiting.process(sort_records([record(subject_id(), 1, total=SLOW)]))
    for _ in range(2):
        with pytest.raises(asyncpg.QueryCanceledError):
            await waiting.process(sort_records([record(subject_id(), 1, total=SLOW)]))
    assert len(await world.parked()) == 2


async def test_a_consumer_does_not_stand_still_for_one_slow_subject(make: MakeWorld, stack_bus: Bus) -> None:
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack, hearing=Slow(), cancelled_tries=2)
    good, slow = subject_id(), subject_id()
    await stack_bus.send(slow, 1, total=SLOW)
    await stack_bus.send(good, 1, 2)
    states = set()
    async with consuming(world) as loop:

        async def parked() -> bool:
            states.add(loop.state)
            return len(await world.parked()) == 1 and await world.lines(good) == [1, 2]

        await until(parked)

        async def committed() -> bool:
            found = await group_lag(stack_bus.settings, subscription(stack_bus.stack, world.definition))
            return found.behind == 0

        await until(committed)
        assert loop.ready
    assert ConsumerState.PAUSED in states
    assert await world.parked() == [(slow, 1, "failed")]


async def test_a_timer_that_takes_too_long_stops_no_other(make: MakeWorld) -> None:
    rung: list[str] = []

    async def ring(uow: UnitOfWork, due: DueTimer) -> None:
        await due.take()
        if due.subject == "slow":
            await uow.connection.execute("set local statement_timeout = 30")
            await uow.connection.execute("select pg_sleep(60)")
        rung.append(due.subject)

    world = await make(timers=(Timer("bell", ring),))
    async with world.runtime.unit_of_work() as uow:
        for second, subject in enumerate(("slow", "quick")):
            await uow.schedule("bell", subject, "990000", at=uow.now.replace(microsecond=second))
    loop = TimerLoop(world.runtime)
    await world.move_clock(2)
    assert await loop.fire_due() == 2
    assert rung == ["quick"]
    assert (loop.counts.fired, loop.counts.failed) == (1, 1)
