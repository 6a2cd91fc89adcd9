"""What an organisation sees and does itself over HTTP: no other route is open to its account.

The bodies of what it hands in are made of the steps at import, see `chassis.matters.routes`.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Body
from chassis.matters import Kind
from chassis.matters.kind import Step
from chassis.matters.queries import MatterOut, out_of
from services.registry.applications import commands as applications
from services.registry.applications.forms import can
from services.registry.fields import Code, Count, Day, Division, Text, Words
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.entries.model import ServiceSide
from services.registry.incubation.entries.tables import ServiceEntryRow
from services.registry.offering import Form
from services.registry.organizations.model import LegalForm, RegistrationRoute
from services.registry.own import commands, forms, invitations, queries
from services.registry.own.commands import HANDED_IN, WRITES
from services.registry.own.forms import OwnLine, body_of, line_form
from services.registry.own.invitations import Acceptance, Excuse, OwnInvitation, OwnPresence
from services.registry.own.queries import Own, OwnApplication, OwnEntry

router = APIRouter(prefix="/v1/own", tags=["own"])
Reads = Annotated[Call, requires("own:read")]
Writes = Annotated[Call, requires(WRITES)]
Categories = Annotated[list[Text], Field(max_length=50)]


class Contents(Body):
    """What an application says, of today: history is for the offices to enter."""

    supervisory_unit_name: Text | None = None
    charter_template: Code | None = Field(None, description="version that the charter follows (B25)")
    charter_party_clause: bool | None = Field(None, description="the charter has the Party clause (R17)")
    full_party_member_count: Count | None = None
    member_count: Count | None = None
    staff_count: Count | None = None


class Filing(Contents):
    """The own application to be registered."""

    division: Division
    name: Text
    legal_form: LegalForm
    route: RegistrationRoute = RegistrationRoute.HUB_ENDORSED
    categories: Categories = Field(default_factory=list)


class Completion(Contents):
    """What is new in a submission; what is not named stays."""

    categories: Categories | None = None

    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in super().arguments().items() if value is not None}


class Nothing(Body):
    """Nothing to be said."""


class Entry(Body):
    """A service that the organisation was given, as it says itself."""

    stay_id: UUID
    service: Code
    effective_on: Day | None = Field(None, description="the day of the service; today if left out")
    hours: Count = 0
    people: Count = 0
    content: Words | None = None


class Correction(Body):
    """What was otherwise."""

    hours: Count | None = None
    people: Count | None = None
    content: Words | None = None


class Dispute(Body):
    """Why it was not so."""

    reason: Code
    explanation: Words | None = None


APPLICATION_FORMS = (
    Form(
        "submit_new", "提交登记申请", "registration-applications", WRITES, Filing, en="submit an application"
    ),
    Form("consult", "先咨询，暂不提交", "registration-consultations", WRITES, Filing),
    Form("submit", "提交", "submission", WRITES, Completion, can("submitted")),
    Form("withdraw", "撤回申请", "withdrawal", WRITES, Nothing, can("withdrawn")),
)
ENTRY_FORMS = (
    Form("record", "登记所接受的服务", "", WRITES, Entry, en="record a service"),
    line_form("confirm", Nothing),
    line_form("dispute", Dispute),
    line_form("correct", Correction),
    line_form("cancel", Nothing),
)
"""What a page offers, in this order."""


@router.get("")
async def own(call: Reads) -> Own:
    """本组织的登记信息、登记申请和在办事项 / The caller's own entry, applications and open records."""
    return await call.read(queries.own)


@router.get("/forms")
async def possible(call: Reads) -> dict[str, Any]:
    """可办事项及各栏名称 / What the caller can begin now, and the words for all that is told."""
    return await call.read(forms.own, application=APPLICATION_FORMS, entry=ENTRY_FORMS)


@router.get("/registration-applications/{id}")
async def application(id: UUID, call: Reads) -> OwnApplication:
    """本组织的登记申请 / One application of the caller's own."""
    return await call.read(queries.application, id=id)


@router.get("/registration-applications/{id}/forms")
async def possible_of_application(id: UUID, call: Reads) -> dict[str, Any]:
    """本组织登记申请现可办理的事项 / What the caller can do with the own application now."""
    return await call.read(forms.application, id=id, forms=APPLICATION_FORMS)


async def _file(call: Call, body: Filing, *, submitted: bool) -> Response:
    return await call.execute(
        commands.file, answer=OwnApplication.model_validate, status=201, submitted=submitted,
        **body.arguments(),
    )  # fmt: skip


@router.post("/registration-applications", response_model=OwnApplication, status_code=201)
async def submit_new(body: Filing, call: Writes) -> Response:
    """自行提交登记申请（网上登记） / Submit the own application."""
    return await _file(call, body, submitted=True)


@router.post("/registration-consultations", response_model=OwnApplication, status_code=201)
async def consult(body: Filing, call: Writes) -> Response:
    """自行咨询登记事宜（在线咨询） / Ask how to register."""
    return await _file(call, body, submitted=False)


@router.post("/registration-applications/{id}/submission", response_model=OwnApplication)
async def submit(id: UUID, body: Completion, call: Writes) -> Response:
    """提交咨询过或退回补正的申请 / Submit what was consulted or returned."""
    return await call.execute(
        applications.submit, id=id, answer=OwnApplication.model_validate, **body.arguments()
    )


@router.post("/registration-applications/{id}/withdrawal", response_model=OwnApplication)
async def withdraw(id: UUID, body: Nothing, call: Writes) -> Response:
    """撤回申请 / Take the application back."""
    return await call.execute(applications.withdraw, id=id, answer=OwnApplication.model_validate)


_ENTRY = out_of(entries.SERVICE_ENTRIES)


@router.get("/service-entries")
async def service_entries(call: Reads, page: Annotated[PageRequest, Depends()]) -> Page[OwnEntry]:
    """本组织的服务记录 / The own service log."""

    def may(row: ServiceEntryRow) -> list[str]:
        own = OwnLine(entries.line_of(row), entries.hand_of(call.principal))
        return [one.name for one in ENTRY_FORMS if one.possible is not None and one.possible(own)]

    return await call.read(queries.service_entries, page=page, may=may)


@router.get("/service-entries/{id}", response_model=_ENTRY)
async def service_entry(id: UUID, call: Reads) -> MatterOut:
    """入驻服务记录 / One line of the service log."""
    return await call.read(queries.service_entry, id=id)


@router.post("/service-entries", response_model=_ENTRY, status_code=201)
async def record(body: Entry, call: Writes) -> Response:
    """登记所接受的服务 / Write down a service that was received; the base confirms it."""
    arguments = {**body.arguments(), "written_by": ServiceSide.ORGANIZATION}
    return await call.execute(entries.record, answer=_ENTRY.model_validate, status=201, **arguments)


async def _answer(call: Call, step: Step[ServiceEntryRow], id: UUID, body: Body) -> Response:
    return await call.execute(
        commands.hand_in, step=step, id=id, answer=_ENTRY.model_validate, **body.arguments()
    )


@router.post("/service-entries/{id}/confirmation", response_model=_ENTRY)
async def confirm(id: UUID, body: Nothing, call: Writes) -> Response:
    """确认服务 / Confirm what the base wrote."""
    return await _answer(call, entries.confirm, id, body)


@router.post("/service-entries/{id}/dispute", response_model=_ENTRY)
async def dispute(id: UUID, body: Dispute, call: Writes) -> Response:
    """提出异议 / It was not as the base wrote."""
    return await _answer(call, entries.dispute, id, body)


@router.post("/service-entries/{id}/correction", response_model=_ENTRY)
async def correct(id: UUID, body: Correction, call: Writes) -> Response:
    """更正本组织登记的服务 / Put right what the organisation wrote."""
    return await _answer(call, entries.correct, id, body)


@router.post("/service-entries/{id}/cancellation", response_model=_ENTRY)
async def cancel(id: UUID, body: Nothing, call: Writes) -> Response:
    """撤销本组织登记的服务 / Take back what the organisation wrote."""
    return await _answer(call, entries.cancel, id, body)


@router.get("/attendances")
async def presences(call: Reads, page: Annotated[PageRequest, Depends()]) -> Page[OwnPresence]:
    """本组织参加会议、培训的情况 / What is over of that to which the organisation was invited."""
    return await call.read(invitations.past, page=page)


@router.get("/attendances/{id}", response_model=OwnInvitation)
async def invitation(id: UUID, call: Reads) -> OwnInvitation:
    """本组织受邀参加的会议、培训 / One of the own invitations."""
    return await call.read(invitations.invitation, id=id)


@router.post("/attendances/{id}/acceptance", response_model=OwnInvitation)
async def accept(id: UUID, body: Acceptance, call: Writes) -> Response:
    """确认参加 / The organisation means to come to what it is invited to."""
    return await call.execute(invitations.accept, id=id, answer=OwnInvitation.model_validate)


@router.post("/attendances/{id}/excuse", response_model=OwnInvitation)
async def excuse(id: UUID, body: Excuse, call: Writes) -> Response:
    """请假 / The organisation will not come to what it is invited to."""
    return await call.execute(
        invitations.excuse, id=id, answer=OwnInvitation.model_validate, **body.arguments()
    )


def _record(kind: Kind[Any]) -> None:
    async def one(id: UUID, call: Reads) -> Any:
        return await call.read(queries.record, kind=kind, id=id)

    router.add_api_route(
        f"/{kind.path}/{{id}}", one, methods=["GET"], response_model=queries.record_out(kind),
        name=f"own {kind.name}", description=f"本组织的{kind.zh} / One of the own {kind.en}.",
    )  # fmt: skip


def _hand_in(step: Step[Any]) -> None:
    body_type, out = body_of(step), queries.record_out(step.kind)

    async def take(id: UUID, body: body_type, call: Writes) -> Response:  # type: ignore[valid-type]
        arguments = body.arguments()  # type: ignore[attr-defined]
        return await call.execute(commands.hand_in, step=step, id=id, answer=out.model_validate, **arguments)

    router.add_api_route(
        f"/{step.kind.path}/{{id}}/{step.path}", take, methods=["POST"], response_model=out,
        summary=step.zh, description=step.doc, name=f"own {step.__name__}",
    )  # fmt: skip


for _kind, _steps in HANDED_IN.items():
    _record(_kind)
    for _step in _steps:
        _hand_in(_step)
