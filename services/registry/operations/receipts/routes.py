"""The tree of a task's receipts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.operations.receipts import queries
from services.registry.operations.receipts.queries import ReceiptNode

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


@router.get("/{id}/receipts", response_model=list[ReceiptNode])
async def receipts(id: UUID, call: Annotated[Call, requires("task_receipts:read")]) -> list[ReceiptNode]:
    """任务签收和反馈情况（按区划汇总） / The tree of receipts, each division with the sum of those below."""
    return await call.read(queries.tree, id=id)
