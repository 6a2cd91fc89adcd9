"""The use cases of guidance towards registration: open, give, conclude."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_records as contract
from sqlmodel import select

from chassis.matters import Kind, words
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.fields import Code, OrganizationId, Record, Text, Words
from services.registry.organizations.concerning import name
from services.registry.records.guidance.model import (
    OUTCOMES_ZH,
    TRANSITIONS,
    GuidancePhase,
    NeverGuided,
    Outcome,
)
from services.registry.records.guidance.tables import RegistrationGuidanceRow
from services.registry.tables import MatterStepRow

GUIDANCE = Kind(
    RegistrationGuidanceRow, GuidancePhase, TRANSITIONS, initial=GuidancePhase.OPENED,
    zh="注册引导", en="registration guidance", path="registration-guidance", steps=MatterStepRow,
    states_zh={GuidancePhase.OPENED: "引导中", GuidancePhase.CONCLUDED: "结束"},
    filters=("organization_id", "application_id", "outcome"),
)  # fmt: skip


@GUIDANCE.opens(contract.RegistrationGuidanceOpened, zh="开始引导", en="begin guidance", needs="write")
async def open_(
    uow: UnitOfWork, row: RegistrationGuidanceRow, *,
    title: Annotated[Text, Field(title="拟登记名称")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Somebody wants to register, on the record already or not."""
    if organization_id is not None:
        await name(uow, row, organization_id)


@GUIDANCE.step(
    contract.RegistrationGuidanceGiven, zh="引导", en="record guidance", needs="write", path="sessions"
)
async def give(
    uow: UnitOfWork, row: RegistrationGuidanceRow, *,
    topic: Annotated[Code, Field(title="引导内容")],
    advice: Annotated[Words | None, Field(title="意见")] = None,
) -> None:  # fmt: skip
    """One session of the log."""
    row.sessions += 1
    row.topics = sorted({*row.topics, topic})


@GUIDANCE.step(contract.RegistrationGuidanceConcluded, zh="结束引导", needs="write", path="conclusion")
async def conclude(
    uow: UnitOfWork, row: RegistrationGuidanceRow, *,
    outcome: Annotated[Outcome, Field(title="结果", json_schema_extra=words(OUTCOMES_ZH))],
    application_id: Annotated[
        UUID | None, Record("registration_application"), Field(title="登记申请")
    ] = None,
) -> None:  # fmt: skip
    """What came of it, with the application where there is one."""
    if outcome is not Outcome.GIVEN_UP and not row.sessions:
        raise NeverGuided()
    if application_id is not None:
        found = select(RegistrationApplicationRow.sequence).where(
            RegistrationApplicationRow.id == application_id
        )
        sequence = (await uow.session.exec(found)).first()
        if sequence is None:
            raise NotFound.of(RegistrationApplicationRow, application_id, at="/application_id")
        row.application_sequence = sequence


reassign = GUIDANCE.reassigns(needs="write")
