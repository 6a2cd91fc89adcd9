"""Every Kafka client comes from the one factory, with the settings that keep events."""

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from chassis import bus, topics
from chassis.embedded.port import free_port
from chassis.settings import BusSettings

ROOT = Path(__file__).parents[2]
CLIENTS = {"AIOKafkaProducer", "AIOKafkaConsumer", "AIOKafkaAdminClient", "AIOKafkaClient", "KafkaBroker"}


def clients_made_in(source: str) -> set[str]:
    """The classes of Kafka clients that a module calls."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
    return names & CLIENTS


def test_no_module_but_the_factory_makes_a_kafka_client() -> None:
    files = [file for room in ("chassis", "services") for file in (ROOT / room).rglob("*.py")]
    # The embedded broker's own check asks with a client of its own, before any settings exist.
    makers = {str(file.relative_to(ROOT)) for file in files if clients_made_in(file.read_text("utf-8"))}
    assert makers - {"chassis/embedded/broker.py"} == {"chassis/bus.py"}


def test_a_bare_client_is_noticed() -> None:
    assert clients_made_in("producer = aiokafka.AIOKafkaProducer(acks=1)") == {"AIOKafkaProducer"}
    assert clients_made_in("from faststream.kafka import KafkaBroker\nKafkaBroker('x')") == {"KafkaBroker"}


async def test_a_producer_waits_for_all_replicas_and_is_idempotent_where_the_broker_can() -> None:
    for profile, idempotent in (("kafka", True), ("embedded", False)):
        settings = BusSettings.model_validate({"profile": profile})
        producer: Any = bus.producer(settings)
        assert producer._sender._acks == -1
        assert (producer._txn_manager is not None) is idempotent
        producer._closed = True


async def test_security_settings_reach_every_client() -> None:
    settings = BusSettings(
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_username="registry",
        sasl_password=SecretStr("secret"),
    )
    made: list[Any] = [
        bus.producer(settings).client,
        bus.consumer(settings)._client,
        bus.admin(settings)._client,
    ]
    for client in made:
        assert client._security_protocol == "SASL_PLAINTEXT"
        assert client._sasl_mechanism == "SCRAM-SHA-512"
        assert client._sasl_plain_username == "registry"
    with pytest.raises(TypeError):
        bus.producer(settings, acknowledge="some")


@pytest.mark.integration
async def test_every_client_finds_the_broker_behind_a_dead_one_of_several_servers(
    broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    """FastStream takes a list, and a text with commas in it for the name of one host."""
    settings = BusSettings.model_validate(
        {"bootstrap_servers": f"127.0.0.1:{free_port()},{broker}", "profile": bus_profile}
    )
    stack = unique_stack()
    await topics.apply(settings, stack, ["grants"])
    topic, came = f"shuniu.{stack}.grants.fund.v1", asyncio.Event()
    producer = bus.producer(settings)
    await producer.start()
    await producer.send_and_wait(topic, b"{}", key=b"fund-1")
    await producer.stop()

    async def receive(records: object) -> None:
        came.set()

    listening = bus.broker(settings)
    bus.subscriber(listening, settings, group=f"{stack}.test", topics=[topic])(receive)
    await listening.start()
    try:
        async with asyncio.timeout(30):
            await came.wait()
    finally:
        await listening.stop()
