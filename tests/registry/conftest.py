"""The registry on a real database: units of work for a caller, and what the log says afterwards."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn

from chassis.http import create_app
from chassis.principal import Principal
from chassis.region import Region, load_region
from chassis.runtime import Runtime
from deploy.regions import profile_file
from services.registry.app import service
from services.registry.imports.worker import work
from services.registry.operations.policy import OperationsPolicy
from services.registry.policy import RegistryPolicy
from tests.callers import Badge
from tests.conftest import Databases
from tests.world import ServiceWorld, runtime_on

_HELD = {
    one.code: one
    for code in ("4407-jiangmen", "110112-tongzhou")
    for one in load_region(profile_file(code)).policy("registry", RegistryPolicy).operations.gatherings
}
_LUOHU = load_region(profile_file("440303-luohu")).policy("registry", RegistryPolicy)
POLICY = RegistryPolicy(
    operations=OperationsPolicy(gatherings=tuple(_HELD.values()), frameworks=_LUOHU.operations.frameworks),
    departments=_LUOHU.departments,
    categories=_LUOHU.categories,
)
"""The defaults, with the meetings and trainings of two regions, since the default's one is too few to work
with, and the frameworks, sections and routing of a third, since the default has none, two and none."""
OFFICER = Principal("u-officer", frozenset({"operator"}), frozenset({"*"}), ("120116",))


@dataclass
class Register(ServiceWorld):
    """A registry of its own."""

    officer: Principal = OFFICER


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(databases: Databases, profile: Region) -> Runtime:
    """A registry's runtime on an empty database, with the defaults that no profile changes but one."""
    return runtime_on(await databases.of(service), service, profile, policies=POLICY)


@pytest.fixture
def register(runtime: Runtime) -> Register:
    """The registry to command."""
    return Register(runtime)


def with_ended(register: Register, division: str, last: date) -> None:
    """Let a division of the profile have ended with the day `last`."""
    old = register.runtime.region
    places = tuple(
        place.model_copy(update={"valid_to": last}) if place.code == division else place
        for place in old.divisions
    )
    register.runtime.region = Region(old.code, old.name, places, old.calendar, {}, old.file)


@dataclass
class Api:
    """The registry over HTTP, for one caller."""

    client: httpx.AsyncClient

    def as_(
        self, role: str, division: str = "120116", *bodies: str, account: str = "", stands_for: str = ""
    ) -> "Api":
        """The same registry for another caller, of the staff of `bodies`, or standing for a record."""
        token = f"{role}@{division}@{account}@{','.join(bodies)}@{stands_for}"
        headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
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


@asynccontextmanager
async def asked(runtime: Runtime) -> AsyncIterator[Api]:
    """A registry's application on its database, called by an operator."""
    app = create_app(runtime, authenticator=Badge(service))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        yield Api(client).as_("operator")


@pytest_asyncio.fixture(loop_scope="session")
async def api(runtime: Runtime) -> AsyncIterator[Api]:
    """The registry over HTTP."""
    async with asked(runtime) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def served(runtime: Runtime) -> AsyncIterator[str]:
    """The registry on a port of its own, with its import worker: for clients that are no part of it."""
    app = create_app(runtime, authenticator=Badge(service))
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
