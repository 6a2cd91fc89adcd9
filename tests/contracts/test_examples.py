"""The consumers outside run as printed: every fact once, in order, whatever is delivered twice."""

import asyncio
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from shuniu_contracts import Envelope, encode, event_type, stream
from shuniu_contracts.partybuild import InstructorReleased
from shuniu_contracts.publish import home
from shuniu_contracts.schemas import example_of, schema_of

from tests.contracts.world import envelope, registered

EXAMPLES = home() / "examples"
SCHEMAS = home() / "schemas"
NODE = shutil.which("node")

PLAIN = [
    pytest.param([sys.executable, str(EXAMPLES / "plain_python/consume.py"), str(SCHEMAS)], id="python"),
    pytest.param(
        [NODE or "node", str(EXAMPLES / "node/consume.mjs"), str(SCHEMAS)],
        id="node",
        marks=pytest.mark.skipif(NODE is None, reason="Node.js is not installed here"),
    ),
]


def line(told: Envelope, value: Any) -> str:
    """A record as `kcat -J` prints it."""
    headers = [part for name, text in told.to_headers() for part in (name, text.decode())]
    return json.dumps({"key": told.subject, "headers": headers, "payload": json.dumps(value)})


def organization(subject: str, sequence: int, epoch: int = 0) -> str:
    value = msgspec.json.decode(encode(registered()))
    return line(envelope(subject=subject, sequence=sequence, epoch=epoch), value)


def run(command: list[str], *lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", PLAIN)
def test_duplicates_and_replays_are_told_once(command: list[str]) -> None:
    done = run(
        command,
        organization("a", 1),
        organization("b", 1),
        organization("a", 2),
        organization("a", 2),
        organization("a", 1),
        organization("a", 2, epoch=1),
        organization("a", 3),
        organization("b", 10),
        organization("b", 9),
    )
    assert done.returncode == 0, done.stderr
    told = [text.split()[:3] for text in done.stdout.splitlines()]
    assert told == [["a", "0", "1"], ["b", "0", "1"], ["a", "0", "2"], ["a", "1", "2"], ["b", "0", "10"]]


@pytest.mark.parametrize("command", PLAIN)
def test_a_type_the_consumer_has_no_schema_of_is_skipped(command: list[str]) -> None:
    unknown = envelope(
        subject="a",
        type="cn.shuniu.registry.organization.celebrated.v1",
        dataschema="urn:shuniu:schema:registry.organization.celebrated:1.0",
    )
    done = run(command, line(unknown, {"anything": True}), organization("a", 2))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:3] == ["a", "0", "2"]


@pytest.mark.parametrize("command", PLAIN)
def test_a_newer_minor_is_read_with_the_newest_schema_at_hand(command: list[str]) -> None:
    entry = event_type(InstructorReleased)
    value = example_of(schema_of(entry)) | {"added_later": 1}
    told = envelope(InstructorReleased, dataschema=entry.dataschema.replace(":2.1", ":2.9"))
    done = run(command, line(told, value))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("command", PLAIN)
@pytest.mark.parametrize(
    "state",
    [
        {"division": "Futian"},
        {"legal_form": "club"},
        {"staff_count": "twelve"},
        {"staff_count": -1},
        {"brands": "one"},
        {"name": ""},
        {"name": None},
    ],
    ids=str,
)
def test_data_that_breaks_the_schema_is_refused(command: list[str], state: dict[str, Any]) -> None:
    value = msgspec.json.decode(encode(registered()))
    value["state"] |= state
    done = run(command, line(envelope(), value))
    assert done.returncode != 0
    assert done.stdout == ""


@pytest.mark.parametrize("command", PLAIN)
def test_every_golden_message_is_valid(command: list[str]) -> None:
    lines = []
    for path in sorted((home() / "samples").rglob("*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        golden["headers"]["ce_subject"] = path.as_posix().replace(" ", "_")
        headers = [part for pair in golden["headers"].items() for part in pair]
        lines.append(json.dumps({"headers": headers, "payload": json.dumps(golden["value"])}))
    done = run(command, *lines)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == len(lines)


async def publish(bootstrap: str, topic: str, told: list[Envelope]) -> None:
    """Make the topic and send an organisation's registration under each envelope."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for each in told:
            await producer.send_and_wait(
                topic, encode(registered()), key=each.subject.encode(), headers=each.to_headers()
            )


@pytest.mark.integration
async def test_the_example_with_the_package_reads_a_subtree_from_kafka(broker: str) -> None:
    stack = f"4403{random.randrange(10, 100)}"
    street = f"{stack}{random.randrange(600, 1000)}"
    orders = [(0, 1), (0, 2), (0, 2), (0, 1), (1, 2), (0, 3), (1, 3)]
    told = [
        envelope(subject="a", epoch=epoch, sequence=sequence, source=f"/stacks/{street}/registry")
        for epoch, sequence in orders
    ]
    await publish(broker, stream("registry", "organization").topic(street, 1), told)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLES / "python/consume.py"), broker, stack, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        lines = [await asyncio.wait_for(process.stdout.readline(), 30) for _ in range(4)]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.stdout.readline(), 0.5)
    finally:
        process.kill()
        await process.wait()
    found = [text.decode().split()[1:3] for text in lines]
    assert found == [["0", "1"], ["0", "2"], ["1", "2"], ["1", "3"]]


def test_the_example_with_the_package_is_ten_lines_of_work() -> None:
    source = Path(EXAMPLES / "python/consume.py").read_text(encoding="utf-8")
    body = source.partition("seen: dict")[2].partition("if __name__")[0].splitlines()
    assert len([text for text in body if text.strip()]) <= 10
