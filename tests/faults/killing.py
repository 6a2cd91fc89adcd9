"""Whoever kills: seeded choices of whom, how and when."""

import asyncio
import random
from dataclasses import dataclass

from tests.faults.stack import FaultStack, Seat

_FUSES = (20, 400)
"""The next process ends at one of its first so many fail points, if it gets there."""


@dataclass
class Killer:
    """Kills what a stack consists of while others work on it."""

    stack: FaultStack
    dice: random.Random
    pause_s: tuple[float, float] = (0.05, 0.6)

    @property
    def done(self) -> int:
        """How many kills there were."""
        return sum(self.stack.kills.values())

    async def processes(self, count: int) -> None:
        """Kill processes until so many more are dead, by a signal at any moment or at a fail point."""
        target = self.done + count
        while self.done < target:
            seats = sorted(self.stack.running(), key=lambda seat: seat.name)
            if seats:
                self._kill(self.dice.choice(seats))
            await self.rest()

    def _kill(self, seat: Seat) -> None:
        if self.dice.random() < 0.4:
            seat.fuse = f"*:{self.dice.randint(*_FUSES)}"
        assert seat.child is not None
        seat.child.kill()

    async def rest(self) -> None:
        """Let them work for a moment."""
        await asyncio.sleep(self.dice.uniform(*self.pause_s))

    async def postgres(self) -> None:
        """Kill the database server, or one of its sessions, which ends all of them."""
        if self.dice.random() < 0.5:
            await self.stack.engines.kill_postgres()
        else:
            await self.stack.engines.kill_backend(self.dice)
        self.stack.kills["postgres"] += 1

    async def broker(self) -> None:
        """Kill the broker; one that keeps nothing is filled again as an operator does."""
        await self.stack.engines.kill_broker(self.dice.uniform(0, 2))
        self.stack.kills["broker"] += 1
        if not self.stack.engines.broker_keeps:
            await self.stack.rebuild_bus()
