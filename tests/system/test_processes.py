"""Roles as processes of their own: drained while they work, shared by a second one, replaced by a release."""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from chassis import topics
from chassis.embedded.port import free_port
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.service import discover
from chassis.settings import BusSettings
from deploy.regions import profile_file
from tests.conftest import FreshDatabase
from tests.system.next_release import PRESENT, Release, make_next

pytestmark = pytest.mark.system
WITHIN_S = 90.0
WORKERS = 6


@dataclass
class Process:
    """One `shuniu serve`."""

    process: asyncio.subprocess.Process
    url: str

    async def ready(self) -> None:
        """Wait until it says so."""
        async with asyncio.timeout(WITHIN_S), httpx.AsyncClient(trust_env=False) as client:
            while True:
                assert self.process.returncode is None, "it ended while starting"
                try:
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    async def drain(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN_S):
            return await self.process.wait()

    async def counted(self, name: str) -> float:
        """The sum of a metric."""
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"{self.url}/metrics")).text
        families = text_string_to_metric_families(text)
        return sum(s.value for family in families for s in family.samples if s.name == name)


@dataclass
class Deployment:
    """The databases and the bus of a stack, and processes on them."""

    stack: str
    bus: BusSettings
    key: EmbeddedKey
    dsns: dict[str, str]
    running: list[Process] = field(default_factory=list)
    numbers: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    def environment(self, service: str, port: int) -> dict[str, str]:
        """What a process of the service is told."""
        return {
            "SHUNIU_ENVIRONMENT": "test", "SHUNIU_STACK": self.stack, "SHUNIU_HTTP_PORT": str(port),
            "SHUNIU_REGION_FILE": str(profile_file("120116-binhai")), "SHUNIU_AUTH_JWKS": str(self.key.jwks),
            "SHUNIU_DATABASE_DSN": self.dsns[service], "SHUNIU_BUS_PROFILE": self.bus.profile,
            "SHUNIU_BUS_BOOTSTRAP_SERVERS": self.bus.bootstrap_servers,
        }  # fmt: skip

    async def serve(self, service: str, *roles: str, release: Release = PRESENT) -> Process:
        """Start a process for these roles of a service, and wait until it is ready."""
        port = free_port()
        options = [word for role in roles for word in ("--role", role)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chassis.command", "serve", service, *options, cwd=release.root,
            env={**os.environ, **release.environment, **self.environment(service, port)},
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        made = Process(process, f"http://127.0.0.1:{port}")
        self.running.append(made)
        await made.ready()
        return made

    async def value(self, service: str, statement: str, *arguments: object) -> int:
        """A number from a service's database, without any code of ours."""
        connection = await asyncpg.connect(self.dsns[service])
        try:
            return int(await connection.fetchval(statement, *arguments))
        finally:
            await connection.close()

    async def rows(self, service: str, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a service's database, asked likewise."""
        connection = await asyncpg.connect(self.dsns[service])
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    async def until(self, service: str, statement: str, wanted: int) -> None:
        """Wait until a query gives this number."""
        async with asyncio.timeout(WITHIN_S):
            while await self.value(service, statement) != wanted:  # noqa: ASYNC110, a table's state
                await asyncio.sleep(0.1)

    def client(self) -> httpx.AsyncClient:
        """An operator's."""
        token = self.key.issue(subject="u-1", roles=["operator"], divisions=[self.stack])
        return httpx.AsyncClient(
            headers={"authorization": f"Bearer {token}"}, trust_env=False, timeout=httpx.Timeout(30)
        )

    async def file(self, client: httpx.AsyncClient, url: str, number: int) -> bool:
        """File the organisation of that number; whether it was confirmed."""
        try:
            answer = await client.post(
                f"{url}/v1/organizations/filings", headers={"idempotency-key": f"filing-{number}"},
                json={"division": f"{self.stack}005", "name": f"第{number}号邻里互助队"},
            )  # fmt: skip
        except httpx.TransportError:
            return False
        return answer.status_code == 201

    def run(self, service: str, *arguments: str, release: Release = PRESENT) -> tuple[int, str]:
        """A command that ends, with the settings of a process of the service: its exit code, what it said."""
        done = release.shuniu(*arguments, environment=self.environment(service, free_port()))
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    async def file_many(self, process: Process, count: int) -> None:
        """File so many new organisations, a few at a time."""
        async with self.client() as client:
            for _ in range(0, count, WORKERS):
                done = await asyncio.gather(
                    *(self.file(client, process.url, self.numbers()) for _ in range(WORKERS))
                )
                assert all(done)


@pytest_asyncio.fixture(loop_scope="session")
async def deployment(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    tmp_path: Path,
) -> AsyncIterator[Deployment]:  # fmt: skip
    bus = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    names = ("registry", "partybuild")
    dsns = {
        name: await fresh_database(f"deployed-{name}", partial(upgrade, discover(name).migrations))
        for name in names
    }
    made = Deployment(unique_stack(), bus, EmbeddedKey.open(tmp_path), dsns)
    await topics.apply(bus, made.stack)
    yield made
    for process in made.running:
        if process.process.returncode is None:
            process.process.kill()
            await process.process.wait()


async def test_an_api_that_is_drained_under_load_confirms_nothing_that_is_not_there(
    deployment: Deployment,
) -> None:
    api = await deployment.serve("registry", "api")
    outcomes: dict[int, bool] = {}

    async def work(client: httpx.AsyncClient) -> None:
        while True:
            number = deployment.numbers()
            outcomes[number] = await deployment.file(client, api.url, number)
            if not outcomes[number]:
                return  # the process is gone

    async with deployment.client() as client:
        load = [asyncio.create_task(work(client)) for _ in range(WORKERS)]
        async with asyncio.timeout(WITHIN_S):
            while sum(outcomes.values()) < 20:  # noqa: ASYNC110, what the other tasks do
                await asyncio.sleep(0.02)
        assert await api.drain() == 0
        await asyncio.gather(*load)
        confirmed = [f"第{number}号邻里互助队" for number, done in outcomes.items() if done]
        there = "select count(*) from organization where name = any($1)"
        assert await deployment.value("registry", there, confirmed) == len(confirmed)

        # Who got no answer tries again at the next process, with the same key: each is there once.
        following = await deployment.serve("registry", "api")
        for number, done in outcomes.items():
            assert done or await deployment.file(client, following.url, number)
    assert await deployment.value("registry", "select count(*) from organization") == len(outcomes)


async def test_a_relay_that_is_drained_has_sent_what_was_there(deployment: Deployment) -> None:
    api = await deployment.serve("registry", "api")
    await deployment.file_many(api, 60)
    assert await deployment.value("registry", "select count(*) from outbox") == 60
    relay = await deployment.serve("registry", "relay")
    assert await relay.drain() == 0
    assert await deployment.value("registry", "select count(*) from outbox") == 0


async def test_a_second_consumer_shares_the_work_and_takes_over_what_a_drained_one_leaves(
    deployment: Deployment,
) -> None:
    both = await deployment.serve("registry", "api", "relay")
    first = await deployment.serve("partybuild", "consumer")
    second = await deployment.serve("partybuild", "consumer")
    taken_in = "select count(*) from inbox where consumer = 'partybuild' and sequence = 1"
    sent = 0
    async with asyncio.timeout(WITHIN_S):
        while not all([await each.counted("shuniu_consumer_records_total") for each in (first, second)]):
            await deployment.file_many(both, 12)
            sent += 12
    await deployment.until("partybuild", taken_in, sent)

    load = asyncio.create_task(deployment.file_many(both, 60))
    assert await first.drain() == 0
    await load
    await deployment.until("partybuild", taken_in, sent + 60)
    assert await deployment.value("partybuild", "select count(*) from organization") == sent + 60


@dataclass
class Load:
    """Callers who file organisations at whichever of these processes, and again until they are answered."""

    deployment: Deployment
    urls: list[str]
    confirmed: int = 0
    over: bool = False

    async def work(self, client: httpx.AsyncClient) -> None:
        """One of them."""
        while not self.over:
            number = self.deployment.numbers()
            while not await self.deployment.file(  # noqa: ASYNC110, a process that is replaced gives no sign
                client, self.urls[number % len(self.urls)], number
            ):
                await asyncio.sleep(0.1)
            self.confirmed += 1
            await asyncio.sleep(0.1)

    async def more(self, count: int) -> None:
        """Wait until so many more are confirmed."""
        wanted = self.confirmed + count
        async with asyncio.timeout(WITHIN_S):
            while self.confirmed < wanted:  # noqa: ASYNC110, what the other tasks do
                await asyncio.sleep(0.02)


async def test_a_release_with_a_migration_and_a_newer_event_replaces_one_that_is_under_load(
    deployment: Deployment, tmp_path: Path
) -> None:
    """The steps of "Upgrade" in docs/operations.md; the next release runs beside this one for a while."""
    following = await asyncio.to_thread(make_next, tmp_path)
    verdict = await asyncio.to_thread(following.contracts, "check", "--against", "HEAD")
    assert "organization.filed.v1 circle: is new and optional | breaks: nobody | deploy: any order" in verdict

    api = await deployment.serve("registry", "api")
    relay = await deployment.serve("registry", "relay", "timers")
    reader = await deployment.serve("partybuild", "consumer")
    load = Load(deployment, [api.url])
    async with deployment.client() as client:
        callers = [asyncio.create_task(load.work(client)) for _ in range(WORKERS)]
        await load.more(20)
        code, said = await asyncio.to_thread(
            deployment.run, "registry", "migrate", "registry", release=following
        )
        assert code == 0, said
        assert (await client.get(f"{api.url}/health/ready")).status_code == 503
        await load.more(20)

        new_api = await deployment.serve("registry", "api", release=following)
        load.urls = [api.url, new_api.url]
        await load.more(60)
        load.urls = [new_api.url]
        assert await api.drain() == 0
        await deployment.serve("partybuild", "consumer", release=following)
        assert await reader.drain() == 0
        await deployment.serve("registry", "relay", "timers", release=following)
        assert await relay.drain() == 0
        await load.more(20)
        load.over = True
        await asyncio.gather(*callers)

    await deployment.until("registry", "select count(*) from outbox", 0)
    heard = "select count(*) from inbox where consumer = 'partybuild' and sequence = 1"
    await deployment.until("partybuild", heard, load.confirmed)
    assert await deployment.rows("registry", "select id::text from organization order by 1") == (
        await deployment.rows("partybuild", "select id::text from organization order by 1")
    )
    versions = await deployment.rows(
        "registry",
        "select headers::jsonb ->> 'dataschema', convert_from(payload, 'utf8')::jsonb ->> 'circle', count(*),"
        " min(seq), max(seq) from event_log group by 1, 2 order by 1",
    )
    [(before, none, by_old, _, last), (after, circle, by_new, first, _)] = versions
    schema = "urn:shuniu:schema:registry.organization.filed"
    assert (before, none, after, circle) == (f"{schema}:1.0", None, f"{schema}:1.1", "neighbourhood")
    assert first < last, "for a while both wrote"
    assert by_old + by_new == load.confirmed
    kept = "select count(*) from organization where circle = 'neighbourhood'"
    assert await deployment.value("registry", kept) == by_new
