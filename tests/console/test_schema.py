"""The migrated database is the one the tables describe."""

from functools import partial

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import upgrade
from chassis.tables import chassis_metadata
from services.console.app import service
from tests.conftest import FreshDatabase


@pytest.mark.integration
async def test_migrations_lead_to_the_tables(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("console", partial(upgrade, service.migrations))
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()
    assert differences == []


def _differences(connection: sa.Connection) -> list[object]:
    own = set(service.metadata.tables)
    assert own == {"subject", "organization", "timeline", "projection"}
    assert not own & set(chassis_metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_object": lambda item, name, kind, *_: kind != "table" or name in own,
        },
    )
    return list(compare_metadata(context, service.metadata))
