"""States of a message, and who may act on it."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class Status(StrEnum):
    """Where a message is. Channels that hold, fail or confirm delivery bring the states for it."""

    QUEUED = "queued"
    SENT = "sent"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    EXPIRED = "expired"


TRANSITIONS: Transitions[Status] = {
    Status.QUEUED: {"sent": Status.SENT},
    Status.SENT: {"read": Status.READ, "acknowledged": Status.ACKNOWLEDGED, "expired": Status.EXPIRED},
    Status.READ: {"acknowledged": Status.ACKNOWLEDGED, "expired": Status.EXPIRED},
    Status.EXPIRED: {"read": Status.EXPIRED, "acknowledged": Status.ACKNOWLEDGED},
    Status.ACKNOWLEDGED: {},
}
"""An in-app message is sent when it lies in the recipient's box. It expires when it was to be acknowledged
and nobody did in time; it can still be read, and a late acknowledgement counts."""


class NotYours(Refusal):
    """Only the recipient, or the deputy, says that they know."""

    code = "message_not_yours"
    kind = RefusalKind.FORBIDDEN
    zh = "这条消息是发给他人的，只有接收人或其代理人可以确认。"
    en = "The message is addressed to somebody else; only the recipient or the deputy may confirm it."
