"""Least privilege in PostgreSQL: three roles a database, named after it, and what each may do with a table.

The owner migrates; the runtime role reads and writes rows, and only adds to books that are append-only; the
reader reads, for audits and reports. None of them gets into another service's database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
import sqlalchemy as sa

from chassis.settings import DatabaseSettings
from chassis.tables import APPEND_ONLY, CHANGED_COLUMNS, WITHHELD, chassis_metadata

_ROWS = "select, insert, update, delete"


class RolesMissing(LookupError):
    """Rights cannot be granted to roles that do not exist; the message says how they are made."""


@dataclass(frozen=True)
class DatabaseRoles:
    """The roles of one database."""

    database: str

    @classmethod
    def of(cls, settings: DatabaseSettings) -> "DatabaseRoles":
        """Those of the database that the settings name; raises ValueError where they name none."""
        name = urlsplit(settings.dsn.get_secret_value()).path.lstrip("/")
        if not name:
            raise ValueError("SHUNIU_DATABASE_DSN names no database: it ends in /name")
        return cls(name)

    @property
    def owner(self) -> str:
        """Migrates: owns the database and what is in it."""
        return f"{self.database}_owner"

    @property
    def runtime(self) -> str:
        """What the service connects as."""
        return self.database

    @property
    def reader(self) -> str:
        """Audits and reports."""
        return f"{self.database}_reader"


def creation(roles: DatabaseRoles) -> Iterator[str]:
    """Statements for an administrator, connected to any database: roles, the database, and who gets in.

    May be run again. Passwords are set apart from it (`alter role ... password`).
    """
    for role in (roles.owner, roles.runtime, roles.reader):
        yield (
            f"do $$ begin if not exists (select from pg_roles where rolname = {_text(role)}) then"
            f" create role {_name(role)} login nosuperuser nocreatedb nocreaterole noreplication;"
            " end if; end $$"
        )
    yield f"create database {_name(roles.database)} owner {_name(roles.owner)}"
    yield f"alter database {_name(roles.database)} owner to {_name(roles.owner)}"
    yield f"revoke all on database {_name(roles.database)} from public"
    yield (
        f"grant connect on database {_name(roles.database)} to {_name(roles.runtime)}, {_name(roles.reader)}"
    )


def adoption(roles: DatabaseRoles) -> Iterator[str]:
    """Statements for an administrator, connected to the database itself: all that is in it is the owner's.

    Needed once, where a release without roles has migrated it.
    """
    owner = _name(roles.owner)
    yield f"alter schema public owner to {owner}"
    yield f"""do $$ declare found record; begin
  for found in select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))
  loop execute format('alter %s public.%I owner to {owner}',
      case found.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, found.relname);
  end loop;
  for found in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public'
  loop execute format('alter function %s owner to {owner}', found.name); end loop;
end $$"""


def grants(roles: DatabaseRoles, metadata: sa.MetaData) -> Iterator[str]:
    """Statements for the owner, after every migration: what runtime role and reader may do, and no more."""
    runtime, reader = _name(roles.runtime), _name(roles.reader)
    yield f"revoke all on all tables in schema public from public, {runtime}, {reader}"
    yield f"revoke all on all sequences in schema public from public, {runtime}, {reader}"
    yield f"revoke all on schema public from public, {runtime}, {reader}"
    yield f"grant usage on schema public to {runtime}, {reader}"
    yield f"grant usage, select on all sequences in schema public to {runtime}"
    yield f"grant select on alembic_version to {runtime}, {reader}"
    for table in (*chassis_metadata.sorted_tables, *metadata.sorted_tables):
        name = _name(table.name)
        yield f"grant {_rights(table)} on {name} to {runtime}"
        if not table.info.get(WITHHELD):
            yield f"grant select on {name} to {reader}"


def script(roles: DatabaseRoles) -> str:
    """`creation` and `adoption` for psql 15 or newer, where a database cannot be made conditionally in SQL.

    Passwords come from the environment of psql: `SHUNIU_OWNER_PASSWORD`, `SHUNIU_READER_PASSWORD`, and
    `<DATABASE>_PASSWORD` for the runtime role. Without one, a role's password stays as it is.
    """
    lines = [f"-- {roles.database}"]
    for statement in creation(roles):
        if statement.startswith("create database"):
            condition = f"where not exists (select from pg_database where datname = {_text(roles.database)})"
            lines.append(f"select {_text(statement)} {condition} \\gexec")
        else:
            lines.append(f"{statement};")
    variables = {
        roles.owner: "SHUNIU_OWNER_PASSWORD",
        roles.runtime: f"{roles.database.upper()}_PASSWORD",
        roles.reader: "SHUNIU_READER_PASSWORD",
    }
    for role, variable in variables.items():
        lines += [
            "\\unset password", f"\\getenv password {variable}", "\\if :{?password}",
            f"alter role {_name(role)} password :'password';", "\\endif",
        ]  # fmt: skip
    lines += [f"\\connect {_name(roles.database)}", *(f"{statement};" for statement in adoption(roles))]
    return "\n".join(lines) + "\n"


async def grant(connection: asyncpg.Connection, roles: DatabaseRoles, metadata: sa.MetaData) -> None:
    """Run `grants` in one transaction, so that a running service never stands without its rights.

    Raises `RolesMissing`.
    """
    wanted = {roles.runtime, roles.reader}
    rows = await connection.fetch("select rolname from pg_roles where rolname = any($1::text[])", wanted)
    if missing := sorted(wanted - {row["rolname"] for row in rows}):
        raise RolesMissing(
            f"no role {', '.join(missing)}: as PostgreSQL's administrator run `shuniu database roles | psql`"
        )
    async with connection.transaction():
        for statement in grants(roles, metadata):
            await connection.execute(statement)


def _rights(table: sa.Table) -> str:
    if table.info.get(APPEND_ONLY):
        return "select, insert"
    if columns := table.info.get(CHANGED_COLUMNS):
        return f"select, update ({', '.join(columns)})"
    return _ROWS


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
