"""The main job as a new user runs it, a second time, after a kill in its middle, and seen by an outsider."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from chassis.embedded.connection import Connection
from deploy.scenarios.client import Stack
from deploy.scenarios.running import compared, operator_token
from tests.system.world import ROOT, RunningStack, logged

pytestmark = pytest.mark.system
EXAMPLE = ROOT / "contracts" / "examples" / "plain_python"


@pytest.fixture(scope="module")
def stack(place: Path) -> Iterator[RunningStack]:
    """A stack in which the main job has run once; not running when a test begins or ends."""
    running = RunningStack(place / "main-job")
    done = running.main_job()
    assert done.returncode == 0, done.stdout + done.stderr
    (running.data_dir.parent / "once.txt").write_text(done.stdout, encoding="utf-8")
    yield running
    running.stop()


def test_it_prints_every_published_figure_beside_the_computed_one(stack: RunningStack) -> None:
    printed = (stack.data_dir.parent / "once.txt").read_text(encoding="utf-8")
    for figure in (
        "2,355",
        "624",
        "326",
        "297",
        "1,731",
        "214",
        "49",
        "43",
        "1,260,400",
        "3,000,000",
        "84",
        "32",
    ):
        assert figure in printed, figure
    told = ("一致 matches", "不一致 differs", "暂不能计算 cannot")
    assert [printed.count(verdict) for verdict in told] == [38, 0, 8]
    assert "coverage duty" in printed


async def test_a_figure_that_can_be_read_otherwise_says_what_it_would_be_then(stack: RunningStack) -> None:
    connection = stack.start()
    try:
        token = operator_token(stack.data_dir, connection)
        async with Stack.open(connection, token) as asked:
            items = {item["id"]: item for item in await compared(asked)}
    finally:
        stack.stop()
    assert {id for id, item in items.items() if item["verdict"] != item["expect"]} == set()
    assert all("grants" in item["reason_en"] for item in items.values() if item["verdict"] == "cannot")
    otherwise = {
        id: [reading["computed_text"] for reading in items[id]["readings"] if reading["verdict"] == "differs"]
        for id in ("F05-ratio", "F10-inspected", "F13-screened", "F13-incubating")
    }
    assert otherwise == {
        "F05-ratio": ["31.20 家"], "F10-inspected": ["92.95 %"], "F13-screened": ["7 家"],
        "F13-incubating": ["1 家"],
    }  # fmt: skip


def test_a_second_start_has_everything_and_a_second_run_adds_nothing(stack: RunningStack) -> None:
    connection = stack.start()
    before = logged(connection)
    stack.stop()
    assert before["registry"] >= 2357
    done = stack.main_job()
    assert done.returncode == 0, done.stdout + done.stderr
    connection = stack.start()
    try:
        assert logged(connection) == before
        assert stack.run("audit").returncode == 0
    finally:
        stack.stop()


def test_an_outsider_reads_and_validates_every_event(stack: RunningStack) -> None:
    connection = stack.start()
    try:
        wanted, prefix = logged(connection), f"shuniu.{connection.stack}."
        wait_for_rest(stack)
        reading = subprocess.run(
            [sys.executable, str(EXAMPLE / "read.py"), connection.bootstrap_servers, prefix],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        told = subprocess.run(
            [sys.executable, str(EXAMPLE / "consume.py"), str(ROOT / "contracts" / "schemas")],
            input=reading.stdout, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        stack.stop()
    assert told.returncode == 0, told.stderr
    found = Counter(line.split()[3].split(".")[2] for line in told.stdout.splitlines())
    assert found == Counter({name: count for name, count in wanted.items() if count})


def test_a_kill_in_the_middle_of_the_import_leaves_nothing_half_done(place: Path) -> None:
    stack = RunningStack(place / "killed")
    connection = stack.start()
    job = subprocess.Popen(
        [
            sys.executable, "-c",
            "import asyncio, sys, time; from pathlib import Path;"
            "from chassis.embedded.connection import read_connection_file;"
            "from deploy.scenarios import binhai; from deploy.scenarios.client import Stack\n"
            "async def main():\n"
            "    place = Path(sys.argv[1])\n"
            "    connection = read_connection_file(place)\n"
            "    async with Stack.open(connection, binhai.operator_token(place, connection)) as stack:\n"
            "        await binhai.build(stack, time.monotonic())\n"
            "asyncio.run(main())",
            str(stack.data_dir),
        ],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    asyncio.run(wait_for_import(connection))
    stack.kill()
    job.wait(120)
    connection = stack.start()
    try:
        assert logged(connection)["registry"] in (0, 2357), "an import is whole or not at all"
    finally:
        stack.stop()
    done = stack.main_job()
    assert done.returncode == 0, done.stdout + done.stderr
    stack.start()
    try:
        wait_for_rest(stack)
        assert stack.run("audit").returncode == 0
    finally:
        stack.stop()


async def wait_for_import(connection: Connection) -> None:
    """Until the service has the workbook and is about to put its rows into the register."""
    database = await asyncpg.connect(connection.databases["registry"])
    try:
        async with asyncio.timeout(60):
            statement = "select count(*) from import where state = 'applying'"
            while not await database.fetchval(statement):  # noqa: ASYNC110, a table's state
                await asyncio.sleep(0.01)
    finally:
        await database.close()


def wait_for_rest(stack: RunningStack) -> None:
    """Until no consumer of the stack is behind and no outbox holds anything."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = json.loads(stack.run("consumers", "--json").stdout)
        if not any(group["behind"] for group in found["consumers"]) and not any(
            database["outbox"] for database in found["databases"]
        ):
            return
        time.sleep(0.5)
    raise AssertionError(f"not at rest: {found}")
