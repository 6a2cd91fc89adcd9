"""Each service's migrations make the tables of its code, and its page shows the states of its code."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import upgrade
from chassis.service import Service, discover, installed
from chassis.states import redrawn
from chassis.tables import chassis_metadata
from tests.conftest import FreshDatabase

DRAWN = {"registry": 6, "grants": 3, "partybuild": 3, "notify": 1, "console": 0}
"""Service -> how many state tables its page has."""


@pytest.fixture(params=installed())
def service(request: pytest.FixtureRequest) -> Service:
    """Each installed service."""
    return discover(request.param)


@pytest.mark.integration
async def test_the_migrated_schema_is_the_one_in_the_code(
    service: Service, fresh_database: FreshDatabase
) -> None:
    dsn = await fresh_database(service.name, partial(upgrade, service.migrations))
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        differences = await connection.run_sync(partial(compared, metadata=service.metadata))
    await engine.dispose()
    assert differences == []


def compared(connection: sa.Connection, metadata: sa.MetaData) -> list[Any]:
    """What the database has that the tables do not, and the other way round; the chassis' own left out."""
    assert not set(metadata.tables) & set(chassis_metadata.tables)

    def is_ours(name: str | None, kind: str, _: Any) -> bool:
        return kind != "table" or name not in {*chassis_metadata.tables, "alembic_version"}

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
    return list(compare_metadata(context, metadata))


def test_the_services_page_shows_the_states_of_the_code(service: Service) -> None:
    page = (Path(service.migrations).parent / "README.md").read_text(encoding="utf-8")
    assert redrawn(page) == page
    assert page.count("<!-- states:") == DRAWN[service.name]
