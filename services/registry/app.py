"""The registry composed: its tables, policy, routes, worker and who may do what."""

from pathlib import Path
from typing import Final

from chassis.matters.routes import routes
from chassis.service import Service
from services.registry.applications import routes as applications
from services.registry.applications.commands import step_became_overdue
from services.registry.command import commands
from services.registry.exports import routes as exports
from services.registry.figures import routes as figures
from services.registry.imports import routes as imports
from services.registry.imports.worker import work
from services.registry.kinds import KINDS
from services.registry.organizations import routes as organizations
from services.registry.policy import RegistryPolicy
from services.registry.tables import Table

_READ: Final = {
    "organizations:read",
    "applications:read",
    "figures:read",
    "events:read",
    "rectifications:read",
}
ROLES: Final[dict[str, set[str]]] = {
    "operator": {"*"},
    "hub_officer": {
        *_READ, "organizations:discover", "organizations:file", "organizations:change", "organizations:link",
        "organizations:judge", "organizations:merge", "applications:write", "applications:review",
        "imports:read", "imports:write", "rectifications:*",
    },
    "registration_authority": {
        *_READ, "organizations:register", "organizations:change", "organizations:sanction",
        "applications:decide", "imports:read", "imports:write", "rectifications:*",
    },
    "liaison": {
        *_READ, "organizations:discover", "organizations:file", "applications:write", "imports:read",
        "rectifications:submit",
    },
    "party_officer": _READ,
    "grants_officer": _READ,
    "reviewer": {"organizations:read"},
    "viewer": {"organizations:read", "figures:read"},
}  # fmt: skip
"""The hub reviews, links and guides; what only the authority decides, only the authority records."""

service = Service(
    name="registry",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=RegistryPolicy,
    routers=(
        exports.router,  # before organisations: `/export.xlsx` is no id
        organizations.router,
        organizations.lists,
        applications.router,
        imports.router,
        figures.router,
        *map(routes, KINDS),
    ),
    timers=(step_became_overdue, *(timer for kind in KINDS for timer in kind.timers)),
    roles=ROLES,
    commands=commands,
    background=work,
)
