"""The fact that somebody else answers for a record, for every stream of matters that somebody answers for.

It is alike for all kinds: made here once, when all streams are known, so that no kind can lack it.
"""

from __future__ import annotations

import typing

from shuniu_contracts import alike
from shuniu_contracts.catalogue import STREAMS, Stream
from shuniu_contracts.fields import Reassigned

REASSIGNED = "reassigned"


def complete() -> None:
    """Enter the fact for each stream that needs it; called once, when the catalogue is whole."""
    for stream in STREAMS.values():
        state = alike.state_of(stream)
        if state is not None and stream.reassignable:
            alike.enter(
                stream, REASSIGNED, Reassigned, state, en="Somebody else answers for the record.",
                zh="负责人变更。",
            )  # fmt: skip


def fact_of(stream: Stream) -> type[Reassigned] | None:
    """The fact of a stream; None where nobody takes its records over one by one."""
    entry = stream.facts.get((REASSIGNED, stream.newest)) if stream.reassignable else None
    return typing.cast("type[Reassigned]", entry.event) if entry else None
