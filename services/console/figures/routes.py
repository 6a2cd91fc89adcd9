"""A region's published figures beside the computed ones, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.region import Region
from services.console.figures.answers import ComparedOut, shown
from services.console.figures.published import figures_file, published_figures
from services.console.figures.queries import compared
from services.console.neighbours import client
from services.console.settings import ConsoleSettings

router = APIRouter(prefix="/v1/figures", tags=["figures"])


async def table(region: Region, token: str) -> ComparedOut:
    """Ask the services as the holder of `token` and compare; a region that published nothing has no rows."""
    file = figures_file(region.file)
    if not file.exists():
        return ComparedOut(region=region.code, source="", items=[])
    published = published_figures(file)
    async with client() as http:
        found = await compared(http, ConsoleSettings().urls(), token, published.figures)
    items = [shown(comparison) for comparison in found]
    return ComparedOut(region=published.region, source=published.source, items=items)


@router.get("/published", response_model=ComparedOut)
async def published(call: Annotated[Call, requires("figures:read")]) -> ComparedOut:
    """Each published figure with its time, qualifier and verdict: matches, differs by how much, or cannot."""
    token = call.request.headers.get("authorization", "").partition(" ")[2]
    return await table(call.runtime.region, token)
