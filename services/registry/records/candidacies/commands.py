"""The use cases of candidacies: propose, join, survey, assess, defer, nominate, conclude, abandon."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import Qualifier
from shuniu_contracts import registry_records as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import QUALIFIERS_ZH, Code, Count, OrganizationId, Record, Text, Words
from services.registry.organizations import commands as organizations
from services.registry.organizations.concerning import refer
from services.registry.organizations.model import Basis, LegalForm, LegalStatus
from services.registry.organizations.tables import OrganizationRow
from services.registry.records.candidacies.model import (
    MODES_ZH,
    TRANSITIONS,
    CandidacyPhase,
    Check,
    Mode,
    NothingJoined,
    NotYetOrganization,
    check_projects,
    check_ripe,
)
from services.registry.records.candidacies.tables import CandidacyRow
from services.registry.tables import MatterStepRow


class Project(BaseModel):
    """An in-house project."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(title="项目名称")
    body: Code | None = Field(None, title="所属科室")
    since: Day | None = Field(None, title="开始日期")


Projects = Annotated[list[Project], Field(title="项目", max_length=50)]

CANDIDACIES = Kind(
    CandidacyRow, CandidacyPhase, TRANSITIONS, initial=CandidacyPhase.PROPOSED,
    zh="转化对象", en="candidacies", path="candidacies", unit="个", steps=MatterStepRow,
    states_zh={
        CandidacyPhase.PROPOSED: "已提出",
        CandidacyPhase.SURVEYED: "已调研",
        CandidacyPhase.ASSESSED: "已分析",
        CandidacyPhase.DEFERRED: "暂缓",
        CandidacyPhase.NOMINATED: "列为培育对象",
        CandidacyPhase.CONCLUDED: "已备案或登记",
        CandidacyPhase.ABANDONED: "终止",
    },
    clocks=(
        Clock(
            "review", {"deferred"}, contract.CandidacyBecameOverdue, "became_overdue",
            rule="candidacy.due_on",
        ),
    ),
    filters=("mode", "organization_id", "outcome"),
)  # fmt: skip


@CANDIDACIES.opens(contract.CandidacyProposed, zh="提出", needs="write")
async def propose(
    uow: UnitOfWork, row: CandidacyRow, *,
    title: Annotated[Text, Field(title="拟成立组织名称")],
    mode: Annotated[Mode, Field(title="发展模式", json_schema_extra=words(MODES_ZH))],
    projects: Projects = [],  # noqa: B006, read only
    organization_id: Annotated[OrganizationId | None, Field(title="草根组织")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """One project or several, a grass-roots organisation on the record, or peers put together (L03)."""
    check_projects(mode, projects, on_record=organization_id is not None)
    row.projects = _plain(projects)
    if organization_id is not None:
        await refer(uow, row, organization_id)


@CANDIDACIES.step(contract.CandidacyJoined, zh="整合", en="join with others", needs="write", path="joining")
async def join(
    uow: UnitOfWork, row: CandidacyRow, *,
    more: Projects = [],  # noqa: B006, read only
    other_id: Annotated[UUID | None, Record("candidacy"), Field(title="并入的转化对象")] = None,
) -> None:  # fmt: skip
    """Projects of the same kind, or another candidate with its own, go into this one (同类项目整合提升)."""
    if not more and other_id in (None, row.id):
        raise NothingJoined(at="/more")
    joined = _plain(more)
    if other_id is not None and other_id != row.id:
        other = await uow.load(CandidacyRow, other_id)
        joined += other.projects
        await abandon.on(uow, other, reason="joined")
    row.projects = [*row.projects, *(one for one in joined if one not in row.projects)]
    row.met, row.failed, row.assessed_on = [], [], None


@CANDIDACIES.step(contract.CandidacySurveyed, zh="调研", needs="write", path="survey")
async def survey(
    uow: UnitOfWork, row: CandidacyRow, *,
    findings: Annotated[Words, Field(title="基本情况")],
    served: Annotated[Count | None, Field(title="年服务人次")] = None,
    served_qualifier: Annotated[
        Qualifier | None, Field(title="约数", json_schema_extra=words(QUALIFIERS_ZH))
    ] = None,
) -> None:  # fmt: skip
    """What it does, for how many, since when (通过调研全面掌握其基本情况)."""


@CANDIDACIES.step(contract.CandidacyAssessed, zh="分析", needs="review", path="assessment")
async def assess(
    uow: UnitOfWork, row: CandidacyRow, *,
    scale: Annotated[bool, Field(title="有规模")],
    standard: Annotated[bool, Field(title="有标准")],
    effect: Annotated[bool, Field(title="有成效")],
    necessity: Annotated[bool, Field(title="必要性")],
    feasibility: Annotated[bool, Field(title="可行性")],
    grounds: Annotated[Words | None, Field(title="理由")] = None,
) -> None:  # fmt: skip
    """Scale, standard and effect; whether an organisation is needed, and can stand (L04)."""
    found = {
        Check.SCALE: scale, Check.STANDARD: standard, Check.EFFECT: effect, Check.NECESSITY: necessity,
        Check.FEASIBILITY: feasibility,
    }  # fmt: skip
    row.met = [check.value for check, holds in found.items() if holds]
    row.failed = [check.value for check, holds in found.items() if not holds]
    row.assessed_on = row.effective_on


@CANDIDACIES.step(contract.CandidacyDeferred, zh="暂缓", needs="review", path="deferral")
async def defer(
    uow: UnitOfWork, row: CandidacyRow, *,
    reason: Annotated[Code, Field(title="原因")],
    due_on: Annotated[Day | None, Field(title="复核日期")] = None,
) -> None:  # fmt: skip
    """Not yet; to be looked at again on a day."""


@CANDIDACIES.step(contract.CandidacyNominated, zh="列为培育对象", needs="review", path="nomination")
async def nominate(uow: UnitOfWork, row: CandidacyRow) -> None:
    """All five are met: it comes onto the register, and goes on there towards filing or registration."""
    check_ripe(row.failed)
    if row.organization_id is None:
        organization = await organizations.enter(
            uow, status_on_record=LegalStatus.CANDIDATE, division=row.division, legal_form=LegalForm.NONE,
            details={"name": row.title, "origin": "in_house_project", "development_mode": row.mode},
            effective_on=row.effective_on, basis=Basis(row.basis),
        )  # fmt: skip
    else:
        organization = await organizations.change_details(
            uow, id=row.organization_id, details={"development_mode": row.mode},
            effective_on=row.effective_on, basis=Basis(row.basis),
        )  # fmt: skip
    row.organization_id, row.organization_sequence = organization.id, organization.sequence


@CANDIDACIES.step(contract.CandidacyConcluded, zh="办结", needs="write", path="conclusion")
async def conclude(uow: UnitOfWork, row: CandidacyRow) -> None:
    """It is filed or registered by now; which of the two is read from the register."""
    organization = await uow.session.get_one(OrganizationRow, row.organization_id)
    if organization.legal_status not in (LegalStatus.FILED.value, LegalStatus.REGISTERED.value):
        raise NotYetOrganization(status=organization.legal_status)
    row.organization_sequence, row.outcome = organization.sequence, organization.legal_status


@CANDIDACIES.step(contract.CandidacyAbandoned, zh="终止", needs="review", path="abandonment")
async def abandon(
    uow: UnitOfWork, row: CandidacyRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It will be no organisation of its own."""


reassign = CANDIDACIES.reassigns(needs="write")


def _plain(projects: list[Project]) -> list[dict[str, object]]:
    return [one.model_dump(mode="json", exclude_none=True) for one in projects]
