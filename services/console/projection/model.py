"""Which organisation an event is about, read from its public state."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID


def organization_of(aggregate: str, subject: str, state: Mapping[str, Any]) -> UUID | None:
    """The organisation that the subject is, or refers to; None where it is about none or several."""
    if aggregate == "organization":
        return UUID(subject)
    reference = state.get("organization")
    if isinstance(reference, Mapping) and "id" in reference:
        return UUID(reference["id"])
    covered = state.get("covered_organization_ids") or state.get("organization_ids")
    if isinstance(covered, list | tuple) and len(covered) == 1:
        return UUID(covered[0])
    return None
