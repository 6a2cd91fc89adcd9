"""What the read model knows of hubs: the bodies of every tier, and what each lacks of the six haves."""

from typing import Any

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract

from services.console.matters import hubs
from services.console.matters.hubs import Hub, Tier
from tests.console.conftest import OTHER_STREET, STREET, TODAY, Subject, World

pytestmark = pytest.mark.integration
ALL = tuple(contract.SixHave)
ZONE = "120116401"


async def recognise(world: World, name: str, division: str, **fields: Any) -> Subject:
    """A hub as its newest event has it."""
    state = contract.HubState(
        effective_on=TODAY, basis=Basis.LIVE, opened_on=TODAY, division=division, name=name, body="hub",
        **{"state": contract.HubPhase.RECOGNISED, "form": contract.HubForm.FEDERATION,
           "recognition": contract.Recognition.GOVERNMENT, **fields},
    )  # fmt: skip
    subject = Subject("registry", state)
    await world.hear(world.tell(subject, contract.HubRecognised))
    return subject


async def known(world: World, *patterns: str) -> list[Hub]:
    """The hubs of these divisions."""
    async with world.runtime.database.transaction() as transaction:
        return await hubs.hubs(transaction.connection, [f"{code}%" for code in patterns or ("120116",)])


async def test_a_hub_says_what_it_lacked_when_it_was_last_checked(world: World) -> None:
    await recognise(world, "全备会", STREET, six_haves=ALL, six_haves_assessed_on=TODAY)
    await recognise(world, "缺项会", STREET, six_haves=ALL[:4], six_haves_assessed_on=TODAY)
    await recognise(world, "未查会", STREET)
    found = {one.state["name"]: one for one in await known(world)}
    assert found["全备会"].lacking == ()
    assert found["缺项会"].lacking == ("service_system", "brands")
    assert (found["未查会"].lacking, found["未查会"].checked_on) == ((), None)


async def test_tiers_from_the_top_with_the_divisions_that_have_none(world: World) -> None:
    await recognise(world, "街道联合会", STREET, six_haves=ALL, six_haves_assessed_on=TODAY)
    await recognise(world, "街道妇联", STREET, six_haves=ALL[:1], six_haves_assessed_on=TODAY)
    await recognise(world, "新区妇联", "120116")
    await recognise(world, "功能区总部", ZONE)
    found = await known(world)
    assert [one.tier for one in found] == ["district", "street", "street", "zone"]
    district, zone, street = hubs.tiers(found, ["120116", STREET, OTHER_STREET, ZONE])
    assert district == Tier("district", 1, 1, complete=0, lacking=0, unchecked=1, without=())
    assert (zone.name, zone.places, zone.with_hub) == ("zone", 1, 1)
    assert street == Tier("street", 2, 2, complete=1, lacking=1, unchecked=0, without=(OTHER_STREET,))
    assert street.with_hub == 1


async def test_a_withdrawn_hub_and_one_elsewhere_are_none_of_them(world: World) -> None:
    await recognise(world, "撤销会", STREET, state=contract.HubPhase.WITHDRAWN, ended=True)
    await recognise(world, "邻街会", OTHER_STREET)
    assert await known(world, STREET) == []
    assert [one.state["name"] for one in await known(world)] == ["邻街会"]
