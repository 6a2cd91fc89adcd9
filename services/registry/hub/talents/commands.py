"""The use cases of the talent list: list, change, engage, take off."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day, PersonId
from chassis.matters import Kind, words
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes
from services.registry.hub.talents.model import TRANSITIONS, TalentAway, TalentPhase, check_skills
from services.registry.hub.talents.tables import TalentRow
from services.registry.hub.versions.commands import check_fields
from services.registry.tables import MatterStepRow

AVAILABILITY_ZH: Mapping[str, str] = {
    contract.Availability.AVAILABLE: "可聘用",
    contract.Availability.ENGAGED: "聘用中",
    contract.Availability.AWAY: "暂不可用",
}

TALENTS = Kind(
    TalentRow, TalentPhase, TRANSITIONS, initial=TalentPhase.LISTED,
    zh="人才库", en="talents", path="talents", unit="名", steps=MatterStepRow,
    states_zh={TalentPhase.LISTED: "在库", TalentPhase.DELISTED: "出库"},
    unique=("division", "person"), filters=("person", "availability"),
)  # fmt: skip


@TALENTS.opens(contract.TalentListed, zh="入库", en="add to the list", needs="write")
async def list_(
    uow: UnitOfWork, row: TalentRow, *,
    person: Annotated[PersonId, Field(title="人员")],
    skills: Annotated[Codes, Field(title="专长")],
    fields: Annotated[Codes, Field(title="熟悉领域")] = [],  # noqa: B006, read only
    available_from: Annotated[Day | None, Field(title="可用起始日期")] = None,
) -> None:  # fmt: skip
    """A project designer or another expert, with what they can do (S30)."""
    check_skills(row.skills)
    check_fields(uow, fields)


@TALENTS.step(contract.TalentChanged, zh="更新", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: TalentRow, *,
    skills: Annotated[Codes | None, Field(title="专长")] = None,
    fields: Annotated[Codes | None, Field(title="熟悉领域")] = None,
    availability: Annotated[
        contract.Availability | None, Field(title="可用状态", json_schema_extra=words(AVAILABILITY_ZH))
    ] = None,
    available_from: Annotated[Day | None, Field(title="可用起始日期")] = None,
) -> None:  # fmt: skip
    """Other skills, or available at another time; what is left out stays."""
    check_skills(row.skills)
    check_fields(uow, fields or ())


@TALENTS.step(contract.TalentEngaged, zh="聘用", needs="write", path="engagement")
async def engage(uow: UnitOfWork, row: TalentRow, *, purpose: Annotated[Code, Field(title="用途")]) -> None:
    """Asked to design a project, to teach, to advise."""
    if row.availability == contract.Availability.AWAY.value:
        raise TalentAway()
    row.availability = contract.Availability.ENGAGED.value
    row.engagements += 1


@TALENTS.step(contract.TalentDelisted, zh="出库", en="take off the list", needs="write", path="removal")
async def delist(uow: UnitOfWork, row: TalentRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """Taken off the list."""
