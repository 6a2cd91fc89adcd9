"""Apache Kafka in containers of one network: by name inside, by a port of loopback from this machine."""

import asyncio
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from chassis.embedded.port import free_port
from tests.backends import KAFKA_IMAGE

READY_S = 120.0
_CONTROLLER = 9093
_INSIDE = 9092
_MIRROR_FILE, _RUN = "/etc/kafka/mirror.properties", "/etc/kafka/run.sh"
_RUN_MIRROR = Path(__file__).parents[2] / "deploy" / "mirror" / "run.sh"
_SHORT_LIVED = "-XX:TieredStopAtLevel=1"
"""Compiled lightly: nothing here lives long enough to earn more back."""
_CLEANER = 4 * 1024 * 1024
"""Bytes in which compaction compares keys. Of its own the broker takes 128 MiB, half of the heap that it has
here, and once more beside them when the largest record that it takes is changed: too much, and it ends."""


def kafka_image() -> str:
    """The image that the container tests run on."""
    return os.environ.get("SHUNIU_TEST_KAFKA_IMAGE", KAFKA_IMAGE)


def admin(bootstrap_servers: str) -> KafkaAdminClient:
    """A plain client for topics; raises KafkaError where no broker answers within seconds."""
    return KafkaAdminClient(
        bootstrap_servers=bootstrap_servers.split(","), bootstrap_timeout_ms=5_000, request_timeout_ms=5_000,
        reconnect_backoff_max_ms=500,
    )  # fmt: skip


@contextmanager
def network() -> Iterator[Network]:
    """A network of its own, whose containers have to be gone before it."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    with Network() as made:
        yield made


@dataclass
class Node:
    """A container that dies as a machine does, and comes back with its data."""

    name: str
    container: DockerContainer

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        self.container.get_wrapped_container().kill("SIGKILL")

    def come_back(self) -> None:
        """Start it again on the data that it left."""
        self.container.get_wrapped_container().start()

    def remove(self) -> None:
        """Take it away with its data."""
        self.container.stop()

    def log(self) -> str:
        """What it said."""
        return bytes(self.container.get_wrapped_container().logs()).decode(errors="replace")


@dataclass
class Broker(Node):
    """One broker that is a controller too."""

    port: int

    @property
    def inside(self) -> str:
        """Its address for containers of the network."""
        return f"{self.name}:{_INSIDE}"

    @property
    def outside(self) -> str:
        """Its address for this machine."""
        return f"127.0.0.1:{self.port}"


@dataclass
class Cluster:
    """Brokers that are each other's replicas."""

    brokers: list[Broker] = field(default_factory=list)

    @property
    def outside(self) -> str:
        """Bootstrap servers for this machine."""
        return ",".join(broker.outside for broker in self.brokers)

    @property
    def inside(self) -> str:
        """Bootstrap servers for containers of the network."""
        return ",".join(broker.inside for broker in self.brokers)

    def start(self, net: Network, names: Sequence[str], *, heap_mb: int = 256) -> None:
        """Start a broker a name; `until_whole` waits for them."""
        voters = ",".join(f"{number}@{name}:{_CONTROLLER}" for number, name in enumerate(names, 1))
        for number, name in enumerate(names, 1):
            port = free_port()
            container = DockerContainer(kafka_image()).with_network(net).with_network_aliases(name)
            container.env.update(_environment(number, name, port, voters, len(names), heap_mb))
            published: dict[str, Any] = {f"{port}/tcp": ("127.0.0.1", port)}
            container.ports.update(published)
            self.brokers.append(Broker(name, container.start(), port))

    async def until_whole(self, within_s: float = READY_S) -> None:
        """Wait until every broker is there and every replica of every partition is in sync."""
        deadline = time.monotonic() + within_s
        while missing := await asyncio.to_thread(self._missing):
            if time.monotonic() > deadline:
                raise AssertionError(f"not whole after {within_s:.0f} s: {missing}")
            await asyncio.sleep(0.5)

    def _missing(self) -> str:
        """What is not as it should be, in words; empty where nothing is missing."""
        try:
            client = admin(self.outside)
        except (KafkaError, OSError) as error:
            return repr(error)
        try:
            present = {each["broker_id"] for each in client.describe_cluster()["brokers"]}
            if len(present) < len(self.brokers):
                return f"brokers {sorted(present)} of {len(self.brokers)}"
            behind = [
                f"{topic['name']}/{partition['partition_index']}"
                for topic in client.describe_topics()
                for partition in topic["partitions"]
                if len(partition["isr_nodes"]) < len(partition["replica_nodes"])
            ]
            return f"replicas of {', '.join(behind[:5])}" if behind else ""
        except (KafkaError, OSError) as error:
            return repr(error)
        finally:
            client.close()

    def remove(self) -> None:
        """Take every broker away."""
        for broker in self.brokers:
            broker.remove()


def _environment(
    number: int, name: str, port: int, voters: str, replicas: int, heap_mb: int
) -> dict[str, str]:
    """A broker's variables; a lost one is noticed within three seconds."""
    majority = str(replicas // 2 + 1)
    return {
        "KAFKA_NODE_ID": str(number),
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"INSIDE://:{_INSIDE},OUTSIDE://:{port},CONTROLLER://:{_CONTROLLER}",
        "KAFKA_ADVERTISED_LISTENERS": f"INSIDE://{name}:{_INSIDE},OUTSIDE://127.0.0.1:{port}",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": voters,
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": str(replicas),
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "5",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": str(replicas),
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": majority,
        "KAFKA_MIN_INSYNC_REPLICAS": majority,
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "500",
        "KAFKA_BROKER_SESSION_TIMEOUT_MS": "3000",
        "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "1000",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_LOG_CLEANER_DEDUPE_BUFFER_SIZE": str(_CLEANER),
        "KAFKA_HEAP_OPTS": f"-Xms{heap_mb // 2}m -Xmx{heap_mb}m {_SHORT_LIVED}",
    }


@dataclass
class Mirror(Node):
    """A MirrorMaker 2 in the network, whose line can be cut."""

    net: Network

    @classmethod
    def start(cls, net: Network, name: str, properties: Path, targets: Sequence[str]) -> "Mirror":
        """Start it as `deploy/mirror` does, for what ends in the `targets`; any account can read the file."""
        container = (
            DockerContainer(kafka_image())
            .with_network(net)
            .with_network_aliases(name)
            .with_volume_mapping(properties, _MIRROR_FILE)
            .with_volume_mapping(_RUN_MIRROR, _RUN)
            .with_kwargs(restart_policy={"Name": "on-failure"})
            .with_env("KAFKA_HEAP_OPTS", f"-Xms96m -Xmx320m {_SHORT_LIVED}")
            .with_command(["bash", _RUN, _MIRROR_FILE, "--clusters", *targets])
        )
        return cls(name, container.start(), net)

    def cut(self) -> None:
        """Take its line away; it runs on and is told nothing."""
        self._wire.disconnect(self.container.get_wrapped_container().id)

    def heal(self) -> None:
        """Give it its line back."""
        self._wire.connect(self.container.get_wrapped_container().id, aliases=[self.name])

    @property
    def _wire(self) -> Any:
        wire = self.net._network
        assert wire is not None
        return wire


@dataclass(frozen=True)
class Seen:
    """A record as a plain client reads it."""

    topic: str
    partition: int
    offset: int
    subject: str
    sequence: int
    id: str


def on_the_bus(bootstrap_servers: str, *topics: str) -> list[Seen]:
    """Every record of the topics from the first to the last that is there now, in each partition's order."""
    client = KafkaConsumer(
        bootstrap_servers=bootstrap_servers.split(","), enable_auto_commit=False, reconnect_backoff_max_ms=500
    )
    try:
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(client.partitions_for_topic(topic) or ())
        ]
        client.assign(partitions)
        client.seek_to_beginning(*partitions)
        ends = client.end_offsets(partitions)
        found: list[Seen] = []
        while any(client.position(partition) < ends[partition] for partition in partitions):
            for records in client.poll(timeout_ms=500).values():
                found += map(_seen, records)
        return found
    finally:
        client.close()


def _seen(record: Any) -> Seen:
    headers = dict(record.headers)
    subject, sequence, id = (headers[f"ce_{name}"].decode() for name in ("subject", "sequence", "id"))
    return Seen(record.topic, record.partition, record.offset, subject, int(sequence), id)


def first_sights(records: Iterable[Seen]) -> dict[str, list[tuple[int, str]]]:
    """(sequence, id) of each subject in the order in which a reader first meets them.

    Raises AssertionError where a sequence comes with two ids, or a subject lies in two partitions.
    """
    found: dict[str, dict[int, str]] = {}
    places: dict[str, tuple[str, int]] = {}
    for record in records:
        assert places.setdefault(record.subject, (record.topic, record.partition)) == (
            record.topic, record.partition,
        ), f"{record.subject} is in two partitions"  # fmt: skip
        known = found.setdefault(record.subject, {})
        assert known.setdefault(record.sequence, record.id) == record.id, f"a fork: {record}"
    return {subject: list(known.items()) for subject, known in found.items()}
