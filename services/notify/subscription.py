"""Which event types notify listens to: every fact of an aggregate, read from the catalogue."""

from shuniu_contracts import Event, stream


def facts_of(service: str, *aggregates: str) -> tuple[type[Event], ...]:
    """The newest event classes of these aggregates of one service, in the catalogue's order."""
    return tuple(
        described.event
        for aggregate in aggregates
        for described in stream(service, aggregate).facts.values()
        if described.is_newest
    )
