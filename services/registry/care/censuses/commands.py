"""The use cases of censuses: take one, withdraw it."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from shuniu_contracts import registry_care as contract

from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.care.censuses import queries
from services.registry.care.censuses.model import TRANSITIONS, CareCensusPhase, NotTheWhole, month_end
from services.registry.care.censuses.tables import CareCensusRow
from services.registry.fields import Code
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

CARE_CENSUSES = Kind(
    CareCensusRow, CareCensusPhase, TRANSITIONS, initial=CareCensusPhase.COUNTED,
    zh="困难群体帮扶统计", en="censuses of people in care", path="care-censuses", unit="份",
    steps=MatterStepRow,
    states_zh={CareCensusPhase.COUNTED: "有效", CareCensusPhase.WITHDRAWN: "撤回"},
    unique=("division", "counted_on"), filters=("counted_on",),
)  # fmt: skip


@CARE_CENSUSES.opens(contract.CareCensusCounted, zh="统计", en="take a census", needs="write")
async def take(uow: UnitOfWork, row: CareCensusRow) -> None:
    """Count the people in care in the whole stack at the end of the last month, by need; small numbers stay
    hidden."""
    if row.division != uow.stack:
        raise NotTheWhole(at="/division", division=row.division, stack=uow.stack)
    policy = uow.policy(RegistryPolicy)
    row.counted_on, row.smallest = month_end(uow.today - timedelta(days=1)), policy.care.smallest
    found = await queries.persons(uow.connection, uow.stack, row.counted_on, policy)
    row.persons = found.total
    row.needs = [
        {"need": need, **({} if number is None else {"persons": number})}
        for need, number in found.cells.items()
    ]
    row.pairings = await queries.pairings(uow.connection, uow.stack, row.counted_on, policy)


@CARE_CENSUSES.step(contract.CareCensusWithdrawn, zh="撤回", needs="write", path="withdrawal")
async def withdraw(
    uow: UnitOfWork, row: CareCensusRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """The census was wrong; another of the same month may be taken."""
