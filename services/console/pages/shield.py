"""What keeps other pages out: no frame around ours, no request in our name, no script from elsewhere.

And what lets ours in: a file that a page sends is signed by the cookie, as all that the page does.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    # The page's library compiles templates in the browser, hence `unsafe-eval`, and begins in inline scripts.
    b"content-security-policy": b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    b"connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}
_PAGES = "/_nicegui/"
"""Where the pages' library takes files; what is asked of the API must say by itself who asks."""


class Shield:
    """ASGI middleware of the console.

    The sign-in is a cookie, so whatever another page makes a browser send here would be done as the person
    at it. Browsers name the page that sends: in `Origin` with all but plain navigation, and `Sec-Fetch-Site`.
    A cookie's `SameSite` alone does not do: another port of the same host is the same site.
    """

    def __init__(self, app: ASGIApp, public_url: str | None, cookie: str) -> None:
        self._app, self._cookie = app, cookie
        self._public = urlsplit(public_url).netloc if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what another page sends; add the headers to what we answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._is_foreign(scope):
            await self._refuse(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                added = [header for header in _HEADERS.items() if header[0] not in present]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(self._signed(scope), receive, send_with_headers)

    def _signed(self, scope: Scope) -> Scope:
        """An upload of a page as its bearer token signs it: uploads are refused before any route is asked."""
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").lower().startswith("multipart/")
        if not (is_upload and scope["path"].startswith(_PAGES)) or "authorization" in headers:
            return scope
        token = cookie_parser(headers.get("cookie", "")).get(self._cookie)
        if token is None:
            return scope
        return {
            **scope,
            "headers": [*scope["headers"], (b"authorization", f"Bearer {token}".encode("latin-1"))],
        }

    def _is_foreign(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None:
            return urlsplit(origin).netloc not in (headers.get("host"), self._public)
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        return changes and headers.get("sec-fetch-site", "none") not in ("none", "same-origin")

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        said = "请从本页面操作。 / This was sent by another page; open the console and do it there."
        await PlainTextResponse(said, 403)(scope, receive, send)
