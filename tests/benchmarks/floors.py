"""What no projection can do without: consumer, the inbox's statement and the upsert, and nothing else.

No decoding beyond what is stored, no check of what came, no layers, no failure handling. Beside ours in the
same run it tells how much of a gap to the plain consumer is the database's, and how much is our own.
`python -m tests.benchmarks.floors DSN BOOTSTRAP_SERVERS PROFILE TOPIC COUNT` is one in a process of its own:
it says `ready` once it reads, and ends when it has written all.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import asyncpg
import msgspec
import uvloop

from chassis import bus, collection
from chassis.bus import Record
from chassis.inbox import Inbox, Needs
from chassis.settings import BusSettings

UPSERT = (
    "insert into fund_copy"
    " select * from unnest(string_to_array($1, ','), string_to_array($2, ',')::bigint[],"
    " string_to_array($3, ',')::bigint[])"
    " on conflict (subject) do update set sequence = excluded.sequence, total = excluded.total"
)
_BATCH = 1000
"""As many as ours takes, so that there are as many commits."""
_CONSUMER = "floor"


class _State(msgspec.Struct):
    total_fen: int = 0


class _Data(msgspec.Struct):
    """All of the event that is stored."""

    state: _State


_DATA = msgspec.json.Decoder(_Data)


@dataclass(frozen=True)
class Columns:
    """One batch as the two statements take it, each column as joined text."""

    inbox: tuple[str, ...]
    upsert: tuple[str, ...]


def columns(records: Iterable[Record], service: str, stack: str) -> Columns:
    """Each subject's run of events in a batch, and the newest of them."""
    first: dict[bytes | None, Record] = {}
    last: dict[bytes | None, Record] = {}
    for record in records:
        first.setdefault(record.key, record)
        last[record.key] = record
    begun = [dict(record.headers) for record in first.values()]
    ended = [dict(record.headers) for record in last.values()]
    count = len(first)
    subjects = ",".join([headers["ce_subject"].decode() for headers in ended])
    sequences = ",".join([headers["ce_sequence"].decode() for headers in ended])
    return Columns(
        (
            ",".join([service] * count), subjects, ",".join([stack] * count),
            ",".join([headers["ce_epoch"].decode() for headers in ended]),
            ",".join([str(int(headers["ce_sequence"]) - 1) for headers in begun]),
            sequences,
            ",".join([headers["ce_id"].decode() for headers in ended]),
        ),
        (
            subjects, sequences,
            ",".join([str(_DATA.decode(record.value or b"").state.total_fen) for record in last.values()]),
        ),
    )  # fmt: skip


class Writer:
    """Writes batches, a transaction each, with the inbox's statement before the upsert or without."""

    def __init__(self, connection: asyncpg.Connection, needs: Needs | None) -> None:
        self._connection = connection
        self._advance = None if needs is None else Inbox(_CONSUMER, needs, 0)._advance

    async def write(self, batch: Columns) -> None:
        """One batch, committed."""
        await self._connection.execute("begin")
        if self._advance is not None:
            await self._connection.fetch(self._advance, _CONSUMER, *batch.inbox)
        await self._connection.execute(UPSERT, *batch.upsert)
        await self._connection.execute("commit")


async def read_all(settings: BusSettings, topic: str, count: int, group: str) -> list[list[Record]]:
    """The batches of a topic as a consumer gets them."""
    consumer = bus.consumer(settings, topic, group=group)
    await consumer.start()
    found: list[list[Record]] = []
    try:
        while sum(map(len, found)) < count:
            batches = await consumer.getmany(timeout_ms=200, max_records=_BATCH)
            if batches:
                found.append(list(chain.from_iterable(batches.values())))
    finally:
        await consumer.stop()
    return found


async def time_database(writer: Writer, batches: Sequence[Columns]) -> float:
    """Seconds for the statements alone, their arguments made ahead."""
    began = time.perf_counter()
    for batch in batches:
        await writer.write(batch)
    return time.perf_counter() - began


async def time_floor(
    settings: BusSettings, topic: str, count: int, group: str, writer: Writer, service: str, stack: str,
    ready: Callable[[], None] = lambda: None,
) -> float:  # fmt: skip
    """Seconds from the first record until all is written and its offsets are committed.

    A batch is made ready while the one before is written, and its offsets are committed behind it.
    """
    consumer = bus.consumer(settings, topic, group=group)
    await consumer.start()
    ready()
    began = 0.0
    writing: asyncio.Task[None] | None = None

    async def write(batch: Columns) -> None:
        await writer.write(batch)
        await consumer.commit()

    try:
        while count > 0:
            records = list(
                chain.from_iterable(
                    (await consumer.getmany(timeout_ms=200, max_records=_BATCH)).values()
                )
            )  # fmt: skip
            if not records:
                continue
            began = began or time.perf_counter()
            count -= len(records)
            batch = columns(records, service, stack)
            if writing is not None:
                await writing
            writing = asyncio.create_task(write(batch))
            await asyncio.sleep(0)
        if writing is not None:
            await writing
        return time.perf_counter() - began
    finally:
        await consumer.stop()


async def main(dsn: str, settings: BusSettings, topic: str, count: int) -> None:
    """Project `count` records of the topic."""
    _, stack, service, *_ = topic.split(".")
    connection = await asyncpg.connect(dsn)
    writer = Writer(connection, "history")
    collection.settle()
    group = f"{_CONSUMER}-{os.getpid()}"
    await time_floor(
        settings, topic, count, group, writer, service, stack, lambda: print("ready", flush=True)
    )
    await connection.close()


if __name__ == "__main__":
    to, servers, profile, of, records = sys.argv[1:]
    bus_settings = BusSettings.model_validate({"bootstrap_servers": servers, "profile": profile})
    uvloop.run(main(to, bus_settings, of, int(records)))
