"""What is lost whole and made right again: the bus, and a database that comes back as it once was."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from tests.chassis.test_backup import OLDEST
from tests.faults import points
from tests.faults.conftest import Outcome
from tests.faults.load import Load
from tests.faults.processes import ForkServer
from tests.faults.stack import FaultStack

pytestmark = pytest.mark.system
_SESSION_OVER_S = 3.0
"""After which a broker lets go of a member that was killed."""
_USED = "select count(*) from pg_stat_activity where datname = $1 and usesysid is not null"
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
    file = await backed_up(stack, service)
    await asyncio.sleep(5)
    await load.finish()
    await stack.at_rest(load.expected)
    before = await newest(stack, service)
    seats = [name for name in stack.seats if name.startswith(f"{service} ")]
    await stack.crash(*seats)
    stack.kills[service] += len(seats)
    await asyncio.sleep(_SESSION_OVER_S)
    await stack.must("restore", service, "--from", file, "--reason", "the disk is gone")
    after = await newest(stack, service)
    await stack.start(*seats)
    return {subject for subject, sequence in before.items() if after.get(subject, 0) < sequence}


async def backed_up(stack: FaultStack, service: str) -> str:
    """A copy of the service's database; the file. The programs are those of the embedded server."""
    connection = await asyncpg.connect(stack.dsn(service))
    try:
        release = int(await connection.fetchval("show server_version_num"))
    finally:
        await connection.close()
    if release < OLDEST:
        pytest.skip("the programs here are of a newer release than this PostgreSQL")
    await stack.must("backup", str(stack.place / "backups"), service)
    return str(stack.place / "backups" / f"{service}.dump")


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
        async with Load.on(stack, seed, workbook=300, inspects=False, governs=False) as first:
            behind = await restored_from_a_backup_under_load(stack, "registry", first)
        assert behind
        known = await newest(stack, "registry")
        lost, rewound = behind - known.keys(), behind & known.keys()
        named = {finding["subject"] for finding in await settled_audit(stack)}
        assert named == behind
        async with Load.on(stack, seed + 1, inspects=False, governs=False) as load:
            for subject in sorted(rewound):
                await load.change(subject)
            await asyncio.sleep(6)
        assert {finding["subject"] for finding in await settled_audit(stack)} == lost
        expected = replace(
            load.expected, confirmed=(*first.confirmed, *load.confirmed), lost=lost, rewound=rewound
        )
        outcome.count(stack, load, await stack.at_rest(expected))


@pytest.mark.parametrize("service", ["grants", "partybuild", "notify"])
async def test_a_service_that_tells_others_is_restored_and_goes_on(
    forks: ForkServer, seed: int, outcome: Outcome, service: str
) -> None:
    """The money, the duties, the messages: what was after the backup is lost, or done again from what others
    tell; nothing that was there before is, its books are in order, and it works as before."""
    async with FaultStack.open(forks) as stack:
        async with Load.on(stack, seed, workbook=300) as first:
            behind = await restored_from_a_backup_under_load(stack, service, first)
        assert behind
        async with Load.on(stack, seed + 1, inspects=False) as load:
            await asyncio.sleep(6)
        await settled_audit(stack)
        onward = await gone_on(stack, service)
        expected = replace(
            load.expected, confirmed=(*first.confirmed, *load.confirmed), asked=first.asked,
            imported=first.imported, lost=behind - onward, rewound=behind & onward,
        )  # fmt: skip
        outcome.count(stack, load, await stack.at_rest(expected))
        named = {finding["subject"] for finding in await stack.audit()}
        assert named == behind - onward


async def gone_on(stack: FaultStack, service: str) -> set[str]:
    """The records of a service that was restored about which it has told since."""
    connection = await asyncpg.connect(stack.dsn(service))
    try:
        rows = await connection.fetch("select distinct aggregateid from event_log where epoch > 0")
        return {row[0] for row in rows}
    finally:
        await connection.close()


async def test_a_restore_killed_at_every_step_forks_nothing_whoever_starts_the_service_then(
    forks: ForkServer, seed: int, outcome: Outcome
) -> None:
    """The register is brought back, dies over it, is started nevertheless, and works: what it says then is
    new to everybody, never another event in the place of one that they have."""
    async with FaultStack.open(forks, services=("registry", "partybuild")) as stack:
        async with Load.on(stack, seed, inspects=False, governs=False) as first:
            await asyncio.sleep(3)
            known = await newest(stack, "registry")
            file = await backed_up(stack, "registry")
            await asyncio.sleep(3)
            await first.finish()
        await stack.at_rest(first.expected)
        before = await newest(stack, "registry")
        seats = [name for name in stack.seats if name.startswith("registry ")]
        changed = sorted(s for s in organizations(first) if known.get(s, before[s]) < before[s])
        assert changed, "nothing happened after the backup"
        restore = ("restore", "registry", "--from", file, "--reason", "the disk is gone")
        for number, point in enumerate(points.BROUGHT_BACK):
            await stack.crash(*seats)
            stack.kills["registry"] += len(seats)
            await unused(stack, "registry")
            await stack.dies_at(point, *restore)
            await stack.start(*seats)
            async with Load.on(stack, seed + 100 + number, inspects=False, governs=False) as again:
                for subject in changed[:5]:
                    await again.change(subject)
            await stack.drained()
            assert await forked(stack) == [], f"killed at {point}"
        await stack.crash(*seats)
        await unused(stack, "registry")
        await stack.must(*restore)
        known = await newest(stack, "registry")
        await stack.start(*seats)
        async with Load.on(stack, seed + 1, inspects=False, governs=False) as load:
            for subject in sorted(known.keys() & organizations(first)):
                await load.change(subject)
        lost = {finding["subject"] for finding in await settled_audit(stack)}
        onward = await gone_on(stack, "registry")
        assert lost.isdisjoint(onward)
        expected = replace(
            load.expected, confirmed=(*first.confirmed, *load.confirmed), lost=lost,
            rewound=known.keys() & onward,
        )  # fmt: skip
        outcome.count(stack, load, await stack.at_rest(expected))


def organizations(load: Load) -> set[str]:
    """Those that the load was told of."""
    return {one.subject for one in load.confirmed if one.aggregate == "organization"}


async def unused(stack: FaultStack, service: str) -> None:
    """Wait until the server has noticed that all who used the database are dead."""
    connection = await asyncpg.connect(stack.engines.dsn("postgres"))
    try:
        async with asyncio.timeout(30):
            while await connection.fetchval(_USED, stack.database(service)):  # noqa: ASYNC110, its server
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def forked(stack: FaultStack) -> list[str]:
    """Records of which a reader of the register was told two things with one number."""
    found: list[str] = []
    for service in stack.services:
        connection = await asyncpg.connect(stack.dsn(service))
        try:
            rows = await connection.fetch("select subject from parked where kind = 'fork'")
        finally:
            await connection.close()
        found += [row[0] for row in rows]
    return found


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
