"""The one aggregate every service has: a consumer that saw a gap asks a source to enqueue a subject again.

It is also the one whose events go both up and down: on it a stack tells its neighbours that it is there.
"""

from __future__ import annotations

from shuniu_contracts.catalogue import Stream, define_stream
from shuniu_contracts.fields import Code, Division, Event, Id, Sequence, State


class ReplayState(State, frozen=True, kw_only=True):
    """Which subject of which source is wanted again, from which sequence to the newest."""

    service: Code
    aggregate: Code
    subject: Id
    from_sequence: Sequence
    stack: Division | None = None
    """Stack of the source, where it is not the asker's own."""


class PresenceState(State, frozen=True, kw_only=True):
    """A stack that answers requests for a replay."""


KEPT_MS = 7 * 24 * 60 * 60 * 1000
"""A request is passed over after an hour, and a sign of life is repeated every minute."""


def define_replay(service: str) -> Stream:
    """The `replay` stream of one service."""
    return define_stream(
        service,
        "replay",
        en=f"Requests by {service} that a source enqueue a subject's events again.",
        zh=f"{service} 请求来源服务重新发出某一主体的事件。",
        consumers=("registry", "grants", "partybuild", "notify", "console"),
        partitions=1,
        retention_ms=KEPT_MS,
    )


REQUESTED_EN = "A consumer missed events of a subject and asks its source to send them again."
REQUESTED_ZH = "消费方发现某主体的事件缺失,请求来源重新发出。"

__all__ = ["REQUESTED_EN", "REQUESTED_ZH", "Event", "PresenceState", "ReplayState", "define_replay"]
