"""Exclusive use of a data directory, and the processes that still live in one whose owner was killed."""

import fcntl
import os
from pathlib import Path
from typing import IO


class DirectoryInUse(RuntimeError):
    """Somebody else works in this data directory."""

    def __init__(self, directory: Path, holder: str) -> None:
        self.directory, self.holder = directory, holder
        super().__init__(
            f"{directory} is in use by process {holder}: stop it first, or choose another data directory "
            "(and another base port) to run side by side"
        )


class DirectoryLock:
    """An advisory lock on a directory; the kernel frees it when its holder dies, however it dies."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        self._file = directory / f"{name}.lock"
        self._held: IO[str] | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._held is not None

    def acquire(self) -> None:
        """Take it now, or keep it when held; raises DirectoryInUse, naming the holder's process id."""
        if self._held is not None:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        held = self._file.open("a+")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            holder = held.read().strip() or "(unknown)"
            held.close()
            raise DirectoryInUse(self.directory, holder) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        self._held = held

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self._held is not None:
            self._held.close()
            self._held = None


def living_in(directory: Path, program: str) -> list[int]:
    """Process ids of every running `program` whose working directory is `directory`."""
    wanted = str(directory.resolve())
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # A deleted program or directory is shown with a suffix, hence the prefix comparison of the name.
            executable = Path(os.readlink(entry / "exe")).name
            if executable.startswith(program) and os.readlink(entry / "cwd") == wanted:
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, a kernel thread, or not ours to look into
    return found
