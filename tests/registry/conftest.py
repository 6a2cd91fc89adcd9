"""The registry on a real database: units of work for a caller, and what the log says afterwards."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis.database import Database
from chassis.migrations import upgrade
from chassis.principal import Principal
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from deploy.regions import profile_file
from services.registry.app import service
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
