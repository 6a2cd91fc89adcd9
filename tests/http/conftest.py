"""An office of each installed service, with records in one street."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis.database import Database
from chassis.http import create_app
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.sealing import SealingKeys
from chassis.service import discover, installed
from chassis.settings import AuthSettings, DatabaseSettings, Settings
from deploy.regions import profile_file
from tests.backends import Postgres
from tests.http.office import OPENINGS, STACK, Office


@asynccontextmanager
async def opened(name: str, postgres: Postgres, key: EmbeddedKey) -> AsyncIterator[Office]:
    """The service `name` on a database of its own, its records made."""
    service = discover(name)
    dsn = await postgres.fresh_database(f"http-{name}", partial(upgrade, service.migrations))
    database = Database(DatabaseSettings(dsn=SecretStr(dsn), pool_size=4))
    await database.open()
    settings = Settings(
        environment="test", stack=STACK, database=database.settings, auth=AuthSettings(jwks=str(key.jwks))
    )
    runtime = Runtime(service, settings, load_region(profile_file("120116-binhai")), database)
    runtime.sealing = SealingKeys.fresh()
    app = create_app(runtime)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}.test") as client:
        office = Office(runtime, app, client, key)
        office.records = await OPENINGS[name](office)
        yield office
    await database.close()
    await postgres.drop(dsn)


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedKey:
    """The key of these tests' tokens."""
    return EmbeddedKey.open(tmp_path_factory.mktemp("keys"))


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=installed())
async def office(
    request: pytest.FixtureRequest, postgres: Postgres, signing_key: EmbeddedKey
) -> AsyncIterator[Office]:
    """Each installed service in turn; a module's tests share what they leave behind."""
    async with opened(request.param, postgres, signing_key) as found:
        yield found
