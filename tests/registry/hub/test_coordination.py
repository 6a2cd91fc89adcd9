"""Coordination cases: each body acknowledges and does its own part."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.registry.hub.coordination import commands as cases
from services.registry.hub.coordination.commands import Part
from services.registry.hub.coordination.model import (
    AnswerWithoutLetter,
    NotAPart,
    PartAlready,
    PartElsewhere,
    PartNotAcknowledged,
    PartsMissing,
    PartsUndone,
)
from services.registry.operations.meetings import commands as meetings
from services.registry.origins import NoSuchOrigin
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
DISTRICT = "120116"
STREET = "120116005"
PARTS = [Part(body="civil_affairs", duty="check"), Part(body="womens_federation", duty="visit")]


async def opened(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "kind": "joint_order", "title": "联合开展社会组织规范化检查",
        "lead": "womens_federation", "parts": PARTS, "due_on": date(2026, 12, 31), **changes,
    }  # fmt: skip
    return (await register.do(cases.open_, **found)).id


async def test_a_body_answers_for_its_own_part_alone(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    id = await opened(register, document_number="滨民发〔2026〕12号", content="检查财务和活动")
    path = f"/v1/coordination-cases/{id}"
    federation, authority = api.as_("hub_officer"), api.as_("registration_authority")
    refused = await federation.post(f"{path}/acknowledgement", 403, body="civil_affairs")
    assert refused["code"] == "not_this_bodys_staff"
    await authority.post(f"{path}/acknowledgement", body="civil_affairs")
    with pytest.raises(PartAlready):
        await register.do(cases.acknowledge, id=id, body="civil_affairs")
    with pytest.raises(NotAPart):
        await register.do(cases.acknowledge, id=id, body="finance")
    with pytest.raises(PartNotAcknowledged):
        await register.do(cases.complete_part, id=id, body="womens_federation")
    await federation.post(f"{path}/acknowledgement", body="womens_federation")
    await authority.post(f"{path}/part-completion", body="civil_affairs", report="检查十二家")
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    assert (await register.events(id))[-1][1]["waiting_for"] == ["womens_federation"]
    with pytest.raises(PartsUndone):
        await register.do(cases.conclude, id=id, outcome="partly")
    await register.do(cases.conclude, id=id, outcome="partly", explanation="人员不足")
    fact, data = (await register.events(id))[-1]
    assert (fact, data["undone"], data["state"]["ended"]) == ("concluded", ["womens_federation"], True)
    assert data["state"]["parts"][0] == {
        "body": "civil_affairs", "duty": "check", "acknowledged_on": "2026-12-01",
        "completed_on": "2026-12-01",
    }  # fmt: skip
    words = str(await register.events(id))
    assert "财务" not in words
    assert "十二家" not in words


async def test_a_body_without_staff_here_answers_by_letter(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    id = await opened(register, parts=[Part(body="justice", duty="check"), PARTS[1]])
    path = f"/v1/coordination-cases/{id}"
    for role in ("liaison", "grants_officer"):
        refused = await api.as_(role).post(f"{path}/acknowledgement", 403, body="justice", letter="来函")
        assert refused["code"] == "not_permitted"
    keeper = api.as_("hub_officer")
    refused = await keeper.post(f"{path}/acknowledgement", 422, body="justice")
    assert "case_answer_without_letter" in str(refused)
    with pytest.raises(AnswerWithoutLetter):  # an operator is no staff of that body either
        await register.do(cases.acknowledge, id=id, body="justice")
    await keeper.post(f"{path}/acknowledgement", body="justice", letter="司法局复函〔2026〕3号")
    done = await keeper.post(f"{path}/part-completion", body="justice", letter="联席会议纪要")
    assert [part.get("by_letter", False) for part in done["parts"]] == [True, False]
    told = await register.events(id)
    assert told[-1][1]["state"]["parts"][0]["by_letter"] is True
    assert "复函" not in str(told)


async def test_whoever_is_of_a_body_by_the_token_answers_for_it(register: Register, api: Api) -> None:
    id = await opened(register, parts=[Part(body="justice", duty="check"), PARTS[1]])
    path = f"/v1/coordination-cases/{id}"
    own = api.as_("liaison", DISTRICT, "justice")
    done = await own.post(f"{path}/acknowledgement", body="justice")
    assert "by_letter" not in done["parts"][0]
    assert (await own.post(f"{path}/acknowledgement", 403, body="womens_federation"))["code"] == (
        "not_this_bodys_staff"
    )
    elsewhere = api.as_("liaison", STREET, "justice")
    await elsewhere.post(f"{path}/part-completion", 403, body="justice")


async def test_a_street_answers_for_its_part_of_the_district_s_case(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    for division in ("120115001", "1201"):
        with pytest.raises(PartElsewhere):
            await opened(register, parts=[Part(body="street", duty="visit", division=division)])
    below = Part(body="street", duty="visit", division=STREET)
    id = await opened(register, parts=[below, PARTS[1]])
    other = await opened(register)
    path = f"/v1/coordination-cases/{id}"
    theirs, elsewhere = api.as_("liaison", STREET), api.as_("liaison", "120116001")
    waiting = await theirs.get("/v1/coordination-parts")
    assert [(one["case_id"], one["body"], one["duty"]) for one in waiting] == [(str(id), "street", "visit")]
    assert await elsewhere.get("/v1/coordination-parts") == []
    assert (await theirs.get(path))["title"] == "联合开展社会组织规范化检查"
    await theirs.get(f"/v1/coordination-cases/{other}", 403)
    await elsewhere.get(path, 403)
    await elsewhere.post(f"{path}/acknowledgement", 403, body="street")
    refused = await api.as_("hub_officer").post(f"{path}/acknowledgement", 403, body="street")
    assert refused["code"] == "not_this_bodys_staff"
    await theirs.post(f"{path}/acknowledgement", body="street")
    officer = api.as_("hub_officer", STREET)
    refused = await officer.post(f"{path}/part-completion", 403, body="womens_federation")
    assert refused["code"] == "not_this_bodys_staff", "that part is the district's"
    steps = {"conclusion": {"outcome": "done"}, "cancellation": {"reason": "merged"},
             "extension": {"due_on": "2027-03-01", "reason": "scope"}}  # fmt: skip
    for step, body in steps.items():
        assert (await officer.post(f"{path}/{step}", 403, **body))["code"] == "not_permitted"
    await theirs.post(f"{path}/part-completion", body="street", report="走访六家")
    assert await theirs.get("/v1/coordination-parts") == []
    assert await register.facts(id) == ["opened", "acknowledged", "part_completed"]


async def test_one_body_in_several_places_has_a_part_in_each(register: Register, api: Api) -> None:
    one, two = (Part(body="street", duty="visit", division=place) for place in (STREET, "120116001"))
    id = await opened(register, parts=[one, two])
    path, theirs = f"/v1/coordination-cases/{id}", api.as_("liaison", STREET)
    refused = await theirs.post(f"{path}/acknowledgement", 422, body="street")
    assert "case_part_in_several_places" in str(refused)
    await theirs.post(f"{path}/acknowledgement", 403, body="street", place="120116001")
    done = await theirs.post(f"{path}/acknowledgement", body="street", place=STREET)
    assert ["acknowledged_on" in part for part in done["parts"]] == [True, False]
    assert (await register.events(id))[-1][1]["place"] == STREET
    with pytest.raises(NotAPart):
        await register.do(cases.acknowledge, id=id, body="street", place="120116002")


async def test_a_body_is_not_asked_any_more(register: Register, api: Api) -> None:
    id = await opened(register)
    path = f"/v1/coordination-cases/{id}/part-withdrawal"
    await api.as_("liaison").post(path, 403, body="civil_affairs", reason="merged")
    left = await api.as_("hub_officer").post(path, body="civil_affairs", reason="merged")
    assert [part["body"] for part in left["parts"]] == ["womens_federation"]
    assert (await register.events(id))[-1][1]["reason"] == "merged"
    with pytest.raises(PartsMissing):
        await register.do(cases.withdraw_part, id=id, body="womens_federation", reason="merged")


async def test_a_case_has_one_part_for_each_body_and_can_get_more_time(register: Register) -> None:
    placed = PARTS[0].model_copy(update={"division": DISTRICT})
    for parts in ([], [PARTS[0], PARTS[0]], [PARTS[0], placed]):
        with pytest.raises(PartsMissing):
            await opened(register, parts=parts)
    await register.begin(date(2026, 12, 1))
    id = await opened(register)
    await register.do(cases.extend, id=id, due_on=date(2027, 3, 1), reason="scope")
    await register.begin(date(2027, 2, 1))
    assert await register.fire_timers() == 0
    await register.do(cases.cancel, id=id, reason="merged")
    assert await register.rows("select from timer") == []


async def test_a_case_comes_of_something_that_is_on_the_record(register: Register) -> None:
    meeting = await register.do(meetings.open_, division="120116", body="office", gathering="special_topic")
    id = await opened(register, origin_record_id=meeting.id)
    [(_, data)] = await register.events(id)
    assert data["state"]["origin_record"] == {"id": str(meeting.id), "sequence": 1}
    with pytest.raises(NoSuchOrigin):
        await opened(register, origin_record_id=uuid7())
