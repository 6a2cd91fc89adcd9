"""An event as a reaction receives it."""

from typing import Generic, TypeVar

import msgspec
from shuniu_contracts import Envelope

from chassis import telemetry
from chassis.log import Cause

E = TypeVar("E", covariant=True)


class Received(msgspec.Struct, Generic[E], frozen=True):
    """Envelope and typed data of one event, upcast to the newest type."""

    envelope: Envelope
    data: E

    @property
    def subject(self) -> str:
        """The id of the aggregate the event is about."""
        return self.envelope.subject

    @property
    def division(self) -> str:
        """The division of the record."""
        return self.envelope.division

    def cause(self) -> Cause:
        """What an event recorded because of this one names as its origin."""
        traceparent = telemetry.continued(self.envelope.traceparent)
        return Cause(self.envelope.correlation_id, self.envelope.id, traceparent)
