"""What other pages can do with a person's sign-in to the console: nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.http import Verifier, create_app
from chassis.keys import EmbeddedKey
from chassis.settings import AuthSettings, Settings
from services.console.app import service
from tests.console.conftest import World

pytestmark = pytest.mark.integration
HOST = "console.example:8443"


def token_of(key: EmbeddedKey) -> str:
    """A viewer's token."""
    return key.issue(subject="u-1", roles=["viewer"], divisions=["120116"])


@pytest.fixture
def key(tmp_path: Path) -> EmbeddedKey:
    return EmbeddedKey.open(tmp_path)


async def served(world: World, key: EmbeddedKey, **changes: Any) -> Any:
    """The console's application, its settings changed."""
    verifier = Verifier(AuthSettings(jwks=str(key.jwks)), "test", service.roles)
    await verifier.open()
    settings: Settings = world.runtime.settings.model_copy(update=changes)
    return create_app(replace(world.runtime, settings=settings), authenticator=verifier)


@pytest_asyncio.fixture(loop_scope="session")
async def browser(world: World, key: EmbeddedKey) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has signed in."""
    app = await served(world, key)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{HOST}")
    async with app.router.lifespan_context(app), client:
        assert (await client.post("/session", data={"token": token_of(key)})).status_code == 303
        yield client


FOREIGN = {
    "another host": {"origin": "https://evil.example"},
    "another port of this host": {"origin": "http://console.example:9000"},
    "a host that begins like this one": {"origin": f"http://{HOST}.evil.example"},
    "a page without an origin": {"origin": "null"},
    "the browser says so": {"sec-fetch-site": "cross-site"},
    "the browser says the site is the same, not the page": {"sec-fetch-site": "same-site"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_another_page_signs_nobody_in_or_out(
    browser: httpx.AsyncClient, key: EmbeddedKey, headers: dict[str, str]
) -> None:
    for path, form in (("/session", {"token": token_of(key)}), ("/session/end", {})):
        answer = await browser.post(path, data=form, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", [h for h in FOREIGN.values() if "origin" in h])
async def test_another_page_does_not_listen_to_ours(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    polled = await browser.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling", headers=headers)
    assert polled.status_code == 403


async def test_a_websocket_of_another_page_is_closed(world: World, key: EmbeddedKey) -> None:
    app, sent = await served(world, key), []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket", "path": "/_nicegui_ws/socket.io/", "query_string": b"EIO=4&transport=websocket",
        "headers": [(b"host", HOST.encode()), (b"origin", b"https://evil.example")], "scheme": "ws",
        "subprotocols": [],
    }  # fmt: skip
    await app(scope, receive, send)
    assert sent == ["websocket.close"]


async def test_our_own_page_is_let_through(browser: httpx.AsyncClient) -> None:
    for headers in ({"origin": f"http://{HOST}"}, {"sec-fetch-site": "same-origin"}, {}):
        assert (await browser.get("/organizations", headers=headers)).status_code == 200
    assert (await browser.post("/session/end", headers={"origin": f"http://{HOST}"})).status_code == 303


async def test_every_page_forbids_frames_strange_scripts_and_guesses(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/sign-in", "/organizations"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'self'" in policy
        assert "http" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(("public_url", "secure"), [("https://console.example", True), (None, False)])
async def test_behind_tls_the_cookie_goes_over_tls_only(
    world: World, key: EmbeddedKey, public_url: str | None, secure: bool
) -> None:
    http = world.runtime.settings.http.model_copy(update={"public_url": public_url})
    app = await served(world, key, http=http)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{HOST}") as client:
        origin = {"origin": public_url} if public_url else {}
        answer = await client.post("/session", data={"token": token_of(key)}, headers=origin)
    cookie = answer.headers["set-cookie"].lower()
    assert ("secure" in cookie) is secure
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_in_production_an_address_with_a_token_signs_nobody_in(world: World, key: EmbeddedKey) -> None:
    app = await served(world, key, environment="production")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{HOST}") as client:
        answer = await client.get("/", params={"token": token_of(key)})
    assert answer.headers["location"] == "/sign-in?why=token_invalid"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/\\evil.example", "//evil.example", "/\\/evil.example"])
async def test_choosing_a_language_never_leads_elsewhere(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get("/language/zh", headers={"referer": f"http://{HOST}{path}"})
    assert answer.headers["location"] == "/evil.example"


@pytest.mark.parametrize("why", ["<script>alert(1)</script>", "token_invalid\r\nset-cookie: a=b"])
async def test_what_the_address_says_is_not_put_on_the_page(browser: httpx.AsyncClient, why: str) -> None:
    answer = await browser.get("/sign-in", params={"why": why})
    assert why not in answer.text
    assert "a=b" not in str(answer.headers)


async def test_a_file_of_a_page_is_signed_by_the_cookie_and_the_api_is_not(
    browser: httpx.AsyncClient,
) -> None:
    file = {"file": ("list.xlsx", b"...")}
    page = await browser.post("/_nicegui/client/no-such-client/upload/1", files=file)
    assert page.status_code == 404, "known, so the library was asked, which has no such page"
    assert (await browser.post("/v1/figures/published", files=file)).status_code == 401
    browser.cookies.clear()
    assert (await browser.post("/_nicegui/client/no-such-client/upload/1", files=file)).status_code == 401
