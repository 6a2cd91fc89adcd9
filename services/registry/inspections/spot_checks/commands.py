"""The use cases of spot checks: plan, draw bodies and inspectors, conclude, cancel."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from uuid_utils.compat import uuid7

from chassis.http.fields import Day, PersonId
from chassis.matters import Clock, Draft, Kind, draft, open_many, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Text
from services.registry.inspections.body_checks import commands as bodies
from services.registry.inspections.campaigns.model import INSPECTED
from services.registry.inspections.spot_checks.model import (
    TOPICS_ZH,
    TRANSITIONS,
    ChecksOpen,
    DrawnHere,
    NobodyToDraw,
    SpotCheckPhase,
    SpotCheckTopic,
    assign,
    check_past_draw,
    check_plan,
    digest,
    draw,
    sample_size,
)
from services.registry.inspections.spot_checks.tables import SpotCheckRow
from services.registry.organizations.concerning import open_about
from services.registry.organizations.model import LegalForm
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

_POOL = """
with pool as (
    select o.id, o.sequence, o.division, o.legal_form
    from organization o
    where o.home = $2 and o.division like $3 || '%' and o.legal_form = any($4)
      and o.legal_status in ('registered', 'suspended') and not o.ended
      and ($5::date is null or not exists (
          select from body_check b where b.organization_id = o.id and b.checked_on >= $5
      ))
), kept as (
    insert into spot_check_pool (spot_check_id, organization_id) select $1, id from pool
)
select * from pool
"""
_OPEN = "select count(*) from body_check where spot_check_id = $1 and not ended"

SPOT_CHECKS = Kind(
    SpotCheckRow, SpotCheckPhase, TRANSITIONS, initial=SpotCheckPhase.PLANNED,
    zh="双随机抽查", en="spot checks", path="spot-checks", unit="次", steps=MatterStepRow,
    states_zh={
        SpotCheckPhase.PLANNED: "已计划",
        SpotCheckPhase.DRAWN: "已抽取",
        SpotCheckPhase.CONCLUDED: "已结束",
        SpotCheckPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "due", {"planned", "drawn"}, contract.SpotCheckBecameOverdue, "became_overdue",
            rule="spot_check.due_on",
        ),
    ),
)  # fmt: skip


@SPOT_CHECKS.opens(contract.SpotCheckPlanned, zh="计划抽查", needs="write")
async def plan(
    uow: UnitOfWork, row: SpotCheckRow, *,
    title: Annotated[Text, Field(title="名称")],
    topics: Annotated[
        list[SpotCheckTopic], Field(title="检查内容", max_length=4, json_schema_extra=words(TOPICS_ZH))
    ],
    inspectors: Annotated[list[PersonId], Field(title="检查人员名录", max_length=500)],
    number: Annotated[int | None, Field(title="抽取数量", ge=1, le=10_000)] = None,
    percent: Annotated[int | None, Field(title="抽取比例（%）", ge=1, le=100)] = None,
    legal_forms: Annotated[list[LegalForm] | None, Field(title="组织类型", max_length=6)] = None,
    inspectors_each: Annotated[int | None, Field(title="每家检查人数", ge=1, le=10)] = None,
    unchecked_since: Annotated[Day | None, Field(title="此日以来未被抽查")] = None,
    due_on: Annotated[Day | None, Field(title="完成期限")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Which bodies may be drawn, how many of them, on what, and by whom they can be checked."""
    row.inspectors_each = inspectors_each or uow.policy(RegistryPolicy).inspections.inspectors_each
    row.legal_forms = row.legal_forms or list(INSPECTED)
    check_plan(topics, number, percent, inspectors, row.inspectors_each)


@SPOT_CHECKS.step(contract.SpotCheckDrawn, zh="抽取", en="draw the sample", needs="write", path="drawing")
async def draw_bodies(
    uow: UnitOfWork, row: SpotCheckRow, *,
    seed: Annotated[Code | None, Field(title="随机种子（仅补录）")] = None,
    population: Annotated[Count | None, Field(title="名录库家数（仅补录）")] = None,
    drawn_bodies: Annotated[Count | None, Field(title="抽中家数（仅补录）")] = None,
) -> None:  # fmt: skip
    """Draw from the organisations of this stack, by a seed that is made now and that nobody chooses.

    The pool is kept. A draw of the past is told as it was, and draws nobody now: the bodies that it drew are
    entered one by one, as checks of this spot check.
    """
    if row.basis != Basis.LIVE.value:
        check_past_draw(drawn_bodies, population)
        row.drawn_on = row.effective_on
        return
    if not (seed is None and population is None and drawn_bodies is None):
        raise DrawnHere(at="/seed")
    pool = {
        str(found["id"]): dict(found)
        for found in await uow.connection.fetch(
            _POOL, row.id, uow.stack, row.division, row.legal_forms, row.unchecked_since
        )
    }
    if not pool:
        raise NobodyToDraw()
    row.seed = secrets.token_hex(16)
    chosen = draw(row.seed, pool, sample_size(len(pool), row.number, row.percent))
    row.population, row.population_digest = len(pool), digest(list(pool))
    row.drawn_bodies, row.drawn_on = len(chosen), row.effective_on
    checks = [_body(uow, row, pool[id], row.seed) for id in chosen]
    await open_many(uow, bodies.open_, await open_about(uow, checks))


def _body(uow: UnitOfWork, row: SpotCheckRow, found: Mapping[str, Any], seed: str) -> Draft:
    assigned = assign(seed, str(found["id"]), row.inspectors, row.inspectors_each)
    return draft(
        bodies.open_, id=uuid7(), division=found["division"], effective_on=row.effective_on, basis=row.basis,
        opened_on=row.effective_on,
        due_on=row.due_on if row.basis == Basis.LIVE.value else None, organization_id=found["id"],
        organization_sequence=found["sequence"], spot_check_id=row.id, spot_check_sequence=row.sequence,
        legal_form=found["legal_form"], topics=row.topics, inspectors=len(assigned), assigned=assigned,
    )  # fmt: skip


@SPOT_CHECKS.step(contract.SpotCheckConcluded, zh="结束", needs="write", path="conclusion")
async def conclude(
    uow: UnitOfWork, row: SpotCheckRow, *, outcome: Annotated[Code, Field(title="结果")]
) -> None:
    """Every body was looked at, or could not be reached."""
    if number := await uow.connection.fetchval(_OPEN, row.id):
        raise ChecksOpen(number=number)


@SPOT_CHECKS.step(contract.SpotCheckCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(uow: UnitOfWork, row: SpotCheckRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It is not drawn."""


reassign = SPOT_CHECKS.reassigns(needs="write")
