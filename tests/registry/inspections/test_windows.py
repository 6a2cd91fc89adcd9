"""Windows by legal form, of the profile or the campaign's own; charities report, all others are inspected."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract

from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import OtherForm, OtherFormThere, WindowNotOpen
from services.registry.inspections.campaigns import commands
from services.registry.inspections.campaigns.model import (
    NotExtended,
    NoWindow,
    WindowBackwards,
    WindowOfNobody,
)
from services.registry.inspections.policy import InspectionsPolicy
from services.registry.organizations.model import LegalForm
from tests.registry.conftest import Api, Register
from tests.registry.inspections.test_campaigns import campaign, carried, inspections, registered
from tests.registry.references import organization

pytestmark = pytest.mark.integration
ASSOCIATION, SERVICE = LegalForm.ASSOCIATION, LegalForm.PRIVATE_NON_ENTERPRISE
REPORT = contract.InspectionForm.ANNUAL_REPORT
BEGIN = date(2026, 1, 5)


async def both(register: Register) -> tuple[UUID, UUID]:
    """An association and a service institution."""
    await register.begin(BEGIN)
    one = await registered(register, "书画协会")
    return one, await registered(register, "助学中心", legal_form=SERVICE)


async def days(register: Register) -> dict[UUID, tuple[date, date]]:
    rows = await register.rows("select organization_id, begins_on, due_on from inspection")
    return {row["organization_id"]: (row["begins_on"], row["due_on"]) for row in rows}


async def test_without_a_day_each_legal_form_has_the_window_of_the_profile(register: Register) -> None:
    one, two = await both(register)
    id = await campaign(register, due_on=None)
    await carried(register)
    assert await days(register) == {
        one: (date(2026, 1, 1), date(2026, 3, 31)), two: (date(2026, 1, 1), date(2026, 5, 31))
    }  # fmt: skip
    [(_, said)] = await register.events(id)
    assert (said["state"]["begins_on"], said["state"]["due_on"]) == ("2026-01-01", "2026-05-31")
    assert [one["due_on"] for one in said["state"]["windows"]] == ["2026-03-31", "2026-05-31"]


async def test_a_campaign_names_days_for_all_and_others_for_one(register: Register) -> None:
    one, two = await both(register)
    window = commands.FormWindow(legal_form=SERVICE, begins_on=date(2026, 4, 1), due_on=date(2026, 6, 30))
    id = await campaign(register, begins_on=date(2026, 3, 1), due_on=date(2026, 4, 30), windows=[window])
    await carried(register)
    assert await days(register) == {
        one: (date(2026, 3, 1), date(2026, 4, 30)), two: (date(2026, 4, 1), date(2026, 6, 30))
    }  # fmt: skip
    await register.do(commands.extend, id=id, due_on=date(2026, 5, 31))
    await carried(register)
    assert [last for _, last in (await days(register)).values()] == [date(2026, 5, 31), date(2026, 6, 30)]
    await register.do(commands.extend, id=id, due_on=date(2026, 7, 31), of_forms=[SERVICE])
    await carried(register)
    assert {id: last for id, (_, last) in (await days(register)).items()} == {
        one: date(2026, 5, 31), two: date(2026, 7, 31)
    }  # fmt: skip
    with pytest.raises(NotExtended):
        await register.do(commands.extend, id=id, due_on=date(2026, 5, 31), of_forms=[ASSOCIATION])


async def test_nothing_is_handed_in_before_the_window_begins(register: Register) -> None:
    await both(register)
    await campaign(register, begins_on=date(2026, 3, 1))
    await carried(register)
    [first, _] = await inspections(register)
    with pytest.raises(WindowNotOpen, match="2026-03-01"):
        await register.do(annual.submit, id=first["id"])
    await register.begin(date(2026, 3, 1))
    await register.do(annual.submit, id=first["id"])


async def test_windows_that_cannot_be_are_refused(register: Register) -> None:
    await register.begin(BEGIN)
    one = commands.FormWindow(legal_form=ASSOCIATION, due_on=date(2026, 5, 31))
    backwards = commands.FormWindow(
        legal_form=ASSOCIATION, begins_on=date(2026, 6, 1), due_on=date(2026, 5, 31)
    )
    for windows, refusal in (
        ([backwards], WindowBackwards), ([one, one], WindowOfNobody),
        ([commands.FormWindow(legal_form=LegalForm.FOUNDATION, due_on=date(2026, 5, 31))], WindowOfNobody),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await campaign(register, windows=windows)
    await register.begin(date(2026, 6, 1))
    with pytest.raises(NoWindow, match="association"):
        await campaign(register, due_on=None)


async def test_charities_report_and_all_others_are_inspected(register: Register, api: Api) -> None:
    one, two = await both(register)
    charity = await registered(register, "慈善会", details={"charity": True})
    await campaign(register)
    reports = await campaign(register, title="2025 年度年报", form=REPORT)
    await carried(register)
    rows = await register.rows("select organization_id, form, campaign_id from inspection")
    assert {row["organization_id"]: row["form"] for row in rows} == {
        one: "annual_inspection", two: "annual_inspection", charity: "annual_report"
    }  # fmt: skip
    [report] = [row["campaign_id"] for row in rows if row["form"] == "annual_report"]
    assert report == reports
    values = {name: found["value"] for name, found in (await api.get("/v1/figures"))["figures"].items()}
    assert (values["inspections.year.due"], values["inspections.reports.year.due"]) == (2, 1)
    [handed_in] = await register.rows("select id from inspection where form = 'annual_report'")
    await register.do(annual.submit, id=handed_in["id"])
    found = (await api.get("/v1/figures"))["figures"]
    assert found["inspections.reports.participation"]["value"] == 100.0
    assert found["inspections.participation"]["value"] == 0.0
    [rate] = await api.get("/v1/inspection-rates", form="annual_report")
    assert (rate["year"], rate["due"], rate["taken_part"]) == (2025, 1, 1)


async def test_nobody_owes_both_forms_of_a_year(register: Register) -> None:
    await register.begin(BEGIN)
    about = await organization(register)
    with pytest.raises(OtherForm):
        await register.do(annual.open_, organization_id=about, year=2025, form=REPORT)
    old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2026, 1, 2)}
    row = await register.do(annual.open_, organization_id=about, year=2025, form=REPORT, **old)
    with pytest.raises(OtherFormThere, match=str(row.id)):
        await register.do(annual.open_, organization_id=about, year=2025)
    await campaign(register)
    await carried(register)
    assert len(await inspections(register)) == 1, "nor does a campaign ask for the second"
    await register.do(annual.release, id=row.id, ground="registered_late")
    await register.begin(date(2026, 1, 6))
    await carried(register)
    assert len(await inspections(register)) == 2


async def test_who_missed_the_report_is_told_what_it_was(register: Register) -> None:
    await register.begin(BEGIN)
    await registered(register, "慈善会", details={"charity": True})
    id = await campaign(register, form=REPORT)
    await carried(register)
    await register.do(commands.close, id=id, even_though_open=True)
    await carried(register)
    [owed] = await register.rows("select findings from rectification")
    assert owed["findings"] == "2025 年度年报未参加"


def test_a_profile_names_each_window_once_and_forwards() -> None:
    window = {"form": "annual_inspection", "legal_form": "association", "due": (3, 31)}
    with pytest.raises(ValidationError, match="two for one form"):
        InspectionsPolicy.model_validate({"windows": [window, window]})
    with pytest.raises(ValidationError, match="ends before it begins"):
        InspectionsPolicy.model_validate({"windows": [{**window, "begins": (5, 1)}]})
    with pytest.raises(ValidationError, match="day is out of range"):
        InspectionsPolicy.model_validate({"windows": [{**window, "due": (2, 30)}]})
