"""What disturbs without killing: consumers that come and go, a wrong schema, strangers on the bus."""

import asyncio
import json
import random
from dataclasses import replace

import asyncpg
import httpx
import pytest

from tests.faults.conftest import Outcome
from tests.faults.hostile import Message, Stranger, fork, nonsense
from tests.faults.load import Load
from tests.faults.processes import ForkServer
from tests.faults.stack import CODE, FaultStack

pytestmark = pytest.mark.system
_NOTICED_WITHIN_S = 30.0
ORGANIZATIONS = f"shuniu.{CODE}.registry.organization.v1"


async def test_consumers_join_and_leave_in_the_middle_of_batches(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    seats = ["partybuild consumer", "console consumer", "notify consumer"]
    async with FaultStack.open(forks, doubled=seats, consumer_max_records="20") as stack:
        async with Load.on(stack, seed, workbook=2000) as load:
            for _ in range(12):
                guest = f"{dice.choice(seats)} b"
                await (stack.stop if dice.random() < 0.6 else stack.crash)(guest)
                await asyncio.sleep(dice.uniform(0, 1.5))
                await stack.start(guest)
                await asyncio.sleep(dice.uniform(0, 1.5))
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_a_schema_that_does_not_fit_stops_consumers_and_sets_nothing_aside(
    forks: ForkServer, seed: int, outcome: Outcome
) -> None:
    """Deployed under load: a column has another name than the code thinks. Mended, all go on."""
    async with FaultStack.open(forks) as stack:
        async with Load.on(stack, seed, workbook=300) as load:
            for service in ("partybuild", "notify", "console"):
                await asyncio.sleep(2)
                seat = f"{service} consumer"
                await sql(stack, service, "alter table organization rename column name to title")
                await until_stopped(stack, seat)
                assert await sql(stack, service, "select from parked") == []
                await sql(stack, service, "alter table organization rename column title to name")
                await stack.crash(seat)
                await stack.start(seat)
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def until_stopped(stack: FaultStack, seat: str) -> None:
    """Wait until the consumer says that it has stopped; it says so for as long as it is asked."""
    url = f"http://127.0.0.1:{stack.seats[seat].port}/health"
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client, asyncio.timeout(_NOTICED_WITHIN_S):
        while "stopped" not in (await client.get(f"{url}/ready")).text:  # noqa: ASYNC110, its state
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        assert "stopped" in (await client.get(f"{url}/ready")).text
        assert (await client.get(f"{url}/live")).status_code == httpx.codes.OK


async def sql(stack: FaultStack, service: str, statement: str) -> list[asyncpg.Record]:
    """Rows of a statement on a service's database."""
    connection = await asyncpg.connect(stack.dsn(service))
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def test_strangers_on_the_bus_harm_nobody_but_themselves(
    forks: ForkServer, seed: int, dice: random.Random, outcome: Outcome
) -> None:
    """Everything that a record can be is sent under load; then an operator decides on what was set aside."""
    async with FaultStack.open(forks, consumer_hold_s="0.5") as stack:
        stranger = await asyncio.to_thread(Stranger, stack.engines.bootstrap_servers)
        forked: set[str] = set()
        async with Load.on(stack, seed, workbook=300) as load:
            await asyncio.sleep(4)
            for _ in range(3):
                known = {one.subject.encode() for one in load.confirmed if one.aggregate == "organization"}
                present = await asyncio.to_thread(stranger.sample, ORGANIZATIONS)
                found = [m for m in present if m.key in known]
                again = dice.sample(found, min(len(found), 60))
                await asyncio.to_thread(stranger.send, again)
                await asyncio.to_thread(stranger.send, list(reversed(found[-40:])))
                await asyncio.to_thread(stranger.send, list(nonsense(dice.choice(found), dice)))
                other = newest_of_some(found, dice, besides=forked)
                forked.add(other.header("ce_subject"))
                await asyncio.to_thread(stranger.send, [fork(other)])
                await asyncio.sleep(3)
                await stack.ready()
        stranger.close()
        aside = replace(load.expected, strangers=True, parked=True)
        await stack.at_rest(replace(aside, lost=forked))  # only whom somebody forged waits for a decision
        kinds = await set_aside(stack)
        assert kinds["partybuild"] >= {"malformed", "quarantined", "unknown_major", "fork"}, kinds
        await discard_everything(stack)
        outcome.count(stack, load, await stack.at_rest(replace(aside, parked=False)))


def newest_of_some(found: list[Message], dice: random.Random, *, besides: set[str]) -> Message:
    """The newest record of a subject that nobody has forged yet."""
    newest = {m.header("ce_subject"): m for m in found}
    return newest[dice.choice(sorted(newest.keys() - besides))]


async def set_aside(stack: FaultStack) -> dict[str, set[str]]:
    """The kinds of what is parked, by service."""
    rows = json.loads(await stack.must("parked", "list", "--json"))
    return {name: {row["kind"] for row in rows if row["at"] == name} for name in stack.services}


async def discard_everything(stack: FaultStack) -> None:
    """An operator's decision on each message, subjects in their order; what followed a fork is applied."""
    async with asyncio.timeout(120):
        while rows := json.loads(await stack.must("parked", "list", "--json")):
            for service in {row["at"] for row in rows}:
                of = [row for row in rows if row["at"] == service]
                numbers = [str(r["number"]) for r in of if r["kind"] not in ("follower", "failed")]
                if numbers:
                    await stack.must("parked", "discard", service, *numbers, "--reason", "a stranger's")
                    continue
                await stack.must("parked", "retry", service, *(str(row["number"]) for row in of))
