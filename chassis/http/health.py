"""Whether a process lives, whether it may get work, and its metrics; for orchestrators, without a token."""

import asyncio

import asyncpg
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from chassis.database import Unverified
from chassis.faults import DATABASE_ERRORS
from chassis.metrics import metrics
from chassis.migrations import head
from chassis.runtime import Runtime
from chassis.waiting import Waiting, waiting

_DATABASE_TIMEOUT_S = 2.0
_DATABASE_ERRORS = (*DATABASE_ERRORS, SQLAlchemyError)

router = APIRouter(tags=["operation"])


class Readiness(BaseModel):
    """Ready, or what is missing."""

    ready: bool
    service: str
    draining: bool
    missing: list[str] = Field(description="what keeps it from being ready; empty when ready")


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The event loop turns; says nothing of database, bus or consumers."""
    return {"status": "alive"}


@router.get("/health/ready", responses={503: {"model": Readiness}})
async def ready(request: Request, response: Response, process: bool = False) -> Readiness:
    """Database reachable, migrations at head, partitions assigned, no consumer stopped, not draining.

    With `process=true` of every service that runs in the same process.
    """
    runtime: Runtime = request.app.state.runtime
    missing = []
    for one in runtime.neighbours if process else (runtime,):
        missing += [f"{one.service.name} {fault}" for fault in await _missing(one)]
    response.status_code = 503 if missing else 200
    return Readiness(
        ready=not missing, service=runtime.service.name, draining=runtime.draining, missing=missing
    )


async def _missing(runtime: Runtime) -> list[str]:
    faults = [f"{name}: {state.detail}" for name, state in runtime.conditions() if not state.ready]
    if runtime.draining:
        faults.append("draining: the process is about to end")
    if (fault := await database_fault(runtime)) is not None:
        faults.append(f"database: {fault}")
    return faults


@router.get("/metrics", response_class=Response)
async def scrape(request: Request) -> Response:
    """Prometheus' text form; what waits in the database is counted at each scrape."""
    runtime: Runtime = request.app.state.runtime
    found = metrics(runtime.service.name)
    for name, state in runtime.conditions():
        found.ready.labels(name).set(state.ready)
    found.waiting = await _waiting_or_unknown(runtime)
    return Response(found.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _waiting_or_unknown(runtime: Runtime) -> Waiting | None:
    try:
        async with asyncio.timeout(_DATABASE_TIMEOUT_S), runtime.database.transaction() as transaction:
            return await waiting(transaction.connection)
    except _DATABASE_ERRORS:
        return None


async def database_fault(runtime: Runtime) -> str | None:
    """What is wrong with the database, None when it answers and is at the code's newest migration."""
    try:
        async with asyncio.timeout(_DATABASE_TIMEOUT_S), runtime.database.transaction() as transaction:
            found = await transaction.connection.fetchval("select version_num from alembic_version")
    except TimeoutError:
        return f"no answer within {_DATABASE_TIMEOUT_S:.0f} s"
    except Unverified as error:
        return str(error)
    except _DATABASE_ERRORS as error:
        state = getattr(getattr(error, "orig", None) or error, "sqlstate", None)
        never = state == asyncpg.UndefinedTableError.sqlstate
        return "never migrated; run `shuniu migrate`" if never else type(error).__name__
    wanted = head(runtime.service.migrations)
    return None if found == wanted else f"at migration {found}, the code needs {wanted}; run `shuniu migrate`"
