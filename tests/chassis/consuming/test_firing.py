"""Timers: fired once by whoever comes first, cancelled by their absence, parked when they keep failing."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from shuniu_contracts import by_type, decode_data

from chassis import failpoints
from chassis.firing import AFTER_CANDIDATES, ATTEMPTS, TimerLoop, retry_timers
from chassis.region import Calendar, CalendarSection
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import World, record, subject_id

pytestmark = pytest.mark.integration


@dataclass
class Bell:
    """A timer's function: writes a line, after failing as often as told."""

    failures: int = 0
    forget: bool = False
    rung: list[str] = field(default_factory=list)

    async def __call__(self, uow: UnitOfWork, due: DueTimer) -> None:
        if not self.forget and not await due.take():
            return
        await uow.connection.execute("insert into line (subject) values ($1)", due.subject)
        if self.failures:
            self.failures -= 1
            raise ValueError("cracked")
        self.rung.append(due.subject)


async def schedule(world: World, subject: str, seconds: float = 60) -> None:
    async with world.runtime.unit_of_work() as uow:
        at = uow.now + timedelta(seconds=seconds)
        await uow.schedule("bell", subject, "990000", at=at, payload={"n": 1})


async def lines(world: World) -> list[str]:
    return [row[0] for row in await world.fetch("select subject from line order by number")]


async def timers(world: World) -> list[tuple[Any, ...]]:
    return await world.fetch("select subject, state, attempts from timer order by subject")


async def test_a_timer_fires_when_due_and_once(make: MakeWorld) -> None:
    bell = Bell()
    world = await make(timers=(Timer("bell", bell),))
    loop = TimerLoop(world.runtime)
    await schedule(world, "a")
    assert await loop.fire_due() == 0
    await world.move_clock(61)
    assert await loop.fire_due() == 1
    assert await loop.fire_due() == 0
    assert await lines(world) == ["a"]
    assert loop.counts.fired == 1


async def test_a_moved_timer_keeps_to_its_new_time(make: MakeWorld) -> None:
    bell = Bell()
    world = await make(timers=(Timer("bell", bell),))
    await schedule(world, "a")
    await world.move_clock(61)

    async def move_meanwhile(point: str) -> None:
        if point == AFTER_CANDIDATES:
            await schedule(world, "a", 600)

    failpoints.install(move_meanwhile)
    try:
        loop = TimerLoop(world.runtime)
        await loop.fire_due()
    finally:
        failpoints.install(None)
    assert await lines(world) == []
    assert loop.counts.cancelled == 1
    assert await timers(world) == [("a", "waiting", 0)]


async def test_a_timer_cancelled_by_a_command_does_not_fire(make: MakeWorld) -> None:
    world = await make(timers=(Timer("bell", Bell()),))
    await schedule(world, "a")
    async with world.runtime.unit_of_work() as uow:
        await uow.cancel("bell", ["a"])
    await world.move_clock(61)
    assert await TimerLoop(world.runtime).fire_due() == 0


async def test_replicas_side_by_side_fire_each_timer_once(make: MakeWorld) -> None:
    world = await make(timers=(Timer("bell", Bell()),))
    subjects = sorted(subject_id() for _ in range(20))
    for s in subjects:
        await schedule(world, s)
    await world.move_clock(61)
    loops = [TimerLoop(world.runtime) for _ in range(4)]
    await asyncio.gather(*(loop.fire_due() for loop in loops))
    assert sorted(await lines(world)) == subjects
    assert sum(loop.counts.fired for loop in loops) == 20


async def test_a_failing_timer_backs_off_leaves_no_trace_and_stops_nobody(make: MakeWorld) -> None:
    bell = Bell(failures=1)
    world = await make(timers=(Timer("bell", bell),))
    loop = TimerLoop(world.runtime)
    await schedule(world, "a", 60)
    await schedule(world, "b", 61)
    await world.move_clock(62)
    await loop.fire_due()
    assert await lines(world) == ["b"]
    assert await timers(world) == [("a", "waiting", 1)]
    assert await loop.fire_due() == 0
    await world.move_clock(10)
    await loop.fire_due()
    assert await lines(world) == ["b", "a"]


async def test_a_timer_that_keeps_failing_is_parked_until_somebody_lets_it_go(make: MakeWorld) -> None:
    bell = Bell(failures=ATTEMPTS)
    world = await make(timers=(Timer("bell", bell),))
    loop = TimerLoop(world.runtime)
    await schedule(world, "a")
    for _ in range(ATTEMPTS + 2):
        await world.move_clock(4000)
        await loop.fire_due()
    assert await timers(world) == [("a", "parked", ATTEMPTS)]
    assert loop.counts.parked == 1
    async with world.connect() as connection:
        assert await retry_timers(connection, "bell") == 1
    await loop.fire_due()
    assert await lines(world) == ["a"]


async def test_a_function_that_forgets_to_take_its_timer_changes_nothing(make: MakeWorld) -> None:
    world = await make(timers=(Timer("bell", Bell(forget=True)),))
    await schedule(world, "a")
    await world.move_clock(61)
    await TimerLoop(world.runtime).fire_due()
    assert await lines(world) == []
    assert await timers(world) == [("a", "waiting", 1)]


async def test_the_loop_fires_by_itself_and_stops_when_told(make: MakeWorld) -> None:
    world = await make(timers=(Timer("bell", Bell()),))
    stop = asyncio.Event()
    running = asyncio.create_task(TimerLoop(world.runtime).run(stop))
    await schedule(world, "a", 0.1)
    async with asyncio.timeout(10):
        while not await lines(world):  # noqa: ASYNC110, a table's state
            await asyncio.sleep(0.05)
    stop.set()
    async with asyncio.timeout(10):
        await running


async def requests(world: World) -> list[tuple[str, str, int]]:
    rows = await world.fetch("select type, payload from event_log order by seq")
    states = [decode_data(type_, payload) for type_, payload in rows]
    assert all(by_type(type_).fact == "requested" for type_, _ in rows)
    return [(s.state.service, s.state.subject, s.state.from_sequence) for s in states]  # type: ignore[union-attr]


async def test_a_gap_that_stays_asks_its_source_again_and_again_ever_more_slowly(world: World) -> None:
    loop, s = TimerLoop(world.runtime), subject_id()
    await world.deliver(record(s, 1), record(s, 3))
    await loop.fire_due()
    assert await requests(world) == []
    await world.move_clock(2.1)
    await loop.fire_due()
    assert await requests(world) == [("grants", s, 2)]
    await world.move_clock(2.1)
    await loop.fire_due()
    assert len(await requests(world)) == 1
    await world.move_clock(2.1)
    await loop.fire_due()
    assert len(await requests(world)) == 2
    await world.deliver(record(s, 2))
    await world.move_clock(600)
    await loop.fire_due()
    assert len(await requests(world)) == 2
    assert await timers(world) == []


async def test_a_gap_that_closes_in_time_asks_nobody(world: World) -> None:
    loop, s = TimerLoop(world.runtime), subject_id()
    await world.deliver(record(s, 2))
    await world.deliver(record(s, 1))
    await world.move_clock(10)
    assert await loop.fire_due() == 0
    assert await requests(world) == []


async def due(world: World) -> list[tuple[Any, ...]]:
    """Each timer's last day in Shanghai, and whether that may still change."""
    return await world.fetch(
        "select subject, (due_at at time zone 'Asia/Shanghai')::date - 1, provisional"
        " from timer order by subject"
    )


async def test_a_deadline_beyond_the_calendar_moves_when_its_data_has_come(make: MakeWorld) -> None:
    """2031 has no national data: weekends are free and nothing else, until a profile or release says more."""
    world = await make(timers=(Timer("bell", Bell()),))
    async with world.runtime.unit_of_work() as uow:
        for subject, start, days in [
            ("known", date(2026, 12, 7), 3), ("monday", date(2031, 9, 26), 1), ("later", date(2031, 11, 3), 1)
        ]:  # fmt: skip
            await uow.schedule_working_days("bell", subject, "990000", after=start, days=days)
    found = await due(world)
    assert found == [
        ("known", date(2026, 12, 10), False),
        ("later", date(2031, 11, 4), True),
        ("monday", date(2031, 9, 29), True),
    ]
    free = frozenset({date(2031, 9, 29)})
    working = frozenset({date(2031, 9, 27), date(2031, 9, 30)})
    world.runtime.region.calendar = Calendar(CalendarSection(free=free, working=working))
    loop, stop = TimerLoop(world.runtime), asyncio.Event()
    stop_soon = asyncio.get_running_loop().call_later(0.3, stop.set)
    await loop.run(stop)
    stop_soon.cancel()
    assert await due(world) == [
        ("known", date(2026, 12, 10), False),
        ("later", date(2031, 11, 4), True),
        ("monday", date(2031, 9, 27), False),
    ]
    assert await loop.recompute() == 0
