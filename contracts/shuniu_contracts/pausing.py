"""The two facts of a pause, for every stream whose records are about an organisation and have deadlines.

They are alike for all kinds: made here once, when all streams are known, so that no kind can lack them.
"""

from __future__ import annotations

import typing

from shuniu_contracts import alike
from shuniu_contracts.catalogue import STREAMS, Stream
from shuniu_contracts.fields import DeadlinePaused, DeadlineResumed, Overdue, Rescheduled

PAUSED, RESUMED = "deadline_paused", "deadline_resumed"
_FACTS = (
    (PAUSED, DeadlinePaused, "The deadlines of the record stand still.", "期限暂停计算。"),
    (RESUMED, DeadlineResumed, "The deadlines of the record run again.", "期限恢复计算。"),
)


def complete() -> None:
    """Enter both facts for each stream that needs them; called once, when the catalogue is whole."""
    for stream in STREAMS.values():
        state = alike.state_of(stream) if stream.stands_still else None
        if state is not None and "organization" in state.__struct_fields__ and _has_deadline(stream):
            for name, base, en, zh in _FACTS:
                alike.enter(stream, name, base, state, en=en, zh=zh)


def facts_of(stream: Stream) -> tuple[type[DeadlinePaused], type[DeadlineResumed]] | None:
    """The two facts of a stream; None where its records have no deadline that could stand still."""
    if (PAUSED, stream.newest) not in stream.facts:
        return None
    paused, resumed = (stream.facts[name, stream.newest].event for name in (PAUSED, RESUMED))
    return typing.cast("tuple[type[DeadlinePaused], type[DeadlineResumed]]", (paused, resumed))


def _has_deadline(stream: Stream) -> bool:
    return any(issubclass(entry.event, Overdue | Rescheduled) for entry in stream.facts.values())
