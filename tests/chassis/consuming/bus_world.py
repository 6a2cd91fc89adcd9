"""A stack's topics with a producer that plays the relay, and consumers that run against them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from shuniu_contracts import event_type

from chassis.consumer import ConsumerLoop
from chassis.settings import BusSettings
from tests.chassis.consuming.world import KINDS, World, record


class Bus:
    """A stack's own topics, and a producer that plays the relay."""

    def __init__(self, settings: BusSettings, stack: str, producer: Any) -> None:
        self.settings, self.stack, self.producer = settings, stack, producer
        self.topic = event_type(KINDS[0]).stream.topic(stack, 1)

    async def send(self, subject: str, *sequences: int, **changes: Any) -> None:
        for sequence in sequences:
            here = {"source": f"/stacks/{self.stack}/grants", "division": self.stack, "topic": self.topic}
            made = record(subject, sequence, **(here | changes))
            await self.producer.send(self.topic, made.value, made.key, headers=list(made.headers))
        await self.producer.flush()


@asynccontextmanager
async def consuming(world: World) -> AsyncIterator[ConsumerLoop]:
    """A running consumer, stopped in good order at the end."""
    loop = ConsumerLoop(world.runtime, world.definition)
    stop = asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    try:
        yield loop
    finally:
        stop.set()
        async with asyncio.timeout(30):
            await running


async def until(true: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110, the state of a table
            await asyncio.sleep(0.05)
