"""A service with nothing but the chassis' tables, to watch the relay with: events of real contract types."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import ConsumerRecord
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from pydantic import BaseModel, SecretStr
from shuniu_contracts import Basis, Event, event_type
from shuniu_contracts.grants import FundIncreased, FundOpened, FundSource, FundState
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import bus, topics
from chassis.database import Database
from chassis.log import Cause, append, entry
from chassis.migrations import create_chassis_tables
from chassis.principal import SYSTEM
from chassis.region import Calendar, CalendarSection, Region
from chassis.relay import Relay
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import BusSettings, DatabaseSettings, RelaySettings, Settings

TEMPLATE = "chassis"
"""The name under which `fresh_database` keeps what `prepare` makes."""


class NoPolicy(BaseModel):
    """This service has no thresholds."""


def prepare(dsn: str) -> None:
    """The chassis' tables in an empty database; `fresh_database` makes copies of it."""

    def create(connection: Connection) -> None:
        create_chassis_tables(Operations(MigrationContext.configure(connection)))

    async def main() -> None:
        engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
        async with engine.begin() as connection:
            await connection.run_sync(create)
        await engine.dispose()

    asyncio.run(main())


def fund(total_fen: int = 100, *, increased: bool = False, title: str = "微公益") -> Event:
    """A small event of the `grants.fund` stream."""
    state = FundState(
        effective_on=datetime.date(2026, 11, 1),
        basis=Basis.LIVE,
        division="990000",
        title=title,
        source=FundSource.FISCAL,
        fiscal_year=2026,
        total_fen=total_fen,
    )
    return FundIncreased(state=state, amount_fen=1) if increased else FundOpened(state=state)


@dataclass
class World:
    """One service's database, the stack's topics on the broker, and a relay when asked for."""

    runtime: Runtime
    bus: BusSettings
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        return self.runtime.settings.stack

    def topic(self, event: type[Event] = FundOpened, major: int = 1) -> str:
        return event_type(event).stream.topic(self.stack, major)

    async def record(self, connection: asyncpg.Connection, subject: str, *events: Event) -> None:
        """Append events of a subject in the connection's open transaction, as a command does."""
        entries = []
        for event in events:
            self.sequences[subject] = self.sequences.get(subject, 0) + 1
            entries.append(
                entry(event, subject=subject, sequence=self.sequences[subject], division=self.stack,
                      principal=SYSTEM, cause=Cause.new())
            )  # fmt: skip
        async with self.runtime.database.transaction() as transaction:
            now, epoch = transaction.now, transaction.epoch
        await append(connection, entries, epoch=epoch, now=now)

    async def commit(self, subject: str, *events: Event) -> None:
        """A whole command."""
        async with self.connect() as connection, connection.transaction():
            await self.record(connection, subject, *events)

    async def commit_many(self, subjects: Sequence[str], event: Event | None = None) -> None:
        """One transaction with the next event of each subject."""
        async with self.connect() as connection, connection.transaction():
            entries = []
            for subject in subjects:
                self.sequences[subject] = self.sequences.get(subject, 0) + 1
                entries.append(
                    entry(event or fund(self.sequences[subject]), subject=subject, division=self.stack,
                          sequence=self.sequences[subject], principal=SYSTEM, cause=Cause.new())
                )  # fmt: skip
            await append(connection, entries, epoch=0, now=datetime.datetime.now(datetime.UTC))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self.runtime.database.connect()
        try:
            yield connection
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: object) -> object:
        async with self.connect() as connection:
            return await connection.fetchval(query, *arguments)

    async def outbox(self) -> int:
        return int(str(await self.value("select count(*) from outbox")))

    @asynccontextmanager
    async def relaying(self, relay: Relay | None = None) -> AsyncIterator[Relay]:
        """A running relay; stopped, its last set flushed, at the end."""
        relay = relay or Relay(self.runtime)
        stop = asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        try:
            yield relay
        finally:
            stop.set()
            async with asyncio.timeout(30):
                await running

    async def drained(self, seconds: float = 60) -> None:
        """Wait until nothing is left in the outbox."""
        async with asyncio.timeout(seconds), self.connect() as connection:
            while await connection.fetchval("select count(*) from outbox"):  # noqa: ASYNC110, a table's state
                await asyncio.sleep(0.02)

    async def received(
        self, count: int, *topic_names: str, seconds: float = 40
    ) -> list[ConsumerRecord[bytes, bytes]]:
        """What stands on the topics from the beginning to their end, once it is `count` records or more."""
        client = bus.consumer(self.bus, *(topic_names or (self.topic(),)))
        await client.start()
        found: list[ConsumerRecord[bytes, bytes]] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    batch = await client.getmany(timeout_ms=300)
                    found += [record for records in batch.values() for record in records]
                    if not batch and len(found) >= count and await _is_at_the_end(client):
                        return found
        except TimeoutError:
            raise AssertionError(f"{len(found)} of {count} messages: {sequences(found)}") from None
        finally:
            await client.stop()


async def _is_at_the_end(client: bus.ConsumerClient) -> bool:
    """Whether every partition was read as far as the broker has it; a slow broker's silence tells nothing."""
    partitions = client.assignment()
    ends = {partition: client.highwater(partition) for partition in partitions}
    return bool(ends) and all(
        [end is not None and await client.position(partition) >= end for partition, end in ends.items()]
    )


def header(record: ConsumerRecord[bytes, bytes], name: str) -> str:
    """One CloudEvents attribute of a record."""
    return bytes(dict(record.headers)[f"ce_{name}"]).decode()


def sequences(records: Iterable[ConsumerRecord[bytes, bytes]]) -> dict[str, list[int]]:
    """The sequences of each subject in the order in which they stand on the topic."""
    found: dict[str, list[int]] = {}
    for record in records:
        found.setdefault(header(record, "subject"), []).append(int(header(record, "sequence")))
    return found


async def make_world(
    dsn: str, broker: str, profile: str, stack: str, *, services: tuple[str, ...] | None = None,
    service: str = "grants", **relay: Any,
) -> World:  # fmt: skip
    """A world on a database that `prepare` made, with its topics."""
    settings = BusSettings.model_validate({"bootstrap_servers": broker, "profile": profile})
    runtime = Runtime(
        service=Service(service, MetaData(), Path("none"), NoPolicy),
        settings=Settings(
            environment="test", stack=stack, bus=settings, relay=RelaySettings.model_validate(relay),
            database=DatabaseSettings(dsn=SecretStr(dsn)),
        ),
        region=Region(stack, "测试区", (), Calendar(CalendarSection()), {}, Path("none")),
        database=Database(DatabaseSettings(dsn=SecretStr(dsn))),
    )  # fmt: skip
    await runtime.database.open()
    await topics.apply(settings, stack, services)
    return World(runtime, settings)
