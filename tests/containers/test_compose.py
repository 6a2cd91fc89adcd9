"""The compose file started for real: healthy, the main job from outside, all there after down and up."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.scenarios import binhai
from deploy.scenarios.client import Stack
from tests.containers.composed import STACK, Composed
from tests.containers.identity import Identity
from tests.system.world import counts


@dataclass(frozen=True)
class Served:
    """A composed stack and a token for all of it."""

    composed: Composed
    token: str


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Up and healthy; afterwards nothing of it is left, its volumes neither."""
    with tempfile.TemporaryDirectory(prefix="shuniu-compose-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # the account inside the containers reads the key set
        identity = Identity.make(root / "auth")
        composed = Composed(root / "auth")
        try:
            print(f"healthy after {composed.up():.0f} s")
            yield Served(composed, identity.token(subject="u-test", roles=["operator"], divisions=[STACK]))
        finally:
            composed.down("-v")


def test_our_containers_are_nobodys_root_and_write_nowhere(served: Served) -> None:
    assert served.composed.inside("registry-api", "id", "-u").stdout.strip() == "10001"
    tried = served.composed.inside("registry-api", "sh", "-c", "echo x > /opt/shuniu/x")
    assert tried.returncode != 0
    assert "Read-only" in tried.stderr


async def test_the_main_job_runs_against_it_from_outside(served: Served) -> None:
    started = time.monotonic()
    async with Stack.open(served.composed.connection, served.token) as stack:
        await binhai.build(stack, started)
        assert binhai.show_figures(await binhai.compared(stack)) == []
    print(f"main job after {time.monotonic() - started:.1f} s; memory: {served.composed.memory()}")


async def test_everything_is_there_after_down_and_up(served: Served) -> None:
    before = await counts(served.composed.connection)
    assert before["registry"] >= 2357
    served.composed.down()
    print(f"healthy again after {served.composed.up():.0f} s")
    assert await counts(served.composed.connection) == before
    async with Stack.open(served.composed.connection, served.token) as stack:
        await stack.at_rest(binhai.REST_S)
        assert binhai.show_figures(await binhai.compared(stack)) == []
        await binhai.build(stack, time.monotonic())
    assert await counts(served.composed.connection) == before, "a second run of the main job adds nothing"
