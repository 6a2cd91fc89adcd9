"""A whole stack as `shuniu up` starts it, and Debian's Chromium in front of its console."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    WebSocketRoute,
    async_playwright,
    expect,
)

from chassis.clock import day_of
from chassis.embedded.connection import FILE_NAME, Connection, read_connection_file
from chassis.keys import issue_token
from chassis.principal import StandsFor
from chassis.sealing import SealingKeys
from services.registry.identification.model import complete_credit_code

PICTURES = os.environ.get("SHUNIU_TEST_PICTURES")
"""a directory to leave screenshots in, for looking at them"""
TODAY = day_of(datetime.now(UTC) + timedelta(hours=12))
"""The day of the stack: its clocks are set on to the next noon, so that no midnight falls into a run."""
_START_S = 240.0
"""Many times what a start takes, so that only one that hangs is given up."""
_PORTS = 8
_NUMBERS = itertools.count(50_000_000)
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
)  # fmt: skip


@dataclass
class Stack:
    """A running stack."""

    directory: Path
    connection: Connection

    @property
    def console(self) -> str:
        """The console's address."""
        return self.connection.services["console"]

    def token(
        self, role: str = "operator", subject: str = "u-test", *, division: str = "120116",
        stands_for: str = "",
    ) -> str:  # fmt: skip
        """A token of the stack's own, of one of the staff or of an organisation."""
        return issue_token(
            self.directory / "keys", subject=subject, roles=[role], divisions=[division], hours=1,
            stands_for=StandsFor.of(stands_for) if stands_for else None,
        )  # fmt: skip

    async def ask(
        self, method: str, service: str, path: str, role: str = "operator", **arguments: Any
    ) -> Any:
        """The JSON answer of a service, which must be a yes."""
        headers = {"authorization": f"Bearer {self.token(role)}", **arguments.pop("headers", {})}
        async with httpx.AsyncClient(base_url=self.connection.services[service], trust_env=False) as client:
            answer = await client.request(method, path, headers=headers, timeout=30, **arguments)
        assert answer.is_success, answer.text
        return answer.json()

    async def register(self, name: str, **body: Any) -> dict[str, Any]:
        """A newly registered organisation."""
        division = body.pop("division", "120116001")
        facts = {
            "name": name, "division": division, "legal_form": "association", "route": "department",
            "credit_code": complete_credit_code("51", "120116", f"{next(_NUMBERS):08}"),
        }  # fmt: skip
        found: dict[str, Any] = await self.ask(
            "POST", "registry", "/v1/organizations/registrations", json=facts | body
        )
        return found


def _opened(directory: Path) -> Path:
    directory.chmod(0o711)  # PostgreSQL's own account, where we are root, has to pass through
    return directory


def _first_port() -> int:
    """The first of eight neighbouring ports that are free now, below the range the kernel gives out."""
    for port in range(20_000 + os.getpid() % 5000, 32_000, _PORTS):
        with contextlib.ExitStack() as opened:
            try:
                for number in range(port, port + _PORTS):
                    opened.enter_context(socket.socket()).bind(("127.0.0.1", number))
            except OSError:
                continue
            return port
    raise RuntimeError("no eight free ports in a row")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    """The stack of this session, empty at first; it ends with Ctrl-C as a person's would."""
    with tempfile.TemporaryDirectory(prefix="shuniu-browser-", ignore_cleanup_errors=True) as name:
        directory = _opened(Path(name))
        log = (directory / "up.log").open("wb")
        keys = directory / "sealing-keys.json"
        SealingKeys.open(keys, "2026-01-01")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chassis.command", "up", "--data-dir", name, "--port", str(_first_port()),
            stdout=log, stderr=log,
            env={**os.environ, "COLUMNS": "200", "SHUNIU_SEALING_KEYS_FILE": str(keys)},
        )  # fmt: skip
        try:
            await _ready(process, directory)
            stack = Stack(directory, read_connection_file(directory))
            await _set_on(stack.connection)
            yield stack
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            await process.wait()
            log.close()


async def _ready(process: asyncio.subprocess.Process, directory: Path) -> None:
    end = asyncio.get_running_loop().time() + _START_S
    while not (directory / FILE_NAME).exists():
        late = asyncio.get_running_loop().time() > end
        if late or process.returncode is not None:
            what = f"is not ready after {_START_S:.0f} s" if late else "ended"
            raise RuntimeError(f"`shuniu up` {what}:\n{(directory / 'up.log').read_text()[-3000:]}")
        await asyncio.sleep(0.1)


async def _set_on(connection: Connection) -> None:
    for dsn in connection.databases.values():
        database = await asyncpg.connect(dsn)
        try:
            await database.execute(
                "update source set clock_offset ="
                " ($1::date + time '12:00') at time zone 'Asia/Shanghai' - clock_timestamp()",
                TODAY,
            )
        finally:
            await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Chromium of the system; without it the tests say why they do not run."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium fonts-noto-cjk")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield browser
        await browser.close()


@dataclass
class Line:
    """What the console says to a page, held back where a test wants a slow line."""

    held: list[str | bytes] | None = None
    say: Callable[[str | bytes], None] = field(init=False)

    def begin(self, line: WebSocketRoute) -> None:
        """Stand between a page and the console."""
        self.say = line.send
        line.connect_to_server().on_message(self._said)

    def _said(self, message: str | bytes) -> None:
        if self.held is None:
            self.say(message)
        else:
            self.held.append(message)

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """The console hears the page, and its answers come after the block."""
        held: list[str | bytes] = []
        self.held = held
        try:
            yield
        finally:
            self.held = None
            for message in held:
                self.say(message)


@dataclass
class Visitor:
    """A person with a browser window, signed in; what went wrong in the window is collected."""

    stack: Stack
    page: Page
    errors: list[str]
    outside: list[str]

    async def sign_in(
        self, role: str = "operator", subject: str = "u-test", *, division: str = "120116"
    ) -> "Visitor":
        """Open the address that a sign-in link has."""
        token = self.stack.token(role, subject, division=division)
        await self.page.goto(f"{self.stack.console}/?token={token}")
        return self

    async def sign_in_for(self, holder: str, *, division: str = "120116001") -> "Visitor":
        """As an organisation with an account of its own."""
        token = self.stack.token("organization", f"u-{holder[-12:]}", division=division, stands_for=holder)
        await self.page.goto(f"{self.stack.console}/?token={token}")
        return self

    async def go(self, path: str) -> None:
        """Open a page of the console."""
        await self.page.goto(f"{self.stack.console}{path}")

    async def picture(self, name: str) -> None:
        """A screenshot for looking at, where somebody wants to."""
        if PICTURES:
            await self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    async def telephone(self) -> None:
        """A telephone's window from now on."""
        await self.page.set_viewport_size({"width": 390, "height": 844})

    async def desk(self) -> None:
        """An office's window again."""
        await self.page.set_viewport_size({"width": 1366, "height": 768})

    async def line(self) -> Line:
        """The line on which the pages from now on hear the console."""
        line = Line()
        await self.page.route_web_socket("**/_nicegui_ws/**", line.begin)
        return line

    async def drawn(self) -> None:
        """Wait for the fonts (an icon is a long word before its own is there) and the frame after them."""
        await self.page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")

    async def fits(self) -> bool:
        """Whether nothing has to be scrolled sideways."""
        await self.drawn()
        wide: bool = await self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return not wide

    async def tile(self, name: str) -> str:
        """The big number of a tile."""
        text = await self.page.locator(f'[data-tile="{name}"] .value').text_content()
        return (text or "").strip()


def _is_a_fault(said: ConsoleMessage) -> bool:
    """An error; that a network of the machine comes or goes meanwhile is no fault of a page."""
    return said.type == "error" and "ERR_NETWORK_CHANGED" not in said.text


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(stack: Stack, chromium: Browser) -> AsyncIterator[Visitor]:
    """A Chinese-speaking visitor at a 1366x768 window; the test fails on errors in the window."""
    context: BrowserContext = await chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="zh-CN"
    )
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    page, errors, outside = await context.new_page(), [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if _is_a_fault(said) else None)
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(own) else outside.append(asked.url))
    yield Visitor(stack, page, errors, outside)
    await context.close()
    assert errors == []
    assert outside == [], "a closed network has none of these"
