"""The least that a command's way takes: FastAPI, asyncpg and aiokafka with the statements of the promises.

`python -m tests.benchmarks.bare PORT REGISTRY_DSN CONSOLE_DSN BOOTSTRAP_SERVERS PROFILE [session]` changes
organisations that are on record, relays and projects, all in one process; the benchmark of latency runs it in
the place of ours. No caller is asked who they are, nothing is checked, one table is projected. With `session`
a SQLModel session loads and saves the organisation, as in a service; without, the bare driver does.
"""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeAlias, cast
from uuid import UUID

import asyncpg
import msgspec
import uvicorn
import uvloop
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, SecretStr
from shuniu_contracts import event_type, registry
from uuid_utils import uuid7

from chassis import attention, bus, collection
from chassis.bus import Record
from chassis.database import _OPENING, Database
from chassis.inbox import Inbox
from chassis.log import LogEntry, append
from chassis.outbox import Blocked, OutboxReader, delete
from chassis.settings import BusSettings, DatabaseSettings
from chassis.unit_of_work import _locking
from chassis.wire import Wire, partitions_of
from services.registry.organizations.tables import OrganizationRow
from tests.benchmarks.stacks import STACK

Connection: TypeAlias = asyncpg.Connection
_CHANGED = event_type(registry.OrganizationDetailsChanged)
_TOPIC = _CHANGED.stream.topic(STACK, 1)
_GROUP = f"{STACK}.bare"
_SUBJECTS = """
insert into subject (service, aggregate, id, division, organization_id, epoch, sequence, fact, basis,
                     effective_on, recorded_at, ended, state)
select $1, $2, e.id, e.division, e.organization_id, e.epoch, e.sequence, e.fact, e.basis, e.effective_on,
       e.recorded_at, e.ended, e.state::jsonb
from unnest($3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::bigint[], $8::text[], $9::text[], $10::date[],
            $11::timestamptz[], $12::bool[], $13::text[])
     as e(id, division, organization_id, epoch, sequence, fact, basis, effective_on, recorded_at, ended,
          state)
on conflict (service, aggregate, id) do update
set division = excluded.division, organization_id = excluded.organization_id, epoch = excluded.epoch,
    sequence = excluded.sequence, fact = excluded.fact, basis = excluded.basis,
    effective_on = excluded.effective_on, recorded_at = excluded.recorded_at, ended = excluded.ended,
    state = excluded.state
"""
"""The newest state of each subject, as the console keeps it."""
_LOCK = "select * from organization where id = $1 for update"
_SAVE = """
update organization set staff_count = $2, revision = revision + 1, sequence = sequence + 1, recorded_at = $3
where id = $1
"""
_HEADERS = msgspec.json.encode(
    {"dataschema": _CHANGED.dataschema, "actorid": "u-operator", "correlationid": str(uuid7())}
).decode()


class _Change(BaseModel):
    staff_count: int


class _Bare:
    """All roles of both services."""

    def __init__(
        self, pool: asyncpg.Pool, database: Database, console: asyncpg.Connection, settings: BusSettings
    ) -> None:
        self.pool = pool
        self.database = database
        self.console = console
        self.settings = settings
        self.grown = asyncio.Event()
        self.caught_up = False
        self.states: dict[UUID, dict[str, Any]] = {}

    async def load(self) -> None:
        """The state of every organisation as its last event has it, so that no command builds it."""
        rows = await self.pool.fetch(
            "select distinct on (aggregateid) aggregateid, payload from event_log"
            " where aggregatetype = 'registry.organization' order by aggregateid, sequence desc"
        )
        for row in rows:
            self.states[UUID(row["aggregateid"])] = msgspec.json.decode(row["payload"])["state"]

    async def change(self, id: UUID, body: _Change) -> Response:
        """The command: six statements, as ours."""
        async with self.pool.acquire() as connection:
            await connection.execute("begin")
            opening, row = await connection.fetchrow(_OPENING), await connection.fetchrow(_LOCK, id)
            if opening is None or row is None:
                raise HTTPException(404)
            now, epoch = opening
            await connection.execute(_SAVE, id, body.staff_count, now)
            sequence = row["sequence"] + 1
            entry = self._entry(id, sequence, row["division"], body)
            await append(cast(Connection, connection), [entry], epoch=epoch, now=now)
            await connection.execute("commit")
        return self._answer(id, sequence)

    async def change_in_session(self, id: UUID, body: _Change) -> Response:
        """The same command, with a session."""
        async with self.database.transaction() as transaction:
            found = await transaction.session.exec(_locking(OrganizationRow), params={"wanted": id})
            row = found.one_or_none()
            if row is None:
                raise HTTPException(404)
            row.staff_count, row.recorded_at = body.staff_count, transaction.now
            row.revision += 1
            row.sequence += 1
            await transaction.session.flush()
            entry = self._entry(id, row.sequence, row.division, body)
            await append(transaction.connection, [entry], epoch=transaction.epoch, now=transaction.now)
        return self._answer(id, row.sequence)

    def _answer(self, id: UUID, sequence: int) -> Response:
        self.grown.set()
        content = msgspec.json.encode({"id": id, "sequence": sequence, "state": self.states[id]})
        return Response(content, media_type="application/json")

    def _entry(self, id: UUID, sequence: int, division: str, body: _Change) -> LogEntry:
        state = self.states[id]
        state["staff_count"] = body.staff_count
        payload = msgspec.json.encode({"state": state, "fields": ("staff_count",)})
        return LogEntry(
            str(uuid7()), _CHANGED.stream.name, str(id), _CHANGED.type, sequence, division, payload,
            _HEADERS,
        )  # fmt: skip

    async def relay(self) -> None:
        """Reads, sends and deletes whenever a command has committed."""
        producer = bus.producer(self.settings)
        await producer.start()
        await producer.client.add_topic(_TOPIC)
        await producer.client.force_metadata_update()
        count = len(producer.client.cluster.partitions_for_topic(_TOPIC))
        wire = Wire(STACK, "registry")
        async with self.pool.acquire() as acquired:
            connection = cast(Connection, acquired)
            reader = OutboxReader(connection, 4000, 1e9)
            await reader.open()
            while True:
                await self.grown.wait()
                self.grown.clear()
                if rows := await reader.read((), Blocked()):
                    batches: dict[int, Any] = defaultdict(producer.create_batch)
                    moment = int(time.time() * 1000)
                    places = partitions_of([row["aggregateid"] for row in rows], count)
                    for row, place in zip(rows, places, strict=True):
                        key, value, headers = wire.message(row)
                        batches[place].append(timestamp=moment, key=key, value=value, headers=headers)
                    sent = [
                        await producer.send_batch(batch, _TOPIC, partition=place)
                        for place, batch in batches.items()
                    ]
                    await asyncio.gather(*sent)
                    await delete(connection, rows)

    async def project(self) -> None:
        """Inbox and one upsert a batch, then the offsets."""
        consumer = bus.consumer(
            self.settings, _TOPIC, group=_GROUP, fetch_max_wait_ms=attention.OFTEN_MS
        )  # fmt: skip
        advance = Inbox("bare", "latest", 0)._advance
        await consumer.start()
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=500)
            records = list(chain.from_iterable(batches.values()))
            self.caught_up = self.caught_up or bool(consumer.assignment() and not records)
            if records:
                await self._write(advance, {record.key: record for record in records}.values())
                await consumer.commit()

    async def _write(self, advance: str, records: Any) -> None:
        headers = [{name: value.decode() for name, value in record.headers} for record in records]
        async with self.console.transaction():
            await self.console.fetch(advance, "bare", *_inbox_columns(headers))
            await self.console.execute(_SUBJECTS, "registry", "organization", *_subjects(headers, records))


def _inbox_columns(headers: Sequence[dict[str, str]]) -> tuple[str, ...]:
    sequences = [int(found["ce_sequence"]) for found in headers]
    return (
        ",".join(["registry"] * len(headers)), ",".join([found["ce_subject"] for found in headers]),
        ",".join([STACK] * len(headers)), ",".join([found["ce_epoch"] for found in headers]),
        ",".join([str(sequence - 1) for sequence in sequences]), ",".join(map(str, sequences)),
        ",".join([found["ce_id"] for found in headers]),
    )  # fmt: skip


def _subjects(headers: Sequence[dict[str, str]], records: Sequence[Record]) -> tuple[list[Any], ...]:
    states = [msgspec.json.decode(record.value or b"")["state"] for record in records]
    ids = [UUID(found["ce_subject"]) for found in headers]
    return (
        ids, [found["ce_division"] for found in headers], ids, [int(found["ce_epoch"]) for found in headers],
        [int(found["ce_sequence"]) for found in headers],
        [found["ce_type"].split(".")[-2] for found in headers], [state["basis"] for state in states],
        [date.fromisoformat(state["effective_on"]) for state in states],
        [datetime.fromisoformat(found["ce_time"]) for found in headers],
        [state.get("ended", False) for state in states],
        [msgspec.json.encode(state).decode() for state in states],
    )  # fmt: skip


async def main(
    port: int, registry_dsn: str, console_dsn: str, settings: BusSettings, in_session: bool
) -> None:
    """Serve until terminated."""
    database = Database(DatabaseSettings(dsn=SecretStr(registry_dsn)))
    await database.open()
    async with asyncpg.create_pool(registry_dsn, min_size=10, max_size=15) as pool:
        console = await asyncpg.connect(console_dsn)
        bare = _Bare(pool, database, console, settings)
        await bare.load()
        app = FastAPI(openapi_url=None)
        change = bare.change_in_session if in_session else bare.change
        app.patch("/v1/organizations/{id}", response_model=None)(change)

        @app.get("/health/ready")
        async def ready() -> dict[str, bool]:
            if not bare.caught_up:
                raise HTTPException(503)
            return {"ready": True}

        work = [asyncio.create_task(bare.relay()), asyncio.create_task(bare.project())]
        collection.settle()
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve())
        done, left = await asyncio.wait([*work, serving], return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for task in done:
            task.result()


if __name__ == "__main__":
    number, of_registry, of_console, servers, profile, *means = sys.argv[1:]
    bus_settings = BusSettings.model_validate({"bootstrap_servers": servers, "profile": profile})
    uvloop.run(main(int(number), of_registry, of_console, bus_settings, means == ["session"]))
