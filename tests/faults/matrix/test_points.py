"""Killed between every pair of steps: at each fail point there is, under load, and right again afterwards."""

import asyncio
import json
import random
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from chassis.region import load_region
from deploy.regions import profile_file
from deploy.scenarios.register import Entry, compose, write_workbook
from tests.faults import points
from tests.faults.conftest import Outcome
from tests.faults.hostile import Message, Stranger, fork
from tests.faults.load import Load
from tests.faults.processes import KILLED, ForkServer
from tests.faults.stack import CODE, REGION, FaultStack

pytestmark = pytest.mark.system
SERVICES = ("registry", "partybuild")
ORGANIZATIONS = f"shuniu.{CODE}.registry.organization.v1"
OLD = "registered_on < '2016-01-01'"
"""Organisations that every campaign here has to ask."""
_REACHED_WITHIN_S = 60.0
_SESSION_OVER_S = 3.0
"""After which a broker lets go of a member that was killed."""


async def killed_at(stack: FaultStack, seat: str, point: str, passing: int = 1) -> None:
    """Put a process into the seat that ends at the n-th passing of the point, and wait until it has."""
    doomed = await stack.doomed(seat, f"{point}:{passing}")
    try:
        assert await doomed.end(_REACHED_WITHIN_S) == KILLED, f"{point}: {doomed.tail()}"
    except TimeoutError as error:
        raise AssertionError(f"{seat} did not come to {point}: {error}") from None


async def sql(stack: FaultStack, service: str, statement: str, *arguments: object) -> list[asyncpg.Record]:
    """Rows of a statement on a service's database."""
    connection = await asyncpg.connect(stack.dsn(service))
    try:
        return list(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()


async def until(stack: FaultStack, service: str, query: str) -> None:
    """Wait until the query says true."""
    async with asyncio.timeout(_REACHED_WITHIN_S):
        while not (await sql(stack, service, query))[0][0]:  # noqa: ASYNC110, a table's state
            await asyncio.sleep(0.1)


async def test_processes_killed_at_every_point_of_command_relay_consumer_and_timer(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    order = [(seat, point) for seat, found in points.SEATS.items() for point in found]
    dice.shuffle(order)
    async with FaultStack.open(forks, services=SERVICES) as stack:
        async with Load.on(stack, seed) as load:
            for seat, point in order:
                passing = 1 if point == "relay.after_lock" else dice.randint(1, 4)
                await killed_at(stack, seat, point, passing)
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_an_import_killed_at_every_step(
    forks: ForkServer, seed: int, outcome: Outcome, tmp_path: Path
) -> None:
    entries = [entry for entry in compose(load_region(profile_file(REGION))) if entry.status == "filed"]
    async with FaultStack.open(forks, services=SERVICES) as stack:
        async with Load.on(stack, seed) as load:
            for number, point in enumerate(points.IMPORT):
                waiting = asyncio.create_task(killed_at(stack, "registry api", point))
                await asyncio.sleep(0.1)
                rows = entries[number * 50 : (number + 1) * 50]
                job = await brought(stack, rows, tmp_path / f"{number}.xlsx")
                load.imported += len(rows)
                assert job["rows_applied"] == len(rows), job
                await waiting
            waiting = asyncio.create_task(killed_at(stack, "registry api", points.UNDO))
            await asyncio.sleep(0.1)
            undone = await asked(stack, "POST", f"/v1/imports/{job['id']}/undo")
            assert (await finished(stack, undone))["rows_undone"] == len(rows)
            await waiting
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_a_rebuild_and_a_restore_killed_at_every_step(
    forks: ForkServer, seed: int, outcome: Outcome
) -> None:
    """Begun again by whoever finds them half done: nothing happens twice, and nothing is left out."""
    async with FaultStack.open(forks, services=SERVICES) as stack:
        consumers = [f"{service} consumer" for service in SERVICES]
        mine = [seat for seat in stack.seats if seat.startswith("partybuild ")]
        async with Load.on(stack, seed) as load:
            await until(stack, "partybuild", "select count(*) > 5 from organization")
            await stack.crash(*consumers)
            await asyncio.sleep(_SESSION_OVER_S)
            for point in points.REBUILD:
                for service in (1, 2):  # each service's log is enqueued in a transaction of its own
                    await stack.dies_at(point, "bus", "rebuild", passing=service)
            await stack.rebuild_bus()
            await stack.start(*consumers)
        await stack.at_rest(load.expected)
        async with Load.on(stack, seed + 1) as more:
            await asyncio.sleep(2)
            await stack.crash(*mine)
            await asyncio.sleep(_SESSION_OVER_S)
            restore = ("restore", "partybuild", "--reason", "to be sure")
            for point in points.RESTORE:
                await stack.dies_at(point, *restore)
            await stack.must(*restore)
            await stack.start(*mine)
        both = replace(more.expected, confirmed=(*load.confirmed, *more.confirmed))
        outcome.count(stack, more, await stack.at_rest(both))


async def test_a_campaign_killed_at_every_step_of_its_portions(
    forks: ForkServer, seed: int, outcome: Outcome
) -> None:
    """Opened, and closed, by portions that timers carry: nobody is left out, nobody is asked twice."""
    async with FaultStack.open(forks, services=("registry", "console")) as stack:
        async with Load.on(stack, seed, governs=False) as load:
            await until(stack, "registry", f"select count(*) > 3 from organization where {OLD}")
            for number, point in enumerate(points.TIMER):
                before = await sql(stack, "registry", f"select id::text from organization where {OLD}")
                body = {"division": CODE, "title": f"第{number}次年检", "year": 2021 + number,
                        "legal_forms": ["private_non_enterprise"], "due_on": "2099-06-30"}  # fmt: skip
                waiting = asyncio.create_task(killed_at(stack, "registry timers", point))
                await asyncio.sleep(0.1)
                campaign = await asked(
                    stack, "POST", "/v1/inspection-campaigns", key=f"open-{number}", json=body
                )
                await waiting
                load.asked[str(campaign["id"])] = tuple(row["id"] for row in before)
                its = f"from inspection where campaign_id = '{campaign['id']}'"
                await until(stack, "registry", f"select count(*) >= {len(before)} {its}")
                waiting = asyncio.create_task(killed_at(stack, "registry timers", point))
                await asyncio.sleep(0.1)
                path = f"/v1/inspection-campaigns/{campaign['id']}/closing"
                await asked(stack, "POST", path, key=f"close-{number}", json={"even_though_open": True})
                await waiting
                await until(stack, "registry", f"select bool_and(state = 'missed') {its}")
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def brought(stack: FaultStack, rows: list[Entry], file: Path) -> dict[str, int | str]:
    """Import a workbook of these rows, however often the process dies over it."""
    await asyncio.to_thread(write_workbook, rows, file)
    content = await asyncio.to_thread(file.read_bytes)
    job = await asked(
        stack, "POST", "/v1/imports", key=file.name, files={"file": (file.name, content)},
        data={"division": CODE, "basis": "historical", "apply": "all"},
    )  # fmt: skip
    return await finished(stack, job)


async def finished(stack: FaultStack, job: dict[str, int | str]) -> dict[str, int | str]:
    """The import when nobody works on it any more."""
    async with asyncio.timeout(60):
        while job["state"] in ("received", "applying", "undoing"):
            await asyncio.sleep(0.1)
            job = await asked(stack, "GET", f"/v1/imports/{job['id']}")
    return job


async def asked(
    stack: FaultStack, method: str, path: str, *, key: str = "", **content: object
) -> dict[str, int | str]:
    """One request to the registry, repeated until somebody answers."""
    headers = {"authorization": f"Bearer {stack.token()}"} | ({"idempotency-key": key} if key else {})
    async with httpx.AsyncClient(trust_env=False, timeout=10, headers=headers) as client:
        while True:
            try:
                answer = await client.request(method, f"{stack.url('registry')}{path}", **content)  # type: ignore[arg-type]
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            assert answer.status_code < 300, answer.text
            found: dict[str, int | str] = answer.json()
            return found


async def test_what_is_out_of_the_ordinary_killed_at_every_step(
    forks: ForkServer, seed: int, outcome: Outcome
) -> None:
    """A topic that is missing, a message that fails, a timer that fails, a gap; retry, discard and replay."""
    async with FaultStack.open(forks, services=SERVICES, consumer_hold_s="0.3") as stack:
        async with Load.on(stack, seed) as load:
            await until(stack, "partybuild", "select count(*) > 5 from organization")
            await a_missing_topic(stack)
            await a_failing_timer(stack)
            await a_gap(stack)
            await failing_messages(stack, load)
            await a_fork(stack)
            await stack.dies_at(points.REPLAY, "replay", "registry", "--since", "2020-01-01T00:00:00")
            await stack.must("replay", "registry", "--since", "2020-01-01T00:00:00")
        forged = replace(load.expected, strangers=True)
        outcome.count(stack, load, await stack.at_rest(forged))


async def a_missing_topic(stack: FaultStack) -> None:
    """A pointer to a major that has no topic: the relay sets the topic aside, the rest goes on."""
    await sql(
        stack, "registry", "insert into outbox (seq, stream_major) select min(seq), 9 from event_log"
        " where aggregatetype = 'registry.organization'",
    )  # fmt: skip
    await killed_at(stack, "registry relay", points.BLOCK)
    await until(stack, "registry", "select not exists (select from outbox where stream_major <> 9)")
    blocked = await sql(stack, "registry", "select kind, name from outbox_blocked")
    assert [tuple(row) for row in blocked] == [("topic", ORGANIZATIONS.replace(".v1", ".v9"))]
    await sql(stack, "registry", "delete from outbox where stream_major = 9")
    await sql(stack, "registry", "delete from outbox_blocked")
    await stack.crash("registry relay")
    await stack.start("registry relay")


async def a_failing_timer(stack: FaultStack) -> None:
    """A timer about nothing fails, backs off, and hinders no other."""
    await sql(
        stack, "partybuild",
        "insert into timer (id, kind, subject, division, due_at, retry_at, payload)"
        " values ($1, 'coverage.duty_due', $2, '120116', now(), now(), '{}')",
        uuid4(), str(uuid4()),
    )  # fmt: skip
    await killed_at(stack, "partybuild timers", points.TIMER_FAILED)
    await until(stack, "partybuild", "select count(*) = 1 from timer where attempts = 1")
    await sql(stack, "partybuild", "delete from timer where attempts > 0")


async def a_gap(stack: FaultStack) -> None:
    """Events that a consumer has lost: noticed at the next one, asked for, and sent again."""
    await lose(stack)
    await killed_at(stack, "partybuild consumer", points.GAP[0])
    await lose(stack)
    await killed_at(stack, "partybuild timers", points.GAP[1])
    await until(
        stack, "partybuild", "select exists (select from event_log where aggregatetype like '%replay')"
    )


async def lose(stack: FaultStack) -> None:
    """Take the newest event of every organisation back from partybuild's inbox, as if it had never come."""
    rows = await sql(stack, "registry", "select aggregateid, sequence, id::text from event_log")
    ids = {(row["aggregateid"], row["sequence"]): row["id"] for row in rows}
    held = await sql(
        stack, "partybuild",
        "select subject, sequence from inbox"
        " where consumer = 'partybuild' and service = 'registry' and sequence > 1 and state = 'ok'",
    )  # fmt: skip
    before = [ids[row["subject"], row["sequence"] - 1] for row in held]
    await sql(
        stack, "partybuild",
        "update inbox set sequence = lost.sequence - 1, last_id = lost.before, previous = 0, previous_id = ''"
        " from unnest($1::text[], $2::int[], $3::text[]) as lost(subject, sequence, before)"
        " where inbox.subject = lost.subject and inbox.sequence = lost.sequence and state = 'ok'",
        [row["subject"] for row in held], [row["sequence"] for row in held], before,
    )  # fmt: skip


async def failing_messages(stack: FaultStack, load: Load) -> None:
    """A few subjects fail, are parked, and are taken up again, whoever dies over it."""
    rows = await sql(
        stack, "partybuild", "select id::text from organization where id = any($1::uuid[]) limit 3",
        list(load.settled),
    )  # fmt: skip
    subjects = [row["id"] for row in rows]
    sour = ", ".join(f"'{subject}'" for subject in subjects)
    await sql(
        stack, "partybuild",
        f"alter table organization add constraint sour check (id not in ({sour})) not valid",
    )  # fmt: skip
    waiting = asyncio.create_task(killed_at(stack, "partybuild consumer", points.BISECT))
    for subject in [*subjects, *subjects]:
        await load.change(subject)
    await waiting
    await until(stack, "partybuild", "select count(*) = 3 from parked where kind = 'failed'")
    await sql(stack, "partybuild", "alter table organization drop constraint sour")
    await a_record_by_its_offset(stack)
    for point in points.RETRY:
        await stack.dies_at(point, "parked", "retry", "partybuild", "--error", "sour")
    # Of a subject that a retry has died over, what followed is left, and bears no error of its own.
    for row in await sql(stack, "partybuild", "select min(number) from parked group by subject"):
        await stack.must("parked", "retry", "partybuild", str(row[0]))
    await until(stack, "partybuild", "select count(*) = 0 from parked")


async def a_record_by_its_offset(stack: FaultStack) -> None:
    """A message kept by its offset that is an event after all; killed before it is struck from the list."""
    rows = await sql(
        stack, "partybuild",
        'insert into parked (consumer, topic, partition, "offset", kind, error, key, headers, value)'
        " select consumer, topic, partition, \"offset\", 'malformed', 'by offset', key, headers, value"
        " from parked where kind = 'failed' order by number limit 1 returning number",
    )  # fmt: skip
    number = str(rows[0]["number"])
    await stack.dies_at(points.RETRY_RECORD, "parked", "retry", "partybuild", number)
    await stack.must("parked", "retry", "partybuild", number)


async def a_fork(stack: FaultStack) -> None:
    """Another event in an event's place: its subject stops until somebody decides."""
    stranger = await asyncio.to_thread(Stranger, stack.engines.bootstrap_servers)
    sound = (await asyncio.to_thread(stranger.sample, ORGANIZATIONS))[0]
    await until(stack, "partybuild", "select not exists (select from parked)")
    subject = sound.header("ce_subject")
    for point in points.DISCARD:
        # The newest of the subject, or the inbox no longer knows which event it applied in that place.
        await asyncio.to_thread(stranger.send, [fork(await newest(stranger, subject))])
        await until(stack, "partybuild", "select exists (select from parked where kind = 'fork')")
        found = json.loads(await stack.must("parked", "list", "partybuild", "--json"))
        number = str(next(one["number"] for one in found if one["kind"] == "fork"))
        discard = ("parked", "discard", "partybuild", number, "--reason", "a stranger's")
        await stack.dies_at(point, *discard)
        if await sql(stack, "partybuild", "select from parked where number = $1", int(number)):
            await stack.must(*discard)
        else:  # killed after the decision: what followed is still to be taken up
            for one in await sql(stack, "partybuild", "select number from parked order by number limit 1"):
                await stack.must("parked", "retry", "partybuild", str(one["number"]))
        await until(stack, "partybuild", "select not exists (select from parked)")
    stranger.close()


async def newest(stranger: Stranger, subject: str) -> Message:
    """The newest event of a subject on the bus."""
    found = await asyncio.to_thread(stranger.sample, ORGANIZATIONS)
    return max((m for m in found if m.header("ce_subject") == subject), key=lambda m: m.header("ce_sequence"))
