"""What a scrape shows: every count and state under a name by Prometheus' conventions, and nothing unknown."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from chassis.consumer import ConsumerLoop, ConsumerState
from chassis.firing import TimerCounts
from chassis.inbox import Tally
from chassis.lag import GroupLag, LagClock, PartitionLag
from chassis.metrics import OUTCOMES, Metrics
from chassis.relay import RelayCounts
from chassis.waiting import Held, Timers, Waiting, waiting
from tests.chassis.consuming import world as consuming
from tests.chassis.outbox_world import TEMPLATE, prepare
from tests.conftest import FreshDatabase

QUIET = Waiting(0, 0.0, {"subject": 0, "topic": 0}, {}, {}, Timers(0, 0.0, 0, 0))


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Value by name and label values, as a scraper reads them."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest_asyncio.fixture(loop_scope="session")
async def world(fresh_database: FreshDatabase) -> AsyncIterator[consuming.World]:
    made = await consuming.make_world(await fresh_database(TEMPLATE, prepare))
    yield made
    await made.close()


def test_a_batch_is_counted_by_what_became_of_its_records() -> None:
    metrics = Metrics("grants")
    metrics.observe_batch("grants", Tally(records=5, applied=3, duplicates=1, forks=1, parked=1))
    found = samples(metrics)
    assert found["shuniu_consumer_records_total", "grants"] == 5
    assert found["shuniu_consumer_outcomes_total", "grants", "applied"] == 3
    assert found["shuniu_consumer_outcomes_total", "grants", "forks"] == 1
    assert found["shuniu_consumer_batch_records_sum", "grants"] == 5
    assert "records" not in OUTCOMES


@pytest.mark.integration
async def test_a_followed_consumer_begins_at_nought_and_is_in_one_state(world: consuming.World) -> None:
    metrics = Metrics("registry")
    loop = ConsumerLoop(world.runtime, world.definition)
    metrics.follow(loop)
    loop.state = ConsumerState.STOPPED
    found = samples(metrics)
    assert all(found["shuniu_consumer_outcomes_total", "registry", outcome] == 0 for outcome in OUTCOMES)
    holds = {state: found["shuniu_consumer_state", "registry", state] for state in ConsumerState}
    assert holds.pop(ConsumerState.STOPPED) == 1
    assert set(holds.values()) == {0}


def test_relay_and_timers_are_shown_only_where_they_run() -> None:
    metrics = Metrics("grants")
    assert not any(name.startswith(("shuniu_relay", "shuniu_timers")) for name, *_ in samples(metrics))
    metrics.relay = RelayCounts(sent=7, failed=2, blocked=1, leading=True)
    metrics.timers = TimerCounts(fired=4)
    found = samples(metrics)
    assert found["shuniu_relay_events_sent_total",] == 7
    assert found["shuniu_relay_leading",] == 1
    assert found["shuniu_timers_fired_total", "fired"] == 4


def test_of_a_database_that_does_not_answer_no_number_is_told() -> None:
    metrics = Metrics("grants")
    metrics.waiting = QUIET
    assert samples(metrics)["shuniu_outbox_messages",] == 0
    metrics.waiting = None
    found = samples(metrics)
    assert found["shuniu_database_reachable",] == 0
    assert ("shuniu_outbox_messages",) not in found


def test_what_waits_is_told_by_consumer_and_kind() -> None:
    metrics = Metrics("grants")
    metrics.waiting = Waiting(
        3, 61.5, {"subject": 1, "topic": 0}, {"grants": Held(2, 30.0)}, {("grants", "fork"): 1},
        Timers(1, 9.0, 4, 0),
    )  # fmt: skip
    found = samples(metrics)
    assert found["shuniu_outbox_oldest_seconds",] == 61.5
    assert found["shuniu_outbox_blocked", "subject"] == 1
    assert found["shuniu_held_oldest_seconds", "grants"] == 30
    assert found["shuniu_parked_messages", "grants", "fork"] == 1
    assert found["shuniu_timers_late_seconds",] == 9
    assert found["shuniu_timers_provisional",] == 4


@pytest.mark.integration
async def test_it_is_counted_where_it_stands(world: consuming.World) -> None:
    gap = consuming.subject_id()
    await world.deliver(consuming.record(gap, 2))
    async with world.connect() as connection:
        await connection.execute(
            "insert into outbox_blocked (kind, name, seq, reason) values ('topic', 't', 1, 'none such')"
        )
        await connection.execute(
            "insert into timer (id, kind, subject, division, due_at, retry_at, payload, provisional)"
            " select gen_random_uuid(), 'bell', 'a', '99', at, at, '{}', true"
            " from (select clock_timestamp() + clock_offset - interval '90 s' as at from source) past"
        )
        found = await waiting(connection)
    assert found.blocked == {"subject": 0, "topic": 1}
    assert found.held["registry"].messages == 1
    assert (found.timers.late, found.timers.provisional) == (1, 1)
    assert 90 <= found.timers.late_s < 100


def standing(position: int, end: int) -> GroupLag:
    return GroupLag("group", (PartitionLag("topic", 0, position, end),))


def test_a_consumer_that_keeps_up_under_load_is_not_late() -> None:
    clock = LagClock()
    for second in range(0, 300, 30):
        assert clock.seconds(standing(100 * second, 100 * second + 50), second) == 0


def test_one_that_stands_still_ages_until_it_has_caught_up() -> None:
    clock = LagClock()
    assert [clock.seconds(standing(5, 10 + s), s) for s in (0, 30, 60)] == [0, 30, 60]
    assert clock.seconds(standing(10, 100), 90) == 60, "what came at 30 s is the oldest now"
    assert clock.seconds(standing(100, 100), 120) == 0


def test_an_emptied_bus_begins_anew() -> None:
    clock = LagClock()
    clock.seconds(standing(5, 1000), 0)
    assert clock.seconds(standing(0, 10), 30) == 0


def test_a_long_outage_keeps_few_samples() -> None:
    clock = LagClock()
    ages = [clock.seconds(standing(5, 10 + s), s) for s in range(2000)]
    assert ages[-1] == 1999
    assert len(clock._marks) <= 257


def test_every_name_follows_the_conventions() -> None:
    metrics = Metrics("grants")
    metrics.waiting, metrics.relay, metrics.timers = QUIET, RelayCounts(), TimerCounts()
    for family in families(metrics):
        assert family.documentation
        if family.type == "counter":
            assert all(s.name.endswith(("_total", "_created")) for s in family.samples)
        else:
            assert not family.name.endswith("_total")


def families(metrics: Metrics) -> Iterator[Metric]:
    return (f for f in text_string_to_metric_families(metrics.render().decode()))
