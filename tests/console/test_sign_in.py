"""Signing in to the pages, and what the console answers over HTTP, without a browser."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from nicegui import core

from chassis.http import Verifier, create_app
from chassis.keys import EmbeddedKey
from chassis.principal import StandsFor
from chassis.settings import AuthSettings
from services.console.app import service
from services.console.pages import theme
from services.console.pages.words import _CODES, _PAGE, Words
from services.console.projection import queries
from tests.console.conftest import World

pytestmark = pytest.mark.integration


@pytest.fixture
def key(tmp_path: Path) -> EmbeddedKey:
    return EmbeddedKey.open(tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def browser(world: World, key: EmbeddedKey) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies and follows nothing by itself."""
    verifier = Verifier(AuthSettings(jwks=str(key.jwks)), "test", service.roles)
    await verifier.open()
    app = create_app(world.runtime, authenticator=verifier)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://console")
    async with app.router.lifespan_context(app), client:
        yield client


def token_of(key: EmbeddedKey, role: str = "viewer", hours: float = 1) -> str:
    return key.issue(subject="u-1", roles=[role], divisions=["120116"], hours=hours)


async def test_pages_are_started_with_every_application_that_carries_them(
    world: World, key: EmbeddedKey
) -> None:
    """Also with one that is not the process's first, and when the first was never started."""
    verifier = Verifier(AuthSettings(jwks=str(key.jwks)), "test", service.roles)
    create_app(world.runtime, authenticator=verifier)
    app = create_app(world.runtime, authenticator=verifier)
    assert not core.app.is_started
    async with app.router.lifespan_context(app):
        assert core.app.is_started
    assert not core.app.is_started


async def test_a_page_that_takes_its_time_is_waited_for(
    browser: httpx.AsyncClient, key: EmbeddedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service may take seconds to answer; the page library by itself would give up after three."""
    read = queries.organizations

    async def slowly(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(3.2)
        return await read(*arguments, **named)

    monkeypatch.setattr(queries, "organizations", slowly)
    assert (await browser.post("/session", data={"token": token_of(key)})).status_code == 303
    assert (await browser.get("/organizations")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/organizations", "/organizations/1", "/messages"])
async def test_without_a_sign_in_every_page_leads_to_the_sign_in_page(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_the_address_with_a_token_signs_in_and_leaves_a_clean_address(
    browser: httpx.AsyncClient, key: EmbeddedKey
) -> None:
    answer = await browser.get("/", params={"token": token_of(key)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


async def test_a_token_pasted_into_the_form_signs_in(browser: httpx.AsyncClient, key: EmbeddedKey) -> None:
    answer = await browser.post("/session", data={"token": f" {token_of(key)}\n"})
    assert answer.headers["location"] == "/"
    answer = await browser.post("/session", data={"token": f"http://console/?token={token_of(key)}"})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
async def test_a_token_that_is_expired_or_gives_no_access_is_refused_in_plain_words(
    browser: httpx.AsyncClient, key: EmbeddedKey, role: str
) -> None:
    token = token_of(key, role, hours=-1 if role == "viewer" else 1)
    assert (await browser.get("/", params={"token": token})).headers["location"] == (
        "/sign-in?why=token_invalid"
    )
    answer = await browser.post("/session", data={"token": token})
    assert answer.status_code == 401
    assert "令牌无效" in answer.text
    assert "set-cookie" not in answer.headers


async def test_an_organisation_gets_its_own_pages_and_nobody_else_does(
    browser: httpx.AsyncClient, key: EmbeddedKey
) -> None:
    holder = StandsFor("organization", UUID(int=7))
    own = key.issue(subject="u-own", roles=["organization"], divisions=["120116001"], stands_for=holder)
    await browser.get("/", params={"token": own})
    staff = (
        "/",
        "/today",
        "/organizations",
        f"/organizations/{UUID(int=7)}",
        "/matters",
        "/messages",
        "/care",
    )
    for path in staff:
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/own"), path
    for path in ("/own", "/own/services", f"/own/applications/{UUID(int=7)}"):
        assert (await browser.get(path)).status_code == 200
    assert (
        await browser.get("/v1/figures/published", headers={"authorization": f"Bearer {own}"})
    ).status_code == 403
    for role, home in (("operator", "/"), ("viewer", "/"), ("care_officer", "/today")):
        await browser.get("/", params={"token": token_of(key, role)})
        for path in ("/own", "/own/services", f"/own/applications/{UUID(int=7)}"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (303, home)


async def test_the_role_alone_stands_for_nobody(browser: httpx.AsyncClient, key: EmbeddedKey) -> None:
    answer = await browser.get("/", params={"token": token_of(key, "organization")})
    assert answer.headers["location"] == "/sign-in?why=token_invalid"


async def test_signing_out_ends_it(browser: httpx.AsyncClient, key: EmbeddedKey) -> None:
    await browser.get("/", params={"token": token_of(key)})
    await browser.post("/session/end")
    assert (await browser.get("/messages")).headers["location"] == "/sign-in"


async def test_the_language_is_chosen_by_the_browser_until_one_chooses(browser: httpx.AsyncClient) -> None:
    assert "登录枢纽" in (await browser.get("/sign-in")).text
    english = await browser.get("/sign-in", headers={"accept-language": "en"})
    assert "Sign in to Shuniu" in english.text
    await browser.get("/language/en")
    assert "Sign in to Shuniu" in (await browser.get("/sign-in")).text


@pytest.mark.parametrize("referer", ["http://evil.example/there?x=1", "http://console//evil.example/x"])
async def test_choosing_a_language_never_leads_to_another_host(
    browser: httpx.AsyncClient, referer: str
) -> None:
    where = (await browser.get("/language/zh", headers={"referer": referer})).headers["location"]
    assert where.startswith("/")
    assert not where.startswith("//")


async def test_an_unknown_address_of_the_api_is_a_problem_document(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_published_figures_of_silent_services_are_cannot_and_say_why(
    browser: httpx.AsyncClient, key: EmbeddedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_CONSOLE_SERVICES", '{"registry": "http://127.0.0.1:9"}')
    assert (await browser.get("/v1/figures/published")).status_code == 401
    answer = await browser.get("/v1/figures/published", headers={"authorization": f"Bearer {token_of(key)}"})
    assert answer.status_code == 200, answer.text
    items = {item["id"]: item for item in answer.json()["items"]}
    asked = {
        id: item
        for id, item in items.items()
        if not (item["formula"] or "").startswith(("published.", "(pub"))
    }
    assert {item["verdict"] for item in asked.values()} == {"cannot"}, "what a document says of itself aside"
    assert items["F01"]["reason"] == "“registry”服务没有回应"
    assert items["F01"]["as_of"] == "2014-12-31"
    assert items["F08"]["from"] == "2014-01-01"


def test_every_word_is_there_in_both_languages() -> None:
    texts = [*_PAGE.values(), *(names for kind in _CODES.values() for names in kind.values())]
    assert all(zh and en for zh, en in texts)
    assert Words("zh").code("legal_form", "something_new") == "something_new"
    assert (
        Words("en").fact("registry", "organization", "registered")
        == "The authority registered an organisation"
    )


def test_charts_and_style_sheet_share_their_colours() -> None:
    names = ("ink", "muted", "rule", "accent", "good", "warn", "bad")
    assert all(f"--{name}:{getattr(theme, name.upper())}" in theme.CSS for name in names)
    assert "http" not in theme.CSS
