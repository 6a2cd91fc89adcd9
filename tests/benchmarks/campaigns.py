"""How long an inspection campaign takes to reach every organisation of a stack, how long an emergency order
under which they stand still with these inspections, and how long a command on another organisation waits
meanwhile: `python -m tests.benchmarks.campaigns`, with a fifth as many organisations as `--events` says.

Timers fire and commands run in one process here, which is the worst case: a stack in production has a process
for each.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from pydantic import SecretStr
from uuid_utils.compat import uuid7

from chassis.database import Database
from chassis.firing import TimerLoop
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings
from deploy.regions import profile_file
from services.registry.app import service
from services.registry.enforcement.emergency_orders import commands as orders
from services.registry.inspections.campaigns import commands
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, LegalStatus
from services.registry.organizations.tables import OrganizationRow
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Bound, stopwatch
from tests.benchmarks.running import Options, run
from tests.world import ServiceWorld, runtime_on

OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))
_SHARE = 5
"""An organisation is opened, extended and closed by a campaign: three events and as many steps each."""
_REGISTER = """
insert into organization
select made.*
from generate_series(1, $2::int) n
cross join lateral jsonb_populate_record(null::organization, $1::jsonb || jsonb_build_object(
    'id', gen_random_uuid(), 'name', '协会' || n, 'normalized_name', '协会' || n,
    'division', '120116' || lpad((n % 20 + 1)::text, 3, '0')
)) made
"""


@dataclass
class Carried:
    """Seconds of each part of a campaign, and how long each other command took meanwhile."""

    portions: int = 0

    opened_s: float = 0.0
    extended_s: float = 0.0
    paused_s: float = 0.0
    released_s: float = 0.0
    closed_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)


async def register(world: ServiceWorld, number: int) -> UUID:
    """Put `number` associations on record, registered long ago, and one more, whose id is returned."""
    template = OrganizationRow(
        id=uuid7(), division="120116001", home=world.stack, revision=1, sequence=1, basis="historical",
        effective_on=date(2014, 5, 1), recorded_at=world.now, name="", normalized_name="", pinyin="",
        legal_form="association", legal_status="registered", registered_on=date(2014, 5, 1),
    )  # fmt: skip
    columns = {name: getattr(template, name) for name in OrganizationRow.model_fields}
    await world.rows(_REGISTER, msgspec.json.encode(columns).decode(), number)
    await world.rows("analyze organization")
    other = await world.do(
        organizations.enter, status_on_record=LegalStatus.DISCOVERED, division="120116001",
        legal_form=LegalForm.NONE, details={"name": "晚晴互助队"},
    )  # fmt: skip
    return other.id


async def carry(world: ServiceWorld, other: UUID, *, order: bool = False) -> Carried:
    """Open a campaign, extend it and close it for everybody, with commands on `other` all the while.

    With `order`, everybody stands still and goes on before it is closed.
    """
    found, stop = Carried(), asyncio.Event()
    clerk = asyncio.create_task(_clerk(world, other, found.waits_s, stop))
    try:
        wanted: dict[str, Any] = {
            "division": world.stack, "title": "年检", "year": world.now.year - 1,
            "legal_forms": [LegalForm.ASSOCIATION], "due_on": date(world.now.year + 1, 5, 31),
        }  # fmt: skip
        begun = time.perf_counter()
        campaign = (await world.do(commands.open_, **wanted)).id
        found.portions += await until_done(world)
        found.opened_s = time.perf_counter() - begun
        found.extended_s = await _timed(
            world, found,
            lambda: world.do(commands.extend, id=campaign, due_on=date(world.now.year + 1, 6, 30)),
        )  # fmt: skip
        if order:
            await _stand_still(world, found)
        found.closed_s = await _timed(
            world, found, lambda: world.do(commands.close, id=campaign, even_though_open=True)
        )
    finally:
        stop.set()
        await clerk
    return found


async def _stand_still(world: ServiceWorld, found: Carried) -> None:
    begun = time.perf_counter()
    order = await world.do(orders.issue, division=world.stack, title="停业", kind="epidemic")
    found.portions += await until_done(world)
    found.paused_s = time.perf_counter() - begun
    found.released_s = await _timed(world, found, lambda: world.do(orders.lift, id=order.id))


async def _timed(world: ServiceWorld, found: Carried, command: Callable[[], Awaitable[Any]]) -> float:
    begun = time.perf_counter()
    await command()
    found.portions += await until_done(world)
    return time.perf_counter() - begun


async def until_done(world: ServiceWorld) -> int:
    """Fire what is due until nothing is; how many portions. Raises RuntimeError where one failed."""
    loop = TimerLoop(world.runtime)
    while await loop.fire_due():
        pass
    if loop.counts.failed:
        raise RuntimeError("a portion failed")
    return loop.counts.fired


async def _clerk(world: ServiceWorld, other: UUID, waits: list[float], stop: asyncio.Event) -> None:
    """Change one organisation again and again, as a user would who works on meanwhile."""
    staff = 0
    while not stop.is_set():
        staff += 1
        begun = time.perf_counter()
        await world.do(organizations.change_details, id=other, details={"staff_count": staff})
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.1)


async def measure(engine: Engine, options: Options) -> AsyncIterator[Bound]:
    """One campaign after another, each in a registry of its own."""
    region, server, number = (
        load_region(profile_file("120116-binhai")),
        engine.postgres,
        options.events // _SHARE,
    )
    opened = Bound(f"campaign of {number:,} organisations: opened", "s", number / 2_500)
    closed = Bound(f"campaign of {number:,} organisations: closed", "s", number / 2_500)
    paused = Bound(f"emergency order: {number:,} organisations stand still", "s", number / 2_500)
    waited = Bound("longest wait of a command on another organisation meanwhile", "s", 1.0)
    for run_number in range(options.runs):
        name = f"campaigns_{run_number}"
        await server.create_database(name)
        await asyncio.to_thread(upgrade, service.migrations, server.dsn(name))
        database = Database(DatabaseSettings(dsn=SecretStr(server.dsn(name))))
        await database.open()
        try:
            runtime: Runtime = runtime_on(database, service, region)
            world = ServiceWorld(runtime, officer=OFFICER)
            other = await register(world, number)
            with stopwatch(server.pid, profile=options.profile) as watch:
                found = await carry(world, other, order=True)
        finally:
            await database.close()
        opened.figures.append(found.opened_s)
        closed.figures.append(found.closed_s)
        paused.figures.append(found.paused_s)
        paused.notes.add("go on again s", found.released_s)
        waited.figures.append(max(found.waits_s))
        opened.notes.add("extended s", found.extended_s)
        opened.notes.add("s CPU here", watch.spent.own_s)
        opened.notes.add("in the database", watch.spent.servers_s)
        waited.notes.add("commands", len(found.waits_s))
        waited.notes.add("median s", sorted(found.waits_s)[len(found.waits_s) // 2])
        parts = (found.opened_s, found.extended_s, found.closed_s, found.paused_s, found.released_s)
        options.say(", ".join(f"{part:.1f} s" for part in parts))
        await server.drop_database(name)
    for row in (opened, closed, paused, waited):
        yield row


if __name__ == "__main__":
    run({"campaigns": measure}, __doc__)
