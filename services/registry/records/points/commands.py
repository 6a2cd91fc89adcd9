"""The use cases of service points: open, change, hold a session, suspend, resume, close."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import registry_records as contract

from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, OrganizationId, Text, Words
from services.registry.organizations.concerning import name
from services.registry.policy import RegistryPolicy
from services.registry.records.model import check_listed
from services.registry.records.points.model import TRANSITIONS, ServicePointPhase, with_session
from services.registry.records.points.tables import ServicePointRow
from services.registry.tables import MatterStepRow

POINTS = Kind(
    ServicePointRow, ServicePointPhase, TRANSITIONS, initial=ServicePointPhase.OPEN,
    zh="服务站点", en="service points", path="service-points", unit="个", steps=MatterStepRow,
    states_zh={
        ServicePointPhase.OPEN: "开放",
        ServicePointPhase.SUSPENDED: "暂停",
        ServicePointPhase.CLOSED: "撤销",
    },
    filters=("organization_id", "station"),
)  # fmt: skip


@POINTS.opens(contract.ServicePointOpened, zh="设立", needs="write")
async def open_(
    uow: UnitOfWork, row: ServicePointRow, *,
    organization_id: Annotated[OrganizationId, Field(title="运营的社会组织")],
    station: Annotated[Code, Field(title="站点类别")],
    title: Annotated[Text, Field(title="名称")],
    club: Annotated[Text | None, Field(title="所属服务社")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A station in the community that the division names, run by an organisation of here or elsewhere."""
    stations = (one.code for one in uow.policy(RegistryPolicy).records.stations)
    check_listed(station, stations, "/station")
    await name(uow, row, organization_id)


@POINTS.step(contract.ServicePointChanged, zh="变更", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: ServicePointRow, *,
    title: Annotated[Text | None, Field(title="名称")] = None,
    club: Annotated[Text | None, Field(title="所属服务社")] = None,
    run_by: Annotated[OrganizationId | None, Field(title="改由何组织运营")] = None,
) -> Mapping[str, Any] | None:  # fmt: skip
    """Another name, or another organisation runs it."""
    if run_by is None or run_by == row.organization_id:
        return None
    previous = {"id": str(row.organization_id), "sequence": row.organization_sequence}
    await name(uow, row, run_by, at="/run_by")
    return {"previous": previous}


@POINTS.step(
    contract.ServicePointSessionHeld,
    zh="开展服务",
    en="record a session",
    needs="report",
    path="sessions",
    by_workbook=True,
)
async def hold(
    uow: UnitOfWork, row: ServicePointRow, *,
    attended: Annotated[Count, Field(title="参加人次")],
    public_affairs: Annotated[bool, Field(title="参与社区公共事务")] = False,
    subject: Annotated[Words | None, Field(title="内容")] = None,
) -> None:  # fmt: skip
    """A session on the day given; residents who take part in public affairs are noted (B33)."""
    row.years = with_session(row.years, row.effective_on.year, attended, public_affairs=public_affairs)


@POINTS.step(contract.ServicePointSuspended, zh="暂停", needs="write", path="suspension")
async def suspend(
    uow: UnitOfWork, row: ServicePointRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """Nothing is held for some time."""


@POINTS.step(contract.ServicePointResumed, zh="恢复", needs="write", path="resumption")
async def resume(uow: UnitOfWork, row: ServicePointRow) -> None:
    """It goes on."""


@POINTS.step(contract.ServicePointClosed, zh="撤销", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: ServicePointRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It is there no more."""


reassign = POINTS.reassigns(needs="write")
