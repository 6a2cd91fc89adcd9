"""The register as a workbook over HTTP."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from chassis.http import Call, requires
from chassis.http.fields import Code, Division
from services.registry.organizations import queries
from services.registry.organizations.model import HubLink, HubStanding, LegalForm, LegalStatus
from services.registry.organizations.queries import Filter, Premises
from services.registry.policy import RegistryPolicy
from services.registry.sheets.model import XLSX

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])


@router.get("/export.xlsx", response_class=FileResponse, responses={200: {"content": {XLSX: {}}}})
async def export(
    call: Annotated[Call, requires("organizations:read")],
    q: Annotated[str | None, Query(max_length=200)] = None,
    division: Annotated[Division | None, Query()] = None,
    legal_form: LegalForm | None = None,
    legal_status: LegalStatus | None = None,
    category: Code | None = None,
    hub_link: HubLink | None = None,
    hub_standing: HubStanding | None = None,
    department: Code | None = None,
    nature: Code | None = None,
    function: Code | None = None,
    service_direction: Code | None = None,
    premises: Premises | None = None,
    import_id: UUID | None = None,
    ended: bool = False,
    replicas: Annotated[
        bool, Query(description="those of the stacks below, too, with a column that says whose each is")
    ] = False,
) -> FileResponse:
    """What the search with this filter finds of the stack's own, as a workbook that can be imported again.

    Organisations of the stacks below are theirs to import: they come only when asked for.
    """
    from services.registry.exports.workbook import row_writer

    wanted = Filter(
        q=q, division=division, legal_form=legal_form, legal_status=legal_status, category=category,
        hub_link=hub_link, hub_standing=hub_standing, department=department, nature=nature, function=function,
        service_direction=service_direction, premises=premises, import_id=import_id, ended=ended,
    )  # fmt: skip
    policy = call.runtime.policies
    assert isinstance(policy, RegistryPolicy)
    rows = await call.read(
        queries.rows, wanted=wanted, replicas=replicas, limit=policy.import_max_rows,
        row=row_writer(policy, homes=replicas),
    )  # fmt: skip
    return await _sent(rows, homes=replicas)


@router.get("/template.xlsx", response_class=FileResponse, responses={200: {"content": {XLSX: {}}}})
async def template(call: Annotated[Call, requires("organizations:read")]) -> FileResponse:
    """An empty workbook with the import's columns."""
    return await _sent([])


async def _sent(rows: list[list[Any]], *, homes: bool = False) -> FileResponse:
    from services.registry.exports.workbook import TITLE, write

    file = await asyncio.to_thread(write, rows, homes=homes)
    return FileResponse(
        file, media_type=XLSX, filename=f"{TITLE}.xlsx", background=BackgroundTask(file.unlink)
    )
