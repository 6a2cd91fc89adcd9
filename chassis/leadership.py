"""One leader a service, by a session advisory lock on a connection of its own, believed for a lease only."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from chassis.database import Database
from chassis.faults import DATABASE_ERRORS

_BEAT_S = 1.0
_TRY_S = 0.5
_LOCK = "select pg_try_advisory_lock(hashtext('shuniu.relay'), hashtext($1))"


class LeaseLost(Exception):
    """The lock's connection is gone or silent; somebody else may lead by now."""


class Lease:
    """The proof of leadership: the connection that holds the lock, and when it last answered.

    The server frees the lock of a vanished client after its keepalives (about 11 s), which is later than the
    lease ends, so two leaders never send at once. Must not go through a pooler: it would keep the lock.
    """

    def __init__(self, connection: asyncpg.Connection, lease_s: float) -> None:
        self.connection = connection
        self._lease_s = lease_s
        self._beaten = time.monotonic()
        self._speaking = asyncio.Lock()
        self.lost = asyncio.Event()
        connection.add_termination_listener(lambda _: self.lost.set())

    def check(self) -> None:
        """Raise `LeaseLost` unless the connection lives and has answered within the lease."""
        if self.lost.is_set() or time.monotonic() - self._beaten > self._lease_s:
            self.lost.set()
            raise LeaseLost(f"no heartbeat on the relay's lock within {self._lease_s} s")

    async def listen(self, channel: str, heard: Callable[..., None]) -> None:
        """Hear what is notified on `channel`; between two beats, since a connection takes one statement."""
        async with self._speaking:
            await self.connection.add_listener(channel, heard)

    async def beat(self) -> None:
        """Prove life every second until the connection fails; then the lease is lost."""
        try:
            while True:
                began = time.monotonic()
                async with asyncio.timeout(max(self._lease_s - _BEAT_S, _BEAT_S / 2)), self._speaking:
                    await self.connection.fetchval("select 1")
                self._beaten = began
                await asyncio.sleep(_BEAT_S)
        except DATABASE_ERRORS:
            self.lost.set()


async def try_lock(connection: asyncpg.Connection, service: str) -> bool:
    """Take the relay's lock of `service` for this session, if nobody has it."""
    return bool(await connection.fetchval(_LOCK, service))


@asynccontextmanager
async def leadership(
    database: Database, service: str, lease_s: float, stop: asyncio.Event
) -> AsyncIterator[Lease | None]:
    """Wait for the lock and hold it; None where `stop` came first.

    It asks again and again rather than waiting in the server: a waiting statement holds a snapshot, which
    keeps the outbox from being vacuumed.
    """
    connection = await database.connect()
    heart: asyncio.Task[None] | None = None
    try:
        while not await try_lock(connection, service):
            if stop.is_set():
                yield None
                return
            await pause(stop, _TRY_S)
        lease = Lease(connection, lease_s)
        heart = asyncio.create_task(lease.beat())
        yield lease
    finally:
        if heart is not None:
            heart.cancel()
            await asyncio.wait({heart})
        connection.terminate()


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so many seconds, or less when `stop` comes."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
