"""The use cases of outside numbers: record, end."""

from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_records as contract

from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, OrganizationId
from services.registry.organizations.concerning import of_organization
from services.registry.policy import RegistryPolicy
from services.registry.records.model import check_listed
from services.registry.records.outside.model import TRANSITIONS, OutsideIdPhase
from services.registry.records.outside.tables import OutsideIdRow
from services.registry.tables import MatterStepRow

OUTSIDE_IDS = Kind(
    OutsideIdRow, OutsideIdPhase, TRANSITIONS, initial=OutsideIdPhase.RECORDED,
    zh="外部系统编号", en="outside numbers", path="outside-ids", unit="个", steps=MatterStepRow,
    states_zh={OutsideIdPhase.RECORDED: "有效", OutsideIdPhase.ENDED: "失效"},
    place=of_organization, unique=("outside_system", "code"),
    filters=("organization_id", "outside_system", "code"),
)  # fmt: skip


@OUTSIDE_IDS.opens(contract.OutsideIdRecorded, zh="登记编号", en="record a number", needs="write")
async def record(
    uow: UnitOfWork, row: OutsideIdRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    outside_system: Annotated[Code, Field(title="外部系统")],
    code: Annotated[Code, Field(title="编号")],
) -> None:  # fmt: skip
    """The number that another system gave the organisation."""
    systems = (one.code for one in uow.policy(RegistryPolicy).records.outside_systems)
    check_listed(outside_system, systems, "/outside_system")


@OUTSIDE_IDS.step(contract.OutsideIdEnded, zh="失效", needs="write", path="end")
async def end(uow: UnitOfWork, row: OutsideIdRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It holds no more."""
