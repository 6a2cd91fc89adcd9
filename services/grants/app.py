"""The grants service composed: its routes, consumers, timers, policy and who may do what."""

from pathlib import Path

from chassis.service import Consumer, Service
from services.grants.applications import routes as applications
from services.grants.decisions import routes as decisions
from services.grants.figures import routes as figures
from services.grants.funds import routes as funds
from services.grants.organizations import routes as organizations
from services.grants.organizations.reactions import keep_coverage, keep_organizations
from services.grants.policy import GrantsPolicy
from services.grants.ranking import routes as ranking
from services.grants.rounds import routes as rounds
from services.grants.rounds.timers import window_closed, window_opened
from services.grants.tables import Table

service = Service(
    name="grants",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=GrantsPolicy,
    routers=lambda: (
        funds.router,
        ranking.router,
        decisions.router,
        rounds.router,
        rounds.entitlements_router,
        applications.router,
        decisions.awards_router,
        organizations.router,
        figures.router,
    ),
    consumers=(Consumer("grants", (keep_organizations, keep_coverage), needs="latest"),),
    timers=(window_opened, window_closed),
    roles={
        "operator": {"*"},
        "grants_officer": {"funds:*", "rounds:*", "scores:*", "applications:*", "bans:*", "*:read"},
        "hub_officer": {
            "rounds:announce",
            "rounds:run",
            "rounds:rank",
            "scores:record",
            "applications:*",
            "*:read",
        },
        "reviewer": {"rounds:read", "applications:read", "scores:record"},
        "registration_authority": {"rounds:read", "applications:read", "figures:read"},
        "party_officer": {"rounds:read", "applications:read", "figures:read"},
        "liaison": {"rounds:read", "applications:read", "applications:submit", "figures:read"},
        "viewer": {"funds:read", "rounds:read", "applications:read", "figures:read"},
    },
)
