"""What fails is set aside with what follows it, tried again in order, or given up for a reason."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from shuniu_contracts import Basis
from shuniu_contracts.registry import ReplayRequested
from shuniu_contracts.replay import ReplayState

from chassis import parking
from chassis.faults import Breaker, ConsumerBug
from chassis.parking import NoSuchParked, NotFirstParked
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import Hearing, World, record, subject_id

pytestmark = pytest.mark.integration


class Bad(Exception):
    """A reaction's own refusal."""


@pytest.fixture
async def failing(make: MakeWorld) -> World:
    """Fails on events whose total is 13, until told otherwise."""

    def fail(event: Received[Any]) -> Exception | None:
        return Bad("unlucky") if event.data.state.total_fen == 13 else None

    return await make(hearing=Hearing(fail))


async def numbers(world: World) -> list[int]:
    return [row[0] for row in await world.fetch("select number from parked order by number")]


async def test_one_bad_message_stops_one_subject(failing: World) -> None:
    good, bad = [subject_id() for _ in range(7)], subject_id()
    batch = [record(s, 1) for s in good[:4]]
    batch += [record(bad, 1), record(bad, 2, total=13), record(bad, 3)]
    batch += [record(s, 1) for s in good[4:]]
    tally = await failing.deliver(*batch)
    assert tally.applied == 8
    assert await failing.lines(bad) == [1]
    assert await failing.state(bad) == ("parked", 0, 1)
    assert await failing.parked() == [(bad, 2, "failed"), (bad, 3, "follower")]
    for s in good:
        assert await failing.lines(s) == [1]


async def test_later_events_of_a_parked_subject_join_it_once(failing: World) -> None:
    s = subject_id()
    await failing.deliver(record(s, 1, total=13))
    await failing.deliver(record(s, 2))
    await failing.deliver(record(s, 2), record(s, 1, total=13))
    assert await failing.parked() == [(s, 1, "failed"), (s, 2, "follower")]
    assert await failing.lines(s) == []


async def test_a_retry_applies_the_message_and_its_followers_in_order(failing: World) -> None:
    s = subject_id()
    await failing.deliver(record(s, 1, total=13), record(s, 2, kind=1), record(s, 3, kind=2))
    failing.hearing.fail = None
    result = await parking.retry(failing.runtime, (await numbers(failing))[0], actor="u-1")
    assert (result.applied, result.left, result.error) == (3, 0, None)
    assert await failing.lines(s) == [1, 2, 3]
    assert await failing.state(s) == ("ok", 0, 3)
    assert await failing.fetch("select decision, actor from operator_decision") == [("parked.retry", "u-1")]
    await failing.deliver(record(s, 4))
    assert await failing.lines(s) == [1, 2, 3, 4]


async def test_a_retry_that_fails_again_leaves_all_as_it_was_and_says_why(failing: World) -> None:
    s = subject_id()
    await failing.deliver(record(s, 1, total=13), record(s, 2))
    failing.hearing.fail = lambda _: Bad("still")
    result = await parking.retry(failing.runtime, (await numbers(failing))[0], actor="u-1")
    assert (result.applied, result.left) == (0, 2)
    assert "still" in (result.error or "")
    assert await failing.state(s) == ("parked", 0, 0)
    assert (await _show(failing, (await numbers(failing))[0])).parked.error == "Bad: still"


async def test_a_discard_passes_over_the_message_and_applies_what_followed(failing: World) -> None:
    s = subject_id()
    await failing.deliver(record(s, 1, total=13), record(s, 2), record(s, 3))
    first, second, _ = await numbers(failing)
    with pytest.raises(NotFirstParked):
        await parking.discard(failing.runtime, second, actor="u-1", reason="wrong one")
    result = await parking.discard(failing.runtime, first, actor="u-1", reason="typed in error")
    assert (result.applied, result.left) == (2, 0)
    assert await failing.lines(s) == [2, 3]
    assert await failing.state(s) == ("ok", 0, 3)
    decided = await failing.fetch("select decision, reason, subject ->> 'sequence' from operator_decision")
    assert decided == [("parked.discard", "typed in error", "1")]
    with pytest.raises(NoSuchParked):
        await parking.discard(failing.runtime, first, actor="u-1", reason="again")


async def test_followers_behind_a_gap_are_held_after_the_retry(failing: World) -> None:
    s = subject_id()
    await failing.deliver(record(s, 1, total=13))
    await failing.deliver(record(s, 3))
    failing.hearing.fail = None
    await parking.retry(failing.runtime, (await numbers(failing))[0], actor="u-1")
    assert await failing.state(s) == ("held", 0, 1)
    await failing.deliver(record(s, 2))
    assert await failing.lines(s) == [1, 2, 3]
    assert await numbers(failing) == []


async def test_a_discarded_fork_lets_the_line_we_followed_go_on(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1))
    await world.deliver(record(s, 1, id="another"), record(s, 2))
    fork = (await numbers(world))[0]
    assert (await parking.retry(world.runtime, fork, actor="u-1")).left == 2
    await parking.discard(world.runtime, fork, actor="u-1", reason="a test stack wrote it")
    assert await world.lines(s) == [1, 2]
    assert await world.state(s) == ("ok", 0, 2)


async def test_a_discarded_fork_that_the_bus_delivers_again_stops_nobody(world: World) -> None:
    """Its offset was not committed when the consumer died, or lost its partitions."""
    s = subject_id()
    forged = record(s, 1, id="another")
    await world.deliver(record(s, 1), forged)
    await parking.discard(world.runtime, (await numbers(world))[0], actor="u-1", reason="a test stack's")
    assert (await world.deliver(forged)).duplicates == 1
    await world.deliver(forged, record(s, 2))
    assert await world.state(s) == ("ok", 0, 2)
    assert await world.lines(s) == [1, 2]
    await world.deliver(record(s, 2, id="a-third"))
    assert await world.parked() == [(s, 2, "fork")]


async def test_data_that_no_contract_reads_keeps_its_place(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1), record(s, 2, value=b'{"state": 7}'), record(s, 3))
    assert await world.parked() == [(s, 2, "malformed"), (s, 3, "follower")]
    message = await _show(world, (await numbers(world))[0])
    assert message.value == '{"state": 7}'
    assert dict(message.headers)["ce_subject"] == s
    retried = await parking.retry(world.runtime, (await numbers(world))[0], actor="u-1")
    assert retried.left == 2
    await parking.discard(world.runtime, (await numbers(world))[0], actor="u-1", reason="unreadable")
    assert await world.lines(s) == [1, 3]


async def _show(world: World, number: int) -> parking.ParkedMessage:
    async with world.connect() as connection:
        return await parking.show(connection, number)


async def test_parked_messages_are_found_by_their_error(failing: World) -> None:
    await failing.deliver(record(subject_id(), 1, total=13), record(subject_id(), 1, value=b"["))
    async with failing.connect() as connection:
        assert len(await parking.list_parked(connection)) == 2
        (found,) = await parking.list_parked(connection, error="unlucky")
    assert (found.kind, found.consumer) == ("failed", "registry")


async def test_a_message_parked_by_offset_is_discarded_with_a_reason(world: World) -> None:
    made = record(subject_id(), 1)
    await world.deliver(record(subject_id(), 1, division="440303"), made)
    (number,) = await numbers(world)
    assert (await parking.retry(world.runtime, number, actor="u-1")).error is not None
    await parking.discard(world.runtime, number, actor="u-1", reason="a foreign stack")
    assert await numbers(world) == []


async def test_a_retry_of_a_message_from_another_stack_keeps_it_parked(world: World) -> None:
    s = subject_id()
    stranger: dict[str, Any] = {
        "source": "/stacks/990001/grants", "division": "990001", "topic": "shuniu.990001.grants.fund.v1",
    }  # fmt: skip
    await world.deliver(record(s, 1))
    await world.deliver(record(s, 2, **stranger))
    (number,) = await numbers(world)
    retried = await parking.retry(world.runtime, number, actor="u-1")
    assert (retried.applied, retried.left) == (0, 1)
    assert retried.error is not None
    assert await numbers(world) == [number]


async def test_a_discarded_fork_ahead_of_its_turn_closes_no_gap(world: World) -> None:
    """Two events claim to be the fourth; the second and third, which are missing, are still waited for."""
    s = subject_id()
    await world.deliver(record(s, 1))
    await world.deliver(record(s, 4))
    await world.deliver(record(s, 4, id="another"))
    fork = (await numbers(world))[0]
    await parking.discard(world.runtime, fork, actor="u-1", reason="a test stack wrote it")
    assert await world.state(s) == ("held", 0, 1)
    await world.deliver(record(s, 2), record(s, 3))
    assert await world.lines(s) == [1, 2, 3, 4]
    assert await world.state(s) == ("ok", 0, 4)
    assert await world.fetch("select 1 from timer") == []


async def test_a_gap_heals_beside_a_parked_message_and_its_followers(failing: World) -> None:
    """Held, then parked while it heals, then mended: nothing is jumped and nothing stays behind."""
    s = subject_id()
    await failing.deliver(record(s, 1), record(s, 3, total=13), record(s, 4))
    assert await failing.state(s) == ("held", 0, 1)
    await failing.deliver(record(s, 2))
    assert await failing.state(s) == ("parked", 0, 2)
    assert await failing.parked() == [(s, 3, "failed"), (s, 4, "follower")]
    assert await failing.fetch("select 1 from held union all select 1 from timer") == []
    await failing.deliver(record(s, 6))
    failing.hearing.fail = None
    await parking.retry(failing.runtime, (await numbers(failing))[0], actor="u-1")
    assert await failing.lines(s) == [1, 2, 3, 4]
    assert await failing.state(s) == ("held", 0, 4)
    await failing.deliver(record(s, 5))
    assert await failing.lines(s) == [1, 2, 3, 4, 5, 6]
    assert await numbers(failing) == []


async def test_a_retry_and_the_running_consumer_share_the_order(failing: World) -> None:
    """An operator retries while later events and old copies keep coming: each is applied once, in order."""
    subjects = [subject_id() for _ in range(5)]
    for s in subjects:
        await failing.deliver(record(s, 1, total=13))
    failing.hearing.fail = None

    async def consume() -> None:
        for sequence in range(2, 12):
            await failing.deliver(*(record(s, sequence) for s in subjects))
            await failing.deliver(*(record(s, sequence - 1) for s in subjects))

    async def operate() -> None:
        for number in await numbers(failing):
            with contextlib.suppress(NoSuchParked):
                await parking.retry(failing.runtime, number, actor="u-1")

    await asyncio.gather(consume(), operate(), operate())
    await operate()
    for s in subjects:
        assert await failing.lines(s) == list(range(1, 12))
        assert await failing.state(s) == ("ok", 0, 11)
    assert await numbers(failing) == []


async def test_what_a_failed_reaction_wrote_by_raw_sql_goes_with_it(make: MakeWorld) -> None:
    async def react(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        for entry in events:
            await uow.connection.execute(
                "insert into line (subject, sequence) values ($1, $2)", entry.subject, entry.envelope.sequence
            )
            if entry.data.state.total_fen == 13:
                raise Bad("after the write")

    world = await make(reaction=react)
    good, bad = subject_id(), subject_id()
    await world.deliver(record(good, 1), record(bad, 1), record(bad, 2, total=13))
    assert sorted(await world.fetch("select subject, sequence from line")) == sorted([(good, 1), (bad, 1)])
    assert await world.parked() == [(bad, 2, "failed")]


async def test_a_reaction_that_swallows_an_error_of_the_database_loses_no_event(make: MakeWorld) -> None:
    """Its transaction is dead, so its effect is not there: the message is set aside, not passed over."""

    async def react(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        for entry in events:
            await uow.connection.execute("insert into line (subject) values ($1)", entry.subject)
        with contextlib.suppress(asyncpg.DivisionByZeroError):
            await uow.connection.execute("select 1 / 0")

    world, s = await make(reaction=react), subject_id()
    await world.deliver(record(s, 1))
    assert await world.parked() == [(s, 1, "failed")]
    assert await world.state(s) == ("parked", 0, 0)


async def test_one_error_on_many_subjects_is_a_bug_and_parks_nobody(make: MakeWorld) -> None:
    world = await make(hearing=Hearing(lambda _: Bad("everywhere")))
    subjects = [subject_id() for _ in range(60)]
    with pytest.raises(ConsumerBug, match="everywhere"):
        await world.deliver(*(record(s, 1) for s in subjects))
    assert await world.parked() == []
    assert await world.fetch("select 1 from inbox") == []


async def test_a_quiet_office_does_not_park_everyone_one_by_one(make: MakeWorld) -> None:
    world = await make(hearing=Hearing(lambda _: Bad("everywhere")), bug_subjects=3)
    applier = world.applier
    for _ in range(3):
        await world.deliver(record(subject_id(), 1), applier=applier)
    with pytest.raises(ConsumerBug):
        await world.deliver(record(subject_id(), 1), applier=applier)
    assert len(await world.parked()) == 3


async def test_an_error_of_the_schema_stops_the_consumer_at_once(make: MakeWorld) -> None:
    async def react(events: Any, uow: Any) -> None:
        await uow.connection.execute("insert into no_such_table values (1)")

    world = await make(reaction=react)
    with pytest.raises(ConsumerBug, match="no_such_table"):
        await world.deliver(record(subject_id(), 1))
    assert await world.parked() == []


async def test_what_a_failed_reaction_recorded_goes_with_it(make: MakeWorld) -> None:
    """Events recorded in a savepoint that is rolled back never reach the log; those of others do."""

    async def react(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        for entry in events:
            request = ReplayRequested(
                state=ReplayState(
                    effective_on=uow.today, basis=Basis.LIVE, division=uow.stack, service="grants",
                    aggregate="fund", subject=entry.subject, from_sequence=1,
                )
            )  # fmt: skip
            uow.append(request, subject=entry.subject, sequence=1, division=uow.stack, because=entry)
        if any(entry.data.state.total_fen == 13 for entry in events):
            raise Bad("unlucky")

    world = await make(reaction=react)
    good, bad = [subject_id() for _ in range(5)], subject_id()
    await world.deliver(*(record(s, 1, total=13 if s == bad else 1) for s in [*good[:3], bad, *good[3:]]))
    logged = await world.fetch("select aggregateid, headers ->> 'causationid' from event_log")
    assert sorted(logged) == sorted((s, f"{s}-0-1") for s in good)
    assert len(await world.fetch("select 1 from outbox")) == 5
    assert await world.parked() == [(bad, 1, "failed")]


def test_the_breaker_forgets_what_is_long_past() -> None:
    breaker = Breaker(subjects=2, share=0.05, window_s=60)
    assert not breaker.trips("x", ("grants", "a"), 1, 0.0)
    assert not breaker.trips("x", ("grants", "b"), 1, 1.0)
    assert not breaker.trips("x", ("grants", "c"), 1, 100.0)
    assert not breaker.trips("x", ("grants", "d"), 1, 101.0)
    assert breaker.trips("x", ("grants", "e"), 1, 102.0)
