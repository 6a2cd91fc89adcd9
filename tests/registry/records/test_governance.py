"""Governance checklists: four systems, a charter, clean fees, in time."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.registry.policy import RegistryPolicy
from services.registry.records.governance import commands as governance
from services.registry.records.governance.model import FeeRule, StillLacking, System, SystemNotThere
from services.registry.records.model import NotListed
from services.registry.records.policy import CharterTemplate, RecordsPolicy
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def opened(register: Register, **changes: Any) -> UUID:
    found = {"organization_id": await organization(register), **changes}
    return (await register.do(governance.open_, **found)).id


async def test_a_checklist_is_complete_when_nothing_is_missing(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await opened(register)
    for system in (System.ANNUAL_REVIEW, System.INTERNAL_MANAGEMENT, System.DISCLOSURE):
        await register.do(governance.adopt, id=id, system=system, template_version="v2", evidence="D-1")
    await register.do(
        governance.declare_fees, id=id, fees_declared=[FeeRule.NO_WIDENED_FEES, FeeRule.NO_FEES_ON_FIRMS]
    )
    assert (await register.events(id))[-1][1]["lacking"] == [
        "no_self_made_administrative_fees", "no_self_set_standards",
    ]  # fmt: skip
    with pytest.raises(StillLacking) as refused:
        await register.do(governance.complete, id=id)
    words = refused.value.message("zh")
    assert "财务审计制度、章程、无私设行政事业性收费项目、无越权自定收费标准" in words
    await register.do(governance.adopt, id=id, system=System.FINANCIAL_AUDIT)
    await register.do(governance.adopt_charter, id=id, charter_template="2014", charter_party_clause=True)
    row = await register.do(governance.declare_fees, id=id, fees_declared=list(FeeRule))
    [kept] = await register.rows(
        "select four_no_fees_declared from organization where id = $1", row.organization_id
    )
    assert kept["four_no_fees_declared"] is True
    row = await register.do(governance.complete, id=id)
    assert (row.state, row.due_on) == ("complete", None)
    assert [one["system"] for one in row.systems] == [system.value for system in System]
    answer = await api.get("/v1/figures")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    names = ("disclosure", "financial_audit", "charter_current", "party_clause", "four_no")
    assert {values[f"governance.{name}"] for name in names} == {1}
    past = await api.get("/v1/figures", as_of="2026-11-22")
    assert past["figures"]["governance.disclosure"]["value"] == 0


async def test_what_is_abolished_is_owed_again_from_that_day(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    id = await opened(register)
    with pytest.raises(SystemNotThere):
        await register.do(governance.abolish, id=id, system=System.DISCLOSURE)
    for system in System:
        await register.do(governance.adopt, id=id, system=system)
    await register.do(governance.adopt_charter, id=id, charter_template="a", charter_party_clause=False)
    await register.do(governance.declare_fees, id=id, fees_declared=list(FeeRule))
    await register.do(governance.complete, id=id)
    await register.begin(date(2026, 12, 28))
    row = await register.do(governance.abolish, id=id, system=System.DISCLOSURE)
    last, _ = register.runtime.region.calendar.add_working_days(date(2026, 12, 28), 60)
    assert (row.state, row.due_on) == ("in_progress", last)
    await register.begin(last + timedelta(days=1))
    assert await register.fire_timers() == 1
    assert await register.facts(id) == [
        "opened", *["system_adopted"] * 4, "charter_adopted", "fees_declared", "completed",
        "system_abolished", "became_overdue",
    ]  # fmt: skip


async def test_a_charter_follows_the_version_in_force_or_an_older_one(register: Register) -> None:
    templates = (
        CharterTemplate(code="2005", name_zh="章程范本", since=date(2005, 1, 1)),
        CharterTemplate(code="2014", name_zh="章程范本（党建条款）", since=date(2014, 1, 1)),
    )
    register.runtime.policies = RegistryPolicy(records=RecordsPolicy(charter_templates=templates))
    id = await opened(register)
    charter: dict[str, Any] = {"charter_party_clause": True}
    row = await register.do(governance.adopt_charter, id=id, charter_template="2005", **charter)
    assert row.charter_current is False
    row = await register.do(governance.adopt_charter, id=id, charter_template="2014", **charter)
    assert row.charter_current is True
    with pytest.raises(NotListed):
        await register.do(governance.adopt_charter, id=id, charter_template="1998", **charter)
    before: dict[str, Any] = {"basis": "historical", "effective_on": date(2013, 5, 1)}
    old = await opened(register, **before)
    row = await register.do(governance.adopt_charter, id=old, charter_template="2005", **charter, **before)
    assert row.charter_current is True, "it was the version of its day"


async def test_an_organisation_has_one_open_checklist(register: Register, api: Api) -> None:
    id = await organization(register)
    first = await register.do(governance.open_, organization_id=id)
    await api.post("/v1/governance-checklists", 409, organization_id=str(id))
    await register.do(governance.close, id=first.id, reason="mistaken")
    await api.post("/v1/governance-checklists", 201, organization_id=str(id))
