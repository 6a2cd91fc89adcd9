"""A sign of life from each stack to those joined to it, and when the last one was heard."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError
from shuniu_contracts.topics import topic

from chassis import presence
from chassis.presence import Heard
from chassis.settings import DatabaseSettings, Settings
from chassis.subscription import consumers_of
from tests.chassis.consuming.bus_world import consuming
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.conftest import make as make
from tests.chassis.outbox_world import TEMPLATE, World, make_world, prepare
from tests.conftest import FreshDatabase

ABOVE, HERE, BELOW = "440303", "440303001", "440303001002"


def settings(*, upper: tuple[str, ...] = (), lower: tuple[str, ...] = ()) -> Settings:
    """Settings of the street."""
    database = DatabaseSettings(dsn=SecretStr("postgresql://nobody@nowhere/none"))
    return Settings(stack=HERE, upper_stacks=upper, lower_stacks=lower, database=database)


def test_one_service_speaks_for_a_stack_and_only_where_others_listen() -> None:
    assert presence.announces(settings(upper=(ABOVE,)), "registry")
    assert presence.announces(settings(lower=(BELOW,)), "registry")
    assert not presence.announces(settings(upper=(ABOVE,)), "grants")
    assert not presence.announces(settings(), "registry")


@pytest.mark.parametrize("code", [HERE, BELOW, "440304"])
def test_only_a_stack_above_is_an_upper_stack(code: str) -> None:
    with pytest.raises(ValidationError, match="is not above"):
        settings(upper=(code,))


def test_what_was_heard_is_as_old_as_its_sending_and_never_of_the_future() -> None:
    began = time.time()
    heard = Heard.from_now([ABOVE, BELOW])
    assert all(began <= at <= time.time() for at in heard.newest.values())
    heard.newest = {ABOVE: 1000.0, BELOW: 1000.0}
    heard.note(
        {topic(ABOVE, "registry", "replay", 1): 2_000_000, topic(HERE, "registry", "replay", 1): 9_000_000}
    )
    heard.note({topic(ABOVE, "registry", "replay", 1): 1_500_000})
    assert heard.newest == {ABOVE: 2000.0, BELOW: 1000.0}
    heard.note({topic(BELOW, "registry", "replay", 1): 10**16})
    assert heard.newest[BELOW] <= time.time()


@pytest_asyncio.fixture(loop_scope="session")
async def speaking(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> AsyncIterator[World]:
    """The registry of a stack that is below another."""
    stack = f"{unique_stack()}001"
    made = await make_world(
        await fresh_database(TEMPLATE, prepare), broker, bus_profile, stack, services=("registry",),
        service="registry",
    )  # fmt: skip
    yield made
    await made.runtime.database.close()


@pytest.mark.integration
async def test_one_event_is_recorded_and_sent_again_and_again(speaking: World) -> None:
    replay = topic(speaking.stack, "registry", "replay", 1)
    async with speaking.relaying():
        for _ in range(3):
            await presence.announce(speaking.runtime)
            await speaking.drained()
        signs = await speaking.received(3, replay)
    assert len({record.value for record in signs}) == 1
    assert [record.key for record in signs] == [f"presence:{speaking.stack}".encode()] * 3
    assert await speaking.value("select count(*) from event_log") == 1


@pytest.mark.integration
async def test_a_sign_that_comes_again_is_dropped_and_heard(speaking: World, make: MakeWorld) -> None:
    listening = await make(bus=speaking.bus, stack=speaking.stack[:6])
    [listening.definition] = consumers_of(listening.runtime.service)
    heard = listening.runtime.heard = Heard({speaking.stack: 0.0})
    async with consuming(listening) as loop, speaking.relaying():
        for _ in range(2):
            before = heard.newest[speaking.stack]
            await presence.announce(speaking.runtime)
            async with asyncio.timeout(30):
                while heard.newest[speaking.stack] == before:  # noqa: ASYNC110, a time
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(10):
            while loop.totals.duplicates == 0:  # noqa: ASYNC110, a count
                await asyncio.sleep(0.05)
    assert heard.newest[speaking.stack] == pytest.approx(time.time(), abs=30)
    assert (loop.totals.parked, loop.totals.quarantined, loop.totals.forks) == (0, 0, 0)
