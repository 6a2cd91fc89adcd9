"""The use cases of rectification: open, show evidence, return, extend, close; and its deadline."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_inspections as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Record, Text, Words
from services.registry.inspections.rectifications.model import (
    TRANSITIONS,
    ExtendedBackwards,
    NothingShown,
    RectificationPhase,
)
from services.registry.inspections.rectifications.tables import RectificationRow
from services.registry.organizations.concerning import of_organization
from services.registry.origins import sequence_of
from services.registry.own.holder import check_about_own, filed_by
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow


def _days(policy: RegistryPolicy, row: RectificationRow) -> int | None:
    return None if row.due_on is not None else policy.inspections.rectification_days


_ORIGIN = Record("inspection", "body_check", "clean_up_check", "evaluation", "supervision_visit")
"""What one comes of most often; another record is named by its id."""

RECTIFICATIONS = Kind(
    RectificationRow, RectificationPhase, TRANSITIONS, initial=RectificationPhase.OPENED,
    zh="整改", en="rectifications", path="rectifications", steps=MatterStepRow,
    states_zh={
        RectificationPhase.OPENED: "整改中",
        RectificationPhase.EVIDENCE_SUBMITTED: "已报送材料",
        RectificationPhase.CLOSED: "办结",
    },
    clocks=(
        Clock(
            "due", {"opened"}, contract.RectificationBecameOverdue, "became_overdue",
            rule="registry.inspections.rectification_days", days=_days, restarts={"extended", "returned"},
            rescheduled=contract.RectificationRescheduled,
        ),
    ),
    place=of_organization,
    filters=("organization_id", "origin"), holder=check_about_own,
)  # fmt: skip


@RECTIFICATIONS.opens(
    contract.RectificationOpened, zh="发出整改要求", en="ask for rectification", needs="open"
)
async def open_(
    uow: UnitOfWork, row: RectificationRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    origin: Annotated[Code, Field(title="来源")],
    topics: Annotated[Codes, Field(title="问题类别")],
    findings: Annotated[Words, Field(title="问题")],
    owner: Annotated[Code | None, Field(title="负责人")] = None,
    due_on: Annotated[Day | None, Field(title="整改期限")] = None,
    origin_record_id: Annotated[UUID | None, _ORIGIN, Field(title="来源记录")] = None,
) -> None:  # fmt: skip
    """Tell an organisation what to put right; without a day, the profile's working days are given.

    What it came of has to be on the record; raises `NoSuchOrigin`.
    """
    if origin_record_id is not None:
        row.origin_record_sequence = await sequence_of(uow, origin_record_id, at="/origin_record_id")


@RECTIFICATIONS.step(
    contract.RectificationEvidenceSubmitted,
    zh="报送整改材料",
    en="hand in evidence",
    needs="submit",
    path="evidence",
)
async def submit_evidence(
    uow: UnitOfWork, row: RectificationRow, *,
    measures: Annotated[Words | None, Field(title="整改措施")] = None,
    evidence: Annotated[tuple[Text, ...], Field(title="整改材料", max_length=50)] = (),
) -> Mapping[str, Any]:  # fmt: skip
    """The organisation, or who acts for it, shows what was done."""
    if not (measures or evidence):
        raise NothingShown(at="/measures")
    row.filed_by = filed_by(uow, row.basis)
    return {"filed_by": row.filed_by}


@RECTIFICATIONS.step(contract.RectificationReturned, zh="退回继续整改", needs="review", path="return")
async def return_(
    uow: UnitOfWork, row: RectificationRow, *,
    topics_left: Annotated[Codes, Field(title="仍存在的问题")],
    explanation: Annotated[Words, Field(title="说明")],
    due_on: Annotated[Day | None, Field(title="新的整改期限")] = None,
) -> None:  # fmt: skip
    """What was shown does not suffice: the clock runs anew."""
    row.returned_times += 1


@RECTIFICATIONS.step(contract.RectificationExtended, zh="延长期限", needs="review", path="extension")
async def extend(
    uow: UnitOfWork, row: RectificationRow, *,
    until: Annotated[Day, Field(title="延长至")],
    reason: Annotated[Words, Field(title="理由")],
) -> None:  # fmt: skip
    """More time is given, with the reason."""
    _check_extension(row.due_on, until)
    row.due_on = until


@RECTIFICATIONS.step(contract.RectificationClosed, zh="办结", needs="review", path="closing")
async def close(
    uow: UnitOfWork, row: RectificationRow, *,
    outcome: Annotated[Code, Field(title="结果")],
    explanation: Annotated[Words | None, Field(title="说明")] = None,
) -> None:  # fmt: skip
    """It is put right, or ends otherwise: the outcome is a code of the profile."""


reassign = RECTIFICATIONS.reassigns(needs="review")


def _check_extension(old: date | None, new: date) -> None:
    if old is not None and new <= old:
        raise ExtendedBackwards(at="/until", new=new, old=old)
