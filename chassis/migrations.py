"""Running a service's Alembic migrations, and the chassis' own tables as one step of them."""

from pathlib import Path

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr

from chassis.database import connect
from chassis.settings import DatabaseSettings
from chassis.tables import chassis_metadata


def create_chassis_tables(op: Operations) -> None:
    """Version 1 of the chassis' tables; called by a service's first migration."""
    connection = op.get_bind()
    chassis_metadata.create_all(connection)
    connection.execute(sa.text("insert into source default values"))
    connection.execute(
        sa.text(
            "alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,"
            " autovacuum_vacuum_cost_delay = 0)"
        )
    )


def _configuration(migrations: Path) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(migrations))
    return configuration


def head(migrations: Path) -> str | None:
    """The newest revision that the code has."""
    return ScriptDirectory.from_config(_configuration(migrations)).get_current_head()


def upgrade(migrations: Path, database: DatabaseSettings | str) -> None:
    """Bring a database, by its settings or libpq DSN, to the newest revision; needs no running event loop."""
    if isinstance(database, str):
        database = DatabaseSettings(dsn=SecretStr(database))
    configuration = _configuration(migrations)
    configuration.attributes["database"] = database
    command.upgrade(configuration, "head")


def run_environment(metadata: sa.MetaData) -> None:
    """The body of every service's `migrations/env.py`."""
    import asyncio

    from alembic import context
    from sqlalchemy.ext.asyncio import create_async_engine

    database: DatabaseSettings = context.config.attributes["database"]

    async def connected() -> asyncpg.Connection:
        return await connect(database)

    def migrate(connection: sa.Connection) -> None:
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()

    async def main() -> None:
        engine = create_async_engine("postgresql+asyncpg://", async_creator=connected, hide_parameters=True)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
        await engine.dispose()

    asyncio.run(main())


def current(connection: sa.Connection) -> str | None:
    """The revision that the database is at."""
    return MigrationContext.configure(connection).get_current_revision()
