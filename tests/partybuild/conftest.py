"""Party-building on a real database, told about organisations as the registry tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr
from shuniu_contracts import Basis, Envelope, Event, Ref, event_type
from shuniu_contracts.registry import (
    LegalForm,
    LegalStatus,
    OrganizationDeregistered,
    OrganizationDetailsChanged,
    OrganizationFiled,
    OrganizationMerged,
    OrganizationRegistered,
    OrganizationState,
    RegistrationRoute,
)
from uuid_utils.compat import uuid7

from chassis.database import Database
from chassis.firing import TimerLoop
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from chassis.tables import chassis_metadata
from deploy.regions import profile_file
from services.partybuild.app import service
from services.partybuild.instructors.tables import InstructorRow
from services.partybuild.organizations.reactions import follow_register
from services.partybuild.party_organizations.commands import found
from services.partybuild.party_organizations.model import SetUp
from services.partybuild.party_organizations.tables import PartyOrganizationRow
from services.partybuild.policy import PartybuildPolicy
from tests.backends import Postgres

T = TypeVar("T")
OFFICER = Principal("u-officer", frozenset({"party_officer"}), frozenset({"*"}), ("120116",))
STREET = "120116001"
TODAY = date(2026, 11, 1)


@dataclass
class Organization:
    """One organisation of the register, and the events told about it so far."""

    state: OrganizationState
    id: UUID = field(default_factory=uuid7)
    sequence: int = 0


@dataclass
class World:
    """A party-building service of its own; the register's events are handed to its reaction."""

    runtime: Runtime

    async def do(
        self, command: Callable[..., Awaitable[T]], *, principal: Principal = OFFICER,
        permission: str | None = None, revision: int | None = None, **arguments: Any,
    ) -> T:  # fmt: skip
        """Run one command in a unit of work and commit."""
        async with self.runtime.unit_of_work(
            principal, permission=permission, expected_revision=revision
        ) as uow:
            return await command(uow, **arguments)

    def tell(
        self, organization: Organization, event: type[Event], stack: str = "120116", **particular: Any
    ) -> Received[Any]:
        """The organisation's next event as this service receives it."""
        organization.sequence += 1
        described = event_type(event)
        envelope = Envelope(
            id=str(uuid7()), source=f"/stacks/{stack}/registry", type=described.type,
            subject=str(organization.id), sequence=organization.sequence, epoch=0, time=self.now,
            dataschema=described.dataschema, division=organization.state.division, actor_id="u-1",
            correlation_id=str(uuid7()),
        )  # fmt: skip
        return Received(envelope, event(state=organization.state, **particular))

    async def hear(self, *events: Received[Any]) -> None:
        """React to a batch of one type in one transaction."""
        async with self.runtime.unit_of_work() as uow:
            await follow_register.function(list(events), uow)

    def registered(
        self, members: int | None = 0, *, division: str = STREET, basis: Basis = Basis.LIVE,
        on: date = TODAY, categories: tuple[str, ...] = (), status: LegalStatus = LegalStatus.REGISTERED,
        name: str = "便民服务社",
    ) -> Organization:  # fmt: skip
        """An organisation that nobody was told about yet."""
        state = OrganizationState(
            effective_on=on, basis=basis, division=division, name=name, legal_form=LegalForm.ASSOCIATION,
            legal_status=status, categories=categories, full_party_member_count=members, registered_on=on,
        )  # fmt: skip
        return Organization(state)

    async def register(self, *members: int | None, **attributes: Any) -> list[Organization]:
        """Organisations with these counts of full members are registered, in one batch."""
        fresh = [self.registered(count, **attributes) for count in members]
        await self.hear(*(self.registration(organization) for organization in fresh))
        return fresh

    def registration(self, organization: Organization, stack: str = "120116") -> Received[Any]:
        """The event that says so."""
        if organization.state.legal_status is LegalStatus.FILED:
            return self.tell(organization, OrganizationFiled, stack)
        return self.tell(organization, OrganizationRegistered, stack, route=RegistrationRoute.DIRECT)

    async def details_change(self, organization: Organization, **fields: Any) -> None:
        """The register has new values for some fields."""
        organization.state = msgspec.structs.replace(organization.state, **fields)
        await self.hear(self.tell(organization, OrganizationDetailsChanged, fields=tuple(fields)))

    async def deregister(self, organization: Organization, on: date = TODAY, **fields: Any) -> None:
        """The organisation is gone."""
        organization.state = msgspec.structs.replace(
            organization.state, legal_status=LegalStatus.DEREGISTERED, ended=True, effective_on=on, **fields
        )
        await self.hear(self.tell(organization, OrganizationDeregistered))

    async def merge(self, loser: Organization, survivor: Organization, on: date = TODAY) -> None:
        """The loser's record goes into the survivor's."""
        into = Ref(str(survivor.id), survivor.sequence)
        loser.state = msgspec.structs.replace(loser.state, ended=True, effective_on=on, merged_into=into)
        await self.hear(self.tell(loser, OrganizationMerged, into=into))

    async def found(
        self, mode: SetUp, *organizations: Organization, **arguments: Any
    ) -> PartyOrganizationRow:
        """Found a party organisation over these."""
        ids = [organization.id for organization in organizations]
        if mode is SetUp.JOINT:
            arguments.setdefault("lead_organization_id", ids[0])
        return await self.do(found, name="支部", mode=mode, organization_ids=ids, **arguments)

    async def duty(self, organization: Organization, line: str = "party") -> dict[str, Any]:
        """The organisation's duty, as the table has it."""
        rows = await self.rows(
            "select * from coverage_duty where organization_id = $1 and line = $2", organization.id, line
        )
        return dict(rows[0]) if rows else {}

    async def facts(self, subject: object) -> list[str]:
        """The facts of one subject in order, as the log has them."""
        return [fact for fact, _ in await self.events(subject)]

    async def duty_facts(self, organization: Organization) -> list[str]:
        """The facts of the organisation's duty."""
        return await self.facts((await self.duty(organization))["id"])

    async def events(self, subject: object) -> list[tuple[str, dict[str, Any]]]:
        """(fact, data) of one subject in order, as its log has them."""
        rows = await self.rows(
            "select type, payload from event_log where aggregateid = $1 order by sequence", str(subject)
        )
        return [(row["type"].split(".")[-2], msgspec.json.decode(row["payload"])) for row in rows]

    async def rows(self, statement: str, *arguments: Any) -> list[Any]:
        """Rows of a raw query."""
        async with self.runtime.database.transaction() as transaction:
            return list(await transaction.connection.fetch(statement, *arguments))

    @property
    def now(self) -> Any:
        """The moment at which the registry recorded its events: noon of `TODAY` unless moved."""
        return self._now

    async def begin(self, day: date) -> None:
        """Set the service's clock to noon of `day` in Asia/Shanghai."""
        rows = await self.rows(
            "update source set clock_offset = ($1::date + time '12:00') at time zone 'Asia/Shanghai'"
            " - clock_timestamp() returning clock_timestamp() + clock_offset as now",
            day,
        )
        self._now = rows[0]["now"]

    async def fire_timers(self) -> int:
        """Fire what is due by the service's clock; how many had an effect or were cancelled."""
        loop = TimerLoop(self.runtime)
        due = await loop.fire_due()
        assert loop.counts.failed == 0
        return due


@pytest.fixture(scope="session")
def profile() -> Region:
    """Binhai's profile."""
    return load_region(profile_file("120116-binhai"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    """A migrated database for all tests of this service; each begins with it empty."""
    dsn = await postgres.fresh_database("partybuild", partial(upgrade, service.migrations))
    database = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=8))
    await database.open()
    yield database
    await database.close()
    await postgres.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(database: Database, profile: Region) -> Runtime:
    """A party-building runtime on an empty database, with the default policy."""
    tables = [*service.metadata.tables, *(name for name in chassis_metadata.tables if name != "source")]
    async with database.transaction() as transaction:
        await transaction.connection.execute(f"truncate {', '.join(tables)} restart identity")
    settings = Settings(environment="test", stack="120116", database=database.settings)
    runtime = Runtime(service=service, settings=settings, region=profile, database=database)
    runtime.policies = PartybuildPolicy()
    return runtime


@pytest_asyncio.fixture(loop_scope="session")
async def world(runtime: Runtime) -> World:
    """The service on 1 November 2026."""
    world = World(runtime)
    await world.begin(TODAY)
    return world


def later(days: int) -> date:
    """A day after `TODAY`."""
    return TODAY + timedelta(days=days)


async def instructor(world: World, **arguments: Any) -> InstructorRow:
    """An instructor appointed today."""
    from services.partybuild.instructors.commands import appoint

    return await world.do(appoint, **{"person_id": "p-instructor", "division": "120116", **arguments})
