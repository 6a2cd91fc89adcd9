"""Care records over HTTP. What is sealed is answered to a look only, and such an answer is kept nowhere."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Body, Code, Day, Division, PersonId, Words
from services.registry.care.records import commands, forms, queries
from services.registry.care.records.model import TRANSITIONS, CarePhase, ConsentBy
from services.registry.care.records.queries import CareRecordOut
from services.registry.fields import Fact
from services.registry.offering import Form, follows

router = APIRouter(prefix="/v1/care-records", tags=["care"])
Reads = Annotated[Call, requires("care:read")]
Writes = Annotated[Call, requires("care:write")]
Looks = Annotated[Call, requires("care:look")]


class Opening(Fact):
    """A new care record; person, consent document, situation and plan are sealed."""

    division: Division
    person_id: PersonId
    need: Code
    worker: Code = Field(description="account of the one who looks after the person")
    consented_on: Day
    consent_by: ConsentBy
    consent_document: Words | None = None
    situation: Words | None = None
    plan: Words | None = None
    review_due_on: Day | None = Field(None, description="left out: as many days on as the profile says")


class _Step(Body):
    effective_on: Day | None = Field(None, description="today if left out")


class Plan(_Step):
    """Another plan."""

    plan: Words
    review_due_on: Day | None = None


class Help(_Step):
    """Something done for the person."""

    kind: Code
    words: Words | None = None


class Review(_Step):
    """Need and plan looked at again."""

    outcome: Code
    words: Words | None = None
    review_due_on: Day | None = None


class HandOver(_Step):
    """Another worker."""

    worker: Code
    words: Words | None = None


class Closing(_Step):
    """The end of care."""

    reason: Code
    words: Words | None = None


class Reopening(_Step):
    """Care goes on."""

    review_due_on: Day | None = None


class Withdrawal(_Step):
    """Consent is taken back."""


class Look(Body):
    """What somebody looks for."""

    purpose: Code


class StepOut(BaseModel):
    """One step, its words opened."""

    fact: str
    code: str | None
    effective_on: Day
    actor_id: str
    words: str | None


class OpenedOut(BaseModel):
    """What was sealed."""

    person_id: str
    consent_document: str | None
    situation: str | None
    plan: str | None
    steps: list[StepOut]


FORMS = (
    Form("opened", "建立帮扶档案", "", "care:write", Opening, en="take into care"),
    Form("looked", "查看个人信息", "looks", "care:look", Look, lambda row: row.state != CarePhase.ERASED,
         en="look into it"),
    Form("helped", "登记帮扶服务", "help", "care:write", Help, follows("helped", TRANSITIONS),
         en="record help"),
    Form("reviewed", "评估", "review", "care:write", Review, follows("reviewed", TRANSITIONS), en="review"),
    Form("planned", "调整帮扶计划", "plan", "care:write", Plan, follows("planned", TRANSITIONS),
         en="change the plan"),
    Form("handed_over", "交接", "handing-over", "care:write", HandOver, follows("handed_over", TRANSITIONS),
         en="hand over"),
    Form("closed", "结束帮扶", "closing", "care:write", Closing, follows("closed", TRANSITIONS),
         en="end the care"),
    Form("reopened", "恢复帮扶", "reopening", "care:write", Reopening, follows("reopened", TRANSITIONS),
         en="resume the care"),
    Form("consent_withdrawn", "撤回同意并删除", "consent-withdrawal", "care:write", Withdrawal,
         follows("consent_withdrawn", TRANSITIONS), en="withdraw consent and erase"),
)  # fmt: skip
"""What pages offer; erasing a person goes by the person."""


@router.get("")
async def search(
    call: Reads, page: Annotated[PageRequest, Depends()], division: Division | None = None,
    state: CarePhase | None = None, need: Code | None = None, worker: Code | None = None,
    overdue: bool | None = None, review_before: Day | None = None,
) -> Page[CareRecordOut]:  # fmt: skip
    """帮扶档案列表（不含个人信息） / Care records, without whom they are about."""
    return await call.read(
        queries.search, division=division, state=state, need=need, worker=worker, overdue=overdue,
        review_before=review_before, page=page,
    )  # fmt: skip


@router.get("/forms")
async def openings(call: Reads) -> dict[str, Any]:
    """建档表单 / The form by which the caller takes somebody into care, in words."""
    return await call.read(forms.openings, forms=FORMS)


@router.get("/{id}/forms")
async def possible(id: UUID, call: Reads) -> dict[str, Any]:
    """可办理的事项 / What the caller can do with the record now, in words, each with its form."""
    return await call.read(forms.possible, id=id, forms=FORMS)


@router.get("/{id}")
async def one(id: UUID, call: Reads) -> CareRecordOut:
    """帮扶档案（不含个人信息） / One record, without whom it is about."""
    return await call.read(queries.one, id=id)


@router.post("", response_model=CareRecordOut, status_code=201)
async def open_(body: Opening, call: Writes) -> Response:
    """建立帮扶档案 / Take somebody into care."""
    return await call.execute(
        commands.open_, answer=CareRecordOut.model_validate, status=201, **body.arguments()
    )


@router.post("/{id}/looks", response_model=OpenedOut)
async def look_into(id: UUID, body: Look, call: Looks) -> Response:
    """查看个人信息（记入查看日志） / Look into a record for a purpose; the look is logged."""
    return await call.execute(
        commands.look_into, id=id, answer=OpenedOut.model_validate, kept=False, **body.arguments()
    )


async def _take(
    call: Call, command: Callable[..., Awaitable[Any]], id: UUID, body: _Step
) -> Response:  # fmt: skip
    return await call.execute(command, id=id, answer=CareRecordOut.model_validate, **body.arguments())


@router.post("/{id}/plan", response_model=CareRecordOut)
async def plan(id: UUID, body: Plan, call: Writes) -> Response:
    """调整帮扶计划 / Agree on another plan."""
    return await _take(call, commands.plan, id, body)


@router.post("/{id}/help", response_model=CareRecordOut)
async def help_(id: UUID, body: Help, call: Writes) -> Response:
    """登记帮扶服务 / Something was done for the person."""
    return await _take(call, commands.help_, id, body)


@router.post("/{id}/review", response_model=CareRecordOut)
async def review(id: UUID, body: Review, call: Writes) -> Response:
    """评估 / Look at need and plan again."""
    return await _take(call, commands.review, id, body)


@router.post("/{id}/handing-over", response_model=CareRecordOut)
async def hand_over(id: UUID, body: HandOver, call: Writes) -> Response:
    """交接 / Another worker goes on."""
    return await _take(call, commands.hand_over, id, body)


@router.post("/{id}/closing", response_model=CareRecordOut)
async def close(id: UUID, body: Closing, call: Writes) -> Response:
    """结束帮扶 / Care ends."""
    return await _take(call, commands.close, id, body)


@router.post("/{id}/reopening", response_model=CareRecordOut)
async def reopen(id: UUID, body: Reopening, call: Writes) -> Response:
    """恢复帮扶 / Care goes on."""
    return await _take(call, commands.reopen, id, body)


@router.post("/{id}/consent-withdrawal", response_model=CareRecordOut)
async def withdraw_consent(id: UUID, body: Withdrawal, call: Writes) -> Response:
    """撤回同意并删除个人信息 / Consent is taken back; what is known is erased at once."""
    return await _take(call, commands.withdraw_consent, id, body)
