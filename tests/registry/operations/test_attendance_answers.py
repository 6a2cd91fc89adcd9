"""What those invited say beforehand: who means to come, who is excused, who has said nothing."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from chassis.model import StepNotPossible
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances.model import ListClosed, NotAhead
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.trainings import commands as trainings
from services.registry.organizations import commands as organizations
from tests.registry.conftest import Api, Register
from tests.registry.operations.test_attendance import invited, meeting, shown, training
from tests.registry.operations.test_attendance_closing import states
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def test_the_meeting_says_who_accepted_who_is_excused_and_who_said_nothing(
    register: Register, api: Api
) -> None:
    id = await meeting(register)
    gone, left, excused, silent = [await organization(register) for _ in range(4)]
    names = {
        row["id"]: row["name"] for row in await register.rows("select id, name from organization")
    }  # fmt: skip
    first, second, third, _ = [
        (await register.do(attendances.invite, meeting_id=id, organization_id=one)).id
        for one in (gone, left, excused, silent)
    ]
    staff = await register.do(attendances.invite, meeting_id=id, organization_id=left, post="staff")
    finance = await register.do(attendances.invite, meeting_id=id, body="finance")
    off = await register.do(attendances.invite, meeting_id=id, body="education")
    for one in (first, second, staff.id, finance.id):
        await register.do(attendances.accept, id=one)
    await register.do(attendances.record, id=third, presence="excused", reason="sick")
    await register.do(attendances.withdraw, id=off.id, ground="mistake")
    await register.do(organizations.merge, id=gone, into=left)
    path = f"/v1/meetings/{id}/answers"
    told = {one.pop("answer"): one for one in await api.get(path)}
    assert [*told] == ["accepted", "excused", "invited"]
    assert {answer: (one["places"], one["organizations"], one["body"]) for answer, one in told.items()} == {
        "accepted": (4, [names[left]], ["finance"]), "excused": (1, [names[excused]], []),
        "invited": (1, [names[silent]], []),
    }  # fmt: skip
    assert {(one["meeting_id"], one["training_id"]) for one in told.values()} == {(str(id), None)}
    listed = await api.get("/v1/attendances", meeting_id=str(id), state="accepted")
    assert len(listed["items"]) == told["accepted"]["places"]
    await api.get(f"/v1/meetings/{uuid4()}/answers", 404)
    elsewhere = api.as_("hub_officer", "120116001")
    assert (await elsewhere.get(path, 403))["code"] == "not_permitted"


async def test_who_accepted_has_not_come_until_the_list_says_so(register: Register, api: Api) -> None:
    id = await training(register)
    places = await invited(register, 3, training_id=id)
    for place in places:
        await register.do(attendances.accept, id=place)
    await register.do(trainings.hold, id=id, attended=2)
    assert await shown(register, id, "training") == (3, 2, None)
    await register.do(attendances.record, id=places[0], presence="absent")
    await register.do(attendances.record, id=places[1], presence="attended")
    assert await shown(register, id, "training") == (3, 2, 1), "one who accepted may have come"
    [answers] = [one for one in await api.get(f"/v1/trainings/{id}/answers") if one["answer"] == "accepted"]
    assert answers["places"] == 1
    await register.do(trainings.conclude, id=id)
    assert await states(register, places) == ["absent", "attended", "unrecorded"]


async def test_nobody_accepts_what_is_over(register: Register, api: Api) -> None:
    id = await meeting(register)
    places = await invited(register, 2, meeting_id=id)
    await register.do(attendances.record, id=places[0], presence="excused", reason="sick")
    ways = {str(place): await possible(api, place) for place in places}
    assert all("accepted" in facts for facts in ways.values())
    await register.do(meetings.hold, id=id)
    for place in places:
        with pytest.raises(NotAhead):
            await register.do(attendances.accept, id=place)
        ways[str(place)].remove("accepted")
        assert await possible(api, place) == ways[str(place)], "what would be refused is not offered"
    assert await states(register, places) == ["excused", "invited"]
    await register.do(meetings.minute, id=id, minutes="会议纪要")
    for place in places:
        assert await possible(api, place) == []
        with pytest.raises((ListClosed, StepNotPossible)):  # it was closed, or ended with the list
            await register.do(attendances.record, id=place, presence="attended")


async def possible(api: Api, place: UUID) -> list[str]:
    """What is told that can be done with a place on the list."""
    [found] = (await api.get("/v1/matters/possible", record=f"attendance:{place}")).values()
    return list(found)


async def test_what_is_called_off_expects_nobody_any_more(register: Register) -> None:
    id = await meeting(register)
    [place] = await invited(register, 1, meeting_id=id)
    await register.do(meetings.schedule, id=id, scheduled_on=date(2026, 11, 30))
    await register.do(attendances.accept, id=place)
    await register.do(meetings.cancel, id=id, reason="no_longer_needed")
    assert await states(register, [place]) == ["withdrawn"]
