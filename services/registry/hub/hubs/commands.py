"""The use cases of hubs: recognise, change, check for the six haves, withdraw; the next check's day."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Division, PersonId
from chassis.matters import Clock, Kind, words
from chassis.matters.history import plain
from chassis.model import refuse_all
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, DocumentNumber, OrganizationId, Text, Words
from services.registry.hub.hubs.model import (
    SIX_HAVES_ZH,
    TRANSITIONS,
    HubNotRegistered,
    HubPhase,
    check_answers,
    check_grounds,
    check_structure,
)
from services.registry.hub.hubs.tables import HubRow
from services.registry.hub.versions.commands import check_fields
from services.registry.operations.cadences import commands as cadences
from services.registry.organizations.concerning import belong
from services.registry.organizations.model import LegalStatus
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

FORMS_ZH: Mapping[str, str] = {
    contract.HubForm.MASS_ORGANIZATION: "群团组织",
    contract.HubForm.FEDERATION: "社会组织联合会",
    contract.HubForm.HEADQUARTERS: "枢纽总部",
    contract.HubForm.PUBLIC_INSTITUTION: "事业单位",
    contract.HubForm.OTHER: "其他",
}
RECOGNITIONS_ZH: Mapping[str, str] = {
    contract.Recognition.LEGAL_REGISTRATION: "合法登记",
    contract.Recognition.GOVERNMENT: "政府部门认定",
}
DUTIES_ZH: Mapping[str, str] = {
    contract.HubDuty.INCUBATION: "孵化培育",
    contract.HubDuty.COORDINATION: "协调指导",
    contract.HubDuty.SELF_GOVERNANCE: "自治自律",
    contract.HubDuty.SHARED_SERVICES: "集约服务",
    contract.HubDuty.PARTY_AND_LEAGUE: "党团建设",
}
ROLES_ZH: Mapping[str, str] = {
    contract.GroupRole.HEAD: "组长",
    contract.GroupRole.DEPUTY: "副组长",
    contract.GroupRole.MEMBER: "成员",
    contract.GroupRole.OFFICE: "办公室主任",
}


REGISTERED = frozenset({LegalStatus.REGISTERED.value, LegalStatus.SUSPENDED.value})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Department(_Part):
    """A section of the hub."""

    code: Code = Field(title="部门")
    duties: Codes = Field([], title="工作职责")
    person: PersonId | None = Field(None, title="责任人")


class Route(_Part):
    """Which section deals with a category."""

    category: Code = Field(title="类别")
    department: Code = Field(title="承办部门")


class Post(_Part):
    """A member of the lead group by post."""

    role: contract.GroupRole = Field(title="组内职务", json_schema_extra=words(ROLES_ZH))
    post: Code = Field(title="本职岗位")
    division: Division | None = Field(None, title="所在区划")
    person: PersonId | None = Field(None, title="现任人员")


class Answer(_Part):
    """Whether one of the six is there, and by what evidence."""

    have: contract.SixHave = Field(title="项目", json_schema_extra=words(SIX_HAVES_ZH))
    met: bool = Field(title="是否具备")
    evidence: Words | None = Field(None, title="依据材料")


Departments = Annotated[list[Department], Field(max_length=50)]
Routes = Annotated[list[Route], Field(max_length=100)]
Posts = Annotated[list[Post], Field(max_length=100)]
Plates = Annotated[list[Text], Field(max_length=10)]
Duties = Annotated[list[contract.HubDuty], Field(max_length=5)]
_DUTIES = Field(title="职责", json_schema_extra=words(DUTIES_ZH))


def _next_check(policy: RegistryPolicy, row: HubRow) -> int | None:
    return policy.hub.six_haves_days


HUBS = Kind(
    HubRow, HubPhase, TRANSITIONS, initial=HubPhase.RECOGNISED,
    zh="枢纽型社会组织", en="hubs", path="hubs", unit="个", steps=MatterStepRow,
    states_zh={HubPhase.RECOGNISED: "已认定", HubPhase.WITHDRAWN: "已撤销认定"},
    clocks=(
        Clock(
            "self_check", {"recognised"}, contract.HubBecameOverdue, "became_overdue",
            rule="registry.hub.six_haves_days", days=_next_check, working=False,
            restarts={"six_haves_assessed"},
        ),
    ),
    unique=("division", "body"), filters=("body", "form", "recognition"),
)  # fmt: skip


@HUBS.opens(contract.HubRecognised, zh="认定", needs="recognise")
async def recognise(
    uow: UnitOfWork, row: HubRow, *,
    name: Annotated[Text, Field(title="名称")],
    body: Annotated[Code, Field(title="单位代码")],
    form: Annotated[contract.HubForm, Field(title="单位性质", json_schema_extra=words(FORMS_ZH))],
    recognition: Annotated[
        contract.Recognition, Field(title="认定依据", json_schema_extra=words(RECOGNITIONS_ZH))
    ],
    recognised_by: Annotated[Code | None, Field(title="认定部门")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="认定文号")] = None,
    organization_id: Annotated[OrganizationId | None, Field(title="登记的社会组织")] = None,
    name_plates: Annotated[Plates, Field(title="其他牌子")] = [],  # noqa: B006, read only
    fields: Annotated[Codes, Field(title="联系领域")] = [],  # noqa: B006, read only
    departments: Annotated[Departments, Field(title="部门")] = [],  # noqa: B006, read only
    routes: Annotated[Routes, Field(title="类别分工")] = [],  # noqa: B006, read only
    lead_group: Annotated[Posts, Field(title="领导小组")] = [],  # noqa: B006, read only
    duties: Annotated[Duties, _DUTIES] = [],  # noqa: B006, read only
    post_requirements: Annotated[Words | None, Field(title="岗位要求")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Recognise a hub by its registration or by a department's act; its meetings and trainings begin (L01).

    Several names of one staff (两套牌子一套人马) are name-plates of one hub, not hubs of their own (J01).
    """
    check_grounds(row.recognition, organization_id, recognised_by)
    _settle(uow, row)
    if organization_id is not None:
        await _of_registered(uow, row, organization_id)
    if row.basis == Basis.LIVE.value:
        await cadences.open_all(uow, division=row.division, body=body)


@HUBS.step(contract.HubChanged, zh="变更", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: HubRow, *,
    name: Annotated[Text | None, Field(title="名称")] = None,
    document_number: Annotated[DocumentNumber | None, Field(title="认定文号")] = None,
    name_plates: Annotated[Plates | None, Field(title="其他牌子")] = None,
    fields: Annotated[Codes | None, Field(title="联系领域")] = None,
    departments: Annotated[Departments | None, Field(title="部门")] = None,
    routes: Annotated[Routes | None, Field(title="类别分工")] = None,
    lead_group: Annotated[Posts | None, Field(title="领导小组")] = None,
    duties: Annotated[Duties | None, _DUTIES] = None,
    post_requirements: Annotated[Words | None, Field(title="岗位要求")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Other sections, another lead group, another plate; what is left out stays, a list is replaced whole."""
    _settle(uow, row)


@HUBS.step(
    contract.HubSixHavesAssessed, zh="“六有”自查", en="check the six haves", needs="write", path="self-check"
)
async def assess_six_haves(
    uow: UnitOfWork, row: HubRow, *,
    haves: Annotated[list[Answer], Field(title="逐项答复", max_length=6)],
) -> Mapping[str, Any]:  # fmt: skip
    """Answer each of the six, with the evidence for what is there (T01)."""
    refuse_all(check_answers([(one.have.value, one.met, one.evidence) for one in haves]))
    row.six_haves = [one.have.value for one in haves if one.met]
    row.six_haves_assessed_on = row.effective_on
    return {"lacking": [one.have.value for one in haves if not one.met]}


@HUBS.step(
    contract.HubWithdrawn, zh="撤销认定", en="withdraw recognition", needs="recognise", path="withdrawal"
)
async def withdraw(uow: UnitOfWork, row: HubRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """The recognition ends, and with it what the body has to hold regularly."""
    await cadences.end_all(uow, division=row.division, body=row.body, on=row.effective_on, reason=reason)


reassign = HUBS.reassigns(needs="write")


def _settle(uow: UnitOfWork, row: HubRow) -> None:
    """The hub's parts as they are kept, once they agree with each other."""
    check_fields(uow, row.fields)
    row.departments, row.routes, row.lead_group = map(plain, (row.departments, row.routes, row.lead_group))
    refuse_all(
        check_structure(
            [one["code"] for one in row.departments],
            [(one["category"], one["department"]) for one in row.routes],
            {category.code for category in uow.policy(RegistryPolicy).categories},
            [one["role"] for one in row.lead_group],
        )
    )


async def _of_registered(uow: UnitOfWork, row: HubRow, organization_id: UUID) -> None:
    await belong(uow, row, organization_id)
    organization = await uow.session.get_one(OrganizationRow, row.organization_id)
    if organization.legal_status not in REGISTERED:
        raise HubNotRegistered(at="/organization_id", status=organization.legal_status)
