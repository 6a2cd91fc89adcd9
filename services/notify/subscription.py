"""Which event types notify listens to: every fact of the aggregates it writes about, from the catalogue."""

import msgspec
from shuniu_contracts import Event, State, stream

ORGANIZATIONS = ("registry", "organization")
AGGREGATES = (
    ORGANIZATIONS,
    ("registry", "registration_application"),
    ("registry", "plan"),
    ("registry", "task_receipt"),
    ("partybuild", "coverage_duty"),
    ("partybuild", "party_organization"),
    ("partybuild", "instructor"),
    ("grants", "round"),
    ("grants", "application"),
)
"""(service, aggregate)"""


def facts_of(service: str, aggregate: str) -> tuple[type[Event], ...]:
    """The newest event classes of an aggregate, in the catalogue's order."""
    return tuple(
        described.event for described in stream(service, aggregate).facts.values() if described.is_newest
    )


def _state(event: type[Event]) -> type[State]:
    state: type[State] = next(field.type for field in msgspec.structs.fields(event) if field.name == "state")
    return state


STATES: dict[str, type[State]] = {
    f"{service}.{aggregate}.{described.fact}": _state(described.event)
    for service, aggregate in AGGREGATES
    for described in stream(service, aggregate).facts.values()
    if described.is_newest
}
"""The events that rules may name, with the class of their state."""
