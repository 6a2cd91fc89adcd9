"""The register as a workbook over HTTP."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from chassis.http import Call, requires
from services.registry.organizations.queries import Filter
from services.registry.policy import RegistryPolicy
from services.registry.sheets.model import XLSX

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])


class ExportFilter(Filter):
    """Which organisations come into the workbook."""

    replicas: bool = Field(
        False, description="those of the stacks below, too, with a column that says whose each is"
    )


@router.get("/export.xlsx", response_class=FileResponse, responses={200: {"content": {XLSX: {}}}})
async def export(
    call: Annotated[Call, requires("organizations:read")], wanted: Annotated[ExportFilter, Query()]
) -> FileResponse:
    """What the search with this filter finds of the stack's own, as a workbook that can be imported again.

    Organisations of the stacks below are theirs to import: they come only when asked for.
    """
    from services.registry.exports import workbook

    return _sent(await call.read(workbook.export, wanted=wanted, homes=wanted.replicas))


@router.get("/template.xlsx", response_class=FileResponse, responses={200: {"content": {XLSX: {}}}})
async def template(call: Annotated[Call, requires("organizations:read")]) -> FileResponse:
    """An empty workbook with the import's columns."""
    from services.registry.exports import workbook

    policy = call.runtime.policies
    assert isinstance(policy, RegistryPolicy)
    return _sent(await asyncio.to_thread(workbook.template, policy))


def _sent(file: Path) -> FileResponse:
    """The file, which is removed once it is sent."""
    return FileResponse(
        file, media_type=XLSX, filename="社会组织名册.xlsx", background=BackgroundTask(file.unlink)
    )
