"""Cutting a batch into layers: calls of reactions with events of one type, each subject's order kept."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

K = TypeVar("K")
E = TypeVar("E")


def layers(subjects: Iterable[Sequence[tuple[K, E]]]) -> Iterator[tuple[K, list[E]]]:
    """Layers of (type, events) from each subject's (type, event) pairs in their order.

    A layer takes, from every subject whose next event is of its type, all events up to the first of another
    type. The type that most subjects wait with goes next, so that a batch of one kind is one layer.
    """
    rows = [events for events in subjects if events]
    kinds = {kind for events in rows for kind, _ in events}
    if len(kinds) == 1:  # most batches
        yield kinds.pop(), [event for events in rows for _, event in events]
        return
    heads = Counter(events[0][0] for events in rows)
    if all(len(events) == 1 for events in rows):  # most of the others
        alike: dict[K, list[E]] = {kind: [] for kind, _ in heads.most_common()}
        for ((kind, event),) in rows:
            alike[kind].append(event)
        yield from alike.items()
        return
    waiting = [deque(events) for events in rows]
    while waiting:
        kind = max(heads, key=heads.__getitem__)
        taken: list[E] = []
        left: list[deque[tuple[K, E]]] = []
        for events in waiting:
            if events[0][0] == kind:
                while events and events[0][0] == kind:
                    taken.append(events.popleft()[1])
                if events:
                    heads[events[0][0]] += 1
            if events:
                left.append(events)
        del heads[kind]
        waiting = left
        yield kind, taken
