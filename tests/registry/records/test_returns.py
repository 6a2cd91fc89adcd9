"""Returns: asked for regularly, handed in late or in time, and what the years add up to."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.registry.operations.periods import Interval
from services.registry.organizations.model import LegalStatus
from services.registry.records.calls import commands as calls
from services.registry.records.calls.model import NobodyAsked
from services.registry.records.model import NotListed
from services.registry.records.returns import commands as returns
from services.registry.records.returns.commands import HoursInField, IncomeFrom
from services.registry.records.returns.model import (
    GoodsExceedDonations,
    MoreThanWhole,
    NothingSaid,
    SaidTwice,
)
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
PAST: dict[str, Any] = {"basis": "historical"}


async def yearly(register: Register, id: UUID | None = None, **changes: Any) -> UUID:
    found = {"organization_id": id or await organization(register), "covers": date(2026, 6, 1), **changes}
    return (await register.do(returns.open_, interval=Interval.YEAR, **found)).id


async def values(api: Api, **asked: Any) -> dict[str, float]:
    answer = await api.get("/v1/figures", **asked)
    return {name: figure["value"] for name, figure in answer["figures"].items()}


async def test_the_numbers_of_2014_keep_how_exactly_they_were_stated(register: Register, api: Api) -> None:
    volunteers, university = await organization(register), await organization(register)
    for id, said in (
        (
            volunteers,
            {
                "service_hours": 700_000, "service_hours_qualifier": "over", "donated_fen": 1_000_000_000,
                "donated_fen_qualifier": "over",
                "field_hours": [{"field": f"field-{number}", "hours": 1000} for number in range(11)],
            },
        ),
        (university, {"learners": 1000, "learners_qualifier": "over", "classes": 42}),
    ):  # fmt: skip
        opened = await api.post(
            "/v1/returns", 201, organization_id=str(id), interval="year", covers="2014-12-31",
            effective_on="2015-01-04", **PAST,
        )  # fmt: skip
        assert (opened["period"], opened["due_on"]) == ("2014", None)
        await api.post(f"/v1/returns/{opened['id']}/submission", effective_on="2015-03-02", **PAST, **said)
    event = (await register.events(opened["id"]))[-1][1]["state"]
    assert (event["learners"], event["classes"]) == ({"value": 1000, "qualifier": "over"}, {"value": 42})
    then = await values(api, as_of="2015-09-01")
    assert {name: then[f"yearly_returns.{name}"] for name in (
        "organizations", "service_hours", "service_fields", "donated", "learners", "classes", "inexact"
    )} == {
        "organizations": 2, "service_hours": 700_000, "service_fields": 11, "donated": 1_000_000_000,
        "learners": 1000, "classes": 42, "inexact": 3,
    }  # fmt: skip
    before = await values(api, as_of="2015-03-01")
    assert before["yearly_returns.service_hours"] == 0
    assert "yearly_returns.self_support" not in before
    assert await register.rows("select from timer") == [], "nothing live starts from history"


async def test_what_is_counted_up_to_a_day_is_of_all_years(register: Register, api: Api) -> None:
    volunteers, others = await organization(register), await organization(register)
    for id, year, hours in ((volunteers, 2013, 300), (volunteers, 2014, 500), (others, 2013, 40)):
        opened = await yearly(
            register, id, covers=date(year, 12, 31), effective_on=date(year + 1, 1, 4), **PAST
        )
        day = date(year + 1, 3, 2)
        await register.do(
            returns.submit, id=opened, service_hours=hours, donated_fen=100 * hours, effective_on=day, **PAST
        )
    unanswered = await yearly(
        register, volunteers, covers=date(2012, 1, 1), effective_on=date(2013, 1, 4), **PAST
    )
    await register.do(returns.miss, id=unanswered, effective_on=date(2013, 6, 1), **PAST)
    for as_of, newest, to_date in (("2014-12-31", 340, 340), ("2015-12-31", 540, 840)):
        found = await values(api, as_of=as_of, division="120116")
        assert found["yearly_returns.organizations"] == 2
        assert (found["yearly_returns.service_hours"], found["yearly_returns.service_hours_to_date"]) == (
            newest, to_date
        )  # fmt: skip
        assert found["yearly_returns.donated_to_date"] == to_date * 100


async def test_at_the_end_of_the_year_everybody_in_scope_owes_a_return(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    ids = {await organization(register), await organization(register)}
    with pytest.raises(NobodyAsked):
        await register.do(
            calls.open_, division="120116", title="季报", interval=Interval.QUARTER, legal_statuses=[]
        )
    call = await register.do(
        calls.open_, division="120116", title="季报", interval=Interval.QUARTER,
        legal_statuses=[LegalStatus.REGISTERED],
    )  # fmt: skip
    await register.begin(date(2026, 12, 31))
    assert await register.fire_timers() == 0
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    rows = await register.rows("select id, organization_id, period, year, due_on from periodic_return")
    assert {row["organization_id"] for row in rows} == ids
    due_on, _ = register.runtime.region.calendar.add_working_days(date(2026, 12, 31), 15)
    assert {(row["period"], row["year"], row["due_on"]) for row in rows} == {("2026-Q4", 2026, due_on)}
    await register.begin(due_on + timedelta(days=1))
    assert await register.fire_timers() == 2
    late = await register.do(returns.submit, id=rows[0]["id"], served=300)
    assert (late.late, late.overdue, late.state) == (True, False, "submitted")
    assert await register.facts(late.id) == ["opened", "became_overdue", "submitted_late"]
    await register.do(calls.stop, id=call.id, reason="merged")
    await register.begin(date(2027, 4, 1))
    assert await register.fire_timers() == 0
    await register.do(calls.resume, id=call.id)
    await register.begin(date(2027, 7, 1))
    await register.fire_timers()
    periods = await register.rows("select distinct period from periodic_return order by 1")
    assert [row["period"] for row in periods] == ["2026-Q4", "2027-Q2"]


async def test_portions_lead_to_the_same_returns(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "AT_ONCE", 2)
    await register.begin(date(2026, 11, 22))
    for _ in range(5):
        await organization(register)
    await register.do(
        calls.open_, division="120116", title="月报", interval=Interval.MONTH,
        legal_statuses=[LegalStatus.REGISTERED],
    )  # fmt: skip
    await register.begin(date(2026, 12, 1))
    while await register.fire_timers():
        pass
    [row] = await register.rows("select count(*) as number, count(distinct organization_id) as each"
                                " from periodic_return")  # fmt: skip
    assert (row["number"], row["each"]) == (5, 5)


async def test_numbers_that_cannot_be_true_together_are_refused(register: Register) -> None:
    id = await yearly(register)
    with pytest.raises(NothingSaid):
        await register.do(returns.submit, id=id)
    parts = [HoursInField(field="patrols", hours=60), HoursInField(field="neighbours", hours=50)]
    with pytest.raises(MoreThanWhole):
        await register.do(returns.submit, id=id, service_hours=100, field_hours=parts)
    with pytest.raises(GoodsExceedDonations, match=r"Goods \(11\.50 yuan\) are more than all"):
        await register.do(returns.submit, id=id, donated_fen=1000, in_kind_fen=1150)
    with pytest.raises(SaidTwice):
        await register.do(returns.submit, id=id, field_hours=[parts[0], parts[0]])
    with pytest.raises(NotListed):
        await register.do(returns.submit, id=id, income=[IncomeFrom(source="lottery", fen=100)])
    row = await register.do(returns.submit, id=id, field_hours=parts)
    assert row.service_hours == 110, "all fields together, where the whole was left out"


async def test_a_return_comes_back_and_keeps_what_was_right(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    organization_id = await organization(register)
    id = await yearly(register, organization_id)
    income = [IncomeFrom(source="government_purchase", fen=60_000), IncomeFrom(source="services", fen=20_000)]
    await register.do(returns.submit, id=id, income=income, staff_count=3, service_hours=20)
    back = await register.do(returns.return_, id=id, items=["staff_count"], explanation="与社保人数不符")
    assert back.due_on is not None
    assert back.due_on > date(2026, 12, 1)
    await api.as_("liaison", "120116005").post(f"/v1/returns/{id}/submission", staff_count=4)
    await register.do(returns.accept, id=id)
    row = (await register.rows("select * from periodic_return where id = $1", id))[0]
    assert (row["service_hours"], row["income_fen"], row["own_income_fen"]) == (20, 80_000, 20_000)
    [kept] = await register.rows("select staff_count from organization where id = $1", organization_id)
    assert kept["staff_count"] == 4, "no number is asked for twice"
    found = await values(api)
    assert (found["yearly_returns.income"], found["yearly_returns.self_support"]) == (80_000, 25.0)
    assert "社保" not in str(await register.events(id))


async def test_one_return_for_a_period(register: Register, api: Api) -> None:
    organization_id = str(await organization(register))
    await api.post("/v1/returns", 201, organization_id=organization_id, interval="year", covers="2026-01-01")
    refused = await api.post(
        "/v1/returns", 409, organization_id=organization_id, interval="year", covers="2026-12-31"
    )
    assert refused["type"].endswith("matter_already_there")
