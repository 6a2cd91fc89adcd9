"""Runs this service's migrations; called by Alembic."""

from chassis.migrations import run_environment
from services.console.app import service

run_environment(service.metadata)
