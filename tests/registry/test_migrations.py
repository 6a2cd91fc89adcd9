"""The migrations make the tables that the code describes."""

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.runtime import Runtime
from chassis.tables import chassis_metadata
from services.registry.app import service

pytestmark = pytest.mark.integration


async def test_the_migrated_schema_is_the_one_in_the_code(runtime: Runtime) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: (
                    kind != "table" or name not in {*chassis_metadata.tables, "alembic_version"}
                ),
            },
        )
        return list(compare_metadata(context, service.metadata))

    async with runtime.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
