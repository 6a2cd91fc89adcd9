"""The year's assessments at once, over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from chassis.http import Call, requires
from chassis.http.fields import Body, Day, Division
from services.registry.inspections.assessments import commands

router = APIRouter(prefix="/v1/assessments", tags=["assessments"])


class YearOfDivision(Body):
    """Whose assessments of which year are opened."""

    division: Division = Field(title="行政区划")
    year: int = Field(title="考核年度", ge=1990, le=2200)
    due_on: Day | None = Field(None, title="完成期限")


class OpenedOut(BaseModel):
    """How many were opened."""

    opened: int


_YEAR = commands.ASSESSMENTS.takes_many(
    "open_year", YearOfDivision, zh="列入全部直管组织", needs="open", path="of-year"
)


@router.post(f"/{_YEAR.path}", response_model=OpenedOut)
async def of_year(wanted: YearOfDivision, call: Annotated[Call, requires(_YEAR.permission)]) -> Response:
    """列入本年度全部直管社会组织 / Open the year's assessment of every directly supervised organisation."""
    return await call.execute(
        commands.open_year, answer=lambda ids: OpenedOut(opened=len(ids)), **wanted.arguments()
    )
