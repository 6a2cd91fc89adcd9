"""Which organisation an event is about, read from its public state."""

from collections.abc import Sequence


def organization_of(aggregate: str, subject: str, state: object) -> str | None:
    """The id of the organisation that the subject is, or refers to; None where there are none or several."""
    if aggregate == "organization":
        return subject
    reference = getattr(state, "organization", None)
    if reference is not None:
        return str(reference.id)
    lists = (getattr(state, name, ()) for name in ("covered_organization_ids", "organization_ids"))
    covered: Sequence[str] = next(filter(None, lists), ())
    return covered[0] if len(covered) == 1 else None
