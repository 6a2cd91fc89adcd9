"""Participation and pass rate: by form and year, of a past day as they were, moved by no single record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import InspectionResult as Result
from services.registry.inspections.campaigns import commands as campaigns
from services.registry.organizations.model import Basis
from tests.registry.conftest import Api, Register
from tests.registry.inspections.test_campaigns import campaign, carried, inspections, registered
from tests.registry.references import organization

pytestmark = pytest.mark.integration
BEGIN = date(2026, 3, 2)


async def asked(register: Register, number: int) -> list[UUID]:
    """The inspections of so many organisations in the campaign of 2025."""
    await register.begin(BEGIN)
    for n in range(number):
        await registered(register, f"协会{n}")
    await campaign(register)
    await carried(register)
    return [row["id"] for row in await inspections(register)]


async def shown(api: Api, as_of: date | None = None) -> dict[str, Any]:
    day = {"as_of": as_of.isoformat()} if as_of else {}
    found = (await api.get("/v1/figures", **day))["figures"]
    return {name: one["value"] for name, one in found.items() if name.startswith("inspections.")}


async def test_a_record_opened_early_or_by_mistake_moves_nobodys_rate(register: Register, api: Api) -> None:
    first, *_ = await asked(register, 4)
    await register.do(annual.submit, id=first)
    await register.do(annual.open_, organization_id=await organization(register), year=2026)
    values = await shown(api)
    assert (values["inspections.year.due"], values["inspections.participation"]) == (4, 25.0)
    await register.begin(date(2027, 1, 4))
    assert (await shown(api))["inspections.participation"] == 25.0, "of the year that was asked for last"
    years = await api.get("/v1/inspection-rates")
    assert [(one["year"], one["form"], one["due"], one["participation"]) for one in years] == [
        (2026, "annual_inspection", 1, 0.0), (2025, "annual_inspection", 4, 25.0)
    ]  # fmt: skip


async def test_years_without_a_campaign_are_those_on_record(register: Register, api: Api) -> None:
    await register.begin(BEGIN)
    for year in (2013, 2014):
        old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(year + 1, 5, 1)}
        row = await register.do(annual.open_, organization_id=await organization(register), year=year, **old)
        await register.do(annual.submit, id=row.id, **old)
        await register.do(annual.conclude, id=row.id, result=Result.QUALIFIED, **old)
    assert (await shown(api))["inspections.year.due"] == 1
    assert (await shown(api, date(2014, 12, 31)))["inspections.pass_rate"] == 100.0
    [one] = await api.get("/v1/inspection-rates", year=2013, form="annual_inspection")
    assert (one["taken_part"], one["passed"], one["pass_rate"]) == (1, 1, 100.0)
    assert await api.get("/v1/inspection-rates", form="annual_report") == []


async def test_who_is_released_is_neither_due_nor_took_part(register: Register, api: Api) -> None:
    first, second, third = await asked(register, 3)
    for id in (first, second):
        await register.do(annual.submit, id=id)
    await register.do(annual.return_, id=first, items=["report"])
    await register.do(annual.release, id=first, ground="dissolving")
    await register.do(annual.release, id=third, ground="dissolving")
    values = await shown(api)
    assert (values["inspections.year.due"], values["inspections.year.taken_part"]) == (1, 1)
    assert values["inspections.participation"] == 100.0


async def test_a_past_days_rates_stay_as_they_were(register: Register, api: Api) -> None:
    first, second, third, fourth = await asked(register, 4)
    for id in (first, second):
        await register.do(annual.submit, id=id)
        await register.do(annual.conclude, id=id, result=Result.UNQUALIFIED)
    days = [BEGIN, date(2026, 4, 1), date(2026, 6, 1), date(2026, 7, 1)]
    [id] = {row["campaign_id"] for row in await register.rows("select campaign_id from inspection")}
    told = [await shown(api, BEGIN)]
    await register.begin(days[1])
    await register.do(annual.correct, id=first, corrected_to=Result.QUALIFIED, explanation="误录")
    await register.do(annual.release, id=fourth, ground="dissolving")
    told.append(await shown(api, days[1]))
    await register.begin(days[2])
    await register.do(campaigns.close, id=id)
    await carried(register)
    told.append(await shown(api, days[2]))
    await register.begin(days[3])
    await register.do(annual.submit, id=third)
    told.append(await shown(api, days[3]))
    assert [
        (one["inspections.participation"], one["inspections.pass_rate"], one["inspections.year.due"])
        for one in told
    ] == [(50.0, 0.0, 4), (66.7, 50.0, 3), (66.7, 50.0, 3), (100.0, 50.0, 3)]
    assert [await shown(api, day) for day in days] == told
    [before] = await api.get("/v1/inspection-rates", as_of=days[0].isoformat())
    assert (before["due"], before["passed"], before["missed"]) == (4, 0, 0)
    [missed] = await api.get("/v1/inspection-rates", as_of=days[2].isoformat())
    assert missed["missed"] == 1
    await api.as_("liaison", "120110").get("/v1/inspection-rates", 403, division="120116")
