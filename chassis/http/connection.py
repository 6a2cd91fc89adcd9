"""HTTP connections that end by themselves: a request's head has a time and a size, which uvicorn lacks.

Without it a caller who opens connections and says a letter a minute keeps them for ever, and one who never
ends a header fills the memory.
"""

import asyncio
from typing import Any, ClassVar

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.settings import HttpSettings

_MOST_DISCARDED = 16 << 20
"""Bytes of a body that are taken after its answer, so that the caller gets to read that, and no more."""


class HeadTooLarge(Exception):
    """Address and headers together are over the limit."""


def bounded(settings: HttpSettings) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with these limits."""
    return type("Bounded", (_Bounded,), {"limits": settings})


class _Bounded(HttpToolsProtocol):
    limits: ClassVar[HttpSettings]
    _in_head = _in_body = False
    _taken = 0
    _deadline: asyncio.TimerHandle | None = None

    # uvicorn narrows asyncio's BaseTransport to a Transport, and so does this.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()
        if len(self.connections) >= self.limits.max_connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._unset_keepalive_if_required()  # uvicorn leaves it where a client broke off
        super().connection_lost(exc)

    def _make_room(self) -> None:
        """Close the connection that is without a request for longest: it is kept for convenience only."""
        waiting = [
            (one.timeout_keep_alive_task.when(), one)
            for one in self.connections
            if isinstance(one, _Bounded) and one.timeout_keep_alive_task is not None
        ]
        if waiting:
            _, oldest = min(waiting, key=lambda each: each[0])
            oldest._unset_keepalive_if_required()
            oldest.transport.close()
            self.connections.discard(oldest)  # at once: the new one's request may be there already

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_protocol() is not self:  # a WebSocket has it from now on
            return
        if self._in_head:
            self._taken += len(data)
            self._check(self._taken)
        elif self.cycle is None or self.cycle.response_complete:
            self._pass_by(len(data))

    def _pass_by(self, size: int) -> None:
        """Take what is no part of a request that waits for its answer: for a while, and up to a limit."""
        if self._deadline is None:
            self._begin()
        self._taken = self._taken + size if self._in_body else 0
        if self._taken > _MOST_DISCARDED:
            self._end()
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._taken = True, 0
        if self._deadline is None:
            self._begin()

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body, self._taken = False, True, 0
        self._end()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self.limits.max_head_bytes:
            self._check(size)
            raise HeadTooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._end()
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _begin(self) -> None:
        self._deadline = self.loop.call_later(self.limits.head_timeout_s, self._late)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if not self._in_head:  # nothing was asked: nothing is answered
            self.transport.close()
            return
        seconds = self.limits.head_timeout_s
        self._refuse(408, "request_too_slow", f"No request came whole within {seconds:.0f} s.")

    def _check(self, size: int) -> None:
        if size > self.limits.max_head_bytes:
            most = self.limits.max_head_bytes
            self._refuse(431, "head_too_large", f"Address and headers exceed {most} bytes.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        self._end()
        if self.transport.is_closing():
            return
        said: dict[str, Any] = {
            "type": f"urn:shuniu:problem:{code}", "status": status, "detail": detail, "code": code,
        }  # fmt: skip
        body = msgspec.json.encode(said)
        head = (
            f"HTTP/1.1 {status} Refused\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
