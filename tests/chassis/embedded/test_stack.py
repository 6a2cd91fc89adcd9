"""A stack starts in order, stays up whatever is killed, and leaves nothing behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from chassis.embedded import supervisor
from chassis.embedded.connection import NoStackRunning, read_connection_file
from chassis.embedded.directory import DirectoryInUse
from chassis.embedded.port import free_port
from chassis.embedded.process import ProcessFailed
from chassis.embedded.stack import Child, EmbeddedStack, StackLimits
from chassis.embedded.supervisor import Happening
from tests.chassis.embedded import child_program, stack_program
from tests.chassis.embedded.test_process import gone

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def _clerk(directory: Path, name: str = "clerk") -> Child:
    port = free_port()
    argv = (sys.executable, child_program.__file__, str(port), str(directory / "diary"))
    return Child(name, argv, f"http://127.0.0.1:{port}/")


def _pid(stack: EmbeddedStack, part: str) -> int:
    pid = stack.pid(part)
    assert pid is not None, f"{part} does not run"
    return pid


async def _nothing() -> None:
    """What a stack without databases prepares."""


class Watched:
    """A stack under its supervisor, what it told, and how often its bus was rebuilt."""

    def __init__(self, directory: Path, limits: StackLimits | None = None) -> None:
        self.told: list[Happening] = []
        self.rebuilds: list[bool] = []
        self.stack = EmbeddedStack(directory, None, told=self.told.append, limits=limits)

    def heard(self, part: str, what: str) -> Happening | None:
        return next((item for item in self.told if (item.part, item.what) == (part, what)), None)

    async def until_heard(self, part: str, what: str) -> Happening:
        for _ in range(1000):
            if happening := self.heard(part, what):
                return happening
            await asyncio.sleep(0.02)
        pytest.fail(f"{part} {what} was not told within 20 s, only {self.told}")

    async def rebuild(self) -> None:
        self.rebuilds.append(self.stack.broker.running)


@asynccontextmanager
async def _watched(
    directory: Path, *children: Child, limits: StackLimits | None = None,
    rebuild: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[Watched]:  # fmt: skip
    watched = Watched(directory, limits)

    await watched.stack.start(lambda: children, _nothing)
    watching = asyncio.create_task(watched.stack.watch(rebuild or watched.rebuild))
    try:
        yield watched
    finally:
        watching.cancel()
        await watched.stack.stop()


async def test_children_load_while_the_engines_start_and_the_broker_is_there_before_any_database(
    data_dir: Path,
) -> None:
    seen: list[bool] = []
    told: list[Happening] = []
    stack = EmbeddedStack(data_dir, free_port(), told=told.append)

    def children() -> Sequence[Child]:
        seen.append(stack.postgres.running or stack.broker.running)
        assert stack.postgres.dsn("office").endswith(f"@127.0.0.1:{stack.base_port}/office")
        return [_clerk(data_dir)]

    async def prepare() -> None:
        seen.append(stack.postgres.running and stack.broker.running)
        await stack.postgres.create_database("office")

    await stack.start(children, prepare)
    connection = await asyncpg.connect(stack.postgres.dsn("office"))
    await connection.close()
    await stack.stop()
    assert seen == [False, True]
    assert [(item.part, item.what) for item in told] == [
        ("clerk", "starting"),
        ("broker", "starting"), ("broker", "ready"), ("postgres", "starting"), ("postgres", "ready"),
        ("databases", "starting"), ("databases", "ready"), ("clerk", "ready"),
        ("clerk", "stopping"), ("broker", "stopping"), ("postgres", "stopping"),
    ]  # fmt: skip
    diary = (data_dir / "diary").read_text()
    assert "SIGTERM" in diary  # it was asked to end, not killed


async def test_a_killed_child_comes_back_and_it_is_told(data_dir: Path) -> None:
    async with _watched(data_dir, _clerk(data_dir), _clerk(data_dir, "other")) as watched:
        first, untouched = _pid(watched.stack, "clerk"), _pid(watched.stack, "other")
        os.kill(first, signal.SIGKILL)
        died = await watched.until_heard("clerk", "died")
        assert died.detail == "ended with -9"
        await watched.until_heard("clerk", "restarted")
        assert _pid(watched.stack, "clerk") != first
        assert _pid(watched.stack, "other") == untouched
        assert watched.rebuilds == []


async def test_a_killed_broker_comes_back_and_its_bus_is_rebuilt(data_dir: Path) -> None:
    async with _watched(data_dir) as watched:
        os.kill(_pid(watched.stack, "broker"), signal.SIGKILL)
        await watched.until_heard("broker", "restarted")
        assert watched.rebuilds == [True]


async def test_a_rebuild_that_fails_is_tried_again(data_dir: Path) -> None:
    attempts: list[int] = []

    async def rebuild() -> None:
        attempts.append(len(attempts))
        if len(attempts) == 1:
            raise ConnectionError("the database is away")

    async with _watched(data_dir, rebuild=rebuild) as watched:
        os.kill(_pid(watched.stack, "broker"), signal.SIGKILL)
        await watched.until_heard("broker", "restarted")
        failed = watched.heard("broker", "restart_failed")
        assert failed is not None
        assert failed.detail == "the database is away"
        assert attempts == [0, 1]


async def test_a_broker_above_its_memory_is_restarted_and_the_limit_grows(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_LONGEST_PAUSE_S", 0.05)
    limits = StackLimits(broker_bytes=1 << 20)  # an empty broker is larger
    async with _watched(data_dir, limits=limits) as watched:
        first = _pid(watched.stack, "broker")
        died = await watched.until_heard("broker", "died")
        assert "more than 1 MB" in died.detail
        await watched.until_heard("broker", "restarted")
        assert _pid(watched.stack, "broker") != first
        assert watched.rebuilds[0] is True
        # Restarting cannot bring it below the limit: it must not go on for ever.
        await asyncio.sleep(2.5)
        settled = len(watched.rebuilds)
        await asyncio.sleep(1)
        assert len(watched.rebuilds) == settled


async def test_a_killed_database_comes_back_with_its_data(data_dir: Path) -> None:
    async with _watched(data_dir) as watched:
        dsn = watched.stack.postgres.dsn
        connection = await asyncpg.connect(dsn())
        await connection.execute("create table ledger as select 7 as fen")
        os.kill(_pid(watched.stack, "postgres"), signal.SIGKILL)
        await watched.until_heard("postgres", "restarted")
        connection.terminate()
        connection = await asyncpg.connect(dsn())
        assert await connection.fetchval("select fen from ledger") == 7
        await connection.close()


async def test_a_child_that_cannot_start_ends_the_start_with_its_own_words(data_dir: Path) -> None:
    stack = EmbeddedStack(data_dir, None)
    broken = Child("clerk", ("bash", "-c", "echo the profile names no region; exit 3"), "http://127.0.0.1:9/")

    with pytest.raises(
        ProcessFailed, match=r"(?s)clerk ended with 3 while starting.*the profile names no region"
    ):
        await stack.start(lambda: [_clerk(data_dir, "good"), broken], _nothing)
    assert [stack.pid(part) for part in ("postgres", "broker", "good", "clerk")] == [None] * 4


async def test_a_child_that_never_gets_ready_ends_the_start(data_dir: Path) -> None:
    stack = EmbeddedStack(data_dir, None, limits=StackLimits(ready_s=0.5, shutdown_s=0.5))

    silent = Child("clerk", ("sleep", "60"), "http://127.0.0.1:9/")
    with pytest.raises(ProcessFailed, match="clerk was not ready after"):
        await stack.start(lambda: [silent], _nothing)


async def test_a_preparation_that_fails_leaves_nothing_running(data_dir: Path) -> None:
    stack = EmbeddedStack(data_dir, None)

    async def prepare() -> None:
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="the disk is full"):
        await stack.start(lambda: [_clerk(data_dir)], prepare)
    assert [stack.pid(part) for part in ("postgres", "broker", "clerk")] == [None] * 3


async def test_two_stacks_run_side_by_side_but_not_in_one_directory(data_dir: Path) -> None:
    async with _watched(data_dir / "one") as one, _watched(data_dir / "two") as two:
        assert one.stack.postgres.port != two.stack.postgres.port
        with pytest.raises(DirectoryInUse, match=rf"one is in use by process {os.getpid()}"):
            async with _watched(data_dir / "one"):
                pytest.fail("a second stack started in the same directory")
        assert one.stack.postgres.running  # the one that was there is left alone


class Foreground:
    """`stack_program` in a process of its own."""

    def __init__(self, directory: Path, base_port: int) -> None:
        self.lines: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", stack_program.__name__, str(directory), str(base_port)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def until(self, what: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.append(json.loads(line))
                if self.lines[-1]["what"] == what:
                    return self.lines[-1]
        raise AssertionError(f"the stack ended without {what}: {self.lines}")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


PARTS = ("postgres", "broker", "clerk")


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_everything_and_takes_its_connection_file_away(
    data_dir: Path, asked: signal.Signals
) -> None:
    stack = Foreground(data_dir, free_port(in_a_row=3))
    try:
        up = stack.until("up")
        assert read_connection_file(data_dir).pid == stack.process.pid
        stack.process.send_signal(asked)
        assert stack.process.wait(20) == 0
        assert all(gone(up[part], within_s=0.1) for part in PARTS)
        assert "SIGTERM" in (data_dir / "diary").read_text()
        with pytest.raises(NoStackRunning, match="no stack runs"):
            read_connection_file(data_dir)
    finally:
        stack.end()


def test_killed_it_leaves_no_orphan_and_starts_again_where_it_was(data_dir: Path) -> None:
    base_port = free_port(in_a_row=3)
    for _ in range(3):
        stack = Foreground(data_dir, base_port)
        try:
            up = stack.until("up")
            stack.process.kill()
            stack.process.wait()
            assert all(gone(up[part]) for part in PARTS)
            with pytest.raises(NoStackRunning, match="has ended without"):
                read_connection_file(data_dir)
        finally:
            stack.end()


def test_killed_all_at_once_it_starts_again(data_dir: Path) -> None:
    base_port = free_port(in_a_row=3)
    stack = Foreground(data_dir, base_port)
    try:
        up = stack.until("up")
        for pid in (stack.process.pid, *(up[part] for part in PARTS)):
            os.kill(pid, signal.SIGKILL)
    finally:
        stack.end()
    begun = time.monotonic()
    again = Foreground(data_dir, base_port)
    try:
        again.until("up")
        assert time.monotonic() - begun < 15
    finally:
        again.end()
