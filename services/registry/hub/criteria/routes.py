"""What a pre-review answers in a place, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.http import Call, requires
from chassis.http.fields import Code, Day, Division
from services.registry.hub.criteria import queries
from services.registry.hub.criteria.queries import CriteriaInForce

router = APIRouter(tags=["admission criteria"])


@router.get("/v1/criteria-in-force", response_model=CriteriaInForce)
async def holding(
    division: Division, call: Annotated[Call, requires("admission_criteria:read")],
    category: Annotated[list[Code] | None, Query(max_length=50)] = None, day: Day | None = None,
) -> CriteriaInForce:  # fmt: skip
    """现行准入标准 / The criteria that a pre-review in this division answers, for these categories."""
    return await call.read(queries.holding, division=division, categories=category or [], day=day)
