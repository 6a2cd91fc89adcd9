"""The consumer role on a real broker: batches in, offsets after the database, outages waited out."""

import asyncio
import itertools
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ListGroupsRequest
from sqlalchemy import MetaData

from chassis import bus, consumer, topics
from chassis.consumer import ConsumerLoop, ConsumerState
from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.port import free_port
from chassis.lag import group_lag
from chassis.received import Received
from chassis.service import Consumer, Service
from chassis.settings import BusSettings
from chassis.subscription import consumers_of, subscription
from chassis.wire import partitions_of
from tests.chassis.consuming.bus_world import Bus, consuming, until
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import Hearing, subject_id
from tests.chassis.outbox_world import NoPolicy

pytestmark = pytest.mark.integration


async def test_events_reach_the_reaction_and_their_offsets_are_committed(
    make: MakeWorld, stack_bus: Bus
) -> None:
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    subjects = [subject_id() for _ in range(40)]
    for s in subjects:
        await stack_bus.send(s, 1, 2, 3)
    async with consuming(world) as loop:

        async def all_there() -> bool:
            return len(await world.lines()) == 120

        await until(all_there)
        assert loop.ready
    for s in subjects:
        assert await world.lines(s) == [1, 2, 3]
    lag = await group_lag(stack_bus.settings, subscription(stack_bus.stack, world.definition))
    assert lag.behind == 0
    assert loop.totals.applied == 120


async def test_the_lag_of_many_partitions_is_one_question_about_offsets(
    make: MakeWorld, stack_bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, asked = await make(bus=stack_bus.settings, stack=stack_bus.stack), []
    ask = GroupCoordinator._do_fetch_commit_offsets

    async def counted(self: GroupCoordinator, partitions: list[TopicPartition]) -> Any:
        asked.append(len(partitions))
        return await ask(self, partitions)

    monkeypatch.setattr(GroupCoordinator, "_do_fetch_commit_offsets", counted)
    lag = await group_lag(stack_bus.settings, subscription(stack_bus.stack, world.definition))
    assert len(lag.partitions) > 1
    assert asked.count(len(lag.partitions)) == 1  # beside those that the client asks on its own, one by one


async def test_a_second_start_reads_nothing_twice(make: MakeWorld, stack_bus: Bus) -> None:
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    s = subject_id()

    async def heard(count: int) -> None:
        async def there() -> bool:
            return len(await world.lines()) == count

        await until(there)

    await stack_bus.send(s, 1)
    async with consuming(world):
        await heard(1)
    await stack_bus.send(s, 2)
    async with consuming(world) as second:
        await heard(2)
    assert second.totals.records == 1


async def test_an_outage_of_the_database_is_waited_out(make: MakeWorld, stack_bus: Bus) -> None:
    away = True

    def fail(_: Received[Any]) -> Exception | None:
        return ConnectionRefusedError("the database is away") if away else None

    world = await make(bus=stack_bus.settings, stack=stack_bus.stack, hearing=Hearing(fail))
    s = subject_id()
    await stack_bus.send(s, 1, 2)
    async with consuming(world) as loop:

        async def paused() -> bool:
            return loop.state is ConsumerState.PAUSED

        async def caught_up() -> bool:
            return len(await world.lines()) == 4

        await until(paused)
        assert not loop.ready
        await stack_bus.send(s, 3, 4)
        await asyncio.sleep(0.5)
        away = False
        await until(caught_up)
        assert loop.ready
    assert await world.lines(s) == [1, 2, 3, 4]
    assert await world.parked() == []


async def test_offsets_of_a_lost_bus_are_not_committed_on_the_new_one(
    make: MakeWorld, unique_stack: Callable[[], str], tmp_path: Path
) -> None:
    """Read before the bus was lost, applied after it was filled again: they would pass over what is first."""
    engine, stack = EmbeddedBroker(tmp_path / "broker", free_port()), unique_stack()
    old = subject_id()
    new = next(s for s in iter(subject_id, "") if len(set(partitions_of([old, s], 3))) == 1)
    away = {old, new}

    def fail(received: Received[Any]) -> Exception | None:
        return ConnectionRefusedError("the database is away") if received.subject in away else None

    await engine.start()
    settings = BusSettings.model_validate(
        {"bootstrap_servers": engine.bootstrap_servers, "profile": "embedded", "session_timeout_ms": 1000}
    )
    try:
        await told_anew(settings, stack, {old: 30})
        world = await make(bus=settings, stack=stack, hearing=Hearing(fail))
        async with consuming(world) as loop:

            async def paused() -> bool:
                return loop.state is ConsumerState.PAUSED

            async def assigned_anew() -> bool:
                return loop._assignment > 1

            async def applied() -> bool:
                return len(await world.lines()) == 30

            await until(paused)
            await engine.stop()
            await engine.start()
            await told_anew(settings, stack, {new: 5, old: 30})
            await until(assigned_anew)
            away.discard(old)
            await until(applied)
            await asyncio.sleep(1)
        away.clear()
        async with consuming(world):

            async def heard() -> bool:
                return await world.lines(new) == [1, 2, 3, 4, 5]

            await until(heard)
    finally:
        await engine.stop()
    assert len(await world.lines()) == 35


def _end_task(path: str) -> Callable[[AIOKafkaConsumer], None]:
    def end(consumer: AIOKafkaConsumer) -> None:
        attrgetter(path)(consumer).cancel()

    return end


def _stumble(consumer: AIOKafkaConsumer) -> None:
    consumer._coordinator._do_heartbeat = AsyncMock(side_effect=AssertionError("nobody thought of it"))


BREAKDOWNS = {
    "metadata": _end_task("_client._sync_task"),
    "fetcher": _end_task("_fetcher._fetch_task"),
    "coordinator": _end_task("_coordinator._coordination_task"),
    "heartbeat": _stumble,
}


@pytest.mark.parametrize("task", sorted(BREAKDOWNS))
async def test_a_client_that_broke_down_is_replaced(
    make: MakeWorld, stack_bus: Bus, task: str, caplog: pytest.LogCaptureFixture
) -> None:
    """aiokafka starts no background task again: its consumer hears nothing more, and may say nothing."""
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    s = subject_id()
    await stack_bus.send(s, 1)
    async with consuming(world) as loop:

        async def heard(*sequences: int) -> bool:
            return await world.lines(s) == [*sequences]

        async def replaced() -> bool:
            return loop._consumer is not first and loop.ready

        await until(partial(heard, 1))
        first = loop._consumer
        assert first is not None
        BREAKDOWNS[task](first)
        await until(replaced)
        await stack_bus.send(s, 2)
        await until(partial(heard, 1, 2))
    assert "gets a new client, its own broke down" in caplog.text
    lag = await group_lag(stack_bus.settings, subscription(stack_bus.stack, world.definition))
    assert lag.behind == 0


async def test_nobody_waits_for_a_batch_that_was_given_up_while_it_was_decoded(
    make: MakeWorld, stack_bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client is discarded at any moment; a rebalance waited half a minute for what nobody has."""
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    loop = ConsumerLoop(world.runtime, world.definition)
    loop.state = ConsumerState.RUNNING
    monkeypatch.setattr(consumer, "sort_gradually", AsyncMock(side_effect=asyncio.CancelledError))
    record: Any = SimpleNamespace(topic="t", partition=0, offset=1, timestamp=0)
    with pytest.raises(asyncio.CancelledError):
        await loop._receive((record,))
    async with asyncio.timeout(1):
        await loop.on_revoked()


async def test_a_connection_that_is_being_closed_is_a_lost_one_for_who_writes_on_it(stack_bus: Bus) -> None:
    """uvloop's transports raise RuntimeError then, and aiokafka's background tasks die of it."""
    host, port, _ = collect_hosts(stack_bus.settings.bootstrap_servers)[0]

    async def write() -> None:
        connection = await create_conn(host, port)
        connection._writer.transport.abort()
        await asyncio.sleep(0)
        with pytest.raises(KafkaConnectionError, match="is being closed"):
            await connection.send(ListGroupsRequest())
        assert not connection.connected()

    await asyncio.to_thread(uvloop.run, write())


async def told_anew(settings: BusSettings, stack: str, subjects: dict[str, int]) -> None:
    """A bus without topics gets them, and so many events of each subject, in this order."""
    await topics.apply(settings, stack, ("grants", "registry"))
    producer = bus.producer(settings)
    await producer.start()
    try:
        for subject, count in subjects.items():
            await Bus(settings, stack, producer).send(subject, *range(1, count + 1))
    finally:
        await producer.stop()


async def test_a_bug_stops_the_consumer_with_nothing_committed(make: MakeWorld, stack_bus: Bus) -> None:
    world = await make(
        bus=stack_bus.settings, stack=stack_bus.stack, hearing=Hearing(lambda _: TypeError("wrong"))
    )
    await stack_bus.send(subject_id(), 1)
    async with consuming(world) as loop:

        async def stopped() -> bool:
            return loop.state is ConsumerState.STOPPED

        await until(stopped)
        assert not loop.ready
        assert "TypeError: wrong" in (loop.error or "")
    assert loop.state is ConsumerState.STOPPED
    assert await world.parked() == []
    lag = await group_lag(stack_bus.settings, subscription(stack_bus.stack, world.definition))
    assert lag.behind == 1


async def test_hostile_messages_stall_no_partition(make: MakeWorld, stack_bus: Bus) -> None:
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    good, bad = subject_id(), subject_id()
    for value, headers in [
        (b"", []),
        (b"\x00\xff", [("ce_id", b"\xff\x00\\")]),
        (None, [("ce_id", b"1"), ("content-type", b"application/cloudevents+json")]),
    ]:
        await stack_bus.producer.send(stack_bus.topic, value, b"k", headers=headers)
    await stack_bus.send(bad, 1, value=b"{not json")
    await stack_bus.send(good, 1, 2)
    async with consuming(world):

        async def there() -> bool:
            return await world.lines() == [1, 2] and len(await world.parked()) == 4

        await until(there)
    assert await world.state(bad) == ("parked", 0, 0)


async def test_two_members_share_the_partitions_and_nothing_is_done_twice(
    make: MakeWorld, stack_bus: Bus
) -> None:
    """The second joins in the middle and leaves again: two rebalances under load."""
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack, max_records=20)
    subjects = [subject_id() for _ in range(30)]
    enough = asyncio.Event()

    async def send() -> int:
        for sequence in itertools.count(1):
            for s in subjects:
                await stack_bus.send(s, sequence)
            if enough.is_set():
                return sequence
        raise AssertionError

    async def works(loop: ConsumerLoop) -> bool:
        return loop.totals.records > 0

    async def there(count: int) -> bool:
        return len(await world.lines()) == count

    sending = asyncio.create_task(send())
    async with consuming(world) as first:
        await until(partial(works, first), 60)
        async with consuming(world) as second:
            await until(partial(works, second), 60)
        enough.set()
        newest = await sending
        await until(partial(there, newest * len(subjects)), 60)
    for s in subjects:
        assert await world.lines(s) == list(range(1, newest + 1))


async def test_a_consumer_hears_lower_stacks_and_its_own(make: MakeWorld, stack_bus: Bus) -> None:
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    below = f"{stack_bus.stack}001"
    await topics.apply(stack_bus.settings, below, ("grants",))
    lower = Bus(stack_bus.settings, below, stack_bus.producer)
    s, t = subject_id(), subject_id()
    await lower.send(s, 1)
    await stack_bus.send(t, 1)

    async def there() -> bool:
        return sorted(await world.lines()) == [1, 1]

    async with consuming(world):
        await until(there)


def test_a_service_without_history_still_answers_replay_requests() -> None:
    projection = Consumer("console", (), "latest")
    bare = Service("console", MetaData(), Path("none"), NoPolicy, consumers=(projection,))
    assert [consumer.name for consumer in consumers_of(bare)] == ["console", "console-replay"]


async def test_a_bug_at_the_border_stops_the_consumer_with_nothing_committed(
    make: MakeWorld, stack_bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream would log what its handler raises, and the next batch would commit beyond the lost one."""
    world = await make(bus=stack_bus.settings, stack=stack_bus.stack)
    s = subject_id()

    def broken(_: Any) -> Any:
        raise TypeError("a release that cannot read")

    monkeypatch.setattr(consumer, "sort_gradually", broken)
    await stack_bus.send(s, 1, 2)
    async with consuming(world) as loop:

        async def stopped() -> bool:
            return loop.state is ConsumerState.STOPPED

        await until(stopped)
        assert not loop.ready
        await stack_bus.send(s, 3)
    monkeypatch.undo()
    async with consuming(world):

        async def there() -> bool:
            return await world.lines(s) == [1, 2, 3]

        await until(there)
