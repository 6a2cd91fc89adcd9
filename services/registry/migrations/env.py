"""Alembic's entry for the registry's database."""

from services.registry.app import service

from chassis.migrations import run_environment

run_environment(service.metadata)
