"""Runs benchmarks on an engine and reports: the one command line that all of them have."""

import argparse
import asyncio
import cProfile
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis import collection
from tests.benchmarks.engines import ENGINES, Engine, EngineName, engine, stop_when_terminated
from tests.benchmarks.harness import Result, about, keep, show, show_profile

EVENTS = 100_000
_QUICK = 10
"""A quick run has a tenth of the load and one pair a row: it shows that all works, not how fast."""


@dataclass(frozen=True)
class Options:
    """How much to measure, and where its files may lie."""

    directory: Path
    runs: int = 5
    events: int = EVENTS
    quick: bool = False
    profile: cProfile.Profile | None = None
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Show progress."""
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", file=sys.stderr, flush=True)

    @property
    def minutes(self) -> float:
        """Since the beginning."""
        return (time.monotonic() - self.began) / 60

    def seconds(self, full: float) -> float:
        """How long something lasts that takes `full` seconds in a whole run."""
        return full / _QUICK if self.quick else full


Measure = Callable[[Engine, Options], AsyncIterator[Result]]
"""Yields each row as soon as it is measured."""
INTERRUPTED = 130


@dataclass
class Board:
    """What was measured so far, on paper after every row, and how long the rest will take."""

    title: str
    conditions: dict[str, Any]
    file: Path | None
    expected: Mapping[str, float]
    """how long each measure takes beside the others"""
    rows: list[Result] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, row: Result, minutes: float) -> None:
        """One more row is measured, so many minutes after the beginning."""
        self.rows.append(row)
        self.conditions["minutes"] = round(minutes, 1)
        if self.file is not None:
            keep(self.title, self.rows, self.conditions, self.file)

    def rest(self, minutes: float) -> float:
        """How many minutes what is not done will take, when what is done took so many."""
        taken = sum(self.expected[name] for name in self.done)
        return minutes / taken * (sum(self.expected.values()) - taken)


def run(measures: Mapping[str, Measure], description: str | None, expected: Mapping[str, float] = {}) -> None:
    """Take the command line, measure what it asks for on the engine it names, and report.

    `expected` says how long a measure takes beside the others. Interrupted, it reports the rows it has; a
    measure that fails is left out, and the exit code is 1.
    """
    arguments = _arguments(measures, description)
    stop_when_terminated()
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it reports every try to reach a broker
    with tempfile.TemporaryDirectory(prefix="shuniu-bench-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o711)  # PostgreSQL's own account, where we are root, has to pass through
        options = Options(
            Path(name),
            1 if arguments.quick else arguments.runs,
            arguments.events // _QUICK if arguments.quick else arguments.events,
            arguments.quick,
            cProfile.Profile() if arguments.profile else None,
        )
        chosen = {key: measures[key] for key in arguments.only or measures}
        board = Board(
            f"{', '.join(chosen) if arguments.only else 'benchmarks'} on {arguments.engine}",
            about() | {"engine": arguments.engine, "runs": options.runs},
            arguments.json,
            {key: expected.get(key, 1.0) for key in chosen},
        )
        collection.settle()  # both sides of every pair run as a served process does
        try:
            asyncio.run(_measure_all(arguments.engine, chosen, options, board))
        except KeyboardInterrupt:
            options.say(f"interrupted; of {', '.join(chosen)} are done: {', '.join(board.done) or 'none'}")
            sys.exit(INTERRUPTED)
        finally:
            show_profile(options.profile)
            if board.rows:
                show(board.title, board.rows, board.conditions)
        if board.failed:
            sys.exit(f"not measured: {', '.join(board.failed)}")


async def _measure_all(
    name: EngineName, measures: Mapping[str, Measure], options: Options, board: Board
) -> None:
    options.say(f"starting the engine: {name}")
    async with engine(name, options.directory) as started:
        for key, measure in measures.items():
            options.say(key)
            try:
                async for row in measure(started, options):
                    board.add(row, options.minutes)
            except Exception:  # the others are worth their time all the same
                options.say(f"{key} failed: {traceback.format_exc()}")
                board.failed.append(key)
                continue
            board.done.append(key)
            options.say(f"{key} is done; about {board.rest(options.minutes):.0f} minutes to go")


def _arguments(measures: Mapping[str, Measure], description: str | None) -> argparse.Namespace:
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--engine", choices=ENGINES, default="embedded")
    if len(measures) > 1:
        made.add_argument("--only", choices=list(measures), action="append", help="may be repeated")
    made.add_argument("--runs", type=int, default=5, help="pairs of measured and reference, in turn")
    made.add_argument("--events", type=int, default=EVENTS, help="events, or rows of a workbook")
    made.add_argument("--quick", action="store_true", help="one pair a row and a tenth of the load")
    made.add_argument("--json", type=Path, help="where to write each row for machines")
    made.add_argument("--profile", action="store_true", help="show where our side's time goes")
    made.set_defaults(only=None)
    return made.parse_args()
