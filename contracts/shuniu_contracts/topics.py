"""Names of topics: written by one function, read by one, and patterns for a subtree and for ancestors."""

from __future__ import annotations

import re
from typing import NamedTuple

DIRECTIVES = "directives"
REPLAY = "replay"
"""Requests to send a subject again: they go to its home, be it below or above whoever misses something."""
TIERS = (2, 4, 6, 9, 12)
"""Lengths a division code can have: province, city, district, street, community."""

_TOPIC = re.compile(r"shuniu\.(\d{1,12})\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\.v([1-9]\d*)")


class TopicName(NamedTuple):
    """The parts of a topic's name; `aggregate` is `directives` for a directive stream."""

    stack: str
    service: str
    aggregate: str
    major: int


def topic(stack: str, service: str, aggregate: str, major: int) -> str:
    """The topic of one stack's aggregate (or of its `directives`) at a major version."""
    return f"shuniu.{stack}.{service}.{aggregate}.v{major}"


def parse_topic(name: str) -> TopicName:
    """Take a topic's name apart; raises `ValueError` for a name that is none of ours."""
    found = _TOPIC.fullmatch(name)
    if found is None:
        raise ValueError(
            f"{name!r} is no topic of Shuniu: expected shuniu.<stack>.<service>.<aggregate>.v<major>"
        )
    stack, service, aggregate, major = found.groups()
    return TopicName(stack, service, aggregate, int(major))


def ancestors(stack: str) -> tuple[str, ...]:
    """The codes a stack listens to downwards, highest tier first and itself last."""
    return (*(stack[:length] for length in TIERS if length < len(stack)), stack)


def topic_pattern(
    stack: str, service: str, aggregate: str, major: int, *, downward: bool | None = None
) -> str:
    """A regular expression for subscription: of a stack and all its descendants by prefix (up), or of a stack
    and its ancestors (down). `downward` defaults to whether `aggregate` is `directives`; without it, requests
    for a replay are heard from both sides."""
    subtree, above = rf"{stack}\d*", ancestors(stack)[:-1]
    if aggregate == REPLAY and downward is None:
        stacks = f"(?:{'|'.join((*above, subtree))})"
    elif aggregate == DIRECTIVES if downward is None else downward:
        stacks = f"(?:{'|'.join((*above, stack))})"
    else:
        stacks = subtree
    return rf"^shuniu\.{stacks}\.{service}\.{aggregate}\.v{major}$"
