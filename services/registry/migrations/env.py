"""Alembic's entry for the registry's database."""

from chassis.migrations import run_environment
from services.registry.app import service

run_environment(service.metadata)
