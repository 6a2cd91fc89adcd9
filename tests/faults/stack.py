"""The real services under fire: every role a process of its own, followed by another when it ends."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from chassis import topics
from chassis.embedded.port import free_port
from chassis.embedded.postgres import programs
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.service import discover
from chassis.settings import BusSettings
from deploy.regions import profile_file
from tests.faults import engines, second_check
from tests.faults.engines import Engines
from tests.faults.forks import TELL
from tests.faults.processes import KILLED, ROOT, Child, ForkServer

REGION, CODE = "120116-binhai", "120116"
SERVICES = ("registry", "grants", "partybuild", "notify", "console")
Roles = Mapping[str, Sequence[Sequence[str]]]
ROLES: Roles = {
    "registry": (("api",), ("relay",), ("consumer",), ("timers",)),
    "grants": (("api",), ("relay",), ("consumer",), ("timers",)),
    "partybuild": (("api",), ("relay",), ("consumer",), ("timers",)),
    "notify": (("api",), ("relay",), ("consumer",), ("timers",)),
    "console": (("api",), ("consumer",), ("relay", "timers")),
}
"""The processes of each service, by the roles in them."""
EVIDENCE = ROOT / "dist" / "faults"
"""Where a stack whose scenario failed leaves what it wrote."""
_READY_S = 60.0
_TELLING_S = 1.0
_PARKED = "select number, kind, subject, sequence, error from parked order by number limit 10"
_REST_S = 90.0
_AGAIN_S = 0.2
_COMMAND_S = 120.0
_DUPLICATES = re.compile(r'^shuniu_consumer_\w+_total\{[^}]*outcome="duplicates"[^}]*\} (\S+)$', re.MULTILINE)


@dataclass
class Seat:
    """A place in the stack that always has a process: who sits there changes."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    port: int
    child: Child | None = None
    fuse: str | None = None
    """a fail point at which the next process in this seat will end"""
    lit: str | None = None
    """the fail point at which the present one will end"""
    empty: bool = False
    """nobody takes this seat for now"""


@dataclass
class FaultStack:
    """A stack with its engines; `open` it."""

    engines: Engines
    forks: ForkServer
    place: Path
    key: EmbeddedKey
    services: tuple[str, ...]
    seats: dict[str, Seat] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    """how often what was killed"""
    fell: Counter[str] = field(default_factory=Counter)
    """processes that ended by themselves, as one that lost its database may"""
    _commands: int = 0
    _watching: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, forks: ForkServer, *, services: Sequence[str] = SERVICES, roles: Roles = ROLES,
        doubled: Sequence[str] = (), **settings: str,
    ) -> AsyncIterator["FaultStack"]:  # fmt: skip
        """Engines, databases, topics, processes, all ready. `doubled` names seats that get a second process;
        `settings` are more variables without their SHUNIU_."""
        with tempfile.TemporaryDirectory(prefix="shuniu-faults-", ignore_cleanup_errors=True) as folder:
            place = Path(folder)
            os.chmod(folder, 0o711)  # PostgreSQL's own account, where we are root, has to pass through
            async with engines.engines(place) as found:
                stack = cls(found, forks, place, EmbeddedKey.open(place / "keys"), tuple(services))
                try:  # where one does not get ready, the others must end, too
                    await stack._prepare(roles, doubled, settings)
                    yield stack
                except Exception as fault:
                    fault.add_note(stack.keep_evidence())
                    raise
                finally:
                    await stack.stop()

    async def _prepare(
        self,
        roles: Roles,
        doubled: Sequence[str],
        settings: Mapping[str, str],
    ) -> None:
        # All five databases, whichever services run: commands look at every source.
        await engines.create(self.engines, [self.database(name) for name in SERVICES])
        for name in SERVICES:
            await asyncio.to_thread(upgrade, discover(name).migrations, self.dsn(name))
        await topics.apply(self.bus, CODE)
        for name in self.services:
            for group in roles[name]:
                seat = f"{name} {'+'.join(group)}"
                self.seat(seat, name, group, settings)
                if seat in doubled:
                    self.seat(f"{seat} b", name, group, settings)
        await self.start()

    def seat(self, seat: str, service: str, roles: Sequence[str], settings: Mapping[str, str]) -> Seat:
        """Add a seat, empty until `start`."""
        port = free_port()
        chosen = [word for role in roles for word in ("--role", role)]
        env = {**self.environment, "SHUNIU_HTTP_PORT": str(port)}
        if service == "console":  # the last of them
            asks = [name for name in self.services if name != "console"]
            env["SHUNIU_CONSOLE_SERVICES"] = json.dumps({name: self.url(name) for name in asks})
        env |= {f"SHUNIU_{name.upper()}": value for name, value in settings.items()}
        made = Seat(seat, ("serve", service, *chosen), env, port)
        self.seats[seat] = made
        return made

    @property
    def bus(self) -> BusSettings:
        """Where the bus is."""
        return BusSettings(bootstrap_servers=self.engines.bootstrap_servers, profile=self.engines.profile)

    def database(self, service: str) -> str:
        """The name of a service's database."""
        return f"fault_{service}"

    def dsn(self, service: str) -> str:
        """Where it is."""
        return self.engines.dsn(self.database(service))

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the stack is told."""
        return {
            "PATH": f"{programs()}:{os.environ.get('PATH', os.defpath)}", "TZ": "UTC",
            "HOME": str(self.place), "COLUMNS": "200",
            "PYTHONPATH": str(ROOT), "SHUNIU_ENVIRONMENT": "test", "SHUNIU_STACK": CODE,
            "SHUNIU_REGION_FILE": str(profile_file(REGION)), "SHUNIU_LOG_LEVEL": "WARNING",
            "SHUNIU_DATABASE_DSN": self.engines.dsn("fault_{service}"),
            "SHUNIU_DATABASE_POOL_SIZE": "4", "SHUNIU_BUS_BOOTSTRAP_SERVERS": self.engines.bootstrap_servers,
            "SHUNIU_BUS_PROFILE": self.engines.profile, "SHUNIU_BUS_SESSION_TIMEOUT_MS": "1000",
            "SHUNIU_BUS_METADATA_MAX_AGE_MS": "1000", "SHUNIU_AUTH_JWKS": str(self.key.jwks),
            "SHUNIU_SHUTDOWN_S": "10",
        }  # fmt: skip

    def url(self, service: str) -> str:
        """The HTTP API of a service."""
        seat = next(s for s in self.seats.values() if s.argv[1] == service and "api" in s.argv)
        return f"http://127.0.0.1:{seat.port}"

    def token(self, subject: str = "u-operator", role: str = "operator", division: str = CODE) -> str:
        """A bearer token."""
        return self.key.issue(subject=subject, roles=[role], divisions=[division])

    async def start(self, *names: str) -> None:
        """Fill the empty seats (those named, or all) and wait until they are ready."""
        for seat in self._chosen(names):
            seat.empty = False
            if seat.name not in self._watching:
                self._watching[seat.name] = asyncio.create_task(self._keep(seat), name=f"keep {seat.name}")
        await self.ready(*names)

    def _chosen(self, names: Sequence[str]) -> list[Seat]:
        return [self.seats[name] for name in names] if names else list(self.seats.values())

    async def _keep(self, seat: Seat) -> None:
        """Whoever ends is followed by another, as under any supervisor."""
        while not seat.empty:
            fuse, seat.fuse = seat.fuse, None
            env = dict(seat.env) | ({"SHUNIU_FAILPOINT": fuse} if fuse else {})
            child = await self.forks.start(seat.name, seat.argv, env, self.log(seat.name))
            seat.child, seat.lit = child, fuse
            code = await child.ended
            if code == KILLED:
                self.kills[seat.name] += 1
            elif not seat.empty:
                self.fell[seat.name] += 1
                await asyncio.sleep(_AGAIN_S)

    async def doomed(self, name: str, fuse: str) -> Child:
        """Replace the process in a seat by one with this fuse; the process."""
        seat = self.seats[name]
        seat.fuse, seat.lit = fuse, None
        async with asyncio.timeout(_READY_S):
            while seat.child is None or seat.lit != fuse:
                if seat.child is not None:
                    seat.child.kill()
                await asyncio.sleep(0.02)
        return seat.child

    def log(self, name: str) -> Path:
        """Where a seat's processes write."""
        return self.place / f"{name.replace(' ', '-')}.log"

    async def ready(self, *names: str) -> None:
        """Wait until every seat (of those named, or all) says that it is ready."""
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            waiting = {seat.name: seat for seat in self._chosen(names) if not seat.empty}
            try:
                async with asyncio.timeout(_READY_S):
                    while waiting:
                        for name, seat in list(waiting.items()):
                            with contextlib.suppress(httpx.TransportError):
                                answer = await client.get(f"http://127.0.0.1:{seat.port}/health/ready")
                                if answer.status_code == httpx.codes.OK:
                                    del waiting[name]
                        await asyncio.sleep(0.1)
            except TimeoutError:
                logs = "\n".join(f"--- {name}\n{self._tail(name)}" for name in waiting)
                named = ", ".join(waiting)
                raise AssertionError(f"not ready after {_READY_S:.0f} s: {named}\n{logs}") from None

    def _tail(self, name: str) -> str:
        log = self.log(name)
        return log.read_text(errors="replace")[-3000:] if log.exists() else "(nothing written)"

    async def stop(self, *names: str) -> None:
        """Empty the seats (those named, or all) by SIGTERM, after ten seconds by SIGKILL."""
        chosen = self._chosen(names)
        for seat in chosen:
            seat.empty = True
            if seat.child is not None:
                seat.child.thaw()
                seat.child.signal(signal.SIGTERM)
        for seat in chosen:
            if seat.child is not None:
                try:
                    await seat.child.end(15)
                except TimeoutError:
                    seat.child.signal(signal.SIGKILL)
                    await seat.child.end(5)
        for seat in chosen:
            if (task := self._watching.pop(seat.name, None)) is not None:
                await task

    async def crash(self, *names: str) -> None:
        """Empty the seats by SIGKILL, all at once, as a power cut does; nobody follows until `start`."""
        chosen = self._chosen(names)
        for seat in chosen:
            seat.empty = True
            if seat.child is not None:
                seat.child.kill()
        for seat in chosen:
            if (task := self._watching.pop(seat.name, None)) is not None:
                await task

    async def run(self, *argv: str, **variables: str) -> tuple[int, str]:
        """A `shuniu` command against this stack: exit code and output."""
        self._commands += 1
        log = self.place / f"command-{self._commands}-{argv[0]}.log"
        env = self.environment | variables
        child = await self.forks.start(" ".join(argv), argv, env, log)
        code = await child.end(_COMMAND_S)
        return code, log.read_text(errors="replace") if log.exists() else ""

    async def must(self, *argv: str, **variables: str) -> str:
        """The same for a command that has to succeed; its output."""
        code, said = await self.run(*argv, **variables)
        assert code == 0, f"shuniu {' '.join(argv)} ended with {code}:\n{said}"
        return said

    async def dies_at(self, point: str, *argv: str, passing: int = 1) -> None:
        """Let a `shuniu` command die at the n-th passing of a fail point."""
        code, said = await self.run(*argv, SHUNIU_FAILPOINT=f"{point}:{passing}")
        assert code == KILLED, (
            f"shuniu {' '.join(argv)} did not come to {point} but ended with {code}: {said}"
        )
        self.kills["command"] += 1

    async def rebuild_bus(self) -> None:
        """What an operator does after the bus was lost."""
        await self.must("bus", "rebuild")

    async def audit(self) -> list[dict[str, str]]:
        """What `shuniu audit` finds."""
        code, said = await self.run("audit", *self.services, "--json")
        found: list[dict[str, str]] = json.loads(said[said.index("[") :]) if "[" in said else []
        assert (code == 0) == (not found), f"audit ended with {code} and said {said}"
        return found

    async def second(
        self, expected: second_check.Expectations, elsewhere: Mapping[str, str] | None = None
    ) -> second_check.Report:
        """What the second check finds; `elsewhere` are databases to look at in place of the stack's."""
        databases = {name: self.dsn(name) for name in self.services} | dict(elsewhere or {})
        where = second_check.Stack(CODE, databases, self.engines.bootstrap_servers)
        return await second_check.second_check(where, expected)

    async def at_rest(self, expected: second_check.Expectations) -> second_check.Report:
        """Wait until both checks are clean, and stay so; raises AssertionError with what they last found."""
        report: second_check.Report | None = None
        clean = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REST_S):
                while clean < 2:
                    await self.drained()
                    report = await self.second(expected)
                    clean = 0 if report.problems else clean + 1
                    await asyncio.sleep(0.5)
        assert report is not None, f"not at rest after {_REST_S:.0f} s: {await self._waiting()}"
        problems = "\n".join([*report.problems, *await self._set_aside()] if clean < 2 else ())
        assert clean == 2, f"not as promised after {_REST_S:.0f} s:\n{problems}\n{self._all_tails()}"
        assert (found := await self.audit()) == [] or expected.lost or expected.parked, found
        report.dropped = await self._dropped()
        return report

    async def _dropped(self) -> int:
        """Duplicates that the consumers alive now have dropped since they began."""
        dropped = 0.0
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            for seat in [seat for seat in self.seats.values() if "consumer" in seat.argv and not seat.empty]:
                told = (await client.get(f"http://127.0.0.1:{seat.port}/metrics")).text
                dropped += sum(float(number) for number in _DUPLICATES.findall(told))
        return int(dropped)

    async def drained(self) -> None:
        """Wait until no outbox holds anything."""
        while await self._waiting():  # noqa: ASYNC110, tables' state
            await asyncio.sleep(0.2)

    async def _set_aside(self) -> list[str]:
        """The first messages that each service has parked, and why."""
        found: list[str] = []
        for name in self.services:
            connection = await asyncpg.connect(self.dsn(name))
            try:
                rows = await connection.fetch(_PARKED)
            finally:
                await connection.close()
            found += [f"{name} set aside {dict(row)}" for row in rows]
        return found

    async def _waiting(self) -> dict[str, int]:
        """How many pointers wait in each outbox."""
        found: dict[str, int] = {}
        for name in self.services:
            connection = await asyncpg.connect(self.dsn(name))
            try:
                if count := await connection.fetchval("select count(*) from outbox"):
                    found[name] = count
            finally:
                await connection.close()
        return found

    def _all_tails(self) -> str:
        return "\n".join(f"--- {name}\n{self._tail(name)[-1200:]}" for name in self.seats)

    def keep_evidence(self) -> str:
        """Copy what every process wrote, measured and waits for to where it stays; a line that says where."""
        kept = EVIDENCE / self.place.name
        kept.mkdir(parents=True, exist_ok=True)
        for seat in self.running():
            with contextlib.suppress(httpx.TransportError):
                told = httpx.get(f"http://127.0.0.1:{seat.port}/metrics", trust_env=False, timeout=5)
                (kept / f"{self.log(seat.name).stem}.metrics").write_text(told.text)
            if seat.child is not None:
                seat.child.signal(TELL)
        time.sleep(_TELLING_S)
        for log in self.place.rglob("*.log"):
            shutil.copy(log, kept / log.name)
        return f"logs, metrics and where each task waited: {kept}"

    def running(self) -> Iterator[Seat]:
        """Seats whose process can be killed now."""
        for seat in self.seats.values():
            if seat.child is not None and seat.child.running and not seat.empty and not seat.child.frozen:
                yield seat
