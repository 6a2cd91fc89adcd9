"""The two facts of a pause, for every stream whose records are about an organisation and have deadlines.

They are alike for all kinds: made here once, when all streams are known, so that no kind can lack them.
"""

from __future__ import annotations

import typing

import msgspec

from shuniu_contracts.catalogue import STREAMS, Stream
from shuniu_contracts.fields import DeadlinePaused, DeadlineResumed, Event, MatterState, Overdue, Rescheduled

PAUSED, RESUMED = "deadline_paused", "deadline_resumed"
_FACTS = (
    (PAUSED, DeadlinePaused, "The deadlines of the record stand still.", "期限暂停计算。"),
    (RESUMED, DeadlineResumed, "The deadlines of the record run again.", "期限恢复计算。"),
)


def complete() -> None:
    """Enter both facts for each stream that needs them; called once, when the catalogue is whole."""
    for stream in STREAMS.values():
        state = _state(stream)
        if state is not None and "organization" in state.__struct_fields__ and _has_deadline(stream):
            for name, base, en, zh in _FACTS:
                stream.fact(name, en=en, zh=zh, major=stream.newest)(_made(stream, name, base, state))


def facts_of(stream: Stream) -> tuple[type[DeadlinePaused], type[DeadlineResumed]] | None:
    """The two facts of a stream; None where its records have no deadline that could stand still."""
    if (PAUSED, stream.newest) not in stream.facts:
        return None
    paused, resumed = (stream.facts[name, stream.newest].event for name in (PAUSED, RESUMED))
    return typing.cast("tuple[type[DeadlinePaused], type[DeadlineResumed]]", (paused, resumed))


def _state(stream: Stream) -> type[MatterState] | None:
    """The state of a matter's stream; None where its records are no matters that can stand still."""
    if not stream.stands_still:
        return None
    for entry in stream.facts.values():
        state = typing.get_type_hints(entry.event)["state"]
        return state if issubclass(state, MatterState) else None
    return None


def _has_deadline(stream: Stream) -> bool:
    return any(issubclass(entry.event, Overdue | Rescheduled) for entry in stream.facts.values())


def _made(stream: Stream, name: str, base: type[Event], state: type[MatterState]) -> type[Event]:
    title = "".join(part.title() for part in (*stream.aggregate.split("_"), *name.split("_")))
    made = msgspec.defstruct(
        title, [("state", state)], bases=(base,), module=state.__module__, frozen=True, kw_only=True,
        omit_defaults=True, namespace={"__doc__": base.__doc__},
    )  # fmt: skip
    return typing.cast("type[Event]", made)
