"""A service point's way, and its years."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from chassis.model import Transitions


class ServicePointPhase(StrEnum):
    """Where a service point is."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


TRANSITIONS: Transitions[ServicePointPhase] = {
    ServicePointPhase.OPEN: {
        "changed": ServicePointPhase.OPEN,
        "session_held": ServicePointPhase.OPEN,
        "suspended": ServicePointPhase.SUSPENDED,
        "closed": ServicePointPhase.CLOSED,
        "reassigned": ServicePointPhase.OPEN,
    },
    ServicePointPhase.SUSPENDED: {
        "resumed": ServicePointPhase.OPEN,
        "closed": ServicePointPhase.CLOSED,
        "reassigned": ServicePointPhase.SUSPENDED,
    },
    ServicePointPhase.CLOSED: {},
}
"""“一社八站” (SUYU S13); 以社区服务中心(站)为平台参与社区公共事务 (BINHAI B33)."""


def with_session(
    years: Sequence[Mapping[str, Any]], year: int, attended: int, *, public_affairs: bool
) -> list[dict[str, Any]]:
    """The years with one more session, in their order."""
    before = {one["year"]: one for one in years}
    of = before.get(year, {})
    added = {
        "year": year,
        "sessions": of.get("sessions", 0) + 1,
        "attended": of.get("attended", 0) + attended,
        "public_affairs": of.get("public_affairs", 0) + public_affairs,
    }
    return [dict(one) for _, one in sorted({**before, year: added}.items())]
