"""What is lost whole and made right again: the bus, and a database that comes back as it once was."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from tests.faults.conftest import Outcome
from tests.faults.load import Load
from tests.faults.processes import ForkServer
from tests.faults.stack import FaultStack

pytestmark = pytest.mark.system
_SESSION_OVER_S = 3.0
"""After which a broker lets go of a member that was killed."""
_NEWEST = "select aggregateid, max(sequence) from event_log group by 1"


async def test_the_bus_is_wiped_and_filled_again(forks: ForkServer, seed: int, outcome: Outcome) -> None:
    """As the operators' manual says: consumers stopped, the log sent again, consumers started."""
    async with FaultStack.open(forks) as stack:
        consumers = [name for name in stack.seats if name.endswith("consumer")]
        async with Load.on(stack, seed, workbook=500) as load:
            for _ in range(2):
                await asyncio.sleep(4)
                await stack.engines.wipe_broker()
                stack.kills["broker"] += 1
                await asyncio.sleep(2)
                await stack.crash(*consumers)
                stack.kills["consumers"] += len(consumers)
                await asyncio.sleep(_SESSION_OVER_S)
                await stack.rebuild_bus()
                await stack.start(*consumers)
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def restored_from_a_backup_under_load(stack: FaultStack, service: str, load: Load) -> set[str]:
    """Back up, go on, and lose the database; the subjects of which its log lacks something now."""
    await asyncio.sleep(5)
    await stack.must("backup", str(stack.place / "backups"), service)
    await asyncio.sleep(5)
    await load.finish()
    await stack.at_rest(load.expected)
    before = await newest(stack, service)
    seats = [name for name in stack.seats if name.startswith(f"{service} ")]
    await stack.crash(*seats)
    stack.kills[service] += len(seats)
    await asyncio.sleep(_SESSION_OVER_S)
    file = str(stack.place / "backups" / f"{service}.dump")
    await stack.must("restore", service, "--from", file, "--reason", "the disk is gone")
    after = await newest(stack, service)
    await stack.start(*seats)
    return {subject for subject, sequence in before.items() if after.get(subject, 0) < sequence}


async def newest(stack: FaultStack, service: str) -> dict[str, int]:
    """The newest sequence of each subject in a service's log."""
    connection = await asyncpg.connect(stack.dsn(service))
    try:
        return {row[0]: row[1] for row in await connection.fetch(_NEWEST)}
    finally:
        await connection.close()


@pytest.mark.parametrize("service", ["console"])
async def test_a_service_that_tells_nothing_is_restored_and_lacks_nothing(
    forks: ForkServer, seed: int, outcome: Outcome, service: str
) -> None:
    async with FaultStack.open(forks) as stack, Load.on(stack, seed, workbook=300) as load:
        assert await restored_from_a_backup_under_load(stack, service, load) == set()
        outcome.count(stack, load, await stack.at_rest(load.expected))


async def test_the_register_is_restored_and_the_others_follow_it(
    forks: ForkServer, seed: int, outcome: Outcome
) -> None:
    """What happened after the backup is lost for good; audit names it, and the next change of a record
    brings everybody back to what the register says."""
    async with FaultStack.open(forks) as stack:
        async with Load.on(stack, seed, workbook=300, inspects=False) as first:
            behind = await restored_from_a_backup_under_load(stack, "registry", first)
        assert behind
        known = await newest(stack, "registry")
        lost, rewound = behind - known.keys(), behind & known.keys()
        named = {finding["subject"] for finding in await settled_audit(stack)}
        assert named == behind
        async with Load.on(stack, seed + 1, inspects=False) as load:
            for subject in sorted(rewound):
                await load.change(subject)
            await asyncio.sleep(6)
        assert {finding["subject"] for finding in await settled_audit(stack)} == lost
        expected = replace(
            load.expected, confirmed=(*first.confirmed, *load.confirmed), lost=lost, rewound=rewound
        )
        outcome.count(stack, load, await stack.at_rest(expected))


async def settled_audit(stack: FaultStack) -> list[dict[str, str]]:
    """What audit finds once nothing moves any more: the same twice."""
    before: list[dict[str, str]] = []
    async with asyncio.timeout(90):
        while True:
            await stack.drained()
            found = await stack.audit()
            if found == before and not any(one["kind"] in ("unsent", "behind", "missing") for one in found):
                return found
            before = found
            await asyncio.sleep(0.5)
