"""The use cases of liaisons: appoint, change, hand over, report, end."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_hub as contract
from sqlmodel import col, select

from chassis.http.fields import PersonId
from chassis.matters import Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Words
from services.registry.hub.liaisons.model import (
    TRANSITIONS,
    HandedOverToSelf,
    LiaisonAlready,
    LiaisonPhase,
    check_place,
)
from services.registry.hub.liaisons.tables import LiaisonRow
from services.registry.hub.served import served
from services.registry.tables import MatterStepRow

KINDS_ZH: Mapping[str, str] = {
    contract.LiaisonKind.COMMUNITY: "村居联络员",
    contract.LiaisonKind.INFORMATION: "信息联络员",
    contract.LiaisonKind.OFFICER: "联系干部",
}
Organizations = Annotated[list[OrganizationId], Field(max_length=500)]

LIAISONS = Kind(
    LiaisonRow, LiaisonPhase, TRANSITIONS, initial=LiaisonPhase.APPOINTED,
    zh="联络员", en="liaisons", path="liaisons", unit="名", steps=MatterStepRow,
    states_zh={LiaisonPhase.APPOINTED: "在任", LiaisonPhase.ENDED: "卸任"},
    unique=("division", "kind", "person"), filters=("kind", "person", "body", "point"),
)  # fmt: skip


@LIAISONS.opens(contract.LiaisonAppointed, zh="确定联络员", needs="write")
async def appoint(
    uow: UnitOfWork, row: LiaisonRow, *,
    kind: Annotated[contract.LiaisonKind, Field(title="类别", json_schema_extra=words(KINDS_ZH))],
    person: Annotated[PersonId, Field(title="联络员")],
    body: Annotated[Code | None, Field(title="所在单位")] = None,
    point: Annotated[bool, Field(title="设有联络点")] = False,
    organization_ids: Annotated[Organizations, Field(title="联系的组织")] = [],  # noqa: B006, read only
) -> None:  # fmt: skip
    """Somebody is the liaison of a community, for information, or of organisations (B06, T16, J01)."""
    check_place(row.kind, row.division)
    row.organizations = await served(uow, organization_ids, row.division)


@LIAISONS.step(contract.LiaisonChanged, zh="调整", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: LiaisonRow, *,
    point: Annotated[bool | None, Field(title="设有联络点")] = None,
    organization_ids: Annotated[Organizations | None, Field(title="联系的组织")] = None,
) -> None:  # fmt: skip
    """Other organisations, or a liaison point; what is left out stays."""
    if organization_ids is not None:
        row.organizations = await served(uow, organization_ids, row.division)


@LIAISONS.step(contract.LiaisonHandedOver, zh="交接", needs="write", path="hand-over")
async def hand_over(
    uow: UnitOfWork, row: LiaisonRow, *, to: Annotated[PersonId, Field(title="接任人员")]
) -> Mapping[str, Any]:
    """Somebody else takes over on the day given, with all that is looked after."""
    previous = row.person
    if to == previous:
        raise HandedOverToSelf(at="/to", person=to)
    if (other := await _same_duty(uow, row, to)) is not None:
        raise LiaisonAlready(at="/to", person=to, division=row.division, other=other)
    row.person = to
    row.handed_over_times += 1
    return {"previous": previous}


@LIAISONS.step(contract.LiaisonReported, zh="报送信息", en="record a report", needs="report", path="bulletin")
async def report(
    uow: UnitOfWork, row: LiaisonRow, *,
    topic: Annotated[Code, Field(title="信息类别")],
    bulletin: Annotated[Words, Field(title="信息内容")],
    addressees: Annotated[Codes, Field(title="报送部门")] = [],  # noqa: B006, read only
) -> None:  # fmt: skip
    """An information bulletin: what is new among the organisations of the field (T16), and to which
    departments it goes (社会建设、民政等部门, R34)."""
    row.bulletins += 1
    row.last_reported_on = max(row.last_reported_on or row.effective_on, row.effective_on)


@LIAISONS.step(contract.LiaisonEnded, zh="卸任", needs="write", path="end")
async def end(uow: UnitOfWork, row: LiaisonRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """Nobody takes over."""


async def _same_duty(uow: UnitOfWork, row: LiaisonRow, person: str) -> UUID | None:
    with uow.session.no_autoflush:
        found = await uow.session.exec(
            select(LiaisonRow.id).where(
                LiaisonRow.division == row.division, LiaisonRow.kind == row.kind,
                LiaisonRow.person == person, col(LiaisonRow.ended).is_(False),
            )
        )  # fmt: skip
    return found.first()
