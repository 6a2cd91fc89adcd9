"""The areas of the registry beside organisations, applications and imports."""

from typing import Any, Final

from chassis.matters import Kind, check_complete
from services.registry.area import Area, OwnFigures
from services.registry.care.area import AREA as CARE
from services.registry.doubles import let_go
from services.registry.endings import end
from services.registry.enforcement.area import AREA as ENFORCEMENT
from services.registry.finding import found_by
from services.registry.hub.area import AREA as HUB
from services.registry.incubation.area import AREA as INCUBATION
from services.registry.inspections.area import AREA as INSPECTIONS
from services.registry.operations.area import AREA as OPERATIONS
from services.registry.organizations.concerning import ahead
from services.registry.organizations.hooks import ENDED, MERGING
from services.registry.records.area import AREA as RECORDS

AREAS: Final[tuple[Area, ...]] = (INSPECTIONS, INCUBATION, HUB, OPERATIONS, RECORDS, CARE, ENFORCEMENT)
KINDS: Final[tuple[Kind[Any], ...]] = tuple(kind for area in AREAS for kind in area.kinds)
"""Every kind of matter that the registry keeps."""
OWN: Final[tuple[OwnFigures, ...]] = tuple(own for area in AREAS for own in area.figures)
"""Figures that areas reckon by themselves."""
MERGING.follow(let_go)
ENDED.follow(end)
for _kind in KINDS:
    check_complete(_kind)
    _kind.found_by = found_by(_kind)
    if _kind.ahead is None and "organization_id" in _kind.columns:
        _kind.ahead = ahead(_kind.row)


def permissions(role: str, *, reads: bool) -> set[str]:
    """What the areas allow a role; `reads`: every kind's records, too."""
    found = {f"{kind.permission}:read" for kind in KINDS} if reads else set()
    return found.union(*(area.roles.get(role, frozenset()) for area in AREAS))
