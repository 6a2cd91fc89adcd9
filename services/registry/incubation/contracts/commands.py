"""The use cases of contracts by which bases are run: sign, log services, review, renew, terminate."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_incubation as contract

from chassis.http.fields import Day, Sum
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, OrganizationId, Record, Words
from services.registry.incubation.bases.concerning import of_base
from services.registry.incubation.contracts.model import (
    TRANSITIONS,
    ContractNotPromised,
    OperatorContractPhase,
    check_term,
    next_review,
)
from services.registry.incubation.contracts.tables import OperatorContractRow
from services.registry.incubation.services import check_services
from services.registry.organizations.concerning import name
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

OPERATOR_CONTRACTS = Kind(
    OperatorContractRow, OperatorContractPhase, TRANSITIONS, initial=OperatorContractPhase.IN_FORCE,
    zh="基地运营合同", en="operator contracts", path="operator-contracts", unit="份", steps=MatterStepRow,
    states_zh={
        OperatorContractPhase.IN_FORCE: "履行中",
        OperatorContractPhase.EXPIRED: "已到期",
        OperatorContractPhase.TERMINATED: "提前终止",
    },
    clocks=(
        Clock(
            "review", {"in_force"}, contract.OperatorContractBecameOverdue, "became_overdue",
            rule="registry.incubation.operator_review_months", restarts={"reviewed", "renewed"},
        ),
        Clock(
            "term", {"in_force"}, contract.OperatorContractExpired, "expired",
            rule="operator_contract.ends_on", column="ends_on", restarts={"renewed"},
        ),
    ),
    place=of_base, filters=("base_id", "operator_id"),
)  # fmt: skip


@OPERATOR_CONTRACTS.opens(contract.OperatorContractSigned, zh="签订", needs="write")
async def sign(
    uow: UnitOfWork, row: OperatorContractRow, *,
    base_id: Annotated[UUID, Record("base"), Field(title="孵化基地")],
    operator_id: Annotated[OrganizationId, Field(title="运营机构")],
    services: Annotated[Codes, Field(title="服务内容")],
    begins_on: Annotated[Day, Field(title="合同开始日期")],
    ends_on: Annotated[Day, Field(title="合同结束日期")],
    amount_fen: Annotated[int, Sum(), Field(title="合同金额")] = 0,
    project_id: Annotated[UUID | None, Record("project"), Field(title="购买项目")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An organisation runs the base for a time, as a project that was bought (J07)."""
    check_services(uow, services, at="/services")
    check_term(begins_on, ends_on, at="/ends_on")
    await name(uow, row, operator_id, of="operator")
    _await_review(uow, row)


@OPERATOR_CONTRACTS.step(
    contract.OperatorContractServiceLogged, zh="登记服务", en="log a service", needs="write", path="service"
)
async def log_service(
    uow: UnitOfWork, row: OperatorContractRow, *,
    service: Annotated[Code, Field(title="服务项目")],
    service_hours: Annotated[Count, Field(title="时长（小时）")] = 0,
    organizations: Annotated[Count, Field(title="服务组织数")] = 0,
    content: Annotated[Words | None, Field(title="服务情况")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """What the operator did on the day given, of what the contract promises."""
    if service not in row.services:
        raise ContractNotPromised(at="/service", service=service, known=row.services)
    row.services_logged += 1
    row.hours += service_hours
    row.organizations_served += organizations
    return {"hours": service_hours}


@OPERATOR_CONTRACTS.step(contract.OperatorContractReviewed, zh="年审", needs="write", path="review")
async def review(
    uow: UnitOfWork, row: OperatorContractRow, *,
    result: Annotated[Code, Field(title="年审结果")],
    opinion: Annotated[Words | None, Field(title="年审意见")] = None,
) -> None:  # fmt: skip
    """The year under the contract is looked at; the next review is due a year later."""
    row.reviews += 1
    row.reviewed_on = row.effective_on
    _await_review(uow, row)


@OPERATOR_CONTRACTS.step(contract.OperatorContractRenewed, zh="续签", needs="write", path="renewal")
async def renew(
    uow: UnitOfWork, row: OperatorContractRow, *,
    until: Annotated[Day, Field(title="续签至")],
    added_fen: Annotated[int, Sum(), Field(title="增加金额")] = 0,
) -> None:  # fmt: skip
    """It ends later."""
    check_term(row.ends_on, until, at="/until")
    row.ends_on = until
    row.amount_fen += added_fen
    _await_review(uow, row)


@OPERATOR_CONTRACTS.step(
    contract.OperatorContractExpired, zh="到期", en="record as expired", needs="write", path="expiry"
)
async def expire(uow: UnitOfWork, row: OperatorContractRow) -> None:
    """It ran out: history, or before its last day has passed by itself."""


@OPERATOR_CONTRACTS.step(
    contract.OperatorContractTerminated, zh="提前终止", needs="write", path="termination"
)
async def terminate(
    uow: UnitOfWork, row: OperatorContractRow, *,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """It ends before its time."""


reassign = OPERATOR_CONTRACTS.reassigns(needs="write")


def _await_review(uow: UnitOfWork, row: OperatorContractRow) -> None:
    months = uow.policy(RegistryPolicy).incubation.operator_review_months
    if row.basis == Basis.LIVE.value:
        row.due_on = next_review(row.reviewed_on or row.begins_on, months, row.ends_on)
