"""The metrics of one service in one process, for Prometheus: what was counted, and how things stand now.

Which service, stack and role a process runs is told by whoever scrapes it (`deploy/observability`), so the
metrics carry no such labels themselves.
"""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chassis.inbox import Tally
from chassis.presence import Heard
from chassis.waiting import Waiting

if TYPE_CHECKING:
    from chassis.consumer import ConsumerLoop
    from chassis.firing import TimerCounts
    from chassis.relay import RelayCounts

OUTCOMES = tuple(field.name for field in fields(Tally) if field.name != "records")
"""What may become of a record; one record can be counted under two (a fork is parked, too)."""
_RECORDS = (1, 2, 5, 10, 50, 100, 250, 500, 1000, 5000)
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """All metrics of one service, in a registry of its own since services may share a process."""

    def __init__(self, service: str) -> None:
        self.registry = registry = CollectorRegistry()
        self.service = service
        self.requests = Histogram(
            "shuniu_http_request_duration_seconds", "HTTP requests by route and status",
            ["method", "route", "status"], buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.commands = Counter("shuniu_commands", "commands committed", ["command"], registry=registry)
        self.deadlocks = Counter(
            "shuniu_command_deadlocks", "tries of commands the database gave up for others", ["command"],
            registry=registry,
        )  # fmt: skip
        self.records = Counter(
            "shuniu_consumer_records", "records read from the bus", ["consumer"], registry=registry
        )
        self.outcomes = Counter(
            "shuniu_consumer_outcomes", "what became of them; a record can be counted under two outcomes",
            ["consumer", "outcome"], registry=registry,
        )  # fmt: skip
        self.batches = Histogram(
            "shuniu_consumer_batch_records", "records a batch", ["consumer"],
            buckets=_RECORDS, registry=registry,
        )  # fmt: skip
        self.lag = Gauge(
            "shuniu_consumer_lag_messages", "records not yet committed", ["consumer"], registry=registry
        )
        self.lag_seconds = Gauge(
            "shuniu_consumer_lag_seconds", "for how long at least the oldest of them has been on the bus",
            ["consumer"], registry=registry,
        )  # fmt: skip
        self.ready = Gauge(
            "shuniu_ready", "1 where this part of the process works", ["part"], registry=registry
        )
        self.relay: RelayCounts | None = None
        """of the relay in this process; None where none runs"""
        self.timers: TimerCounts | None = None
        self.waiting: Waiting | None = None
        """None while the database does not answer: unknown is not the last known number"""
        self.heard: Heard | None = None
        """of the consumers in this process; None where none runs"""
        self._consumers: dict[str, ConsumerLoop] = {}
        ProcessCollector(registry=registry)
        registry.register(_Now(self))

    def render(self) -> bytes:
        """The text form for a scrape."""
        return generate_latest(self.registry)

    def follow(self, loop: "ConsumerLoop") -> None:
        """Show a consumer of this process; its counters begin at nought, so that the first is an increase."""
        name = loop.definition.name
        self._consumers[name] = loop
        self.records.labels(name)
        for outcome in OUTCOMES:
            self.outcomes.labels(name, outcome)

    def observe_batch(self, consumer: str, tally: Tally) -> None:
        """Count what became of a batch."""
        self.records.labels(consumer).inc(tally.records)
        self.batches.labels(consumer).observe(tally.records)
        for outcome in OUTCOMES:
            if number := getattr(tally, outcome):
                self.outcomes.labels(consumer, outcome).inc(number)

    def states(self) -> Iterator[tuple[str, str, bool]]:
        """Each consumer of this process with each state there is, and whether it is in it."""
        for name, loop in self._consumers.items():
            for state in type(loop.state):
                yield name, state.value, loop.state is state


class _Now(Collector):
    """What is read at the moment of the scrape instead of being counted as it happens."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Every family whose source is at hand."""
        found = self._metrics
        states = GaugeMetricFamily(
            "shuniu_consumer_state", "1 for the state a consumer is in", labels=["consumer", "state"]
        )
        for consumer, state, holds in found.states():
            states.add_metric([consumer, state], holds)
        yield states
        if found.relay is not None:
            yield from _relay(found.relay)
        if found.heard is not None:
            yield _heard(found.heard)
        if found.timers is not None:
            yield _fired(found.timers)
        yield GaugeMetricFamily(
            "shuniu_database_reachable",
            "1 where the database answered this scrape",
            found.waiting is not None,
        )
        if found.waiting is not None:
            yield from _waiting(found.waiting)


def _relay(counts: "RelayCounts") -> Iterator[Metric]:
    yield GaugeMetricFamily("shuniu_relay_leading", "1 where this relay holds the lock", counts.leading)
    yield CounterMetricFamily("shuniu_relay_events_sent", "events acknowledged by the bus", counts.sent)
    yield CounterMetricFamily("shuniu_relay_events_failed", "events not acknowledged", counts.failed)
    yield CounterMetricFamily("shuniu_relay_blocks", "subjects and topics blocked", counts.blocked)


def _heard(found: "Heard") -> Metric:
    family = GaugeMetricFamily(
        "shuniu_stack_heard_timestamp_seconds",
        "when the newest that was heard of a stack joined to ours was sent; at first, the process' start",
        labels=["from_stack"],
    )
    for stack, at in found.newest.items():
        family.add_metric([stack], at)
    return family


def _fired(counts: "TimerCounts") -> Metric:
    family = CounterMetricFamily("shuniu_timers_fired", "timers by what came of them", labels=["outcome"])
    for outcome, number in vars(counts).items():
        family.add_metric([outcome], number)
    return family


def _waiting(found: Waiting) -> Iterator[Metric]:
    yield GaugeMetricFamily("shuniu_outbox_messages", "messages the bus has not acknowledged", found.outbox)
    yield GaugeMetricFamily(
        "shuniu_outbox_oldest_seconds", "age of the oldest unsent event", found.outbox_oldest_s
    )
    blocked = GaugeMetricFamily(
        "shuniu_outbox_blocked", "subjects and topics that the relay does not send", labels=["kind"]
    )
    held = GaugeMetricFamily("shuniu_held_messages", "messages that wait behind a gap", labels=["consumer"])
    held_s = GaugeMetricFamily(
        "shuniu_held_oldest_seconds", "how long the longest of them has waited", labels=["consumer"]
    )
    parked = GaugeMetricFamily(
        "shuniu_parked_messages", "messages set aside for a person", labels=["consumer", "kind"]
    )
    for kind, number in found.blocked.items():
        blocked.add_metric([kind], number)
    for consumer, waits in found.held.items():
        held.add_metric([consumer], waits.messages)
        held_s.add_metric([consumer], waits.oldest_s)
    for (consumer, kind), number in found.parked.items():
        parked.add_metric([consumer, kind], number)
    yield from (blocked, held, held_s, parked)
    yield GaugeMetricFamily("shuniu_timers_late", "timers past their time", found.timers.late)
    yield GaugeMetricFamily(
        "shuniu_timers_late_seconds", "how long the latest has been due", found.timers.late_s
    )
    yield GaugeMetricFamily(
        "shuniu_timers_provisional", "timers set beyond the calendar's data", found.timers.provisional
    )
    yield GaugeMetricFamily("shuniu_timers_parked", "timers given up after failures", found.timers.parked)


@cache
def metrics(service: str) -> Metrics:
    """The metrics of a service in this process."""
    return Metrics(service)


def count_command(service: str, command: str) -> None:
    """Count one committed command."""
    metrics(service).commands.labels(command).inc()


def count_deadlock(service: str, command: str) -> None:
    """Count one transaction of a command that was the victim of a deadlock."""
    metrics(service).deadlocks.labels(command).inc()
