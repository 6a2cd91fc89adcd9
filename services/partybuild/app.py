"""The party-building service, composed."""

from pathlib import Path

from chassis.service import Consumer, Service
from services.partybuild.coverage import routes as coverage_routes
from services.partybuild.coverage.commands import duty_became_overdue
from services.partybuild.coverage.reactions import prepare
from services.partybuild.figures import routes as figure_routes
from services.partybuild.instructors import routes as instructor_routes
from services.partybuild.organizations.reactions import follow_register
from services.partybuild.party_organizations import routes as party_organization_routes
from services.partybuild.party_organizations.commands import election_fell_due
from services.partybuild.policy import PartybuildPolicy
from services.partybuild.tables import Table

service = Service(
    name="partybuild",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=PartybuildPolicy,
    routers=lambda: (
        coverage_routes.router,
        party_organization_routes.router,
        instructor_routes.router,
        figure_routes.router,
    ),
    consumers=(Consumer("partybuild", (follow_register, prepare)),),
    timers=(duty_became_overdue, election_fell_due),
    roles={
        "operator": {"*"},
        "party_officer": {
            "duties:*",
            "party_organizations:*",
            "instructors:*",
            "figures:read",
            "events:read",
        },
        "hub_officer": {
            "duties:read",
            "party_organizations:read",
            "instructors:read",
            "figures:read",
            "events:read",
        },
        "liaison": {"duties:read", "party_organizations:read", "figures:read"},
        "viewer": {"duties:read", "party_organizations:read", "instructors:read", "figures:read"},
    },
)
