"""The use cases of offers: offer, change, close, withdraw; how much of one is left."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, OrganizationId, Words
from services.registry.hub.resources.model import (
    OFFER_TRANSITIONS,
    NobodyNamed,
    ResourcePhase,
    StillSetAside,
)
from services.registry.hub.resources.tables import ResourceOfferRow, ResourceRequestRow
from services.registry.organizations.concerning import belong
from services.registry.tables import MatterStepRow

USED = """
select coalesce(sum((match->>'quantity')::bigint), 0)::bigint
from resource_request, jsonb_array_elements(matches) match
where matches @> jsonb_build_array(jsonb_build_object('offer', $1::text)) and match->>'offer' = $1
"""

RESOURCE_OFFERS = Kind(
    ResourceOfferRow, ResourcePhase, OFFER_TRANSITIONS, initial=ResourcePhase.OPEN,
    zh="资源供给", en="resource offers", path="resource-offers", steps=MatterStepRow,
    states_zh={
        ResourcePhase.OPEN: "可对接",
        ResourcePhase.CLOSED: "办结",
        ResourcePhase.WITHDRAWN: "撤回",
    },
    clocks=(
        Clock(
            "until", {"open"}, contract.ResourceOfferBecameOverdue, "became_overdue",
            rule="resource_offer.due_on", restarts={"changed"},
        ),
    ),
    filters=("kind", "organization_id", "body"),
)  # fmt: skip


@RESOURCE_OFFERS.opens(contract.ResourceOfferOffered, zh="提供", needs="write")
async def offer(
    uow: UnitOfWork, row: ResourceOfferRow, *,
    kind: Annotated[Code, Field(title="资源类别")],
    unit: Annotated[Code, Field(title="计量单位")],
    quantity: Annotated[Count, Field(title="供给数量")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    body: Annotated[Code | None, Field(title="提供单位")] = None,
    due_on: Annotated[Day | None, Field(title="有效期至")] = None,
    conditions_of_use: Annotated[Words | None, Field(title="使用条件")] = None,
) -> None:  # fmt: skip
    """A body, a firm or an organisation gives so much of something."""
    await settle_owner(uow, row)


@RESOURCE_OFFERS.step(contract.ResourceOfferChanged, zh="调整", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: ResourceOfferRow, *,
    quantity: Annotated[Count | None, Field(title="供给数量")] = None,
    due_on: Annotated[Day | None, Field(title="有效期至")] = None,
) -> None:  # fmt: skip
    """More, or less as long as requests have less of it; or until another day."""
    await _check_unused(uow, row, row.quantity)


@RESOURCE_OFFERS.step(contract.ResourceOfferClosed, zh="办结", needs="write", path="closing")
async def close(uow: UnitOfWork, row: ResourceOfferRow) -> None:
    """Used up, or over; what is set aside can still be delivered."""


@RESOURCE_OFFERS.step(contract.ResourceOfferWithdrawn, zh="撤回", needs="write", path="withdrawal")
async def withdraw(uow: UnitOfWork, row: ResourceOfferRow) -> None:
    """Taken back before anybody had any of it."""
    await _check_unused(uow, row, 0)


async def used(uow: UnitOfWork, id: UUID) -> int:
    """How much of an offer is set aside or delivered."""
    await uow.session.flush()
    return int(await uow.connection.fetchval(USED, str(id)))


async def unused(uow: UnitOfWork, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the offers of which nothing is set aside or delivered."""
    return [id for id in ids if not await used(uow, id)]


async def settle_owner(uow: UnitOfWork, row: ResourceOfferRow | ResourceRequestRow) -> None:
    """Whose it is: an organisation of the register, or a body; raises `NobodyNamed`, `NotFound`."""
    if row.organization_id is None and row.body is None:
        raise NobodyNamed(at="/organization_id")
    if row.organization_id is not None:
        await belong(uow, row, row.organization_id)


async def _check_unused(uow: UnitOfWork, row: ResourceOfferRow, left: int) -> None:
    taken = int(await uow.connection.fetchval(USED, str(row.id)))
    if taken > left:
        raise StillSetAside(at="/quantity", used=taken, left=left)
