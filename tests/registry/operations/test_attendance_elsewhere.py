"""Lists and divisions: whom an office may invite, and what a tier above counts of the lists below."""

from datetime import date
from uuid import UUID

import pytest
from shuniu_contracts import Basis, Event, Ref
from shuniu_contracts import registry_meetings as contract
from uuid_utils.compat import uuid7

from chassis.unit_of_work import NotHome
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.meetings import commands as meetings
from tests.registry.conftest import Api, Register
from tests.registry.operations.test_attendance import brought, downloaded, fill, invited, meeting
from tests.registry.references import STREET, organization
from tests.registry.test_replicas import registered, told

pytestmark = pytest.mark.integration
ELSEWHERE = "120116001"
"""A street beside the one that has the organisations."""
DAY = date(2026, 11, 20)


async def test_an_office_keeps_the_lists_of_its_own_division(register: Register, api: Api) -> None:
    own, of_district = await meeting(register, division=ELSEWHERE), await meeting(register)
    guest = str(await organization(register))
    [place] = await invited(register, 1, meeting_id=of_district)
    await register.do(meetings.cancel, id=of_district, reason="no_longer_needed")
    office = api.as_("hub_officer", ELSEWHERE)
    made = await office.post("/v1/attendances", 201, meeting_id=str(own), organization_id=guest)
    assert made["division"] == ELSEWHERE, "a guest of elsewhere is on the list of the office that invites"
    for path, body in (
        ("/v1/attendances", {"meeting_id": str(of_district), "organization_id": guest}),
        (f"/v1/attendances/{place}/presence", {"presence": "attended"}),
        (f"/v1/attendances/{place}/withdrawal", {"ground": "mistake"}),
        (f"/v1/attendances/{place}/closing", {}),
        (f"/v1/meetings/{of_district}/invitations", {}),
    ):
        refused = await office.post(path, 403, **body)
        assert refused["code"] == "not_permitted", "before anything is said of the list"
    for role in ("viewer", "liaison"):
        await api.as_(role).post(f"/v1/attendances/{made['id']}/presence", 403, presence="attended")
    assert (await office.get("/v1/attendances"))["items"][0]["id"] == made["id"]
    await office.get(f"/v1/attendances/{place}", 403)


async def test_only_the_own_part_of_the_register_is_invited_at_once(register: Register, api: Api) -> None:
    id = await meeting(register, division=ELSEWHERE)
    await organization(register)
    office, path = api.as_("hub_officer", ELSEWHERE), f"/v1/meetings/{id}/invitations"
    for among in (STREET, "120116"):
        assert (await office.post(path, 403, among=among))["code"] == "not_permitted"
    assert (await office.post(path, 409))["code"] == "attendance_nobody_to_invite"
    assert (await api.as_("hub_officer").post(path, among=STREET))["invited"] == 1


async def test_rates_are_of_the_lists_that_one_may_see(register: Register, api: Api) -> None:
    one = await organization(register)
    for division in (STREET, ELSEWHERE):
        id = await meeting(register, division=division)
        await register.do(attendances.invite, meeting_id=id, organization_id=one)
        await register.do(meetings.hold, id=id)
    for division, number in (("120116", 2), (STREET, 1)):
        found = (await api.as_("hub_officer", division).get("/v1/attendance-rates"))["items"]
        assert [item["invited"] for item in found] == [number]
        assert (found[0]["rate"], found[0]["organization_id"]) == (None, str(one))
    assert (await api.get("/v1/attendance-rates", division=ELSEWHERE))["items"][0]["invited"] == 1


def place(meeting: UUID, about: UUID, phase: str) -> Event:
    """What a stack below tells of one place."""
    facts = {"invited": contract.AttendanceInvited, "attended": contract.AttendanceAttended}
    state = contract.AttendanceState(
        effective_on=DAY, basis=Basis.LIVE, division=STREET, opened_on=DAY, gathering="joint_conference",
        state=contract.AttendancePhase(phase), ended=phase != "invited", meeting=Ref(str(meeting), 1),
        organization=Ref(str(about), 1),
    )  # fmt: skip
    return facts[phase](state=state)


async def hears_of_a_list(register: Register) -> tuple[UUID, UUID, list[UUID]]:
    """A meeting below, the organisation that came, and the places of two."""
    await register.begin(date(2026, 11, 22))
    about, gathering, places = [uuid7(), uuid7()], uuid7(), [uuid7(), uuid7()]
    for id, name in zip(about, ("书画协会", "合唱协会"), strict=True):
        await told(register, STREET, id, registered(STREET, name))
    state = contract.MeetingState(
        effective_on=DAY, basis=Basis.LIVE, division=STREET, opened_on=DAY, body="womens_federation",
        state=contract.MeetingPhase.HELD, gathering="joint_conference", held_on=DAY, invited=2, attended=1,
        strength=contract.Strength.IN_PRINCIPLE,
    )  # fmt: skip
    await told(register, STREET, gathering, contract.MeetingHeld(state=state))
    for id, one, phase in zip(places, about, ("attended", "invited"), strict=True):
        await told(register, STREET, id, place(gathering, one, phase))
    return gathering, about[0], places


async def test_a_tier_above_counts_the_lists_below(register: Register, api: Api) -> None:
    _, came, _ = await hears_of_a_list(register)
    found = (await api.get("/v1/figures", by="division"))["figures"]
    values = {name: figure["value"] for name, figure in found.items()}
    assert (values["attendances.year.invited"], values["attendances.year.attended"]) == (2, 1)
    assert (values["attendances.rate"], values["meetings.year.attended"]) == (100.0, 1)
    [rate] = (await api.get("/v1/attendance-rates", organization_id=str(came)))["items"]
    assert (rate["invited"], rate["attended"], rate["answered"], rate["rate"]) == (1, 1, 1, 100.0)


async def test_a_list_below_is_nobodys_to_change_here(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathering, came, places = await hears_of_a_list(register)
    monkeypatch.setattr(register.runtime.settings, "lower_stacks", (STREET,))
    with pytest.raises(NotHome):
        await register.do(attendances.record, id=places[1], presence="attended")
    with pytest.raises(NotHome):
        await register.do(attendances.invite, meeting_id=gathering, organization_id=came, post="staff")
    with pytest.raises(NotHome):
        await register.do(meetings.invite, id=gathering)


async def test_who_is_at_home_below_is_named_in_a_sheet_where_nobody_here_is_called_so(
    register: Register, api: Api
) -> None:
    _, below, _ = await hears_of_a_list(register)
    coded = uuid7()
    code = "51120116MJ0700005B"
    await told(register, STREET, coded, registered(STREET, "棋社", credit_code=code))
    here = await organization(register)
    [named] = await register.rows("select name from organization where id = $1", here)
    await told(register, STREET, uuid7(), registered(STREET, named["name"]))
    sheet = await downloaded(api, meeting_id=str(id := await meeting(register)))
    fill(sheet, 2, 社会组织="书画协会", 出席情况="到会")
    fill(sheet, 3, 统一社会信用代码=code, 出席情况="到会")
    fill(sheet, 4, 社会组织=named["name"], 出席情况="到会")
    report = await brought(api, sheet)
    assert (report["applied"], report["faults"]) == (3, [])
    found = await register.rows("select organization_id from attendance where meeting_id = $1", id)
    assert {row["organization_id"] for row in found} == {below, coded, here}
