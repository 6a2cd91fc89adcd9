"""The use cases of the check of a body: name one, reassign, check, say that it was not reached, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day, PersonId
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Record, Words
from services.registry.inspections.body_checks.model import (
    TRANSITIONS,
    BodyCheckPhase,
    BodyCheckResult,
    DrawnByService,
    InspectorTwice,
    topics_found,
)
from services.registry.inspections.body_checks.tables import BodyCheckRow
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.inspections.spot_checks.model import (
    TOPICS_ZH,
    NoTopic,
    SpotCheckPhase,
    SpotCheckTopic,
)
from services.registry.inspections.spot_checks.tables import SpotCheckRow
from services.registry.organizations.concerning import of_organization
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

Topics = Annotated[
    list[SpotCheckTopic], Field(title="检查内容", max_length=4, json_schema_extra=words(TOPICS_ZH))
]

_ENTERED = "select count(*) from body_check where spot_check_id = $1"

BODY_CHECKS = Kind(
    BodyCheckRow, BodyCheckPhase, TRANSITIONS, initial=BodyCheckPhase.DRAWN,
    zh="抽查检查", en="checks of bodies", path="body-checks", unit="家", steps=MatterStepRow,
    states_zh={
        BodyCheckPhase.DRAWN: "待检查",
        BodyCheckPhase.CHECKED: "已检查",
        BodyCheckPhase.NOT_REACHED: "无法联系",
        BodyCheckPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "due", {"drawn"}, contract.BodyCheckBecameOverdue, "became_overdue", rule="spot_check.due_on"
        ),
    ),
    place=of_organization,
    filters=("organization_id", "spot_check_id", "result", "legal_form"),
)  # fmt: skip


@BODY_CHECKS.opens(contract.BodyCheckDrawn, zh="定向检查", en="check one organisation", needs="write")
async def open_(
    uow: UnitOfWork, row: BodyCheckRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    topics: Topics,
    assigned: Annotated[list[PersonId], Field(title="检查人员", max_length=10)] = [],  # noqa: B006, read only
    due_on: Annotated[Day | None, Field(title="完成期限")] = None,
    spot_check_id: Annotated[UUID | None, Record("spot_check"), Field(title="抽查（仅补录）")] = None,
) -> None:  # fmt: skip
    """Check a body that is named, not drawn (定向抽查): on a complaint, or after an earlier finding.

    One that a spot check of the past had drawn names that, and is history too.
    """
    if not topics:
        raise NoTopic(at="/topics")
    organization = await uow.session.get_one(OrganizationRow, organization_id)
    row.legal_form, row.inspectors = organization.legal_form, len(assigned)
    if spot_check_id is not None:
        row.spot_check_sequence = await _drawn_by(uow, row, spot_check_id)


async def _drawn_by(uow: UnitOfWork, row: BodyCheckRow, spot_check_id: UUID) -> int:
    """How far the spot check of the past that drew this body has come; it is locked, so that no more are
    entered than it drew. Raises `NotFound`, `NotPermitted`, `DrawnByService`."""
    with uow.session.no_autoflush:
        spot_check = await uow.session.get(SpotCheckRow, spot_check_id, with_for_update=True)
    if spot_check is None:
        raise NotFound.of(SpotCheckRow, spot_check_id, at="/spot_check_id")
    uow.authorize(spot_check.division)
    past = spot_check.state == SpotCheckPhase.DRAWN.value and spot_check.population_digest is None
    entered = await uow.connection.fetchval(_ENTERED, spot_check_id)
    if row.basis == Basis.LIVE.value or not past or entered >= (spot_check.drawn_bodies or 0):
        raise DrawnByService(at="/spot_check_id", title=spot_check.title)
    return spot_check.sequence


@BODY_CHECKS.step(contract.BodyCheckReassigned, zh="更换检查人员", needs="write", path="reassignment")
async def reassign(
    uow: UnitOfWork, row: BodyCheckRow, *,
    leaving: Annotated[PersonId, Field(title="换下")],
    coming: Annotated[PersonId, Field(title="换上")],
    reason: Annotated[Code, Field(title="原因")],
) -> None:  # fmt: skip
    """Somebody else checks it: who was drawn has a conflict of interest, or is away."""
    if leaving not in row.assigned or coming in row.assigned:
        raise InspectorTwice(at="/coming", leaving=leaving, coming=coming)
    row.assigned = [coming if one == leaving else one for one in row.assigned]


@BODY_CHECKS.step(
    contract.BodyCheckChecked,
    zh="检查",
    en="record the check",
    needs="check",
    path="checking",
    by_workbook=True,
)
async def check(
    uow: UnitOfWork, row: BodyCheckRow, *,
    failed: Annotated[Codes, Field(title="不合格项目")] = [],  # noqa: B006, read only
    found: Annotated[
        list[SpotCheckTopic], Field(title="发现问题", max_length=4, json_schema_extra=words(TOPICS_ZH))
    ] = [],  # noqa: B006, read only
    findings: Annotated[Words | None, Field(title="问题说明")] = None,
    rectify_by: Annotated[Day | None, Field(title="整改期限")] = None,
) -> Mapping[str, Any] | None:  # fmt: skip
    """Looked at by the checklist of its form; what was found has to be put right."""
    listed = uow.policy(RegistryPolicy).inspections.checklist_of(row.legal_form)
    items = {item.code: item.topic.value for item in listed}
    row.found = topics_found(failed, [topic.value for topic in found], items, row.topics)
    row.checked_on = row.effective_on
    row.result = (BodyCheckResult.PROBLEMS if row.found else BodyCheckResult.NO_PROBLEM).value
    if not row.found:
        return None
    owed = await rectifications.open_(
        uow, organization_id=row.organization_id, origin="spot_check", topics=row.found,
        findings=findings or "、".join(TOPICS_ZH[topic] for topic in row.found), due_on=rectify_by,
        origin_record_id=row.id,
    )  # fmt: skip
    return {"rectification": {"id": owed.subject, "sequence": owed.sequence}}


@BODY_CHECKS.step(
    contract.BodyCheckNotReached, zh="无法联系", en="record as not reached", needs="check", path="absence"
)
async def not_reached(
    uow: UnitOfWork, row: BodyCheckRow, *, ground: Annotated[Code, Field(title="情况")]
) -> None:
    """Nobody was found at its address: a fact the authority may use."""


@BODY_CHECKS.step(contract.BodyCheckCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(uow: UnitOfWork, row: BodyCheckRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It is not checked: the organisation ended, or is checked by another office now."""
