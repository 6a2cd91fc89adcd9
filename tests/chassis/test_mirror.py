"""Between stacks, streams go up, directives down, requests for a replay both ways, and nothing in circles."""

import itertools
import re

import pytest
from shuniu_contracts import STREAMS
from typer.testing import CliRunner

from chassis.command import bus as commands
from chassis.mirror import Link, Site, links, properties

CITY, DISTRICT, STREET = (Site(code, f"kafka.{code}:9092") for code in ("4403", "440303", "440303001"))
NEIGHBOUR = Site("440303002", "kafka.440303002:9092")
ALL_STACKS = ("44", "4403", "440303", "440303001", "440303001002", "440303002", "440304", "44030")


def topics(pattern: str) -> set[str]:
    """The topics of some stacks that the pattern takes."""
    names = {s.topic(stack, s.newest) for s in STREAMS.values() for stack in ALL_STACKS}
    return {name for name in names if re.fullmatch(pattern, name)}


def test_streams_of_a_stack_and_of_those_below_it_go_up_and_its_directives_do_not() -> None:
    going = topics(Link(DISTRICT, CITY).upward)
    assert "shuniu.440303.registry.organization.v1" in going
    assert "shuniu.440303001002.notify.message.v1" in going
    assert "shuniu.440303001.console.replay.v1" in going
    assert not [name for name in going if ".directives." in name]
    assert not [
        name for name in going if name.startswith(("shuniu.4403.", "shuniu.440304.", "shuniu.44030."))
    ]


def test_directives_and_replay_requests_of_a_stack_and_of_those_above_it_go_down() -> None:
    going = topics(Link(STREET, DISTRICT).downward)
    assert "shuniu.440303.grants.directives.v1" in going
    assert "shuniu.44.grants.directives.v1" in going
    assert "shuniu.4403.console.replay.v1" in going
    assert {name.split(".")[3] for name in going} == {"directives", "replay"}
    assert {name.split(".")[1] for name in going} == {"44", "4403", "440303"}


def test_a_stack_hears_by_its_subscriptions_all_that_the_links_bring_it_and_needs_nothing_else() -> None:
    """Every topic of another stack that a service subscribes to is one that some link brings."""
    for below, above in itertools.pairwise((STREET, DISTRICT, CITY)):
        link = Link(below, above)
        for stream in STREAMS.values():
            heard_above = re.compile(stream.pattern(above.stack, stream.newest))
            heard_below = re.compile(stream.pattern(below.stack, stream.newest))
            up, down = (stream.topic(site.stack, stream.newest) for site in (below, above))
            assert bool(heard_above.match(up)) == bool(re.fullmatch(link.upward, up)), up
            assert bool(heard_below.match(down)) == bool(re.fullmatch(link.downward, down)), down


def test_no_topic_goes_both_ways_over_a_link() -> None:
    for link in links((CITY, STREET, NEIGHBOUR, DISTRICT), every_ancestor=True):
        assert not topics(link.upward) & topics(link.downward)


def test_each_stack_is_joined_to_the_nearest_above_it_or_to_every_one() -> None:
    sites = (CITY, STREET, NEIGHBOUR, DISTRICT)
    nearest = {(link.lower.stack, link.upper.stack) for link in links(sites)}
    assert nearest == {("440303001", "440303"), ("440303002", "440303"), ("440303", "4403")}
    every = {(link.lower.stack, link.upper.stack) for link in links(sites, every_ancestor=True)}
    assert every - nearest == {("440303001", "4403"), ("440303002", "4403")}


def test_what_cannot_be_joined_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="none of 440303001, 440303002 is above another"):
        links((STREET, NEIGHBOUR))
    with pytest.raises(ValueError, match="named twice: 440303001"):
        links((STREET, DISTRICT, STREET))
    with pytest.raises(ValueError, match="'440303': write STACK=HOST:PORT"):
        Site.parse("440303")


def test_every_topic_keeps_its_name_and_no_pattern_is_broken_by_the_form_of_the_file() -> None:
    text = properties(links((STREET, DISTRICT)), replication_factor=1, refresh_s=3)
    told = dict(line.split(" = ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert told["replication.policy.class"].endswith(".IdentityReplicationPolicy")
    assert told["clusters"] == "440303, 440303001"
    assert told["440303001.bootstrap.servers"] == "kafka.440303001:9092"
    assert told["440303001->440303.topics"] == Link(STREET, DISTRICT).upward
    assert told["440303->440303001.topics"] == Link(STREET, DISTRICT).downward
    assert told["replication.factor"] == "1"
    for name in (name for name in told if name.endswith(".topics")):
        assert not set(told[name]) & set("\\,")


def test_the_command_prints_the_file() -> None:
    done = CliRunner().invoke(
        commands.app, ["topics", "mirror", "440303=k1:9092,k2:9092", "440303001=k3:9092"]
    )
    assert done.exit_code == 0, done.output
    assert done.output == properties(links((Site("440303", "k1:9092,k2:9092"), Site("440303001", "k3:9092"))))
