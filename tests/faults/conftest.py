"""One warm fork server for all scenarios, the seed, and the table of what they came to.

`SHUNIU_FAULTS=full` collects the whole matrix, as `make test-faults` does; otherwise a small part is run.
`SHUNIU_TEST_SEED` repeats a run's choices, `SHUNIU_FAULTS_KILLS` says how many random kills there are in all.
"""

import os
import random
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from rich.console import Console
from rich.table import Table

from tests.faults.load import Load
from tests.faults.processes import ForkServer
from tests.faults.second_check import Report
from tests.faults.stack import FaultStack

SEED = int(os.environ.get("SHUNIU_TEST_SEED") or random.randrange(1, 10_000))
KILLS = int(os.environ.get("SHUNIU_FAULTS_KILLS", "300"))
collect_ignore = [] if os.environ.get("SHUNIU_FAULTS") == "full" else ["matrix"]


@dataclass
class Outcome:
    """One line of the table."""

    scenario: str
    kills: int = 0
    commands: int = 0
    events: int = 0
    dropped: int = 0
    seconds: float = 0.0
    passed: bool = False
    began: float = field(default_factory=time.monotonic)

    def count(self, stack: FaultStack, load: Load | None = None, report: Report | None = None) -> None:
        """Take the counts of a stack that is about to go."""
        self.kills += sum(stack.kills.values())
        if load is not None:
            self.commands += len(load.confirmed)
        if report is not None:
            self.events += report.events
            self.dropped += report.dropped


_OUTCOMES = pytest.StashKey[list[Outcome]]()
_PASSED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_OUTCOMES] = []


def pytest_report_header() -> str:
    return f"SHUNIU_TEST_SEED={SEED} (faults)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = call.excinfo is None
    return report


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Iterator[Outcome]:
    """This test's line in the table."""
    found = Outcome(request.node.name.removeprefix("test_").replace("_", " "))
    request.config.stash[_OUTCOMES].append(found)
    yield found
    found.seconds = time.monotonic() - found.began
    found.passed = request.node.stash.get(_PASSED, False)


@pytest.fixture
def seed() -> int:
    """What all choices of a run come from."""
    return SEED


@pytest.fixture
def dice(seed: int, request: pytest.FixtureRequest) -> random.Random:
    """A test's own choices, the same whichever other tests run."""
    return random.Random(f"{seed} {request.node.name}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def forks() -> AsyncIterator[ForkServer]:
    """The warm process that all others are forked from."""
    async with ForkServer.open() as server:
        yield server


def pytest_terminal_summary(config: pytest.Config) -> None:
    outcomes = config.stash[_OUTCOMES]
    if not outcomes:
        return
    table = Table(title=f"Under fire, seed {SEED}", title_justify="left")
    table.add_column("scenario")
    for heading in ("kills", "commands confirmed", "events", "duplicates dropped", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("result")
    for one in outcomes:
        table.add_row(
            one.scenario, str(one.kills), str(one.commands), str(one.events), str(one.dropped),
            f"{one.seconds:.0f}", "[green]as promised[/green]" if one.passed else "[red]failed[/red]",
        )  # fmt: skip
    table.add_section()
    table.add_row(
        "all", str(sum(o.kills for o in outcomes)), str(sum(o.commands for o in outcomes)),
        str(sum(o.events for o in outcomes)), str(sum(o.dropped for o in outcomes)),
        f"{sum(o.seconds for o in outcomes):.0f}",
        "[green]as promised[/green]" if all(o.passed for o in outcomes) else "[red]failed[/red]",
    )  # fmt: skip
    Console(width=120).print(table)
