"""The use cases of requests: request, match with an offer, release, deliver, close, withdraw."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day, Sum
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Record, Words
from services.registry.hub.resources import offers
from services.registry.hub.resources.model import (
    REQUEST_TRANSITIONS,
    OfferUnsuitable,
    ResourcePhase,
    StillSetAside,
    check_match,
    check_waiting,
    delivered,
    released,
    set_aside,
    waiting,
)
from services.registry.hub.resources.tables import ResourceOfferRow, ResourceRequestRow
from services.registry.tables import MatterStepRow

Quantity = Annotated[int, Field(title="数量", ge=1, le=2_000_000_000)]
Fen = Annotated[int, Sum(most=10**13), Field(title="价值")]

RESOURCE_REQUESTS = Kind(
    ResourceRequestRow, ResourcePhase, REQUEST_TRANSITIONS, initial=ResourcePhase.OPEN,
    zh="资源需求", en="resource requests", path="resource-requests", steps=MatterStepRow,
    states_zh={
        ResourcePhase.OPEN: "对接中",
        ResourcePhase.CLOSED: "办结",
        ResourcePhase.WITHDRAWN: "撤回",
    },
    clocks=(
        Clock(
            "needed", {"open"}, contract.ResourceRequestBecameOverdue, "became_overdue",
            rule="resource_request.due_on",
        ),
    ),
    filters=("kind", "organization_id", "body"),
)  # fmt: skip


@RESOURCE_REQUESTS.opens(contract.ResourceRequestRequested, zh="提出", needs="write")
async def request(
    uow: UnitOfWork, row: ResourceRequestRow, *,
    kind: Annotated[Code, Field(title="资源类别")],
    unit: Annotated[Code, Field(title="计量单位")],
    quantity: Quantity,
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    body: Annotated[Code | None, Field(title="单位")] = None,
    target_groups: Annotated[Codes, Field(title="服务对象")] = [],  # noqa: B006, read only
    due_on: Annotated[Day | None, Field(title="需要日期")] = None,
    purpose: Annotated[Words | None, Field(title="用途")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An organisation or a body needs so much of something, perhaps by a day (S24)."""
    await offers.settle_owner(uow, row)


@RESOURCE_REQUESTS.step(contract.ResourceRequestMatched, zh="对接", needs="match", path="match")
async def match(
    uow: UnitOfWork, row: ResourceRequestRow, *,
    offer_id: Annotated[UUID, Record("resource_offer"), Field(title="供给")],
    set_aside: Quantity,
) -> Mapping[str, Any]:  # fmt: skip
    """Set so much of an offer aside for it: never more than is needed, nor than is left."""
    return {"offer": await _set_aside(uow, row, offer_id, set_aside)}


@RESOURCE_REQUESTS.step(
    contract.ResourceRequestReleased, zh="取消对接", en="undo the match", needs="match", path="release"
)
async def release(
    uow: UnitOfWork,
    row: ResourceRequestRow,
    *,
    offer_id: Annotated[UUID, Record("resource_offer"), Field(title="供给")],
) -> Mapping[str, Any]:
    """What is set aside of an offer and did not arrive is free for others."""
    offer = str(offer_id)
    free = waiting(row.matches, offer)
    check_waiting(row.matches, offer, free)
    row.matches, row.matched = released(row.matches, offer), row.matched - free
    return {"offer": await _reference(uow, offer_id), "set_free": free}


@RESOURCE_REQUESTS.step(
    contract.ResourceRequestDelivered, zh="到位", en="record the delivery", needs="write", path="delivery"
)
async def deliver(
    uow: UnitOfWork, row: ResourceRequestRow, *,
    offer_id: Annotated[UUID, Record("resource_offer"), Field(title="供给")],
    arrived: Quantity,
    worth: Fen = 0,
) -> Mapping[str, Any]:  # fmt: skip
    """So much of it arrived, worth so much; the receiver says it."""
    check_waiting(row.matches, str(offer_id), arrived)
    row.matches = delivered(row.matches, str(offer_id), arrived)
    row.delivered += arrived
    row.value += worth
    return {"offer": await _reference(uow, offer_id)}


@RESOURCE_REQUESTS.step(contract.ResourceRequestClosed, zh="办结", needs="write", path="closing")
async def close(uow: UnitOfWork, row: ResourceRequestRow) -> None:
    """Met, or as far as it could be; what did not arrive is free for others."""
    row.matches, row.matched = released(row.matches), row.delivered


@RESOURCE_REQUESTS.step(contract.ResourceRequestWithdrawn, zh="撤回", needs="write", path="withdrawal")
async def withdraw(uow: UnitOfWork, row: ResourceRequestRow) -> None:
    """Not needed any more, and nothing arrived."""
    if row.delivered:
        raise StillSetAside(used=row.delivered, left=0)
    row.matches, row.matched = [], 0


reassign = RESOURCE_REQUESTS.reassigns(needs="write")


async def _set_aside(
    uow: UnitOfWork, row: ResourceRequestRow, offer_id: UUID, quantity: int
) -> Mapping[str, Any]:
    offer = await uow.load(ResourceOfferRow, offer_id)
    if (offer.kind, offer.unit, offer.state) != (row.kind, row.unit, ResourcePhase.OPEN.value):
        raise OfferUnsuitable(
            at="/offer_id", kind=offer.kind, unit=offer.unit, state=offer.state, wanted=row.kind,
            wanted_unit=row.unit,
        )  # fmt: skip
    check_match(row.quantity - row.matched, offer.quantity - await offers.used(uow, offer_id), quantity)
    row.matches = set_aside(row.matches, str(offer_id), quantity)
    row.matched += quantity
    return {"id": str(offer.id), "sequence": offer.sequence}


async def _reference(uow: UnitOfWork, offer_id: UUID) -> Mapping[str, Any]:
    with uow.session.no_autoflush:
        offer = await uow.session.get_one(ResourceOfferRow, offer_id)
    return {"id": str(offer.id), "sequence": offer.sequence}
