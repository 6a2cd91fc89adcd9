"""A service's database as one file, by PostgreSQL's own programs, and the file back into the database."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chassis.database import connect
from chassis.settings import DatabaseSettings

_SESSIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
"""


class BackupFailed(Exception):
    """A program is missing, could not do it, or somebody is connected; the message says what to do."""


def dump(settings: DatabaseSettings, file: Path, programs: Path | None = None) -> int:
    """Write a consistent copy of the database, taken while it is in use, to `file`; its size in bytes.

    `programs` is where PostgreSQL's programs are, else the search path. The file is there whole or not at
    all. Raises `BackupFailed`.
    """
    fresh = file.with_name(f"{file.name}.new")
    try:
        _run("pg_dump", settings, programs, "--format=custom", f"--file={fresh}")
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return file.stat().st_size


async def load(settings: DatabaseSettings, file: Path, programs: Path | None = None) -> None:
    """Put what `dump` wrote in place of whatever the database holds.

    Needs its owner's rights. Raises `BackupFailed`: where the file is none or somebody is connected, before
    anything is changed; later, with the database left empty, so that it can be done again.
    """
    await asyncio.to_thread(_run, "pg_restore", None, programs, "--list", str(file))
    connection = await connect(settings)
    try:
        if others := await connection.fetchval(_SESSIONS):
            raise BackupFailed(f"{others} other sessions use the database: stop the service first")
        await connection.execute("drop schema public cascade; create schema public")
    finally:
        await connection.close()
    arguments = ("--single-transaction", "--no-owner", str(file))
    await asyncio.to_thread(_run, "pg_restore", settings, programs, *arguments)


def _run(program: str, settings: DatabaseSettings | None, programs: Path | None, *arguments: str) -> None:
    path = shutil.which(program, path=None if programs is None else str(programs))
    if path is None:
        raise BackupFailed(f"there is no {program}: install PostgreSQL's client, of the server's release")
    environment, target = dict(os.environ), []
    if settings is not None:
        environment |= _secrets(settings)
        target = [f"--dbname={_without_password(settings)}"]
    done = subprocess.run(
        [path, *target, *arguments], env=environment, check=False, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    if done.returncode != 0:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()}")


def _without_password(settings: DatabaseSettings) -> str:
    """The DSN as a program's argument, which everybody on the machine can read."""
    parts = urlsplit(settings.dsn.get_secret_value())
    user, host = parts.username or "", parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}@{host}" if user else host).geturl()


def _secrets(settings: DatabaseSettings) -> dict[str, str]:
    """Password and TLS files as libpq's programs take them from the environment."""
    found = {"PGPASSWORD": unquote(urlsplit(settings.dsn.get_secret_value()).password or "")}
    if settings.verifies:
        found |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(settings.tls_ca_file or "system")}
    if settings.tls_certificate_file is not None:
        key = settings.tls_key_file or settings.tls_certificate_file
        found |= {"PGSSLCERT": str(settings.tls_certificate_file), "PGSSLKEY": str(key)}
    return found
