"""Three brokers, every record on all of them, two of which have to have it: any may die under load.

What is counted is counted by SQL and by a plain Kafka client; neither shares code with the services.
"""

import asyncio
import itertools
import os
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from chassis import topics
from chassis.embedded.port import free_port
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.settings import BusSettings
from tests.chassis.sample import watched
from tests.conftest import FreshDatabase
from tests.containers.brokers import Broker, Cluster, admin, first_sights, network, on_the_bus

pytestmark = pytest.mark.integration
SEED = int(os.environ.get("SHUNIU_TEST_SEED", random.randrange(10_000)))
REGION = Path(watched.__file__).parent / "region.toml"
FUNDS, CLERKS, PROCESSES = 12, 4, 2
REST_S = 90.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three brokers, each a controller too; all gone at the end."""
    made = Cluster()
    with network() as net:
        try:
            made.start(net, ["broker-1", "broker-2", "broker-3"])
            yield made
        finally:
            made.remove()


def prepare(dsn: str) -> None:
    """The sample's tables and those of the watched one."""
    upgrade(watched.watched.migrations, dsn)

    async def create() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(watched.TABLES)
        await connection.close()

    asyncio.run(create())


@dataclass
class Bank:
    """The watched service in two processes, and clerks who pay in until somebody says yes."""

    stack: str
    dsn: str
    environment: dict[str, str]
    token: str
    log: Path
    ports: list[int] = field(default_factory=lambda: [free_port() for _ in range(PROCESSES)])
    funds: list[str] = field(default_factory=list)
    paid: dict[str, str] = field(default_factory=dict)
    """payment -> fund, of those that were confirmed"""
    closing: bool = False
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def topic(self) -> str:
        """Where the funds' events go."""
        return f"shuniu.{self.stack}.grants.fund.v1"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Processes and clerks at work; at the end closed, at rest and ended in good order."""
        async with AsyncExitStack() as running:
            children = [await running.enter_async_context(self._process(port)) for port in self.ports]
            await self._open_funds()
            clerks = asyncio.gather(*(self._clerk(number) for number in range(CLERKS)))
            yield
            self.closing = True
            await asyncio.wait_for(clerks, 60)
            await self.at_rest()
            for child in children:
                child.terminate()
            ended = [await asyncio.wait_for(child.wait(), 30) for child in children]
            assert ended == [0] * PROCESSES, self.log.read_text()[-4000:]

    @asynccontextmanager
    async def _process(self, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
        with self.log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", watched.__name__, stdout=output, stderr=output,
                env={**os.environ, **self.environment, "SHUNIU_HTTP_PORT": str(port)},
            )  # fmt: skip
        try:
            yield child
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()

    async def _open_funds(self) -> None:
        async with self._client(self.ports[0]) as client:
            for number in range(FUNDS):
                body = {"division": self.stack, "title": f"Fund {number}", "total_fen": 100}
                self.funds.append((await _insist(client, "/v1/funds", body, f"open-{number}"))["id"])

    async def _clerk(self, number: int) -> None:
        async with self._client(self.ports[number % PROCESSES]) as client:
            while not self.closing:
                serial = next(self._numbers)
                payment, fund = f"payment-{serial}", self.funds[serial % FUNDS]
                await _insist(client, f"/v1/funds/{fund}/payment", {"payment": payment}, payment)
                self.paid[payment] = fund
                await asyncio.sleep(0.02)

    def _client(self, port: int) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=10
        )

    async def value(self, query: str) -> int:
        """One number out of the service's database."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()

    async def until(self, query: str, reached: Callable[[int], bool], within_s: float) -> int:
        """Wait for a number of the database; raises AssertionError with the last one."""
        for _ in range(int(within_s * 5)):
            if reached(found := await self.value(query)):
                return found
            await asyncio.sleep(0.2)
        raise AssertionError(f"{query}: {found} after {within_s:.0f} s\n{self.log.read_text()[-4000:]}")

    async def goes_on(self) -> None:
        """Wait until events that were recorded from now on have come back over the bus."""
        now = await self.value("select coalesce(max(seq), 0) from event_log")
        await self.until(
            f"select count(*) from event_log l join line on subject = aggregateid "
            f"and line.sequence = l.sequence where seq > {now}",
            lambda found: found > 20, REST_S,
        )  # fmt: skip

    async def at_rest(self) -> None:
        """Wait until all that was recorded was sent, copied and rung."""
        await self.until(
            "select (select count(*) from outbox) + (select count(*) from timer)"
            " + (select count(*) from event_log where aggregatetype = 'grants.fund')"
            " - (select count(*) from line)",
            lambda waiting: waiting <= 0, REST_S,
        )  # fmt: skip
        await asyncio.sleep(1)  # whatever would come a second time comes now


async def _insist(client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Send a command with one key until it is confirmed."""
    while True:
        try:
            answer = await client.post(path, json=body, headers={"idempotency-key": key})
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        if answer.status_code < 300:
            found: dict[str, Any] = answer.json()
            return found
        assert answer.status_code >= 500, answer.text
        await asyncio.sleep(0.1)


@pytest.fixture
async def bank(
    cluster: Cluster, fresh_database: FreshDatabase, unique_stack: Callable[[], str], tmp_path: Path
) -> Bank:
    """A bank whose topics have three replicas, of which two have to answer."""
    await cluster.until_whole()
    print(f"SHUNIU_TEST_SEED={SEED}")
    stack, dsn = unique_stack(), await fresh_database("watched-brokers", prepare)
    replicated = {"replication_factor": 3, "min_insync_replicas": 2}
    settings = BusSettings.model_validate({"bootstrap_servers": cluster.outside, **replicated})
    await topics.apply(settings, stack, ("grants",))
    key = EmbeddedKey.open(tmp_path / "keys")
    environment = {
        "SHUNIU_ENVIRONMENT": "test", "SHUNIU_STACK": stack, "SHUNIU_REGION_FILE": str(REGION),
        "SHUNIU_DATABASE_DSN": dsn, "SHUNIU_BUS_BOOTSTRAP_SERVERS": cluster.outside,
        "SHUNIU_BUS_REPLICATION_FACTOR": "3", "SHUNIU_BUS_MIN_INSYNC_REPLICAS": "2",
        "SHUNIU_AUTH_JWKS": str(key.jwks), "SHUNIU_DATABASE_POOL_SIZE": "6",
    }  # fmt: skip
    token = key.issue(subject="u-1", roles=["operator"], divisions=[stack])
    return Bank(stack, dsn, environment, token, tmp_path / "log")


async def check(bank: Bank, cluster: Cluster) -> None:
    """Every confirmed payment had its effect once; the bus has every event, in order; nothing is left."""
    connection = await asyncpg.connect(bank.dsn)
    rung = [row[0] for row in await connection.fetch("select payment from rung order by payment")]
    assert rung == sorted(bank.paid)
    expected = dict.fromkeys(bank.funds, 100)
    for fund in bank.paid.values():
        expected[fund] += 101
    totals = {str(row[0]): row[1] for row in await connection.fetch("select id, total_fen from sample_fund")}
    assert totals == expected
    copies = {row[0]: row[1] for row in await connection.fetch("select subject, total from fund_copy")}
    assert copies == expected
    log = await connection.fetch(
        "select aggregateid, sequence, id::text from event_log"
        " where aggregatetype = 'grants.fund' order by 1, 2"
    )
    lines = await connection.fetch("select subject, sequence from line order by 1, 2")
    assert [tuple(row) for row in lines] == [(row[0], row[1]) for row in log]
    for table in ("outbox", "outbox_blocked", "parked", "held", "timer"):
        assert await connection.fetchval(f"select count(*) from {table}") == 0, table
    await connection.close()

    recorded: dict[str, list[tuple[int, str]]] = {}
    for subject, sequence, id in log:
        recorded.setdefault(subject, []).append((sequence, id))
    assert [sequence for sequence, _ in next(iter(recorded.values()))][:3] == [1, 2, 3]
    sent = await asyncio.to_thread(on_the_bus, cluster.outside, bank.topic)
    assert first_sights(sent) == recorded
    print(f"{len(bank.paid)} payments, {len(log)} events, {len(sent) - len(log)} of them sent again")


def replicas(cluster: Cluster, topic: str) -> set[tuple[int, int]]:
    """(replicas, those in sync) of the topic's partitions."""
    client = admin(cluster.outside)
    try:
        [found] = client.describe_topics([topic])
        return {(len(each["replica_nodes"]), len(each["isr_nodes"])) for each in found["partitions"]}
    finally:
        client.close()


async def test_each_broker_is_killed_in_its_turn_under_load(bank: Bank, cluster: Cluster) -> None:
    order = random.Random(SEED).sample(cluster.brokers, len(cluster.brokers))
    async with bank.open():
        await bank.goes_on()
        assert replicas(cluster, bank.topic) == {(3, 3)}
        for broker in order:
            await _die_and_come_back(bank, cluster, broker)
    await check(bank, cluster)


async def _die_and_come_back(bank: Bank, cluster: Cluster, broker: Broker) -> None:
    """With one broker gone events go on their way; its return is no disturbance either."""
    clock = asyncio.get_running_loop()
    broker.kill()
    died = clock.time()
    await bank.goes_on()
    print(f"{broker.name} killed; events on their way again after {clock.time() - died:.1f} s")
    broker.come_back()
    await cluster.until_whole()
    await bank.goes_on()


async def test_with_two_of_three_gone_commands_go_on_and_events_wait(bank: Bank, cluster: Cluster) -> None:
    gone = random.Random(SEED).sample(cluster.brokers, 2)
    async with bank.open():
        await bank.goes_on()
        for broker in gone:
            broker.kill()
        await asyncio.sleep(3)
        confirmed, sent = len(bank.paid), await bank.value("select count(*) from line")
        waiting = "select count(*) from outbox"  # commands are confirmed while nothing can be sent
        await bank.until(waiting, lambda rows: rows > 200 and len(bank.paid) > confirmed + 50, REST_S)
        assert await bank.value("select count(*) from line") <= sent + 100
        for broker in gone:
            broker.come_back()
        await cluster.until_whole()
        await bank.goes_on()
    await check(bank, cluster)
