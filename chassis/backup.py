"""A service's database as one file, by PostgreSQL's own programs, and the file back into the database."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chassis import failpoints
from chassis.settings import DatabaseSettings

AFTER_EMPTIED = failpoints.declare("backup.after_emptied")
AFTER_LOADED = failpoints.declare("backup.after_loaded")

# In the transaction that empties: whoever comes after finds the tables locked until it is all there.
_BEGIN = """
begin;
do $$
declare others int;
begin
  select count(*) into others from pg_stat_activity
  where datname = current_database() and usesysid is not null and pid not in (pg_backend_pid(), {keeper});
  if others > 0 then
    raise exception '% other sessions use the database: stop the service first', others;
  end if;
end $$;
set local client_min_messages = warning;
drop schema if exists public cascade;
create schema public;
"""
_DONE = "done"
_RESULT = re.compile(r"^(?:psql:\S+ )?(?:ERROR|FATAL):\s*", re.MULTILINE)


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


async def readable(file: Path, programs: Path | None = None) -> None:
    """Raise `BackupFailed` unless the file is one that `dump` wrote."""
    await asyncio.to_thread(_run, "pg_restore", None, programs, "--list", str(file))


async def load(
    settings: DatabaseSettings, file: Path, programs: Path | None = None, *, then: str = "", keeper: int = 0
) -> None:
    """Put what `dump` wrote in place of whatever the database holds, and do the statement `then` on it.

    Emptied, filled and changed in one transaction: whoever dies over it, the database is as it was, or it is
    all that. Needs its owner's rights. `keeper` is the process id of a session that may stay meanwhile.
    Raises `BackupFailed`, with nothing changed, also where any other session uses the database.
    """
    reading, writing = os.pipe()
    try:
        psql = await _start(
            "psql", settings, programs, "--no-psqlrc", "--quiet", "--output=/dev/null",
            "--set=ON_ERROR_STOP=1", "--set=SHOW_CONTEXT=never", stdin=reading, stdout=subprocess.PIPE,
        )  # fmt: skip
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    assert psql.stdout is not None
    assert psql.stderr is not None
    refusal, unread = asyncio.ensure_future(psql.stderr.read()), b""
    try:
        # Without a `commit` at its end the script is for nothing: so it is where one of us dies on the way.
        if await _done(psql.stdout, writing, _BEGIN.format(keeper=keeper)):
            await failpoints.reach(AFTER_EMPTIED)
            script = await _start(
                "pg_restore", None, programs, "--no-owner", "--file=-", str(file), stdout=writing
            )
            _, warned = await script.communicate()
            unread = warned if script.returncode else b""
            if not script.returncode and await _done(psql.stdout, writing, f"{then};"):
                await failpoints.reach(AFTER_LOADED)
                await _done(psql.stdout, writing, "commit;")
    finally:
        os.close(writing)
        refused = await refusal
    if await psql.wait() != 0 or unread:
        said = (_RESULT.sub("", text.decode(errors="replace")).strip() for text in (refused, unread))
        raise BackupFailed("\n".join(filter(None, said)))


async def _done(said: asyncio.StreamReader, pipe: int, statements: str) -> bool:
    """Have psql do them; False where it has ended over them, which it then says itself why."""
    with contextlib.suppress(BrokenPipeError):
        await asyncio.to_thread(os.write, pipe, f"{statements}\n\\echo {_DONE}\n".encode())
    async for line in said:
        if line.strip() == _DONE.encode():
            return True
    return False


async def _start(
    program: str, settings: DatabaseSettings | None, programs: Path | None, *arguments: str,
    stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL,
) -> asyncio.subprocess.Process:  # fmt: skip
    path, target, environment = _called(program, settings, programs)
    return await asyncio.create_subprocess_exec(
        path, *target, *arguments, env=environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


def _called(
    program: str, settings: DatabaseSettings | None, programs: Path | None
) -> tuple[str, list[str], dict[str, str]]:
    """Where the program is, the argument that names the database, and its environment."""
    path = shutil.which(program, path=None if programs is None else str(programs))
    if path is None:
        raise BackupFailed(f"there is no {program}: install PostgreSQL's client, of the server's release")
    if settings is None:
        return path, [], dict(os.environ)
    return path, [f"--dbname={_without_password(settings)}"], dict(os.environ) | _secrets(settings)


def _run(program: str, settings: DatabaseSettings | None, programs: Path | None, *arguments: str) -> None:
    path, target, environment = _called(program, settings, programs)
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
