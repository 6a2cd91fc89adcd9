"""Watches a running stack: memory of each part, how far each consumer is behind, drawn over time."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from chassis import bus
from chassis.lag import Subscription, group_lag
from chassis.service import discover
from chassis.settings import BusSettings
from chassis.subscription import consumers_of, subscription
from tests.benchmarks.memory import families, pss_mb
from tests.benchmarks.stacks import STACK, Running

_SERVERS_EVERY = 5
"""Measuring the database's many processes takes time from what is measured."""


@dataclass(frozen=True)
class Sample:
    """One moment of a stack."""

    at_s: float
    programs_mb: dict[str, float]
    servers_mb: dict[str, float]
    behind: dict[str, int]
    """messages on the bus that the consumer has not committed"""
    applied: dict[str, int]
    """messages that the consumer has committed since the beginning"""
    imported: int

    @property
    def ours_mb(self) -> float:
        """All of our processes."""
        return sum(self.programs_mb.values())


@dataclass
class Sampler:
    """Takes a sample every `every_s` seconds while `watching`; `servers` are process ids by name."""

    running: Running
    settings: BusSettings
    servers: Mapping[str, int | None]
    every_s: float = 1.0
    samples: list[Sample] = field(default_factory=list)
    imported: int = 0
    """set by whoever imports"""
    began: float = field(default_factory=time.monotonic)
    told: Callable[[Sample], None] = lambda sample: None

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Sampler"]:
        """Sample until the block ends, whose failure it does not hide."""
        groups = {
            consumer.name: subscription(STACK, consumer)
            for name in self.running.connection.databases
            for consumer in consumers_of(discover(name))
        }
        async with _lags(self.settings, groups) as lags:
            task = asyncio.create_task(self._sample(lags))
            try:
                yield self
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _sample(self, lags: "_Lags") -> None:
        while True:
            begun = time.monotonic()
            self.running.check()
            standing = await lags.measure()
            sample = Sample(
                begun - self.began,
                await asyncio.to_thread(_memory, self.running.pids),
                await self._servers_mb(),
                {group: end - position for group, (position, end) in standing.items()},
                {group: position for group, (position, _) in standing.items()},
                self.imported,
            )
            self.samples.append(sample)
            self.told(sample)
            await asyncio.sleep(max(0.0, begun + self.every_s - time.monotonic()))

    async def _servers_mb(self) -> dict[str, float]:
        if self.samples and len(self.samples) % _SERVERS_EVERY:
            return self.samples[-1].servers_mb
        return await asyncio.to_thread(_memory, self.servers)

    def plain(self) -> list[dict[str, Any]]:
        """All samples for machines."""
        return [asdict(sample) for sample in self.samples]


def _memory(roots: Mapping[str, int | None]) -> dict[str, float]:
    known = {name: pid for name, pid in roots.items() if pid is not None}
    members = families(known.values())
    return {name: round(pss_mb(members[pid]), 1) for name, pid in known.items()}


class _Lags:
    """Where each group stands, `(committed, end)` over all partitions, asked by clients kept open."""

    def __init__(
        self, groups: Mapping[str, Subscription], admin: bus.AdminClient, client: bus.ConsumerClient
    ):
        self._groups = groups
        self._admin = admin
        self._client = client

    async def measure(self) -> dict[str, tuple[int, int]]:
        partitions = {
            name: [
                TopicPartition(topic, number)
                for topic in await self._admin.list_topics()
                if re.fullmatch(group.pattern or "", topic)
                for number in self._client.partitions_for_topic(topic) or ()
            ]
            for name, group in self._groups.items()
        }
        ends = await self._client.end_offsets([one for found in partitions.values() for one in found])
        standing = {}
        for name, found in partitions.items():
            committed = await self._admin.list_consumer_group_offsets(self._groups[name].group)
            positions = sum(max(0, committed[one].offset) for one in found if one in committed)
            standing[name] = positions, sum(ends[one] for one in found)
        return standing


class _LagsOfEmbedded(_Lags):
    """The embedded broker lists no offsets, so the chassis' way of asking one group at a time is taken."""

    def __init__(self, groups: Mapping[str, Subscription], settings: BusSettings) -> None:
        self._groups = groups
        self._settings = settings

    async def measure(self) -> dict[str, tuple[int, int]]:
        standing = {}
        for name, group in self._groups.items():
            found = (await group_lag(self._settings, group)).partitions
            standing[name] = sum(one.position for one in found), sum(one.end for one in found)
        return standing


@asynccontextmanager
async def _lags(settings: BusSettings, groups: Mapping[str, Subscription]) -> AsyncIterator[_Lags]:
    if settings.profile == "embedded":
        yield _LagsOfEmbedded(groups, settings)
        return
    admin = bus.admin(settings)
    client = bus.consumer(settings)
    await admin.start()
    await client.start()
    try:
        client.subscribe(pattern=f"^shuniu\\.{STACK}\\.")  # only so that the client learns the partitions
        yield _Lags(groups, admin, client)
    finally:
        await client.stop()
        await admin.close()


def draw(samples: Sequence[Sample], title: str, file: Path) -> None:
    """A PNG of memory, lag and rates over time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    times = [sample.at_s for sample in samples]
    figure, (memory, servers, lag, rates) = pyplot.subplots(4, 1, figsize=(13, 15), sharex=True)
    for name in samples[0].programs_mb:
        memory.plot(times, [sample.programs_mb.get(name, 0) for sample in samples], label=name)
    memory.plot(times, [sample.ours_mb for sample in samples], "k", label="all of ours")
    memory.set_ylabel("our processes, MB (Pss)")
    for name in samples[0].servers_mb:
        servers.plot(times, [sample.servers_mb.get(name, 0) for sample in samples], label=name)
    servers.set_ylabel("engines, MB (Pss)")
    for name in samples[0].behind:
        lag.plot(times, [sample.behind[name] for sample in samples], label=name)
        rates.plot(times, rate([sample.applied[name] for sample in samples], times), label=f"{name} applies")
    lag.set_ylabel("messages behind")
    rates.plot(
        times, rate([sample.imported for sample in samples], times), "k", label="organisations imported"
    )
    rates.set_ylabel("a second")
    rates.set_xlabel("seconds")
    for axes in (memory, servers, lag, rates):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small")
    memory.set_title(title)
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    pyplot.close(figure)


def rate(counts: Sequence[int], times: Sequence[float], window_s: float = 10.0) -> list[float]:
    """What is counted, a second, over the last `window_s` seconds of each moment."""
    rates, first = [], 0
    for count, at in zip(counts, times, strict=True):
        while at - times[first] > window_s:
            first += 1
        rates.append((count - counts[first]) / (at - times[first]) if at > times[first] else 0.0)
    return rates
