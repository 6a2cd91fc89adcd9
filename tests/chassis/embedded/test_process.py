"""A tethered process ends with its owner and leaves a log that says why it ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.embedded.process import Process, ProcessFailed, tail

STUBBORN = "trap '' TERM; echo deaf; while true; do sleep 0.05; done"


def wait_until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    """Look until it is so; fails after that long."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not so within {within_s} s"
        time.sleep(0.02)


def gone(pid: int, within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def _await_word(log: Path, word: str) -> None:
    while word not in tail(log):
        time.sleep(0.02)


async def test_one_that_ends_when_asked_is_not_killed(tmp_path: Path) -> None:
    process = Process.start("sleeper", ["sleep", "60"], log=tmp_path / "log")
    assert process.running
    assert process.resident_bytes() > 0
    await process.stop((signal.SIGTERM, 5.0))
    assert process.exit_code == -signal.SIGTERM
    assert process.resident_bytes() == 0


async def test_one_that_does_not_listen_is_killed_with_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = Process.start("stubborn", ["bash", "-c", f"sleep 60 & echo $!; {STUBBORN}"], log=log)
    _await_word(log, "deaf")
    started_by_it = int(log.read_text().splitlines()[0])
    await process.stop((signal.SIGTERM, 0.3))
    assert process.exit_code == -signal.SIGKILL
    assert gone(started_by_it)


def test_it_dies_with_its_owner_even_when_the_owner_is_killed(tmp_path: Path) -> None:
    owner_code = (
        "import time; from pathlib import Path; from chassis.embedded.process import Process\n"
        f"print(Process.start('s', ['sleep', '60'], log=Path({str(tmp_path / 'log')!r})).pid, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", owner_code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        os.kill(pid, 0)
        owner.kill()
    assert gone(pid)


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match=r"clerk cannot be started: .*no-such-program"):
        Process.start("clerk", ["no-such-program"], log=tmp_path / "log")


def test_a_failure_shows_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {number}" for number in range(1000)))
    message = str(ProcessFailed("clerk", "ended with 3", log))
    assert "line 999" in message
    assert "line 900" not in message


def test_a_large_log_is_set_aside_once(tmp_path: Path) -> None:
    log = tmp_path / "clerk.log"
    log.write_bytes(b"x" * (17 << 20))
    Process.start("clerk", ["true"], log=log).popen.wait()
    assert log.stat().st_size == 0
    assert (tmp_path / "clerk.log.1").stat().st_size == 17 << 20
