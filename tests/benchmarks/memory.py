"""Memory of processes as it really is: proportional set size, shared pages counted once in all."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

MEGABYTE = 1 << 20


def families(roots: Iterable[int]) -> dict[int, list[int]]:
    """Each of the processes with all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # ended meanwhile
        children[parent].append(int(entry.parent.name))
    found = {}
    for root in roots:
        family, waiting = [], [root]
        while waiting:
            pid = waiting.pop()
            family.append(pid)
            waiting += children[pid]
        found[root] = family
    return found


def pss_mb(pids: Iterable[int]) -> float:
    """Proportional set size of processes in megabytes; what has ended counts nothing.

    Raises PermissionError for another user's process.
    """
    return sum(map(_pss_kb, pids)) / 1024


def _pss_kb(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
