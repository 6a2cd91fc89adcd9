"""Events of notify: who was told what, by which channel, and whether they know. No text is on the bus."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import Code, Count, Event, Id, Instant, PersonId, Sequence, State
from shuniu_contracts.replay import REQUESTED_EN, REQUESTED_ZH, ReplayState, define_replay

EVENT_PATTERN = r"^cn\.shuniu(\.[a-z0-9_]+){3}\.v[0-9]+$"


class Channel(enum.StrEnum):
    """By which way a message goes."""

    IN_APP = "in_app"
    EMAIL = "email"
    SMS = "sms"
    WECOM = "wecom"
    WEBHOOK = "webhook"


class Urgency(enum.StrEnum):
    """`critical` passes quiet hours; `digest` waits for the day's digest."""

    CRITICAL = "critical"
    NORMAL = "normal"
    DIGEST = "digest"


class MessageStatus(enum.StrEnum):
    """Where a message is; `unknown` is an attempt whose outcome nobody can tell."""

    QUEUED = "queued"
    HELD = "held"
    ATTEMPTING = "attempting"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


class FailureClass(enum.StrEnum):
    """What kind of failure ended a message."""

    TECHNICAL = "technical"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


EventName = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=128, extra_json_schema={"pattern": EVENT_PATTERN, "x-privacy": "internal"}
    ),
]
"""The `ce_type` of an event; some are longer than a code may be."""


class Cause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The event a message tells of."""

    event_id: Id
    type: EventName
    subject: Id
    sequence: Sequence


class MessageState(State, frozen=True, kw_only=True):
    """One message to one recipient about one event; rendered text stays in notify."""

    recipient_id: PersonId
    rule: Code
    channel: Channel
    urgency: Urgency
    status: MessageStatus
    cause: Cause
    template: Code | None = None
    template_version: Count | None = None
    not_before: Instant | None = None
    acknowledge_by: Instant | None = None
    attempts: Count = 0
    failure: FailureClass | None = None


message = define_stream(
    "notify",
    "message",
    en="Messages to recipients, without their text.",
    zh="发给接收人的消息(不含正文)。",
    consumers=("notify", "console"),
)
replay = define_replay("notify")


@message.fact("queued", en="A message was queued.", zh="消息进入待发队列。")
class MessageQueued(Event, frozen=True, kw_only=True):
    """A rule matched an event for a recipient."""

    state: MessageState


@message.fact("held", en="A message was held back.", zh="消息暂缓发送。")
class MessageHeld(Event, frozen=True, kw_only=True):
    """Held for quiet hours, a digest or a budget."""

    state: MessageState
    reason: Code | None = None


@message.fact("sent", en="A message was handed to its channel.", zh="消息已交付通道发送。")
class MessageSent(Event, frozen=True, kw_only=True):
    """The provider took it."""

    state: MessageState


@message.fact("delivered", en="A message reached the recipient's device or box.", zh="消息已送达。")
class MessageDelivered(Event, frozen=True, kw_only=True):
    """The provider confirmed delivery."""

    state: MessageState


@message.fact("read", en="A message was opened.", zh="消息已读。")
class MessageRead(Event, frozen=True, kw_only=True):
    """The recipient opened it."""

    state: MessageState


@message.fact("acknowledged", en="A recipient confirmed a message.", zh="接收人已确认消息。")
class MessageAcknowledged(Event, frozen=True, kw_only=True):
    """The recipient said they know."""

    state: MessageState


@message.fact("failed", en="A message could not be delivered.", zh="消息发送失败。")
class MessageFailed(Event, frozen=True, kw_only=True):
    """It failed, in which class; the provider's code beside it."""

    state: MessageState
    failure: FailureClass
    provider_code: Code | None = None


@message.fact(
    "expired",
    en="A message was not sent while it was worth it, or not acknowledged in time.",
    zh="消息过期:未及时发出,或未按期确认。",
)
class MessageExpired(Event, frozen=True, kw_only=True):
    """It waited past its use; one that was sent can still be acknowledged, late."""

    state: MessageState


@replay.fact("requested", en=REQUESTED_EN, zh=REQUESTED_ZH)
class ReplayRequested(Event, frozen=True, kw_only=True):
    """A gap was seen by notify."""

    state: ReplayState
