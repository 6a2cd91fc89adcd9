"""Whom an authority's act is about: an organisation of its area, which may be kept by a stack below."""

from uuid import UUID

from sqlmodel import select

from chassis.model import Refusal, RefusalKind, is_within
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.organizations.tables import OrganizationRow


class OutsideArea(Refusal):
    """An act about an organisation that another authority is responsible for."""

    code = "act_outside_area"
    kind = RefusalKind.INVALID
    zh = "该组织所在区划“{division}”不在“{authority}”的管辖范围内。"
    en = "The organisation's division '{division}' is outside the area '{authority}'."


async def sequence_within(uow: UnitOfWork, organization_id: UUID, division: str) -> int:
    """How far the organisation's events had come, 0 where only its home below knows it.

    Raises `NotFound`, also where `division` may not be acted in, and `OutsideArea`.
    """
    uow.authorize(division)
    statement = select(OrganizationRow).where(OrganizationRow.id == organization_id)
    row = (await uow.session.exec(statement)).one_or_none()
    if row is None:
        if uow.lower_stacks:
            return 0
        raise NotFound.of(OrganizationRow, organization_id, at="/organization_id")
    uow.authorize(row.division)
    if not is_within(row.division, division):
        raise OutsideArea(at="/organization_id", division=row.division, authority=division)
    return row.sequence
