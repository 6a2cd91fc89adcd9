"""The use cases of cultivation lists: list, review, reclassify, achieve, remove; the reviews' clock."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_incubation as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Words
from services.registry.incubation.classes import class_of
from services.registry.incubation.cultivations.model import (
    TRANSITIONS,
    CultivationPhase,
    UnknownPath,
    check_reached,
    check_target,
    place,
)
from services.registry.incubation.cultivations.tables import CultivationRow
from services.registry.organizations.concerning import of_organization
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

CULTIVATIONS = Kind(
    CultivationRow, CultivationPhase, TRANSITIONS, initial=CultivationPhase.LISTED,
    zh="培育名单", en="cultivation lists", path="cultivations", unit="家", steps=MatterStepRow,
    states_zh={
        CultivationPhase.LISTED: "培育中",
        CultivationPhase.ACHIEVED: "达到目标",
        CultivationPhase.REMOVED: "移出名单",
    },
    clocks=(
        Clock(
            "review", {"listed"}, contract.CultivationBecameOverdue, "became_overdue",
            rule="registry.incubation.cultivation_classes.review_days",
            restarts={"reviewed", "reclassified"},
        ),
    ),
    place=of_organization, unique=("organization_id", "year", "cultivation_path"),
    filters=("organization_id", "year", "cultivation_path", "cultivation_class", "stage", "target_stage"),
)  # fmt: skip


@CULTIVATIONS.opens(contract.CultivationListed, zh="列入名单", en="add to the list", needs="write")
async def list_(
    uow: UnitOfWork, row: CultivationRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    year: Annotated[int, Field(title="年度", ge=1990, le=2200)],
    cultivation_class: Annotated[Code, Field(title="培育类别")],
    cultivation_path: Annotated[Code, Field(title="培育方向")],
    stage: Annotated[Code, Field(title="当前阶段")],
    target_stage: Annotated[Code, Field(title="目标阶段")],
    measures: Annotated[Codes, Field(title="培育措施")] = [],  # noqa: B006, read only
    explanation: Annotated[Words | None, Field(title="说明")] = None,
    review_on: Annotated[Day | None, Field(title="复核日期")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Put an organisation on the year's list, from its stage to a later one; the class says how often it is
    reviewed."""
    check_target(stage, target_stage, _stages(uow, cultivation_path))
    _await_review(uow, row, review_on)


@CULTIVATIONS.step(contract.CultivationReviewed, zh="复核", needs="write", path="review", by_workbook=True)
async def review(
    uow: UnitOfWork, row: CultivationRow, *,
    stage: Annotated[Code, Field(title="当前阶段")],
    measures: Annotated[Codes | None, Field(title="培育措施")] = None,
    progress: Annotated[Words | None, Field(title="进展")] = None,
    review_on: Annotated[Day | None, Field(title="下次复核日期")] = None,
) -> None:  # fmt: skip
    """How far it has come; stages can be lost, too."""
    place(stage, _stages(uow, row.cultivation_path), at="/stage")
    row.reviews += 1
    row.reviewed_on = row.effective_on
    _await_review(uow, row, review_on)


@CULTIVATIONS.step(contract.CultivationReclassified, zh="调整类别", needs="write", path="reclassification")
async def reclassify(
    uow: UnitOfWork, row: CultivationRow, *,
    to_class: Annotated[Code, Field(title="培育类别")],
    reason: Annotated[Words | None, Field(title="理由")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """Another class; the next review follows its interval."""
    previous, row.cultivation_class = row.cultivation_class, class_of(uow, to_class, at="/to_class").code
    _await_review(uow, row, None)
    return {"previous_class": previous}


@CULTIVATIONS.step(
    contract.CultivationAchieved,
    zh="达到目标",
    en="record the target as reached",
    needs="write",
    path="achievement",
)
async def achieve(
    uow: UnitOfWork, row: CultivationRow, *, summary: Annotated[Words | None, Field(title="小结")] = None
) -> None:
    """The target stage is reached, as a review says."""
    check_reached(row.stage, row.target_stage, _stages(uow, row.cultivation_path))


@CULTIVATIONS.step(
    contract.CultivationRemoved, zh="移出名单", en="take off the list", needs="write", path="removal"
)
async def remove(
    uow: UnitOfWork, row: CultivationRow, *,
    reason: Annotated[Code, Field(title="原因")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """Off the list before the target is reached."""


reassign = CULTIVATIONS.reassigns(needs="write")


def _stages(uow: UnitOfWork, path: str) -> Sequence[str]:
    paths = uow.policy(RegistryPolicy).incubation.cultivation_paths
    found = next((one for one in paths if one.code == path), None)
    if found is None:
        raise UnknownPath(at="/cultivation_path", path=path, known=[one.code for one in paths])
    return [stage.code for stage in found.stages]


def _await_review(uow: UnitOfWork, row: CultivationRow, on: date | None) -> None:
    days = class_of(uow, row.cultivation_class).review_days
    if row.basis == Basis.LIVE.value:
        row.due_on = on or row.effective_on + timedelta(days=days)
