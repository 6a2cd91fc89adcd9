"""Givers and children in difficulty: paired with a guardian's consent, sealed apart, ended."""

from datetime import date

import pytest
from shuniu_contracts import Basis

from chassis.model import StepNotPossible
from services.registry.care.looks.model import PurposeNotYours
from services.registry.care.pairings import commands as pairings
from services.registry.care.pairings.model import (
    AlreadyPaired,
    GiverHasEnough,
    PairingBeforeConsent,
    SamePerson,
)
from tests.registry.care.world import COLLEAGUE, WORKER, paired
from tests.registry.conftest import Register

pytestmark = pytest.mark.integration


async def test_a_giver_and_a_child_are_paired_and_the_pairing_ends(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    row = await paired(register, "p-child", "p-giver")
    seen = await register.do(pairings.look_into, id=row.id, purpose="care", principal=WORKER)
    assert seen == {"child_id": "p-child", "giver_id": "p-giver"}
    with pytest.raises(PurposeNotYours):
        await register.do(pairings.look_into, id=row.id, purpose="care", principal=COLLEAGUE)
    row = await register.do(pairings.end, id=row.id, reason="grown_up")
    assert (row.state, row.ended_on, row.end_reason) == ("ended", date(2026, 11, 5), "grown_up")
    with pytest.raises(StepNotPossible):
        await register.do(pairings.end, id=row.id, reason="grown_up")
    await register.begin(date(2029, 11, 6))
    assert await register.fire_timers() == 1
    assert await register.rows("select from person_key") == []


async def test_what_cannot_be_paired(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    with pytest.raises(SamePerson):
        await paired(register, "p-one", "p-one")
    with pytest.raises(PairingBeforeConsent):
        await paired(register, "p-child", "p-giver", guardian_consented_on=date(2026, 11, 6))
    await paired(register, "p-child", "p-giver")
    with pytest.raises(AlreadyPaired):
        await paired(register, "p-child", "p-giver")
    await paired(register, "p-child", "p-giver-2")  # a child may have several
    await paired(register, "p-child-2", "p-giver")
    third = await paired(register, "p-child-3", "p-giver")
    with pytest.raises(GiverHasEnough, match="3"):
        await paired(register, "p-child-4", "p-giver")
    await register.do(pairings.end, id=third.id, reason="moved_away")
    await paired(register, "p-child-4", "p-giver")


async def test_a_pairing_of_the_past_is_entered_with_its_day(register: Register) -> None:
    row = await paired(
        register, "p-child", "p-giver", guardian_consented_on=date(2014, 5, 1),
        effective_on=date(2014, 6, 1), basis=Basis.HISTORICAL,
    )  # fmt: skip
    assert row.paired_on == date(2014, 6, 1)
