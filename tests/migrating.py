"""One migration taken back and done again, over rows as they were before it."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import upgrade
from chassis.service import Service
from tests.conftest import FreshDatabase


async def migrated_again(
    databases: FreshDatabase, service: Service, migration: str, before: str, asked: str
) -> Sequence[tuple[Any, ...]]:
    """What `asked` finds when the statements `before` ran ahead of the migration with this file name."""
    dsn = await databases(service.name, partial(upgrade, service.migrations))
    module = import_module(f"services.{service.name}.migrations.versions.{migration}")

    def again(connection: sa.Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            module.downgrade()
            for statement in filter(str.strip, before.split(";")):
                connection.execute(sa.text(statement))
            module.upgrade()

    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.begin() as connection:
        await connection.run_sync(again)
        found = [tuple(row) for row in await connection.execute(sa.text(asked))]
    await engine.dispose()
    return found
