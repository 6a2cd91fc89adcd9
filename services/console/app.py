"""The console, composed."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.service import Consumer, Service
from services.console.command import commands
from services.console.figures.routes import router as figures
from services.console.matters.tables import SavedFilterRow
from services.console.policy import ConsolePolicy
from services.console.projection.reactions import project
from services.console.projection.tables import SubjectRow

_TABLES = (SubjectRow, SavedFilterRow)
"""One of each module that declares tables: what is not imported is not in the metadata."""
_WORK = {"pages:read", "figures:read", "events:read"}


def _mount(app: FastAPI, runtime: Any) -> None:
    """Attach the pages; their library is loaded only where pages are served, it takes half a second."""
    from services.console.pages import mount

    mount(app, runtime)


service = Service(
    name="console",
    metadata=_TABLES[0].metadata,
    migrations=Path(__file__).parent / "migrations",
    policy=ConsolePolicy,
    routers=lambda: (figures,),
    consumers=(Consumer("console", (project,)),),
    commands=commands,
    mount=_mount,
    roles={
        "operator": {"*"},
        "hub_officer": _WORK | {"pages:handing_over"},
        "registration_authority": _WORK | {"pages:handing_over"},
        "party_officer": _WORK,
        "grants_officer": _WORK,
        "liaison": {"pages:read", "figures:read"},
        "viewer": {"pages:read", "figures:read"},
        "care_officer": {"pages:care"},
        "care_supervisor": {"pages:care", "pages:overseeing"},
        "organization": {"pages:own"},
    },
)
