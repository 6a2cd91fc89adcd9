"""One operating system process of the embedded stack, tethered: it never outlives the one that started it."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from chassis.embedded.account import Account

_PR_SET_PDEATHSIG = 1
_LOG_KEPT_BYTES = 16 << 20
_POLL_S = 0.02

_log = structlog.get_logger(__name__)
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessFailed(RuntimeError):
    """A process of the stack ended, or did not become ready; carries the end of its log."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        self.name, self.log = name, log
        super().__init__(f"{name} {what}. Last lines of {log}:\n{tail(log)}")


def _tether(on_parent_death: signal.Signals) -> Callable[[], None]:
    """What the child runs before `exec`: ask the kernel for a signal when the parent is gone.

    The kernel watches the *thread* that forked, so a tethered process must be started from a thread that
    lives as long as it should: the main thread, never an executor's. The system call is resolved here,
    before the fork, and the parent is looked at after it, since it may have died in between.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()
    number = int(on_parent_death)

    def before_exec() -> None:
        if prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(125)

    return before_exec


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file, or a sentence saying that there is none."""
    if not log.exists():
        return "(no log was written)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16384))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def _rotate(log: Path) -> None:
    """Keep one earlier log once the present one is large, so that a stack left alone fills no disk."""
    if log.exists() and log.stat().st_size > _LOG_KEPT_BYTES:
        log.replace(log.with_suffix(log.suffix + ".1"))


@dataclass
class Process:
    """A running (or ended) tethered process."""

    name: str
    log: Path
    popen: subprocess.Popen[bytes]
    started: float
    """`time.monotonic()` at the start"""

    @classmethod
    def start(
        cls, name: str, argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None,
        cwd: Path | None = None, account: Account | None = None,
        on_parent_death: signal.Signals = signal.SIGKILL,
    ) -> "Process":  # fmt: skip
        """Start `argv` in a session of its own (a Ctrl-C in the terminal reaches only us), output to `log`.

        Raises ProcessFailed when the program cannot be executed.
        """
        if sys.platform != "linux":
            raise ProcessFailed(name, f"needs Linux, this is {sys.platform}", log)
        if threading.current_thread() is not threading.main_thread():
            _log.warning("embedded.started_from_thread", process=name, lives_as_long_as="this thread")
        log.parent.mkdir(parents=True, exist_ok=True)
        _rotate(log)
        with log.open("ab") as output:
            try:
                popen = subprocess.Popen(
                    [str(part) for part in argv],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=None if env is None else dict(env),
                    cwd=cwd,
                    start_new_session=True,
                    preexec_fn=_tether(on_parent_death),
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                )
            except OSError as error:
                raise ProcessFailed(name, f"cannot be started: {error}", log) from error
        return cls(name, log, popen, time.monotonic())

    @property
    def pid(self) -> int:
        """The process id; also the id of its process group."""
        return self.popen.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended; reaps it when it has."""
        return self.popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while running, negative the number of the signal that ended it."""
        return self.popen.poll()

    def resident_bytes(self) -> int:
        """Resident memory; 0 once it has ended."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE_BYTES
        except (OSError, IndexError):
            return 0

    async def ended(self, within_s: float) -> bool:
        """Wait for the end; False when `within_s` seconds passed before."""
        deadline = time.monotonic() + within_s
        while self.running:
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    async def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each step's signal and wait its seconds until it ends; at last SIGKILL to its whole group."""
        for number, seconds in steps:
            if not self.running:
                break
            self.popen.send_signal(number)
            if await self.ended(seconds):
                break
        self.kill()

    def kill(self) -> None:
        """SIGKILL to what is left of the process group, and reap."""
        with suppress(ProcessLookupError):  # an empty group is what was wanted
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()
