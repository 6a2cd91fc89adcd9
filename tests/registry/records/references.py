"""What the kinds of this area refer to, for the tests that walk every kind."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.registry.records.assignments import commands as assignments

COMMUNITY = "120116005001"
_NUMBERS = itertools.count()


def _always(value: Any) -> Callable[[Any], Awaitable[Any]]:
    async def made(_: Any) -> Any:
        return value

    return made


async def assignment(register: Any) -> Any:
    """Somebody who keeps in touch with a community."""
    number = next(_NUMBERS)
    row = await register.do(
        assignments.assign, community=COMMUNITY, officer=f"u-{number}", role=f"role-{number}"
    )
    return row.id


REFERENCES: Mapping[str, Callable[[Any], Awaitable[Any]]] = {
    "assignment_id": assignment,
    "community": _always(None),
    "call_id": _always(None),
    "income": _always([{"source": "donations", "fen": 300}, {"source": "services", "fen": 700}]),
    "field_hours": _always([{"field": "neighbours", "hours": 0}, {"field": "patrols", "hours": 0}]),
    "station": _always("legal_aid"),
    "run_by": _always(None),
    "brand_id": _always(None),
    "comparison.source": _always("civil_affairs"),
    "entries": _always([{"name": "某区书画协会", "legal_form": "association"}]),
    "other_id": _always(None),
    "outside_system": _always("weaving_net"),
    "application_id": _always(None),
}
"""Parameter -> what makes its value."""
