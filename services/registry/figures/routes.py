"""The registry's figures over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.http import Call, FiguresOut, FiguresRequest, requires
from services.registry.figures import queries

router = APIRouter(prefix="/v1/figures", tags=["figures"])


@router.get("", response_model=FiguresOut)
async def figures(
    call: Annotated[Call, requires("figures:read")], asked: Annotated[FiguresRequest, Depends()]
) -> FiguresOut:
    """统计数据 / Figures of a day and, for a period, of what happened in it."""
    return await call.read(queries.figures, asked=asked)
