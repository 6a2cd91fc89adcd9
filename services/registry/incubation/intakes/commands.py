"""The use cases of intakes: call, extend, close; the last day closes one by itself."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_incubation as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, Record, Text
from services.registry.incubation.bases.concerning import of_base
from services.registry.incubation.intakes.model import TRANSITIONS, IntakeExtendedBackwards, IntakePhase
from services.registry.incubation.intakes.tables import IntakeRow
from services.registry.tables import MatterStepRow

INTAKES = Kind(
    IntakeRow, IntakePhase, TRANSITIONS, initial=IntakePhase.CALLED,
    zh="孵化批次", en="intakes", path="intakes", unit="批", steps=MatterStepRow,
    states_zh={IntakePhase.CALLED: "征集中", IntakePhase.CLOSED: "已截止"},
    clocks=(
        Clock(
            "window", {"called"}, contract.IntakeClosed, "closed", rule="intake.due_on",
            restarts={"extended"},
        ),
    ),
    place=of_base, unique=("base_id", "number"), filters=("base_id", "number"),
)  # fmt: skip


@INTAKES.opens(contract.IntakeCalled, zh="发起征集", en="call for applications", needs="write")
async def call(
    uow: UnitOfWork, row: IntakeRow, *,
    base_id: Annotated[UUID, Record("base"), Field(title="孵化基地")],
    number: Annotated[Count, Field(title="批次", ge=1)],
    places: Annotated[Count, Field(title="拟入驻数")],
    title: Annotated[Text | None, Field(title="批次名称")] = None,
    due_on: Annotated[Day | None, Field(title="征集截止日期")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Call for applications, until the last day where one is set."""
    row.title = title or f"第{number}批"


@INTAKES.step(contract.IntakeExtended, zh="延长征集", needs="write", path="extension")
async def extend(uow: UnitOfWork, row: IntakeRow, *, until: Annotated[Day, Field(title="延长至")]) -> None:
    """More time for applications."""
    if row.due_on is not None and until <= row.due_on:
        raise IntakeExtendedBackwards(at="/until", new=until, old=row.due_on)
    row.due_on = until


@INTAKES.step(contract.IntakeClosed, zh="截止", en="close the call", needs="write", path="closing")
async def close(uow: UnitOfWork, row: IntakeRow) -> None:
    """No further applications; those that came are decided."""


reassign = INTAKES.reassigns(needs="write")
