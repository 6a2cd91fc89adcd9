"""Signing in: the bearer token in a cookie that scripts cannot read, checked by the chassis on every use."""

import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import cast
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http import Explained
from chassis.http.call import Authenticator
from chassis.http.language import preferred
from chassis.principal import Principal
from chassis.runtime import Runtime
from services.console.matters.kinds import SERVICE, Codes, Kinds, codes_of
from services.console.neighbours import Neighbours, NotDone
from services.console.pages.theme import CSS
from services.console.pages.words import Language, Words
from services.console.settings import ConsoleSettings

LANGUAGE_COOKIE = "shuniu_language"
PERMISSION, CARE, OVERSEEING, OWN = "pages:read", "pages:care", "pages:overseeing", "pages:own"
"""The pages; those of care records alone, whose workers read nothing else of the register; who looked into
them; and those of an organisation's own account, which are for nobody else."""
HANDING_OVER = "pages:handing_over"
"""Where all that somebody answers for is handed over."""
_YEAR_S = 365 * 24 * 3600
_KINDS_S = 300.0
_SIGN_IN = Template(Path(__file__).with_name("sign_in.html").read_text(encoding="utf-8"))
_UP, _TOKEN = "<code>shuniu up</code>", "<code>shuniu token --role viewer --division …</code>"
_WHY = frozenset({"token_invalid", "signed_out"})


@dataclass(frozen=True)
class Person:
    """Who is at the page, in which language, and what they may see."""

    principal: Principal
    token: str
    words: Words

    @property
    def patterns(self) -> list[str]:
        """The person's divisions for `like any(...)`."""
        return [f"{code}%" for code in self.principal.divisions]

    def may(self, *permissions: str) -> bool:
        """Whether one of the permissions opens a page to this person."""
        return opens(self.principal, *permissions)


def opens(principal: Principal, *permissions: str) -> bool:
    """Whether one of the permissions opens a page; who may do everything still speaks for no organisation."""
    return any(principal.has(one) and (one != OWN or principal.stands_for is not None) for one in permissions)


@dataclass
class Desk:
    """What every page works with; one a process."""

    runtime: Runtime
    authenticator: Authenticator
    settings: ConsoleSettings
    _codes: Codes = field(default_factory=dict)
    _kinds: dict[str, tuple[float, Kinds]] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """Its name: browsers keep one jar for all ports of a host, and stacks run side by side."""
        return f"shuniu_token_{self.runtime.settings.http.port}"

    def neighbours(self, person: Person) -> Neighbours:
        """The services as this person may use them."""
        return Neighbours(self.settings.urls(), person.token, person.words.language)

    async def codes(self, person: Person) -> Codes:
        """Names of an organisation's codes, asked of the registry once; none while it does not answer."""
        if not self._codes:
            try:
                answer = await self.neighbours(person).get(SERVICE, "/v1/categories")
            except NotDone:
                return {}
            self._codes = codes_of(answer)
        return self._codes

    async def kinds(self, person: Person) -> Kinds:
        """The kinds of matters as this person may use them, asked of the registry once in a while.

        Raises `NotDone` where it does not answer or the person may not ask.
        """
        now = time.monotonic()
        self._kinds = {token: kept for token, kept in self._kinds.items() if kept[0] > now}
        if person.token not in self._kinds:
            answer = await self.neighbours(person).get(SERVICE, "/v1/matters")
            self._kinds[person.token] = now + _KINDS_S, Kinds.of(answer)
        return self._kinds[person.token][1]

    async def person(self, request: HTTPConnection) -> Person | None:
        """Who sent the request; None without a valid sign-in that may see pages."""
        token = request.cookies.get(self.cookie)
        principal = await self.principal(token)
        return None if principal is None or not token else Person(principal, token, words(request))

    async def principal(self, token: str | None) -> Principal | None:
        """Whose token it is; None where it is missing, expired, or gives no access to the pages."""
        try:
            principal = await self.authenticator.principal(token)
        except Explained:
            return None
        return principal if opens(principal, PERMISSION, CARE, OWN) else None

    @property
    def _secure(self) -> bool:
        """Whether the cookie goes over HTTPS only: where that is said, or the public address is one."""
        public = self.runtime.settings.http.public_url or ""
        return self.settings.secure_cookies or public.startswith("https://")

    @property
    def by_address(self) -> bool:
        """Whether an address with a token in it signs in: handy on one's own machine, but addresses are kept
        in histories and logs of proxies, and anybody can send one about, so not in production."""
        return self.runtime.settings.environment != "production"

    def signed_in(self, token: str, where: str = "/") -> Response:
        """On to a clean address with the token in the cookie."""
        response = RedirectResponse(where, 303)
        response.set_cookie(self.cookie, token, httponly=True, samesite="lax", secure=self._secure, path="/")
        return response


def words(request: HTTPConnection) -> Words:
    """The language that was chosen, or else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return Words(cast(Language, chosen) if chosen in ("zh", "en") else preferred(request.headers))


def attach(app: FastAPI, desk: Desk) -> None:
    """Add the addresses that need no page: signing in and out, and the language."""

    async def sign_in(request: Request) -> Response:
        return _sign_in_page(words(request), request.query_params.get("why", ""))

    async def begin(request: Request) -> Response:
        form = await request.form()
        token = str(form.get("token", "")).strip()
        if token.startswith("http"):
            token = urlsplit(token).query.removeprefix("token=")
        if await desk.principal(token) is None:
            return _sign_in_page(words(request), "token_invalid", status=401)
        return desk.signed_in(token)

    async def end(request: Request) -> Response:
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(desk.cookie, path="/")
        return response

    async def language(request: Request) -> Response:
        wanted = "en" if request.path_params["code"] == "en" else "zh"
        back = urlsplit(request.headers.get("referer", "/"))
        # Path and query only: an address elsewhere is never followed.
        where = "/" + back.path.lstrip("/\\") + (f"?{back.query}" if back.query else "")
        response = RedirectResponse(where, 303)
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_YEAR_S, samesite="lax", path="/")
        return response

    app.add_route("/sign-in", sign_in, ["GET"], include_in_schema=False)
    app.add_route("/session", begin, ["POST"], include_in_schema=False)
    app.add_route("/session/end", end, ["POST"], include_in_schema=False)
    app.add_route("/language/{code}", language, ["GET"], include_in_schema=False)


def _sign_in_page(said: Words, why: str, status: int = 200) -> HTMLResponse:
    problem = said(why) if why in _WHY else ""
    content = _SIGN_IN.substitute(
        lang="zh-CN" if said.language == "zh" else "en",
        css=CSS,
        title=escape(said("sign_in_title")),
        problem=f'<div class="banner bad" role="alert">{escape(problem)}</div>' if problem else "",
        how=said("sign_in_how", up=_UP, token=_TOKEN),
        label=escape(said("sign_in_label")),
        button=escape(said("sign_in")),
        other="en" if said.language == "zh" else "zh",
        other_name=escape(said("other_language")),
    )
    return HTMLResponse(content, status, headers={"cache-control": "no-store"})
