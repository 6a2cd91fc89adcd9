"""What the person can do with records now: by right, division and home, and as the registry tells of each
record where that is not all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console.matters.kinds import SERVICE, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.frame import Frame


@dataclass(frozen=True)
class Kept:
    """A record of a kind: in which state it is, where, and whose."""

    kind: KindWords
    id: str
    state: str
    division: str
    home: str
    """the stack that it belongs to; empty where that is not known"""

    @property
    def name(self) -> str:
        """As the registry names records of all kinds."""
        return f"{self.kind.name}:{self.id}"


def kept(kind: KindWords, record: Mapping[str, Any]) -> Kept:
    """A record as the registry answers with it."""
    return Kept(kind, record["id"], record["state"], record["division"], record.get("home") or "")


class Possible:
    """The steps of records that one visitor can take; `ask` comes before `of`."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._told: dict[str, Sequence[str]] = {}

    async def ask(self, records: Iterable[Kept]) -> None:
        """Let the registry say of whom it depends on the record; none of these while it does not answer."""
        wanted = [one.name for one in records if any(step.by_record for step in one.kind.allowed(one.state))]
        self._told = {}
        if not wanted:
            return
        try:
            registry = self.frame.desk.neighbours(self.frame.person)
            self._told = await registry.get(SERVICE, "/v1/matters/possible", record=wanted)
        except NotDone:
            return

    def of(self, one: Kept) -> list[StepWords]:
        """The steps that are possible, in the order of the kind's."""
        ours, told = self.is_ours(one.division, one.home), self._told.get(one.name, ())
        allowed = one.kind.allowed(one.state)
        return [step for step in allowed if (step.fact in told if step.by_record else ours)]

    def is_ours(self, division: str, home: str) -> bool:
        """Whether the record is kept here and lies where the person works."""
        return self.is_here(home) and self.frame.person.principal.covers(division)

    def is_here(self, home: str) -> bool:
        """Whether this stack keeps the record."""
        return home in ("", self.frame.desk.runtime.settings.stack)
