"""The registry composed: its tables, policy, routes, worker and who may do what."""

from pathlib import Path

from chassis.service import Service
from services.registry.applications import tables as applications
from services.registry.imports import tables as imports
from services.registry.organizations import tables as organizations
from services.registry.policy import RegistryPolicy
from services.registry.tables import Table

TABLES = (organizations, applications, imports)
"""Imported so that their tables are in the metadata."""

service = Service(
    name="registry",
    metadata=Table.metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=RegistryPolicy,
)
