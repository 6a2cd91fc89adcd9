"""A stack's topics come from the catalogue and are told apart from what a broker has."""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from shuniu_contracts import STREAMS

from chassis import bus, topics
from chassis.settings import BusSettings
from chassis.topics import TopicState, WantedTopic


def test_a_stack_wants_every_live_major_of_every_stream_and_each_services_replay() -> None:
    names = {topic.name for topic in topics.wanted_topics("990001", BusSettings())}
    assert {"shuniu.990001.partybuild.instructor.v1", "shuniu.990001.partybuild.instructor.v2"} <= names
    assert {f"shuniu.990001.{service}.replay.v1" for service in ("registry", "grants", "console")} <= names
    assert len(names) == len({s.topic("990001", major) for s in STREAMS.values() for major in s.majors})


def test_topics_are_kept_for_ever_and_never_compacted_unless_the_catalogue_says_so() -> None:
    for topic in topics.wanted_topics("990001", BusSettings(min_insync_replicas=2, replication_factor=3)):
        assert topic.settings["cleanup.policy"] == "delete"
        assert topic.settings["min.insync.replicas"] == "2"
        assert topic.replication_factor == 3
        assert int(topic.settings["max.message.bytes"]) > bus.MAX_BATCH_BYTES


def test_more_partitions_in_the_catalogue_than_on_the_broker_ask_for_a_new_major() -> None:
    topic = WantedTopic("shuniu.990001.grants.fund.v1", 6, 1, {"retention.ms": "-1"})
    found = topics._judge(topic, 4, {"retention.ms": "-1"})
    assert (found.state, found.is_error) == (TopicState.TOO_FEW_PARTITIONS, True)
    assert "new major" in found.detail
    assert topics._judge(topic, 8, {}).is_error
    differing = topics._judge(topic, 6, {"retention.ms": "1000"})
    assert (differing.state, differing.is_error) == (TopicState.DIFFERS, False)


@pytest.mark.integration
async def test_apply_makes_what_is_missing_and_leaves_what_is_there(
    broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    settings = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    stack = unique_stack()
    client = bus.admin(settings)
    await client.start()
    await client.create_topics([NewTopic(f"shuniu.{stack}.grants.fund.v1", 2, 1)])
    await client.close()

    before = {found.topic.name: found for found in await topics.plan(settings, stack, ["grants"])}
    assert before.pop(f"shuniu.{stack}.grants.fund.v1").state is TopicState.TOO_FEW_PARTITIONS
    assert {found.state for found in before.values()} == {TopicState.MISSING}

    after = {found.topic.name: found for found in await topics.apply(settings, stack, ["grants"])}
    assert after.pop(f"shuniu.{stack}.grants.fund.v1").state is TopicState.TOO_FEW_PARTITIONS
    assert {found.state for found in after.values()} == {TopicState.AS_WANTED}


async def test_a_broker_that_hears_of_new_topics_late_is_asked_again(
    broker: str, bus_profile: str, unique_stack: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    stack, plan, asked = unique_stack(), topics._plan, 0

    async def late(*arguments: Any) -> tuple[topics.TopicFinding, ...]:
        nonlocal asked
        asked += 1
        found = await plan(*arguments)
        missing = topics.TopicFinding(found[0].topic, TopicState.MISSING, "not heard of yet")
        return (missing, *found[1:]) if asked <= 3 else found

    monkeypatch.setattr(topics, "_plan", late)
    after = await topics.apply(settings, stack, ["grants"])
    assert {found.state for found in after} == {TopicState.AS_WANTED}
    assert asked == 4, "before they were made, twice too early, and then"
