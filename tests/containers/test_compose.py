"""The compose file started for real: healthy, the main job from outside, all there after down and up."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from chassis.service import installed
from deploy.scenarios import binhai
from deploy.scenarios.client import Stack
from tests.containers.composed import ROOT, STACK, Composed
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
    served.composed.typed(copying, tmp_path)
    assert {name.removesuffix(".dump") for name in os.listdir(tmp_path)} == set(installed())
    async with Stack.open(served.composed.connection, served.token) as stack:
        body = {"division": f"{STACK}005", "name": "备份之后备案的邻里互助队"}
        later = str((await stack.post("registry", "/v1/organizations/filings", **body))["id"])
        await stack.at_rest(binhai.REST_S)
        served.composed.typed(bringing_back, tmp_path)
        await stack.at_rest(binhai.REST_S)
    database = await asyncpg.connect(served.composed.connection.databases["partybuild"])
    try:
        known = await database.fetchval("select count(*) from organization where id::text = $1", later)
    finally:
        await database.close()
    assert known == 1, "what was published after the copy came again from the bus"
    assert "everything is in order" in served.composed.run("run", "--rm", "migrate", "audit")


def runbook(section: str) -> list[str]:
    """The commands of a section of docs/operations.md that are typed beside the compose file."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [text] = re.findall(rf"^## {section}$(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "docker-compose" in block]
