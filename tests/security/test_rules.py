"""Rules of the bus beside the catalogue's, as far as no broker is needed. On one: tests/containers."""

import os
import subprocess
import sys

import pytest
from shuniu_contracts.plan import Acl, acls

from chassis.access import RuleState, _compared, _numbers, _once_told
from tests.security.deployed import ROOT

STACK = "440303"


def states(*present: Acl) -> dict[Acl, RuleState]:
    """How each rule stands where the cluster has these."""
    return {finding.rule: finding.state for finding in _compared(set(present), STACK, ())}


def test_a_cluster_without_rules_lacks_all_and_one_with_them_lacks_none() -> None:
    assert set(states().values()) == {RuleState.MISSING}
    assert set(states(*acls(STACK)).values()) == {RuleState.AS_WANTED}
    assert len(states()) == len(acls(STACK))


UNWANTED = {
    "somebody else writes": Acl("User:x", "Write", "topic", "literal", "shuniu.440303.grants.fund.v1"),
    "anybody reads all that there is": Acl("User:*", "Read", "topic", "literal", "*"),
    "a prefix that holds ours": Acl("User:x", "Read", "topic", "prefixed", "shuniu."),
    "another service of ours writes": Acl(
        "User:440303.notify", "Write", "topic", "literal", "shuniu.440303.grants.fund.v1"
    ),
    "another stack writes": Acl(
        "User:4403.grants", "Write", "topic", "literal", "shuniu.440303.grants.fund.v1"
    ),
    "somebody commits in our groups": Acl("User:x", "Read", "group", "prefixed", "440303.notify"),
}


@pytest.mark.parametrize("rule", UNWANTED.values(), ids=UNWANTED)
def test_a_rule_beyond_the_catalogue_is_shown(rule: Acl) -> None:
    assert states(rule)[rule] is RuleState.UNWANTED


OTHERS = {
    "a stack above reads ours": Acl("User:4403.registry", "Read", "topic", "prefixed", "shuniu.4403"),
    "another stack's topic": Acl("User:x", "Write", "topic", "literal", "shuniu.440304.grants.fund.v1"),
    "a topic that is none of ours": Acl("User:x", "Write", "topic", "literal", "payments"),
    "another stack's group": Acl("User:x", "Read", "group", "prefixed", "4403031.notify"),
}


@pytest.mark.parametrize("rule", OTHERS.values(), ids=OTHERS)
def test_what_is_none_of_the_stacks_business_is_left_out(rule: Acl) -> None:
    assert rule not in states(rule)


async def test_a_rule_that_the_broker_has_not_heard_of_yet_is_not_called_missing() -> None:
    told = [set(acls(STACK)[:-1]), set(acls(STACK))]

    async def present() -> set[Acl]:
        return told.pop(0)

    found = await _once_told(present, STACK, ())
    assert {finding.state for finding in found} == {RuleState.AS_WANTED}


def test_a_rule_is_sent_in_kafkas_numbers() -> None:
    rule = Acl("User:440303.grants", "Write", "topic", "literal", "shuniu.440303.grants.fund.v1")
    assert _numbers(rule) == (2, "shuniu.440303.grants.fund.v1", 3, "User:440303.grants", "*", 4, 3)


@pytest.mark.parametrize(
    ("option", "beginning"), [("--commands", "kafka-acls.sh --bootstrap-server"), ("--strimzi", "---\napi")]
)
def test_rules_are_printed_without_a_broker(option: str, beginning: str) -> None:
    environment = {
        **os.environ, "SHUNIU_STACK": STACK, "SHUNIU_DATABASE_DSN": "postgresql://h/db",
        "SHUNIU_LOWER_STACKS": '["440303001"]',
    }  # fmt: skip
    printed = subprocess.run(
        [sys.executable, "-m", "chassis.command", "topics", "acls", option],
        env=environment, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    assert printed.startswith(beginning)
    assert "shuniu.440303001.registry.organization.v1" in printed
