"""Alembic's environment of the sample service."""

from chassis.migrations import run_environment
from tests.chassis.sample.tables import Table

run_environment(Table.metadata)
