"""Coordination cases: each body acknowledges and does its own part."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.hub.coordination import commands as cases
from services.registry.hub.coordination.commands import Part
from services.registry.hub.coordination.model import (
    NotAPart,
    PartAlready,
    PartNotAcknowledged,
    PartsMissing,
    PartsUndone,
)
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
DISTRICT = "120116"
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
    assert refused["code"] == "case_not_this_bodys_staff"
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


async def test_a_case_has_one_part_for_each_body_and_can_get_more_time(register: Register) -> None:
    for parts in ([], [PARTS[0], PARTS[0]]):
        with pytest.raises(PartsMissing):
            await opened(register, parts=parts)
    await register.begin(date(2026, 12, 1))
    id = await opened(register)
    await register.do(cases.extend, id=id, due_on=date(2027, 3, 1), reason="scope")
    await register.begin(date(2027, 2, 1))
    assert await register.fire_timers() == 0
    await register.do(cases.cancel, id=id, reason="merged")
    assert await register.rows("select from timer") == []
