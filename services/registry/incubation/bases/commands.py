"""The use cases of bases: open, change, close; and giving and releasing their places."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Event, Ref
from shuniu_contracts import registry_incubation as contract
from sqlmodel import select

from chassis.matters import Kind
from chassis.unit_of_work import NotHome, UnitOfWork
from services.registry.fields import Code, Codes, Count, Text
from services.registry.incubation.bases.model import (
    TRANSITIONS,
    BaseOccupied,
    BasePhase,
    check_capacity,
    check_free,
    level_of,
)
from services.registry.incubation.bases.tables import BaseRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

BASES = Kind(
    BaseRow, BasePhase, TRANSITIONS, initial=BasePhase.OPEN,
    zh="孵化基地", en="incubation bases", path="bases", unit="个", steps=MatterStepRow,
    states_zh={BasePhase.OPEN: "运行中", BasePhase.CLOSED: "已停用"},
    unique=("division", "name"), filters=("level",),
)  # fmt: skip


@BASES.opens(contract.BaseOpened, zh="启用", needs="write")
async def open_(
    uow: UnitOfWork, row: BaseRow, *,
    name: Annotated[Text, Field(title="名称")],
    capacity: Annotated[Count, Field(title="席位数")],
    focus: Annotated[Codes | None, Field(title="培育侧重")] = None,
    departments: Annotated[Codes | None, Field(title="内设部门")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A base of this division; its level follows from that, its departments from the profile (L13)."""
    row.level = level_of(row.division).value
    if departments is None:
        row.departments = [one.code for one in uow.policy(RegistryPolicy).incubation.departments]


@BASES.step(contract.BaseChanged, zh="变更", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: BaseRow, *,
    name: Annotated[Text | None, Field(title="名称")] = None,
    capacity: Annotated[Count | None, Field(title="席位数")] = None,
    focus: Annotated[Codes | None, Field(title="培育侧重")] = None,
    departments: Annotated[Codes | None, Field(title="内设部门")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """What is given is otherwise from now on; never fewer places than are given."""
    check_capacity(row.capacity, row.occupied)


@BASES.step(contract.BaseClosed, zh="停用", needs="write", path="closing")
async def close(uow: UnitOfWork, row: BaseRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """It takes nobody any more; who is in it has left before."""
    if row.occupied:
        raise BaseOccupied(occupied=row.occupied)


reassign = BASES.reassigns(needs="write")


async def give_place(uow: UnitOfWork, id: UUID, stay: Ref) -> None:
    """Take a place of the base for a stay. Raises `BaseFull`, `NotHome`.

    The base is locked until the transaction ends, so that the last place is given once.
    """
    row = await _locked(uow, id)
    check_free(row.capacity, row.occupied)
    row.occupied += 1
    await _tell(uow, row, "place_given", contract.BasePlaceGiven, stay)


async def release_place(uow: UnitOfWork, id: UUID, stay: Ref) -> None:
    """The stay's place is free again. Raises `NotHome`."""
    row = await _locked(uow, id)
    row.occupied -= 1
    await _tell(uow, row, "place_released", contract.BasePlaceReleased, stay)


async def _locked(uow: UnitOfWork, id: UUID) -> BaseRow:
    """The base, for whoever may take the stay's step: an organisation leaves a base of another division."""
    statement = select(BaseRow).where(BaseRow.id == id).with_for_update()
    row = (await uow.session.exec(statement.execution_options(populate_existing=True))).one()
    if row.home != uow.stack:
        raise NotHome(division=row.division, home=row.home)
    return row


async def _tell(uow: UnitOfWork, row: BaseRow, fact: str, event: type[Event], stay: Ref) -> None:
    said: Mapping[str, Any] = {"stay": {"id": stay.id, "sequence": stay.sequence}}
    await BASES.remark(uow, row, fact, event, said)
