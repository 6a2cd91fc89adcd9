"""The outermost layer: correlation id, trace, log context, duration, limits of a body, unexpected errors."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from chassis import telemetry
from chassis.http.language import preferred
from chassis.http.problems import Explained, of_explained, problem
from chassis.http.unexpected import explained
from chassis.metrics import metrics
from chassis.settings import HttpSettings

_LOG = logging.getLogger("chassis.http")
_DISCARD_BYTES = 16 << 20
_DISCARD_S = 3.0
_ID_HEADER = b"x-correlation-id"


# For answers that are data: no page may frame them, read them from elsewhere, or take them for a script.
_DATA_KINDS = (b"application/json", b"application/problem+json", b"application/vnd")
_DATA_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class _BodyRefused(Exception):
    """The body went over its limit, or came too slowly."""


@dataclass
class _Exchange:
    """One request on its way: what was received, whether the answer has begun."""

    receive: Receive
    send: Send
    correlation_id: str
    limit: int
    settings: HttpSettings
    state: dict[str, object]
    begun: float = field(default_factory=time.monotonic)
    received: int = 0
    whole: bool = False
    status: int | None = None

    async def receive_limited(self) -> Message:
        if self.whole:  # what follows is the end of the connection, however late
            return await self.receive()
        try:
            async with asyncio.timeout(self._left()):
                message = await self.receive()
        except TimeoutError:
            self.state["too_slow"] = True
            raise _BodyRefused from None
        self.received += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        if self.received > self.limit:
            await self.refuse()
        return message

    def _left(self) -> float:
        """Seconds until the body must be whole: what came buys more, so that an upload may take long."""
        allowed = self.settings.body_timeout_s + self.received / self.settings.body_bytes_per_s
        return self.begun + allowed - time.monotonic()

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
        raise _BodyRefused

    async def send_marked(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            added = [(_ID_HEADER, self.correlation_id.encode())]
            if _is_data(message["headers"]):
                added += [header for header in _DATA_HEADERS if header[0] not in present]
            message["headers"] = [*message["headers"], *added]
        await self.send(message)


class Guard:
    """ASGI middleware of every service."""

    def __init__(self, app: ASGIApp, service: str, settings: HttpSettings) -> None:
        self._app = app
        self._service = service
        self._settings = settings
        self._metrics = metrics(service)
        self._uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through; anything but HTTP goes by untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        correlation_id = str(uuid7())
        request.state.correlation_id = correlation_id
        exchange = _Exchange(
            receive, send, correlation_id, self._limit(request), self._settings, scope["state"]
        )
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
        return self._settings.max_upload_bytes if _is_upload(request) else self._settings.max_body_bytes

    async def _pass(self, scope: Scope, request: Request, exchange: _Exchange) -> None:
        try:
            if _declared(request) > exchange.limit:
                await exchange.refuse()
            if _is_upload(request):
                await self._take_upload(scope, request, exchange)
            else:
                await self._app(scope, exchange.receive_limited, exchange.send_marked)
        except Exception as error:
            response = self._answer(request, exchange, error)
            if exchange.status is not None:
                raise  # the answer has begun: only a broken connection can say that it failed
            await response(scope, exchange.receive, exchange.send_marked)

    async def _take_upload(self, scope: Scope, request: Request, exchange: _Exchange) -> None:
        """Pass an upload on, from somebody known and a few at a time.

        It is taken whole into memory or a temporary file before any route sees it, so before a route would
        ask who sends it. Raises a 401 or 503 `Explained`.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        await request.app.state.authenticator.principal(token if scheme.lower() == "bearer" else None)
        if self._uploads >= self._settings.max_uploads:
            raise Explained(
                503,
                "too_many_uploads",
                "正在上传的文件过多，请稍后再试。",
                "Too many files are being uploaded at the moment; try again.",
                headers={"retry-after": "10"},
            )
        self._uploads += 1
        try:
            await self._app(scope, exchange.receive_limited, exchange.send_marked)
        finally:
            self._uploads -= 1

    def _answer(self, request: Request, exchange: _Exchange, error: Exception) -> ASGIApp:
        zh = preferred(request.headers) == "zh"
        if (refused := body_refused(request)) is not None:
            return refused
        if isinstance(error, Explained):
            return of_explained(request, error)
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


def _is_upload(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().lstrip().startswith("multipart/")


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _is_data(headers: list[tuple[bytes, bytes]]) -> bool:
    kinds = [value for name, value in headers if name.lower() == b"content-type"]
    return not kinds or kinds[0].startswith(
        (b"application/json", b"application/problem+json", b"application/vnd")
    )


def body_refused(request: Request) -> Response | None:
    """The answer to a body too large or too slow, else None; parsers hide the error that stopped them."""
    zh = preferred(request.headers) == "zh"
    if getattr(request.state, "too_slow", False):
        detail = "内容到得太慢，请检查网络后重试。" if zh else "The content came too slowly; try again."
        return problem(request, 408, "content_too_slow", detail, headers={"connection": "close"})
    limit: int | None = getattr(request.state, "too_large", None)
    if limit is None:
        return None
    detail = f"内容超过 {limit} 字节。" if zh else f"The content exceeds {limit} bytes."
    return problem(request, 413, "content_too_large", detail, headers={"connection": "close"})
