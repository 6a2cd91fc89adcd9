"""Figures over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.http import Call, FiguresOut, FiguresRequest, requires
from services.grants.figures import queries

router = APIRouter(prefix="/v1/figures", tags=["figures"])


@router.get("", response_model=FiguresOut)
async def figures(
    call: Annotated[Call, requires("figures:read")], asked: Annotated[FiguresRequest, Depends()]
) -> FiguresOut:
    """统计数据 / Figures as of a day, or of what came about between two."""
    return await call.read(queries.figures, asked=asked)
