"""The unprivileged account PostgreSQL runs under when we are root, because it refuses to serve as root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

_NAME = "pgserver"
_FALLBACKS = (_NAME, "postgres", "nobody")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Account:
    """A system account by number."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Hand `path` to this account."""
        os.chown(path, self.uid, self.gid)

    def admit(self, path: Path) -> None:
        """Let the account reach `path`: the right to pass through (not to list) each directory above it."""
        for directory in path.resolve().parents:
            status = directory.stat()
            if status.st_uid != self.uid and not status.st_mode & stat.S_IXOTH:
                _log.warning("embedded.directory_opened", directory=str(directory), account=self.name)
                directory.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def unprivileged(owned: Path) -> Account | None:
    """The account to serve `owned` with, or None when we are not root and need none.

    Data that exists keeps the account that owns it; otherwise `pgserver`, created when it is missing, and
    where accounts cannot be created (a read-only image) one that every system has.
    """
    if os.geteuid() != 0:
        return None
    if owned.exists() and (uid := owned.stat().st_uid) != 0:
        return _known(pwd.getpwuid(uid).pw_name)
    if _known(_NAME) is None and (useradd := shutil.which("useradd")):
        options = ["--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin"]
        subprocess.run([useradd, *options, _NAME], check=False, capture_output=True)
    account = next(filter(None, map(_known, _FALLBACKS)), None)
    if account is None:
        raise RuntimeError(
            "PostgreSQL does not serve as root and no other account was found: "
            f"create one (useradd --system {_NAME}) or start as an ordinary user"
        )
    return account


def _known(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
