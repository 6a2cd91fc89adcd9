"""What is asked between a server's farewell on an idle connection and the connection's end.

The driver refuses it as a mistake of its own, and a relay that took this for a bug ended its process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import asyncpg
import pytest
from pydantic import SecretStr

from chassis.database import Database
from chassis.faults import Nature, nature_of
from chassis.http.unexpected import explained
from chassis.settings import DatabaseSettings
from tests.chassis.outbox_world import TEMPLATE, fund, make_world, prepare, sequences
from tests.conftest import FreshDatabase

_FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
_FAREWELL = b"E" + (len(_FIELDS) + 4).to_bytes(4) + _FIELDS


@dataclass
class Line:
    """Between clients and server; while it goes down nothing comes through any more."""

    clients: set[asyncio.StreamWriter] = field(default_factory=set)

    def say_farewell(self) -> None:
        """The last message of a server that shuts down, on every connection, and not their end."""
        for client in self.clients:
            client.write(_FAREWELL)

    def end(self) -> None:
        """Cut the connections."""
        for client in self.clients:
            client.transport.abort()


@asynccontextmanager
async def through_a_line(dsn: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the server of `dsn`, and the DSN that leads over it."""
    there, line = urlsplit(dsn), Line()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(there.hostname, there.port)
        line.clients.add(writer)
        ways = [
            asyncio.create_task(_forward(reader, to_server)),
            asyncio.create_task(_forward(from_server, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        line.clients.discard(writer)
        for way in ways:
            way.cancel()
        for end in (writer, to_server):
            end.transport.abort()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield line, there._replace(netloc=f"{there.username}:{there.password}@127.0.0.1:{port}").geturl()
        line.end()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()


async def _heard(connection: asyncpg.Connection, line: Line) -> None:
    """Wait until the driver has read the farewell; it says nothing of it by itself."""
    line.say_farewell()
    await asyncio.sleep(0.2)
    assert not connection.is_closed(), "the end of the connection has not come yet"


async def _tried(database: Database) -> Nature | None:
    """How a transaction fails, None where it does not."""
    try:
        async with database.transaction() as transaction:
            await transaction.connection.fetchval("select 1")
    except Exception as error:
        return nature_of(error)
    return None


@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: connection.fetchval("select 1"),
        lambda connection: connection.execute("notify anything"),
        lambda connection: connection.executemany("select $1::int", [(1,)]),
        lambda connection: connection.prepare("select 2"),
        lambda connection: connection.add_listener("anything", lambda *_: None),
    ],
    ids=["fetch", "execute", "many", "prepare", "listen"],
)
async def test_a_statement_after_the_farewell_is_an_outage_and_no_bug(
    fresh_database: FreshDatabase, ask: Callable[[asyncpg.Connection], Awaitable[object]]
) -> None:
    dsn = await fresh_database(TEMPLATE, prepare)
    async with through_a_line(dsn) as (line, over):
        connection = await asyncpg.connect(over)
        await _heard(connection, line)
        with pytest.raises(asyncpg.InternalClientError) as refused:
            await ask(connection)
        connection.terminate()
    assert nature_of(refused.value) is Nature.TRANSIENT
    answer = explained(refused.value)
    assert answer is not None
    assert answer.status == 503


async def test_a_pooled_connection_that_heard_the_farewell_is_an_outage_once_and_then_replaced(
    fresh_database: FreshDatabase,
) -> None:
    dsn = await fresh_database(TEMPLATE, prepare)
    async with through_a_line(dsn) as (line, over):
        database = Database(DatabaseSettings(dsn=SecretStr(over), pool_size=1))
        await database.open()
        async with database.transaction() as transaction:
            connection = transaction.connection
        await _heard(connection, line)
        assert await _tried(database) is Nature.TRANSIENT
        line.end()
        await asyncio.sleep(0.2)
        natures = [await _tried(database) for _ in range(3)]
        assert natures in ([None, None, None], [Nature.TRANSIENT, None, None])
        await database.close()


async def test_a_relay_whose_server_goes_down_leads_again_when_it_is_back(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str]
) -> None:
    dsn = await fresh_database(TEMPLATE, prepare)
    async with through_a_line(dsn) as (line, over):
        world = await make_world(over, broker, bus_profile, unique_stack(), poll_ms=50)
        async with world.relaying() as relay:
            await world.commit("fund-1", fund())
            await world.drained()
            assert relay.counts.leading
            line.say_farewell()
            async with asyncio.timeout(15):
                while relay.counts.leading:  # noqa: ASYNC110, it has no event to wait for
                    await asyncio.sleep(0.01)
            line.end()
            await world.runtime.database.close()
            await world.runtime.database.open()
            await world.commit("fund-1", fund())
            await world.drained(30)
            assert relay.counts.leading
        assert sequences(await world.received(2)) == {"fund-1": [1, 2]}
        await world.runtime.database.close()
