"""What was lost is made right again: replays, a new bus, a restored database, and the audit that tells."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Callable
from typing import ClassVar

import msgspec
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from shuniu_contracts import Basis, Envelope, event_type
from shuniu_contracts.grants import FundOpened
from shuniu_contracts.registry import ReplayRequested
from shuniu_contracts.replay import ReplayState
from sqlalchemy import MetaData
from sqlmodel import SQLModel

from chassis import audit, bus, groups, lag, outbox, replay
from chassis.audit import Kind
from chassis.border import StoredRecord
from chassis.decisions import record_decision
from chassis.received import Received
from chassis.restore import ServiceRunning, restore
from chassis.service import Consumer
from chassis.tables import NAMING, AggregateRow
from tests.chassis.consuming import world as consuming
from tests.chassis.outbox_world import TEMPLATE, World, fund, make_world, prepare, sequences
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration


class Table(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


class FundRow(AggregateRow, Table, table=True):
    """A fund as far as the audit cares."""

    __tablename__ = "audited_fund"
    stream: ClassVar[tuple[str, str]] = ("grants", "fund")


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> AsyncIterator[World]:
    dsn = await fresh_database(TEMPLATE, prepare)
    made = await make_world(dsn, broker, bus_profile, unique_stack(), full_scan_s=3600)
    yield made
    await made.runtime.database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def reader(fresh_database: FreshDatabase, world: World) -> AsyncIterator[consuming.World]:
    """A consumer of the world's funds, on a database of its own."""
    made = await consuming.make_world(
        await fresh_database(TEMPLATE, prepare), bus=world.bus, stack=world.stack
    )
    yield made
    await made.close()


async def deliver(world: World, reader: consuming.World) -> None:
    """Everything that stands on the world's topic, to the reader, from the beginning."""
    records = await world.received(0)
    kept = [StoredRecord(r.topic, r.partition, r.offset, r.key, tuple(r.headers), r.value) for r in records]
    await reader.deliver(*kept)


async def findings(world: World, reader: consuming.World) -> dict[str, Kind]:
    async with world.connect() as source, reader.connect() as inbox:
        found = await audit.compare(
            source, inbox, consumer="registry", service="grants", stack=world.stack, aggregates=["fund"]
        )
    return {finding.subject: finding.kind for finding in found}


async def test_a_replay_sends_a_subject_again_through_to_its_newest_event(world: World) -> None:
    async with world.relaying():
        for _ in range(3):
            await world.commit("fund-1", fund())
            await world.commit("fund-2", fund())
        await world.drained()
        async with world.connect() as connection:
            enqueued = await replay.replay_subjects(connection, {"fund-1": 2})
        assert (enqueued.subjects, enqueued.pointers) == (1, 2)
        await world.drained()
    assert sequences(await world.received(8)) == {"fund-1": [1, 2, 3, 2, 3], "fund-2": [1, 2, 3]}


async def test_a_replay_of_a_range_of_time_goes_on_to_the_newest_event(world: World) -> None:
    await world.commit("fund-1", fund())
    await world.commit("other", fund())
    async with world.connect() as connection:
        await connection.execute("update event_log set recorded_at = '2026-01-01'")
        await world.commit("fund-1", fund())
        await world.commit("fund-1", fund())
        await connection.execute("update event_log set recorded_at = '2026-02-01' where sequence = 2")
        await connection.execute("delete from outbox")
        january = datetime.datetime(2026, 1, 15, tzinfo=datetime.UTC)
        enqueued = await replay.replay_range(connection, january, january + datetime.timedelta(days=30))
        assert (enqueued.subjects, enqueued.pointers) == (1, 2)
        assert await connection.fetchval(
            "select array_agg(sequence order by seq) from outbox join event_log using (seq)"
        ) == [2, 3]


async def test_a_replay_in_the_dual_window_goes_to_both_majors_and_leaves_blocks_alone(world: World) -> None:
    async with world.connect() as connection:
        await world.commit("fund-1", fund())
        await connection.execute("update event_log set aggregatetype = 'partybuild.instructor'")
        await connection.execute("delete from outbox")
        await connection.execute("insert into outbox_blocked values ('subject', 'x', 1, 'because', now())")
        await replay.replay_subjects(connection, {"fund-1": 1})
        assert await connection.fetchval("select array_agg(stream_major order by 1) from outbox") == [1, 2]
        assert await connection.fetchval("select count(*) from outbox_blocked") == 1


def request(
    service: str, subject: str, stack: str, id: str = "r-1", *, hours_ago: float = 0
) -> Received[ReplayRequested]:
    """What a consumer in `registry` publishes when it sees a gap."""
    state = ReplayState(
        effective_on=datetime.date(2026, 11, 1), basis=Basis.LIVE, division=stack,
        service=service, aggregate="fund", subject=subject, from_sequence=1,
    )  # fmt: skip
    described = event_type(ReplayRequested)
    envelope = Envelope(
        id=id, source=f"/stacks/{stack}/registry", type=described.type, subject=f"replay-{subject}",
        sequence=1, epoch=0, dataschema=described.dataschema,
        time=datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours_ago),
        division=stack, actor_id="system", correlation_id="c-1",
    )  # fmt: skip
    return Received(envelope, ReplayRequested(state=state))


async def test_a_request_is_answered_by_the_service_and_stack_it_names_once_in_a_few_seconds(
    world: World,
) -> None:
    subject = consuming.subject_id()
    await world.commit(subject, fund())

    async def ask(*requests: Received[ReplayRequested]) -> int:
        async with world.connect() as connection:
            await connection.execute("delete from outbox")
        async with world.runtime.unit_of_work() as uow:
            await replay.replay_requested.function(requests, uow)
        return await world.outbox()

    assert await ask(request("notify", subject, world.stack)) == 0
    assert await ask(request("grants", subject, "999999")) == 0
    assert await ask(request("grants", subject, world.stack)) == 1
    assert await ask(request("grants", subject, world.stack, "r-2")) == 0
    assert await ask(request("grants", subject, world.stack)) == 1, "redelivered after a rollback"
    assert ReplayRequested in replay.replay_requested.types


async def test_a_source_that_reads_from_the_earliest_answers_no_request_of_long_ago(world: World) -> None:
    old, new = consuming.subject_id(), consuming.subject_id()
    await world.commit(old, fund())
    await world.commit(new, fund())
    async with world.connect() as connection:
        await connection.execute("delete from outbox")
    requests = [
        request("grants", old, world.stack, "r-old", hours_ago=1.1),
        request("grants", new, world.stack, "r-new", hours_ago=0.9),
    ]
    async with world.runtime.unit_of_work() as uow:
        await replay.replay_requested.function(requests, uow)
    sent = "select aggregateid from outbox join event_log using (seq)"
    assert await world.value(f"select array_agg(aggregateid) from ({sent}) as sent") == [new]


async def test_a_pointer_written_again_while_it_is_being_delivered_is_sent_again(world: World) -> None:
    """On a bus that was lost meanwhile, the acknowledgement in hand means nothing."""
    await world.commit("fund-1", fund())
    async with world.connect() as connection:
        rows = await connection.fetch(outbox.SCAN, 0, [], 10)
        async with connection.transaction():
            assert await replay.rebuild(connection) == 1
        await outbox.delete(connection, rows)
        assert await connection.fetchval("select count(*) from outbox") == 1
        await outbox.delete(connection, await connection.fetch(outbox.SCAN, 0, [], 10))
        assert await connection.fetchval("select count(*) from outbox") == 0


async def test_a_source_restored_to_an_earlier_point_is_believed_by_those_who_had_seen_more(
    world: World, reader: consuming.World
) -> None:
    async with world.relaying():
        for total in (1, 2, 3, 4):
            await world.commit("ahead", fund(total))
        await world.commit("quiet", fund())
        await world.commit("quiet", fund())
        await world.drained()
    await deliver(world, reader)
    assert await reader.state("ahead") == ("ok", 0, 4)

    async with world.connect() as connection:  # the backup had less
        await connection.execute("delete from event_log where aggregateid = 'ahead' and sequence > 2")
        await connection.execute("delete from event_log where aggregateid = 'quiet' and sequence > 1")
    world.sequences |= {"ahead": 2, "quiet": 1}
    epoch = (await restore(world.runtime, actor="u-1", reason="disk")).epoch
    assert await findings(world, reader) == {"ahead": Kind.AHEAD, "quiet": Kind.AHEAD}

    async with world.relaying():
        await world.commit("ahead", fund(30))
        await world.commit("ahead", fund(40))
        await world.drained()
    await deliver(world, reader)
    assert await reader.state("ahead") == ("ok", epoch, 4)
    assert await reader.fetch("select total from fund_copy where subject = 'ahead'") == [(40,)]
    assert await reader.lines("ahead") == [1, 2, 3, 4, 3, 4]
    assert await findings(world, reader) == {"quiet": Kind.AHEAD}


async def test_the_same_backup_brought_back_a_second_time_is_believed_again(
    world: World, reader: consuming.World
) -> None:
    """The backup knows nothing of the first time: a number counted up from its own would come twice."""
    await world.commit("fund-1", fund(1))
    epochs = []
    for total in (20, 30):  # each time the life after the backup goes another way
        epochs.append((await restore(world.runtime, actor="u-1", reason="disk")).epoch)
        async with world.relaying():
            await world.commit("fund-1", fund(total))
            await world.drained()
        await deliver(world, reader)
        assert await reader.fetch("select total from fund_copy") == [(total,)]
        assert await reader.state("fund-1") == ("ok", epochs[-1], 2)
        async with world.connect() as connection:
            await connection.execute("delete from event_log where sequence > 1; update source set epoch = 0")
        world.sequences["fund-1"] = 1
        await asyncio.sleep(1.1)  # nobody restores twice within a second
    assert epochs[0] < epochs[1]


async def test_a_restored_consumer_reads_everything_again_and_lacks_nothing(
    world: World, reader: consuming.World
) -> None:
    async with world.relaying():
        await world.commit_many([f"fund-{number}" for number in range(20)])
        await world.commit_many([f"fund-{number}" for number in range(20)])
        await world.drained()
    await deliver(world, reader)
    async with reader.connect() as connection:
        await connection.execute("update inbox set sequence = 1, previous = 0, last_id = previous_id")
        await connection.execute("delete from inbox where subject in ('fund-3', 'fund-4')")
        await connection.execute("delete from line where sequence = 2 or subject in ('fund-3', 'fund-4')")
    await deliver(world, reader)
    assert await findings(world, reader) == {}
    assert sorted(await reader.lines()) == [1] * 20 + [2] * 20


async def test_a_restore_sets_groups_back_and_refuses_while_the_service_runs(
    world: World, reader: consuming.World
) -> None:
    await world.commit("fund-1", fund())
    async with world.relaying():
        await world.drained()
        with pytest.raises(ServiceRunning, match="grants is running"):
            await restore(world.runtime, actor="u-1", reason="disk")
    assert await world.value("select epoch from source") == 0

    group = groups.group_id(world.stack, "registry")
    subscription = lag.Subscription(group, (world.topic(),))
    client = bus.consumer(world.bus, world.topic(), group=group)
    await client.start()
    async with asyncio.timeout(20):
        while not await client.getmany(timeout_ms=200):
            pass
    await client.commit()
    await client.stop()
    assert (await lag.group_lag(world.bus, subscription)).behind == 0
    restored = await restore(reader.runtime, actor="u-1", reason="disk")
    assert restored.groups == (group,)
    assert (await lag.group_lag(world.bus, subscription)).behind == 1
    assert await reader.fetch("select decision, actor, reason from operator_decision") == [
        ("restore", "u-1", "disk")
    ]


async def test_the_audit_finds_what_a_consumer_lacks_or_has_otherwise_unless_that_was_decided(
    world: World, reader: consuming.World
) -> None:
    async with world.relaying():
        for _ in range(2):
            await world.commit_many([f"fund-{number}" for number in range(30)])
        await world.drained()
    await deliver(world, reader)
    assert await findings(world, reader) == {}
    async with reader.connect() as connection:
        await connection.execute("delete from inbox where subject = 'fund-1'")
        await connection.execute("update inbox set sequence = 1 where subject = 'fund-2'")
        await connection.execute("update inbox set sequence = 3 where subject = 'fund-3'")
        await connection.execute("update inbox set last_id = 'another' where subject = 'fund-4'")
        await connection.execute("update inbox set subject = 'fund-x' where subject = 'fund-5'")
        await connection.execute("update inbox set subject = 'fund-y' where subject = 'fund-6'")
        for subject, sequence in (("fund-x", 1), ("fund-y", 2)):  # both stand at 2
            about = {"consumer": "registry", "service": "grants", "subject": subject, "epoch": 0}
            await record_decision(
                connection, "parked.discard", actor="u-1", reason="forged",
                subject={**about, "sequence": sequence},
            )  # fmt: skip
    assert await findings(world, reader) == {
        "fund-1": Kind.MISSING,
        "fund-2": Kind.BEHIND,
        "fund-3": Kind.AHEAD,
        "fund-4": Kind.FORKED,
        "fund-5": Kind.MISSING,
        "fund-6": Kind.MISSING,
        "fund-x": Kind.UNKNOWN_TO_SOURCE,
    }


async def test_what_is_left_of_a_stream_that_is_read_no_longer_is_told_and_no_fault(
    world: World, reader: consuming.World
) -> None:
    async with world.relaying():
        await world.commit_many([f"fund-{number}" for number in range(30)])
        await world.drained()
    await deliver(world, reader)
    async with world.connect() as source, reader.connect() as inbox:
        await source.execute(
            "update event_log set aggregatetype = 'grants.round' where aggregateid <> 'fund-7'"
        )
        await inbox.execute("update inbox set sequence = 2 where subject = 'fund-7'")
        found = await audit.compare(
            source, inbox, consumer="registry", service="grants", stack=world.stack, aggregates=["fund"]
        )
    assert [(one.kind, one.subject, one.is_fault) for one in found] == [
        (Kind.AHEAD, "fund-7", True),
        (Kind.READ_NO_LONGER, "grants.round", False),
    ]
    assert "29 records" in found[1].detail


async def test_a_digest_is_small_and_names_the_part_that_differs(world: World) -> None:
    await world.commit_many([f"fund-{number}" for number in range(2000)])
    async with world.connect() as connection:
        before = await audit.source_digest(connection, "grants", world.stack, ["fund"])
        await world.commit("fund-7", fund())
        after = await audit.source_digest(connection, "grants", world.stack, ["fund"])
    assert before.subjects == 2000
    assert len(msgspec.json.encode(before)) < 32_000
    assert len(audit.differing_buckets(before, after)) == 1


async def test_the_audit_finds_each_planted_fault_inside_a_service(world: World) -> None:
    row = FundRow(
        division=world.stack, home=world.stack, effective_on=datetime.date(2026, 11, 1), basis="live",
        recorded_at=datetime.datetime.now(datetime.UTC), sequence=1, revision=1,
    )  # fmt: skip

    async def found() -> set[tuple[Kind, str]]:
        async with world.connect() as connection:
            result = await audit.audit_service(connection, Table.metadata, world.stack)
        return {(finding.kind, finding.subject) for finding in result}

    async with world.runtime.database.engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
    async with world.runtime.database.transaction() as transaction:
        transaction.session.add(row)
    subject = str(row.id)
    await world.commit(subject, fund())
    assert await found() == {(Kind.UNSENT, "grants.fund.v1")}
    async with world.relaying():
        await world.drained()
    assert await found() == set()

    async with world.connect() as raw:
        for statement, expected in {
            "update audited_fund set sequence = 5": (Kind.STATE_AHEAD_OF_LOG, subject),
            "update audited_fund set sequence = 0, revision = 0": (Kind.STATE_BEHIND_LOG, subject),
            "update audited_fund set sequence = 1, revision = 2": (Kind.REVISION, subject),
            "update audited_fund set revision = 1, home = '999999'": (Kind.WITHOUT_STATE, subject),
            "insert into outbox_blocked values ('subject', 'grants.fund.v1/x', 1, 'too large', now())": (
                Kind.BLOCKED,
                "grants.fund.v1/x",
            ),
            'insert into parked (consumer, topic, partition, "offset", kind, error, headers)'
            " values ('registry', 't', 0, 1, 'failed', 'e', '[]')": (Kind.PARKED, "registry"),
            "insert into held values ('registry', 'grants', 's', 0, 3, 't', 0, 1, null, '[]', null, now())": (
                Kind.HELD,
                "registry",
            ),
            "update event_log set sequence = 2": (Kind.GAP, subject),
        }.items():
            await raw.execute(statement)
            assert expected in await found(), statement


async def test_a_stack_is_at_rest_only_when_nothing_waits_anywhere(
    world: World, reader: consuming.World
) -> None:
    group = groups.group_id(world.stack, "registry")
    subscriptions = [lag.Subscription(group, pattern=rf"shuniu\.{world.stack}\.grants\.fund\.v1")]
    async with world.connect() as source, reader.connect() as sink:

        async def at_rest() -> bool:
            return await lag.caught_up(world.bus, subscriptions, [source, sink])

        assert await at_rest()
        await world.commit("fund-1", fund())
        assert not await at_rest(), "unsent"
        waiting = await lag.backlog(source)
        assert waiting.outbox == 1
        assert waiting.oldest_s > 0
        async with world.relaying():
            await world.drained()
        assert not await at_rest(), "not yet consumed"
        found = await lag.group_lag(world.bus, subscriptions[0])
        assert found.behind == 1
        (partition,) = (part for part in found.partitions if part.behind)
        client = bus.consumer(world.bus, group=group)
        await client.start()
        client.assign([TopicPartition(partition.topic, partition.partition)])
        await client.commit({TopicPartition(partition.topic, partition.partition): 1})
        await client.stop()
        assert await at_rest()
        await sink.execute(
            "insert into held values ('registry', 'grants', 's', 0, 3, 't', 0, 1, null, '[]', null, now())"
        )
        assert not await at_rest(), "a gap waits for its replay"


def test_every_history_consumer_can_hear_requests_of_every_service() -> None:
    assert {event_type(kind).service for kind in replay.REPLAY_REQUESTED} >= {"registry", "grants", "console"}
    consumer = Consumer("registry", (replay.replay_requested,))
    assert FundOpened not in consumer.reactions[0].types
