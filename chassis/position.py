"""Where a consumer stands in a subject's events, and what the next messages of that subject mean there.

Pure; the definition that the inbox's one-statement form must agree with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from chassis.border import Arrival, Misfit

Key = tuple[int, int]
"""(epoch, sequence)"""


class InboxState(StrEnum):
    """Whether a subject's events are being applied."""

    OK = "ok"
    HELD = "held"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Position:
    """One row of the inbox. `previous` and `previous_id` tell the last event of the advance before."""

    stack: str
    epoch: int = 0
    sequence: int = 0
    previous: int = 0
    last_id: str = ""
    previous_id: str = ""
    state: InboxState = InboxState.OK

    def follows(self, arrival: Arrival) -> bool:
        """Whether the arrival may be applied now: the next, or of a restored source and not too far on."""
        if arrival.epoch == self.epoch:
            return arrival.sequence == self.sequence + 1
        return arrival.epoch > self.epoch and arrival.sequence <= self.sequence + 1

    def over(self, arrival: Arrival) -> bool:
        """Whether the arrival lies behind: a duplicate, or of an epoch that the source has left."""
        return arrival.epoch < self.epoch or (
            arrival.epoch == self.epoch and arrival.sequence <= self.sequence
        )

    def contradicts(self, arrival: Arrival) -> bool:
        """Whether another event was applied in the arrival's place."""
        if arrival.epoch != self.epoch:
            return False
        if arrival.sequence == self.sequence:
            return arrival.id != self.last_id
        known = self.previous_id if arrival.sequence == self.previous else ""
        return known not in ("", arrival.id)

    def after(self, arrival: Arrival) -> "Position":
        """The position once the arrival is applied (or discarded)."""
        return replace(
            self,
            epoch=arrival.epoch,
            sequence=arrival.sequence,
            last_id=arrival.id,
            previous=self.sequence if arrival.epoch == self.epoch else arrival.sequence - 1,
            previous_id=self.last_id if arrival.epoch == self.epoch else "",
        )


@dataclass(slots=True)
class Settlement:
    """What became of one subject's messages."""

    before: Position
    position: Position
    written: Position
    """what the row says now"""
    fresh: list[Arrival] = field(default_factory=list)
    hold: list[Arrival] = field(default_factory=list)
    """ahead of their turn, whether stored before or not"""
    released: list[Key] = field(default_factory=list)
    """no longer held: applied, outdated or parked"""
    park: list[tuple[Arrival, Misfit, str]] = field(default_factory=list)
    foreign: list[Arrival] = field(default_factory=list)
    """from a stack that is not the subject's home"""
    duplicates: int = 0
    outdated: int = 0
    jumps: int = 0

    def fail(self, at: int, error: str) -> None:
        """Take back `fresh[at:]`: the first of them failed and is parked, and what came after follows it."""
        failed, self.fresh = self.fresh[at:], self.fresh[:at]
        position = self.before
        for arrival in self.fresh:
            position = position.after(arrival)
        later = [entry for entry in self.park if entry[1] is not Misfit.FORK]
        forks = [entry for entry in self.park if entry[1] is Misfit.FORK]
        followers = [*failed[1:], *(arrival for arrival, _, _ in later), *self.hold]
        self.released += [(arrival.epoch, arrival.sequence) for arrival in self.hold]
        self.park = [(failed[0], Misfit.FAILED, error), *forks]
        self.park += [(arrival, Misfit.FOLLOWER, "") for arrival in followers]
        self.hold = []
        self.position = replace(position, state=InboxState.PARKED)


def settle(
    before: Position, arrivals: Sequence[Arrival], held: Iterable[Arrival] = (), *, latest: bool = False
) -> Settlement:
    """Take the arrivals one by one, in their order, as if each had come alone.

    `latest`: a newer event supersedes the older ones and a jump is no jump.
    """
    return _Settling(before, held, latest).take(_newest(arrivals) if latest and arrivals else arrivals)


def _newest(arrivals: Sequence[Arrival]) -> list[Arrival]:
    newest = max(arrivals, key=lambda arrival: (arrival.epoch, arrival.sequence))
    key = (newest.epoch, newest.sequence)
    rivals = [a for a in arrivals if a is not newest and (a.epoch, a.sequence) == key]
    return [newest, *rivals]


class _Settling:
    def __init__(self, before: Position, held: Iterable[Arrival], latest: bool) -> None:
        self.found = Settlement(before, before, before)
        self.latest = latest
        self.stored = {(arrival.epoch, arrival.sequence): arrival for arrival in held}
        self.pool = dict(self.stored)

    def take(self, arrivals: Iterable[Arrival]) -> Settlement:
        for arrival in arrivals:
            self._one(arrival)
        return self._finish()

    def _one(self, arrival: Arrival) -> None:
        found, position = self.found, self.found.position
        if arrival.stack != position.stack:
            found.foreign.append(arrival)
        elif position.contradicts(arrival):
            self._park(arrival, Misfit.FORK, f"another event was applied as sequence {arrival.sequence}")
        elif position.over(arrival):
            found.duplicates += arrival.epoch == position.epoch
            found.outdated += arrival.epoch < position.epoch
        elif position.state is InboxState.PARKED:
            found.park.append((arrival, Misfit.FOLLOWER, ""))
        elif self.latest or position.follows(arrival):
            self._apply(arrival)
            self._drain()
        else:
            self._keep(arrival)

    def _apply(self, arrival: Arrival) -> None:
        if arrival.fault is not None:
            self._park(arrival, *arrival.fault)
            return
        self.found.fresh.append(arrival)
        self.found.position = self.found.position.after(arrival)

    def _keep(self, arrival: Arrival) -> None:
        key = (arrival.epoch, arrival.sequence)
        other = self.pool.setdefault(key, arrival)
        if other is arrival:
            self.found.jumps += 1
        elif other.id == arrival.id:
            self.found.duplicates += 1
        else:
            self._park(arrival, Misfit.FORK, f"another event is held as sequence {arrival.sequence}")

    def _drain(self) -> None:
        while self.pool and self.found.position.state is not InboxState.PARKED:
            ready = [key for key, arrival in self.pool.items() if self.found.position.follows(arrival)]
            if not ready:
                return
            self._apply(self.pool.pop(min(ready)))

    def _park(self, arrival: Arrival, kind: Misfit, error: str) -> None:
        self.found.park.append((arrival, kind, error))
        self.found.position = replace(self.found.position, state=InboxState.PARKED)
        for key in sorted(self.pool):
            self.found.park.append((self.pool.pop(key), Misfit.FOLLOWER, ""))

    def _finish(self) -> Settlement:
        found = self.found
        self.pool = {key: a for key, a in self.pool.items() if not found.position.over(a)}
        found.hold = [self.pool[key] for key in sorted(self.pool)]
        found.released = [key for key in self.stored if key not in self.pool]
        if found.position.state is not InboxState.PARKED:
            state = InboxState.HELD if self.pool else InboxState.OK
            found.position = replace(found.position, state=state)
        return found


def first_run(arrivals: Sequence[Arrival]) -> int:
    """How many of the arrivals, from the first, follow one another in one epoch."""
    size = 1
    while size < len(arrivals):
        last, next_ = arrivals[size - 1], arrivals[size]
        if next_.epoch != last.epoch or next_.sequence != last.sequence + 1 or next_.stack != last.stack:
            break
        size += 1
    return size
