"""One service behind its real HTTP application and a database of its own, for tests that know no service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import EnumType
from types import UnionType
from typing import Any, Protocol, get_args, get_origin, get_type_hints
from uuid import UUID

import httpx
import msgspec
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.applications import Starlette
from uuid_utils.compat import uuid7

from chassis.http import Requirement
from chassis.keys import EmbeddedKey
from chassis.matters import Kind, MatterRow
from chassis.principal import Principal, permissions_of
from chassis.runtime import Runtime
from chassis.service import Service
from services.partybuild.party_organizations.model import SetUp
from services.registry.areas import KINDS
from services.registry.care.pairings import commands as care_pairings
from services.registry.care.records import commands as care_records
from services.registry.care.records.model import ConsentBy
from services.registry.care.requests import commands as care_requests
from services.registry.care.requests.model import RequestBy
from tests.grants.conftest import Grants
from tests.notify.conftest import World as NotifyWorld
from tests.notify.events import EVENTS, ORGANIZATION
from tests.partybuild.conftest import World as PartybuildWorld
from tests.partybuild.conftest import instructor

STACK = "120116"
STREET = "120116005"
"""Where every record of these tests is."""
OTHER_STREET = "120116001"
PUBLIC = {"/health/live", "/health/ready", "/metrics"}
REGISTERED = EVENTS["organization_registered"]
NAME = "滨海新区甲子邻里互助服务中心"


@dataclass
class Records:
    """What exists in `STREET`: one record of each kind at least."""

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    references: dict[str, Any] = field(default_factory=dict)
    """body field or query parameter -> a value that goes with these records"""
    required: dict[str, Any] = field(default_factory=dict)
    """the same for fields that have to be given; where they may be left out, they are"""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that nobody from elsewhere may read."""
        return (*self.ids, *self.names)


@dataclass(frozen=True)
class Route:
    """One operation of a service's API and the permission that it names."""

    method: str
    path: str
    permission: str

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Office:
    """A service to call as anybody; tokens are signed and checked as they are in an embedded stack."""

    runtime: Runtime
    app: Starlette
    client: httpx.AsyncClient
    key: EmbeddedKey
    records: Records = field(default_factory=Records)
    made: dict[str, Any] = field(default_factory=dict)
    """requests made of the service's description, which takes longer than sending them"""

    @property
    def service(self) -> Service:
        """The service behind the counter."""
        return self.runtime.service

    def token(self, role: str, division: str = STREET, *, hours: float = 1.0) -> str:
        """A bearer token of `u-<role>`."""
        return self.key.issue(subject=f"u-{role}", roles=[role], divisions=[division], hours=hours)

    async def ask(
        self, method: str, path: str, *, role: str = "operator", division: str = STREET,
        token: str | None = None, headers: Mapping[str, str] | None = None, **content: Any,
    ) -> httpx.Response:  # fmt: skip
        """One request; `token=""` sends none."""
        token = self.token(role, division) if token is None else token
        signed = {"authorization": f"Bearer {token}"} if token else {}
        return await self.client.request(method, path, headers={**signed, **(headers or {})}, **content)

    async def done(self, method: str, path: str, **content: Any) -> Any:
        """The JSON answer to what must succeed."""
        answer = await self.ask(method, path, **content)
        assert answer.is_success, answer.text
        return answer.json()

    def routes(self) -> Iterator[Route]:
        """Every API route of the service and of the chassis; what is public is left out."""
        for context in iter_route_contexts(self.app.routes):
            if not isinstance(context.original_route, APIRoute) or context.path in PUBLIC:
                continue
            [permission] = {
                one.call.permission
                for one in context.dependant.dependencies
                if isinstance(one.call, Requirement)
            }
            for method in sorted(context.methods or ()):
                yield Route(method, context.path or "", permission)

    def may(self, role: str, permission: str) -> bool:
        """Whether `Service.roles` gives the permission to the role."""
        patterns = permissions_of([role], self.service.roles)
        return Principal("u", frozenset({role}), patterns, ()).has(permission)

    async def rows(self, statement: str) -> list[Any]:
        """Rows of a raw query."""
        async with self.runtime.database.transaction() as transaction:
            return list(await transaction.connection.fetch(statement))

    async def contents(self) -> dict[str, list[Any]]:
        """All that the service has stored, by table; answers kept for retries are no content."""
        tables = [*self.service.metadata.tables, "event_log", "timer"]
        return {table: await self.rows(f'select * from "{table}" order by 1, 2') for table in tables}


class Opening(Protocol):
    """Puts one record of each kind into a service."""

    async def __call__(self, office: Office) -> Records: ...


async def _matters(office: Office) -> str:
    """A record of every kind of matter, all under one id: what is asked of them is who may see them."""
    id = uuid7()
    async with office.runtime.database.transaction() as transaction:
        for kind in KINDS:
            transaction.session.add(_matter(kind, id))
        await transaction.session.flush()
    return str(id)


def _matter(kind: Kind[Any], id: UUID) -> MatterRow:
    """A row with something in every column that must not be empty."""
    row: type[MatterRow] = kind.row
    known = {
        "id": id, "division": STREET, "home": STACK, "revision": 1, "sequence": 1, "basis": "live",
        "state": kind.initial.value,
    }  # fmt: skip
    plain: dict[Any, Any] = {
        str: "some", int: 1, bool: False, date: date(2026, 3, 2), UUID: id, datetime: datetime.now(UTC),
        list: [],
    }  # fmt: skip
    public = get_type_hints(row.public, include_extras=True)
    stated = {one.name for one in msgspec.structs.fields(row.public) if one.required}
    for name, column in row.model_fields.items():
        if (column.is_required() or name in stated) and name not in known:
            said = public.get(name)
            if isinstance(said, EnumType):
                known[name] = next(iter(said)).value
            else:
                plainly = plain[_plain(column.annotation)]
                known[name] = max((one.ge for one in _bounds(said) if one.ge is not None), default=plainly)
    made = row(**known)
    made.public_state()  # or its first step would fail for what this made of it
    return made


def _plain(annotation: Any) -> Any:
    """The type without `| None` and without what is in it."""
    if isinstance(annotation, UnionType):
        annotation = get_args(annotation)[0]
    return get_origin(annotation) or annotation


def _bounds(said: Any) -> list[msgspec.Meta]:
    return [one for one in getattr(said, "__metadata__", ()) if isinstance(one, msgspec.Meta)]


async def _care(office: Office, id: UUID) -> None:
    """Somebody in care, and a pairing, under the id of the matters."""
    known: dict[str, Any] = {"division": STREET, "worker": "u-operator", "id": id}
    async with office.runtime.unit_of_work() as uow:
        await care_records.open_(
            uow, person_id="p-in-care", need="single_poor_mother", consented_on=date(2026, 3, 2),
            consent_by=ConsentBy.SELF, **known,
        )  # fmt: skip
        await care_requests.ask(
            uow, division=STREET, person_id="p-in-care", asked_by=RequestBy.SELF, document="PQ-1", id=id
        )
        await care_pairings.pair(
            uow, child_id="p-child", giver_id="p-giver", guardian_consented_on=date(2026, 3, 2), **known
        )


async def _registry(office: Office) -> Records:
    found = Records(names=[NAME])
    made = {"name": NAME, "division": STREET, "basis": "historical", "effective_on": "2012-03-01"}
    organization = await office.done("POST", "/v1/organizations", json=made)
    survivor = await office.done("POST", "/v1/organizations", json={**made, "name": "滨海新区乙丑互助会"})
    application = {"name": "滨海新区丙寅书画协会", "division": STREET, "legal_form": "association"}
    consulted = await office.done("POST", "/v1/registration-applications/consultations", json=application)
    brought = await office.done(
        "POST", "/v1/imports", data={"division": STREET}, files={"file": ("名册.xlsx", b"none")}
    )
    matters = await _matters(office)
    await _care(office, UUID(matters))
    found.ids = [survivor["id"], organization["id"], consulted["id"], brought["id"], matters]
    found.names += [application["name"], "滨海新区乙丑互助会"]
    found.references = {
        "organization_id": organization["id"], "into": survivor["id"], "name": NAME,
        "basis": "historical", "effective_on": "2012-03-01", "base_id": matters, "stay_id": matters,
        "assignment_id": matters, "meeting_id": matters, "training_id": None,
    }  # fmt: skip
    found.required = {"legal_form": "association"}
    return found


async def _grants(office: Office) -> Records:
    grants = Grants(office.runtime)
    organization = await grants.organization(division=STREET, name=NAME)
    fund = await grants.fund(division=STREET, title="甲子专项资金")
    round_ = await grants.round(fund.id, division=STREET, title="甲子轮次")
    application = await grants.application(round_, organization, title="甲子项目")
    ids = [fund.id, round_.id, application.id, organization]
    references = {
        "organization_id": str(organization), "round_id": str(round_.id), "fund_id": str(fund.id),
        "application_id": str(application.id), "budget_fen": 300_000_000, "opens_on": "2027-01-01",
        "closes_on": "2027-01-31", "effective_on": "2026-01-05", "kind": "grants", "status": "announced",
        "eligibility": [], "criteria": None,
    }  # fmt: skip
    return Records(_texts(ids), [NAME, "甲子专项资金", "甲子轮次", "甲子项目"], references)


async def _partybuild(office: Office) -> Records:
    world = PartybuildWorld(office.runtime)
    await world.begin(date(2026, 11, 1))
    covered, uncovered = await world.register(5, 4, division=STREET, name=NAME)
    party_organization = await world.found(SetUp.INDEPENDENT, covered)
    duty = await world.duty(uncovered)
    appointed = await instructor(world, division=STREET)
    references = {
        "organization_id": str(uncovered.id), "organization_ids": [str(uncovered.id)],
        "lead_organization_id": None, "mode": "independent", "person_id": "p-1", "posts": [],
    }  # fmt: skip
    return Records(_texts([party_organization.id, duty["id"], appointed.id]), [NAME], references)


async def _notify(office: Office) -> Records:
    world = NotifyWorld(office.runtime)
    await world.begin(date(2026, 11, 2))
    recipient = await world.recipient("liaison", STREET)
    state = msgspec.structs.replace(REGISTERED.state, name=NAME)
    await world.hear(world.received(msgspec.structs.replace(REGISTERED, state=state), ORGANIZATION))
    await world.tell("duty_opened")
    messages = [row["id"] for row in await office.rows("select id from message")]
    references = {"person_id": recipient.person_id, "role": "liaison"}
    return Records(_texts([recipient.id, *messages]), [NAME], references)


async def _console(office: Office) -> Records:
    return Records()  # owns nothing


OPENINGS: dict[str, Opening] = {
    "registry": _registry,
    "grants": _grants,
    "partybuild": _partybuild,
    "notify": _notify,
    "console": _console,
}


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(id) for id in ids]
