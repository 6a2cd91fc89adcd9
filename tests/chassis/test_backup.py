"""A database as a file and back: whole or not at all, and never under somebody's feet."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from alembic import command
from alembic.script import ScriptDirectory
from pydantic import SecretStr

from chassis.backup import BackupFailed, _secrets, _without_password, dump, load, readable
from chassis.database import Database
from chassis.embedded.postgres import programs
from chassis.migrations import _configuration, upgrade
from chassis.region import Region
from chassis.restore import Backup, restore
from chassis.runtime import Runtime
from chassis.service import discover
from chassis.settings import BusSettings, DatabaseSettings, Settings
from tests.backends import Postgres
from tests.chassis.outbox_world import TEMPLATE, prepare
from tests.conftest import FreshDatabase

OLDEST = 170_000
"""Server that knows all settings that scripts of these programs begin with."""


@pytest_asyncio.fixture(loop_scope="session")
async def of_this_server(postgres: Postgres) -> None:
    """The programs are the embedded server's; what they write, a server of this release or newer reads."""
    if int(await value(postgres.admin_dsn, "show server_version_num")) < OLDEST:
        pytest.skip("the programs here are of a newer release than this PostgreSQL")


async def rows(dsn: str) -> list[str]:
    """What stands in the operators' log."""
    connection = await asyncpg.connect(dsn)
    try:
        return [row["reason"] for row in await connection.fetch("select reason from operator_decision")]
    finally:
        await connection.close()


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


DECIDE = "insert into operator_decision (decision, actor, reason, subject) values ('x', 'u-1', '{}', '{{}}')"


@pytest.mark.integration
@pytest.mark.usefixtures("of_this_server")
async def test_what_was_copied_takes_the_place_of_what_is_there(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    dsn, file = await fresh_database(TEMPLATE, prepare), tmp_path / "registry.dump"
    settings = DatabaseSettings(dsn=SecretStr(dsn))
    await execute(dsn, DECIDE.format("before"))
    assert dump(settings, file, programs()) == file.stat().st_size > 0
    await execute(dsn, DECIDE.format("after"))
    await execute(dsn, "create table of_a_later_release (id int)")
    await load(settings, file, programs())
    assert await rows(dsn) == ["before"]
    with pytest.raises(asyncpg.UndefinedTableError):
        await execute(dsn, "select from of_a_later_release")
    assert os.listdir(tmp_path) == [file.name]


@pytest.mark.integration
@pytest.mark.usefixtures("of_this_server")
async def test_nothing_changes_while_somebody_is_connected_or_the_file_is_none(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    dsn, file, broken = await fresh_database(TEMPLATE, prepare), tmp_path / "a.dump", tmp_path / "b.dump"
    settings = DatabaseSettings(dsn=SecretStr(dsn))
    await execute(dsn, DECIDE.format("before"))
    dump(settings, file, programs())
    broken.write_bytes(b"no dump")
    for tried in (readable(broken, programs()), load(settings, broken, programs())):
        with pytest.raises(BackupFailed, match="pg_restore"):
            await tried
    with pytest.raises(BackupFailed, match=r"(?i)no such file|could not open"):
        await readable(tmp_path / "missing.dump", programs())
    connection = await asyncpg.connect(dsn)
    with pytest.raises(BackupFailed, match=r"^1 other sessions use the database: stop the service first$"):
        await load(settings, file, programs())
    await load(settings, file, programs(), keeper=connection.get_server_pid())
    await connection.close()
    assert await rows(dsn) == ["before"]


@pytest.mark.integration
@pytest.mark.usefixtures("of_this_server")
async def test_a_copy_that_ends_in_the_middle_or_a_statement_that_fails_leaves_what_was_there(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    """The list at the head of a file is whole where its data are not."""
    dsn, file, half = await fresh_database(TEMPLATE, prepare), tmp_path / "a.dump", tmp_path / "half.dump"
    settings = DatabaseSettings(dsn=SecretStr(dsn))
    await execute(dsn, "insert into operator_decision (decision, actor, reason, subject) select 'x', 'u-1',"
                       " md5(number::text), '{}' from generate_series(1, 20000) as number")  # fmt: skip
    dump(settings, file, programs())
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    await execute(dsn, "delete from operator_decision")
    await execute(dsn, DECIDE.format("after"))
    await readable(half, programs())
    with pytest.raises(BackupFailed, match="pg_restore: error: could not read"):
        await load(settings, half, programs())
    with pytest.raises(BackupFailed, match='relation "nothing" does not exist'):
        await load(settings, file, programs(), then="update nothing set a = 1")
    assert await rows(dsn) == ["after"]


@pytest.mark.integration
@pytest.mark.usefixtures("of_this_server")
async def test_a_backup_that_is_older_than_the_release_is_brought_to_it(
    fresh_database: FreshDatabase, buses: BusSettings, profile: Region, tmp_path: Path,
    unique_stack: Callable[[], str],
) -> None:  # fmt: skip
    service, dsn, file = discover("registry"), await fresh_database(), tmp_path / "registry.dump"
    settings = Settings(
        environment="test", stack=unique_stack(), bus=buses,
        database=DatabaseSettings(dsn=SecretStr(dsn)),
    )  # fmt: skip
    before, newest = [one.revision for one in script(service.migrations).walk_revisions()][1::-1]
    await asyncio.to_thread(upgrade_to, service.migrations, settings.database, before)
    await execute(dsn, DECIDE.format("of the older release"))
    dump(settings.database, file, programs())
    await asyncio.to_thread(upgrade, service.migrations, settings.database)
    await execute(dsn, DECIDE.format("after"))
    runtime = Runtime(service, settings, profile, Database(settings.database))
    done = await restore(runtime, actor="u-1", reason="disk", copy=Backup(file, programs()))
    assert await rows(dsn) == ["of the older release", "disk"]
    assert await value(dsn, "select version_num from alembic_version") == newest
    assert await value(dsn, "select epoch from source") == done.epoch > 0


def script(migrations: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration(migrations))


def upgrade_to(migrations: Path, database: DatabaseSettings, revision: str) -> None:
    """As the older release did."""
    configuration = _configuration(migrations)
    configuration.attributes["database"] = database
    command.upgrade(configuration, revision)


async def value(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.integration
@pytest.mark.usefixtures("of_this_server")
async def test_a_copy_that_fails_leaves_the_one_before(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    dsn, file = await fresh_database(TEMPLATE, prepare), tmp_path / "registry.dump"
    file.write_bytes(b"of yesterday")
    gone = DatabaseSettings(dsn=SecretStr(dsn.rpartition("/")[0] + "/no_such_database"))
    with pytest.raises(BackupFailed, match="no_such_database"):
        dump(gone, file, programs())
    assert file.read_bytes() == b"of yesterday"
    assert os.listdir(tmp_path) == [file.name]


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    settings = DatabaseSettings(dsn=SecretStr("postgresql://u:p@127.0.0.1/x"))
    with pytest.raises(BackupFailed, match="there is no pg_dump"):
        dump(settings, tmp_path / "x.dump", tmp_path)


def test_a_password_is_in_no_argument_and_tls_is_asked_for(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    settings = DatabaseSettings(
        dsn=SecretStr("postgresql://owner:se%40cret@db:5433/registry"),
        tls="verify-full",
        tls_ca_file=authority,
    )
    assert _without_password(settings) == "postgresql://owner@db:5433/registry"
    assert _secrets(settings) == {
        "PGPASSWORD": "se@cret", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(authority),
    }  # fmt: skip
