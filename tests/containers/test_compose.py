"""The compose file started for real: healthy, the main job from outside, all there after down and up."""

import asyncio
import os
import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import asyncpg
import httpx
import pytest

from chassis.service import installed
from chassis.settings import Role
from deploy.scenarios import binhai
from deploy.scenarios.client import Stack, StepFailed
from services.registry.identification.model import complete_credit_code
from tests.containers.composed import STACK, Composed, runbook, until
from tests.containers.identity import Identity
from tests.system.world import counts


@dataclass(frozen=True)
class Served:
    """A composed stack and a token for all of it."""

    composed: Composed
    token: str


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Up and healthy; afterwards nothing of it is left, its volumes neither."""
    with tempfile.TemporaryDirectory(prefix="shuniu-compose-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # the account inside the containers reads the key set
        identity = Identity.make(root / "auth")
        composed = Composed(root / "auth")
        try:
            print(f"healthy after {composed.up():.0f} s")
            yield Served(composed, identity.token(subject="u-test", roles=["operator"], divisions=[STACK]))
        finally:
            composed.down("-v")
            composed.forget_release()


def test_our_containers_are_nobodys_root_and_write_nowhere(served: Served) -> None:
    assert served.composed.inside("registry-api", "id", "-u").stdout.strip() == "10001"
    tried = served.composed.inside("registry-api", "sh", "-c", "echo x > /opt/shuniu/x")
    assert tried.returncode != 0
    assert "Read-only" in tried.stderr


async def test_the_main_job_runs_against_it_from_outside(served: Served) -> None:
    started = time.monotonic()
    async with Stack.open(served.composed.connection, served.token) as stack:
        await binhai.build(stack, started)
        assert binhai.show_figures(await binhai.compared(stack)) == []
    print(f"main job after {time.monotonic() - started:.1f} s; memory: {served.composed.memory()}")


async def test_everything_is_there_after_down_and_up(served: Served) -> None:
    before = await counts(served.composed.connection)
    assert before["registry"] >= 2357
    served.composed.down()
    print(f"healthy again after {served.composed.up():.0f} s")
    assert await counts(served.composed.connection) == before
    async with Stack.open(served.composed.connection, served.token) as stack:
        await stack.at_rest(binhai.REST_S)
        assert binhai.show_figures(await binhai.compared(stack)) == []
        await binhai.build(stack, time.monotonic())
    assert await counts(served.composed.connection) == before, "a second run of the main job adds nothing"


async def test_a_database_is_copied_lost_and_brought_back_as_the_runbook_says(
    served: Served, tmp_path: Path
) -> None:
    copying, bringing_back = runbook("Lost database")
    async with Stack.open(served.composed.connection, served.token) as stack:
        body = {
            "division": f"{STACK}005", "name": "备份之前登记的邻里服务中心", "route": "direct",
            "legal_form": "private_non_enterprise", "categories": ["community_service"],
            "full_party_member_count": 4, "credit_code": complete_credit_code("52", STACK, "MJ999999"),
        }  # fmt: skip
        await stack.post("registry", "/v1/organizations/registrations", **body)
        await stack.at_rest(binhai.REST_S)
        own = await column(served, "select id::text from event_log")
        assert own, "a registration is a duty of coverage"
        served.composed.typed(copying, tmp_path)
        assert {name.removesuffix(".dump") for name in os.listdir(tmp_path)} == set(installed())
        body = {"division": f"{STACK}005", "name": "备份之后备案的邻里互助队"}
        later = str((await stack.post("registry", "/v1/organizations/filings", **body))["id"])
        await stack.at_rest(binhai.REST_S)
        served.composed.typed(bringing_back, tmp_path)
        await stack.at_rest(binhai.REST_S)
    assert await column(served, "select id::text from event_log") == own, "what the copy held is there"
    known = await column(served, "select id::text from organization")
    assert later in known, "what was published after the copy came again from the bus"
    assert "everything is in order" in served.composed.typed("shuniu audit", tmp_path)


async def test_a_second_consumer_takes_its_share_of_the_partitions(served: Served, tmp_path: Path) -> None:
    composed = served.composed
    [scaling] = runbook("Scale a role")
    composed.typed(scaling, tmp_path)
    replicas = [each["Id"] for each in composed.containers("console-consumer")]
    assert len(replicas) == 2

    def read(replica: str) -> float:
        page = composed.asked(replica, "/metrics")
        counted = re.findall(r"^shuniu_consumer_records_total\{.*\} (\S+)$", page, flags=re.MULTILINE)
        return sum(map(float, counted))

    until(lambda: all(composed.asked(each, "/health/ready") for each in replicas), "both are ready")
    before = [read(each) for each in replicas]
    async with Stack.open(composed.connection, served.token) as stack:
        await filed(stack, "扩容之后备案的邻里互助队", 60)
        await stack.at_rest(binhai.REST_S)
    until(lambda: all(read(each) > had for each, had in zip(replicas, before, strict=True)), "both have read")
    composed.typed(scaling.replace("=2", "=1"), tmp_path)


def test_every_role_ends_with_nought_when_it_is_told_to_stop(served: Served, tmp_path: Path) -> None:
    composed = served.composed
    [draining] = runbook("Drain and stop")
    stopping, starting = draining.splitlines()
    for role in get_args(Role):
        name = f"registry-{role}"
        composed.typed(stopping.replace("registry-api", name), tmp_path)
        [stopped] = composed.containers(name)
        assert (stopped["State"]["Status"], stopped["State"]["ExitCode"]) == ("exited", 0), name
        composed.typed(starting.replace("registry-api", name), tmp_path)
    until(lambda: not composed.not_healthy(), "all is healthy again")


async def test_a_lost_broker_is_filled_from_the_logs(served: Served, tmp_path: Path) -> None:
    composed = served.composed
    [rebuilding] = runbook("Lost broker")
    async with Stack.open(composed.connection, served.token) as stack:
        await stack.at_rest(binhai.REST_S)
        before = await counts(composed.connection)
        composed.lose("kafka", "kafka-data")
        later = await filed(stack, "总线丢失时备案的邻里互助队", 3)
        until(lambda: not composed.not_healthy(), "the new broker is healthy")
        composed.typed(rebuilding, tmp_path)
        await stack.at_rest(binhai.REST_S)
    after = await counts(composed.connection)
    assert after == {**before, "registry": before["registry"] + len(later)}, "what came again led to nothing"
    assert later <= await column(served, "select id::text from organization")
    assert "everything is in order" in composed.typed("shuniu audit", tmp_path)


async def test_a_release_replaces_service_after_service_while_commands_go_on(
    served: Served, tmp_path: Path
) -> None:
    composed = served.composed
    [upgrading] = runbook("Upgrade")
    composed.make_release()
    async with Stack.open(composed.connection, served.token) as stack:
        replaced = asyncio.create_task(asyncio.to_thread(composed.typed, upgrading, tmp_path))
        later: set[str] = set()
        while not replaced.done():
            later.add(await filed_at_last(stack, f"升级之中备案的第{len(later)}互助队"))
        await replaced
        await asyncio.to_thread(until, lambda: not composed.not_healthy(), "the new release is healthy")
        await stack.at_rest(binhai.REST_S)
    for name in [f"{service}-{role}" for service in installed() for role in get_args(Role)]:
        [container] = composed.containers(name)
        assert container["Config"]["Labels"].get("release") == "next", name
    assert later, "commands went on"
    assert later <= await column(served, "select id::text from organization")
    assert "everything is in order" in composed.typed("shuniu audit", tmp_path)


async def filed_at_last(stack: Stack, name: str) -> str:
    """File an organisation as a caller who was cut off does: again, with the same key, until answered."""
    body = {"division": f"{STACK}005", "name": name}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    while True:
        try:
            filings = "/v1/organizations/filings"
            return str((await stack.ask("POST", "registry", filings, json=body, headers=headers))["id"])
        except (httpx.TransportError, StepFailed):
            await asyncio.sleep(0.5)


async def filed(stack: Stack, name: str, number: int) -> set[str]:
    """So many organisations filed with a community; their ids."""
    bodies = [{"division": f"{STACK}005", "name": f"{name}第{one}队"} for one in range(number)]
    answers = [await stack.post("registry", "/v1/organizations/filings", **body) for body in bodies]
    return {str(answer["id"]) for answer in answers}


async def column(served: Served, query: str) -> set[str]:
    """What partybuild's database answers to a query of one column."""
    database = await asyncpg.connect(served.composed.connection.databases["partybuild"])
    try:
        return {row[0] for row in await database.fetch(query)}
    finally:
        await database.close()
