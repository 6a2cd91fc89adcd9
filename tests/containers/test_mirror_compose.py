"""The mirror's compose file started for real between a street and a district that have a Kafka each."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from tests.containers.brokers import Cluster, admin, kafka_image, network

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parent.parent.parent
DISTRICT, STREET = "990703", "990703001"
ORGANIZATIONS = f"shuniu.{STREET}.registry.organization.v1"
DIRECTIVES = f"shuniu.{DISTRICT}.grants.directives.v1"
ARRIVES_S = 150.0
COMMAND_S = 120.0
TERMINATED = 128 + 15
JOINED = """
version: "3.8"
networks:
  default:
    external: true
    name: {network}
"""


@dataclass
class Site:
    """A stack's Kafka and the compose project that copies into it."""

    stack: str
    folder: Path
    kafka: Cluster = field(default_factory=Cluster)

    @property
    def project(self) -> str:
        """The containers' label, of this run only."""
        return f"mirror-{self.stack}-{os.getpid()}"

    def compose(self, *arguments: str) -> str:
        """What an operator of the site types; raises AssertionError with what it printed."""
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        program = ["docker-compose"] if plugin.returncode else ["docker", "compose"]
        assert shutil.which(program[0]), "neither the compose plugin nor docker-compose is installed"
        files = ["-f", "deploy/mirror/docker-compose.yml", "-f", str(self.folder / "joined.yml")]
        environment = {
            "MIRROR_STACK": self.stack,
            "MIRROR_PROPERTIES": str(self.folder / "mirror.properties"),
            "KAFKA_IMAGE": kafka_image(),
        }
        return _output([*program, "-p", self.project, *files, *arguments], environment)

    @property
    def containers(self) -> list[dict[str, Any]]:
        """What the engine says of the project's containers."""
        label = f"label=com.docker.compose.project={self.project}"
        ids = _output(["docker", "ps", "--all", "--quiet", "--filter", label]).split()
        found: list[dict[str, Any]] = json.loads(_output(["docker", "inspect", *ids])) if ids else []
        return found

    def make(self, topic: str) -> None:
        """A topic of this stack's own."""
        client = admin(self.kafka.outside)
        try:
            client.create_topics([NewTopic(topic, 1, 1)])
        finally:
            client.close()

    def accept_at_most(self, size: int) -> None:
        """The largest record that the broker takes, in bytes."""
        client = admin(self.kafka.outside)
        try:
            wanted = {"message.max.bytes": str(size)}
            client.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", configs=wanted)])
        finally:
            client.close()

    def write(self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        """One record."""
        producer = KafkaProducer(bootstrap_servers=self.kafka.outside)
        try:
            producer.send(topic, value=value, key=key, headers=headers, partition=0).get(timeout=30)
        finally:
            producer.close()

    def read(self, topic: str) -> list[tuple[bytes, bytes, list[tuple[str, bytes]]]]:
        """Key, value and headers of every record there is; none where there is no such topic."""
        client = KafkaConsumer(bootstrap_servers=self.kafka.outside, enable_auto_commit=False)
        try:
            if topic not in client.topics():
                return []
            place = TopicPartition(topic, 0)
            client.assign([place])
            client.seek_to_beginning(place)
            end = client.end_offsets([place])[place]
            found: list[tuple[bytes, bytes, list[tuple[str, bytes]]]] = []
            while client.position(place) < end:
                for records in client.poll(timeout_ms=500).values():
                    found += [(record.key, record.value, list(record.headers)) for record in records]
            return found
        finally:
            client.close()


def _output(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=COMMAND_S, cwd=ROOT, check=False,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def _until(wanted: Callable[[], object], what: str, sites: tuple[Site, ...]) -> None:
    deadline = time.monotonic() + ARRIVES_S
    while not wanted():
        if time.monotonic() > deadline:
            logs = "\n".join(site.compose("logs", "--no-color", "--tail", "30") for site in sites)
            raise AssertionError(f"not within {ARRIVES_S:.0f} s: {what}\n{logs}")
        time.sleep(0.5)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sites(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Site, Site]]:
    """The street and the district, each with the half that ends in its own Kafka."""
    folder = tmp_path_factory.mktemp("mirror")
    street, district = both = Site(STREET, folder), Site(DISTRICT, folder)
    with network() as net:
        try:
            for site in both:
                site.kafka.start(net, [f"kafka-{site.stack}"])
            for site in both:
                await site.kafka.until_whole()
            (folder / "joined.yml").write_text(JOINED.format(network=net.name))
            named = [f"{site.stack}={site.kafka.inside}" for site in both]
            command = [sys.executable, "-m", "chassis.command", "topics", "mirror", *named]
            file = folder / "mirror.properties"
            file.write_text(_output([*command, "--replication-factor", "1"]))
            file.chmod(0o644)  # the account in the container reads it
            street.make(ORGANIZATIONS)
            district.make(DIRECTIVES)
            for site in both:
                await asyncio.to_thread(site.compose, "up", "--detach")
            yield both
        finally:
            for site in both:
                site.compose("down", "--timeout", "30")
                site.kafka.remove()


def test_each_site_brings_what_the_other_writes_for_it(sites: tuple[Site, Site]) -> None:
    street, district = sites
    headers = [("ce_id", b"1"), ("ce_subject", "一街道的社会组织".encode())]
    record = (b"organization-1", '{"name": "互助队"}'.encode(), headers)
    directive = (b"round-1", '{"title": "评优"}'.encode(), [("ce_id", b"2")])
    street.write(ORGANIZATIONS, *record)
    district.write(DIRECTIVES, *directive)
    _until(lambda: district.read(ORGANIZATIONS) == [record], "the street's record is at the district", sites)
    _until(lambda: street.read(DIRECTIVES) == [directive], "the district's directive is at the street", sites)
    assert street.read(ORGANIZATIONS) == [record], "nothing came back"
    assert district.read(DIRECTIVES) == [directive]


def test_a_failed_task_starts_again_by_itself_once_its_cause_is_gone(sites: tuple[Site, Site]) -> None:
    street, district = sites
    large = (b"organization-2", b"x" * 200_000, [("ce_id", b"3")])
    district.accept_at_most(50_000)
    street.write(ORGANIZATIONS, *large)
    _until(lambda: district.containers[0]["RestartCount"], "the mirror ended and was started again", sites)
    assert large not in district.read(ORGANIZATIONS)
    district.accept_at_most(1_048_588)
    _until(lambda: large in district.read(ORGANIZATIONS), "the copy went on", sites)


def test_it_ends_in_order_and_down_leaves_nothing(sites: tuple[Site, Site]) -> None:
    street, _ = sites
    street.compose("stop", "--timeout", "30")
    [stopped] = street.containers
    assert (stopped["State"]["Status"], stopped["State"]["ExitCode"]) == ("exited", TERMINATED)
    street.compose("down")
    assert not street.containers
