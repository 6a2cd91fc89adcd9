"""The catalogue is complete, names keep to the rules, and topics, permissions, manifests follow from it."""

import datetime
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import (
    EVENT_TYPES,
    STREAMS,
    by_type,
    event_type,
    parse_topic,
    plan,
    stream,
    topic,
    topic_pattern,
)
from shuniu_contracts.asyncapi import HEADERS, asyncapi
from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.registry import OrganizationMerged
from shuniu_contracts.replay import KEPT_MS
from shuniu_contracts.yaml_text import to_yaml

from chassis import topics
from chassis.settings import BusSettings
from tests.contracts.world import envelope

FOUNDATION = {
    "registry.organization": "discovered filed hub_filed registered details_changed linked decoupled"
    " supervision_changed hub_standing_changed suspended deregistered revoked dissolved merged absorbed",
    "registry.registration_application": "submitted returned endorsed endorsement_refused denied withdrawn"
    " closed",
    "grants.fund": "opened increased committed released lapsed closed",
    "grants.round": "announced opened extended closed ranking_proposed publicised decided reopened cancelled"
    " concluded",
    "grants.application": "submitted found_eligible found_ineligible returned withdrawn awarded reserved"
    " not_selected",
    "partybuild.coverage_duty": "opened mode_proposed covered mode_changed lapsed became_overdue ended",
    "partybuild.party_organization": "founded changed upgraded election_fell_due scored dissolved",
    "partybuild.instructor": "appointed assigned released ended",
    "notify.message": "queued held sent delivered read acknowledged failed expired",
}
DAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize("name", FOUNDATION)
def test_the_foundation_has_all_its_facts(name: str) -> None:
    service, aggregate = name.split(".")
    facts = {fact for fact, _ in stream(service, aggregate).facts}
    assert set(FOUNDATION[name].split()) <= facts


def test_every_service_can_ask_for_a_replay() -> None:
    for service in ("registry", "grants", "partybuild", "notify", "console"):
        assert by_type(f"cn.shuniu.{service}.replay.requested.v1").stream.owner == service


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_a_type_is_named_after_its_class_and_explained_in_two_languages(type_: str) -> None:
    entry = by_type(type_)
    words = f"{entry.aggregate}_{entry.fact}".split("_")
    version = "" if entry.is_newest else f"V{entry.major}"
    assert entry.event.__name__ == "".join(word.capitalize() for word in words) + version
    assert entry.en.endswith(".")
    assert re.search("[一-鿿]", entry.zh)
    assert entry.zh.endswith("。")
    assert next(iter(entry.event.__struct_fields__)) == "state"
    assert event_type(entry.event) is entry


def test_a_fact_is_a_past_participle() -> None:
    irregular = {
        "sent", "read", "held", "found", "withdrawn", "given", "met", "fell", "made", "set", "frozen",
        "drawn", "kept",
    }  # fmt: skip
    for entry in EVENT_TYPES.values():
        words = entry.fact.split("_")
        assert any(word.endswith("ed") or word in irregular for word in words) or "became" in words, (
            entry.type
        )


def test_a_stream_cannot_be_named_twice_or_as_directives() -> None:
    for service, aggregate in (("registry", "organization"), ("registry", "directives"), ("tax", "return")):
        with pytest.raises(ValueError, match=aggregate):
            define_stream(service, aggregate, en="x", zh="x", consumers=())


def test_a_fact_cannot_be_entered_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        stream("registry", "organization").fact("merged", en="x", zh="x")(OrganizationMerged)


def test_what_is_in_no_catalogue_is_named_in_the_error() -> None:
    with pytest.raises(KeyError, match=r"tax\.return"):
        stream("tax", "return")
    with pytest.raises(KeyError, match="nothing"):
        by_type("nothing")


STACKS = st.sampled_from(["44", "4403", "440303", "440303001", "440303001002"])
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)


@given(STACKS, NAMES, NAMES, st.integers(1, 99))
def test_a_topics_name_can_be_taken_apart(stack: str, service: str, aggregate: str, major: int) -> None:
    assert parse_topic(topic(stack, service, aggregate, major)) == (stack, service, aggregate, major)


@pytest.mark.parametrize(
    "name", ["__consumer_offsets", "shuniu.futian.registry.organization.v1", "shuniu.4403"]
)
def test_a_name_that_is_no_topic_of_ours_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        parse_topic(name)


def test_a_district_hears_its_streets_and_not_its_neighbours() -> None:
    pattern = re.compile(stream("registry", "organization").pattern("440303", 1))
    assert pattern.match("shuniu.440303.registry.organization.v1")
    assert pattern.match("shuniu.440303001.registry.organization.v1")
    assert not pattern.match("shuniu.4403.registry.organization.v1")
    assert not pattern.match("shuniu.440304.registry.organization.v1")
    assert not pattern.match("shuniu.440303.registry.organization.v10")
    assert not pattern.match("shuniu.440303.registry.registration_application.v1")


def test_a_street_hears_the_directives_of_those_above_it() -> None:
    pattern = re.compile(topic_pattern("440303001", "grants", "directives", 1))
    for stack in ("44", "4403", "440303", "440303001"):
        assert pattern.match(f"shuniu.{stack}.grants.directives.v1")
    assert not pattern.match("shuniu.440303002.grants.directives.v1")
    assert not pattern.match("shuniu.440303001002.grants.directives.v1")


def test_a_request_for_a_replay_is_heard_from_above_and_from_below() -> None:
    pattern = re.compile(stream("console", "replay").pattern("440303001", 1))
    for stack in ("44", "4403", "440303", "440303001", "440303001002"):
        assert pattern.match(f"shuniu.{stack}.console.replay.v1")
    for stack in ("440303002", "44030", "4403030", "440304"):
        assert not pattern.match(f"shuniu.{stack}.console.replay.v1")


def test_a_round_is_sent_down_as_a_directive() -> None:
    assert stream("grants", "round").topic("4403", 1) == "shuniu.4403.grants.directives.v1"


def test_the_plan_holds_both_majors_of_a_window_and_drops_the_old_after_it() -> None:
    def majors(day: datetime.date) -> set[str]:
        return {spec.name for spec in plan.topics("440303", day) if ".instructor." in spec.name}

    old, new = "shuniu.440303.partybuild.instructor.v1", "shuniu.440303.partybuild.instructor.v2"
    assert majors(DAY) == {old, new}
    assert majors(datetime.date(2028, 1, 1)) == {new}


def test_every_topic_is_kept_but_for_requests_and_never_compacted() -> None:
    specs = plan.topics("440303", DAY)
    assert {name for spec in specs for name in spec.streams} == {found.name for found in STREAMS.values()}
    for spec in specs:
        assert spec.config["cleanup.policy"] == "delete"
        requests = spec.streams[0].endswith(".replay")
        assert spec.config["retention.ms"] == (str(KEPT_MS) if requests else "-1")


def test_the_plan_printed_for_a_cluster_is_the_one_a_stack_applies() -> None:
    wanted = topics.wanted_topics("440303", BusSettings())
    printed = plan.topics("440303")
    assert [(topic.name, topic.partitions) for topic in wanted] == [spec[:2] for spec in printed]
    for topic_, spec in zip(wanted, printed, strict=True):
        assert spec.config.items() <= topic_.settings.items()


def test_only_the_owner_may_write_a_topic() -> None:
    written = [acl for acl in plan.acls("440303", DAY, lower=None) if acl.operation == "Write"]
    assert {acl.name for acl in written} == {spec.name for spec in plan.topics("440303", DAY)}
    for acl in written:
        assert (acl.resource, acl.pattern_type) == ("topic", "literal")
        assert acl.principal == f"User:440303.{parse_topic(acl.name).service}"


def test_every_consumer_of_a_stream_may_read_it_in_a_group_of_its_own() -> None:
    granted = set(plan.acls("440303001", DAY))
    for found in STREAMS.values():
        for consumer in found.consumers:
            reader = f"User:440303001.{consumer}"
            assert plan.Acl(reader, "Read", "group", "prefixed", f"440303001.{consumer}") in granted
            above = ("4403", "440303001") if found.directive else ("440303001",)
            for stack in above:
                name = found.topic(stack, found.newest)
                assert plan.Acl(reader, "Read", "topic", "literal", name) in granted


def test_a_service_may_read_no_stream_that_is_not_meant_for_it() -> None:
    meant = {
        (f"User:440303.{consumer}", found.topic(stack, major))
        for found in STREAMS.values()
        for major in found.live_majors(DAY)
        for consumer in found.consumers
        for stack in ("44", "4403", "440303", "440303001")
    }
    services = {
        (acl.principal, acl.name)
        for acl in plan.acls("440303", DAY, lower=["440303001"])
        if acl.operation == "Read" and acl.pattern_type == "literal"
    }
    assert services <= meant
    assert ("User:440303.registry", "shuniu.440303001.registry.organization.v1") in services
    assert ("User:440303.registry", "shuniu.440303.notify.message.v1") not in services


def test_any_stack_below_may_come_where_it_is_said_so() -> None:
    wide = plan.Acl("User:440303.registry", "Read", "topic", "prefixed", "shuniu.440303")
    assert wide in plan.acls("440303", DAY, lower=None)
    assert wide not in plan.acls("440303", DAY)


def test_whoever_only_looks_on_changes_nothing() -> None:
    granted = [acl for acl in plan.acls("440303", DAY) if acl.principal.endswith(".auditor")]
    assert {acl.operation for acl in granted} == {"Read", "Describe", "DescribeConfigs"}
    groups = [
        a for a in plan.acls("440303", DAY) if a.principal.endswith(".auditor") and a.resource == "group"
    ]
    assert [acl.operation for acl in groups] == ["Describe"]  # without Read no offset can be committed


def test_users_are_the_permissions_as_yaml() -> None:
    users = list(yaml.safe_load_all(plan.strimzi_users("440303", cluster="main", on=DAY)))
    told = {
        plan.Acl(
            f"User:{each['metadata']['name']}", operation, rule["resource"]["type"],
            {"literal": "literal", "prefix": "prefixed"}[rule["resource"]["patternType"]],
            rule["resource"]["name"],
        )
        for each in users
        for rule in each["spec"]["authorization"]["acls"]
        for operation in rule["operations"]
    }  # fmt: skip
    assert told == set(plan.acls("440303", DAY))


def test_manifests_are_the_plan_as_yaml() -> None:
    found = list(yaml.safe_load_all(plan.strimzi_topics("440303", cluster="main", replicas=3, on=DAY)))
    specs = plan.topics("440303", DAY)
    assert [each["spec"]["topicName"] for each in found] == [spec.name for spec in specs]
    assert [each["spec"]["partitions"] for each in found] == [spec.partitions for spec in specs]
    for each in found:
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", each["metadata"]["name"])
        assert each["metadata"]["labels"] == {"strimzi.io/cluster": "main"}
        assert each["spec"]["config"]["min.insync.replicas"] == "2"


def test_requests_for_a_replay_may_be_read_from_every_stack_above() -> None:
    granted = set(plan.acls("440303001", DAY))
    for stack in ("44", "4403", "440303", "440303001"):
        name = f"shuniu.{stack}.console.replay.v1"
        assert plan.Acl("User:440303001.registry", "Read", "topic", "literal", name) in granted


def test_acl_commands_name_every_permission() -> None:
    printed = plan.acl_commands("440303", DAY)
    assert printed.count("--operation") == len(plan.acls("440303", DAY))
    assert printed.count("\n") == printed.count("--add") < len(plan.acls("440303", DAY))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:-# 1n", max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc$./{}", min_size=1, max_size=6), VALUES, min_size=1, max_size=4))
def test_yaml_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(value)) == value


def test_asyncapi_tells_headers_key_partitions_and_bindings() -> None:
    document = asyncapi("1.0.0")
    channel = document["channels"]["registry.organization.v1"]
    assert channel["address"] == "shuniu.{stack}.registry.organization.v1"
    assert channel["bindings"]["kafka"]["partitions"] == 6
    assert channel["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] == ["delete"]
    named = {
        reference["$ref"].removeprefix("#/components/messages/")
        for each in document["channels"].values()
        for reference in each["messages"].values()
    }
    assert named == set(document["components"]["messages"]) == set(EVENT_TYPES)
    message = document["components"]["messages"]["cn.shuniu.registry.organization.registered.v1"]
    assert message["bindings"]["kafka"]["key"]["type"] == "string"
    assert document["channels"]["partybuild.instructor.v1"]["x-sunset"] == "2027-06-30"


def test_the_headers_of_the_document_are_the_headers_sent() -> None:
    sent = dict(envelope(causation_id="c", traceparent="t").to_headers())
    assert set(sent) == set(HEADERS)
    for name, (pattern, _) in HEADERS.items():
        assert re.search(pattern, sent[name].decode()), name
