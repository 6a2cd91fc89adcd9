"""Organisations that somebody of the hub looks after: they are in the register, and in the area."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from chassis.model import Refusal, RefusalKind, is_within, refuse_all
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.organizations.merging import survivors
from services.registry.organizations.tables import OrganizationRow


class ServedElsewhere(Refusal):
    """An organisation outside the area of whoever is to look after it."""

    code = "served_organization_elsewhere"
    kind = RefusalKind.INVALID
    zh = "社会组织“{id}”在“{place}”，不在“{area}”的范围内。"
    en = "The organisation '{id}' is in '{place}', outside '{area}'."


async def served(uow: UnitOfWork, ids: Sequence[UUID], area: str) -> list[str]:
    """The ids as a record keeps them, each once; raises `NotFound`, `Refusals` of `ServedElsewhere`."""
    going_on = await survivors(uow, ids)
    ids = list({now: None for now, _ in (going_on[id] for id in ids)})
    with uow.session.no_autoflush:
        found = await uow.session.exec(
            select(OrganizationRow.id, OrganizationRow.division).where(col(OrganizationRow.id).in_(ids))
        )
    places = dict(found.all())
    for id in ids:
        if id not in places:
            raise NotFound.of(OrganizationRow, id, at="/organization_ids")
    refuse_all(
        ServedElsewhere(at="/organization_ids", id=id, place=place, area=area)
        for id, place in places.items()
        if not is_within(place, area)
    )
    return sorted(str(id) for id in places)
