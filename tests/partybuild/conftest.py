"""Party-building on a real database, told about organisations as the registry tells it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest_asyncio
from shuniu_contracts import Basis, Event, Ref
from shuniu_contracts.registry import (
    LegalForm,
    LegalStatus,
    OrganizationCorrected,
    OrganizationDeregistered,
    OrganizationDetailsChanged,
    OrganizationEntry,
    OrganizationFiled,
    OrganizationMerged,
    OrganizationRegistered,
    OrganizationRelocated,
    OrganizationState,
    RegistrationRoute,
)
from uuid_utils.compat import uuid7

from chassis.principal import Principal
from chassis.received import Received
from chassis.region import Region
from chassis.runtime import Runtime
from services.partybuild.app import service
from services.partybuild.instructors.tables import InstructorRow
from services.partybuild.party_organizations.commands import found
from services.partybuild.party_organizations.model import SetUp
from services.partybuild.party_organizations.tables import PartyOrganizationRow
from services.partybuild.policy import PartybuildPolicy
from tests.conftest import Databases
from tests.world import ServiceWorld, runtime_on

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
class World(ServiceWorld):
    """A party-building service of its own, told what the register records."""

    officer: Principal = OFFICER

    def tell(self, organization: Organization, event: type[Event], **particular: Any) -> Received[Any]:
        """The organisation's next event as this service receives it."""
        organization.sequence += 1
        return self.received(
            event(state=organization.state, **particular), organization.id, sequence=organization.sequence
        )

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

    def registration(self, organization: Organization) -> Received[Any]:
        """The event that says so."""
        if organization.state.legal_status is LegalStatus.FILED:
            return self.tell(organization, OrganizationFiled)
        return self.tell(organization, OrganizationRegistered, route=RegistrationRoute.DIRECT)

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

    async def relocate(self, organization: Organization, division: str, on: date) -> None:
        """The organisation moves."""
        previous = organization.state.division
        organization.state = msgspec.structs.replace(organization.state, division=division, effective_on=on)
        await self.hear(self.tell(organization, OrganizationRelocated, previous=previous))

    async def correct(self, organization: Organization, *named: str, **fields: Any) -> None:
        """The register puts right what it said of an end."""
        was = organization.state
        organization.state = msgspec.structs.replace(
            was,
            effective_on=TODAY,
            basis=Basis.CORRECTED,
            ended=(was.ended if "ended_on" not in fields else fields["ended_on"] is not None),
            **fields,
        )
        previous = OrganizationEntry(
            division=was.division, registered_on=was.registered_on, legal_status=was.legal_status,
            ended_on=was.ended_on,
        )  # fmt: skip
        await self.hear(
            self.tell(organization, OrganizationCorrected, fields=named, previous=previous, reason="mistyped")
        )

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

    async def duty_facts(self, organization: Organization) -> list[str]:
        """The facts of the organisation's duty."""
        return await self.facts((await self.duty(organization))["id"])


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(databases: Databases, profile: Region) -> Runtime:
    """A party-building runtime on an empty database, with the default policy."""
    return runtime_on(await databases.of(service), service, profile, policies=PartybuildPolicy())


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
