"""Who may do what on the bus: the catalogue's rules beside those that Kafka has. `shuniu topics acls`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest
from shuniu_contracts.plan import Acl, acls

from chassis import bus
from chassis.settings import BusSettings

_OF_A_STACK = re.compile(r"User:(\d+)\.")
_TOLD_S = 10.0
_ANY = 1
_ALLOW = 3
_ANY_HOST = "*"
_NOT_ALLOWED = 31
_NO_RULES_KEPT = 54
# Kafka's numbers for what a rule is about, how it names it, and what it allows.
_RESOURCES = {"topic": 2, "group": 3}
_PATTERNS = {"literal": 3, "prefixed": 4}
_OPERATIONS = {
    "All": 2, "Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Alter": 7, "Describe": 8,
    "DescribeConfigs": 10, "AlterConfigs": 11,
}  # fmt: skip
_NAMES = {
    "resource": {number: name for name, number in _RESOURCES.items()},
    "pattern": {number: name for name, number in _PATTERNS.items()},
    "operation": {number: name for name, number in _OPERATIONS.items()},
}


class RuleState(StrEnum):
    """How a rule stands."""

    AS_WANTED = "as_wanted"
    MISSING = "missing"
    UNWANTED = "unwanted"
    """the cluster allows it on topics or groups of this stack, and the catalogue does not"""


@dataclass(frozen=True)
class RuleFinding:
    """One rule and how it stands."""

    rule: Acl
    state: RuleState


class AccessFailed(Exception):
    """The cluster refused to tell or take rules; the message has its reason."""


async def plan(
    settings: BusSettings, stack: str, lower: Collection[str] | None = ()
) -> tuple[RuleFinding, ...]:
    """Every wanted rule and how it stands, and those about this stack that are not wanted; changes nothing.

    Raises `AccessFailed` where the cluster checks nobody's rights or does not let this user ask.
    """
    client = bus.admin(settings)
    await client.start()
    try:
        return _compared(await _present(client), stack, lower)
    finally:
        await client.close()


async def apply(
    settings: BusSettings, stack: str, lower: Collection[str] | None = ()
) -> tuple[RuleFinding, ...]:
    """Add the missing rules and return how all stand then. Unwanted ones are left for a person to judge.

    Raises `AccessFailed`.
    """
    client = bus.admin(settings)
    await client.start()
    try:
        found = _compared(await _present(client), stack, lower)
        missing = [finding.rule for finding in found if finding.state is RuleState.MISSING]
        await _create(client, missing)
        return await _once_told(lambda: _present(client), stack, lower)
    finally:
        await client.close()


async def _once_told(
    present: Callable[[], Awaitable[Collection[Acl]]], stack: str, lower: Collection[str] | None
) -> tuple[RuleFinding, ...]:
    """How all stand: the controller has taken the rules, and the broker that is asked hears of it later."""
    deadline = asyncio.get_running_loop().time() + _TOLD_S
    while True:
        found = _compared(await present(), stack, lower)
        heard = all(finding.state is not RuleState.MISSING for finding in found)
        if heard or asyncio.get_running_loop().time() > deadline:
            return found
        await asyncio.sleep(0.1)


def _compared(present: Collection[Acl], stack: str, lower: Collection[str] | None) -> tuple[RuleFinding, ...]:
    wanted = acls(stack, lower=lower)
    stands = {rule: RuleState.AS_WANTED if rule in present else RuleState.MISSING for rule in wanted}
    stands |= dict.fromkeys(
        (rule for rule in present if rule not in stands and _concerns(rule, stack)), RuleState.UNWANTED
    )
    return tuple(RuleFinding(rule, stands[rule]) for rule in sorted(stands))


def _concerns(rule: Acl, stack: str) -> bool:
    """Whether it opens topics or groups of the stack to somebody; `*` names all of them.

    What another stack of the same cluster may read is for that stack's plan to say.
    """
    other = _OF_A_STACK.match(rule.principal)
    if other and other[1] != stack and rule.operation in ("Read", "Describe", "DescribeConfigs"):
        return False
    own = f"shuniu.{stack}." if rule.resource == "topic" else f"{stack}."
    wide = rule.pattern_type == "prefixed" and own.startswith(rule.name)
    return wide or rule.name == "*" or rule.name.startswith(own)


async def _present(client: bus.AdminClient) -> set[Acl]:
    """All rules of the cluster that allow something on topics and groups, from whatever host."""
    everything: Any = (_ANY, None, _ANY, None, None, _ANY, _ANY)
    answer = await client._send_request(DescribeAclsRequest(*everything))
    if answer.error_code:
        raise AccessFailed(_refused(answer.error_code, answer.error_message))
    return {
        Acl(
            principal, _NAMES["operation"][operation], _NAMES["resource"][kind], _NAMES["pattern"][pattern],
            name,
        )
        for kind, name, pattern, rules in answer.resources
        if kind in _NAMES["resource"]
        for principal, host, operation, permission in rules
        if (permission, host) == (_ALLOW, _ANY_HOST) and operation in _NAMES["operation"]
    }  # fmt: skip


async def _create(client: bus.AdminClient, rules: Sequence[Acl]) -> None:
    refused: list[str] = []
    for rule in rules:
        answer = await client._send_request(CreateAclsRequest(*_numbers(rule)))
        refused += [f"{rule}: {_refused(*told)}" for told in answer.creation_responses if told[0]]
    if refused:
        raise AccessFailed("; ".join(refused))


def _numbers(rule: Acl) -> tuple[int, str, int, str, str, int, int]:
    return (
        _RESOURCES[rule.resource], rule.name, _PATTERNS[rule.pattern_type], rule.principal, _ANY_HOST,
        _OPERATIONS[rule.operation], _ALLOW,
    )  # fmt: skip


def _refused(code: int, message: str | None) -> str:
    advice = {
        _NOT_ALLOWED: "; only a super user of the cluster may ask for rules and set them",
        _NO_RULES_KEPT: "; set `authorizer.class.name` on the brokers, else everybody may do everything",
    }
    return f"{for_code(code).__name__} ({message or code}){advice.get(code, '')}"
