"""Facts that are alike for all kinds of matters, made for each stream once all streams are known."""

from __future__ import annotations

import typing

import msgspec

from shuniu_contracts.catalogue import Stream
from shuniu_contracts.fields import Event, MatterState


def state_of(stream: Stream) -> type[MatterState] | None:
    """The state of a matter's stream; None where its records are no matters."""
    for entry in stream.facts.values():
        state = typing.get_type_hints(entry.event)["state"]
        return state if issubclass(state, MatterState) else None
    return None


def enter(
    stream: Stream, name: str, base: type[Event], state: type[MatterState], *, en: str, zh: str
) -> None:
    """Enter a fact of the stream that says what `base` says, with the stream's own state."""
    title = "".join(part.title() for part in (*stream.aggregate.split("_"), *name.split("_")))
    made = msgspec.defstruct(
        title, [("state", state)], bases=(base,), module=state.__module__, frozen=True, kw_only=True,
        omit_defaults=True, namespace={"__doc__": base.__doc__},
    )  # fmt: skip
    stream.fact(name, en=en, zh=zh, major=stream.newest)(typing.cast("type[Event]", made))
