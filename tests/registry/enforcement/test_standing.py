"""The hub's standing follows what is open about an organisation, and says why; credit listing is apart."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.registry import CreditListing

from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.enforcement.risks import commands as risks
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import HubStanding
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told
from tests.registry.enforcement.test_risks import opened as risk
from tests.registry.references import organization

pytestmark = pytest.mark.integration


async def rectification(register: Register, organization_id: UUID, **changes: Any) -> UUID:
    row = await register.do(
        rectifications.open_, organization_id=organization_id, origin="spot_check", topics=["finance"],
        findings="账目公开不及时", **changes,
    )  # fmt: skip
    await told(register, row.id)
    return row.id


async def judged(register: Register, id: UUID) -> str:
    [row] = await register.rows("select hub_standing from organization where id = $1", id)
    return str(row["hub_standing"])


async def test_what_is_open_makes_the_standing_and_is_its_reason(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    first = await rectification(register, one)
    assert await judged(register, one) == "under_rectification"
    grave = await risk(register, one, risk_level="grave")
    await told(register, grave)
    assert await judged(register, one) == "at_risk"
    fact, data = (await register.events(one))[-1]
    assert (fact, data["previous"]) == ("hub_standing_changed", "under_rectification")
    assert data["reasons"] == [
        {"kind": "rectification", "record": {"id": str(first), "sequence": 1}},
        {"kind": "risk", "record": {"id": str(grave), "sequence": 1}},
    ]
    shown = await api.get(f"/v1/organizations/{one}/standing")
    assert [(reason["kind"], reason["standing"]) for reason in shown["reasons"]] == [
        ("rectification", "under_rectification"), ("risk", "at_risk")
    ]  # fmt: skip
    await register.begin(date(2026, 12, 8))
    await register.do(risks.close, id=grave, outcome="resolved")
    await told(register, grave)
    await register.do(rectifications.close, id=first, outcome="corrected")
    await told(register, first)
    shown = await api.get(f"/v1/organizations/{one}/standing")
    assert (shown["standing"], shown["since"], shown["reasons"]) == ("good", "2026-12-08", [])
    assert [change["standing"] for change in shown["changes"]] == [
        "good", "under_rectification", "at_risk", "under_rectification"
    ]  # fmt: skip
    assert [len(change["reasons"]) for change in shown["changes"]] == [0, 1, 2, 1]


async def test_a_judgement_is_never_better_than_what_is_open(register: Register) -> None:
    one = await organization(register)
    await register.do(organizations.judge, id=one, standing=HubStanding.AT_RISK, ground="complaints")
    id = await rectification(register, one)
    assert await judged(register, one) == "at_risk"
    await register.do(organizations.judge, id=one, standing=HubStanding.GOOD)
    assert await judged(register, one) == "under_rectification", "the rectification is still open"
    assert (await register.events(one))[-1][1]["reasons"][0]["record"]["id"] == str(id)
    await register.do(rectifications.close, id=id, outcome="corrected")
    await told(register, id)
    assert await judged(register, one) == "good"


async def test_a_slight_risk_and_the_same_standing_again_are_no_fact(register: Register) -> None:
    one = await organization(register)
    await told(register, await risk(register, one, risk_level="low"))
    assert await register.facts(one) == ["registered"]
    await rectification(register, one)
    await rectification(register, one)
    assert await register.facts(one) == ["registered", "hub_standing_changed"]


async def test_history_changes_the_standing_as_history(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    await rectification(register, one, effective_on=date(2019, 3, 1), basis=Basis.HISTORICAL)
    state = (await register.events(one))[-1][1]["state"]
    assert (state["effective_on"], state["basis"]) == ("2019-03-01", "historical")


async def test_credit_listing_stands_beside_the_standing(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    row = await register.do(
        decisions.record, division="120116", authority="civil_affairs", organization_id=one,
        kind=contract.DecisionKind.LISTING, listing=CreditListing.ABNORMAL,
        grounds=["unreachable"], basis=Basis.HISTORICAL, effective_on=date(2025, 3, 1),
        document_number="津民名录〔2025〕1号",
    )  # fmt: skip
    await told(register, row.id)
    shown = await api.as_("viewer").get(f"/v1/organizations/{one}/standing")
    assert (shown["standing"], shown["since"]) == ("good", None)
    assert shown["credit"] == {"listing": "abnormal", "listed_on": "2025-03-01"}
    [decision] = shown["decisions"]
    assert (decision["grounds"], decision["document_number"]) == (["unreachable"], "津民名录〔2025〕1号")
    await api.as_("viewer", "120116001").get(f"/v1/organizations/{one}/standing", 403)
