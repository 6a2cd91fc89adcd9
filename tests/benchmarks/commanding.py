"""Sends commands to a running registry: as fast as it answers, or at a rate of their own."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp

from tests.benchmarks.stacks import Running

_PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass
class Office:
    """Changes one detail of one organisation at a time, each time to another value."""

    session: aiohttp.ClientSession
    organizations: Sequence[UUID]
    _values: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def change(self, place: int) -> tuple[UUID, int]:
        """One command; the organisation and the sequence it got. Raises aiohttp.ClientResponseError."""
        id = self.organizations[place % len(self.organizations)]
        body = {"staff_count": 1_000 + next(self._values) % 9_000}
        async with self.session.patch(f"/v1/organizations/{id}", json=body) as answer:
            answer.raise_for_status()
            return id, (await answer.json())["sequence"]

    async def as_fast_as_answered(self, seconds: float, at_once: int) -> float:
        """Commands a second, `at_once` of them in flight, each on organisations of its own."""
        done = 0
        end = time.perf_counter() + seconds

        async def clerk(first: int) -> None:
            nonlocal done
            for place in itertools.count(first, at_once):
                if time.perf_counter() >= end:
                    return
                await self.change(place)
                done += 1

        begun = time.perf_counter()
        await asyncio.gather(*(clerk(first) for first in range(at_once)))
        return done / (time.perf_counter() - begun)

    async def at_rate(self, rate: float, seconds: float, sent: Callable[[UUID, int, float], None]) -> None:
        """Evenly spaced commands, sent whether or not those before were answered.

        `sent` hears of each answer: organisation, sequence, and the moment at which it was due to be sent.
        """
        begun = time.perf_counter()

        async def one(place: int) -> None:
            due = begun + place / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            id, sequence = await self.change(place)
            sent(id, sequence, due)

        async with asyncio.TaskGroup() as group:
            for place in range(round(rate * seconds)):
                await asyncio.sleep(max(0.0, begun + place / rate - time.perf_counter() - 0.5))
                group.create_task(one(place))


@asynccontextmanager
async def office(running: Running, organizations: Sequence[UUID]) -> AsyncIterator[Office]:
    """An office of these organisations, with connections that are kept open."""
    async with aiohttp.ClientSession(
        running.connection.services["registry"], timeout=_PATIENCE,
        headers={"authorization": f"Bearer {running.token}"}, connector=aiohttp.TCPConnector(limit=100),
    ) as session:  # fmt: skip
        yield Office(session, organizations)
