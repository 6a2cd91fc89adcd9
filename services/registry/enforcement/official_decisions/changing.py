"""A change of registration that an authority decided changes the organisation's record."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.registry_enforcement import ChangedItem

from chassis.received import Received
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.official_decisions.model import ITEMS_ZH, ChangedFromAnother, yuan
from services.registry.organizations import commands as organizations
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.vocabulary import of_field


async def change(uow: UnitOfWork, received: Received[Any], organization_id: UUID) -> None:
    """Let the record say what was decided: name, supervisory unit, capital. What else changed stands in the
    decision alone, since no record here has it.

    Raises `ChangedFromAnother`, and what the register refuses of a name.
    """
    state: contract.OfficialDecisionState = received.data.state
    row = await uow.load(OrganizationRow, organization_id)
    units = of_field(uow.policy(RegistryPolicy).vocabulary, "organization", "supervisory_unit")
    when: dict[str, Any] = {"effective_on": state.decided_on, "basis": state.basis, "because": received}
    wanted = {one.item: str(one.after) for one in state.changes if _is_new(row, one, units)}
    details: dict[str, Any] = {}
    if (name := wanted.get(ChangedItem.NAME)) is not None:
        details["name"] = name
    if (capital := wanted.get(ChangedItem.REGISTERED_CAPITAL)) is not None:
        details["registered_capital_fen"] = yuan(capital)
    if details:
        await organizations.change_details(uow, id=row.id, details=details, **when)
    if (unit := wanted.get(ChangedItem.SUPERVISORY_UNIT)) is not None:
        code = next((code for code, called in units.items() if unit in (code, called)), None)
        name = None if code else unit
        await organizations.change_supervision(
            uow, id=row.id, supervisory_unit=code, supervisory_unit_name=name, **when
        )


def _is_new(row: OrganizationRow, one: contract.RegisteredChange, units: Mapping[str, str]) -> bool:
    """Whether the record has such a thing and says something else; raises `ChangedFromAnother`."""
    says = _said(row, units).get(one.item)
    if says is None or one.after is None or _same(one.item, one.after, says):
        return False
    if says and one.before is not None and not _same(one.item, one.before, says):
        raise ChangedFromAnother(
            item_zh=ITEMS_ZH[one.item], item_en=one.item.value, before=one.before, present=says[0]
        )
    return True


def _said(row: OrganizationRow, units: Mapping[str, str]) -> Mapping[ChangedItem, tuple[str, ...]]:
    """What the record says of each, in all the words it has for it; none where it says nothing."""
    unit, capital = row.supervisory_unit, row.registered_capital_fen
    return {
        ChangedItem.NAME: (row.name,),
        ChangedItem.SUPERVISORY_UNIT: tuple(
            filter(None, (row.supervisory_unit_name, units.get(unit) if unit else None, unit))
        ),
        ChangedItem.REGISTERED_CAPITAL: () if capital is None else (f"{Decimal(capital) / 100:.2f}",),
    }


def _same(item: ChangedItem, text: str, says: Sequence[str]) -> bool:
    if item is ChangedItem.REGISTERED_CAPITAL:
        return yuan(text) in [yuan(one) for one in says]
    return text in says
