"""The use cases of placements: place, change the social worker, renew, end."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import registry_records as contract

from chassis.http.fields import Day, PersonId
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId
from services.registry.organizations.concerning import refer
from services.registry.records.placements.model import TRANSITIONS, PlacementPhase, check_renewal
from services.registry.records.placements.tables import PlacementRow
from services.registry.tables import MatterStepRow

PLACEMENTS = Kind(
    PlacementRow, PlacementPhase, TRANSITIONS, initial=PlacementPhase.PLACED,
    zh="进驻社区", en="placements", path="placements", unit="家", steps=MatterStepRow,
    states_zh={PlacementPhase.PLACED: "进驻中", PlacementPhase.ENDED: "已退出"},
    clocks=(
        Clock(
            "term", {"placed"}, contract.PlacementBecameOverdue, "became_overdue",
            rule="placement.due_on", restarts={"renewed"}, runs_on=True,
        ),
    ),
    unique=("organization_id", "division"), filters=("organization_id", "social_worker"),
)  # fmt: skip


@PLACEMENTS.opens(contract.PlacementPlaced, zh="进驻", en="place in a community", needs="write")
async def place(
    uow: UnitOfWork, row: PlacementRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    services: Annotated[Codes, Field(title="服务内容")] = [],  # noqa: B006, read only
    social_worker: Annotated[PersonId | None, Field(title="社工")] = None,
    partner: Annotated[Code | None, Field(title="社区一方")] = None,
    due_on: Annotated[Day | None, Field(title="约定期限")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An organisation of here or elsewhere works in the community that the division names."""
    await refer(uow, row, organization_id)


@PLACEMENTS.step(
    contract.PlacementWorkerChanged,
    zh="更换社工",
    en="change the social worker",
    needs="write",
    path="social-worker",
)
async def change_worker(
    uow: UnitOfWork, row: PlacementRow, *, to: Annotated[PersonId | None, Field(title="接任社工")] = None
) -> Mapping[str, Any]:  # fmt: skip
    """Another social worker from the day given; left out: nobody for the time being."""
    previous, row.social_worker = row.social_worker, to
    return {"previous": previous}


@PLACEMENTS.step(contract.PlacementRenewed, zh="续期", needs="write", path="renewal")
async def renew(
    uow: UnitOfWork, row: PlacementRow, *, until: Annotated[Day, Field(title="续期至")]
) -> None:  # fmt: skip
    """Agreed until another day."""
    check_renewal(until, row.due_on)
    row.due_on = until
    row.renewed_times += 1


@PLACEMENTS.step(contract.PlacementEnded, zh="退出", needs="write", path="end")
async def end(uow: UnitOfWork, row: PlacementRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It works there no more."""


reassign = PLACEMENTS.reassigns(needs="write")
