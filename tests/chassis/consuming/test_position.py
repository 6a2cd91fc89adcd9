"""The rules of a subject's order, by property: however events are delivered, the end is that of order."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.border import Arrival, Misfit
from chassis.layers import layers
from chassis.position import InboxState, Position, first_run, settle
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import STACK, arrival, subject_id

START = Position(stack=STACK)
_CACHE: dict[tuple[int, int, str], Arrival] = {}


def at(epoch: int, sequence: int, id: str | None = None) -> Arrival:
    key = (epoch, sequence, id or f"s-{epoch}-{sequence}")
    if key not in _CACHE:
        _CACHE[key] = arrival("s", sequence, epoch=epoch, id=key[2])
    return _CACHE[key]


def one_at_a_time(batches: list[list[Arrival]]) -> tuple[Position, list[str], list[str]]:
    position, held, applied, parked = START, list[Arrival](), list[str](), list[str]()
    for batch in batches:
        found = settle(position, batch, held)
        position, held = found.position, found.hold
        applied += [a.id for a in found.fresh]
        parked += [a.id for a, _, _ in found.park]
    return position, applied, parked


deliveries = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 6)).map(lambda place: at(*place)), max_size=25
)


@given(deliveries, st.lists(st.integers(1, 6), min_size=25, max_size=25))
def test_how_a_delivery_is_cut_into_batches_makes_no_difference(
    delivery: list[Arrival], sizes: list[int]
) -> None:
    batches, rest = [], list(delivery)
    for size in sizes:
        batches.append(rest[:size])
        rest = rest[size:]
    assert one_at_a_time([b for b in batches if b]) == one_at_a_time([[a] for a in delivery])


@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_any_order_with_duplicates_ends_like_the_order_of_the_source(n: int, chance: random.Random) -> None:
    events = [at(0, sequence) for sequence in range(1, n + 1)]
    delivery = [*events, *chance.choices(events, k=n)]
    chance.shuffle(delivery)
    position, applied, parked = one_at_a_time([[a] for a in delivery])
    assert applied == [a.id for a in events]
    assert (position.sequence, position.state, parked) == (n, InboxState.OK, [])


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 4))
def test_after_a_restore_a_replay_from_the_source_ends_at_its_newest(
    seen: int, restored_to: int, more: int
) -> None:
    """The consumer saw `seen` events, the backup had fewer or as many; then the source wrote on."""
    restored_to = min(seen, restored_to)
    log = [at(0, n) for n in range(1, restored_to + 1)]
    log += [at(1, n) for n in range(restored_to + 1, restored_to + more + 1)]
    position, _, parked = one_at_a_time([[at(0, n) for n in range(1, seen + 1)], log])
    assert parked == []
    if more:
        assert (position.epoch, position.sequence) == (1, restored_to + more)


def test_a_fork_parks_the_subject_with_all_that_waits() -> None:
    found = settle(START, [at(0, 1), at(0, 3), at(0, 1, "another"), at(0, 2)])
    assert [(a.id, kind) for a, kind, _ in found.park] == [
        ("another", Misfit.FORK), ("s-0-3", Misfit.FOLLOWER), ("s-0-2", Misfit.FOLLOWER),
    ]  # fmt: skip
    assert found.position.state is InboxState.PARKED
    assert found.hold == []


def test_taking_back_a_failed_event_keeps_what_came_before_and_parks_what_follows() -> None:
    found = settle(START, [at(0, 1), at(0, 2), at(0, 3), at(0, 5)], [at(0, 7)])
    found.fail(1, "ValueError: no")
    assert [a.id for a in found.fresh] == ["s-0-1"]
    assert [(a.id, kind) for a, kind, _ in found.park] == [
        ("s-0-2", Misfit.FAILED), ("s-0-3", Misfit.FOLLOWER), ("s-0-5", Misfit.FOLLOWER),
        ("s-0-7", Misfit.FOLLOWER),
    ]  # fmt: skip
    assert (0, 7) in found.released
    assert (found.position.sequence, found.position.state) == (1, InboxState.PARKED)


@pytest.mark.parametrize("latest", [False, True])
def test_where_all_that_came_was_given_up_the_subject_stands_where_it_stood(latest: bool) -> None:
    [applied] = settle(START, [at(0, 1)], latest=latest).fresh
    stands = START.after(applied)
    assert settle(stands, [], latest=latest).position == stands


def test_a_run_ends_where_the_next_event_does_not_follow() -> None:
    assert first_run([at(0, 1), at(0, 2), at(0, 4)]) == 2
    assert first_run([at(0, 1), at(1, 2)]) == 1
    assert first_run([at(0, 2), at(0, 2)]) == 1


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=8))
def test_layers_keep_each_subjects_order_and_one_type_a_call(kinds: list[list[str]]) -> None:
    subjects = [[(kind, (who, n)) for n, kind in enumerate(row)] for who, row in enumerate(kinds)]
    seen: dict[int, list[tuple[str, int]]] = {who: [] for who in range(len(kinds))}
    for kind, events in layers(subjects):
        assert events
        for who, n in events:
            seen[who].append((kind, n))
    assert seen == {who: [(kind, n) for n, kind in enumerate(row)] for who, row in enumerate(kinds)}


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), st.integers(1, 9))
def test_subjects_that_went_the_same_way_share_their_layers(way: list[str], subjects: int) -> None:
    rows = [[(kind, who) for kind in way] for who in range(subjects)]
    changes = 1 + sum(a != b for a, b in pairwise(way))
    assert len(list(layers(rows))) == changes


@pytest.mark.integration
async def test_the_one_statement_agrees_with_the_rules(make: MakeWorld) -> None:
    """Random deliveries of several subjects in batches, in the database and by the pure rules."""
    world = await make()
    chance = random.Random(20260101)
    for _ in range(25):
        expected: dict[str, tuple[str, int, int]] = {}
        applied: dict[str, list[int]] = {}
        streams: list[list[Arrival]] = []
        for s in (subject_id() for _ in range(4)):
            log = [arrival(s, n) for n in range(1, chance.randint(2, 7))]
            restored = chance.randint(1, len(log))
            log += [arrival(s, n, epoch=1) for n in range(restored, restored + chance.randint(0, 3))]
            delivery = [event for event in log if chance.random() > 0.15]
            delivery += chance.choices(log, k=3)
            position, held, fresh = START, list[Arrival](), list[int]()
            for event in delivery:
                found = settle(position, [event], held)
                position, held = found.position, found.hold
                fresh += [a.sequence for a in found.fresh]
            streams.append(delivery)
            expected[s] = (position.state.value, position.epoch, position.sequence)
            applied[s] = fresh
        while any(streams):
            batch: list[Arrival] = []
            for _ in range(chance.randint(1, 8)):
                if open_ := [stream for stream in streams if stream]:
                    batch.append(chance.choice(open_).pop(0))
            await world.arrive(batch)
        for s, state in expected.items():
            assert await world.state(s) == state
            assert await world.lines(s) == applied[s]
