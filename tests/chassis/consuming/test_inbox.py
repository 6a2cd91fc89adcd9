"""What the inbox lets through: each event once, in order, whatever is delivered."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import World, record, subject_id

pytestmark = pytest.mark.integration


async def test_events_are_applied_once_in_order(world: World) -> None:
    s = subject_id()
    tally = await world.deliver(record(s, 1), record(s, 2, kind=1), record(s, 3, kind=1))
    assert tally.applied == 3
    assert await world.lines(s) == [1, 2, 3]
    assert await world.state(s) == ("ok", 0, 3)


async def test_a_redelivered_batch_has_no_second_effect(world: World) -> None:
    s = subject_id()
    batch = [record(s, n) for n in (1, 2)]
    await world.deliver(*batch)
    tally = await world.deliver(*batch, record(s, 3))
    assert (tally.applied, tally.duplicates) == (1, 2)
    assert await world.lines(s) == [1, 2, 3]


async def test_an_event_twice_in_one_batch_is_applied_once(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1), record(s, 1), record(s, 2), record(s, 1), record(s, 2))
    assert await world.lines(s) == [1, 2]


async def test_types_without_a_reaction_advance_the_inbox(world: World) -> None:
    s = subject_id()
    unknown = record(s, 2, type="cn.shuniu.grants.fund.renamed_later.v1")
    tally = await world.deliver(record(s, 1), unknown, record(s, 3))
    assert tally.unknown_types == 1
    assert await world.lines(s) == [1, 3]
    assert await world.state(s) == ("ok", 0, 3)


async def test_an_event_ahead_of_its_turn_waits_for_its_predecessors(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1))
    tally = await world.deliver(record(s, 4), record(s, 3))
    assert tally.jumps == 2
    assert await world.state(s) == ("held", 0, 1)
    assert await world.lines(s) == [1]
    await world.deliver(record(s, 2))
    assert await world.lines(s) == [1, 2, 3, 4]
    assert await world.state(s) == ("ok", 0, 4)
    assert await world.fetch("select 1 from held") == []
    assert await world.fetch("select 1 from timer") == []


async def test_the_first_event_seen_of_a_subject_may_be_ahead_of_its_turn(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 3, epoch=1))
    assert await world.state(s) == ("held", 0, 0)
    await world.deliver(record(s, 1), record(s, 2))
    assert await world.lines(s) == [1, 2, 3]
    assert await world.state(s) == ("ok", 1, 3)


async def test_a_gap_stops_nobody_else(world: World) -> None:
    a, b = subject_id(), subject_id()
    await world.deliver(record(a, 2), record(b, 1))
    assert await world.lines() == [1]
    assert await world.state(b) == ("ok", 0, 1)


async def test_a_restored_source_goes_on_from_at_most_one_after_ours(world: World) -> None:
    s = subject_id()
    await world.deliver(*(record(s, n) for n in (1, 2, 3)))
    await world.deliver(record(s, 2, epoch=1), record(s, 3, epoch=1))
    assert await world.lines(s) == [1, 2, 3, 2, 3]
    assert await world.state(s) == ("ok", 1, 3)


async def test_a_restored_source_too_far_ahead_leaves_a_gap(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1))
    await world.deliver(record(s, 4, epoch=1))
    assert await world.state(s) == ("held", 0, 1)
    await world.deliver(record(s, 2), record(s, 3))
    assert await world.state(s) == ("ok", 1, 4)


async def test_what_a_source_sent_before_its_restore_is_dropped(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1), record(s, 2, epoch=1))
    tally = await world.deliver(record(s, 2), record(s, 3))
    assert tally.outdated == 2
    assert await world.lines(s) == [1, 2]


async def test_another_event_in_the_same_place_parks_the_subject(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1), record(s, 2))
    tally = await world.deliver(record(s, 2, id="another"), record(s, 3))
    assert tally.forks == 1
    assert await world.parked() == [(s, 2, "fork"), (s, 3, "follower")]
    assert await world.state(s) == ("parked", 0, 2)


async def test_a_fork_inside_an_overlapping_run_is_seen(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1), record(s, 2))
    await world.deliver(record(s, 1), record(s, 2, id="another"), record(s, 3))
    assert (s, 2, "fork") in await world.parked()
    assert await world.state(s) == ("parked", 0, 2)
    assert await world.lines(s) == [1, 2]


async def test_a_subject_is_believed_from_its_home_only(world: World) -> None:
    s = subject_id()
    await world.deliver(record(s, 1))
    stranger: dict[str, Any] = {
        "source": "/stacks/990001/grants", "division": "990001", "topic": "shuniu.990001.grants.fund.v1",
    }  # fmt: skip
    tally = await world.deliver(record(s, 2, **stranger))
    assert tally.quarantined == 1
    assert await world.state(s) == ("ok", 0, 1)
    assert await world.parked() == [(None, None, "quarantined")]


async def test_a_projection_takes_the_newest_event_only_and_jumps(make: MakeWorld) -> None:
    world = await make(needs="latest")
    s = subject_id()
    await world.deliver(record(s, 1), record(s, 2), record(s, 5))
    tally = await world.deliver(record(s, 4), record(s, 9), record(s, 9))
    assert await world.lines(s) == [5, 9]
    assert await world.state(s) == ("ok", 0, 9)
    assert tally.applied == 1


async def test_a_zombie_with_the_same_batches_changes_nothing(world: World) -> None:
    """Two members believe they own the partition and apply the same records at the same time."""
    subjects = [subject_id() for _ in range(30)]
    batches = [
        [record(s, n, kind=n % 2) for s in subjects for n in range(start, start + 3)] for start in (1, 4, 7)
    ]

    async def member(order: list[int]) -> None:
        applier = world.applier
        for number in order:
            while True:
                try:
                    await world.deliver(*batches[number], applier=applier)
                    break
                except asyncpg.DeadlockDetectedError:
                    continue  # an outage to a consumer: it tries again

    await asyncio.gather(member([0, 1, 2]), member([0, 1, 2]), member([0, 0, 1, 1, 2, 2]))
    for s in subjects:
        assert await world.lines(s) == list(range(1, 10))


@pytest.mark.parametrize("size", [1, 500])
async def test_statements_of_a_batch_do_not_grow_with_it(world: World, size: int) -> None:
    """Begin, inbox, two of the reaction, commit; what was seen before costs one read instead.

    The clock, read by a statement of SQLAlchemy's that this logger does not see, comes on top.
    """
    seen: list[str] = []
    batch = [record(subject_id(), 1) for _ in range(size)]
    applier = world.applier
    await world.deliver(record(subject_id(), 1), applier=applier)
    async with world.runtime.database.transaction() as transaction:
        transaction.connection.add_query_logger(lambda query: seen.append(query.query.split()[0]))
    seen.clear()
    await world.deliver(*batch, applier=applier)
    assert seen == ["BEGIN;", "with", "insert", "insert", "COMMIT;"]
    seen.clear()
    await world.deliver(*batch, applier=applier)
    assert seen == ["BEGIN;", "with", "select", "COMMIT;"]
