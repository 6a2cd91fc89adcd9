"""Givers and children in difficulty: paired with a guardian's consent, sealed apart, ended."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shuniu_contracts import Basis

from chassis.model import StepNotPossible
from chassis.unit_of_work import UnitOfWork
from chassis.vault import PersonErased
from services.registry.care.looks.model import PurposeNotYours, PurposeWithoutGround
from services.registry.care.pairings import commands as pairings
from services.registry.care.pairings.model import (
    TRANSITIONS,
    AlreadyPaired,
    GiverHasEnough,
    PairingBeforeConsent,
    PairingPhase,
    SamePerson,
)
from services.registry.care.pairings.tables import CarePairingRow
from services.registry.policy import RegistryPolicy
from tests.registry.care.world import COLLEAGUE, STREET, SUPERVISOR, WORKER, asked, paired
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration


async def test_a_giver_and_a_child_are_paired_and_the_pairing_ends(register: Register) -> None:
    await register.begin(date(2026, 11, 5))
    row = await paired(register, "p-child", "p-giver")
    seen = await register.do(pairings.look_into, id=row.id, purpose="care", principal=WORKER)
    assert seen == {"child_id": "p-child", "giver_id": "p-giver"}
    with pytest.raises(PurposeNotYours):
        await register.do(pairings.look_into, id=row.id, purpose="care", principal=COLLEAGUE)
    with pytest.raises(PurposeWithoutGround):
        await register.do(pairings.look_into, id=row.id, purpose="hand_over", principal=WORKER)
    await asked(register, "p-giver")
    own = await register.do(pairings.look_into, id=row.id, purpose="own_request", principal=COLLEAGUE)
    assert own == {"child_id": None, "giver_id": "p-giver"}, "who asks is told of herself"
    row = await register.do(pairings.end, id=row.id, reason="grown_up")
    assert (row.state, row.ended_on, row.end_reason) == ("ended", date(2026, 11, 5), "grown_up")
    with pytest.raises(StepNotPossible):
        await register.do(pairings.end, id=row.id, reason="grown_up")
    await register.begin(date(2029, 11, 6))
    assert await register.fire_timers() == 2, "the pairing's, and that of the request"
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


async def erase(uow: UnitOfWork, *, id: UUID) -> None:
    """As the erasure of a person erases each of her pairings."""
    await pairings.erase(uow, await uow.load(CarePairingRow, id))


async def gone(register: Register, id: UUID, *acts: str) -> set[tuple[PairingPhase, str]]:
    """What was done of `ended`, `erased`, and `kept`, long enough for an ended one to be erased by itself;
    the table says whether it can be, and who the two are is known until they are erased."""
    state, day = PairingPhase.PAIRED, date(2026, 11, 5)
    taken: set[tuple[PairingPhase, str]] = set()
    for act in acts:
        [before] = await register.rows("select * from care_pairing where id = $1", id)
        fact = act
        try:
            if act == "ended":
                await register.do(pairings.end, id=id, reason="grown_up")
            elif act == "erased":
                await register.do(erase, id=id)
            else:
                day += timedelta(days=RegistryPolicy().care.retention_days + 1)
                await register.begin(day)
                fired = await register.fire_timers()
                assert fired == (state is PairingPhase.ENDED)
                fact = "erased" if fired else ""
        except StepNotPossible:
            assert fact not in TRANSITIONS[state]
            fact = ""
        [after] = await register.rows("select * from care_pairing where id = $1", id)
        if not fact:
            assert after == before
            continue
        taken.add((state, fact))
        state = TRANSITIONS[state][fact]
        assert (after["state"], after["revision"]) == (state.value, before["revision"] + 1)
        assert (after["ended_on"] is None) == (state is PairingPhase.PAIRED)
        look: dict[str, Any] = {"id": id, "purpose": "supervision", "principal": SUPERVISOR}
        if state is PairingPhase.ERASED:
            with pytest.raises(PersonErased):
                await register.do(pairings.look_into, **look)
            assert await register.rows("select from person_key") == []
        else:
            seen = await register.do(pairings.look_into, **look)
            assert seen == {"child_id": "p-child", "giver_id": "p-giver"}
    assert await register.rows("select from event_log") == []
    return taken


async def walked(register: Register, *acts: str) -> set[tuple[PairingPhase, str]]:
    """The same for a new pairing, which is the only one there is."""
    for table in ("care_pairing", "person_key", "timer"):
        await register.rows(f"delete from {table}")
    await register.begin(date(2026, 11, 5))
    return await gone(register, (await paired(register, "p-child", "p-giver")).id, *acts)


async def test_a_pairing_goes_every_way_of_its_table(register: Register) -> None:
    taken = await walked(register, "ended", "kept") | await walked(register, "erased")
    assert taken == {(state, fact) for state, facts in TRANSITIONS.items() for fact in facts}


@settings(
    max_examples=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=st.lists(st.sampled_from(["ended", "erased", "kept"]), min_size=2, max_size=5))
async def test_a_pairing_never_leaves_its_table(register: Register, acts: list[str]) -> None:
    await walked(register, *acts)


async def test_what_can_be_done_with_a_pairing_is_told_with_its_form(register: Register, api: Api) -> None:
    row = await paired(register, "p-child", "p-giver")
    where = f"/v1/care-pairings/{row.id}/forms"
    worker = api.as_("care_officer", STREET, account=WORKER.actor_id)
    told = await worker.get(where)
    assert [*told["steps"]] == ["looked", "ended"]
    offered = dict(told["steps"]["looked"]["form"]["properties"]["purpose"]["x-zh"])
    assert offered == {"care": "帮扶服务", "own_request": "本人查询"}, "pairings are not handed over"
    assert "p-child" not in str(told)
    for purpose in offered:
        expect = 403 if purpose == "own_request" else 200
        await worker.post(f"/v1/care-pairings/{row.id}/looks", expect, purpose=purpose)
    colleague = api.as_("care_officer", STREET, account=COLLEAGUE.actor_id)
    again = await colleague.get(where)
    assert [code for code, _ in again["steps"]["looked"]["form"]["properties"]["purpose"]["x-zh"]] == [
        "own_request"
    ]
    assert "looked" not in (await api.get(where))["steps"], "no operator looks"
    assert [*(await worker.get("/v1/care-pairings/forms"))["steps"]] == ["paired"]
    await worker.post(
        f"/v1/care-pairings/{row.id}/ending", reason="grown_up", effective_on=str(row.paired_on)
    )
    assert [*(await worker.get(where))["steps"]] == ["looked"]
    await api.as_("hub_officer").get(where, 403)
