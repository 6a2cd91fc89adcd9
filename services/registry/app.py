"""The registry composed: its tables, policy, routes, worker and who may do what."""

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter

from chassis.matters.routes import described, routes
from chassis.service import Consumer, Service
from services.registry.applications import routes as applications
from services.registry.applications.commands import step_became_overdue
from services.registry.areas import AREAS, KINDS, permissions
from services.registry.command import commands
from services.registry.exports import routes as exports
from services.registry.figures import routes as figures
from services.registry.hand_overs import routes as hand_overs
from services.registry.imports import routes as imports
from services.registry.imports.worker import work
from services.registry.organizations import routes as organizations
from services.registry.organizations.replicas import keep_matters, keep_organizations
from services.registry.own import routes as own
from services.registry.policy import RegistryPolicy, names_of
from services.registry.sheets.routes import sheets
from services.registry.tables import Table

_READ: Final = {"organizations:read", "applications:read", "figures:read", "events:read"}
_OWN: Final[dict[str, set[str]]] = {
    "operator": {"*"},
    "hub_officer": {
        *_READ, "organizations:discover", "organizations:file", "organizations:change", "organizations:link",
        "organizations:judge", "organizations:merge", "applications:write", "applications:review",
        "imports:read", "imports:write", hand_overs.PERMISSION,
    },
    "registration_authority": {
        *_READ, "organizations:register", "organizations:change", "organizations:sanction",
        "applications:decide", "imports:read", "imports:write", hand_overs.PERMISSION,
    },
    "liaison": {
        *_READ, "organizations:discover", "organizations:file", "applications:write", "imports:read",
    },
    "party_officer": _READ,
    "grants_officer": _READ,
    "reviewer": {"organizations:read"},
    "viewer": {"organizations:read", "figures:read"},
    "care_officer": {"figures:read"},
    "care_supervisor": {"figures:read"},
    "organization": {"own:read", "own:write"},
}  # fmt: skip
"""The hub reviews, links and guides; what only the authority decides, only the authority records. An account
of an organisation reaches what is its own, by routes of its own, and nothing else."""
ROLES: Final = {role: own | permissions(role, reads=own >= _READ) for role, own in _OWN.items()}


@cache
def _routers() -> tuple[APIRouter, ...]:
    return (
        exports.router,  # before organisations: `/export.xlsx` is no id
        organizations.router,
        organizations.lists,
        applications.router,
        own.router,
        imports.router,
        figures.router,
        hand_overs.router,
        described(KINDS, "organizations:read", names_of),
        *map(sheets, KINDS),  # before the kinds' own: `submission` is no id
        *map(routes, KINDS),
        *(router for area in AREAS for router in area.routers),
    )


service = Service(
    name="registry",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=RegistryPolicy,
    routers=_routers,
    consumers=(
        Consumer("registry", tuple(reaction for area in AREAS for reaction in area.reactions)),
        Consumer("registry-replicas", (keep_organizations, *keep_matters(KINDS)), others=True),
    ),
    timers=(
        step_became_overdue,
        *(timer for kind in KINDS for timer in kind.timers),
        *(timer for area in AREAS for timer in area.timers),
    ),
    roles=ROLES,
    commands=commands,
    background=work,
)
