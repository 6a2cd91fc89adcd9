"""The grants service composed: its routes, consumers, timers, policy and who may do what."""

from pathlib import Path

from chassis.service import Consumer, Service
from services.grants.organizations import tables as organization_tables
from services.grants.organizations.reactions import keep_coverage, keep_organizations
from services.grants.policy import GrantsPolicy
from services.grants.ranking import tables as ranking_tables
from services.grants.rounds.timers import window_closed, window_opened
from services.grants.tables import Table

TABLES = (organization_tables, ranking_tables)
"""Imported so that every table is in the metadata."""

service = Service(
    name="grants",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=GrantsPolicy,
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
