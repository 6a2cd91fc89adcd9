"""A second opinion on a stack at rest: plain SQL and a plain Kafka client, no line shared with the product.

It imports nothing of ours: a fault in how the product looks at itself is not to be repeated here.
"""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import asyncpg
from kafka import KafkaConsumer, TopicPartition

AGGREGATES = {
    "registry": (
        "organization",
        "registration_application",
        "inspection_campaign",
        "inspection",
        "rectification",
    ),
    "grants": ("fund", "round", "application"),
    "partybuild": ("coverage_duty", "party_organization", "instructor"),
    "notify": ("message",),
}
"""The tables of aggregates that publish, by service; the name is the stream's too."""
READS = {
    ("partybuild", "partybuild"): ("registry.organization", "registry.registration_application"),
    ("grants", "grants"): ("registry.organization", "partybuild.coverage_duty"),
    ("notify", "notify"): (
        "registry.organization", "registry.registration_application", "partybuild.coverage_duty",
        "partybuild.party_organization", "partybuild.instructor", "grants.round", "grants.application",
    ),
    ("console", "console"): tuple(f"{service}.{name}" for service, names in AGGREGATES.items()
                                  for name in names),
}  # fmt: skip
"""The streams that each consumer keeps up with, by database and consumer."""
OBLIGED = ("registered", "suspended")
"""Legal statuses of an organisation that owes coverage in the profile used here."""
MOST_NAMED = 5
_BUS_PATIENCE_S = 30.0


class Confirmed(NamedTuple):
    """What a caller was told: this fact is the record's event of that sequence."""

    service: str
    aggregate: str
    subject: str
    sequence: int
    fact: str
    said: tuple[tuple[str, Any], ...] = ()
    """fields of the state in that event, as the caller gave them"""


@dataclass(frozen=True)
class Stack:
    """Where everything is."""

    code: str
    databases: Mapping[str, str]
    bootstrap_servers: str


@dataclass(frozen=True)
class Expectations:
    """What the scenario knows beside the data."""

    confirmed: Sequence[Confirmed] = ()
    imported: int = 0
    """rows that imports were told to have applied"""
    recipients: Mapping[str, str] = field(default_factory=dict)
    """hub officers of the whole stack, by person: each is written to about every live registration"""
    asked: Mapping[str, Collection[str]] = field(default_factory=dict)
    """organisations that a campaign has to ask, by campaign"""
    strangers: bool = False
    """whether others than the stack's own relays wrote to the bus"""
    parked: bool = False
    """whether something may be set aside"""
    lost: Collection[str] = ()
    """records about which nobody can agree: a restored database lacks them, or somebody forged them"""
    rewound: Collection[str] = ()
    """records that a restored database had older, and that went on since; what was confirmed of them between
    is gone, and others remember it"""


@dataclass
class Report:
    """What was found, and how much was looked at."""

    problems: list[str] = field(default_factory=list)
    events: int = 0
    records: int = 0
    doubled: int = 0
    """records on the bus beyond the first of each event"""
    dropped: int = 0
    """duplicates that consumers say they have dropped, where somebody asked them"""

    def note(self, what: str, found: Iterable[object]) -> None:
        """One line for all of a kind, the first few of them named."""
        if named := list(found):
            shown = ", ".join(map(str, named[:MOST_NAMED]))
            self.problems.append(f"{what}: {len(named)}, such as {shown}")


class _Event(NamedTuple):
    stream: str
    subject: str
    sequence: int
    epoch: int
    id: str
    fact: str
    payload: bytes


@dataclass
class _World:
    """Everything read once: each service's log, and its connection for more."""

    stack: Stack
    connections: Mapping[str, asyncpg.Connection]
    logs: Mapping[str, list[_Event]]
    newest: Mapping[str, Mapping[str, _Event]]
    """by stream and subject"""

    def state(self, stream: str, subject: str) -> dict[str, Any]:
        """The state in a subject's newest event."""
        found: dict[str, Any] = json.loads(self.newest[stream][subject].payload)["state"]
        return found


async def second_check(stack: Stack, expected: Expectations | None = None) -> Report:
    """Look at a stack at rest; `problems` is empty where everything is as promised."""
    expected, report = expected or Expectations(), Report()
    connections = {name: await asyncpg.connect(dsn) for name, dsn in stack.databases.items()}
    try:
        world = await _read(stack, connections)
        report.events = sum(map(len, world.logs.values()))
        _logs(world, report)
        await _drained(world, expected, report)
        await _aggregates(world, report)
        await _inboxes(world, expected, report)
        await _copies(world, expected, report)
        await _duties(world, expected, report)
        await _coverings(world, report)
        await _messages(world, expected, report)
        await _inspections(world, expected, report)
        await _books(world, report)
        await _commands(world, expected, report)
        records = await asyncio.to_thread(_bus_records, stack)
        _bus(world, records, expected, report)
    finally:
        for connection in connections.values():
            await connection.close()
    return report


async def _read(stack: Stack, connections: Mapping[str, asyncpg.Connection]) -> _World:
    logs: dict[str, list[_Event]] = {}
    newest: dict[str, dict[str, _Event]] = defaultdict(dict)
    for service, connection in connections.items():
        rows = await connection.fetch(
            "select aggregatetype, aggregateid, sequence, epoch, id::text, type, payload from event_log"
            " order by seq"
        )
        logs[service] = [_event(row) for row in rows]
        for event in sorted(logs[service], key=lambda event: event.sequence):
            newest[event.stream][event.subject] = event
    return _World(stack, connections, logs, newest)


def _event(row: asyncpg.Record) -> _Event:
    stream, subject, sequence, epoch, id, type_, payload = row
    return _Event(stream, subject, sequence, epoch, id, type_.split(".")[-2], payload)


def _logs(world: _World, report: Report) -> None:
    ids = Counter(event.id for log in world.logs.values() for event in log)
    report.note("event ids used twice", (id for id, count in ids.items() if count > 1))
    for service, log in world.logs.items():
        sequences: dict[str, list[int]] = defaultdict(list)
        for event in log:
            sequences[event.subject].append(event.sequence)
        broken = [s for s, found in sequences.items() if found != list(range(1, len(found) + 1))]
        report.note(f"{service}: subjects whose sequence is not 1, 2, 3 ... in the order of the log", broken)


async def _drained(world: _World, expected: Expectations, report: Report) -> None:
    tables = ["outbox", "outbox_blocked", "held"] + ([] if expected.parked else ["parked"])
    for service, connection in world.connections.items():
        for table in tables:
            if count := await connection.fetchval(f"select count(*) from {table}"):
                report.problems.append(f"{service}: {count} rows in {table}")
        late = await connection.fetch(
            "select kind, subject from timer, source where state <> 'waiting'"
            " or retry_at < clock_timestamp() + clock_offset - interval '5 seconds'"
        )
        report.note(f"{service}: timers parked or not fired", (tuple(row) for row in late))
        allowed = [] if not expected.parked else ["parked"]
        stuck = await connection.fetch("select subject, state from inbox where state <> 'ok'"
                                       " and state <> all($1::text[])", allowed)  # fmt: skip
        report.note(f"{service}: subjects not being applied", (tuple(row) for row in stuck))


async def _aggregates(world: _World, report: Report) -> None:
    for service, names in AGGREGATES.items():
        if service not in world.connections:
            continue
        for name in names:
            rows = await world.connections[service].fetch(f'select id::text, sequence from "{name}"')
            has = {row["id"]: row["sequence"] for row in rows}
            logged = {s: event.sequence for s, event in world.newest[f"{service}.{name}"].items()}
            report.note(f"{service}.{name}: rows and log disagree", _differences(has, logged))


def _differences(has: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> Iterator[str]:
    for key in sorted(has.keys() | wanted.keys(), key=str):
        if has.get(key) != wanted.get(key):
            yield f"{key} has {has.get(key)!r} and should have {wanted.get(key)!r}"


async def _inboxes(world: _World, expected: Expectations, report: Report) -> None:
    for (database, consumer), streams in READS.items():
        if database not in world.connections:
            continue
        wanted = {
            (stream.split(".")[0], subject): (event.epoch, event.sequence, event.id)
            for stream in streams
            for subject, event in world.newest[stream].items()
        }
        rows = await world.connections[database].fetch(
            "select service, subject, epoch, sequence, last_id from inbox where consumer = $1", consumer
        )
        has = {(row[0], row[1]): tuple(row[2:]) for row in rows}
        aside = {subject for _, subject in has if subject in expected.lost}
        if expected.parked:
            aside |= {row["subject"] for row in await world.connections[database].fetch(
                "select subject from parked where subject is not null")}  # fmt: skip
        strangers = {
            key for key in has if key not in wanted and (expected.strangers or _of_a_replay(world, *key))
        }
        has = {key: value for key, value in has.items() if key[1] not in aside and key not in strangers}
        wanted = {key: value for key, value in wanted.items() if key[1] not in aside}
        report.note(f"{database}: inbox and sources disagree", _differences(has, wanted))


def _of_a_replay(world: _World, service: str, subject: str) -> bool:
    """Requests for a replay are subjects of their own, which every source hears."""
    return subject in world.newest[f"{service}.replay"]


_COPIES = (
    ("partybuild", "organization", "registry.organization", "id",
     ("sequence", "name", "division", "legal_form", "legal_status", "ended")),
    ("grants", "organization", "registry.organization", "id",
     ("epoch", "sequence", "name", "division", "legal_form", "legal_status")),
    ("grants", "coverage", "partybuild.coverage_duty", "duty_id",
     ("epoch", "sequence", "line", "status", "mode")),
    ("notify", "organization", "registry.organization", "id", ("sequence", "name", "division")),
    ("console", "organization", "registry.organization", "id",
     ("name", "division", "legal_form", "legal_status", "hub_link", "ended")),
)  # fmt: skip


_LEFT_OUT = {"ended": False, "hub_link": "none"}
"""What a field means that an event leaves out."""


async def _copies(world: _World, expected: Expectations, report: Report) -> None:
    for database, table, stream, key, columns in _COPIES:
        if database not in world.connections:
            continue
        rows = await world.connections[database].fetch(
            f'select "{key}"::text, {", ".join(columns)} from "{table}"'
        )
        has = {row[0]: tuple(row[1:]) for row in rows if row[0] not in expected.lost}
        wanted = {
            subject: tuple(_public(world, event, column) for column in columns)
            for subject, event in world.newest[stream].items()
            if subject not in expected.lost
        }
        report.note(f"{database}.{table} is not what {stream} says", _differences(has, wanted))
    if "console" in world.connections:
        await _console(world, expected, report)


def _public(world: _World, event: _Event, column: str) -> Any:
    if column in ("epoch", "sequence"):
        return getattr(event, column)
    state = world.state(event.stream, event.subject)
    return state.get(column, _LEFT_OUT.get(column))


async def _console(world: _World, expected: Expectations, report: Report) -> None:
    """The newest state of every subject, and a line for every event there ever was."""
    console, streams = world.connections["console"], READS["console", "console"]
    rows = await console.fetch("select service, aggregate, id::text, sequence, state::text from subject")
    has = {(f"{row[0]}.{row[1]}", row[2]): (row[3], json.loads(row[4])) for row in rows}
    differing = [
        key
        for stream in streams
        for key in ((stream, subject) for subject in world.newest[stream])
        if key[1] not in expected.lost and not _same(has.get(key), world, *key)
    ]
    report.note("console.subject is not what its source says", differing)
    known = {key for key in has if key[1] not in expected.lost}
    report.note(
        "console.subject knows what no source has",
        (key for key in known if key[1] not in world.newest[key[0]]),
    )
    aside = [*expected.lost, *expected.rewound]
    lines = Counter(tuple(row) for row in await console.fetch(
        "select service || '.' || aggregate, subject::text, sequence from timeline"
        " where subject::text <> all($1::text[])", aside))  # fmt: skip
    events = Counter(
        (event.stream, event.subject, event.sequence)
        for log in world.logs.values()
        for event in log
        if event.stream in streams and event.subject not in aside
    )
    report.note("console.timeline has lines too many", (lines - events).elements())
    report.note("console.timeline lacks lines", (events - lines).elements())


def _same(has: tuple[int, dict[str, Any]] | None, world: _World, stream: str, subject: str) -> bool:
    """The state kept may have the fields that were left out at their defaults, and nothing else."""
    wanted = world.state(stream, subject)
    if has is None or has[0] != world.newest[stream][subject].sequence:
        return False
    return all(has[1].get(name) == value for name, value in wanted.items())


async def _duties(world: _World, expected: Expectations, report: Report) -> None:
    """One duty for each organisation that owes coverage, and for nobody twice."""
    if not {"registry", "partybuild"} <= world.connections.keys():
        return
    rows = await world.connections["partybuild"].fetch(
        "select organization_id::text, line, count(*) as count from coverage_duty group by 1, 2"
    )
    report.note("duties opened twice", (row[0] for row in rows if row["count"] > 1))
    owing = {row[0] for row in await world.connections["registry"].fetch(
        "select id::text from organization where legal_status = any($1)", list(OBLIGED))}  # fmt: skip
    have = {row[0] for row in rows if row["line"] == "party"}
    report.note("organisations without their duty", owing - have - set(expected.lost))
    known = {row[0] for row in await world.connections["registry"].fetch("select id::text from organization")}
    report.note("duties of organisations that nobody has", have - known - set(expected.lost))


_COVERED_BY = """
select c.organization_id, c.source_id from covering c where c.until is null
"""
_LISTED_BY = """
select unnest(organization_ids) as organization_id, id as source_id from instructor where status <> 'ended'
union all
select unnest(organization_ids), id from party_organization where status <> 'dissolved'
"""


async def _coverings(world: _World, report: Report) -> None:
    """What covers an organisation, who says so, and its duty are one story told three times."""
    if "partybuild" not in world.connections:
        return
    partybuild = world.connections["partybuild"]
    for one, other in ((_COVERED_BY, _LISTED_BY), (_LISTED_BY, _COVERED_BY)):
        rows = await partybuild.fetch(f"({one}) except all ({other})")
        report.note("covered and not listed, or listed and not covered", (tuple(map(str, r)) for r in rows))
    rows = await partybuild.fetch(
        "select d.id::text, d.status, count(c.source_id) as by from coverage_duty d left join covering c"
        " on c.organization_id = d.organization_id and c.line = d.line and c.until is null"
        " where d.status <> 'ended' group by d.id having (d.status = 'covered') <> (count(c.source_id) > 0)"
    )
    report.note("duties that do not say whether they are met", (tuple(row) for row in rows))


async def _messages(world: _World, expected: Expectations, report: Report) -> None:
    """Nobody is written to twice about one thing, and hub officers hear of every live registration."""
    if "notify" not in world.connections:
        return
    rows = await world.connections["notify"].fetch(
        "select cause_event_id::text, rule, person_id, count(*) as count from message group by 1, 2, 3"
    )
    report.note("messages written twice", (tuple(row) for row in rows if row["count"] > 1))
    told = {(row[0], row[2]) for row in rows if row["rule"] == "organization_registered"}
    live = [
        event
        for event in world.logs.get("registry", ())
        if (event.stream, event.fact) == ("registry.organization", "registered")
        and event.subject not in expected.lost
        and json.loads(event.payload)["state"].get("basis", "live") == "live"
    ]
    missing = [
        (event.subject, person)
        for event in live
        for person in expected.recipients
        if (event.id, person) not in told
    ]
    report.note("registrations that an officer was not told of", missing)


async def _inspections(world: _World, expected: Expectations, report: Report) -> None:
    """Whoever was on the register before a campaign is asked, nobody twice, and a bad result owes once."""
    if "registry" not in world.connections:
        return
    registry = world.connections["registry"]
    rows = await registry.fetch(
        "select campaign_id::text, organization_id::text, count(*) as count from inspection group by 1, 2"
    )
    report.note("asked twice by a campaign", (tuple(row) for row in rows if row["count"] > 1))
    have = {(row[0], row[1]) for row in rows}
    due = {(campaign, id) for campaign, ids in expected.asked.items() for id in ids}
    report.note("not asked by a campaign", due - have)
    owing = await registry.fetch(
        "select i.id::text, count(r.id) as count from inspection i"
        " left join rectification r on r.origin_record_id = i.id"
        " where i.result = 'unqualified' group by i.id having count(r.id) <> 1"
    )
    report.note("bad results without their one rectification", (tuple(row) for row in owing))


async def _books(world: _World, report: Report) -> None:
    """Every entry balances, every fund's books are its sums, and nothing is overspent."""
    if "grants" not in world.connections:
        return
    grants = world.connections["grants"]
    uneven = await grants.fetch("select entry_id from ledger_posting group by 1 having sum(fen) <> 0")
    report.note("entries whose debits and credits differ", (str(row[0]) for row in uneven))
    rows = await grants.fetch(
        """
        select f.id::text, f.total_fen, f.committed_fen, f.lapsed_fen,
               coalesce(sum(p.fen) filter (where p.account = 'held'), 0)::bigint as held,
               -coalesce(sum(p.fen) filter (where p.account = 'committed'), 0)::bigint as committed,
               -coalesce(sum(p.fen) filter (where p.account = 'available'), 0)::bigint as available,
               -coalesce(sum(p.fen) filter (where p.account = 'lapsed'), 0)::bigint as lapsed
        from fund f
        left join ledger_entry e on e.fund_id = f.id
        left join ledger_posting p on p.entry_id = e.id
        group by f.id
        """
    )
    wrong = [
        dict(row)
        for row in rows
        if row["committed"] != row["committed_fen"] or row["lapsed"] != row["lapsed_fen"]
        or row["available"] < 0 or row["held"] != row["committed"] + row["available"] + row["lapsed"]
        or row["held"] != row["total_fen"]
    ]  # fmt: skip
    report.note("funds whose books and sums differ, or overspent", wrong)
    open_ = await grants.fetch(
        "select fund_id::text, sum(fen)::bigint as fen from commitment where released_by is null group by 1"
    )
    committed = {row["id"]: row["committed"] for row in rows if row["committed"]}
    report.note("open commitments and books differ", _differences({r[0]: r[1] for r in open_}, committed))
    over = await grants.fetch(
        """
        select r.id::text, r.budget_fen, sum(a.awarded_fen)::bigint as awarded
        from round r join application a on a.round_id = r.id and a.status = 'awarded'
        group by r.id having sum(a.awarded_fen) > r.budget_fen
        """
    )
    report.note("rounds that awarded more than their budget", (tuple(row) for row in over))


async def _commands(world: _World, expected: Expectations, report: Report) -> None:
    """What was confirmed is in the log once, as the caller was told, and nothing of its kind besides."""
    by_place = {
        (event.stream, event.subject, event.sequence): event for log in world.logs.values() for event in log
    }
    gone = {*expected.lost, *expected.rewound}
    kept = [one for one in expected.confirmed if one.subject not in gone]
    for one in kept:
        event = by_place.get((f"{one.service}.{one.aggregate}", one.subject, one.sequence))
        if event is None or event.fact != one.fact:
            report.note("confirmed, and not in the log", [one])
            continue
        state = json.loads(event.payload)["state"]
        wrong = [f"{name} is {state.get(name)!r}" for name, value in one.said if state.get(name) != value]
        report.note(f"confirmed otherwise than in the log: {one}", wrong)
    places = Counter((one.service, one.subject, one.sequence) for one in kept)
    report.note("two commands were told of one event", (p for p, count in places.items() if count > 1))
    kinds = {(f"{one.service}.{one.aggregate}", one.fact) for one in kept}
    told = Counter((f"{one.service}.{one.aggregate}", one.subject, one.fact) for one in kept)
    happened = Counter(
        (event.stream, event.subject, event.fact)
        for log in world.logs.values()
        for event in log
        if (event.stream, event.fact) in kinds and event.subject not in gone
    )
    commanded = {subject for _, subject, _ in told}
    more = {key: n for key, n in (happened - told).items() if key[1] in commanded}
    report.note("happened more often than confirmed", more.items())
    await _register(world, expected, report)


async def _register(world: _World, expected: Expectations, report: Report) -> None:
    if not expected.confirmed or "registry" not in world.connections or expected.lost:
        return
    founded = sum((one.aggregate, one.sequence) == ("organization", 1) for one in expected.confirmed)
    count = await world.connections["registry"].fetchval("select count(*) from organization")
    if count != founded + expected.imported:
        wanted = f"{founded} registered and {expected.imported} imported"
        report.problems.append(f"the register has {count} organisations, confirmed were {wanted}")


@dataclass(frozen=True)
class _Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Mapping[str, bytes]
    value: bytes | None


def _bus_records(stack: Stack) -> list[_Record]:
    """Every record of the stack's topics, read by a client of another make than the product's."""
    client = KafkaConsumer(
        bootstrap_servers=stack.bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        ours = re.compile(rf"shuniu\.{stack.code}\..+")
        topics = sorted(topic for topic in client.topics() if ours.fullmatch(topic))
        partitions = [TopicPartition(t, p) for t in topics for p in client.partitions_for_topic(t) or ()]
        client.assign(partitions)
        client.seek_to_beginning()
        return _all_records(client, partitions)
    finally:
        client.close()


def _all_records(client: Any, partitions: Sequence[TopicPartition]) -> list[_Record]:
    found: list[_Record] = []
    deadline = time.monotonic() + _BUS_PATIENCE_S
    while any((client.highwater(p) is None) or client.position(p) < client.highwater(p) for p in partitions):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the bus was not read to its end within {_BUS_PATIENCE_S} s")
        for records in client.poll(timeout_ms=200).values():
            deadline = time.monotonic() + _BUS_PATIENCE_S
            found += [_Record(r.topic, r.partition, r.offset, r.key, dict(r.headers), r.value)
                      for r in records]  # fmt: skip
    return found


def _bus(world: _World, records: Sequence[_Record], expected: Expectations, report: Report) -> None:
    """Each event of a log is on its topic, in its subject's order at first sight, as the log has it."""
    report.records = len(records)
    logged = {event.id: event for log in world.logs.values() for event in log}
    own: list[_Record] = []
    others: list[_Record] = []
    for record in records:
        (own if record.headers.get("ce_id", b"").decode("latin-1") in logged else others).append(record)
    if not expected.strangers and not expected.lost:
        report.note("on the bus, and in no log", others)
    seen: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    places: dict[tuple[str, bytes | None], set[int]] = defaultdict(set)
    first: set[tuple[str, str]] = set()
    for record in own:
        event = logged[record.headers["ce_id"].decode()]
        places[record.topic, record.key].add(record.partition)
        if (record.topic, event.id) in first:
            report.doubled += 1
            continue
        first.add((record.topic, event.id))
        seen[record.topic][event.subject].append(event.sequence)
        if not expected.strangers and _contradicts(record, event):
            report.note("on the bus otherwise than in the log", [record])
    report.note("subjects in two partitions", (key for key, found in places.items() if len(found) > 1))
    report.note("subjects out of order on the bus", (
        f"{subject} on {topic}: {found}" for topic, subjects in seen.items()
        for subject, found in subjects.items() if found != sorted(found) and subject not in expected.rewound
    ))  # fmt: skip
    present = {id for _, id in first}
    report.note("in a log, and not on the bus", (event for id, event in logged.items() if id not in present))


def _contradicts(record: _Record, event: _Event) -> bool:
    """A major that is rendered from another has a payload of its own."""
    headers = record.headers
    fact = headers["ce_type"].decode().split(".")[-2]
    place = (record.key or b"").decode(), int(headers["ce_sequence"]), int(headers["ce_epoch"]), fact
    if place != (event.subject, event.sequence, event.epoch, event.fact):
        return True
    return record.topic.endswith(".v1") and event.stream != "partybuild.instructor" and (
        json.loads(record.value or b"null") != json.loads(event.payload)
    )  # fmt: skip
