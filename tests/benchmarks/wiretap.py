"""Counts the statements that clients send to PostgreSQL, by standing between them and reading the protocol.

The driver's own log leaves out what SQLAlchemy executes, and an extension would have to be loaded by the
server; on the wire everything is seen, on every engine.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_SSL_REQUEST = 80877103


@dataclass
class Wiretap:
    """What was executed, in order, by all connections through it."""

    statements: list[str] = field(default_factory=list)

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """The statements of the block; complete when it has ended."""
        first, found = len(self.statements), list[str]()
        yield found
        found += self.statements[first:]


@asynccontextmanager
async def tapped(dsn: str) -> AsyncIterator[tuple[Wiretap, str]]:
    """A wiretap and the DSN that leads through it."""
    parts = urlsplit(dsn)
    tap = Wiretap()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server = await asyncio.open_connection(parts.hostname, parts.port)
        ways = [
            asyncio.create_task(_forward(reader, to_server[1], _Line(tap))),
            asyncio.create_task(_forward(to_server[0], writer, None)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (writer, to_server[1]):
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    host = f"{parts.username}:{parts.password}@127.0.0.1:{port}"
    async with server:
        yield tap, parts._replace(netloc=host).geturl()
        server.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: "_Line | None") -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            if line is not None:
                line.hear(data)
            writer.write(data)
            await writer.drain()


@dataclass
class _Line:
    """One client's messages: `P` names a text, `B` makes a portal of it, `E` executes it, `Q` does all."""

    tap: Wiretap
    _buffer: bytearray = field(default_factory=bytearray)
    _started: bool = False
    _texts: dict[bytes, str] = field(default_factory=dict)
    _portals: dict[bytes, str] = field(default_factory=dict)

    def hear(self, data: bytes) -> None:
        self._buffer += data
        while (message := self._next()) is not None:
            kind, body = message
            match kind:
                case b"P":
                    name, _, rest = body.partition(b"\0")
                    self._texts[name] = rest.partition(b"\0")[0].decode()
                case b"B":
                    portal, _, rest = body.partition(b"\0")
                    self._portals[portal] = self._texts[rest.partition(b"\0")[0]]
                case b"E":
                    self.tap.statements.append(self._portals[body.partition(b"\0")[0]])
                case b"Q":
                    self.tap.statements.append(body.rstrip(b"\0").decode())

    def _next(self) -> tuple[bytes, bytes] | None:
        """The next whole message; what comes before the session has begun carries no kind."""
        head = 1 if self._started else 0
        if len(self._buffer) < head + 4:
            return None
        size = head + int.from_bytes(self._buffer[head : head + 4])
        if len(self._buffer) < size:
            return None
        kind, body = bytes(self._buffer[:head]), bytes(self._buffer[head + 4 : size])
        del self._buffer[:size]
        self._started = self._started or int.from_bytes(body[:4]) != _SSL_REQUEST
        return kind, body
