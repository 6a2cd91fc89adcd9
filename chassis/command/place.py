"""Which stack a command is about: that of a data directory, of a connection file, or of the environment."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from chassis.embedded.connection import Connection, read_connection_file
from chassis.installation import installed
from chassis.settings import AuthSettings, BusSettings, DatabaseSettings, Settings

if TYPE_CHECKING:  # `shuniu up` keeps its process for as long as the stack runs, and needs none of these
    import asyncpg

    from chassis.runtime import Runtime

DEFAULT_DATA_DIR = Path(".shuniu")
KEYS_FOLDER = "keys"

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", "-d", envvar="SHUNIU_DATA_DIR", show_default=False,
        help="Data directory of an embedded stack (`shuniu up`). Without it: SHUNIU_STACK_FILE, then the "
        "service settings in the environment (SHUNIU_DATABASE_DSN ...), then ./.shuniu",
    ),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of a table.")]
Services = Annotated[
    list[str] | None, typer.Argument(show_default=False, help="Services by name; all without any.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with your name in the operators' log.")]
Actor = Annotated[
    str, typer.Option("--actor", envvar="SHUNIU_ACTOR", help="Who decides: a pseudonymous id such as u-ops1.")
]


class NoSuchService(LookupError):
    """The stack has no service of this name."""


@dataclass(frozen=True)
class Place:
    """A stack as a command reaches it."""

    services: tuple[str, ...]
    connection: Connection | None
    """of an embedded stack; None where the environment's settings say where everything is"""

    def settings(self, service: str) -> Settings:
        """The settings of one service of this stack; raises `NoSuchService`."""
        if service not in self.services:
            raise NoSuchService(f"no service '{service}' here; there are: {', '.join(self.services)}")
        if self.connection is None:
            return _from_environment().for_service(service)
        profile = self.connection.region
        by_file = profile.endswith(".toml")
        return Settings(
            environment="embedded",
            stack=self.connection.stack,
            region=None if by_file else profile,
            region_file=Path(profile) if by_file else None,
            database=DatabaseSettings(dsn=SecretStr(self.connection.databases[service]), pool_size=2),
            bus=self.bus,
        )

    @property
    def bus(self) -> BusSettings:
        """Where the bus is."""
        if self.connection is None:
            return BusSettings()
        return BusSettings(
            bootstrap_servers=self.connection.bootstrap_servers, profile=self.connection.broker
        )

    @property
    def programs(self) -> Path | None:
        """Where PostgreSQL's programs are: an embedded stack's own; None for those of the search path."""
        if self.connection is None:
            return None
        from chassis.embedded.postgres import programs

        return programs()

    @property
    def stack(self) -> str:
        """The stack's division code."""
        return self.connection.stack if self.connection else _from_environment().stack

    @property
    def lower_stacks(self) -> tuple[str, ...]:
        """Codes of the stacks below it; an embedded stack has none."""
        return () if self.connection else _from_environment().lower_stacks

    def chosen(self, names: list[str] | None) -> tuple[str, ...]:
        """The services named, or all; raises `NoSuchService`."""
        for name in names or ():
            self.settings(name)
        return tuple(names or self.services)

    @asynccontextmanager
    async def runtime(self, service: str) -> "AsyncIterator[Runtime]":
        """A service's runtime with an open database."""
        from chassis.database import Database
        from chassis.region import load_region
        from chassis.runtime import Runtime
        from chassis.service import discover

        settings = self.settings(service)
        region = load_region(settings.profile())
        runtime = Runtime(discover(service), settings, region, Database(settings.database))
        await runtime.database.open()
        try:
            yield runtime
        finally:
            await runtime.database.close()

    @asynccontextmanager
    async def database(self, service: str) -> "AsyncIterator[asyncpg.Connection]":
        """A connection to a service's database, in a transaction of its own."""
        from chassis.database import connect

        connection = await connect(self.settings(service).database)
        try:
            async with connection.transaction():
                yield connection
        finally:
            await connection.close()


def find(data_dir: Path | None) -> Place:
    """The stack meant; raises `NoStackRunning` where it is an embedded one that does not run."""
    if data_dir is None and (file := os.environ.get("SHUNIU_STACK_FILE")):
        data_dir = Path(file).parent
    if data_dir is None and "SHUNIU_DATABASE_DSN" in os.environ:
        return Place(installed(), None)
    connection = read_connection_file(data_dir or DEFAULT_DATA_DIR)
    return Place(tuple(connection.databases), connection)


def keys_directory(data_dir: Path | None) -> Path:
    """Where an embedded stack keeps its signing key."""
    return (data_dir or DEFAULT_DATA_DIR) / KEYS_FOLDER


def _from_environment() -> Settings:
    return Settings(auth=AuthSettings())
