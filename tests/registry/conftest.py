"""The registry on a real database: units of work for a caller, and what the log says afterwards."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
import pytest_asyncio
import uvicorn
from pydantic import SecretStr

from chassis.database import Database
from chassis.http import create_app
from chassis.migrations import upgrade
from chassis.principal import Principal, permissions_of
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from deploy.regions import profile_file
from services.registry.app import service
from services.registry.imports.worker import work
from services.registry.policy import RegistryPolicy
from tests.conftest import FreshDatabase

T = TypeVar("T")
OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))


@dataclass
class Register:
    """A registry of its own, commanded as routes command it."""

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


@pytest.fixture(scope="session")
def profile() -> Any:
    """Binhai's profile."""
    return load_region(profile_file("120116-binhai"))


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(fresh_database: FreshDatabase, profile: Any) -> AsyncIterator[Runtime]:
    """A registry's runtime on a database of its own."""
    dsn = await fresh_database("registry", partial(upgrade, service.migrations))
    database = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=4))
    await database.open()
    settings = Settings(environment="test", stack="120116", database=database.settings)
    made = Runtime(service=service, settings=settings, region=profile, database=database)
    made.policies = RegistryPolicy()  # the defaults, which no region's profile changes under the tests
    yield made
    await database.close()


@pytest.fixture
def register(runtime: Runtime) -> Register:
    """The registry to command."""
    return Register(runtime)


class Tokens:
    """Reads `role@division` as a caller: who signs tokens is tested with the chassis."""

    async def principal(self, token: str | None) -> Principal:
        """The caller that the token names."""
        role, _, division = (token or "nobody@120116").partition("@")
        permissions = permissions_of([role], service.roles)
        return Principal(f"u-{role}", frozenset({role}), permissions, (division,))


@dataclass
class Api:
    """The registry over HTTP, for one caller."""

    client: httpx.AsyncClient

    def as_(self, role: str, division: str = "120116") -> "Api":
        """The same registry for another caller."""
        headers = {"authorization": f"Bearer {role}@{division}", "accept-language": "en"}
        return Api(
            httpx.AsyncClient(
                transport=self.client._transport, base_url=self.client.base_url, headers=headers
            )
        )

    async def post(self, path: str, expect: int = 200, /, **body: Any) -> dict[str, Any]:
        """POST a JSON body; the answer's body, its status checked."""
        answer: dict[str, Any] = self.checked(await self.client.post(path, json=body), expect)
        return answer

    async def get(self, path: str, expect: int = 200, /, **parameters: Any) -> Any:
        """GET with query parameters."""
        return self.checked(await self.client.get(path, params=parameters), expect)

    @staticmethod
    def checked(response: httpx.Response, status: int) -> Any:
        """The body of a response of this status."""
        assert response.status_code == status, response.text
        return response.json()


@pytest_asyncio.fixture(loop_scope="session")
async def api(runtime: Runtime) -> AsyncIterator[Api]:
    """The registry's application on its database, called by an operator."""
    app = create_app(runtime, authenticator=Tokens())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        yield Api(client).as_("operator")


@pytest_asyncio.fixture(loop_scope="session")
async def served(runtime: Runtime) -> AsyncIterator[str]:
    """The registry on a port of its own, with its import worker: for clients that are no part of it."""
    app = create_app(runtime, authenticator=Tokens())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        working = asyncio.create_task(work(runtime))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        working.cancel()
        server.should_exit = True
        await serving
