"""What a scenario has of a running stack: its HTTP APIs with a token, and knowing when it is at rest."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from chassis.embedded.connection import Connection
from chassis.keys import issue_token
from chassis.lag import Subscription, backlog, caught_up
from chassis.service import discover
from chassis.settings import BusSettings
from chassis.subscription import consumers_of, subscription

T = TypeVar("T")
AT_ONCE = 8
"""Requests of one scenario in flight at once."""


class StepFailed(Exception):
    """A service said no to a step of the scenario; the message is its answer."""


class Stack:
    """A running stack, seen from outside."""

    def __init__(
        self, connection: Connection, client: httpx.AsyncClient, token: str, keys: Path | None = None
    ) -> None:
        self.connection = connection
        self._client = client
        self._signed = {"Authorization": f"Bearer {token}"}
        self._keys = keys
        self._gate = asyncio.Semaphore(AT_ONCE)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, connection: Connection, token: str, keys: Path | None = None
    ) -> AsyncIterator["Stack"]:
        """A client of the stack as whom the bearer token names; `keys` is where an embedded stack's are."""
        limits = httpx.Limits(max_connections=AT_ONCE * 2)
        headers = {"Accept-Language": "en"}
        async with httpx.AsyncClient(headers=headers, timeout=60, limits=limits) as client:
            yield cls(connection, client, token, keys)

    def as_staff(self, subject: str, role: str, *bodies: str) -> "Stack":
        """The same embedded stack for one of the staff of these bodies; raises `StepFailed` for another."""
        if self._keys is None:
            raise StepFailed("only an embedded stack signs tokens for its scenarios")
        token = issue_token(
            self._keys, subject=subject, roles=[role], divisions=[self.connection.stack], bodies=bodies
        )
        return Stack(self.connection, self._client, token, self._keys)

    async def ask(self, method: str, service: str, path: str, **arguments: Any) -> Any:
        """One request; its JSON. Raises `StepFailed` with the problem that the service describes."""
        answer = await self._answer(method, service, path, **arguments)
        return answer.json() if answer.content else None

    async def download(self, service: str, path: str, **query: Any) -> bytes:
        """A file. Raises `StepFailed`."""
        return (await self._answer("GET", service, path, params=query)).content

    async def _answer(self, method: str, service: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {**self._signed, **arguments.pop("headers", {})}
        async with self._gate:
            answer = await self._client.request(
                method, f"{self.connection.services[service]}{path}", headers=headers, **arguments
            )
        if answer.is_error:
            raise StepFailed(f"{method} {service}{path}: {answer.status_code} {answer.text[:600]}")
        return answer

    async def get(self, service: str, path: str, **query: Any) -> Any:
        """One GET with a query."""
        return await self.ask("GET", service, path, params=query)

    async def post(self, service: str, path: str, **body: Any) -> Any:
        """One POST with a JSON body."""
        return await self.ask("POST", service, path, json=body)

    async def every(self, service: str, path: str, **query: Any) -> list[Any]:
        """All items of a paged list."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            page = await self.get(service, path, limit=500, **query, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    async def each(
        self, things: Iterable[T], do: Callable[[T], Awaitable[None]], told: Callable[[], None]
    ) -> None:
        """Do something for each of `things`, some at once; the first failure ends it."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(thing: T) -> None:
            async with gate:
                await do(thing)
                told()

        async with asyncio.TaskGroup() as group:
            for thing in things:
                group.create_task(one(thing))

    async def at_rest(self, timeout_s: float = 60.0, told: Callable[[int], None] | None = None) -> None:
        """Wait until every event has reached every consumer and led to no further one.

        `told` hears how many events still wait in outboxes. Raises `StepFailed` after `timeout_s`.
        """
        settings = BusSettings(
            bootstrap_servers=self.connection.bootstrap_servers,
            profile="embedded" if self.connection.broker == "embedded" else "kafka",
        )
        subscriptions = [
            subscription(self.connection.stack, consumer)
            for name in self.connection.databases
            for consumer in consumers_of(discover(name))
        ]
        databases = [await asyncpg.connect(dsn) for dsn in self.connection.databases.values()]
        deadline = time.monotonic() + timeout_s
        try:
            while not await _caught_up(settings, subscriptions, databases):
                waiting = [await backlog(database) for database in databases]
                if told is not None:
                    told(sum(each.outbox + each.held for each in waiting))
                if time.monotonic() > deadline:
                    raise StepFailed(f"the stack is not at rest after {timeout_s:.0f} s: {waiting}")
                await asyncio.sleep(0.2)
        finally:
            for database in databases:
                await database.close()


async def refused(code: str, step: Awaitable[Any]) -> None:
    """Take a step that must be refused with this code. Raises `StepFailed` where it was not, or otherwise."""
    try:
        await step
    except StepFailed as failed:
        if f'"{code}"' in str(failed):
            return
        raise
    raise StepFailed(f"a step was to be refused as {code} and was not")


async def _caught_up(
    settings: BusSettings, subscriptions: Sequence[Subscription], databases: Sequence[asyncpg.Connection]
) -> bool:
    """The same as `caught_up`; not yet where a broker has just come and has no leader for a partition."""
    try:
        return await caught_up(settings, subscriptions, databases)
    except (KafkaConnectionError, KafkaTimeoutError):
        return False
