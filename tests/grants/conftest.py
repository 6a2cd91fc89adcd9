"""Grants on a real database: units of work for a caller, organisations as the bus brings them, the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from shuniu_contracts import Basis, Event, Ref, partybuild, registry
from uuid_utils.compat import uuid7

from chassis.principal import Principal
from chassis.region import Region
from chassis.runtime import Runtime
from services.grants.app import service
from services.grants.applications import commands as applications
from services.grants.applications.tables import ApplicationRow
from services.grants.decisions import commands as decisions
from services.grants.funds import commands as funds
from services.grants.ranking import commands as ranking
from services.grants.ranking.model import Score
from services.grants.rounds import commands as rounds
from services.grants.rounds.model import RoundStatus
from services.grants.rounds.tables import RoundRow
from tests.conftest import Databases
from tests.world import ServiceWorld, runtime_on

OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))
HISTORY: dict[str, Any] = {"basis": Basis.HISTORICAL}
CRITERIA = [
    {"code": "need", "weight_thousandths": 600, "highest_thousandths": 100_000},
    {"code": "capacity", "weight_thousandths": 400, "highest_thousandths": 100_000},
]


@dataclass
class Grants(ServiceWorld):
    """A grants service of its own, commanded as routes command it and fed as its consumer is."""

    officer: Principal = OFFICER

    async def receive(self, *events: tuple[UUID, Event], epoch: int = 0, sequence: int | None = None) -> None:
        """Events of one type arrive, each of the subject named before it."""
        await self.hear(*(self.received(event, id, epoch=epoch, sequence=sequence) for id, event in events))

    async def organization(self, id: UUID | None = None, **details: Any) -> UUID:
        """An organisation registered years ago, as the registry tells of it; returns its id."""
        id = id or uuid7()
        await self.receive((id, registered(**details)))
        return id

    async def covered(self, organization_id: UUID) -> UUID:
        """The organisation's coverage duty on the party line; returns the duty's id."""
        duty = uuid7()
        await self.receive((duty, duty_covered(organization_id)))
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


def registered(division: str = "120116001", **details: Any) -> registry.OrganizationRegistered:
    """The registry's event of a registration."""
    state: dict[str, Any] = {
        "effective_on": date(2012, 3, 1),
        "basis": Basis.HISTORICAL,
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
        basis=Basis.HISTORICAL,
        division=division,
        organization=Ref(str(organization_id), 1),
        line=partybuild.CoverageLine.PARTY,
        status=partybuild.DutyStatus.COVERED,
        opened_on=date(2013, 1, 1),
    )
    return partybuild.CoverageDutyCovered(state=state)


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(databases: Databases, profile: Region) -> Runtime:
    """A runtime of grants on an empty database."""
    return runtime_on(await databases.of(service), service, profile)


@pytest.fixture
def grants(runtime: Runtime) -> Grants:
    """The service to command."""
    return Grants(runtime)
