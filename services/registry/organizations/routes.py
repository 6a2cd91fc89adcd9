"""Organisations over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from uuid_utils.compat import uuid7

from chassis.http import Call, Page, PageRequest, requires
from chassis.http.fields import Code, Day, Division, Sum, Text
from chassis.model import in_words, refuse_all
from services.registry.fields import Codes, Count, DocumentNumber, Fact, OrganizationId
from services.registry.offering import Form
from services.registry.organizations import commands, forms, queries
from services.registry.organizations.forms import (
    ORGANIZATION,
    always,
    by_status,
    can_be_decoupled,
    can_be_linked,
)
from services.registry.organizations.model import (
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    NotEmptied,
    RegistrationRoute,
)
from services.registry.organizations.queries import Filter, HistoryEntry, OrganizationOut, Premises, Similar

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])
lists = APIRouter(prefix="/v1/categories", tags=["organizations"])


class Details(BaseModel):
    """Attributes of an organisation; categories by code or Chinese name."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    credit_code: Annotated[str, Field(max_length=40)] | None = None
    legacy_number: Text | None = None
    categories: Annotated[list[Text], Field(max_length=50)] | None = None
    department: Code | None = None
    nature: Code | None = None
    functions: Codes | None = None
    service_directions: Codes | None = None
    target_groups: Codes | None = None
    origin: (
        Literal[
            "in_house_project", "womens_home", "volunteer_team", "company", "co_operative", "own_initiative",
            "other",
        ]
        | None
    ) = None  # fmt: skip
    development_mode: Code | None = None
    premises: Premises | None = None
    staff_count: Count | None = None
    member_count: Count | None = None
    full_party_member_count: Count | None = None
    volunteer_count: Count | None = None
    registration_authority: Code | None = None
    founded_on: Day | None = None
    brands: Annotated[list[Text], Field(max_length=50)] | None = None
    four_no_fees_declared: bool | None = None
    registered_capital_fen: Annotated[int, Sum()] | None = None
    charity: bool | None = None

    def details(self) -> dict[str, Any]:
        """What the caller named. Raises `NotEmptied`."""
        refuse_all(
            NotEmptied(at=f"/{name}", field_zh=ORGANIZATION.titles[name], field_en=in_words(name))
            for name in _NEVER_NULL
            if name in self.model_fields_set and getattr(self, name) is None
        )
        return self.model_dump(exclude_unset=True, include=set(Details.model_fields))


_NEVER_NULL = (
    "name", "legal_form", "categories", "functions", "service_directions", "target_groups", "brands",
)  # fmt: skip
"""What every organisation has, be it an empty list."""


_ENDORSEMENT = Field(None, description="number of the hub's opinion, where its pre-review was on paper (R11)")


class Detailed(Details, Fact):
    """A fact that comes with attributes."""

    def arguments(self) -> dict[str, Any]:
        facts = {
            name: getattr(self, name) for name in type(self).model_fields if name not in Details.model_fields
        }
        return facts | {"details": self.details()}


class EnterBody(Detailed):
    """A candidate or a discovered organisation: four fields are enough."""

    status: Literal[LegalStatus.CANDIDATE, LegalStatus.DISCOVERED] = LegalStatus.DISCOVERED
    division: Division
    legal_form: LegalForm = LegalForm.NONE
    name: Text


class FileNewBody(Detailed):
    """An organisation filed with its community that was not on the record."""

    division: Division
    legal_form: LegalForm = LegalForm.COMMUNITY_ORGANIZATION
    name: Text


class RegisterNewBody(Detailed):
    """An organisation that the authority registered and that was not on the record."""

    division: Division
    legal_form: LegalForm
    route: RegistrationRoute
    name: Text
    endorsement: DocumentNumber | None = _ENDORSEMENT


class RegisterBody(Detailed):
    """The authority registered an organisation on the record."""

    legal_form: LegalForm
    route: RegistrationRoute
    endorsement: DocumentNumber | None = _ENDORSEMENT


class FileBody(Fact):
    """Filing with the community."""

    legal_form: LegalForm = LegalForm.COMMUNITY_ORGANIZATION


class ChangeBody(Detailed):
    """New values of attributes; what is not named stays."""

    legal_form: LegalForm | None = Field(None, description="only to correct what the record says")


class RelocateBody(Fact):
    """A move to another division of this stack, from a day on."""

    division: Division


class CorrectBody(BaseModel):
    """What should have been entered, and why it was not; what is left out was right."""

    model_config = ConfigDict(extra="forbid")

    reason: Code
    division: Division | None = None
    filed_on: Day | None = None
    registered_on: Day | None = None
    route: RegistrationRoute | None = None
    ended_on: Day | None = None
    not_ended: bool = Field(False, description="it never ended: it goes on as it stood")


class LinkBody(Fact):
    """What the organisation is to the hub from now on."""

    link: Literal[HubLink.LINKED, HubLink.HUB_FILED, HubLink.IN_FIELD, HubLink.DIRECT]


class DecoupleBody(Fact):
    """A step of decoupling."""

    step: Literal["self_checked", "pressed", "completed"]
    administrative_staff: Count = Field(description="administrative staff among the leaders (R24)")


class SupervisionBody(Fact):
    """The professional supervisory unit from now on."""

    supervisory_unit: Code | None = None
    supervisory_unit_name: Text | None = None


class StandingBody(Fact):
    """The hub's judgement."""

    standing: HubStanding
    ground: Code | None = None
    evidence: Code | None = Field(None, description="number of the papers that it rests on")


class SuspendBody(Fact):
    """A suspension, until a day if one was set."""

    until: Day | None = None


class MergeBody(Fact):
    """The record that stays."""

    into: OrganizationId


FORMS = (
    Form("enter", "录入组织", "", "organizations:discover", EnterBody),
    Form("file_new", "新备案组织", "filings", "organizations:file", FileNewBody, owned=("filing",),
         en="file a new organisation"),
    Form("register_new", "新登记组织", "registrations", "organizations:register", RegisterNewBody,
         en="register a new organisation"),
    Form("change_details", "变更资料", "", "organizations:change", ChangeBody, always, amends=True),
    Form("relocate", "迁址", "relocation", "organizations:change", RelocateBody, always),
    Form("correct", "更正录入", "correction", "organizations:change", CorrectBody, always, of_ended=True),
    Form("change_supervisory_unit", "变更业务主管单位", "supervision", "organizations:change",
         SupervisionBody, always),
    Form("judge_standing", "枢纽评判", "hub-standing", "organizations:judge", StandingBody, always),
    Form("link", "建立联系", "hub-link", "organizations:link", LinkBody, can_be_linked,
         owned=("contact", "filing")),
    Form("decouple", "脱钩", "decoupling", "organizations:link", DecoupleBody, can_be_decoupled),
    Form("file", "备案", "filing", "organizations:file", FileBody, by_status("filed"),
         owned=("filing",)),
    Form("register", "登记", "registration", "organizations:register", RegisterBody, by_status("registered")),
    Form("suspend", "停止活动", "suspension", "organizations:sanction", SuspendBody, by_status("suspended")),
    Form("resume", "恢复活动", "resumption", "organizations:sanction", Fact, by_status("resumed")),
    Form("deregister", "注销", "deregistration", "organizations:sanction", Fact, by_status("deregistered")),
    Form("revoke", "撤销登记", "revocation", "organizations:sanction", Fact, by_status("revoked")),
    Form("dissolve", "解散", "dissolution", "organizations:file", Fact, by_status("dissolved")),
    Form("merge", "合并重复记录", "merger", "organizations:merge", MergeBody, always),
)  # fmt: skip
"""What a page offers, in this order."""


@router.post("", response_model=OrganizationOut, status_code=201)
async def enter(body: EnterBody, call: Annotated[Call, requires("organizations:discover")]) -> Response:
    """Put a candidate (in-house project) or a discovered organisation on the record."""
    arguments = body.arguments()
    arguments["status_on_record"] = arguments.pop("status")
    return await call.execute(commands.enter, answer=OrganizationOut.of, status=201, **arguments)


@router.post("/filings", response_model=OrganizationOut, status_code=201)
async def file_new(body: FileNewBody, call: Annotated[Call, requires("organizations:file")]) -> Response:
    """Put a newly filed organisation on the record."""
    id = uuid7()
    return await call.execute(
        commands.enter, answer=OrganizationOut.of, status=201, location=f"{router.prefix}/{id}", id=id,
        **{"status_on_record": LegalStatus.FILED, **body.arguments()},
    )  # fmt: skip


@router.post("/registrations", response_model=OrganizationOut, status_code=201)
async def register_new(
    body: RegisterNewBody, call: Annotated[Call, requires("organizations:register")]
) -> Response:
    """Put a newly registered organisation on the record."""
    id = uuid7()
    return await call.execute(
        commands.register_new, answer=OrganizationOut.of, status=201, location=f"{router.prefix}/{id}", id=id,
        **body.arguments(),
    )  # fmt: skip


@router.get("", response_model=Page[OrganizationOut])
async def search(
    call: Annotated[Call, requires("organizations:read")],
    page: Annotated[PageRequest, Depends()],
    wanted: Annotated[Filter, Query()],
) -> Page[OrganizationOut]:
    """Search the register."""
    return await call.read(queries.search, wanted=wanted, page=page)


@router.get("/similar", response_model=list[Similar])
async def similar(
    call: Annotated[Call, requires("organizations:read")],
    name: Annotated[str, Query(min_length=1, max_length=200)],
    division: Annotated[Division, Query()],
) -> list[Similar]:
    """What in the same street is called nearly so."""
    return await call.read(queries.similar, name=name, division=division)


@lists.get("")
async def categories(
    call: Annotated[Call, requires("organizations:read")],
) -> dict[str, Any]:
    """The region's categories with their departments, its admission criteria, and names of codes by field."""
    return await call.read(queries.routing)


@router.get("/forms")
async def openings(call: Annotated[Call, requires("organizations:read")]) -> dict[str, Any]:
    """The forms by which the caller puts an organisation on the record, in words."""
    return await call.read(forms.openings, forms=FORMS)


@router.get("/{id}", response_model=OrganizationOut)
async def one(id: UUID, call: Annotated[Call, requires("organizations:read")]) -> OrganizationOut:
    """One organisation; a merged one says into which."""
    return await call.read(queries.one, id=id)


@router.get("/{id}/forms")
async def possible(id: UUID, call: Annotated[Call, requires("organizations:read")]) -> dict[str, Any]:
    """What the caller can do with it now, in words, each with its form."""
    return await call.read(forms.possible, id=id, forms=FORMS)


@router.get("/{id}/history", response_model=list[HistoryEntry])
async def history(id: UUID, call: Annotated[Call, requires("organizations:read")]) -> list[HistoryEntry]:
    """Its facts in order, with what each changed."""
    return await call.read(queries.history, id=id)


@router.patch("/{id}", response_model=OrganizationOut)
async def change(
    id: UUID, body: ChangeBody, call: Annotated[Call, requires("organizations:change")]
) -> Response:
    """Change attributes."""
    return await call.execute(commands.change_details, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/relocation", response_model=OrganizationOut)
async def relocate(
    id: UUID, body: RelocateBody, call: Annotated[Call, requires("organizations:change")]
) -> Response:
    """It moved to another division of this stack (迁址)."""
    return await call.execute(commands.relocate, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/correction", response_model=OrganizationOut)
async def correct(
    id: UUID, body: CorrectBody, call: Annotated[Call, requires("organizations:change")]
) -> Response:
    """Put right what it was entered with, and the figures of the past with it (更正)."""
    return await call.execute(
        commands.correct, id=id, answer=OrganizationOut.of, **body.model_dump(exclude_unset=True)
    )


@router.post("/{id}/filing", response_model=OrganizationOut)
async def file(id: UUID, body: FileBody, call: Annotated[Call, requires("organizations:file")]) -> Response:
    """File a candidate or discovered organisation (备案)."""
    return await call.execute(commands.file, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/registration", response_model=OrganizationOut)
async def register(
    id: UUID, body: RegisterBody, call: Annotated[Call, requires("organizations:register")]
) -> Response:
    """The authority registered it (登记)."""
    return await call.execute(commands.register, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/hub-link", response_model=OrganizationOut)
async def link(id: UUID, body: LinkBody, call: Annotated[Call, requires("organizations:link")]) -> Response:
    """Link it, file it with the hub, take it in the field or directly."""
    return await call.execute(commands.link, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/decoupling", response_model=OrganizationOut)
async def decouple(
    id: UUID, body: DecoupleBody, call: Annotated[Call, requires("organizations:link")]
) -> Response:
    """A step of decoupling from the administrative department (脱钩)."""
    return await call.execute(commands.decouple, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/supervision", response_model=OrganizationOut)
async def change_supervision(
    id: UUID, body: SupervisionBody, call: Annotated[Call, requires("organizations:change")]
) -> Response:
    """Another professional supervisory unit (业务主管单位)."""
    return await call.execute(
        commands.change_supervision, id=id, answer=OrganizationOut.of, **body.arguments()
    )


@router.post("/{id}/hub-standing", response_model=OrganizationOut)
async def judge(
    id: UUID, body: StandingBody, call: Annotated[Call, requires("organizations:judge")]
) -> Response:
    """The hub's own judgement; it lists nobody (that is the authority's)."""
    return await call.execute(commands.judge, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/suspension", response_model=OrganizationOut)
async def suspend(
    id: UUID, body: SuspendBody, call: Annotated[Call, requires("organizations:sanction")]
) -> Response:
    """The authority ordered it to stop its activities."""
    return await call.execute(commands.suspend, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/resumption", response_model=OrganizationOut)
async def resume(id: UUID, body: Fact, call: Annotated[Call, requires("organizations:sanction")]) -> Response:
    """The suspension is over."""
    return await call.execute(commands.resume, id=id, answer=OrganizationOut.of, **body.arguments())


@router.post("/{id}/deregistration", response_model=OrganizationOut)
async def deregister(
    id: UUID, body: Fact, call: Annotated[Call, requires("organizations:sanction")]
) -> Response:
    """It was deregistered (注销)."""
    return await call.execute(
        commands.end, id=id, fact="deregistered", answer=OrganizationOut.of, **body.arguments()
    )


@router.post("/{id}/revocation", response_model=OrganizationOut)
async def revoke(id: UUID, body: Fact, call: Annotated[Call, requires("organizations:sanction")]) -> Response:
    """Its registration was revoked (撤销)."""
    return await call.execute(
        commands.end, id=id, fact="revoked", answer=OrganizationOut.of, **body.arguments()
    )


@router.post("/{id}/dissolution", response_model=OrganizationOut)
async def dissolve(id: UUID, body: Fact, call: Annotated[Call, requires("organizations:file")]) -> Response:
    """An unregistered organisation dissolved."""
    return await call.execute(
        commands.end, id=id, fact="dissolved", answer=OrganizationOut.of, **body.arguments()
    )


@router.post("/{id}/merger", response_model=OrganizationOut)
async def merge(
    id: UUID, body: MergeBody, call: Annotated[Call, requires("organizations:merge")]
) -> Response:
    """This record is a duplicate of another: it ends, the other takes over what it lacked."""
    return await call.execute(commands.merge, id=id, answer=OrganizationOut.of, **body.arguments())
