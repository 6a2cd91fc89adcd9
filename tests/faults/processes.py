"""Processes under fire: each is one `shuniu` command, killed, frozen and started again from a warm server."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
KILLED = -signal.SIGKILL


@dataclass
class Child:
    """One process, running or ended."""

    name: str
    pid: int
    log: Path
    ended: "asyncio.Future[int]"
    frozen: bool = False

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return not self.ended.done()

    def signal(self, number: signal.Signals) -> bool:
        """Send it a signal; False where it has ended."""
        if not self.running:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
            return True
        return False

    def kill(self) -> bool:
        """SIGKILL; whether it still ran."""
        return self.signal(signal.SIGKILL)

    def freeze(self) -> bool:
        """SIGSTOP: alive for the kernel, dead for everybody else, and it does not know."""
        self.frozen = self.signal(signal.SIGSTOP)
        return self.frozen

    def thaw(self) -> None:
        """SIGCONT: a zombie that goes on where it was."""
        self.frozen = False
        self.signal(signal.SIGCONT)

    async def end(self, within_s: float) -> int:
        """Its exit code, negative for a signal; raises TimeoutError with the end of its log."""
        try:
            return await asyncio.wait_for(asyncio.shield(self.ended), within_s)
        except TimeoutError:
            raise TimeoutError(f"{self.name} has not ended within {within_s} s\n{self.tail()}") from None

    def tail(self, size: int = 4000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""


@dataclass
class ForkServer:
    """The warm process, see `forks.py`."""

    _process: asyncio.subprocess.Process
    _numbers: int = 0
    _forked: dict[int, "asyncio.Future[int]"] = field(default_factory=dict)
    _living: dict[int, "asyncio.Future[int]"] = field(default_factory=dict)
    _warm: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["ForkServer"]:
        """Started and warm; at the end of the block it is killed, and all its children with it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.forks", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        server = cls(process)
        listening = asyncio.create_task(server._listen())
        try:
            await asyncio.wait_for(server._warm.wait(), 60)
            yield server
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            listening.cancel()

    async def start(self, name: str, argv: Sequence[str], env: Mapping[str, str], log: Path) -> Child:
        """Fork `shuniu ARGV` with exactly this environment, its output appended to `log`."""
        self._numbers += 1
        forked = self._forked[self._numbers] = asyncio.get_running_loop().create_future()
        request = {"number": self._numbers, "argv": list(argv), "env": dict(env), "log": str(log)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        pid = await asyncio.wait_for(forked, 30)
        return Child(name, pid, log, self._ending(pid))

    def _ending(self, pid: int) -> "asyncio.Future[int]":
        return self._living.setdefault(pid, asyncio.get_running_loop().create_future())

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "number" in told:
                self._living.pop(told["pid"], None)  # an earlier process may have had the number
                self._ending(told["pid"])
                self._forked.pop(told["number"]).set_result(told["pid"])
            elif "ended" in told:
                self._ending(told["pid"]).set_result(told["ended"])
            else:
                self._warm.set()
