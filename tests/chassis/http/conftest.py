"""The sample service served on a port of its own, and clients with tokens of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis.embedded.port import free_port
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.serving import Assignment, serve
from chassis.settings import AuthSettings, DatabaseSettings, HttpSettings, Settings
from tests.backends import Postgres
from tests.chassis.sample.app import service

REGION = Path(__file__).parents[1] / "sample" / "region.toml"


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedKey:
    """An embedded stack's signing key."""
    return EmbeddedKey.open(tmp_path_factory.mktemp("keys"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def settings(postgres: Postgres, key: EmbeddedKey) -> Settings:
    """Settings of the sample with a database of its own and small limits."""
    dsn = await postgres.fresh_database("sample", partial(upgrade, service.migrations))
    return Settings(
        environment="test",
        stack="440303",
        region_file=REGION,
        shutdown_s=5,
        database=DatabaseSettings(dsn=SecretStr(dsn), pool_size=4),
        http=HttpSettings(port=free_port(), max_body_bytes=2000, max_upload_bytes=5000, max_page=60),
        auth=AuthSettings(jwks=str(key.jwks)),
    )


@dataclass(frozen=True)
class Served:
    """A running sample."""

    settings: Settings
    key: EmbeddedKey

    def client(
        self, role: str = "operator", division: str = "440303", language: str = "en", subject: str = "u-1"
    ) -> httpx.AsyncClient:
        """A caller with a role in a division."""
        token = self.key.issue(subject=subject, roles=[role], divisions=[division])
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.settings.http.port}",
            headers={"authorization": f"Bearer {token}", "accept-language": language},
            trust_env=False,
        )


@pytest_asyncio.fixture(loop_scope="session")
async def served(serving: Served) -> Served:
    """The sample's API on a port, its database empty."""
    connection = await asyncpg.connect(serving.settings.database.dsn.get_secret_value())
    await connection.execute("truncate event_log, outbox, idempotency, sample_fund")
    await connection.close()
    return serving


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def serving(settings: Settings, key: EmbeddedKey) -> AsyncIterator[Served]:
    """One process' worth of the sample for all tests."""
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve([Assignment(service, settings)], {"api"}, stop=stop, ready=ready.set))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    found = Served(settings, key)
    async with found.client() as client, asyncio.timeout(10):
        while (await client.get("/health/ready")).status_code != 200:  # noqa: ASYNC110  # over the network
            await asyncio.sleep(0.02)
    yield found
    stop.set()
    await task


@pytest_asyncio.fixture(loop_scope="session")
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """An operator of the whole district, who reads English."""
    async with served.client() as operator:
        yield operator


@pytest.fixture
def fund() -> Callable[..., dict[str, object]]:
    """Bodies that open funds."""
    numbers = iter(range(1000))

    def body(**changes: object) -> dict[str, object]:
        return {"division": "440303", "title": f"Fund {next(numbers):03}", "total_fen": 1000} | changes

    return body
