"""The console, composed."""

from pathlib import Path

from chassis.service import Consumer, Service
from services.console.policy import ConsolePolicy
from services.console.projection.reactions import project
from services.console.projection.tables import TimelineRow

service = Service(
    name="console",
    metadata=TimelineRow.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=ConsolePolicy,
    consumers=(Consumer("console", (project,)),),
    roles={
        "operator": {"*"},
        "hub_officer": {"pages:read", "figures:read"},
        "registration_authority": {"pages:read", "figures:read"},
        "party_officer": {"pages:read", "figures:read"},
        "grants_officer": {"pages:read", "figures:read"},
        "liaison": {"pages:read", "figures:read"},
        "viewer": {"pages:read", "figures:read"},
    },
)
