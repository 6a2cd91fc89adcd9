"""What bars from evaluation is the profile's: each key at another value than its default, asked over HTTP."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.registry import CreditListing

from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import InspectionResult
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.inspections.evaluations.model import Grade
from services.registry.inspections.policy import EvaluationPolicy, InspectionsPolicy
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told
from tests.registry.enforcement.test_decisions import decided
from tests.registry.references import organization

pytestmark = pytest.mark.integration
HISTORY: dict[str, Any] = {"basis": Basis.HISTORICAL}


@dataclass
class Enrolling:
    """One organisation that wants to be evaluated today, 23 November 2026."""

    register: Register
    api: Api
    about: UUID

    async def barred(self, **keys: Any) -> list[str]:
        """What it is told with these keys in the profile; nothing where it is enrolled and withdraws."""
        policy = EvaluationPolicy(**keys)
        self.register.runtime.policies = RegistryPolicy(inspections=InspectionsPolicy(evaluation=policy))
        body = {"organization_id": str(self.about), "year": 2026}
        answer = await self.api.client.post("/v1/evaluations", json=body)
        if answer.status_code == 201:
            path = f"/v1/evaluations/{answer.json()['id']}/withdrawal"
            await self.api.post(path, reason="not_ready")
            return []
        said = answer.json()
        codes = [one["code"] for one in said.get("errors", [said])]
        return [code.removeprefix("evaluation_") for code in codes]

    async def inspected(self, year: int, result: InspectionResult | None) -> None:
        """Its annual inspection of that year; without a result it was missed."""
        row = await self.register.do(annual.open_, organization_id=self.about, year=year)
        if result is None:
            await self.register.do(annual.miss, id=row.id)
        else:
            await self.register.do(annual.submit, id=row.id)
            await self.register.do(annual.conclude, id=row.id, result=result)

    async def graded(self, day: date) -> UUID:
        """A grade of that day, on record as history."""
        on: dict[str, Any] = {"effective_on": day, **HISTORY}
        row = await self.register.do(evaluations.enrol, organization_id=self.about, year=day.year, **on)
        await self.register.do(evaluations.give_grade, id=row.id, grade=Grade.THREE_A, **on)
        return row.id

    async def decided(self, day: date, *, lifted: date | None = None, **changes: Any) -> None:
        """A decision of an authority about it, which its home has heard of."""
        id = await decided(self.register, self.about, effective_on=day, **changes, **HISTORY)
        await told(self.register, id)
        if lifted is not None:
            await self.register.do(decisions.lift, id=id, reason="complied", effective_on=lifted, **HISTORY)
            await told(self.register, id)


@pytest_asyncio.fixture(loop_scope="session")
async def enrolling(register: Register, api: Api) -> Enrolling:
    """Registered on 1 May 2014, and nothing else on record."""
    await register.begin(date(2026, 11, 23))
    return Enrolling(register, api, await organization(register))


async def test_how_long_it_was_registered(enrolling: Enrolling) -> None:
    assert await enrolling.barred() == []
    assert await enrolling.barred(registered_years=12) == []
    assert await enrolling.barred(registered_years=13) == ["registered_too_short"]


async def test_how_new_its_grade_is(enrolling: Enrolling) -> None:
    await enrolling.graded(date(2024, 11, 1))
    assert await enrolling.barred() == []
    assert await enrolling.barred(regrade_years=3) == ["grade_still_fresh"]


async def test_how_long_ago_its_grade_was_lowered(enrolling: Enrolling) -> None:
    id = await enrolling.graded(date(2023, 5, 1))
    lowered: dict[str, Any] = {"lowered_to": Grade.TWO_A, "ground": "finance"}
    await enrolling.register.do(
        evaluations.downgrade, id=id, effective_on=date(2024, 11, 1), **lowered, **HISTORY
    )
    assert await enrolling.barred() == []
    assert await enrolling.barred(lowered_years=3) == ["barred_after_lowering"]
    assert await enrolling.barred(revoked_years=9) == [], "it was lowered, not taken away"


async def test_how_long_ago_its_grade_was_taken_away(enrolling: Enrolling) -> None:
    id = await enrolling.graded(date(2022, 5, 1))
    on: dict[str, Any] = {"effective_on": date(2023, 12, 1), **HISTORY}
    await enrolling.register.do(evaluations.revoke, id=id, ground="finance", **on)
    assert await enrolling.barred() == ["barred_after_lowering"]
    assert await enrolling.barred(revoked_years=2) == []
    assert await enrolling.barred(revoked_years=2, lowered_years=9) == []


async def test_the_outcome_of_the_newest_inspection(enrolling: Enrolling) -> None:
    await enrolling.inspected(2024, InspectionResult.BASICALLY_QUALIFIED)
    assert await enrolling.barred() == []
    assert await enrolling.barred(barred_by_results=["basically_qualified"]) == ["barred_by_inspection"]
    await enrolling.inspected(2025, None)
    assert await enrolling.barred() == ["barred_by_inspection"]
    assert await enrolling.barred(barred_by_results=["unqualified", "basically_qualified"]) == []


async def test_how_often_it_was_qualified_basically(enrolling: Enrolling) -> None:
    await enrolling.inspected(2024, InspectionResult.BASICALLY_QUALIFIED)
    assert await enrolling.barred() == []
    assert await enrolling.barred(basically_qualified_times=1) == ["barred_by_inspection"]
    await enrolling.inspected(2025, InspectionResult.BASICALLY_QUALIFIED)
    assert await enrolling.barred() == ["barred_by_inspection"]
    assert await enrolling.barred(basically_qualified_times=3) == []


async def test_for_how_many_years_after_a_penalty(enrolling: Enrolling) -> None:
    await enrolling.decided(date(2025, 5, 1), result="fine", lifted=date(2025, 6, 1))
    assert await enrolling.barred() == ["barred_by_penalty"]
    assert await enrolling.barred(penalty_years=0) == []


async def test_which_decisions_are_penalties(enrolling: Enrolling) -> None:
    await enrolling.decided(date(2025, 5, 1), result="fine")
    await enrolling.decided(
        date(2024, 5, 1), kind=contract.DecisionKind.SUSPENSION, result=None, lifted=date(2024, 8, 1)
    )
    assert await enrolling.barred() == ["barred_by_penalty"]
    assert await enrolling.barred(penalties=["suspension"]) == []
    assert await enrolling.barred(penalties=["suspension"], penalty_years=2) == ["barred_by_penalty"]
    assert await enrolling.barred(penalties=["penalty"], penalty_years=0) == ["barred_by_open_penalty"]


async def test_which_penalties_leave_nothing_to_be_carried_out(enrolling: Enrolling) -> None:
    await enrolling.decided(date(2024, 5, 1), result="warning")
    assert await enrolling.barred() == []
    assert await enrolling.barred(penalties_done_at_once=[]) == ["barred_by_open_penalty"]
    await enrolling.decided(date(2024, 6, 1), result="fine")
    assert await enrolling.barred() == ["barred_by_open_penalty"]
    assert await enrolling.barred(penalties_done_at_once=["warning", "fine"]) == []


async def test_whether_an_open_investigation_bars(enrolling: Enrolling) -> None:
    await enrolling.decided(date(2024, 5, 1), kind=contract.DecisionKind.INVESTIGATION, result="fees")
    assert await enrolling.barred() == ["barred_by_investigation"]
    assert await enrolling.barred(barred_under_investigation=False) == []


async def test_which_lists_bar(enrolling: Enrolling) -> None:
    listed: dict[str, Any] = {"kind": contract.DecisionKind.LISTING, "result": None}
    await enrolling.decided(date(2024, 5, 1), listing=CreditListing.ABNORMAL, **listed)
    assert await enrolling.barred() == ["barred_by_standing"]
    assert await enrolling.barred(barred_by_listings=["seriously_untrustworthy"]) == []


async def test_whether_an_order_to_stop_bars_by_itself(enrolling: Enrolling) -> None:
    await enrolling.register.do(organizations.suspend, id=enrolling.about)
    assert await enrolling.barred() == ["barred_by_standing"]
    assert await enrolling.barred(barred_while_suspended=False) == []


async def test_a_result_is_named_in_the_language_of_who_asks(enrolling: Enrolling) -> None:
    await enrolling.inspected(2024, InspectionResult.BASICALLY_QUALIFIED)
    await enrolling.inspected(2025, InspectionResult.BASICALLY_QUALIFIED)
    body = {"organization_id": str(enrolling.about), "year": 2026}
    said = await enrolling.api.post("/v1/evaluations", 409, **body)
    assert said["detail"] == "Barred by the annual inspection of 2025: basically qualified 2 years in a row."
    in_chinese = {"accept-language": "zh"}
    answer = await enrolling.api.client.post("/v1/evaluations", json=body, headers=in_chinese)
    assert answer.json()["detail"] == "2025 年度年检“连续 2 年基本合格”，不能参加评估。"
