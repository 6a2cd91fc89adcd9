"""The use cases of emergency orders: issue, extend, lift; organisations follow in portions."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.emergency_orders.model import (
    TRANSITIONS,
    EmergencyOrderPhase,
    check_scope,
)
from services.registry.enforcement.emergency_orders.tables import EmergencyOrderRow
from services.registry.fields import Code, Codes, Division, DocumentNumber, OrganizationId, Text, Words
from services.registry.organizations.commands import known_categories
from services.registry.policy import RegistryPolicy
from services.registry.portions import carry
from services.registry.tables import MatterStepRow

EMERGENCY_ORDERS = Kind(
    EmergencyOrderRow, EmergencyOrderPhase, TRANSITIONS, initial=EmergencyOrderPhase.ISSUED,
    zh="应急措施", en="emergency orders", path="emergency-orders", steps=MatterStepRow,
    states_zh={EmergencyOrderPhase.ISSUED: "执行中", EmergencyOrderPhase.LIFTED: "已解除"},
    clocks=(
        Clock(
            "review", {"issued"}, contract.EmergencyOrderFellDue, "fell_due",
            rule="emergency_order.due_on", restarts={"extended"},
        ),
    ),
    filters=("kind",),
)  # fmt: skip


@EMERGENCY_ORDERS.opens(contract.EmergencyOrderIssued, zh="下达", needs="write")
async def issue(
    uow: UnitOfWork, row: EmergencyOrderRow, *,
    title: Annotated[Text, Field(title="名称")],
    kind: Annotated[Code, Field(title="种类")],
    divisions: Annotated[list[Division], Field(title="区划范围", max_length=500)] = [],  # noqa: B006, read only
    categories: Annotated[Codes, Field(title="类别范围")] = [],  # noqa: B006, read only
    organizations: Annotated[list[OrganizationId], Field(title="组织名单", max_length=1000)] = [],  # noqa: B006, read only
    document_number: Annotated[DocumentNumber | None, Field(title="文号")] = None,
    due_on: Annotated[Day | None, Field(title="复核日期")] = None,
) -> None:  # fmt: skip
    """Organisations in scope stand still, here and in the stacks below; their deadlines stop meanwhile."""
    row.organizations = [str(id) for id in organizations]
    row.categories = known_categories(categories, uow.policy(RegistryPolicy))
    check_scope(row.division, divisions)
    if row.basis == Basis.LIVE.value:
        await carry(uow, EmergencyOrderRow, row.subject, row.division, "issue")


@EMERGENCY_ORDERS.step(contract.EmergencyOrderExtended, zh="延期", needs="write", path="extension")
async def extend(
    uow: UnitOfWork, row: EmergencyOrderRow, *, due_on: Annotated[Day, Field(title="复核日期")]
) -> None:
    """It holds; another day on which it is looked at again."""


@EMERGENCY_ORDERS.step(contract.EmergencyOrderLifted, zh="解除", needs="write", path="lifting")
async def lift(
    uow: UnitOfWork, row: EmergencyOrderRow, *,
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """Whoever still stands still goes on; deadlines are moved by the length of the pause."""
    await carry(uow, EmergencyOrderRow, row.subject, row.division, "lift")
