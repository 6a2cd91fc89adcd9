"""Whom an authority's act is about: an organisation of its area, which may be kept by a stack below."""

from typing import Any
from uuid import UUID

from chassis.model import Refusal, RefusalKind, is_within
from chassis.unit_of_work import UnitOfWork
from services.registry.organizations.concerning import name
from services.registry.organizations.tables import OrganizationRow


class OutsideArea(Refusal):
    """An act about an organisation that another authority is responsible for."""

    code = "act_outside_area"
    kind = RefusalKind.INVALID
    zh = "该组织所在区划“{division}”不在“{authority}”的管辖范围内。"
    en = "The organisation's division '{division}' is outside the area '{authority}'."


async def address(uow: UnitOfWork, row: Any, organization_id: UUID) -> None:
    """Let an authority's act be about an organisation, which its home below may be the only one to know.

    Raises `NotFound`, also where its division may not be acted in, and `OutsideArea`.
    """
    uow.authorize(row.division)
    if uow.lower_stacks and await uow.session.get(OrganizationRow, organization_id) is None:
        return
    organization = await name(uow, row, organization_id)
    uow.authorize(organization.division)
    if not is_within(organization.division, row.division):
        raise OutsideArea(at="/organization_id", division=organization.division, authority=row.division)
