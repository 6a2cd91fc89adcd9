"""A draw repeated, and the checklists, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.http import Call, requires
from services.registry.inspections.spot_checks import queries
from services.registry.inspections.spot_checks.model import TOPICS_ZH
from services.registry.inspections.spot_checks.queries import DrawnAgain
from services.registry.organizations.model import LegalForm
from services.registry.policy import RegistryPolicy

router = APIRouter(prefix="/v1/spot-checks", tags=["spot checks"])

lists = APIRouter(prefix="/v1/checklists", tags=["spot checks"])


class ItemOut(BaseModel):
    """One thing to look at."""

    code: str
    zh: str
    topic: str
    topic_zh: str


@lists.get("", response_model=list[ItemOut])
async def checklist(
    call: Annotated[Call, requires("body_checks:read")], legal_form: LegalForm
) -> list[ItemOut]:
    """该类组织的检查清单 / What an inspector looks at in organisations of this form."""
    assert isinstance(call.runtime.policies, RegistryPolicy)
    listed = call.runtime.policies.inspections.checklist_of(legal_form.value)
    return [
        ItemOut(code=item.code, zh=item.name_zh, topic=item.topic.value, topic_zh=TOPICS_ZH[item.topic])
        for item in listed
    ]


@router.get("/{id}/redraw", response_model=DrawnAgain)
async def redraw(id: UUID, call: Annotated[Call, requires("spot_checks:read")]) -> DrawnAgain:
    """按留存的名录库和种子重新抽取，核对是否一致 / The draw repeated from the kept pool and seed."""
    return await call.read(queries.draw_again, id=id)
