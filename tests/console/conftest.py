"""The console on a real database, told what happens as the bus tells it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr
from shuniu_contracts import Basis, Envelope, Event, Ref, event_type
from shuniu_contracts.partybuild import (
    CoverageClass,
    CoverageDutyCovered,
    CoverageDutyOpened,
    CoverageDutyState,
    CoverageLine,
    CoverageMode,
    DutyStatus,
)
from shuniu_contracts.registry import (
    LegalForm,
    LegalStatus,
    OrganizationDetailsChanged,
    OrganizationFiled,
    OrganizationRegistered,
    OrganizationState,
    RegistrationRoute,
)
from uuid_utils.compat import uuid7

from chassis.database import Database
from chassis.migrations import upgrade
from chassis.received import Received
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from chassis.tables import chassis_metadata
from deploy.regions import profile_file
from services.console.app import service
from services.console.projection import queries
from services.console.projection.queries import Filter, Listed, Overview
from services.console.projection.reactions import project
from tests.backends import Postgres

STREET, OTHER_STREET = "120116001", "120116002"
TODAY = date(2026, 11, 1)
NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)


@dataclass
class Subject:
    """One aggregate of another service and the events told about it so far."""

    service: str
    state: Any
    id: UUID = field(default_factory=uuid7)
    sequence: int = 0


@dataclass
class World:
    """A console of its own; events are handed to its reaction."""

    runtime: Runtime
    moment: datetime = NOON

    def tell(self, subject: Subject, event: type[Event], **particular: Any) -> Received[Any]:
        """The subject's next event as the console receives it."""
        subject.sequence += 1
        self.moment += timedelta(seconds=1)
        described = event_type(event)
        envelope = Envelope(
            id=str(uuid7()), source=f"/stacks/120116/{subject.service}", type=described.type,
            subject=str(subject.id), sequence=subject.sequence, epoch=0, time=self.moment,
            dataschema=described.dataschema, division=subject.state.division, actor_id="u-1",
            correlation_id=str(uuid7()),
        )  # fmt: skip
        return Received(envelope, event(state=subject.state, **particular))

    async def hear(self, *events: Received[Any]) -> None:
        """React to a batch of one type in one transaction."""
        async with self.runtime.unit_of_work() as uow:
            await project.function(list(events), uow)

    def organization(
        self, name: str = "阳光妈妈服务社", *, status: LegalStatus = LegalStatus.REGISTERED,
        division: str = STREET, on: date = TODAY, **attributes: Any,
    ) -> Subject:  # fmt: skip
        """An organisation that nobody was told about yet."""
        day = {"registered_on": on} if status is LegalStatus.REGISTERED else {"filed_on": on}
        form = LegalForm.ASSOCIATION if status is LegalStatus.REGISTERED else LegalForm.COMMUNITY_ORGANIZATION
        state = OrganizationState(
            effective_on=on, basis=Basis.LIVE, division=division, name=name, legal_status=status,
            **{"legal_form": form, **day, **attributes},
        )  # fmt: skip
        return Subject("registry", state)

    async def register(self, *names: str, **attributes: Any) -> list[Subject]:
        """Organisations are registered, in one batch."""
        fresh = [self.organization(name, **attributes) for name in names]
        events = [
            self.tell(one, OrganizationRegistered, route=RegistrationRoute.HUB_ENDORSED) for one in fresh
        ]
        await self.hear(*events)
        return fresh

    async def file(self, *names: str, **attributes: Any) -> list[Subject]:
        """Organisations are filed, in one batch."""
        fresh = [self.organization(name, status=LegalStatus.FILED, **attributes) for name in names]
        await self.hear(*(self.tell(one, OrganizationFiled) for one in fresh))
        return fresh

    async def change(self, subject: Subject, **fields: Any) -> None:
        """The register has new values for some fields."""
        subject.state = msgspec.structs.replace(subject.state, **fields)
        await self.hear(self.tell(subject, OrganizationDetailsChanged, fields=tuple(fields)))

    async def open_duty(self, organization: Subject, due_on: date | None = None) -> Subject:
        """The organisation is to be covered."""
        state = CoverageDutyState(
            effective_on=TODAY, basis=Basis.LIVE, division=organization.state.division,
            organization=Ref(str(organization.id), organization.sequence), line=CoverageLine.PARTY,
            status=DutyStatus.OPEN, opened_on=TODAY, due_on=due_on,
        )  # fmt: skip
        duty = Subject("partybuild", state)
        await self.hear(self.tell(duty, CoverageDutyOpened))
        return duty

    async def cover(self, duty: Subject, mode: CoverageMode, kind: CoverageClass) -> None:
        """The duty is met."""
        duty.state = msgspec.structs.replace(
            duty.state, status=DutyStatus.COVERED, mode=mode, coverage_class=kind, covered_on=TODAY
        )
        await self.hear(self.tell(duty, CoverageDutyCovered))

    async def overview(self, *divisions: str, soon: date = TODAY) -> Overview:
        """The numbers of the divisions."""
        patterns = [f"{code}%" for code in divisions or ("120116",)]
        async with self.runtime.database.transaction() as transaction:
            return await queries.overview(transaction.connection, patterns, width=9, soon=soon)

    async def find(self, own: str = "120116", **wanted: Any) -> list[str]:
        """The names of the organisations that fit, for somebody of the division `own`."""
        return [one.name for one in (await self.page(own, **wanted))[1]]

    async def page(
        self, own: str = "120116", *, offset: int = 0, limit: int = 25, sort: str = "name",
        descending: bool = False, **wanted: str,
    ) -> tuple[int, list[Listed]]:  # fmt: skip
        """How many organisations fit, and some of them."""
        async with self.runtime.database.transaction() as transaction:
            return await queries.organizations(
                transaction.connection, [f"{own}%"], Filter(**wanted), offset=offset, limit=limit,
                sort=sort, descending=descending,
            )  # fmt: skip

    async def version(self) -> int:
        """How often the read model has changed."""
        async with self.runtime.database.transaction() as transaction:
            return await queries.version(transaction.connection)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    """A migrated database for all tests of this service; each begins with it empty."""
    dsn = await postgres.fresh_database("console", partial(upgrade, service.migrations))
    database = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=4))
    await database.open()
    yield database
    await database.close()
    await postgres.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(database: Database) -> Runtime:
    """A console runtime on an empty database, with Binhai's profile."""
    tables = [*service.metadata.tables, *(name for name in chassis_metadata.tables if name != "source")]
    async with database.transaction() as transaction:
        await transaction.connection.execute(f"truncate {', '.join(tables)} restart identity")
    settings = Settings(environment="test", stack="120116", database=database.settings)
    region = load_region(profile_file("120116-binhai"))
    return Runtime(service=service, settings=settings, region=region, database=database)


@pytest.fixture
def world(runtime: Runtime) -> World:
    """The console on an empty database."""
    return World(runtime)
