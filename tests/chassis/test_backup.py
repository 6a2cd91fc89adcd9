"""A database as a file and back: whole or not at all, and never under somebody's feet."""

import os
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from chassis.backup import BackupFailed, _secrets, _without_password, dump, load
from chassis.embedded.postgres import programs
from chassis.settings import DatabaseSettings
from tests.chassis.outbox_world import TEMPLATE, prepare
from tests.conftest import FreshDatabase

EMBEDDED = os.environ.get("SHUNIU_TEST_BACKEND", "embedded") == "embedded"
of_this_server = pytest.mark.skipif(
    not EMBEDDED, reason="the programs of the embedded PostgreSQL are of another release than the container's"
)


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
@of_this_server
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
@of_this_server
async def test_nothing_changes_while_somebody_is_connected_or_the_file_is_none(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    dsn, file, broken = await fresh_database(TEMPLATE, prepare), tmp_path / "a.dump", tmp_path / "b.dump"
    settings = DatabaseSettings(dsn=SecretStr(dsn))
    await execute(dsn, DECIDE.format("before"))
    dump(settings, file, programs())
    broken.write_bytes(b"no dump")
    with pytest.raises(BackupFailed, match="pg_restore failed"):
        await load(settings, broken, programs())
    with pytest.raises(BackupFailed, match=r"(?i)no such file|could not open"):
        await load(settings, tmp_path / "missing.dump", programs())
    connection = await asyncpg.connect(dsn)
    with pytest.raises(BackupFailed, match="1 other sessions use the database: stop the service first"):
        await load(settings, file, programs())
    await connection.close()
    assert await rows(dsn) == ["before"]


@pytest.mark.integration
@of_this_server
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
