"""From party-building's message on Kafka to notify's own, through the consumer and the relay."""

from collections.abc import Callable

import msgspec
import pytest
from shuniu_contracts import Basis
from shuniu_contracts.notify import MessageQueued, MessageSent

from chassis.region import Region
from chassis.settings import BusSettings
from services.notify.app import service
from tests.conftest import Databases
from tests.end_to_end import connected
from tests.notify.conftest import World
from tests.notify.events import EVENTS, TODAY

pytestmark = pytest.mark.integration


async def test_each_event_is_told_once_whatever_is_delivered_twice(
    databases: Databases, buses: BusSettings, unique_stack: Callable[[], str], profile: Region
) -> None:
    """A live event for each rule, amid history, everything delivered twice."""
    line = await connected(service, databases, buses, unique_stack(), profile)
    world = World(line.runtime, officer=line.officer)
    await world.begin(TODAY)
    for role in ("hub_officer", "party_officer", "grants_officer", "registration_authority", "liaison"):
        await world.recipient(role, line.stack)
    live = [world.fact(name, division=line.stack) for name in EVENTS]
    history = [
        world.fact(name, division=line.stack, basis=Basis.HISTORICAL) for name in EVENTS for _ in range(20)
    ]
    expected = 2 * len(EVENTS) - 2  # two roles are told, of a refused application and an election one
    async with line.working():
        await line.publish([*history, *live, *live, *history])
        await line.until("select count(*) from inbox where sequence = 1", len(live) + len(history))
        await line.until("select count(*) from message", expected)
        await line.until("select count(*) from outbox", 0)
    told = await line.published(MessageSent, 2 * expected)
    assert {type(message.data) for message in told} == {MessageQueued, MessageSent}
    assert {m.envelope.causation_id for m in told} == {event.envelope.id for event in live}
    assert {m.envelope.division for m in told} == {line.stack}
    text = str([msgspec.to_builtins(message.data) for message in told])
    assert not any(getattr(event.state, "title", "\0") in text for event in EVENTS.values())
    assert await world.rows("select from parked") == []
