"""The inbox: which of a batch's events are new here, decided in the transaction that applies them.

One statement locks every subject's row, in sorted order, and advances those whose run of events fits. What
does not fit (a gap, a duplicate, a fork, a parked subject) is settled by `chassis.position` on locked rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import asyncpg

from chassis.border import Arrival, Misfit, Refused, StoredRecord, pack_headers, parse, unpack_headers
from chassis.decisions import given_up
from chassis.gaps import unwatch, watch
from chassis.position import InboxState, Position, Settlement, first_run, settle

Subject = tuple[str, str]
"""(service, subject)"""

_ADVANCE = """
with run as materialized (
    select *
    from unnest(string_to_array($2, ','), string_to_array($3, ','), string_to_array($4, ','),
                string_to_array($5, ',')::int[], string_to_array($6, ',')::bigint[],
                string_to_array($7, ',')::bigint[], string_to_array($8, ','))
         as run(service, subject, stack, epoch, previous, sequence, last_id)
), advanced as (
    insert into inbox as stored
        (consumer, service, subject, stack, epoch, previous, sequence, last_id, previous_id)
    select $1, service, subject, stack, epoch, previous, sequence, last_id, ''
    from run
    order by service collate "C", subject collate "C"
    on conflict (consumer, service, subject) do update
    set previous = case when excluded.epoch > stored.epoch then excluded.previous else stored.sequence end,
        previous_id = case when excluded.epoch > stored.epoch then '' else stored.last_id end,
        epoch = excluded.epoch, sequence = excluded.sequence, last_id = excluded.last_id
    where stored.state = 'ok' and stored.stack = excluded.stack and {fits}
    returning service, subject, previous, previous_id, xmax = 0 and previous > 0 as ahead
)
select service, subject, advanced.previous, advanced.previous_id, advanced.ahead
from run full join advanced using (service, subject)
where {otherwise}
"""
"""Answers only about subjects that did not simply go on from where they stood: the driver's decoding of a row
costs more than the row. A full join is never done by a nested loop, whatever the planner thinks of arrays."""
_FITS = {
    "history": """(excluded.previous <= stored.sequence
        and (excluded.epoch > stored.epoch
             or excluded.epoch = stored.epoch and excluded.sequence > stored.sequence))""",
    "latest": """(excluded.epoch > stored.epoch
        or excluded.epoch = stored.epoch and excluded.sequence > stored.sequence)""",
}
_OTHERWISE = {
    "history": "advanced.previous is distinct from run.previous or advanced.ahead",
    "latest": "advanced.previous is null",
}
_ENSURE = """
insert into inbox (consumer, service, subject, stack, epoch, previous, sequence, last_id, previous_id)
select $1, service, subject, stack, 0, 0, 0, '', ''
from unnest($2::text[], $3::text[], $4::text[]) as found(service, subject, stack)
order by service collate "C", subject collate "C"
on conflict do nothing
"""
_READ = """
select service, subject, stack, epoch, sequence, previous, last_id, previous_id, state
from inbox
join unnest($2::text[], $3::text[]) as wanted(service, subject) using (service, subject)
where consumer = $1
order by service collate "C", subject collate "C"
for update of inbox
"""
_HELD = """
select service, subject, topic, partition, "offset", key, headers::text as headers, value
from held
join unnest($2::text[], $3::text[]) as wanted(service, subject) using (service, subject)
where consumer = $1
"""
_WRITE = """
update inbox
set epoch = new.epoch, sequence = new.sequence, previous = new.previous, last_id = new.last_id,
    previous_id = new.previous_id, state = new.state
from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[])
     as new(service, subject, epoch, sequence, previous, last_id, previous_id, state)
where inbox.consumer = $1 and inbox.service = new.service and inbox.subject = new.subject
"""
_HOLD = """
insert into held
    (consumer, service, subject, epoch, sequence, topic, partition, "offset", key, headers, value)
select $1, service, subject, epoch, sequence, topic, partition, "offset", key, headers::jsonb, value
from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::int[], $8::bigint[], $9::bytea[],
            $10::text[], $11::bytea[])
     as message(service, subject, epoch, sequence, topic, partition, "offset", key, headers, value)
on conflict do nothing
"""
_RELEASE = """
delete from held
using unnest($2::text[], $3::text[], $4::int[], $5::bigint[]) as gone(service, subject, epoch, sequence)
where held.consumer = $1 and held.service = gone.service and held.subject = gone.subject
  and held.epoch = gone.epoch and held.sequence = gone.sequence
"""
_PARK = """
insert into parked
    (consumer, service, subject, epoch, sequence, topic, partition, "offset", kind, error, key, headers,
     value)
select $1, service, subject, epoch, sequence, topic, partition, "offset", kind, error, key, headers::jsonb,
       value
from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::int[], $8::bigint[], $9::text[],
            $10::text[], $11::bytea[], $12::text[], $13::bytea[])
     with ordinality
     as message(service, subject, epoch, sequence, topic, partition, "offset", kind, error, key, headers,
                value, position)
where kind = 'fork' or not exists (
    select from parked as present
    where present.consumer = $1 and present.service = message.service and present.subject = message.subject
      and present.epoch = message.epoch and present.sequence = message.sequence and present.kind <> 'fork')
order by position
on conflict do nothing
"""

Needs = Literal["history", "latest"]


@dataclass
class Tally:
    """What became of a batch, counted."""

    records: int = 0
    applied: int = 0
    unknown_types: int = 0
    duplicates: int = 0
    outdated: int = 0
    superseded: int = 0
    jumps: int = 0
    forks: int = 0
    parked: int = 0
    malformed: int = 0
    quarantined: int = 0

    def add(self, other: "Tally") -> None:
        """Count what became of another batch too."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Advanced:
    """The fresh events of each subject in order, and the settlements of those that took the longer way."""

    fresh: dict[Subject, list[Arrival]] = field(default_factory=dict)
    settlements: dict[Subject, Settlement] = field(default_factory=dict)


def by_subject(arrivals: Iterable[Arrival]) -> dict[Subject, list[Arrival]]:
    """The arrivals of each subject, in their order."""
    found: dict[Subject, list[Arrival]] = {}
    for arrival in arrivals:
        subject = (arrival.service, arrival.envelope.subject)
        if (present := found.get(subject)) is None:
            found[subject] = [arrival]
        else:
            present.append(arrival)
    return found


class Inbox:
    """One consumer's inbox. Every method works in the caller's transaction."""

    def __init__(self, consumer: str, needs: Needs, hold_s: float) -> None:
        self.consumer = consumer
        self.hold_s = hold_s
        self.latest = needs == "latest"
        self._advance = _ADVANCE.format(fits=_FITS[needs], otherwise=_OTHERWISE[needs])

    async def advance(
        self, connection: asyncpg.Connection, subjects: dict[Subject, list[Arrival]]
    ) -> Advanced:
        """Lock and advance, in one statement where all fits; none of the arrivals may have a fault.

        The settlements are decided but not written: `write` does that once the events are applied.
        """
        runs = {subject: self._run(arrivals) for subject, arrivals in subjects.items()}
        found = Advanced(dict(runs))
        longer: dict[Subject, list[Arrival]] = {}
        reset: dict[Subject, Position] = {}
        if not self.latest:
            longer = {s: subjects[s][len(run) :] for s, run in runs.items() if len(run) < len(subjects[s])}
        for service, subject_, previous, previous_id, ahead in await self._send(connection, runs):
            subject = (service, subject_)
            run = runs[subject]
            if previous is None:
                again = True
            elif ahead:
                again = True
                reset[subject] = Position(stack=run[0].stack)
            elif again := _forks(run, previous, previous_id):
                reset[subject] = Position(run[0].stack, run[0].epoch, previous, previous, previous_id)
            else:
                found.fresh[subject] = [a for a in run if a.sequence > previous]
            if again:
                del found.fresh[subject]
                longer[subject] = subjects[subject]
        if longer:
            await self._settle(connection, longer, found, reset)
        return found

    async def advance_apart(
        self, connection: asyncpg.Connection, subjects: dict[Subject, list[Arrival]]
    ) -> Advanced:
        """The same for a batch in which something failed or is faulty: each subject keeps its old position
        until `write`, so that any of them can be taken back."""
        await connection.execute(
            _ENSURE, self.consumer,
            [service for service, _ in subjects], [subject for _, subject in subjects],
            [arrivals[0].stack for arrivals in subjects.values()],
        )  # fmt: skip
        found = Advanced()
        await self._settle(connection, subjects, found, {})
        return found

    async def write(self, connection: asyncpg.Connection, settlements: dict[Subject, Settlement]) -> None:
        """Write positions, and what is held, released and parked; one statement a purpose, only if needed."""
        moved = {s: found.position for s, found in settlements.items() if found.position != found.written}
        await self._write_positions(connection, moved)
        await self._release(connection, {s: f.released for s, f in settlements.items() if f.released})
        held = {s: f.hold for s, f in settlements.items() if f.hold}
        if held:
            await self._hold(connection, held)
            await watch(
                connection, self.consumer, {s: waiting[0] for s, waiting in held.items()}, self.hold_s
            )
        closed = [
            subject
            for subject, found in settlements.items()
            if found.written.state is InboxState.HELD is not found.position.state
        ]
        if closed:
            await unwatch(connection, self.consumer, closed)
        misfits = [entry for found in settlements.values() for entry in found.park]
        await self.park(connection, misfits)
        foreign = [
            Refused(a.record, Misfit.QUARANTINED, f"stack {a.stack} is not the home of {a.envelope.subject}")
            for found in settlements.values()
            for a in found.foreign
        ]
        await self.refuse(connection, foreign)

    async def park(
        self, connection: asyncpg.Connection, misfits: Sequence[tuple[Arrival, Misfit, str]]
    ) -> None:
        """Keep these messages with their subject."""
        if misfits:
            places = [(a.service, a.envelope.subject, a.epoch, a.sequence) for a, _, _ in misfits]
            reasons = [(kind.value, error) for _, kind, error in misfits]
            await self._insert_parked(connection, places, reasons, [a.record for a, _, _ in misfits])

    async def refuse(self, connection: asyncpg.Connection, refused: Sequence[Refused]) -> None:
        """Keep these messages by topic, partition and offset."""
        if refused:
            places: list[tuple[Any, ...]] = [(None, None, None, None)] * len(refused)
            reasons = [(entry.kind.value, entry.error) for entry in refused]
            await self._insert_parked(connection, places, reasons, [entry.record for entry in refused])

    def _run(self, arrivals: list[Arrival]) -> list[Arrival]:
        if len(arrivals) == 1:
            return arrivals
        if self.latest:
            return [max(arrivals, key=lambda arrival: (arrival.epoch, arrival.sequence))]
        size = first_run(arrivals)
        return arrivals if size == len(arrivals) else arrivals[:size]

    async def _send(
        self, connection: asyncpg.Connection, runs: dict[Subject, list[Arrival]]
    ) -> list[asyncpg.Record]:
        """Columns go as joined text: the driver's encoding of an array costs as much as the statement, and
        the border lets no comma pass."""
        first = [run[0].envelope for run in runs.values()]
        last = [run[-1].envelope for run in runs.values()]
        rows: list[asyncpg.Record] = await connection.fetch(
            self._advance,
            self.consumer,
            ",".join([service for service, _ in runs]),
            ",".join([subject for _, subject in runs]),
            ",".join([run[0].stack for run in runs.values()]),
            ",".join([str(envelope.epoch) for envelope in first]),
            ",".join([str(envelope.sequence - 1) for envelope in first]),
            ",".join([str(envelope.sequence) for envelope in last]),
            ",".join([envelope.id for envelope in last]),
        )
        return rows

    async def _settle(
        self,
        connection: asyncpg.Connection,
        subjects: dict[Subject, list[Arrival]],
        found: Advanced,
        reset: dict[Subject, Position],
    ) -> None:
        positions = await self.read(connection, subjects)
        waiting = [s for s, position in positions.items() if position.state is InboxState.HELD]
        held = await self.held(connection, waiting) if waiting else {}

        def settled(subject: Subject, arrivals: Sequence[Arrival]) -> Settlement:
            stored = positions[subject]
            settlement = settle(
                reset.get(subject, stored), arrivals, held.get(subject, ()), latest=self.latest
            )
            settlement.written = stored
            return settlement

        settlements = {subject: settled(subject, arrivals) for subject, arrivals in subjects.items()}
        for subject, rest in (await self._without_given_up(connection, subjects, settlements)).items():
            settlements[subject] = settled(subject, rest)
            settlements[subject].duplicates += len(subjects[subject]) - len(rest)
        for subject, settlement in settlements.items():
            found.settlements[subject] = settlement
            if settlement.fresh:
                found.fresh.setdefault(subject, [])
                found.fresh[subject] = found.fresh[subject] + settlement.fresh

    async def _without_given_up(
        self, connection: asyncpg.Connection, subjects: dict[Subject, list[Arrival]],
        settlements: dict[Subject, Settlement],
    ) -> dict[Subject, list[Arrival]]:  # fmt: skip
        """What is left of those subjects that would stop over a fork which an operator has discarded: the bus
        may deliver it again, and nobody is asked twice."""
        forks = [
            arrival.envelope.id
            for settlement in settlements.values()
            for arrival, kind, _ in settlement.park
            if kind is Misfit.FORK
        ]
        gone = await given_up(connection, self.consumer, forks) if forks else set()
        left = {
            subject: [arrival for arrival in arrivals if (*subject, arrival.envelope.id) not in gone]
            for subject, arrivals in subjects.items()
        }
        return {subject: rest for subject, rest in left.items() if len(rest) < len(subjects[subject])}

    async def read(
        self, connection: asyncpg.Connection, subjects: Iterable[Subject]
    ) -> dict[Subject, Position]:
        """The positions of these subjects, locked."""
        wanted = list(subjects)
        rows = await connection.fetch(_READ, self.consumer, [s for s, _ in wanted], [s for _, s in wanted])
        return {
            (row["service"], row["subject"]): Position(
                row["stack"], row["epoch"], row["sequence"], row["previous"], row["last_id"],
                row["previous_id"], InboxState(row["state"]),
            )
            for row in rows
        }  # fmt: skip

    async def held(
        self, connection: asyncpg.Connection, subjects: Sequence[Subject]
    ) -> dict[Subject, list[Arrival]]:
        """The messages of these subjects that wait for their predecessors."""
        rows = await connection.fetch(
            _HELD, self.consumer, [s for s, _ in subjects], [s for _, s in subjects]
        )
        return by_subject(arrival for row in rows if isinstance(arrival := parse(stored(row)), Arrival))

    async def _write_positions(self, connection: asyncpg.Connection, moved: dict[Subject, Position]) -> None:
        if moved:
            positions = list(moved.values())
            await connection.execute(
                _WRITE, self.consumer, [s for s, _ in moved], [s for _, s in moved],
                [p.epoch for p in positions], [p.sequence for p in positions],
                [p.previous for p in positions], [p.last_id for p in positions],
                [p.previous_id for p in positions], [p.state.value for p in positions],
            )  # fmt: skip

    async def _hold(self, connection: asyncpg.Connection, held: dict[Subject, list[Arrival]]) -> None:
        arrivals = [arrival for waiting in held.values() for arrival in waiting]
        await connection.execute(
            _HOLD, self.consumer, [a.service for a in arrivals], [a.envelope.subject for a in arrivals],
            [a.epoch for a in arrivals], [a.sequence for a in arrivals],
            *_columns([a.record for a in arrivals]),
        )  # fmt: skip

    async def _release(
        self, connection: asyncpg.Connection, released: dict[Subject, list[tuple[int, int]]]
    ) -> None:
        gone = [(*subject, *key) for subject, keys in released.items() for key in keys]
        if gone:
            await connection.execute(_RELEASE, self.consumer, *map(list, zip(*gone, strict=True)))

    async def _insert_parked(
        self, connection: asyncpg.Connection, places: Sequence[tuple[Any, ...]],
        reasons: Sequence[tuple[str, str]], records: Sequence[Any],
    ) -> None:  # fmt: skip
        topics, partitions, offsets, keys, headers, values = _columns(records)
        await connection.execute(
            _PARK, self.consumer, *map(list, zip(*places, strict=True)), topics, partitions, offsets,
            *map(list, zip(*reasons, strict=True)), keys, headers, values,
        )  # fmt: skip


def stored(row: Any) -> StoredRecord:
    """The record in a row of `held` or `parked` (with `headers` read as text)."""
    headers = unpack_headers(row["headers"])
    return StoredRecord(row["topic"], row["partition"], row["offset"], row["key"], headers, row["value"])


def _columns(records: Sequence[Any]) -> tuple[list[Any], ...]:
    return (
        [record.topic for record in records],
        [record.partition for record in records],
        [record.offset for record in records],
        [record.key for record in records],
        [pack_headers(record.headers) for record in records],
        [record.value for record in records],
    )


def _forks(run: list[Arrival], previous: int, previous_id: str) -> bool:
    """Whether the run holds, in the place of the last event applied before, another one."""
    overlap = previous - run[0].sequence
    return 0 <= overlap < len(run) and previous_id not in ("", run[overlap].id)
