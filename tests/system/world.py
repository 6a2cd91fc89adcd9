"""A whole stack as an operator runs it: started by its command, killed, started again, asked from outside."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from chassis.embedded.connection import Connection, NoStackRunning, read_connection_file

ROOT = Path(__file__).parent.parent.parent
READY_S = 120.0


@dataclass
class RunningStack:
    """One embedded stack in a directory of its own; a process group, so that all of it can be killed."""

    data_dir: Path
    port: int = field(default_factory=lambda: free_block())
    process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> Connection:
        """`shuniu up`, until it is ready; raises AssertionError with its output otherwise."""
        log = self.data_dir.parent / f"{self.data_dir.name}.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "chassis.command", "up", "--data-dir", str(self.data_dir),
                    "--port", str(self.port), *options,
                ],
                stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                found = read_connection_file(self.data_dir)
                if found.pid == self.process.pid:
                    return found
            except NoStackRunning:
                pass
            assert self.process.poll() is None, log.read_text()
            time.sleep(0.1)
        raise AssertionError(f"not ready after {READY_S} s: {log.read_text()}")

    def stop(self) -> None:
        """Ctrl-C, and wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(60) == 0

    def kill(self) -> None:
        """`kill -9` of every process of the stack at once: supervisor, services, broker, PostgreSQL."""
        assert self.process is not None
        family = [self.process.pid, *descendants(self.process.pid)]
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(30)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A `shuniu` command against this stack."""
        done = subprocess.run(
            [sys.executable, "-m", "chassis.command", *arguments, "--data-dir", str(self.data_dir)],
            capture_output=True, text=True, timeout=120, cwd=ROOT, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def main_job(self) -> subprocess.CompletedProcess[str]:
        """`make run ARGS=--once` on this stack's directory."""
        return subprocess.run(
            [
                sys.executable, "-m", "deploy.scenarios.binhai", "--once", "--data-dir", str(self.data_dir),
                "--port", str(self.port),
            ],
            capture_output=True, text=True, timeout=300, cwd=ROOT, check=False,
            env={**os.environ, "COLUMNS": "160"},
        )  # fmt: skip


def descendants(pid: int) -> Iterator[int]:
    """All processes below `pid`, however deep."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield int(child)
        yield from descendants(int(child))


def free_block() -> int:
    """The first of ten neighbouring ports that are free now, below those the system gives to clients."""
    while True:
        first = random.randrange(12_000, 30_000)
        if all(_is_free(first + n) for n in range(10)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def logged(connection: Connection) -> dict[str, int]:
    """How many events each service's log holds, asked from outside an event loop."""
    return asyncio.run(counts(connection))


async def counts(connection: Connection) -> dict[str, int]:
    """How many events each service's log holds."""

    async def count(dsn: str) -> int:
        database = await asyncpg.connect(dsn)
        try:
            return int(await database.fetchval("select count(*) from event_log"))
        finally:
            await database.close()

    return {name: await count(dsn) for name, dsn in connection.databases.items()}
