"""An organisation and what it is invited to: it comes or is excused, changes its mind, and is told what
became of it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances.model import TRANSITIONS, AttendancePhase
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.trainings import commands as trainings
from services.registry.organizations import commands as organizations
from services.registry.own.model import ANSWERS, Invitation, InvitationOver
from tests.registry.conftest import Api, Register
from tests.registry.own.test_own import OTHER_STREET, OWN, account
from tests.registry.references import organization

DAY = date(2026, 12, 1)


async def invited(register: Register, id: UUID, day: date = DAY) -> Any:
    """An invitation of the district's."""
    training = await register.do(trainings.open_, division="120116", body="street", course="policy")
    await register.do(trainings.survey, id=training.id, respondents=12, wanted=["policy"])
    await register.do(trainings.schedule, id=training.id, scheduled_on=day)
    return await register.do(attendances.invite, training_id=training.id, organization_id=id)


async def met(register: Register, id: UUID, **scheduled: Any) -> Any:
    """An invitation to a meeting of the district's."""
    meeting = await register.do(
        meetings.open_, division="120116", body="womens_federation", gathering="joint_conference"
    )
    if scheduled:
        await register.do(meetings.schedule, id=meeting.id, **scheduled)
    return await register.do(attendances.invite, meeting_id=meeting.id, organization_id=id)


def test_what_is_answered_is_answered_otherwise_until_its_day_is_over() -> None:
    for said, answers in ANSWERS.items():
        assert {*answers} <= TRANSITIONS[said].keys()
        ahead = Invitation(said, "scheduled", DAY)
        assert ahead.answers(DAY) == answers, "on the day itself, too"
        assert ahead.answers(date(2026, 12, 2)) == ()
        assert Invitation(said, "scheduled", None).answers(DAY) == ()
        assert Invitation(said, "held", DAY).answers(DAY) == ()
    for said in {*AttendancePhase} - ANSWERS.keys():
        with pytest.raises(InvitationOver):
            Invitation(said, "scheduled", DAY).check("excused", DAY, state_zh="缺席")


@pytest.mark.integration
async def test_an_organisation_accepts_is_excused_and_comes_after_all(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    own = account(api, "organization", id)
    place = await invited(register, id)
    [told] = (await own.get(OWN))["records"]
    assert (told["kind"], told["id"], told["may"]) == ("attendance", str(place.id), ["accepted", "excused"])
    [words] = [one for one in (await own.get(f"{OWN}/forms"))["records"] if one["name"] == "attendance"]
    path, asked = f"/v1/{words['path']}/{place.id}", words["steps"]["excused"]["form"]["properties"]
    assert "official" in dict(asked["reason"]["x-zh"])
    assert [step["zh"] for step in words["steps"].values()] == ["确认参加", "请假"]
    said: dict[str, dict[str, str]] = {"accepted": {}, "excused": {"reason": "official"}}
    for fact in ("accepted", "excused", "accepted"):
        [before] = (await own.get(OWN))["records"]
        assert fact in before["may"]
        done = await own.post(f"{path}/{words['steps'][fact]['path']}", **said[fact])
        assert done["state"] == fact == words["transitions"][before["state"]][fact]
        assert done["reason"] == said[fact].get("reason")
        [after] = (await own.get(OWN))["records"]
        assert (after["state"], fact in after["may"]) == (fact, False)
        assert (await own.post(f"{path}/{words['steps'][fact]['path']}", 409, **said[fact]))["code"] == (
            "own_invitation_over"
        )
    assert await register.facts(place.id) == ["invited", "accepted", "excused", "accepted"]
    [row] = await register.rows("select state, ended, ended_on, reason from attendance")
    assert tuple(row) == ("accepted", False, None, None), "who accepted is still expected"


@pytest.mark.integration
async def test_an_answer_is_given_once_and_on_the_record_as_it_was_seen(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    own, place = account(api, "organization", id), await invited(register, id)
    path = f"{OWN}/attendances/{place.id}"
    await own.post(f"{path}/excuse", 422)
    for step, body in (("acceptance", {}), ("excuse", {"reason": "official"})):
        stale = await own.client.post(f"{path}/{step}", json=body, headers={"if-match": '"0"'})
        assert stale.status_code == 412
        seen = await own.client.get(path)
        headers = {"if-match": seen.headers["etag"], "idempotency-key": f"once-{step}"}
        first, second = [
            await own.client.post(f"{path}/{step}", json=body, headers=headers) for _ in range(2)
        ]
        assert (first.status_code, second.status_code, first.json()) == (200, 200, second.json())
    assert await register.facts(place.id) == ["invited", "accepted", "excused"]


@pytest.mark.integration
async def test_who_was_noted_as_absent_answers_no_more_nor_does_who_is_late(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    own = account(api, "organization", id)
    absent, late = await invited(register, id), await invited(register, id)
    await register.do(attendances.record, id=absent.id, presence="absent")
    steps: dict[str, dict[str, str]] = {"acceptance": {}, "excuse": {"reason": "official"}}
    for step, body in steps.items():
        refused = await own.post(f"{OWN}/attendances/{absent.id}/{step}", 409, **body)
        assert refused["code"] == "own_invitation_over"
    await register.begin(date(2026, 12, 2))
    for step, body in steps.items():
        await own.post(f"{OWN}/attendances/{late.id}/{step}", 409, **body)
    assert await register.facts(late.id) == ["invited"]


@pytest.mark.integration
async def test_nobody_answers_for_another_organisation_nor_do_the_staff_here(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    place = await invited(register, await organization(register))
    other = await organization(register)
    callers = {"not_own": account(api, "organization", other), "stands_for_nobody": api}
    path = f"{OWN}/attendances/{place.id}"
    steps: dict[str, dict[str, str]] = {"acceptance": {}, "excuse": {"reason": "official"}}
    own = account(api, "organization", place.organization_id, OTHER_STREET)
    for step, body in steps.items():
        for code, caller in callers.items():
            assert (await caller.get(path, 403))["code"] == code
            assert (await caller.post(f"{path}/{step}", 403, **body))["code"] == code
        assert (await own.post(f"{path}/{step}", 403, **body))["code"] == "not_permitted"
        await own.post(f"{OWN}/attendances/{uuid7()}/{step}", 404, **body)
    assert (await callers["not_own"].get(f"{OWN}/attendances"))["items"] == []
    assert (await api.get(f"{OWN}/attendances", 403))["code"] == "stands_for_nobody"
    assert await register.facts(place.id) == ["invited"]


@pytest.mark.integration
async def test_what_it_came_to_and_what_it_missed_stays_on_its_list(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    own = account(api, "organization", id)
    came, missed, excused = [await met(register, id) for _ in range(3)]
    called_off, by_mistake = [await met(register, id) for _ in range(2)]
    also_off = await met(register, id)
    unrecorded = await met(register, id, scheduled_on=date(2026, 11, 25))
    ahead = await invited(register, id)
    await own.post(f"{OWN}/attendances/{unrecorded.id}/acceptance")
    assert (await own.get(f"{OWN}/attendances"))["items"] == []
    await register.do(attendances.record, id=excused.id, presence="excused", reason="sick")
    for place in (by_mistake, also_off):
        await register.do(attendances.withdraw, id=place.id, ground="mistake")
    await register.begin(date(2026, 11, 26))
    for place, presence in ((came, "attended"), (missed, "absent")):
        await register.do(meetings.hold, id=place.meeting_id)
        await register.do(attendances.record, id=place.id, presence=presence)
    await register.do(meetings.hold, id=excused.meeting_id)
    for place in (called_off, also_off):
        await register.do(meetings.cancel, id=place.meeting_id, reason="no_longer_needed")
    found = (await own.get(f"{OWN}/attendances"))["items"]
    assert {one["id"]: (one["state"], one["held"], one["day"]) for one in found} == {
        str(came.id): ("attended", True, "2026-11-26"), str(missed.id): ("absent", True, "2026-11-26"),
        str(excused.id): ("excused", True, "2026-11-26"),
        str(called_off.id): ("withdrawn", False, "2026-11-26"),
        str(unrecorded.id): ("accepted", False, "2026-11-25"),
    }  # fmt: skip
    assert found[-1]["id"] == str(unrecorded.id), "the newest first"
    assert {(one["gathering"], one["body"]) for one in found} == {("joint_conference", "womens_federation")}
    first = await own.get(f"{OWN}/attendances", limit=3)
    second = await own.get(f"{OWN}/attendances", limit=3, cursor=first["next"])
    assert [*first["items"], *second["items"]] == found
    assert [one["id"] for one in (await own.get(OWN))["records"]] == [str(ahead.id)]


@pytest.mark.integration
async def test_the_survivor_answers_and_is_told_what_its_other_record_was_invited_to(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    gone, left = await organization(register), await organization(register)
    place, over = await invited(register, gone), await met(register, gone)
    await register.do(organizations.merge, id=gone, into=left)
    own = account(api, "organization", left)
    assert [one["id"] for one in (await own.get(OWN))["records"]] == [str(place.id)]
    assert (await own.post(f"{OWN}/attendances/{place.id}/acceptance"))["state"] == "accepted"
    await register.do(meetings.hold, id=over.meeting_id, attended=0)
    [told] = (await own.get(f"{OWN}/attendances"))["items"]
    assert (told["id"], told["state"]) == (str(over.id), "invited")


@pytest.mark.integration
async def test_an_applicant_is_invited_to_nothing(register: Register, api: Api) -> None:
    unborn = account(api, "registration_application", uuid7())
    assert (await unborn.get(f"{OWN}/attendances"))["items"] == []
