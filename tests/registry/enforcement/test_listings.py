"""Credit listing: notice first, the answer, the decision that the home applies, two years, removal."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts.registry import CreditListing

from chassis.matters.kind import AlreadyThere
from services.registry.enforcement.credit_listings import commands
from services.registry.enforcement.credit_listings.model import (
    GraverIsFinal,
    NoGround,
    TimeToAnswer,
    UnknownGround,
    years_after,
)
from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.enforcement.official_decisions.model import LiftedByProcedure
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import status, told
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def opened(register: Register, organization_id: UUID, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "authority": "civil_affairs", "organization_id": organization_id,
        "listing": CreditListing.ABNORMAL, "listing_grounds": ["unreachable"], **changes,
    }  # fmt: skip
    return (await register.do(commands.open_, **found)).id


async def listed(register: Register, organization_id: UUID) -> UUID:
    id = await opened(register, organization_id)
    await register.do(commands.notice, id=id)
    await register.do(commands.take_answer, id=id, answer_given="已搬迁，正在办理变更")
    await register.do(commands.list_, id=id, document_number="津民名录〔2026〕1号")
    return id


async def test_notice_and_the_time_to_answer_come_before_the_decision(register: Register) -> None:
    await register.begin(date(2026, 12, 21))
    one = await organization(register)
    id = await opened(register, one, facts="两次邮寄均被退回")
    row = await register.do(commands.notice, id=id)
    assert row.due_on == date(2027, 1, 5), "10 working days, New Year's Day is none"
    with pytest.raises(TimeToAnswer):
        await register.do(commands.list_, id=id)
    await register.begin(date(2027, 1, 6))
    assert await register.fire_timers() == 1
    row = await register.do(commands.list_, id=id)
    assert (row.state, row.listed_on, row.term_on) == ("listed", date(2027, 1, 6), date(2029, 1, 6))
    assert await status(register, one) == ("registered", "none")
    await told(register, row.decision_id or id)
    assert await status(register, one) == ("registered", "abnormal")
    await register.do(commands.publicise, id=id)
    assert await register.facts(id) == ["opened", "noticed", "fell_due", "listed", "publicised"]
    assert "退回" not in str(await register.events(id))


async def test_two_years_on_the_list_open_the_graver_one_and_list_nobody(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    id = await listed(register, one)
    await register.begin(date(2027, 6, 1))
    row = await register.do(commands.repeat, id=id, listing_grounds=["no_annual_report"])
    assert row.term_on == date(2029, 6, 1), "a repeat starts the time anew"
    await register.begin(date(2028, 12, 2))
    assert await register.fire_timers() == 0
    await register.begin(date(2029, 6, 2))
    assert await register.fire_timers() == 1
    assert (await register.events(id))[-1][1]["rule"] == "registry.enforcement.listing_years"
    [graver] = await register.rows("select id, state, listing_grounds from credit_listing where id <> $1", id)
    assert (graver["state"], graver["listing_grounds"]) == ("opened", [commands.TWO_YEARS])
    await register.do(commands.notice, id=graver["id"])
    await register.do(commands.take_answer, id=graver["id"], answer_given="无异议")
    row = await register.do(commands.list_, id=graver["id"])
    assert row.term_on is None
    await told(register, row.decision_id or id)
    assert (await status(register, one))[1] == "seriously_untrustworthy"
    with pytest.raises(GraverIsFinal):
        await register.do(commands.repeat, id=graver["id"], listing_grounds=["revoked"])


async def test_off_the_graver_list_it_is_still_on_the_other(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    first = await listed(register, one)
    second = await opened(
        register, one, listing=CreditListing.SERIOUSLY_UNTRUSTWORTHY, listing_grounds=["registered_by_fraud"]
    )
    await register.do(commands.notice, id=second)
    await register.do(commands.take_answer, id=second, answer_given="有异议")
    await register.do(commands.list_, id=second)
    [low, high] = await register.rows("select id, listing from official_decision order by id")
    await told(register, high["id"])
    await told(register, low["id"])
    assert (await status(register, one))[1] == "seriously_untrustworthy"
    with pytest.raises(LiftedByProcedure):
        await register.do(decisions.lift, id=high["id"], reason="repaired")
    await register.do(commands.remove, id=second, reason="repaired")
    await told(register, high["id"])
    assert (await status(register, one))[1] == "abnormal"
    await register.do(commands.remove, id=first, reason="repaired")
    await told(register, low["id"])
    assert (await status(register, one))[1] == "none"
    assert (await register.facts(one))[1:] == ["credit_listing_changed"] * 3
    assert await register.rows("select from timer") == []


async def test_who_is_not_listed_may_be_looked_at_again_and_is_looked_at_once(register: Register) -> None:
    one = await organization(register)
    id = await opened(register, one)
    with pytest.raises(AlreadyThere):
        await opened(register, one)
    await register.do(commands.drop, id=id, reason="ground_gone")
    assert await opened(register, one) != id
    with pytest.raises(UnknownGround):
        await opened(register, await organization(register), listing_grounds=["revoked"])
    with pytest.raises(NoGround):
        await opened(register, await organization(register), listing_grounds=[])


async def test_a_listing_of_old_is_entered_without_clocks(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    past: dict[str, Any] = {"basis": Basis.HISTORICAL}
    id = await opened(register, one, effective_on=date(2022, 3, 1), **past)
    await register.do(commands.notice, id=id, effective_on=date(2022, 3, 2), **past)
    row = await register.do(commands.list_, id=id, effective_on=date(2022, 4, 1), **past)
    assert row.term_on == date(2024, 4, 1)
    assert await register.rows("select from timer") == []
    await told(register, row.decision_id or id)
    [shown] = await register.rows("select credit_listed_on from organization where id = $1", one)
    assert shown["credit_listed_on"] == date(2022, 4, 1)
    found = await api.get("/v1/credit-listings", listing="abnormal", state="listed")
    assert [item["organization_id"] for item in found["items"]] == [str(one)]
    await api.as_("hub_officer").post(f"/v1/credit-listings/{id}/removal", 403, reason="repaired")


def test_years_are_counted_from_the_29th_of_february_too() -> None:
    assert years_after(date(2028, 2, 29), 2) == date(2030, 2, 28)
    assert years_after(date(2028, 2, 29), 4) == date(2032, 2, 29)
