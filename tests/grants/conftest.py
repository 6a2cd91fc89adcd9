"""Grants on a real database: units of work for a caller, organisations as the bus brings them, the log."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr
from shuniu_contracts import Basis as ContractBasis
from shuniu_contracts import Envelope, Event, Ref, event_type, partybuild, registry
from uuid_utils.compat import uuid7

from chassis.database import Database
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from deploy.regions import profile_file
from services.grants.app import service
from services.grants.applications import commands as applications
from services.grants.applications.tables import ApplicationRow
from services.grants.decisions import commands as decisions
from services.grants.funds import commands as funds
from services.grants.model import Basis
from services.grants.organizations.reactions import keep_coverage, keep_organizations
from services.grants.ranking import commands as ranking
from services.grants.ranking.model import Score
from services.grants.rounds import commands as rounds
from services.grants.rounds.model import RoundStatus
from services.grants.rounds.tables import RoundRow
from tests.conftest import FreshDatabase

T = TypeVar("T")
OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))
HISTORY: dict[str, Any] = {"basis": Basis.HISTORICAL}
CRITERIA = [
    {"code": "need", "weight_thousandths": 600, "highest_thousandths": 100_000},
    {"code": "capacity", "weight_thousandths": 400, "highest_thousandths": 100_000},
]


@dataclass
class Grants:
    """A grants service of its own, commanded as routes command it and fed as its consumer is."""

    runtime: Runtime
    stack: str = "120116"
    sequences: Counter[str] = field(default_factory=Counter)

    async def do(
        self, command: Callable[..., Awaitable[T]], *, principal: Principal = OFFICER,
        permission: str | None = None, revision: int | None = None, **arguments: Any,
    ) -> T:  # fmt: skip
        """Run one command in a unit of work and commit."""
        async with self.runtime.unit_of_work(
            principal, permission=permission, expected_revision=revision
        ) as uow:
            return await command(uow, **arguments)

    async def rows(self, statement: str, *arguments: Any) -> list[Any]:
        """Rows of a raw query."""
        async with self.runtime.database.transaction() as transaction:
            return list(await transaction.connection.fetch(statement, *arguments))

    async def facts(self, subject: object) -> list[str]:
        """The facts of one subject in order, as its log has them."""
        return [fact for fact, _ in await self.events(subject)]

    async def events(self, subject: object) -> list[tuple[str, dict[str, Any]]]:
        """(fact, data) of one subject in order, as its log has them."""
        rows = await self.rows(
            "select type, payload from event_log where aggregateid = $1 order by sequence", str(subject)
        )
        return [(row["type"].split(".")[-2], msgspec.json.decode(row["payload"])) for row in rows]

    async def receive(
        self, reaction: Any, *events: tuple[UUID, Event], epoch: int = 0, sequence: int | None = None
    ) -> None:
        """Give events of one type to a reaction, as the consumer would."""
        received = [self.received(id, event, epoch, sequence) for id, event in events]
        async with self.runtime.unit_of_work() as uow:
            await reaction.function(received, uow)

    def received(
        self, id: UUID, event: Event, epoch: int = 0, sequence: int | None = None
    ) -> Received[Event]:
        """An event as it comes off the bus, the next of its subject."""
        described = event_type(type(event))
        self.sequences[str(id)] += 1
        number = sequence or self.sequences[str(id)]
        envelope = Envelope(
            id=str(uuid7()),
            source=f"/stacks/{self.stack}/{described.service}",
            type=described.type,
            subject=str(id),
            sequence=number,
            epoch=epoch,
            time=datetime.now(UTC),
            dataschema=described.dataschema,
            division=event.state.division,
            actor_id="system",
            correlation_id=str(uuid7()),
        )
        return Received(envelope, event)

    async def organization(self, id: UUID | None = None, **details: Any) -> UUID:
        """An organisation registered years ago, as the registry tells of it; returns its id."""
        id = id or uuid7()
        await self.receive(keep_organizations, (id, registered(**details)))
        return id

    async def covered(self, organization_id: UUID) -> UUID:
        """The organisation's coverage duty on the party line; returns the duty's id."""
        duty = uuid7()
        await self.receive(keep_coverage, (duty, duty_covered(organization_id)))
        return duty

    async def fund(self, total_fen: int = 300_000_000, **details: Any) -> Any:
        """A fund of 2014."""
        arguments: dict[str, Any] = {
            "division": "120116",
            "title": "公益创投资金",
            "source": "fiscal",
            "fiscal_year": 2014,
            "effective_on": date(2014, 7, 1),
            **HISTORY,
        }
        return await self.do(funds.open_fund, total_fen=total_fen, **arguments | details)

    async def round(self, fund_id: UUID | None = None, **details: Any) -> RoundRow:
        """An open round of 2014, entered as history."""
        if fund_id is None and details.get("kind") is None:
            fund_id = (await self.fund()).id
        arguments: dict[str, Any] = {
            "division": "120116",
            "title": "2014年公益创投",
            "year": 2014,
            "fund_id": fund_id,
            "budget_fen": 300_000_000,
            "opens_on": date(2014, 7, 10),
            "closes_on": date(2014, 8, 31),
            "criteria": CRITERIA,
            "publicity_days": 7,
            "begins_as": RoundStatus.OPEN,
            "effective_on": date(2014, 7, 10),
            **HISTORY,
        }
        return await self.do(rounds.announce, **arguments | details)

    async def application(
        self, round_: RoundRow, organization_id: UUID | None = None, **details: Any
    ) -> ApplicationRow:
        """An application submitted in August 2014."""
        arguments: dict[str, Any] = {
            "round_id": round_.id,
            "organization_id": organization_id or await self.organization(),
            "title": "幸福敲门",
            "requested_fen": 9_000_000,
            "effective_on": date(2014, 8, 1),
            **HISTORY,
        }
        return await self.do(applications.apply, **arguments | details)

    async def scored(self, round_: RoundRow, marks: Sequence[tuple[ApplicationRow, int]]) -> None:
        """Close the round and give each application these points of a hundred on every criterion."""
        await self.do(rounds.close, id=round_.id, effective_on=date(2014, 9, 1), **HISTORY)
        scores = [
            Score(row.subject, reviewer, criterion["code"], points * 1000)
            for row, points in marks
            for reviewer in ("u-r1", "u-r2")
            for criterion in round_.criteria
        ]
        await self.do(ranking.record_scores, id=round_.id, scores=scores)

    async def decided(self, round_: RoundRow, **settings: Any) -> RoundRow:
        """Propose, publicise and decide the closed round in September 2014."""
        await self.propose(round_, **settings)
        await self.do(decisions.publicise, id=round_.id, effective_on=date(2014, 9, 10), **HISTORY)
        return await self.do(decisions.decide, id=round_.id, effective_on=date(2014, 9, 20), **HISTORY)

    async def propose(self, round_: RoundRow, **settings: Any) -> RoundRow:
        """Propose the ranking of the closed round."""
        return await self.do(
            ranking.propose,
            id=round_.id,
            settings=ranking.Settings(**settings),
            effective_on=date(2014, 9, 5),
            **HISTORY,
        )

    async def clock(self, day: date) -> None:
        """Let the service's clock stand at noon of `day` in Asia/Shanghai."""
        await self.rows(
            "update source set clock_offset = $1::timestamptz - clock_timestamp()",
            datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
        )


def registered(division: str = "120116001", **details: Any) -> registry.OrganizationRegistered:
    """The registry's event of a registration."""
    state: dict[str, Any] = {
        "effective_on": date(2012, 3, 1),
        "basis": ContractBasis.HISTORICAL,
        "division": division,
        "name": "幸福敲门服务中心",
        "legal_form": registry.LegalForm.PRIVATE_NON_ENTERPRISE,
        "legal_status": registry.LegalStatus.REGISTERED,
        "registered_on": date(2012, 3, 1),
        "categories": ("volunteering", "family_education"),
    }
    return registry.OrganizationRegistered(
        state=registry.OrganizationState(**state | details), route=registry.RegistrationRoute.DIRECT
    )


def duty_covered(organization_id: UUID, division: str = "120116001") -> partybuild.CoverageDutyCovered:
    """Party-building's event of an organisation covered on the party line."""
    state = partybuild.CoverageDutyState(
        effective_on=date(2014, 1, 1),
        basis=ContractBasis.HISTORICAL,
        division=division,
        organization=Ref(str(organization_id), 1),
        line=partybuild.CoverageLine.PARTY,
        status=partybuild.DutyStatus.COVERED,
        opened_on=date(2013, 1, 1),
    )
    return partybuild.CoverageDutyCovered(state=state)


@pytest.fixture(scope="session")
def profile() -> Region:
    """Binhai's profile."""
    return load_region(profile_file("120116-binhai"))


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(fresh_database: FreshDatabase, profile: Region) -> AsyncIterator[Runtime]:
    """A runtime of grants on a database of its own."""
    dsn = await fresh_database("grants", partial(upgrade, service.migrations))
    database = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=8))
    await database.open()
    settings = Settings(environment="test", stack="120116", database=database.settings)
    yield Runtime(service=service, settings=settings, region=profile, database=database)
    await database.close()


@pytest.fixture
def grants(runtime: Runtime) -> Grants:
    """The service to command."""
    return Grants(runtime)
