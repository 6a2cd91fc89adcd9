"""One service's database: a pool, transactions that serve SQLModel and raw asyncpg alike, and the clock."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import asyncpg
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.settings import DatabaseSettings

_KEEPALIVE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "11000",
}
_SESSION = {
    "application_name": "shuniu",
    "timezone": "UTC",
    # What plans are made for, whoever set up the server: else the plan that was tested is not the one that
    # runs. Tables lie in memory or on flash, where a page out of turn costs hardly more than the next one.
    "random_page_cost": "1.1",
    # Statements take milliseconds; to compile one that might take long takes longer than most of them.
    "jit": "off",
    # Two cores are busy anyway, and parallel workers' memory does not fit a container's 64 MB /dev/shm.
    "max_parallel_workers_per_gather": "0",
}

_NOT_YET = (
    asyncpg.InvalidCatalogNameError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError,
)  # fmt: skip
_LOOK_S = 0.05


class Unverified(ConnectionError):
    """The server did not prove who it is, so nothing was sent to it; the message says what to set."""


class RolledBack(asyncpg.InFailedSQLTransactionError):
    """The commit was answered with a rollback, since a statement had failed and the error was swallowed.

    PostgreSQL calls that a success. Taken for one, a command would be confirmed that never happened.
    """


class _Connection(asyncpg.Connection):
    async def execute(self, query: str, *arguments: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109  # asyncpg's signature
        status: str = await super().execute(query, *arguments, timeout=timeout)
        if status == "ROLLBACK" and query.startswith("COMMIT"):
            raise RolledBack(
                "the transaction was rolled back: a statement failed and its error was swallowed"
            )
        return status


_OPENING = "select clock_timestamp() + clock_offset as now, epoch from source"


@dataclass(frozen=True)
class Transaction:
    """An open transaction: SQLModel session and raw asyncpg connection are one and the same."""

    session: AsyncSession
    connection: asyncpg.Connection
    now: datetime
    """The database's clock plus the stored offset, UTC; one value for the transaction."""
    epoch: int


class Database:
    """The pool of one process. `open` before use, `close` at the end."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self._engine: AsyncEngine | None = None

    @property
    def dsn(self) -> str:
        """The libpq form of the connection string, for clients with a connection of their own."""
        return self.settings.dsn.get_secret_value()

    async def open(self) -> None:
        """Create the pool; connections are made when first needed."""
        timeout = {"statement_timeout": str(int(self.settings.statement_timeout_s * 1000))}

        async def connected() -> asyncpg.Connection:
            return await connect(self.settings, timeout, connection_class=_Connection)

        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connected,
            pool_size=self.settings.pool_size,
            max_overflow=5,
            hide_parameters=True,  # an error's text would hold what people have entered
        )

    async def close(self) -> None:
        """Close every pooled connection."""
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def rest(self) -> None:
        """Close the connections that nobody uses: in the server each holds what it has ever needed.

        Who needs one later has it opened. Raises what opening one raises.
        """
        for _ in range(cast(QueuePool, self.engine.pool).checkedin()):
            async with self.engine.connect() as connection:
                await connection.invalidate()

    @property
    def engine(self) -> AsyncEngine:
        """The SQLAlchemy engine; raises RuntimeError before `open`."""
        if self._engine is None:
            raise RuntimeError("Database.open() has not been called")
        return self._engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin; commit when the block ends, roll back when it raises.

        The opening statement goes through SQLAlchemy on purpose: it is what begins the transaction on the
        driver's connection, which raw statements then share.
        """
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            connection = await session.connection()
            opening = (await connection.exec_driver_sql(_OPENING)).mappings().one()
            raw = (await connection.get_raw_connection()).driver_connection
            yield Transaction(session, cast(asyncpg.Connection, raw), opening["now"], opening["epoch"])
            await session.commit()

    async def connect(self) -> asyncpg.Connection:
        """A connection of its own outside the pool, with TCP keepalives as a leader's lock needs them."""
        return await connect(self.settings, _KEEPALIVE)


async def connect(
    settings: DatabaseSettings, parameters: Mapping[str, str] | None = None, **options: Any
) -> asyncpg.Connection:
    """A new connection as the settings secure it: the one place where connections to PostgreSQL are made.

    Raises `Unverified` where the server offers no TLS or a certificate that does not hold.
    """
    context = settings.tls_context() if settings.verifies else None
    try:
        return await asyncpg.connect(
            settings.dsn.get_secret_value(),
            ssl=context,
            server_settings={**_SESSION, **(parameters or {})},
            **options,
        )
    except ssl.SSLCertVerificationError as error:
        raise Unverified(_unverified(settings, error)) from error
    except ConnectionError as error:
        if "rejected SSL upgrade" not in str(error):
            raise
        raise Unverified(f"{error}: switch it on there (`ssl = on`), or unset SHUNIU_DATABASE_TLS") from None


async def until_there(settings: DatabaseSettings, within_s: float) -> None:
    """Wait until the database answers, up to `within_s` seconds: its server starts, or it is being created.

    Raises what the last try raised, and at once whatever waiting does not mend, such as a wrong password.
    """
    deadline = time.monotonic() + within_s
    while True:
        try:
            connection = await connect(settings)
        except (OSError, *_NOT_YET) as error:
            if isinstance(error, Unverified) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_LOOK_S)
        else:
            await connection.close()
            return


def _unverified(settings: DatabaseSettings, error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message.rstrip(".")
    if "ostname" in said or "IP address" in said:
        return (
            f"PostgreSQL's certificate: {said}; name the host in SHUNIU_DATABASE_DSN as the certificate does"
        )
    trusted = settings.tls_ca_file or "the system's authorities"
    return (
        f"PostgreSQL's certificate is not trusted ({said}); trusted are those of {trusted}: name the file of"
        " the authority that signed it in SHUNIU_DATABASE_TLS_CA_FILE"
    )
