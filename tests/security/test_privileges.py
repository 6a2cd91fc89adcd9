"""Least privilege in PostgreSQL: the runtime roles do all that the services do, and nothing beyond."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.postgres import EmbeddedPostgres, programs
from chassis.keys import EmbeddedKey
from chassis.service import discover, installed
from tests.security.deployed import Deployed, whole_flow

pytestmark = pytest.mark.integration
PREFIX = "shuniu_"
PASSWORDS = {"SHUNIU_OWNER_PASSWORD": "owner's", "SHUNIU_READER_PASSWORD": "reader's"} | {
    f"SHUNIU_{name.upper()}_PASSWORD": f"of-{name}" for name in installed()
}
ROOT = Path(__file__).parents[2]
LIMITED = (asyncpg.InsufficientPrivilegeError,)


@dataclass(frozen=True)
class Server:
    """A server where each service has its database and roles."""

    postgres: EmbeddedPostgres
    stack: Deployed

    @asynccontextmanager
    async def as_role(self, service: str, role: str, database: str = "") -> AsyncIterator[asyncpg.Connection]:
        """A connection as `owner`, `runtime` or `reader` of a service, to its database or another's."""
        connection = await asyncpg.connect(self.dsn(service, role, database))
        try:
            yield connection
        finally:
            await connection.close()

    def dsn(self, service: str, role: str, database: str = "") -> str:
        """The connection string of a service's role."""
        name = f"{PREFIX}{service}" + {"runtime": ""}.get(role, f"_{role}")
        password = {"owner": "owner%27s", "reader": "reader%27s"}.get(role, f"of-{service}")
        target = f"{PREFIX}{database or service}"
        return f"postgresql://{name}:{password}@127.0.0.1:{self.postgres.port}/{target}"


def run_sql(postgres: EmbeddedPostgres, script: str) -> None:
    """What an administrator does with the SQL that `shuniu database roles` prints."""
    done = subprocess.run(
        [programs() / "psql", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", postgres.dsn()],
        input=script, env={**os.environ, **PASSWORDS}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(
    own_postgres: EmbeddedPostgres, own_broker: EmbeddedBroker, signing_key: EmbeddedKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Server]:  # fmt: skip
    """Databases with their roles, migrated by the owners, and every service running as its runtime role."""
    at = f"127.0.0.1:{own_postgres.port}/{PREFIX}{{service}}"
    stack = Deployed(
        signing_key,
        tmp_path_factory.mktemp("deployed"),
        {
            "SHUNIU_DATABASE_DSN": f"postgresql://{PREFIX}{{service}}:of-{{service}}@{at}",
            "SHUNIU_BUS_BOOTSTRAP_SERVERS": own_broker.bootstrap_servers,
            "SHUNIU_BUS_PROFILE": "embedded",
        },
    )
    owner = f"postgresql://{PREFIX}{{service}}_owner:owner%27s@{at}"

    def deploy() -> None:
        script = stack.run("database", "roles").stdout
        run_sql(own_postgres, script)
        stack.run("migrate", "--grant", changes={"SHUNIU_DATABASE_DSN": owner})
        # Both again: a release does, and a second run changes nothing and fails nowhere.
        run_sql(own_postgres, script)
        stack.run("migrate", "--grant", changes={"SHUNIU_DATABASE_DSN": owner})
        stack.run("topics", "apply")
        stack.start()

    await asyncio.to_thread(deploy)
    try:
        await stack.ready()
        yield Server(own_postgres, stack)
    finally:
        await asyncio.to_thread(stack.stop)


async def test_the_services_do_all_their_work_as_runtime_roles(server: Server) -> None:
    organization = await whole_flow(server.stack)
    replayed = ("replay", "registry", "--subject", organization)
    await asyncio.to_thread(server.stack.run, *replayed)
    await asyncio.to_thread(server.stack.run, "bus", "rebuild")
    await server.stack.until("partybuild", "/v1/duties", organization_id=organization)
    shown = await asyncio.to_thread(server.stack.run, "parked", "list", "--json")
    assert shown.stdout.strip() == "[]"
    await asyncio.to_thread(restored, server.stack)
    await server.stack.ready()
    assert "InsufficientPrivilege" not in server.stack.logs()


def restored(stack: Deployed) -> None:
    """What an operator does after a database came back from a backup, as the runtime role too."""
    stack.stop()
    stack.run("restore", "registry", "--reason", "disk failure")
    stack.start()


async def test_the_reader_audits_and_changes_nothing(server: Server) -> None:
    reader = f"postgresql://{PREFIX}{{service}}_reader:reader%27s@127.0.0.1:{server.postgres.port}"
    dsn = f"{reader}/{PREFIX}{{service}}"
    async with asyncio.timeout(60):
        while (audited := await audit(server, dsn)).returncode != 0:
            assert "permission denied" not in audited.stderr
            await asyncio.sleep(1)
    assert audited.stdout.strip() == "[]"
    async with server.as_role("registry", "reader") as connection:
        for statement in (
            "update organization set name = 'x'",
            "delete from event_log",
            "insert into outbox values (1, 1)",
            "select nextval('event_log_seq')",
            "select body from idempotency",
            "select content from import_file",
            "create temporary table mine (n int)",
        ):
            with pytest.raises(LIMITED):
                await connection.execute(statement)


async def audit(server: Server, dsn: str) -> subprocess.CompletedProcess[str]:
    """`shuniu audit` with a reader's connection."""
    command = ("audit", "--json")
    return await asyncio.to_thread(
        lambda: server.stack.run(*command, expect=None, changes={"SHUNIU_DATABASE_DSN": dsn})
    )


REFUSED = {
    "the log is never changed": "update event_log set payload = ''",
    "nor shortened": "delete from event_log",
    "nor emptied": "truncate event_log",
    "decisions of operators stand": "delete from operator_decision",
    "the clock is the database's": "update source set clock_offset = interval '1 day'",
    "the source stays one row": "delete from source",
    "no table is made": "create table mine (n int)",
    "nor a temporary one": "create temporary table mine (n int)",
    "none is changed": "alter table outbox add column n int",
    "none is dropped": "drop table outbox",
    "rows go one by one": "truncate outbox",
    "migrations are the owner's": "update alembic_version set version_num = 'x'",
    "nobody else is taken for": "set role shuniu_registry_owner",
    "no file is read": "select pg_read_file('/etc/passwd')",
    "no program is run": "copy outbox from program 'id'",
    "replication stays on": "set session_replication_role = replica",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
async def test_beyond_its_work_the_runtime_role_is_refused(server: Server, statement: str) -> None:
    async with server.as_role("registry", "runtime") as connection:
        with pytest.raises(LIMITED):
            await connection.execute(statement)


async def test_the_books_are_only_added_to(server: Server) -> None:
    async with server.as_role("grants", "runtime") as connection:
        for table in ("ledger_entry", "ledger_posting"):
            assert await connection.fetchval(f"select count(*) from {table}") > 0
            for statement in (f"delete from {table}", f"update {table} set line = line", f"truncate {table}"):
                with pytest.raises((*LIMITED, asyncpg.UndefinedColumnError)):
                    await connection.execute(statement)


@pytest.mark.parametrize("role", ["owner", "runtime", "reader"])
async def test_nobody_gets_into_another_services_database(server: Server, role: str) -> None:
    with pytest.raises(LIMITED):
        async with server.as_role("registry", role, database="grants"):
            raise AssertionError("was let in")


async def test_every_table_is_granted_to_and_nothing_to_everybody(server: Server) -> None:
    for name in installed():
        async with server.as_role(name, "runtime") as connection:
            await connection.execute("grant select on event_log to public")  # a warning, and nothing granted
        async with server.as_role(name, "owner") as connection:
            tables = {row["tablename"] for row in await connection.fetch(
                "select tablename from pg_tables where schemaname = 'public'")}  # fmt: skip
            assert tables >= set(discover(name).metadata.tables)
            rows = await connection.fetch(
                "select table_name from information_schema.table_privileges where grantee = $1",
                f"{PREFIX}{name}",
            )
            assert {row["table_name"] for row in rows} >= tables - {"alembic_version", "source"}
            everybody = await connection.fetchval(
                "select count(*) from information_schema.table_privileges"
                " where grantee = 'PUBLIC' and table_schema = 'public'"
            )
            assert everybody == 0


async def test_a_grant_to_roles_that_are_not_there_says_what_to_do(server: Server) -> None:
    dsn = await empty_database(server.postgres)
    command, changes = ("migrate", "registry", "--grant"), {"SHUNIU_DATABASE_DSN": dsn}
    done = await asyncio.to_thread(lambda: server.stack.run(*command, expect=1, changes=changes))
    assert "no role plain, plain_reader: as PostgreSQL's administrator run" in done.stderr


async def empty_database(postgres: EmbeddedPostgres) -> str:
    """A database without roles of its own."""
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("drop database if exists plain")
    await connection.execute("create database plain")
    await connection.close()
    return postgres.dsn("plain")


async def test_a_database_of_an_older_release_becomes_the_owners(server: Server) -> None:
    dsn = await empty_database(server.postgres)
    plain = f"postgresql://plain_owner:owner%27s@127.0.0.1:{server.postgres.port}/plain"

    def adopt() -> None:
        server.stack.run("migrate", "grants", changes={"SHUNIU_DATABASE_DSN": dsn})
        printed = server.stack.run("database", "roles", "grants", changes={"SHUNIU_DATABASE_DSN": dsn}).stdout
        run_sql(server.postgres, printed)
        server.stack.run("migrate", "grants", "--grant", changes={"SHUNIU_DATABASE_DSN": plain})

    await asyncio.to_thread(adopt)
    connection = await asyncpg.connect(dsn)
    try:
        strangers = await connection.fetchval(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and pg_get_userbyid(c.relowner) <> 'plain_owner'"
        )
        assert strangers == 0
    finally:
        await connection.close()


def test_the_compose_files_databases_are_what_the_command_prints() -> None:
    printed = subprocess.run(
        [ROOT / ".venv/bin/shuniu", "database", "roles", "--prefix", PREFIX],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    kept = (ROOT / "deploy/images/databases.sql").read_text(encoding="utf-8")
    assert kept.partition("\n-- shuniu_")[2] == printed.partition("-- shuniu_")[2]
