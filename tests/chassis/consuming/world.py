"""A consumer to watch: `registry` keeping what it hears of funds, one row a fund and one line an event."""

import datetime
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from pydantic import SecretStr
from shuniu_contracts import Basis, Envelope, Event, encode, event_type
from shuniu_contracts.grants import FundClosed, FundIncreased, FundOpened, FundSource, FundState
from uuid_utils.compat import uuid7

from chassis.applying import Applier
from chassis.border import Arrival, Sorted, StoredRecord, parse, sort_records
from chassis.database import Database
from chassis.inbox import Needs
from chassis.received import Received
from chassis.region import Calendar, CalendarSection, Region
from chassis.runtime import Runtime
from chassis.service import Consumer, Reaction, Service, Timer
from chassis.settings import BusSettings, ConsumerSettings, DatabaseSettings, Settings
from chassis.unit_of_work import UnitOfWork
from tests.chassis.outbox_world import NoPolicy

STACK = "990000"
KINDS: tuple[type[Event], ...] = (FundOpened, FundIncreased, FundClosed)
_TABLES = """
create table fund_copy (subject text primary key, sequence bigint not null, total bigint not null);
create table line (number bigserial primary key, subject text, sequence bigint, epoch int, kind text);
"""
_offsets = itertools.count()


def event(kind: int = 0, total: int = 100) -> Event:
    """An event of the fund stream: opened, increased or closed."""
    state = FundState(
        effective_on=datetime.date(2026, 11, 1),
        basis=Basis.LIVE,
        division=STACK,
        title="微公益",
        source=FundSource.FISCAL,
        fiscal_year=2026,
        total_fen=total,
    )
    if KINDS[kind] is FundIncreased:
        return FundIncreased(state=state, amount_fen=1)
    return FundOpened(state=state) if KINDS[kind] is FundOpened else FundClosed(state=state)


def envelope(
    subject: str, sequence: int, *, epoch: int = 0, kind: int = 0, id: str | None = None, **changes: Any
) -> Envelope:
    """The envelope of an event of that sequence; its id is made of its place unless given."""
    described = event_type(KINDS[kind])
    values: dict[str, Any] = {
        "id": id or f"{subject}-{epoch}-{sequence}",
        "source": f"/stacks/{STACK}/grants",
        "type": described.type,
        "subject": subject,
        "sequence": sequence,
        "epoch": epoch,
        "time": datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC),
        "dataschema": described.dataschema,
        "division": STACK,
        "actor_id": "system",
        "correlation_id": "c-1",
    }
    return Envelope(**(values | changes))


def record(
    subject: str, sequence: int, *, kind: int = 0, value: bytes | None = None, total: int | None = None,
    topic: str | None = None, **changes: Any,
) -> StoredRecord:  # fmt: skip
    """A Kafka record as it comes from the fund stream; the fund's total is its sequence unless given."""
    made = envelope(subject, sequence, kind=kind, **changes)
    data = encode(event(kind, sequence if total is None else total)) if value is None else value
    stream = event_type(KINDS[kind]).stream
    return StoredRecord(
        topic or stream.topic(STACK, 1), 0, next(_offsets), made.subject.encode(),
        tuple(made.to_headers()), data,
    )  # fmt: skip


def arrival(subject: str, sequence: int, **changes: Any) -> Arrival:
    """The same as an arrival."""
    found = parse(record(subject, sequence, **changes))
    assert isinstance(found, Arrival), found
    return found


Fail = Callable[[Received[Any]], Exception | None]


@dataclass
class Hearing:
    """The reaction of the consumer under test: writes what it hears, and fails where told to."""

    fail: Fail | None = None
    calls: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        self.calls.append((type(events[0].data).__name__, len(events)))
        for entry in events:
            error = self.fail(entry) if self.fail else None
            if error is not None:
                raise error
        await uow.connection.execute(
            "insert into line (subject, sequence, epoch, kind)"
            " select * from unnest($1::text[], $2::bigint[], $3::int[], $4::text[])",
            [e.subject for e in events], [e.envelope.sequence for e in events],
            [e.envelope.epoch for e in events], [type(e.data).__name__ for e in events],
        )  # fmt: skip
        newest = {e.subject: e for e in events}.values()
        await uow.connection.execute(
            "insert into fund_copy select * from unnest($1::text[], $2::bigint[], $3::bigint[])"
            " on conflict (subject) do update set sequence = excluded.sequence, total = excluded.total",
            [e.subject for e in newest], [e.envelope.sequence for e in newest],
            [e.data.state.total_fen for e in newest],
        )  # fmt: skip


@dataclass
class World:
    """The consuming service's database and its applier."""

    runtime: Runtime
    hearing: Hearing
    definition: Consumer

    @property
    def applier(self) -> Applier:
        return Applier(self.runtime, self.definition)

    async def deliver(self, *records: StoredRecord, applier: Applier | None = None) -> Any:
        """One batch."""
        return await (applier or self.applier).process(sort_records(records))

    async def arrive(self, arrivals: Iterable[Arrival]) -> Any:
        return await self.applier.process(Sorted(list(arrivals)))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self.runtime.database.connect()
        try:
            yield connection
        finally:
            await connection.close()

    async def fetch(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        async with self.connect() as connection:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]

    async def lines(self, subject: str | None = None) -> list[int]:
        """The sequences the reaction applied, in the order of the database."""
        rows = await self.fetch(
            "select sequence from line where $1::text is null or subject = $1 order by number", subject
        )
        return [row[0] for row in rows]

    async def state(self, subject: str) -> tuple[str, int, int]:
        rows = await self.fetch("select state, epoch, sequence from inbox where subject = $1", subject)
        return rows[0]

    async def parked(self) -> list[tuple[str | None, int | None, str]]:
        return await self.fetch("select subject, sequence, kind from parked order by number")

    async def move_clock(self, seconds: float) -> None:
        async with self.connect() as connection:
            await connection.execute(
                "update source set clock_offset = clock_offset + $1", datetime.timedelta(seconds=seconds)
            )

    async def close(self) -> None:
        await self.runtime.database.close()


async def make_world(
    dsn: str, *, needs: Needs = "history", bus: BusSettings | None = None, stack: str = STACK,
    hearing: Hearing | None = None, timers: tuple[Timer, ...] = (), service: str = "registry",
    reaction: Callable[..., Awaitable[None]] | None = None, name: str = "registry", **consumer: Any,
) -> World:  # fmt: skip
    """A world on a database that `prepare` made."""
    heard = hearing or Hearing()
    definition = Consumer(name, (Reaction(KINDS, reaction or heard.__call__),), needs)
    runtime = Runtime(
        service=Service(
            service, sa.MetaData(), Path("none"), NoPolicy, consumers=(definition,), timers=timers
        ),
        settings=Settings(
            environment="test", stack=stack, bus=bus or BusSettings(),
            consumer=ConsumerSettings.model_validate(consumer),
            database=DatabaseSettings(dsn=SecretStr(dsn)),
        ),
        region=Region(stack, "测试区", (), Calendar(CalendarSection()), {}, Path("none")),
        database=Database(DatabaseSettings(dsn=SecretStr(dsn))),
    )  # fmt: skip
    await runtime.database.open()
    world = World(runtime, heard, definition)
    async with world.connect() as connection:
        await connection.execute(_TABLES)
    return world


def subject_id() -> str:
    """A fresh aggregate id."""
    return str(uuid7())
