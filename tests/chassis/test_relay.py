"""The relay against a real PostgreSQL and broker: nothing lost, every subject in order, faults contained."""

import asyncio
import datetime
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, cast

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder
from shuniu_contracts import Basis, decode, decode_data
from shuniu_contracts.partybuild import InstructorAppointed, InstructorState

from chassis import bus, failpoints, log, outbox, topics
from chassis.command.bus import _rebuild
from chassis.command.place import Place
from chassis.embedded.broker import EmbeddedBroker
from chassis.leadership import LeaseLost, leadership
from chassis.relay import Relay
from chassis.replay import rebuild
from chassis.settings import BusSettings
from tests.chassis.outbox_world import TEMPLATE, World, fund, header, make_world, prepare, sequences
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> AsyncIterator[World]:
    """Periodic full scans are out of the way, so that a test sees what the floor and notifications do."""
    dsn = await fresh_database(TEMPLATE, prepare)
    made = await make_world(dsn, broker, bus_profile, unique_stack(), full_scan_s=3600, set_size=50)
    yield made
    await made.runtime.database.close()


class FailingProducer:
    """A real producer whose chosen batches fail; what it lets through is really sent."""

    def __init__(
        self, settings: BusSettings, fails: Callable[[BatchBuilder, str], KafkaError | None]
    ) -> None:
        self._real = bus.producer(settings)
        self._fails = fails

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def create_batch(self) -> BatchBuilder:
        """A batch that tells what is in it: building it to look would end it for an idempotent producer."""
        batch = self._real.create_batch()
        batch.values, append = [], batch.append

        def noting(*, value: bytes, **message: Any) -> object:
            added = append(value=value, **message)
            if added is not None:
                batch.values.append(value)
            return added

        batch.append = noting
        return batch

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[Any]:
        if (error := self._fails(batch, topic)) is not None:
            failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed
        sent: asyncio.Future[Any] = await self._real.send_batch(batch, topic, partition=partition)
        return sent


def relay_that_fails(world: World, fails: Callable[[BatchBuilder, str], KafkaError | None]) -> Relay:
    def make() -> AIOKafkaProducer:
        return cast(AIOKafkaProducer, FailingProducer(world.bus, fails))

    return Relay(world.runtime, make)


async def test_every_committed_event_reaches_the_topic_once_and_in_its_subjects_order(world: World) -> None:
    subjects = [f"fund-{number}" for number in range(40)]
    async with world.relaying():
        for _ in range(5):
            await world.commit_many(subjects)
        await world.drained()
    records = await world.received(200)
    assert len(records) == 200
    assert all(found == [1, 2, 3, 4, 5] for found in sequences(records).values())
    assert all(record.key == header(record, "subject").encode() for record in records)


async def test_an_event_that_commits_late_under_a_lower_number_is_neither_lost_nor_overtaken(
    world: World,
) -> None:
    async with world.relaying() as relay, world.connect() as slow, world.connect() as slower:
        open_transactions = slow.transaction(), slower.transaction()
        for transaction in open_transactions:
            await transaction.start()
        await world.record(slow, "slow", fund())
        await world.record(slower, "slower", fund())
        for number in range(120):
            await world.commit(f"fast-{number}", fund())
        await relay.wake()
        await world.drained()
        await open_transactions[1].commit()
        await world.commit("slower", fund(increased=True))
        await world.drained()
        await open_transactions[0].commit()
        await world.commit("slow", fund(increased=True))
        await world.drained()
    found = sequences(await world.received(124))
    assert found["slow"] == [1, 2]
    assert found["slower"] == [1, 2]
    assert len(found) == 122


async def test_writers_side_by_side_lose_nothing_and_keep_every_subjects_order(world: World) -> None:
    async def write(writer: int) -> None:
        async with world.connect() as connection:
            for turn in range(30):
                async with connection.transaction():
                    await world.record(connection, f"own-{writer}", fund(turn))
                    await asyncio.sleep((writer * 7 + turn * 3) % 5 / 1000)
                    await world.record(connection, f"other-{writer}", fund(turn))

    async with world.relaying():
        await asyncio.gather(*(write(writer) for writer in range(6)))
        await world.drained()
    found = sequences(await world.received(360))
    assert found == {name: list(range(1, 31)) for name in found}
    assert len(found) == 12


async def test_the_message_is_the_envelope_and_data_that_the_contract_package_reads(world: World) -> None:
    async with world.relaying():
        await world.commit("fund-1", fund(300))
        await world.drained()
    (record,) = await world.received(1)
    message = decode(record.headers, record.value)
    assert message.data == fund(300)
    assert message.envelope.source == f"/stacks/{world.stack}/grants"
    assert message.envelope.sequence == 1
    assert message.envelope.division == world.stack
    assert dict(record.headers) == dict(message.envelope.to_headers())


async def test_in_the_dual_window_both_majors_carry_every_event_without_gaps(world: World) -> None:
    state = InstructorState(
        effective_on=datetime.date(2026, 11, 1), basis=Basis.LIVE, division="990000", person_id="p-1a",
        capacity=5, load=0,
    )  # fmt: skip
    async with world.relaying():
        for _ in range(3):
            await world.commit("instructor-1", InstructorAppointed(state=state))
        await world.drained()
    for major in (1, 2):
        records = await world.received(3, world.topic(InstructorAppointed, major))
        assert sequences(records) == {"instructor-1": [1, 2, 3]}
        assert {header(record, "type") for record in records} == {
            f"cn.shuniu.partybuild.instructor.appointed.v{major}"
        }
        for record in records:
            data = decode_data(header(record, "type"), record.value)
            assert isinstance(data, InstructorAppointed)
            assert data.state.person_id == "p-1a"


async def test_a_batch_that_fails_is_sent_again_before_what_follows_it(world: World) -> None:
    sent = 0

    def every_third_fails(batch: BatchBuilder, topic: str) -> KafkaError | None:
        nonlocal sent
        sent += 1
        return KafkaConnectionError("gone") if sent % 3 == 0 else None

    for _ in range(6):
        await world.commit_many([f"fund-{number}" for number in range(30)])
    async with world.relaying(relay_that_fails(world, every_third_fails)):
        await world.drained(60)
    records = await world.received(180)
    assert sequences(records) == {f"fund-{number}": [1, 2, 3, 4, 5, 6] for number in range(30)}


async def test_a_message_the_broker_refuses_blocks_its_subject_only(world: World) -> None:
    def too_large(batch: BatchBuilder, topic: str) -> KafkaError | None:
        return MessageSizeTooLargeError() if any(b"unwanted" in v for v in batch.values) else None

    await world.commit("good-1", fund())
    await world.commit("bad", fund())
    await world.commit("bad", fund(title="unwanted"))
    await world.commit("bad", fund())
    await world.commit_many([f"good-{number}" for number in range(2, 60)])
    async with world.relaying(relay_that_fails(world, too_large)):
        found = sequences(await world.received(60))
        await world.commit("good-1", fund())
        await world.commit("bad", fund())
        found = sequences(await world.received(61))
    assert found.pop("bad") == [1]
    assert found == {"good-1": [1, 2], **{f"good-{number}": [1] for number in range(2, 60)}}
    assert await world.value("select name from outbox_blocked") == "grants.fund.v1/bad"
    assert await world.outbox() == 3

    async with world.relaying():
        async with world.connect() as connection:
            assert await outbox.unblock(connection, ["grants.fund.v1/bad"]) == ["grants.fund.v1/bad"]
        await world.drained()
    assert sequences(await world.received(64))["bad"] == [1, 2, 3, 4]


async def test_a_broker_that_refuses_everything_sets_nobody_aside(world: World) -> None:
    refusing = True

    def refuses(batch: BatchBuilder, topic: str) -> KafkaError | None:
        return MessageSizeTooLargeError() if refusing else None

    await world.commit_many([f"fund-{number}" for number in range(45)])
    async with world.relaying(relay_that_fails(world, refuses)) as relay:
        while relay.counts.failed < 90:  # noqa: ASYNC110, counts of another task
            await asyncio.sleep(0.05)
        assert await world.value("select count(*) from outbox_blocked") == 0
        refusing = False
        await world.drained()
    assert len(await world.received(45)) == 45


async def test_an_event_that_cannot_be_rendered_blocks_its_subject_only(world: World) -> None:
    await world.commit("spoilt", fund())
    async with world.connect() as connection:
        await connection.execute("update event_log set type = 'cn.shuniu.grants.fund.conjured.v1'")
    await world.commit("spoilt", fund())
    async with world.relaying():
        await world.commit_many([f"fund-{number}" for number in range(70)])
        found = sequences(await world.received(70))
    assert "spoilt" not in found
    assert "conjured" in str(await world.value("select reason from outbox_blocked where kind = 'subject'"))
    assert await world.outbox() == 2


async def test_a_topic_that_does_not_exist_is_blocked_until_it_does_while_the_others_go_on(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    dsn, stack = await fresh_database(TEMPLATE, prepare), unique_stack()
    world = await make_world(dsn, broker, bus_profile, stack, services=("grants",))
    state = InstructorState(
        effective_on=datetime.date(2026, 11, 1), basis=Basis.LIVE, division="990000", person_id="p-1a",
        capacity=5, load=0,
    )  # fmt: skip
    async with world.relaying():
        await world.commit("instructor-1", InstructorAppointed(state=state))
        await world.commit("fund-1", fund())
        assert sequences(await world.received(1)) == {"fund-1": [1]}
        assert await world.value("select count(*) from outbox_blocked where kind = 'topic'") == 2
        await topics.apply(world.bus, stack)
        await world.drained()
        records = await world.received(1, world.topic(InstructorAppointed, 2))
        assert sequences(records) == {"instructor-1": [1]}
    assert await world.value("select count(*) from outbox_blocked") == 0
    await world.runtime.database.close()


async def test_the_second_relay_waits_and_takes_over_when_the_firsts_connection_dies(world: World) -> None:
    first, second = Relay(world.runtime), Relay(world.runtime)
    async with world.relaying(first):
        await world.commit("fund-1", fund())
        await world.drained()
        async with world.relaying(second), world.connect() as connection:
            await asyncio.sleep(1.2)
            assert (first.counts.leading, second.counts.leading) == (True, False)
            holder = await connection.fetchval(
                "select pid from pg_locks where locktype = 'advisory' and granted"
            )
            await connection.execute("select pg_terminate_backend($1)", holder)
            async with asyncio.timeout(15):
                while not second.counts.leading:
                    if first.counts.leading and first.counts.sent != 1:
                        raise AssertionError("the first relay sent without its lock")
                    await asyncio.sleep(0.02)
                    if not first.counts.leading:
                        await _leave_to(second, connection)
            await world.commit("fund-1", fund())
            await world.drained()
    assert sequences(await world.received(2)) == {"fund-1": [1, 2]}


async def _leave_to(second: Relay, connection: asyncpg.Connection) -> None:
    """Either may win the free lock; when the first did again, its connection dies again."""
    await asyncio.sleep(0.7)
    if not second.counts.leading:
        holder = await connection.fetchval("select pid from pg_locks where locktype = 'advisory' and granted")
        if holder is not None:
            await connection.execute("select pg_terminate_backend($1)", holder)


async def test_a_notification_after_the_commit_wakes_a_relay_that_would_sleep_long(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    dsn = await fresh_database(TEMPLATE, prepare)
    world = await make_world(dsn, broker, bus_profile, unique_stack(), poll_ms=60_000)
    stop = asyncio.Event()
    waker = outbox.Waker(world.runtime.database.connect)
    waking = asyncio.create_task(waker.run(stop))
    await world.commit("fund-1", fund())
    async with world.relaying() as relay:
        await world.drained()
        for _ in range(3):
            await asyncio.sleep(0.5)
            await world.commit("fund-1", fund())
            await waker()
            await world.drained(3)
        assert relay.counts.sent == 4
    stop.set()
    await waking
    await world.runtime.database.close()


async def test_the_broker_is_killed_under_load_and_nothing_that_it_lost_stays_lost(
    tmp_path: Path, fresh_database: FreshDatabase, unique_stack: Callable[[], str]
) -> None:
    """The embedded broker keeps nothing: what it had acknowledged comes back by a rebuild of the log."""
    dsn, stack = await fresh_database(TEMPLATE, prepare), unique_stack()
    engine = EmbeddedBroker(tmp_path / "broker")
    await engine.start()
    world = await make_world(dsn, engine.bootstrap_servers, "embedded", stack, set_size=20)
    subjects = [f"fund-{number}" for number in range(25)]
    try:
        async with world.relaying():
            for turn in range(6):
                await world.commit_many(subjects)
                if turn == 3:
                    os.kill(engine.pid or 0, signal.SIGKILL)
            await engine.start()
            async with world.connect() as connection, connection.transaction():
                assert await rebuild(connection) == 150
            await topics.apply(world.bus, stack)
            await world.drained(60)
        found = sequences(await world.received(150))
    finally:
        await engine.stop()
        await world.runtime.database.close()
    for subject in subjects:
        assert _first_seen(found[subject]) == [1, 2, 3, 4, 5, 6]


async def test_a_relay_at_rest_finds_the_broker_again_and_says_nothing_more(
    tmp_path: Path, fresh_database: FreshDatabase, unique_stack: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A producer that is held to its first connection cannot: it would say so every few seconds for ever."""
    dsn, stack = await fresh_database(TEMPLATE, prepare), unique_stack()
    engine = EmbeddedBroker(tmp_path / "broker")
    await engine.start()
    world = await make_world(dsn, engine.bootstrap_servers, "embedded", stack)
    world.runtime.settings.bus.metadata_max_age_ms = 100
    try:
        async with world.relaying():
            await world.commit("fund-1", fund())
            await world.drained()
            await engine.stop()
            await engine.start()
            await asyncio.sleep(2)
            caplog.clear()
            await asyncio.sleep(1)
            assert [record.getMessage() for record in caplog.records] == []
    finally:
        await engine.stop()
        await world.runtime.database.close()


class Here(Place):
    """One world as the command finds it."""

    world: ClassVar[World]

    @property
    def bus(self) -> BusSettings:
        return self.world.bus

    @property
    def stack(self) -> str:
        return self.world.stack

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        async with self.world.connect() as connection, connection.transaction():
            yield connection


async def test_what_was_recorded_while_the_bus_was_lost_does_not_overtake_what_was_on_it(
    tmp_path: Path, fresh_database: FreshDatabase, unique_stack: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """`shuniu bus rebuild` with the relay at work: who reads the new bus meets a subject from its first."""
    dsn, stack = await fresh_database(TEMPLATE, prepare), unique_stack()
    engine = EmbeddedBroker(tmp_path / "broker")
    await engine.start()
    world = await make_world(dsn, engine.bootstrap_servers, "embedded", stack, set_size=20)
    make_topics = topics.apply

    async def slowly(settings: BusSettings, stack: str) -> tuple[topics.TopicFinding, ...]:
        made = await make_topics(settings, stack)
        await asyncio.sleep(2)
        return made

    monkeypatch.setattr(topics, "apply", slowly)
    monkeypatch.setattr(Here, "world", world, raising=False)
    try:
        async with world.relaying():
            for _ in range(3):
                await world.commit("fund-1", fund())
            await world.drained()
            await engine.stop()
            await world.commit("fund-1", fund())
            await engine.start()
            await _rebuild(Here(("grants",), None), "u-1", "lost")
            await world.drained(60)
        found = sequences(await world.received(4))
    finally:
        await engine.stop()
        await world.runtime.database.close()
    assert _first_seen(found["fund-1"]) == [1, 2, 3, 4]


def _first_seen(found: list[int]) -> list[int]:
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("point", ["after_read", "after_send", "before_delete", "after_delete"])
async def test_a_relay_that_dies_between_any_two_steps_loses_nothing(world: World, point: str) -> None:
    deaths = 0

    async def die(name: str) -> None:
        nonlocal deaths
        if name == f"relay.{point}" and deaths < 3:
            deaths += 1
            raise ConnectionError("the relay is gone")

    subjects = [f"fund-{number}" for number in range(40)]
    for _ in range(4):
        await world.commit_many(subjects)
    failpoints.install(die)
    try:
        async with world.relaying():
            await world.drained()
    finally:
        failpoints.install(None)
    assert deaths == 3
    for found in sequences(await world.received(160)).values():
        assert list(dict.fromkeys(found)) == [1, 2, 3, 4]


async def test_a_leader_whose_lock_connection_falls_silent_stops_sending(world: World) -> None:
    stop = asyncio.Event()
    async with leadership(world.runtime.database, "grants", 1.5, stop) as lease:
        assert lease is not None
        lease.check()
        backend = lease.connection.get_server_pid()
        try:
            os.kill(backend, signal.SIGSTOP)
        except (ProcessLookupError, PermissionError):
            pytest.skip("the database server's processes are not on this machine")
        try:
            await asyncio.sleep(2)
            with pytest.raises(LeaseLost):
                lease.check()
        finally:
            os.kill(backend, signal.SIGCONT)


async def test_a_leader_listens_while_its_heart_beats_on_the_same_connection(world: World) -> None:
    """Both speak on the lock's connection, which takes one statement at a time."""
    heard = asyncio.Event()
    async with leadership(world.runtime.database, "grants", 5.0, asyncio.Event()) as lease:
        assert lease is not None
        await asyncio.sleep(0)  # the first beat is on its way
        await lease.listen("shuniu_relay", lambda *_: heard.set())
        await asyncio.sleep(0.2)
        assert not lease.lost.is_set()
        async with world.connect() as connection:
            await connection.execute("notify shuniu_relay")
        async with asyncio.timeout(5):
            await heard.wait()


async def test_a_number_is_drawn_only_by_a_transaction_that_has_an_id(world: World) -> None:
    """Or the reader's floor could pass it: the id must come before `nextval`, in the plan as in the text."""
    async with world.connect() as connection:
        plan = "\n".join(
            row[0] for row in await connection.fetch(
                f"explain {log._APPEND}", [], [], [], [], [], [], [], 0,
                datetime.datetime.now(datetime.UTC), [], [], [],
            )
        )  # fmt: skip
    assert "One-Time Filter: (pg_current_xact_id() IS NOT NULL)" in plan


async def test_the_floor_waits_for_a_running_transaction_newer_than_all_that_have_ended(world: World) -> None:
    """Such a one lies beyond every snapshot's xmax, so that a floor guarded by xmax would pass it."""
    async with world.connect() as slow, world.connect() as reading, world.connect() as quick:
        transaction = slow.transaction()
        await transaction.start()
        await quick.execute("select pg_current_xact_id()")
        await world.record(slow, "slow", fund())
        reader = outbox.OutboxReader(reading, set_size=10, full_scan_s=3600)
        await reader.open()
        for number in range(6):
            assert "slow" not in [row["aggregateid"] for row in await reader.read(set(), outbox.Blocked())]
            await world.commit(f"fast-{number}", fund())
            await asyncio.sleep(0.22)
        assert reader._floor <= 1
        await transaction.commit()
        found = [row["aggregateid"] for row in await reader.read(set(), outbox.Blocked())]
    assert found[0] == "slow"
