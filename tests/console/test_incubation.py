"""What the read model knows of incubation: bases, their intakes in numbers, the deadlines of stays."""

from datetime import date, timedelta
from typing import Any

import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_incubation as contract

from services.console.matters import incubation
from services.console.matters.incubation import Intake, Stays
from tests.console.conftest import OTHER_STREET, STREET, TODAY, Subject, World

pytestmark = pytest.mark.integration
COMMON: dict[str, Any] = {"effective_on": TODAY, "basis": Basis.LIVE, "opened_on": TODAY}


async def base(world: World, name: str = "孵化园", **fields: Any) -> Subject:
    """A base with its places."""
    state = contract.BaseState(
        **COMMON, **{"division": STREET, "state": contract.BasePhase.OPEN, "name": name, "capacity": 5,
                     "level": contract.BaseLevel.STREET, **fields},
    )  # fmt: skip
    subject = Subject("registry", state)
    await world.hear(world.tell(subject, contract.BaseOpened))
    return subject


async def intake(world: World, base: Subject, number: int, due_on: date | None = None) -> Subject:
    """An intake of the base."""
    state = contract.IntakeState(
        **COMMON, division=STREET, state=contract.IntakePhase.CALLED, base=Ref(str(base.id), 1),
        number=number, title=f"第{number}批", places=3, due_on=due_on,
    )  # fmt: skip
    subject = Subject("registry", state)
    await world.hear(world.tell(subject, contract.IntakeCalled))
    return subject


async def stay(
    world: World, base: Subject, phase: contract.StayPhase, intake: Subject | None = None, **fields: Any
) -> None:
    """A stay as it stands now."""
    [organization] = await world.register(fields.pop("name", f"{phase.value}社"))
    state = contract.StayState(
        **COMMON, **{"division": STREET, **fields}, state=phase, organization=Ref(str(organization.id), 1),
        base=Ref(str(base.id), 1), intake=None if intake is None else Ref(str(intake.id), 1),
    )  # fmt: skip
    await world.hear(world.tell(Subject("registry", state), contract.StayApplied))


async def test_a_base_by_intake(world: World) -> None:
    phase = contract.StayPhase
    park = await base(world, focus=("elderly",), occupied=2)
    first, second = await intake(world, park, 1), await intake(world, park, 2, TODAY + timedelta(days=9))
    for state in (phase.GRADUATED, phase.STARTED, phase.RENEWED, phase.TERMINATED):
        await stay(world, park, state, first, screened_on=TODAY, name=f"{state.value}一")
    await stay(world, park, phase.REJECTED, first)
    await stay(world, park, phase.APPLIED, second)
    await stay(world, park, phase.AGREEMENT_SIGNED, screened_on=TODAY)
    async with world.runtime.database.transaction() as transaction:
        [found] = await incubation.bases(transaction.connection, ["120116%"])
        rows = await incubation.intakes(transaction.connection, ["120116%"], park.id)
    assert (found.name, found.capacity, found.occupied, found.focus) == ("孵化园", 5, 2, ("elderly",))
    assert found.stays == Stays(
        applied=7, screened=5, waiting=1, selected=1, inside=2, graduated=1, gone=1, rejected=1
    )
    assert rows[0].stays == Stays(applied=5, screened=4, inside=2, graduated=1, gone=1, rejected=1)
    assert rows[1] == Intake(
        second.id, "第2批", "called", 3, TODAY + timedelta(days=9), Stays(applied=1, waiting=1)
    )
    assert (rows[2].id, rows[2].stays) == (None, Stays(applied=1, screened=1, selected=1))


async def test_one_sees_bases_and_stays_of_ones_own_divisions_only(world: World) -> None:
    park = await base(world)
    await base(world, "邻街园", division=OTHER_STREET)
    await stay(world, park, contract.StayPhase.APPLIED)
    await stay(world, park, contract.StayPhase.STARTED, division=OTHER_STREET)
    async with world.runtime.database.transaction() as transaction:
        [own] = await incubation.bases(transaction.connection, [f"{STREET}%"])
        both = await incubation.bases(transaction.connection, ["120116%"])
    assert (own.name, own.stays.applied) == ("孵化园", 1)
    assert {one.name: one.stays.applied for one in both} == {"孵化园": 2, "邻街园": 0}


async def test_deadlines_of_a_base_the_earliest_first(world: World) -> None:
    park = await base(world)
    for name, days in (("远社", 40), ("近社", 2)):
        await stay(world, park, contract.StayPhase.STARTED, name=name, due_on=TODAY + timedelta(days=days))
    await stay(world, park, contract.StayPhase.APPLIED)
    await stay(world, await base(world, "别处"), contract.StayPhase.STARTED, due_on=TODAY, name="他社")
    async with world.runtime.database.transaction() as transaction:
        found = await incubation.dues(transaction.connection, ["120116%"], park.id, 10)
        [nearest] = await incubation.dues(transaction.connection, ["120116%"], park.id, 1)
    assert [one.organization for one in found] == ["近社", "远社"]
    assert (nearest.organization, nearest.phase) == ("近社", "started")
