"""A consumer whose database, or whose process, is away for long: nothing is lost and nothing done twice."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from chassis.consumer import ConsumerLoop, ConsumerState
from chassis.lag import group_lag
from chassis.received import Received
from chassis.settings import BusSettings
from chassis.subscription import subscription
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming.bus_world import Bus, consuming, until
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import Hearing, World, record, subject_id

pytestmark = pytest.mark.integration
SESSION_S = 1.0


def impatient(here: Bus, max_poll_interval_s: float) -> BusSettings:
    """Settings under which an absence is noticed soon."""
    return here.settings.model_copy(
        update={
            "session_timeout_ms": int(SESSION_S * 1000),
            "max_poll_interval_ms": int(max_poll_interval_s * 1000),
        }
    )


def there(world: World, count: int) -> Callable[[], Any]:
    """Whether so many events have been applied."""

    async def found() -> bool:
        return len(await world.lines()) >= count

    return found


class Outage:
    """A database that is away until told otherwise."""

    def __init__(self) -> None:
        self.lasts = True

    def __call__(self, _: Received[Any]) -> Exception | None:
        return ConnectionRefusedError("the database is away") if self.lasts else None


async def check(world: World, here: Bus, subjects: Sequence[str], newest: int) -> None:
    for s in subjects:
        assert await world.lines(s) == list(range(1, newest + 1))
    assert await world.fetch("select 1 from held union all select 1 from parked") == []
    assert await caught_up(world, here)


async def caught_up(world: World, here: Bus) -> bool:
    return (await group_lag(here.settings, subscription(here.stack, world.definition))).behind == 0


@pytest.mark.parametrize("max_poll_interval_s", [1.5, 300])
async def test_an_outage_longer_than_every_timeout_loses_nothing(
    make: MakeWorld, stack_bus: Bus, max_poll_interval_s: float
) -> None:
    """Longer than the session, and once longer, once shorter than the longest wait between two polls."""
    outage, subjects = Outage(), [subject_id() for _ in range(10)]
    world = await make(
        bus=impatient(stack_bus, max_poll_interval_s), stack=stack_bus.stack, hearing=Hearing(outage),
        max_records=10,
    )  # fmt: skip
    async with consuming(world) as loop:
        for sequence in range(1, 5):
            for s in subjects:
                await stack_bus.send(s, sequence)
        await asyncio.sleep(4)
        assert loop.state is ConsumerState.PAUSED
        outage.lasts = False
        await until(there(world, 40), 30)
        assert loop.ready
    await check(world, stack_bus, subjects, 4)


async def test_a_rebalance_in_an_outage_loses_nothing_and_doubles_nothing(
    make: MakeWorld, stack_bus: Bus
) -> None:
    """What was kept in memory is read again by whoever has it now: one of the two is dropped."""
    outage, subjects = Outage(), [subject_id() for _ in range(10)]
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack, hearing=Hearing(outage), max_records=10)
    async with consuming(world) as first:
        for s in subjects:
            await stack_bus.send(s, 1, 2, 3)

        async def paused() -> bool:
            return first.state is ConsumerState.PAUSED

        await until(paused)
        async with consuming(world) as second:

            async def joined() -> bool:
                return second.assigned

            await until(joined, 60)
            for s in subjects:
                await stack_bus.send(s, 4)
            outage.lasts = False
            await until(there(world, 40), 60)

            async def both_run() -> bool:
                return {first.state, second.state} == {ConsumerState.RUNNING}

            await until(both_run, 60)
            await until(partial(caught_up, world, stack_bus), 60)
    await check(world, stack_bus, subjects, 4)


async def test_a_member_that_the_group_gave_up_finishes_late_and_changes_nothing(
    make: MakeWorld, stack_bus: Bus
) -> None:
    """It stands in the middle of a transaction while another member reads the same records."""
    begun, go_on, calls = asyncio.Event(), asyncio.Event(), 0

    async def react(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        nonlocal calls
        calls += 1
        await heard(events, uow)
        if calls == 1:
            begun.set()
            await go_on.wait()

    heard, subjects = Hearing(), [subject_id() for _ in range(10)]
    world = await make(bus=impatient(stack_bus, 300), stack=stack_bus.stack, reaction=react)
    for s in subjects:
        await stack_bus.send(s, 1, 2, 3)
    async with consuming(world):
        await asyncio.wait_for(begun.wait(), 20)
        async with consuming(world):
            await asyncio.sleep(4 * SESSION_S)
            go_on.set()
            for s in subjects:
                await stack_bus.send(s, 4)
            await until(there(world, 40), 30)
            await until(partial(caught_up, world, stack_bus))
    await check(world, stack_bus, subjects, 4)


async def test_a_consumer_cut_off_between_database_and_offsets_reads_again_without_effect(
    make: MakeWorld, stack_bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, s = await make(bus=stack_bus.settings, stack=stack_bus.stack), subject_id()
    await stack_bus.send(s, 1, 2)

    async def lost(self: ConsumerLoop, offsets: object) -> None:
        return None

    with monkeypatch.context() as cut:
        cut.setattr(ConsumerLoop, "_commit", lost)
        async with consuming(world):
            await until(there(world, 2))
    async with consuming(world) as again:

        async def read_again() -> bool:
            return again.totals.duplicates == 2

        await until(read_again)
    await check(world, stack_bus, [s], 2)


async def test_a_projection_follows_a_source_that_was_set_back(make: MakeWorld) -> None:
    """A higher epoch counts more than a higher sequence, also within one batch, and never the other way."""
    world, s, t = await make(needs="latest"), subject_id(), subject_id()
    await world.deliver(record(s, 7, total=70))
    await world.deliver(record(s, 8, total=80), record(s, 3, epoch=1, total=30), record(s, 9, total=90))
    await world.deliver(record(s, 9, total=90))
    restored = [record(t, n, epoch=1, total=n) for n in (5, 6)]
    await world.deliver(restored[0], record(t, 9), restored[1])
    assert await world.fetch("select sequence, total from fund_copy where subject = $1", s) == [(3, 30)]
    assert await world.fetch("select sequence, total from fund_copy where subject = $1", t) == [(6, 6)]
    assert await world.state(s) == ("ok", 1, 3)


async def test_two_epochs_in_one_batch_are_applied_in_their_order(make: MakeWorld) -> None:
    world, s = await make(), subject_id()
    await world.deliver(
        record(s, 1), record(s, 2), record(s, 3), record(s, 3, epoch=1), record(s, 4, epoch=1), record(s, 4)
    )
    rows = await world.fetch("select epoch, sequence from line where subject = $1 order by number", s)
    assert rows == [(0, 1), (0, 2), (0, 3), (1, 3), (1, 4)]
    assert await world.state(s) == ("ok", 1, 4)
