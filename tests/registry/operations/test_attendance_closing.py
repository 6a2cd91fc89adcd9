"""When a list is closed or called off, and what it answers for at the same moment."""

import asyncio
from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances.model import ListClosed
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.trainings import commands as trainings
from services.registry.organizations.model import Basis
from tests.registry.conftest import OFFICER, Api, Register
from tests.registry.operations.test_attendance import invited, meeting, shown, training
from tests.registry.references import organization

pytestmark = pytest.mark.integration
OLD: dict[str, Any] = {"effective_on": date(2019, 3, 5), "basis": Basis.HISTORICAL}


async def states(register: Register, places: list[UUID]) -> list[str]:
    found = await register.rows("select id, state from attendance where id = any($1)", places)
    by_id = {row["id"]: row["state"] for row in found}
    return [by_id[place] for place in places]


async def test_the_list_of_a_training_is_closed_some_days_after_its_entry(register: Register) -> None:
    id = await training(register, effective_on=date(2026, 9, 1))
    places = await invited(register, 3, training_id=id)
    await register.do(trainings.hold, id=id, effective_on=date(2026, 9, 5))
    await register.do(attendances.record, id=places[0], presence="attended")
    await register.begin(date(2026, 12, 18))
    await register.fire_timers()
    await register.do(attendances.record, id=places[1], presence="absent")
    await register.begin(date(2026, 12, 19))
    assert await register.fire_timers() == 2, "the answer is counted, the list closed"
    [row] = await register.rows("select state, ended_on, invited, attended from training where id = $1", id)
    assert tuple(row) == ("concluded", date(2026, 9, 5), 3, 1)
    assert await states(register, places) == ["attended", "absent", "unrecorded"]
    with pytest.raises(ListClosed):
        await register.do(attendances.record, id=places[1], presence="attended")
    with pytest.raises(ListClosed):
        await register.do(attendances.withdraw, id=places[0], ground="mistake")
    with pytest.raises(ListClosed):
        await invited(register, 1, training_id=id)
    assert await register.rows("select from timer") == []


async def test_lists_of_before_are_closed_after_an_upgrade_those_of_other_stacks_by_them(
    register: Register,
) -> None:
    close = import_module("services.registry.migrations.versions.0016_lists_close").CLOSE
    id, elsewhere = await training(register, effective_on=date(2026, 9, 1)), uuid7()
    await register.do(trainings.hold, id=id, attended=3, effective_on=date(2026, 9, 5))
    await register.rows("delete from timer")
    await register.rows(
        "insert into training select"
        " (jsonb_populate_record(t, jsonb_build_object('id', $1::uuid, 'home', '12'))).* from training t",
        elsewhere,
    )
    await register.rows(close)
    await register.rows(close)
    assert await register.fire_timers() == 1
    states = dict(await register.rows("select id, state from training"))
    assert states == {id: "concluded", elsewhere: "held"}


async def test_a_training_is_concluded_by_hand_with_its_last_numbers(register: Register, api: Api) -> None:
    id = await training(register)
    places = await invited(register, 2, training_id=id)
    await register.do(trainings.hold, id=id, attended=2, women=2)
    await register.do(attendances.record, id=places[0], presence="absent")
    row = await register.do(trainings.conclude, id=id)
    assert (row.state, row.attended, row.women) == ("concluded", 1, None)
    await register.fire_timers()
    figures = (await api.get("/v1/figures"))["figures"]
    assert figures["trainings.year.attended"]["value"] == 1
    assert (await register.facts(id))[-1] == "concluded", "nothing is counted after that"
    assert await register.rows("select from timer") == []


async def test_the_list_of_a_training_of_history_waits_for_the_office(register: Register) -> None:
    id = await training(register, **OLD)
    about = [await organization(register) for _ in range(2)]
    one, two = [
        (await register.do(attendances.invite, training_id=id, organization_id=each, **OLD)).id
        for each in about
    ]
    await register.do(trainings.hold, id=id, **OLD)
    await register.fire_timers()
    assert await register.rows("select from timer") == []
    await register.do(attendances.record, id=one, presence="attended", **OLD)
    await register.do(trainings.conclude, id=id, effective_on=date(2019, 3, 8), basis=Basis.HISTORICAL)
    [closed] = [data["state"] for fact, data in await register.events(two) if fact == "closed"]
    assert (closed["basis"], closed["effective_on"]) == ("historical", "2019-03-08")


@pytest.mark.parametrize(("kind", "opened"), [(meetings, meeting), (trainings, training)])
@pytest.mark.parametrize("how", ["cancelled", "explained"])
async def test_what_is_not_held_asks_nobody(register: Register, kind: Any, opened: Any, how: str) -> None:
    id = await opened(register)
    to = {"meeting_id": id} if kind is meetings else {"training_id": id}
    places = await invited(register, 2, **to)
    await register.do(attendances.record, id=places[1], presence="excused", reason="sick")
    if how == "cancelled":
        await register.do(kind.cancel, id=id, reason="no_longer_needed")
    else:
        await register.do(kind.miss, id=id)
        await register.do(kind.explain, id=id, explanation_code="weather", explanation="台风")
    assert await states(register, places) == ["withdrawn", "excused"], "who had answered has answered"
    assert (await register.events(places[0]))[-1][1]["ground"] == "not_held"
    await register.fire_timers()
    assert (await register.facts(id))[-1] == how
    with pytest.raises(ListClosed):
        await register.do(attendances.record, id=places[0], presence="attended")


async def test_who_holds_waits_for_the_answer_in_hand_and_counts_it(register: Register) -> None:
    id = await meeting(register)
    [place] = await invited(register, 1, meeting_id=id)
    async with register.meanwhile(lambda: register.do(meetings.hold, id=id)) as uow:
        await attendances.record(uow, id=place, presence="attended")
    assert [data["state"]["attended"] for fact, data in await register.events(id) if fact == "held"] == [1]


async def test_minutes_wait_for_the_answer_in_hand_and_have_it(register: Register) -> None:
    id = await meeting(register)
    places = await invited(register, 2, meeting_id=id)
    await register.do(meetings.hold, id=id)
    minutes: dict[str, Any] = {"id": id, "minutes": "会议纪要"}
    async with register.meanwhile(lambda: register.do(meetings.minute, **minutes)) as uow:
        await attendances.record(uow, id=places[0], presence="attended")
    assert await shown(register, id) == (2, 1, 1)
    assert await states(register, places) == ["attended", "unrecorded"]


async def test_an_answer_that_waits_for_the_minutes_comes_too_late(register: Register) -> None:
    id = await meeting(register)
    [place] = await invited(register, 1, meeting_id=id)
    await register.do(attendances.record, id=place, presence="absent")
    await register.do(meetings.hold, id=id)

    async def late() -> None:
        with pytest.raises(ListClosed):
            await register.do(attendances.record, id=place, presence="attended")

    async with register.meanwhile(late) as uow:
        await meetings.minute(uow, id=id, minutes="会议纪要")
    assert await states(register, [place]) == ["absent"]


async def test_two_lists_invite_one_organisation_without_waiting_for_each_other(register: Register) -> None:
    one = await organization(register)
    first, second = await meeting(register), await meeting(register)
    async with register.runtime.unit_of_work(OFFICER) as uow:
        await attendances.invite(uow, meeting_id=first, organization_id=one)
        other = asyncio.ensure_future(register.do(attendances.invite, meeting_id=second, organization_id=one))
        await register.until_waiting(other)
        assert other.done(), "it waits for the list that is not finished"
    assert (await other).state == "invited"
