"""Inquiries: the first person stays answerable, the clock goes on through transfers, answers are timed."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.unit_of_work import NotFound
from services.registry.operations.inquiries import commands as inquiries
from services.registry.operations.inquiries.model import ExtendedBackwards, TransferredToSelf
from services.registry.organizations.model import Basis
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration


async def asked(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "channel": "window", "topic": "registration", "first_person": "u-first",
        "question": "如何申请登记?", **changes,
    }  # fmt: skip
    return (await register.do(inquiries.open_, **found)).id


async def test_the_first_person_stays_answerable_and_the_clock_goes_on(register: Register) -> None:
    await register.begin(date(2026, 12, 28))
    id = await asked(register)
    await register.begin(date(2026, 12, 30))
    row = await register.do(inquiries.transfer, id=id, to="u-second", reason="other_section")
    assert (row.owner, row.first_person, row.handler) == ("u-first", "u-first", "u-second")
    assert row.due_on == date(2027, 1, 5), "5 working days from the question; New Year's Day is none"
    with pytest.raises(TransferredToSelf):
        await register.do(inquiries.transfer, id=id, to="u-second")
    await register.begin(date(2027, 1, 6))
    assert await register.fire_timers() == 1
    assert (await register.events(id))[-1][1]["state"]["owner"] == "u-first"
    row = await register.do(inquiries.answer, id=id, reply="请先核名")
    assert (row.late, row.working_days) == (True, 6)
    row = await register.do(inquiries.reopen, id=id, question="核名之后呢?")
    assert (row.handler, row.due_on, row.overdue) == ("u-first", date(2027, 1, 13), False)
    assert "核名" not in str(await register.events(id)), "what was asked and answered stays here"


async def test_an_organisation_it_is_about_is_in_the_register(register: Register) -> None:
    with pytest.raises(NotFound):
        await asked(register, organization_id=UUID(int=7))


async def test_more_time_only_forward(register: Register) -> None:
    await register.begin(date(2026, 12, 28))
    id = await asked(register)
    with pytest.raises(ExtendedBackwards):
        await register.do(inquiries.extend, id=id, until=date(2027, 1, 4), reason="expert")
    row = await register.do(inquiries.extend, id=id, until=date(2027, 1, 29), reason="expert")
    assert row.due_on == date(2027, 1, 29)
    await register.begin(date(2027, 1, 20))
    assert await register.fire_timers() == 0


async def test_answers_in_time_by_division(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 2))
    quick, slow = await asked(register), await asked(register, division="120116005")
    old = await asked(register, effective_on=date(2014, 3, 3), basis=Basis.HISTORICAL)
    await register.do(
        inquiries.answer, id=old, reply="已答复", effective_on=date(2014, 3, 5), basis=Basis.HISTORICAL
    )
    await register.begin(date(2026, 11, 4))
    liaison = api.as_("liaison", "120116")
    answered = await liaison.post(f"/v1/inquiries/{quick}/answer", reply="请到窗口办理")
    assert answered["working_days"] == 2
    await liaison.post(f"/v1/inquiries/{slow}/extension", 403, until="2026-12-31", reason="expert")
    await register.begin(date(2026, 11, 16))
    await register.fire_timers()
    await register.do(inquiries.answer, id=slow, reply="已办")
    answer = await api.get("/v1/figures", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert (values["inquiries.year.answered"], values["inquiries.in_time"]) == (2, 50.0)
    assert values["inquiries.working_days"] == 6.0
    assert answer["by"]["120116005"]["inquiries.in_time"] == 0
    past = await api.get("/v1/figures", as_of="2014-12-31")
    assert past["figures"]["inquiries.working_days"]["value"] == 2.0
