"""A consumer asks the embedded broker as often as events come."""

import asyncio
from types import SimpleNamespace

import pytest

from chassis import attention
from chassis.attention import OFTEN_MS, SELDOM_MS, Attention
from chassis.bus import set_fetch_wait
from tests.chassis.consuming.bus_world import Bus, consuming, until
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.world import subject_id


def _consumer() -> tuple[SimpleNamespace, SimpleNamespace]:
    fetcher = SimpleNamespace(_fetch_max_wait_ms=SELDOM_MS)
    return SimpleNamespace(_fetcher=fetcher), fetcher


async def test_a_fetch_waits_a_tenth_of_the_time_between_batches_within_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (consumer, fetcher), found, paying = _consumer(), [], Attention()
    moments = iter((100.0, 101.0, 101.01, 107.0))
    loop = asyncio.get_running_loop()
    for moment in moments:
        with monkeypatch.context() as patched:
            patched.setattr(loop, "time", lambda moment=moment: moment, raising=True)
            paying.came(consumer)
        found.append(fetcher._fetch_max_wait_ms)
    assert found == [SELDOM_MS, 100, OFTEN_MS, SELDOM_MS]


async def test_who_gets_as_much_as_there_may_be_need_not_ask_often() -> None:
    """A broker that has more answers at once; and what comes behind the last of much is no hurry."""
    (consumer, fetcher), found, paying = _consumer(), [], Attention()
    for full in (False, False, True, False, False):
        paying.came(consumer, full=full)
        found.append(fetcher._fetch_max_wait_ms)
    assert found == [SELDOM_MS, OFTEN_MS, SELDOM_MS, SELDOM_MS, OFTEN_MS]


async def test_when_nothing_comes_any_more_it_asks_seldom_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_LAPSE_S", 0.05)
    (consumer, fetcher), paying = _consumer(), Attention()
    paying.came(consumer)
    paying.came(consumer)
    assert fetcher._fetch_max_wait_ms == OFTEN_MS
    await asyncio.sleep(0.2)
    assert fetcher._fetch_max_wait_ms == SELDOM_MS


@pytest.mark.integration
async def test_the_consumer_of_an_embedded_broker_is_hastened_by_what_comes(
    make: MakeWorld, stack_bus: Bus, bus_profile: str
) -> None:
    """It sets what aiokafka keeps to itself: another release of it may call that otherwise."""
    world, s = await make(bus=stack_bus.settings, stack=stack_bus.stack), subject_id()
    async with consuming(world) as loop:
        for sequence in (1, 2):

            async def there(count: int = sequence) -> bool:
                return len(await world.lines()) == count

            await stack_bus.send(s, sequence)
            await until(there)
        fetcher = loop._subscriber.consumer._fetcher  # type: ignore[union-attr]
        assert (fetcher._fetch_max_wait_ms < SELDOM_MS) is (bus_profile == "embedded")
        set_fetch_wait(loop._subscriber.consumer, SELDOM_MS)  # type: ignore[union-attr]
        assert fetcher._fetch_max_wait_ms == SELDOM_MS
