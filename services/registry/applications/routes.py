"""Registration applications over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response
from uuid_utils.compat import uuid7

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Code, Division, Text, Words
from services.registry.applications import commands, forms, queries
from services.registry.applications.model import ApplicationStep
from services.registry.applications.queries import ApplicationOut, StepOut
from services.registry.fields import Codes, Count, Fact, OrganizationId
from services.registry.offering import Form
from services.registry.organizations.model import LegalForm, RegistrationRoute

router = APIRouter(prefix="/v1/registration-applications", tags=["registration applications"])
Categories = Annotated[list[Text], Field(max_length=50)]


class Contents(Fact):
    """What an application says, beside who applies."""

    supervisory_unit: Code | None = None
    supervisory_unit_name: Text | None = None
    charter_template: Code | None = None
    charter_party_clause: bool | None = Field(None, description="the charter has the Party clause (R17)")
    full_party_member_count: Count | None = None
    member_count: Count | None = None
    staff_count: Count | None = None


class NewBody(Contents):
    """A new application."""

    division: Division
    name: Text
    legal_form: LegalForm
    route: RegistrationRoute = RegistrationRoute.HUB_ENDORSED
    categories: Categories = Field(default_factory=list)
    organization_id: OrganizationId | None = Field(
        None, description="the organisation, where it is on the record"
    )


class SubmitBody(Contents):
    """What is new in a submission; what is not named stays."""

    categories: Categories | None = None

    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in super().arguments().items() if value is not None}


class ReturnBody(Fact):
    """What is to be completed."""

    items: Codes
    explanation: Words | None = None


class EndorseBody(Fact):
    """The answer to each criterion."""

    criteria_met: Codes
    criteria_failed: Codes = Field(default_factory=list)


class RefuseBody(Fact):
    """The grounds of a refusal, all mandatory (R11)."""

    criteria_failed: Codes
    reasons: Codes
    coordination_note: Words
    criteria_met: Codes = Field(default_factory=list)
    explanation: Words | None = None


class RegisterBody(Fact):
    """What the authority gave the organisation."""

    credit_code: Annotated[str, Field(max_length=40)] | None = None
    legacy_number: Text | None = None
    registration_authority: Code | None = None


class DenyBody(Fact):
    """Why the authority denied registration."""

    reasons: Codes
    explanation: Words | None = None


FORMS = (
    Form("consult", "登记咨询", "consultations", "applications:write", NewBody),
    Form("submit_new", "提交登记申请", "", "applications:write", NewBody, en="submit an application"),
    Form("submit", "提交", "submission", "applications:write", SubmitBody, forms.can("submitted")),
    Form("endorse", "初审通过", "endorsement", "applications:review", EndorseBody, forms.can("endorsed")),
    Form("return", "退回补正", "return", "applications:review", ReturnBody, forms.can("returned")),
    Form("refuse_endorsement", "初审不通过", "endorsement-refusal", "applications:review", RefuseBody,
         forms.can("endorsement_refused")),
    Form("register", "准予登记", "registration", "applications:decide", RegisterBody, forms.can("closed")),
    Form("deny", "不予登记", "denial", "applications:decide", DenyBody, forms.can("denied")),
    Form("withdraw", "撤回", "withdrawal", "applications:write", Fact, forms.can("withdrawn")),
)  # fmt: skip
"""What a page offers, in this order."""


@router.post("/consultations", response_model=ApplicationOut, status_code=201)
async def consult(body: NewBody, call: Annotated[Call, requires("applications:write")]) -> Response:
    """Somebody asks how to register (在线咨询)."""
    id = uuid7()
    return await call.execute(
        commands.consult, answer=ApplicationOut.of, status=201, location=f"{router.prefix}/{id}", id=id,
        **body.arguments(),
    )  # fmt: skip


@router.post("", response_model=ApplicationOut, status_code=201)
async def submit_new(body: NewBody, call: Annotated[Call, requires("applications:write")]) -> Response:
    """Submit an application (网上登记)."""
    return await call.execute(commands.submit_new, answer=ApplicationOut.of, status=201, **body.arguments())


@router.get("", response_model=Page[ApplicationOut])
async def search(
    call: Annotated[Call, requires("applications:read")],
    page: Annotated[PageRequest, Depends()],
    q: Annotated[str | None, Query(max_length=200, description="words of the name")] = None,
    division: Annotated[Division | None, Query()] = None,
    step: ApplicationStep | None = None,
    route: RegistrationRoute | None = None,
    department: Code | None = None,
    organization_id: UUID | None = None,
    overdue: bool = False,
    ended: bool | None = None,
) -> Page[ApplicationOut]:
    """Search applications: a department's queue is its `department` with `ended=false`."""
    return await call.read(
        queries.search, q=q, division=division, step=step, route=route, department=department,
        organization_id=organization_id, overdue=overdue, ended=ended, page=page,
    )  # fmt: skip


@router.get("/forms")
async def openings(call: Annotated[Call, requires("applications:read")]) -> dict[str, Any]:
    """The forms by which the caller enters a question or an application, in words."""
    return await call.read(forms.openings, forms=FORMS)


@router.get("/{id}", response_model=ApplicationOut)
async def one(id: UUID, call: Annotated[Call, requires("applications:read")]) -> ApplicationOut:
    """One application."""
    return await call.read(queries.one, id=id)


@router.get("/{id}/forms")
async def possible(id: UUID, call: Annotated[Call, requires("applications:read")]) -> dict[str, Any]:
    """What the caller can do with it now, in words, each with its form."""
    return await call.read(forms.possible, id=id, forms=FORMS)


@router.get("/{id}/steps", response_model=list[StepOut])
async def steps(id: UUID, call: Annotated[Call, requires("applications:read")]) -> list[StepOut]:
    """How many working days each step took (B03)."""
    return await call.read(queries.steps, id=id)


@router.post("/{id}/submission", response_model=ApplicationOut)
async def submit(
    id: UUID, body: SubmitBody, call: Annotated[Call, requires("applications:write")]
) -> Response:
    """Submit what was consulted or returned."""
    return await call.execute(commands.submit, id=id, answer=ApplicationOut.of, **body.arguments())


@router.post("/{id}/return", response_model=ApplicationOut)
async def return_(
    id: UUID, body: ReturnBody, call: Annotated[Call, requires("applications:review")]
) -> Response:
    """Give it back to be completed."""
    return await call.execute(commands.return_, id=id, answer=ApplicationOut.of, **body.arguments())


@router.post("/{id}/endorsement", response_model=ApplicationOut)
async def endorse(
    id: UUID, body: EndorseBody, call: Annotated[Call, requires("applications:review")]
) -> Response:
    """The hub's pre-review is positive."""
    return await call.execute(commands.endorse, id=id, answer=ApplicationOut.of, **body.arguments())


@router.post("/{id}/endorsement-refusal", response_model=ApplicationOut)
async def refuse(
    id: UUID, body: RefuseBody, call: Annotated[Call, requires("applications:review")]
) -> Response:
    """The hub does not endorse."""
    return await call.execute(
        commands.refuse_endorsement, id=id, answer=ApplicationOut.of, **body.arguments()
    )


@router.post("/{id}/registration", response_model=ApplicationOut)
async def register(
    id: UUID, body: RegisterBody, call: Annotated[Call, requires("applications:decide")]
) -> Response:
    """The authority registers; the organisation comes into being with it."""
    return await call.execute(commands.register, id=id, answer=ApplicationOut.of, **body.arguments())


@router.post("/{id}/denial", response_model=ApplicationOut)
async def deny(id: UUID, body: DenyBody, call: Annotated[Call, requires("applications:decide")]) -> Response:
    """The authority denies."""
    return await call.execute(commands.deny, id=id, answer=ApplicationOut.of, **body.arguments())


@router.post("/{id}/withdrawal", response_model=ApplicationOut)
async def withdraw(id: UUID, body: Fact, call: Annotated[Call, requires("applications:write")]) -> Response:
    """The applicant takes it back."""
    return await call.execute(commands.withdraw, id=id, answer=ApplicationOut.of, **body.arguments())
