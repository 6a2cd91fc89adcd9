"""The pages people work in, drawn on the server with NiceGUI and attached to the console's application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from nicegui import core, ui

from chassis.runtime import Runtime
from services.console.pages import (
    applications,
    board,
    calendar,
    care,
    care_looks,
    care_persons,
    care_requests,
    comparison,
    comparisons,
    enforcement,
    excused,
    hand_over,
    hubs,
    incubation,
    inquiries,
    matter,
    matters,
    messages,
    organization,
    organizations,
    overview,
    own,
    pairings,
    responsibilities,
    session,
    today,
)
from services.console.pages.session import Desk
from services.console.pages.shield import Shield
from services.console.settings import ConsoleSettings

_FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" '
    'fill="#17354d"/><g stroke="#8fc1e4" stroke-width="2.4">'
    '<path d="M16 16 7 8M16 16l10-7M16 16 6 23M16 16l9 8"/></g>'
    '<circle cx="16" cy="16" r="4.6" fill="#fff"/></svg>'
)


def mount(app: FastAPI, runtime: Runtime) -> None:
    """Attach every page to `app`, whose state holds the authenticator. One console a process."""
    desk = Desk(runtime, app.state.authenticator, ConsoleSettings())
    session.attach(app, desk)
    app.add_middleware(Shield, public_url=runtime.settings.http.public_url, cookie=desk.cookie)
    # What is not found below is the API's to refuse, with a problem document and not with a page.
    app.mount("/v1", app.router.not_found)
    for page in (
        overview,
        today,
        pairings,  # these before care records: `pairings` is no id
        care_requests,
        care_persons,
        care_looks,
        care,
        organizations,
        organization,
        applications,
        hubs,
        board,
        incubation,
        enforcement,
        excused,
        matters,
        matter,
        inquiries,
        calendar,
        comparisons,
        comparison,
        messages,
        responsibilities,
        hand_over,
        own,
    ):
        page.attach(desk)
    if core.app.config.has_run_config:
        _mount_again(app)
        return
    ui.run_with(
        app,
        title="枢纽 Shuniu",
        favicon=_FAVICON,
        language=None,
        tailwind=False,
        show_welcome_message=False,
        binding_refresh_interval=None,
        reconnect_timeout=30.0,
    )


def _mount_again(app: FastAPI) -> None:
    """NiceGUI is configured once a process, but has to be started with each application that carries it."""
    app.mount("/", core.app)
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def with_pages(app: FastAPI) -> AsyncIterator[Any]:
        async with core.app.router.lifespan_context(core.app), lifespan(app) as state:
            yield state

    app.router.lifespan_context = with_pages
