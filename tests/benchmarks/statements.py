"""How many SQL statements a command and a batch of events cost, counted on the wire.

`python -m tests.benchmarks.statements`. `tests/chassis/test_statements.py` pins the numbers.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from pydantic import SecretStr
from shuniu_contracts import Basis, encode, event_type
from shuniu_contracts.registry import (
    LegalForm,
    LegalStatus,
    OrganizationRegistered,
    OrganizationState,
    RegistrationRoute,
)
from uuid_utils.compat import uuid7

from chassis.applying import Applier
from chassis.border import StoredRecord, sort_records
from chassis.database import Database
from chassis.http import create_app
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from chassis.service import Service, discover
from chassis.settings import DatabaseSettings
from chassis.subscription import consumers_of
from deploy.regions import profile_file
from tests.benchmarks.engines import Engine
from tests.benchmarks.harness import Bound
from tests.benchmarks.running import Options, run
from tests.benchmarks.wiretap import Wiretap, tapped
from tests.world import ServiceWorld, runtime_on

BATCH = 500
COMMAND = 6
CONSUMERS = {"console": 7, "grants": 6, "notify": 5, "partybuild": 16}
"""Statements for a batch of organisations that were registered, begin and commit included."""
STREET = "120116001"
_OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))
_TOPIC = event_type(OrganizationRegistered).stream.topic("120116", 1)


@asynccontextmanager
async def overheard(service: Service, dsn: str, region: Region) -> AsyncIterator[tuple[Wiretap, Runtime]]:
    """The service on its migrated database, with a wiretap in between."""
    async with tapped(dsn) as (tap, through):
        database = Database(DatabaseSettings(dsn=SecretStr(through)))
        await database.open()
        try:
            yield tap, runtime_on(database, service, region)
        finally:
            await database.close()


def registrations(world: ServiceWorld, subjects: Iterable[UUID], name: str) -> list[StoredRecord]:
    """The next event of each organisation, as the bus has it: registered years ago."""
    records = []
    for offset, subject in enumerate(subjects):
        state = OrganizationState(
            effective_on=world.now.date().replace(year=2014), basis=Basis.HISTORICAL, division=STREET,
            name=f"{name}{offset}", legal_form=LegalForm.ASSOCIATION, legal_status=LegalStatus.REGISTERED,
            full_party_member_count=offset % 4, registered_on=world.now.date().replace(year=2014),
        )  # fmt: skip
        event = OrganizationRegistered(state=state, route=RegistrationRoute.DIRECT)
        received = world.received(event, subject)
        records.append(
            StoredRecord(
                _TOPIC, 0, offset, str(subject).encode(), tuple(received.envelope.to_headers()), encode(event)
            )
        )
    return records


async def of_batch(
    service: Service, dsn: str, region: Region, subjects: int = BATCH, events_each: int = 1
) -> list[str]:
    """The statements of one batch through the service's consumer; one like it went before."""
    async with overheard(service, dsn, region) as (tap, runtime):
        world = ServiceWorld(runtime, officer=_OFFICER)
        applier = Applier(runtime, consumers_of(service)[0])

        async def once(name: str) -> None:
            ids = [uuid7() for _ in range(subjects)]
            records = [one for _ in range(events_each) for one in registrations(world, ids, name)]
            await applier.process(sort_records(records))

        await once("甲")
        with tap.heard() as found:
            await once("乙")
        return found


class _Anybody:
    """Takes every caller for an officer: who signs tokens is no matter of statements."""

    async def principal(self, token: str | None) -> Principal:
        """The officer."""
        return _OFFICER


async def of_command(dsn: str, region: Region) -> list[str]:
    """The statements of one change of an organisation over HTTP; one like it went before."""
    async with overheard(discover("registry"), dsn, region) as (tap, runtime):
        transport = httpx.ASGITransport(create_app(runtime, authenticator=_Anybody()))
        async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
            body = {"division": STREET, "name": "滨海新区甲子书画队"}
            made = (await client.post("/v1/organizations", json=body)).raise_for_status().json()
            path = f"/v1/organizations/{made['id']}"
            (await client.patch(path, json={"staff_count": 1})).raise_for_status()
            with tap.heard() as found:
                (await client.patch(path, json={"staff_count": 2})).raise_for_status()
            return found


async def measure(engine: Engine, options: Options) -> AsyncIterator[Bound]:
    """Counted once, since a count does not vary."""
    region = load_region(profile_file("120116-binhai"))
    for name, pinned in {"registry": COMMAND, **CONSUMERS}.items():
        service, database = discover(name), f"statements_{name}"
        await engine.postgres.create_database(database)
        dsn = engine.postgres.dsn(database)
        await asyncio.to_thread(upgrade, service.migrations, dsn)
        if name == "registry":
            row = Bound("SQL statements a command", "statements", pinned)
            row.figures.append(len(await of_command(dsn, region)))
        else:
            row = Bound(f"SQL statements a batch of {BATCH} events, {name}", "statements", pinned)
            row.figures.append(len(await of_batch(service, dsn, region)))
        options.say(f"{row.name}: {row.figures[0]}")
        await engine.postgres.drop_database(database)
        yield row


if __name__ == "__main__":
    run({"statements": measure}, __doc__)
