"""Alembic's entry for the database of grants."""

from chassis.migrations import run_environment
from services.grants.app import service

run_environment(service.metadata)
