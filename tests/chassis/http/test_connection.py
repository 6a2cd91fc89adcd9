"""A connection's limits are those of requests: what became a WebSocket stays."""

import asyncio
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from chassis.http.connection import bounded
from chassis.settings import HttpSettings

HEAD_S = 1.0
UPGRADE = (
    b"GET /echo HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SAID = b"\x81\x85\x00\x00\x00\x00hello"
"""A text frame as a client sends it: masked, with zeroes."""
ANSWERED = b"\x81\x05hello"


async def echo(one: WebSocket) -> None:
    """Answer every text with itself."""
    await one.accept()
    async for text in one.iter_text():
        await one.send_text(text)


async def test_a_websocket_outlives_the_time_that_a_head_has() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=[WebSocketRoute("/echo", echo)]), log_config=None, lifespan="off",
            http=bounded(HttpSettings(head_timeout_s=HEAD_S)),
        )
    )  # fmt: skip
    serving = asyncio.create_task(server.serve([listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(UPGRADE)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    await asyncio.sleep(1.5 * HEAD_S)
    writer.write(SAID)
    assert await reader.readexactly(len(ANSWERED)) == ANSWERED
    writer.close()
    server.should_exit = True
    await serving
