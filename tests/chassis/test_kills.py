"""A process killed between any two steps of command, relay, consumer and timer loses and doubles nothing."""

import asyncio
import itertools
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from chassis import topics
from chassis.embedded.port import free_port
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.settings import BusSettings
from tests.chassis.sample import watched
from tests.conftest import FreshDatabase
from tests.faults.points import SEATS
from tests.faults.processes import KILLED, Child, ForkServer

pytestmark = pytest.mark.integration
SEED = int(os.environ.get("SHUNIU_TEST_SEED", random.randrange(10_000)))
UNDER_LOAD = sorted(point for points in SEATS.values() for point in points)
"""The points that a service passes all the time; the fault matrix has the others."""
REGION = Path(watched.__file__).parent / "region.toml"
FUNDS = 6


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forks() -> AsyncIterator[ForkServer]:
    """The warm process that the service's processes are forked from."""
    async with ForkServer.open() as server:
        yield server


def prepare(dsn: str) -> None:
    """The sample's tables and those of the watched one."""
    upgrade(watched.watched.migrations, dsn)

    async def create() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(watched.TABLES)
        await connection.close()

    asyncio.run(create())


class Office:
    """Clerks that pay in, each retrying with the payment's key until somebody says yes."""

    def __init__(self, url: str, token: str, stack: str) -> None:
        self.stack = stack
        self.funds: list[str] = []
        self.paid: dict[str, str] = {}
        """payment -> fund, of those that were confirmed"""
        self.closing = False
        self._numbers = itertools.count()
        self._client = httpx.AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}, trust_env=False, timeout=5
        )

    async def work(self) -> None:
        """Open the funds, then pay in until closing time."""
        for n in range(FUNDS):
            body = {"division": self.stack, "title": f"Fund {n}", "total_fen": 100}
            self.funds.append((await self._insist("/v1/funds", body, f"open-{n}"))["id"])
        await asyncio.gather(*(self._clerk() for _ in range(3)))
        await self._client.aclose()

    async def _clerk(self) -> None:
        while not self.closing:
            number = next(self._numbers)
            fund, payment = self.funds[number % FUNDS], f"payment-{number}"
            await self._insist(f"/v1/funds/{fund}/payment", {"payment": payment}, payment)
            self.paid[payment] = fund
            await asyncio.sleep(0.02)

    async def _insist(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        while True:
            try:
                answer = await self._client.post(path, json=body, headers={"idempotency-key": key})
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code < 300:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code >= 500, answer.text
            await asyncio.sleep(0.1)


@asynccontextmanager
async def process(forks: ForkServer, environment: dict[str, str], log: Path) -> AsyncIterator[Child]:
    """The watched service as a process of its own, gone at the end of the block."""
    child = await forks.start("sample", ["sample"], {**os.environ, **environment}, log)
    try:
        yield child
    finally:
        if child.kill():
            await child.end(10)


async def at_rest(dsn: str) -> bool:
    """Whether everything that was recorded has been sent, copied and rung."""
    connection = await asyncpg.connect(dsn)
    try:
        return bool(
            await connection.fetchval(
                "select not exists (select from outbox) and not exists (select from timer)"
                " and (select count(*) from event_log where aggregatetype = 'grants.fund')"
                "     <= (select count(*) from line)"
            )
        )
    finally:
        await connection.close()


async def test_nothing_is_lost_or_done_twice_wherever_the_process_is_killed(
    fresh_database: FreshDatabase,
    broker: str,
    bus_profile: str,
    unique_stack: Callable[[], str],
    tmp_path: Path,
    forks: ForkServer,
) -> None:
    """Killed once at every fail point, at a random passing of it, under load; then left in peace."""
    print(f"SHUNIU_TEST_SEED={SEED}")
    chosen, stack, port = random.Random(SEED), unique_stack(), free_port()
    dsn = await fresh_database("watched", prepare)
    bus = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    await topics.apply(bus, stack, ("grants",))
    key = EmbeddedKey.open(tmp_path)
    environment = {
        "SHUNIU_ENVIRONMENT": "test", "SHUNIU_STACK": stack, "SHUNIU_REGION_FILE": str(REGION),
        "SHUNIU_DATABASE_DSN": dsn, "SHUNIU_BUS_BOOTSTRAP_SERVERS": broker,
        "SHUNIU_BUS_PROFILE": bus_profile, "SHUNIU_BUS_SESSION_TIMEOUT_MS": "1000",
        "SHUNIU_AUTH_JWKS": str(key.jwks), "SHUNIU_HTTP_PORT": str(port), "SHUNIU_SHUTDOWN_S": "5",
    }  # fmt: skip
    token = key.issue(subject="u-1", roles=["operator"], divisions=[stack])
    office, log = Office(f"http://127.0.0.1:{port}", token, stack), tmp_path / "log"
    working = asyncio.create_task(office.work())
    order = UNDER_LOAD.copy()
    chosen.shuffle(order)
    for point in order:
        passing = f"{point}:{1 if point == 'relay.after_lock' else chosen.randint(1, 4)}"
        async with process(forks, {**environment, "SHUNIU_FAILPOINT": passing}, log) as child:
            assert await child.end(20) == KILLED, f"{passing} was not reached\n{child.tail()}"
    async with process(forks, environment, log) as child:
        office.closing = True
        async with asyncio.timeout(20):
            await working
            while not await at_rest(dsn):  # noqa: ASYNC110, tables' state
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.5)  # whatever would come a second time comes now
        child.signal(signal.SIGTERM)
        assert await child.end(15) == 0, child.tail()
    await check(dsn, office)


async def check(dsn: str, office: Office) -> None:
    """Every confirmed command happened once, here and at the consumer; sequences have no gap."""
    connection = await asyncpg.connect(dsn)
    rung = [row[0] for row in await connection.fetch("select payment from rung order by payment")]
    assert rung == sorted(office.paid)
    expected = dict.fromkeys(office.funds, 100)
    for fund in office.paid.values():
        expected[fund] += 101
    totals = {str(row[0]): row[1] for row in await connection.fetch("select id, total_fen from sample_fund")}
    assert totals == expected
    copied = await connection.fetch("select subject, total, sequence from fund_copy")
    assert {row[0]: row[1] for row in copied} == expected
    for subject, _, newest in copied:
        for table, name in (("line", "subject"), ("event_log", "aggregateid")):
            rows = await connection.fetch(f"select sequence from {table} where {name} = $1", subject)
            assert sorted(row[0] for row in rows) == list(range(1, newest + 1)), table
    for table in ("outbox", "outbox_blocked", "parked", "held", "timer"):
        assert await connection.fetchval(f"select count(*) from {table}") == 0, table
    await connection.close()
    assert len(office.paid) > FUNDS


def test_a_production_start_refuses_a_fail_point(monkeypatch: pytest.MonkeyPatch) -> None:
    from pydantic import ValidationError

    from chassis.settings import Settings

    monkeypatch.setenv("SHUNIU_FAILPOINT", "relay.after_send:1")
    monkeypatch.setenv("SHUNIU_STACK", "440303")
    monkeypatch.setenv("SHUNIU_DATABASE_DSN", "postgresql://nobody@127.0.0.1/none")
    with pytest.raises(ValidationError, match="SHUNIU_FAILPOINT"):
        Settings(environment="production")
    assert Settings(environment="embedded").failpoint == "relay.after_send:1"
