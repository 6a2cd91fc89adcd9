"""Who is invited to meetings and trainings and who came: one by one, many at once, by workbook."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from chassis.matters.kind import AlreadyThere
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances.model import (
    CameAsOfAttended,
    ContradictsList,
    ListClosed,
    Listed,
    NobodyToInvite,
    NotCounted,
    OneGathering,
    OneInvited,
    ReasonOfExcuse,
    TooManyInvited,
)
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.trainings import commands as trainings
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import AlreadyEnded, Basis, HubLink
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

DISTRICT = "120116"
SHEET = "/v1/attendances/presence/sheet"


async def meeting(register: Register, day: date = date(2026, 11, 22), **changes: Any) -> UUID:
    await register.begin(day)
    found: dict[str, Any] = {
        "division": DISTRICT, "body": "womens_federation", "gathering": "joint_conference", **changes
    }  # fmt: skip
    return (await register.do(meetings.open_, **found)).id


async def training(register: Register, **changes: Any) -> UUID:
    await register.begin(date(2026, 11, 22))
    found: dict[str, Any] = {
        "division": DISTRICT, "body": "womens_federation", "course": "lecture", **changes
    }  # fmt: skip
    id = (await register.do(trainings.open_, **found)).id
    await register.do(trainings.survey, id=id, respondents=40, wanted=["finance"])
    return id


async def invited(register: Register, number: int, **to: Any) -> list[UUID]:
    """Places of as many organisations."""
    return [
        (await register.do(attendances.invite, organization_id=await organization(register), **to)).id
        for _ in range(number)
    ]


async def shown(register: Register, id: UUID, table: str = "meeting") -> tuple[Any, ...]:
    await register.fire_timers()
    [row] = await register.rows(f"select invited, attended, organizations from {table} where id = $1", id)
    return tuple(row)


async def downloaded(api: Api, **wanted: Any) -> Any:
    response = await api.client.get(f"{SHEET}.xlsx", params=wanted)
    assert response.status_code == 200, response.text
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


async def brought(api: Api, sheet: Any, apply: str = "valid") -> dict[str, Any]:
    content = io.BytesIO()
    sheet.parent.save(content)
    files = {"file": ("签到表.xlsx", content.getvalue())}
    response = await api.client.post(SHEET, files=files, data={"apply": apply})
    report: dict[str, Any] = api.checked(response, 200)
    return report


def fill(sheet: Any, row: int, **cells: Any) -> None:
    for title, value in cells.items():
        place = max(cell.column for cell in sheet[1] if cell.value.startswith(title))
        sheet.cell(row, place, value)


def test_a_number_holds_as_long_as_the_list_allows_it() -> None:
    waiting = Listed(10, 0, 10, 0, 8)
    assert (waiting.people(None), waiting.people(7)) == (None, 7)
    half = Listed(10, 4, 3, 4, 2)
    assert [half.people(said) for said in (None, 3, 5, 9)] == [4, 4, 5, 7]
    assert [half.bodies(said) for said in (None, 5, 9)] == [4, 5, 6]
    half.check(invited=10, attended=7, organizations=6)
    for wrong in ({"invited": 9}, {"attended": 8}, {"attended": 3}, {"organizations": 7}):
        with pytest.raises(ContradictsList):
            half.check(**{"invited": None, "attended": None, "organizations": None, **wrong})


@pytest.mark.integration
async def test_a_place_is_an_organisations_or_a_bodys_and_there_once(register: Register) -> None:
    id, one = await meeting(register), await organization(register)
    place = await register.do(attendances.invite, meeting_id=id, organization_id=one, post="principal")
    assert (place.gathering, place.division, place.state) == ("joint_conference", DISTRICT, "invited")
    await register.do(attendances.invite, meeting_id=id, organization_id=one, post="staff")
    await register.do(attendances.invite, meeting_id=id, body="finance", participant="u-2")
    with pytest.raises(AlreadyThere):
        await register.do(attendances.invite, meeting_id=id, organization_id=one, post="staff")
    with pytest.raises(OneInvited):
        await register.do(attendances.invite, meeting_id=id)
    with pytest.raises(OneInvited):
        await register.do(attendances.invite, meeting_id=id, organization_id=one, body="finance")
    with pytest.raises(OneGathering):
        await register.do(attendances.invite, organization_id=one)
    assert (await shown(register, id))[0] == 3
    await register.do(attendances.withdraw, id=place.id, ground="mistake")
    assert (await shown(register, id))[0] == 2
    with pytest.raises(AlreadyThere):
        await register.do(attendances.invite, meeting_id=id, organization_id=one, post="principal")
    came = await register.do(attendances.record, id=place.id, presence="attended")
    assert (came.state, came.ended) == ("attended", True), "taken off the list, and came all the same"


@pytest.mark.integration
async def test_a_part_of_the_register_is_invited_at_once_and_nobody_twice(register: Register) -> None:
    id = await meeting(register)
    linked = [await organization(register) for _ in range(3)]
    for one in linked:
        await register.do(organizations.link, id=one, link=HubLink.LINKED)
    await organization(register)
    await register.do(attendances.invite, meeting_id=id, organization_id=linked[0], post="principal")
    row = await register.do(meetings.invite, id=id, hub_links=[HubLink.LINKED], post="secretary_general")
    assert row.invited == 3
    assert (await register.events(id))[-1][1]["state"]["invited"] == 3
    with pytest.raises(NobodyToInvite):
        await register.do(meetings.invite, id=id, hub_links=[HubLink.LINKED])
    everybody = await register.do(meetings.invite, id=id, among="120116005")
    assert everybody.invited == 4
    places = await register.rows("select id, post, sequence from attendance where meeting_id = $1", id)
    assert sorted(place["post"] or "" for place in places) == ["", "principal", *["secretary_general"] * 2]
    assert await register.facts(places[-1]["id"]) == ["invited"]
    policy: Any = register.runtime.policies
    few = policy.operations.model_copy(update={"most_invited": 1})
    register.runtime.policies = policy.model_copy(update={"operations": few})
    other = await meeting(register)
    with pytest.raises(TooManyInvited):
        await register.do(meetings.invite, id=other)


@pytest.mark.integration
async def test_two_records_of_one_organisation_are_invited_once(register: Register) -> None:
    id, one, two = await meeting(register), await organization(register), await organization(register)
    await register.do(attendances.invite, meeting_id=id, organization_id=one)
    await register.do(organizations.merge, id=one, into=two)
    with pytest.raises(NobodyToInvite):
        await register.do(meetings.invite, id=id)
    with pytest.raises(AlreadyThere):
        await register.do(attendances.invite, meeting_id=id, organization_id=two)
    old: dict[str, Any] = {"effective_on": date(2019, 5, 6), "basis": Basis.HISTORICAL}
    of_two = await meeting(register, **old)
    await register.do(attendances.invite, meeting_id=of_two, organization_id=two, **old)
    with pytest.raises(AlreadyThere):
        await register.do(attendances.invite, meeting_id=of_two, organization_id=one, **old)
    await register.do(attendances.invite, meeting_id=id, organization_id=two, post="staff")
    await register.do(attendances.invite, meeting_id=await meeting(register), organization_id=two)


@pytest.mark.integration
async def test_a_sheet_tells_nothing_of_an_organisation_elsewhere(register: Register, api: Api) -> None:
    id, elsewhere = await meeting(register, division="120116001"), await organization(register)
    [named] = await register.rows("select name from organization where id = $1", elsewhere)
    officer = api.as_("hub_officer", "120116001")
    sheet = await downloaded(officer, meeting_id=str(id))
    fill(sheet, 2, 社会组织=named["name"], 出席情况="到会")
    [fault] = (await brought(officer, sheet))["faults"]
    assert fault["code"] == "sheet_organization_unknown"
    assert " 0 " in fault["message_zh"]


@pytest.mark.integration
async def test_the_list_gives_the_numbers_until_the_minutes(register: Register) -> None:
    id = await meeting(register)
    with pytest.raises(NotCounted):
        await register.do(meetings.hold, id=id)
    places = await invited(register, 4, meeting_id=id)
    await register.do(attendances.record, id=places[0], presence="attended")
    with pytest.raises(ReasonOfExcuse):
        await register.do(attendances.record, id=places[1], presence="excused")
    excused = await register.do(attendances.record, id=places[1], presence="excused", reason="sick")
    assert (excused.state, excused.ended, (await register.facts(excused.id))[-1]) == (
        "excused", True, "excused"
    )  # fmt: skip
    assert "sick" not in str(await register.events(excused.id)), "why is told to nobody else"
    with pytest.raises(ContradictsList):
        await register.do(meetings.hold, id=id, attended=4)
    with pytest.raises(ContradictsList):
        await register.do(meetings.hold, id=id, invited=5)
    held = await register.do(meetings.hold, id=id, attended=3, women=3)
    assert (held.invited, held.attended, held.organizations) == (4, 3, 1)
    await register.do(attendances.record, id=places[2], presence="absent")
    assert await shown(register, id) == (4, 2, 1)
    [row] = await register.rows("select women from meeting where id = $1", id)
    assert row["women"] is None, "three women of two who came cannot be"
    await register.do(attendances.record, id=places[2], presence="attended")
    corrected = await register.do(attendances.record, id=places[1], presence="attended", came_as="staff")
    assert (corrected.state, corrected.reason, corrected.ended_on) == ("attended", None, excused.ended_on)
    minuted = await register.do(meetings.minute, id=id, minutes="会议纪要")
    assert (minuted.invited, minuted.attended, minuted.organizations, minuted.women) == (4, 3, 3, 3)
    await register.fire_timers()
    assert (await register.facts(id))[-1] == "minuted", "nothing is counted after the minutes"
    [last] = await register.rows("select state, ended from attendance where id = $1", places[3])
    assert tuple(last) == ("unrecorded", True)
    with pytest.raises(ListClosed):
        await register.do(attendances.record, id=places[0], presence="absent")
    with pytest.raises(ListClosed):
        await invited(register, 1, meeting_id=id)


@pytest.mark.integration
async def test_without_a_list_the_numbers_are_those_given(register: Register) -> None:
    id = await meeting(register)
    await register.do(meetings.schedule, id=id, scheduled_on=date(2026, 11, 22), invited=30)
    await register.do(meetings.hold, id=id, attended=20, organizations=18)
    minuted = await register.do(meetings.minute, id=id, minutes="会议纪要")
    assert (minuted.invited, minuted.attended, minuted.organizations) == (30, 20, 18)
    other = await meeting(register)
    [place] = await invited(register, 1, meeting_id=other)
    assert (await shown(register, other))[0] == 1
    await register.do(attendances.withdraw, id=place, ground="mistake")
    assert (await shown(register, other))[0] is None


@pytest.mark.integration
async def test_a_list_made_after_a_count_by_hand_takes_nothing_from_it(register: Register) -> None:
    id = await meeting(register)
    await register.do(meetings.hold, id=id, attended=20, women=9)
    [place] = await invited(register, 1, meeting_id=id)
    await register.do(attendances.record, id=place, presence="attended")
    assert await shown(register, id) == (1, 20, None)
    await register.do(attendances.withdraw, id=place, ground="duplicate")
    assert await shown(register, id) == (None, 20, None), "the last place is off the list"
    [row] = await register.rows("select women from meeting where id = $1", id)
    assert row["women"] == 9


@pytest.mark.integration
async def test_what_follows_the_minutes_of_history_is_history(register: Register) -> None:
    day = date(2019, 3, 5)
    id = await meeting(register, effective_on=day, basis=Basis.HISTORICAL)
    [place] = await invited(register, 1, meeting_id=id, effective_on=day, basis=Basis.HISTORICAL)
    await register.fire_timers()
    [row] = await register.rows("select effective_on, basis from meeting where id = $1", id)
    assert tuple(row) == (day, "historical"), "an invitation makes nothing of today of it"
    await register.do(meetings.hold, id=id, effective_on=day, basis=Basis.HISTORICAL)
    await register.do(
        meetings.minute, id=id, minutes="纪要", effective_on=date(2019, 3, 8), basis=Basis.HISTORICAL
    )
    [closed] = [data["state"] for fact, data in await register.events(place) if fact == "closed"]
    assert (closed["basis"], closed["effective_on"]) == ("historical", "2019-03-08")


@pytest.mark.integration
async def test_only_who_came_came_as_somebody(register: Register) -> None:
    id = await meeting(register)
    [place] = await invited(register, 1, meeting_id=id)
    with pytest.raises(CameAsOfAttended):
        await register.do(attendances.record, id=place, presence="absent", came_as="staff")


@pytest.mark.integration
async def test_what_is_called_off_asks_nobody(register: Register) -> None:
    id = await meeting(register)
    [place] = await invited(register, 1, meeting_id=id)
    await register.do(meetings.cancel, id=id, reason="no_longer_needed")
    assert (await register.events(place))[-1][1]["ground"] == "not_held"
    await register.fire_timers()
    assert (await register.facts(id))[-1] == "cancelled"


@pytest.mark.integration
async def test_who_has_ended_is_invited_to_history_only(register: Register) -> None:
    one = await organization(register)
    await register.do(organizations.end, id=one, fact="deregistered")
    with pytest.raises(AlreadyEnded):
        await register.do(attendances.invite, meeting_id=await meeting(register), organization_id=one)
    old: dict[str, Any] = {"effective_on": date(2019, 5, 6), "basis": Basis.HISTORICAL}
    id = await meeting(register, **old)
    place = await register.do(attendances.invite, meeting_id=id, organization_id=one, **old)
    assert place.basis == "historical"


@pytest.mark.integration
async def test_the_list_is_a_workbook_that_comes_back_with_answers_and_with_new_places(
    register: Register, api: Api
) -> None:
    id, other = await meeting(register), await meeting(register)
    places = await invited(register, 3, meeting_id=id)
    await invited(register, 1, meeting_id=other)
    await register.do(meetings.hold, id=id, attended=2)
    await register.fire_timers()
    sheet = await downloaded(api, meeting_id=str(id))
    assert (sheet.title, sheet.freeze_panes) == ("签到表", "D2")
    titles = [cell.value for cell in sheet[1]]
    assert titles[:5] == ["编号", "版本", "社会组织", "统一社会信用代码", "行政区划"]
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert '"到会,请假,缺席"' in offered
    assert any("秘书长" in rule for rule in offered)
    assert {str(sheet.cell(row, 1).value) for row in (2, 3, 4)} == {str(place) for place in places}
    at = titles.index("会议编号") + 1
    assert {sheet.cell(row, at).value for row in range(2, 25)} == {str(id)}, "its places and 20 blank rows"
    fill(sheet, 2, 出席情况="到会")
    fill(sheet, 3, 出席情况="请假", 请假事由="病假")
    fill(sheet, 4, 出席情况="请假")
    newcomer = await organization(register)
    [named] = await register.rows("select name from organization where id = $1", newcomer)
    fill(sheet, 5, 社会组织=named["name"], 应到职务="负责人", 出席情况="到会")
    fill(sheet, 6, 单位="财政部门")
    fill(sheet, 7, 社会组织="没有登记的协会", 出席情况="到会")
    tried = await brought(api, sheet, "none")
    assert (tried["rows"], tried["applied"]) == (6, 0)
    report = await brought(api, sheet)
    assert report["applied"] == 4
    assert [(fault["row"], fault["code"]) for fault in report["faults"]] == [
        (4, "attendance_reason_of_excuse"), (7, "sheet_organization_unknown")
    ]  # fmt: skip
    assert report["faults"][0]["column"] == "请假事由（请假时填）"
    assert await shown(register, id) == (5, 2, 2)
    states = await register.rows("select state, body, post from attendance where meeting_id = $1", id)
    assert sorted((one["state"], one["body"] or one["post"] or "") for one in states) == [
        ("attended", ""), ("attended", "principal"), ("excused", ""), ("invited", ""), ("invited", "finance")
    ]  # fmt: skip
    assert (await shown(register, other))[0] == 1
    facts = await register.facts(id)
    assert facts.count("counted") == 1, "a whole sheet is counted once"


@pytest.mark.integration
async def test_a_new_row_that_nobody_can_place_is_a_fault(register: Register, api: Api) -> None:
    id = await meeting(register)
    await invited(register, 1, meeting_id=id)
    await invited(register, 1, training_id=await training(register))
    sheet = await downloaded(api)
    fill(sheet, 4, 单位="财政部门")
    fill(sheet, 5, 单位="财政部门", 会议编号=str(id), 参会人编号="张三")
    report = await brought(api, sheet)
    assert [(fault["row"], fault["column"]) for fault in report["faults"]] == [
        (4, "会议编号"), (5, "参会人编号")
    ]  # fmt: skip
    viewer = api.as_("viewer")
    content = io.BytesIO()
    sheet.parent.save(content)
    refused = await viewer.client.post(SHEET, files={"file": ("x.xlsx", content.getvalue())})
    assert refused.status_code == 403


@pytest.mark.integration
async def test_a_list_that_comes_back_after_the_training_is_counted_once(
    register: Register, api: Api
) -> None:
    id = await training(register)
    assert (await register.do(trainings.invite, id=(await other_training(register)))).invited == 2
    places = await invited(register, 3, training_id=id)
    row = await register.do(trainings.hold, id=id, hours=2)
    assert (row.state, row.ended, row.attended) == ("held", True, None)
    for place in places[:2]:
        await register.do(attendances.record, id=place, presence="attended")
    await register.do(attendances.record, id=places[2], presence="absent")
    assert await shown(register, id, "training") == (3, 2, 2)
    assert (await register.events(id))[-1][1]["state"]["attended"] == 2
    await register.do(attendances.record, id=places[2], presence="attended")
    assert await shown(register, id, "training") == (3, 3, 3)
    found = (await api.get("/v1/figures"))["figures"]
    values = {name: figure["value"] for name, figure in found.items()}
    assert values["trainings.year.attended"] == 3
    assert values["attendances.year.invited"] == values["attendances.year.attended"] == 3
    assert values["attendances.rate"] == 100.0
    assert values["attendances.open"] == 2, "the other training's list waits"


async def other_training(register: Register) -> UUID:
    """A training beside, with two organisations in its street."""
    for _ in range(2):
        await organization(register)
    return await training(register)


@pytest.mark.integration
async def test_an_organisations_rate_of_the_year_follows_a_merger(register: Register, api: Api) -> None:
    one, two, third = [await organization(register) for _ in range(3)]
    for day, presence in ((date(2026, 11, 20), "attended"), (date(2026, 11, 22), "absent")):
        id = await meeting(register, day)
        places = []
        for about in (one, two):
            place = await register.do(attendances.invite, meeting_id=id, organization_id=about)
            places.append((await register.do(attendances.record, id=place.id, presence=presence)).id)
        place = await register.do(attendances.invite, meeting_id=id, organization_id=third)
        await register.do(attendances.record, id=place.id, presence="attended")
        await register.do(meetings.hold, id=id)
    await register.do(organizations.merge, id=one, into=two)
    found = (await api.get("/v1/attendance-rates"))["items"]
    assert [(item["organization_id"], item["invited"], item["attended"], item["rate"]) for item in found] == [
        (str(two), 4, 2, 50.0), (str(third), 2, 2, 100.0)
    ]  # fmt: skip
    assert (await api.get("/v1/attendance-rates", organization_id=str(one)))["items"] == [found[0]]
    assert (await api.get("/v1/attendance-rates", organization_id=str(third)))["items"] == [found[1]]
    assert (await api.get("/v1/attendance-rates", year=2025))["items"] == []
    since = (await api.get("/v1/attendance-rates", since="2026-11-21"))["items"]
    assert [(item["invited"], item["attended"]) for item in since] == [(2, 0), (1, 1)]
    assert (await api.get("/v1/attendance-rates", since="2026-11-23"))["items"] == []
    first = await api.get("/v1/attendance-rates", limit=1)
    rest = await api.get("/v1/attendance-rates", limit=1, cursor=first["next"])
    assert [*first["items"], *rest["items"]] == found
    await register.do(attendances.record, id=place.id, presence="absent")
    assert (await shown(register, id))[1:] == (0, 0)
    for of_both in places:
        await register.do(attendances.record, id=of_both, presence="attended")
    assert (await shown(register, id))[1:] == (2, 1), "two people of what is one organisation"
    await register.do(organizations.merge, id=two, into=third)
    for record in (one, two, third):
        [whole] = (await api.get("/v1/attendance-rates", organization_id=str(record)))["items"]
        assert (whole["organization_id"], whole["invited"]) == (str(third), 6)
