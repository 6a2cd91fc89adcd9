"""Groups that only Apache Kafka keeps: a member that was killed, and one that lives."""

import asyncio
import signal
import sys
from collections.abc import Callable

import pytest

from chassis import bus, groups, topics
from chassis.settings import BusSettings

pytestmark = pytest.mark.integration
_SESSION_MS = 6_000
"""The shortest that a broker allows unless it is told otherwise."""
_MEMBER = """
import asyncio, sys
from chassis import bus
from chassis.settings import BusSettings

async def main():
    settings = BusSettings.model_validate_json(sys.argv[1])
    client = bus.consumer(settings, sys.argv[2], group=sys.argv[3])
    await client.start()
    await client.getmany(timeout_ms=2000)
    print("joined", flush=True)
    while True:
        await client.getmany(timeout_ms=200)

asyncio.run(main())
"""


async def member(settings: BusSettings, topic: str, group: str) -> asyncio.subprocess.Process:
    """A process that is a member of the group."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _MEMBER, settings.model_dump_json(exclude_defaults=True), topic, group,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"joined\n"
    return process


async def test_a_group_is_set_back_once_a_killed_member_is_gone_and_not_under_a_living_one(
    broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    settings = BusSettings.model_validate(
        {"bootstrap_servers": broker, "profile": bus_profile, "session_timeout_ms": _SESSION_MS}
    )
    stack = unique_stack()
    await topics.apply(settings, stack)
    group, topic = groups.group_id(stack, "registry"), f"shuniu.{stack}.grants.fund.v1"
    living = await member(settings, topic, group)
    with pytest.raises(groups.GroupActive, match=group):
        await groups.reset(settings, [group])
    living.send_signal(signal.SIGKILL)
    await living.communicate()
    await groups.reset(settings, [group])
    assert await _described(settings, group) in {"Dead", "Empty"}


async def _described(settings: BusSettings, group: str) -> str:
    client = bus.admin(settings)
    await client.start()
    try:
        [answer] = await client.describe_consumer_groups([group])
        return str(answer.groups[0][2])
    finally:
        await client.close()
