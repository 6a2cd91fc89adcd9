"""Stacks of a street, its district and its city, each with a Kafka of its own, joined by MirrorMaker 2."""

import asyncio
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from kafka import TopicPartition
from testcontainers.core.network import Network

from chassis import mirror
from chassis.embedded.connection import Connection
from chassis.embedded.port import free_port
from chassis.service import installed
from deploy.scenarios.client import Stack
from tests.backends import Postgres
from tests.containers.brokers import Cluster, Mirror, admin
from tests.containers.identity import ISSUER, Identity

ROOT = Path(__file__).parent.parent.parent
CITY, DISTRICT, STREET, NEIGHBOUR = "9907", "990703", "990703001", "990703002"
"""No province of GB/T 2260 begins with 99, so that nobody mistakes them for real places."""
READY_S = 240.0
COPIED_S = 180.0
ARRIVES_S = 180.0
PROFILE = f"""
[region]
code = "{CITY}"
name = "测试市"
divisions = "divisions.csv"
divisions_edition = "codes for tests of several stacks"

[[notify.rules]]
name = "round_announced"
events = ["grants.round.announced"]
roles = ["liaison"]
reach = "downwards"
template = "round_announced"
acknowledge_within_days = 5
"""
PLACES = (
    (CITY, "测试市", "city"), (DISTRICT, "测试区", "district"), (STREET, "一街道", "street"),
    (NEIGHBOUR, "二街道", "street"), (f"{STREET}001", "一社区", "community"),
)  # fmt: skip


def profile(folder: Path) -> Path:
    """One profile of the whole city: the rules are the same in every stack of it."""
    with (folder / "divisions.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("code", "name", "kind"), *PLACES])
    file = folder / "region.toml"
    file.write_text(PROFILE, encoding="utf-8")
    return file


@dataclass
class Tier:
    """One stack: its Kafka, its databases, all its services in one process as production runs them."""

    stack: str
    lower: tuple[str, ...]
    log: Path
    kafka: Cluster = field(default_factory=Cluster)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in installed()})
    databases: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """What its broker is called in the network."""
        return f"kafka-{self.stack}"

    @property
    def upper(self) -> tuple[str, ...]:
        """The stacks above it."""
        return tuple(code for code in (DISTRICT, CITY) if code != self.stack and self.stack.startswith(code))

    @property
    def connection(self) -> Connection:
        """How the stack is reached from this machine."""
        return Connection(
            region=CITY, stack=self.stack, pid=0, pid_started=0, started_at=datetime.now(UTC),
            services={name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()},
            databases=self.databases, bootstrap_servers=self.kafka.outside, broker="kafka",
        )  # fmt: skip

    async def make_databases(self, postgres: Postgres) -> None:
        """An empty database a service, on the one server of all tiers."""
        admin = await asyncpg.connect(postgres.admin_dsn)
        for service in self.ports:
            name = f"tier_{self.stack}_{service}"
            await admin.execute(f"create database {name}")
            self.databases[service] = postgres.dsn(name)
        await admin.close()

    def serve(self, region: Path, jwks: Path) -> None:
        """Start the process; `until_ready` waits for it."""
        dsn = self.databases["registry"].replace("registry", "{service}")
        environment = {
            "SHUNIU_ENVIRONMENT": "production", "SHUNIU_STACK": self.stack,
            "SHUNIU_LOWER_STACKS": json.dumps(self.lower), "SHUNIU_UPPER_STACKS": json.dumps(self.upper),
            "SHUNIU_RELAY_ANNOUNCE_S": "1", "SHUNIU_REGION_FILE": str(region),
            "SHUNIU_DATABASE_DSN": dsn, "SHUNIU_DATABASE_POOL_SIZE": "4",
            "SHUNIU_BUS_BOOTSTRAP_SERVERS": self.kafka.outside,
            "SHUNIU_AUTH_JWKS": str(jwks), "SHUNIU_AUTH_ISSUER": ISSUER,
        }  # fmt: skip
        services = [f"{name}:{port}" for name, port in self.ports.items()]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chassis.command", "serve", *services, "--prepare"],
                stdout=output, stderr=output, cwd=ROOT, env={**os.environ, **environment},
            )  # fmt: skip

    async def until_ready(self) -> None:
        """Wait until every service of the process is ready; raises AssertionError with its log."""
        deadline = time.monotonic() + READY_S
        async with httpx.AsyncClient(trust_env=False) as client:
            while time.monotonic() < deadline:
                assert self.process is not None
                assert self.process.poll() is None, self.log.read_text()[-4000:]
                try:
                    url = f"{self.connection.services['registry']}/health/ready?process=true"
                    if (await client.get(url)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.3)
        raise AssertionError(f"{self.stack} is not ready\n{self.log.read_text()[-4000:]}")

    def end(self) -> None:
        """End the process and the broker."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.kafka.remove()

    async def rows(self, service: str, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Rows of a service's database."""
        connection = await asyncpg.connect(self.databases[service])
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    async def value(self, service: str, query: str, *arguments: object) -> Any:
        """The first value of the first row; None without one."""
        rows = await self.rows(service, query, *arguments)
        return rows[0][0] if rows else None

    async def until(
        self, service: str, query: str, *arguments: object, equals: object, within_s: float = ARRIVES_S
    ) -> None:
        """Wait for a value; raises AssertionError with the last one."""
        deadline = time.monotonic() + within_s
        while (found := await self.value(service, query, *arguments)) != equals:
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{self.stack} {service}: {query} {arguments} is {found!r} after {within_s:.0f} s,"
                    f" expected {equals!r}\n{self.log.read_text()[-3000:]}"
                )
            await asyncio.sleep(0.2)

    def topics(self) -> set[str]:
        """The topics that its Kafka has."""
        client = admin(self.kafka.outside)
        try:
            return set(client.list_topics())
        finally:
            client.close()

    def forget(self, topic: str, ends: dict[int, int]) -> None:
        """Delete the records of a topic below an offset of each partition, as a lost disk would."""
        client = admin(self.kafka.outside)
        try:
            client.delete_records({TopicPartition(topic, number): end for number, end in ends.items()})
        finally:
            client.close()


@dataclass
class Country:
    """All tiers, the lines between them, and the identity provider of all."""

    city: Tier
    district: Tier
    street: Tier
    identity: Identity
    lines: dict[str, Mirror] = field(default_factory=dict)
    """by the stack that runs it: the district's brings what goes to district and street, the city's to it"""

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Highest first."""
        return self.city, self.district, self.street

    @asynccontextmanager
    async def office(
        self, tier: Tier, *, subject: str = "u-officer", role: str = "operator"
    ) -> AsyncIterator[Stack]:
        """The HTTP of a stack, as somebody of it."""
        token = self.identity.token(subject=subject, roles=[role], divisions=[tier.stack])
        async with Stack.open(tier.connection, token) as stack:
            yield stack

    async def start(self, net: Network, postgres: Postgres, folder: Path) -> None:
        """Brokers, services and lines; returns once every service is ready and every line copies."""
        for tier in self.tiers:
            tier.kafka.start(net, [tier.name])
            await tier.make_databases(postgres)
        region = profile(folder)
        for tier in self.tiers:
            await tier.kafka.until_whole()
            tier.serve(region, folder / "auth" / "jwks.json")
        self._join(net, folder)
        for tier in self.tiers:
            await tier.until_ready()
        await asyncio.gather(*(self._until_copied(tier) for tier in self.tiers))

    def _join(self, net: Network, folder: Path) -> None:
        """One file of all links, as every site has it, and two MirrorMakers: one writes to the district and,
        in its stead, to the street; one to the city."""
        sites = [mirror.Site(tier.stack, tier.kafka.inside) for tier in self.tiers]
        links = mirror.links(sites, every_ancestor=True)
        file = folder / "mirror.properties"
        file.write_text(mirror.properties(links, replication_factor=1, refresh_s=2), encoding="utf-8")
        file.chmod(0o644)  # the account in the container reads it
        for name, targets in ((DISTRICT, (DISTRICT, STREET)), (CITY, (CITY,))):
            self.lines[name] = Mirror.start(net, f"mirror-{name}", file, targets)

    async def _until_copied(self, tier: Tier) -> None:
        """Wait until a stack's Kafka has a topic of every other that it should have."""
        streams = {f"shuniu.{stack}.registry.organization.v1" for stack in tier.lower}
        others = {one.stack for one in self.tiers if len(one.stack) < len(tier.stack)}
        wanted = streams | {f"shuniu.{stack}.grants.directives.v1" for stack in others}
        deadline = time.monotonic() + COPIED_S
        while missing := wanted - await asyncio.to_thread(tier.topics):
            assert time.monotonic() < deadline, f"{tier.stack} has no {missing} after {COPIED_S:.0f} s"
            await asyncio.sleep(1)

    def end(self, folder: Path) -> None:
        """Take everything away; what the lines said is kept in the folder."""
        for name, line in self.lines.items():
            (folder / f"mirror-{name}.log").write_text(line.log(), encoding="utf-8")
            line.remove()
        for tier in self.tiers:
            tier.end()
