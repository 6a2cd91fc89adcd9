"""The migrated database is the one the tables describe, and the service's page is the one its code draws."""

from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import upgrade
from chassis.states import redrawn
from chassis.tables import chassis_metadata
from services.notify.app import service
from tests.conftest import FreshDatabase


@pytest.mark.integration
async def test_migrations_lead_to_the_tables(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("notify", partial(upgrade, service.migrations))
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()
    assert differences == []


def _differences(connection: sa.Connection) -> list[object]:
    own = set(service.metadata.tables)
    assert not own & set(chassis_metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_object": lambda item, name, kind, *_: kind != "table" or name in own,
        },
    )
    return list(compare_metadata(context, service.metadata))


def test_the_services_page_shows_the_states_of_the_code() -> None:
    page = (Path(service.migrations).parent / "README.md").read_text(encoding="utf-8")
    assert redrawn(page) == page
    assert page.count("<!-- states:") == 1
