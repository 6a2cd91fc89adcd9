"""The outermost layer: correlation id, trace, log context, duration, body limits, unexpected errors."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from chassis import telemetry
from chassis.http.language import preferred
from chassis.http.problems import of_explained, problem
from chassis.http.unexpected import explained
from chassis.metrics import metrics
from chassis.settings import HttpSettings

_LOG = logging.getLogger("chassis.http")
_DISCARD_BYTES = 16 << 20
_DISCARD_S = 3.0
_ID_HEADER = b"x-correlation-id"


class _TooLarge(Exception):
    """The body went over its limit."""


@dataclass
class _Exchange:
    """One request on its way: what was received, whether the answer has begun."""

    receive: Receive
    send: Send
    correlation_id: str
    limit: int
    state: dict[str, object]
    received: int = 0
    status: int | None = None

    async def receive_limited(self) -> Message:
        message = await self.receive()
        self.received += len(message.get("body", b""))
        if self.received > self.limit:
            await self.refuse()
        return message

    async def refuse(self) -> None:
        """Note that the body is too large, take some more of it, raise.

        A connection closed with much unread resets, and the caller never sees why.
        """
        self.state["too_large"] = self.limit
        taken = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISCARD_S):
                while taken < _DISCARD_BYTES:
                    message = await self.receive()
                    taken += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        break
        raise _TooLarge

    async def send_marked(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (_ID_HEADER, self.correlation_id.encode())]
        await self.send(message)


class Guard:
    """ASGI middleware of every service."""

    def __init__(self, app: ASGIApp, service: str, settings: HttpSettings) -> None:
        self._app = app
        self._service = service
        self._settings = settings
        self._metrics = metrics(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through; anything but HTTP goes by untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        correlation_id = str(uuid7())
        request.state.correlation_id = correlation_id
        exchange = _Exchange(receive, send, correlation_id, self._limit(request), scope["state"])
        begun = time.perf_counter()
        with (
            telemetry.incoming(request.headers),
            telemetry.bound(service=self._service, correlation_id=exchange.correlation_id),
        ):
            await self._pass(scope, request, exchange)
        route = getattr(scope.get("route"), "path", "-")
        self._metrics.requests.labels(scope["method"], route, exchange.status or 0).observe(
            time.perf_counter() - begun
        )

    def _limit(self, request: Request) -> int:
        form = request.headers.get("content-type", "").startswith("multipart/form-data")
        return self._settings.max_upload_bytes if form else self._settings.max_body_bytes

    async def _pass(self, scope: Scope, request: Request, exchange: _Exchange) -> None:
        try:
            if _declared(request) > exchange.limit:
                await exchange.refuse()
            await self._app(scope, exchange.receive_limited, exchange.send_marked)
        except Exception as error:
            response = self._answer(request, exchange, error)
            if exchange.status is not None:
                raise  # the answer has begun: only a broken connection can say that it failed
            await response(scope, exchange.receive, exchange.send_marked)

    def _answer(self, request: Request, exchange: _Exchange, error: Exception) -> ASGIApp:
        zh = preferred(request.headers) == "zh"
        if (refused := too_large(request)) is not None:
            return refused
        known = explained(error)
        if known is not None:
            if known.status >= 500:
                _LOG.warning("database unavailable: %r", error)
            return of_explained(request, known)
        _LOG.error("unexpected error", exc_info=error)
        detail = (
            f"系统出错，请把编号 {exchange.correlation_id} 告诉管理员。"
            if zh
            else f"Something failed here; tell the administrator this number: {exchange.correlation_id}."
        )
        return problem(request, 500, "internal_error", detail)


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def too_large(request: Request) -> Response | None:
    """The answer to a body over its limit, None within it; parsers hide the error that stopped them."""
    limit: int | None = getattr(request.state, "too_large", None)
    if limit is None:
        return None
    zh = preferred(request.headers) == "zh"
    detail = f"内容超过 {limit} 字节。" if zh else f"The content exceeds {limit} bytes."
    return problem(request, 413, "content_too_large", detail, headers={"connection": "close"})
