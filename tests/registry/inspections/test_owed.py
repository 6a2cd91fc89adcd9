"""What an inspection owes: by who missed it, alone or by the thousand; handed in after all; corrected."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as enforcement

from services.registry import portions
from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import InspectionResult as Result
from services.registry.inspections.annual.model import SameResult
from services.registry.inspections.campaigns import commands as campaigns
from services.registry.organizations import commands as organizations
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told
from tests.registry.enforcement.test_concluding import refused
from tests.registry.enforcement.test_decisions import decided
from tests.registry.inspections.test_campaigns import campaign, carried, inspections, registered
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DUE = date(2026, 5, 31)


async def opened(register: Register, about: UUID | None = None) -> UUID:
    row = await register.do(
        annual.open_, organization_id=about or await organization(register), year=2025, due_on=DUE
    )
    return row.id


async def owed(register: Register) -> list[tuple[Any, ...]]:
    rows = await register.rows(
        "select origin_record_id, state, topics, outcome, due_on from rectification order by id"
    )
    return [tuple(row) for row in rows]


async def shown(register: Register, id: UUID) -> Any:
    [row] = await register.rows(
        "select state, ended, ended_on, result, late, submitted_on from inspection where id = $1", id
    )
    return row


async def test_who_missed_it_owes_a_rectification_report(register: Register) -> None:
    await register.begin(date(2026, 6, 1))
    id = await opened(register)
    await register.do(annual.miss, id=id)
    assert await owed(register) == [(id, "opened", ["not_inspected"], None, date(2026, 7, 14))], (
        "30 working days"
    )
    [found] = await register.rows("select findings from rectification")
    assert found["findings"] == "2025 年度年检未参加"


async def test_who_ended_is_not_inspected_and_owes_nothing(register: Register) -> None:
    await register.begin(date(2026, 6, 1))
    about = await organization(register)
    id = await opened(register, about)
    await register.do(organizations.end, id=about, fact="deregistered")
    assert (await shown(register, id))["state"] == "released"
    assert await owed(register) == []


async def test_a_campaign_that_closes_asks_all_who_missed_it_in_portions(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register.begin(date(2026, 11, 20))
    monkeypatch.setattr(portions, "AT_ONCE", 3)
    for n in range(8):
        await registered(register, f"协会{n}")
    id = await campaign(register)
    await carried(register)
    first, second, *others = [row["id"] for row in await inspections(register)]
    await register.do(annual.submit, id=first)
    await register.do(annual.miss, id=second)
    await register.do(campaigns.close, id=id)
    await carried(register)
    found = await owed(register)
    assert sorted(row[0] for row in found) == sorted([second, *others]), "each once, who took part not"
    [alone] = [row[1:] for row in found if row[0] == second]
    assert all(row[1:] == alone for row in found), "by the thousand as one by one"
    timers = await register.rows(
        "select distinct due_at, provisional, payload from timer where kind = 'rectifications.due'"
    )
    assert len(timers) == 1, "with the same deadline, reckoned anew alike when next year's calendar comes"
    events = await register.events((await register.rows("select id from rectification"))[-1]["id"])
    assert events[0][0] == "opened"
    assert events[0][1]["state"]["due_on"] is not None


async def test_who_missed_it_hands_in_after_all_and_is_concluded(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    about = await registered(register, "书画协会")
    id = await campaign(register)
    await carried(register)
    [row] = await inspections(register)
    await register.begin(date(2026, 6, 1))
    await register.do(campaigns.close, id=id)
    await carried(register)
    missed = await shown(register, row["id"])
    assert (missed["state"], missed["ended"], missed["ended_on"]) == ("missed", True, date(2026, 6, 1))
    await register.begin(date(2026, 6, 20))
    offered = await api.get("/v1/matters")
    [kind] = [one for one in offered if one["path"] == "inspections"]
    assert kind["transitions"]["missed"] == {"submitted": "submitted", "released": "released"}
    await register.do(annual.submit, id=row["id"])
    late = await shown(register, row["id"])
    assert (late["state"], late["ended"], late["ended_on"], late["late"]) == ("submitted", False, None, True)
    [*_, (fact, said)] = await register.events(row["id"])
    assert (fact, said["state"].get("ended", False)) == ("submitted_late", False)
    await register.do(annual.return_, id=row["id"], items=["report"])
    [timer] = await register.rows("select subject from timer where kind = 'inspections.window'")
    assert timer["subject"] == str(row["id"]), "its deadlines run again"
    await register.do(annual.submit, id=row["id"])
    decision = await decided(register, about, kind=enforcement.DecisionKind.INSPECTION, result="qualified")
    await told(register, decision)
    assert (await shown(register, row["id"]))["result"] == "qualified", "the authority's decision finds it"
    assert [one[1] for one in await owed(register)] == ["opened"], (
        "that it was missed is still to be reported"
    )


async def test_what_was_missed_by_mistake_is_released_and_owes_nothing(register: Register) -> None:
    await register.begin(date(2026, 6, 1))
    id = await opened(register)
    await register.do(annual.miss, id=id)
    await register.do(annual.release, id=id, ground="registered_late")
    found = await shown(register, id)
    assert (found["state"], found["ended"]) == ("released", True)
    assert [one[1:4] for one in await owed(register)] == [("closed", ["not_inspected"], "released")]


async def test_a_wrong_conclusion_is_corrected_and_what_it_owed_follows(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    id = await opened(register)
    await register.do(annual.submit, id=id)
    await register.do(annual.conclude, id=id, result="unqualified", topics=["finance"])
    assert (await api.get("/v1/figures"))["figures"]["inspections.pass_rate"]["value"] == 0.0
    with pytest.raises(SameResult):
        await register.do(annual.correct, id=id, corrected_to=Result.UNQUALIFIED, explanation="重复")
    await register.begin(date(2026, 3, 10))
    await register.do(annual.correct, id=id, corrected_to=Result.QUALIFIED, explanation="误录")
    found = await shown(register, id)
    assert (found["state"], found["ended"], found["result"]) == ("concluded", True, "qualified")
    assert found["ended_on"] == date(2026, 3, 2)
    assert [one[1:4] for one in await owed(register)] == [("closed", ["finance"], "conclusion_corrected")]
    [*_, (fact, said)] = await register.events(id)
    assert (fact, said["previous"], said["state"]["result"]) == ("corrected", "unqualified", "qualified")
    await register.do(annual.correct, id=id, corrected_to=Result.BASICALLY_QUALIFIED, explanation="复核",
                      topics=["fees"])  # fmt: skip
    assert [one[1:3] for one in await owed(register)] == [("closed", ["finance"]), ("opened", ["fees"])]
    await register.do(annual.correct, id=id, corrected_to=Result.UNQUALIFIED, explanation="再次复核")
    assert len(await owed(register)) == 2, "it is owed already"


async def test_a_corrected_decision_corrects_the_conclusion(register: Register) -> None:
    about = await organization(register)
    id = await opened(register, about)
    await register.do(annual.submit, id=id)
    decision = await decided(register, about, kind=enforcement.DecisionKind.INSPECTION, result="unqualified")
    await told(register, decision)
    assert len(await owed(register)) == 1
    await register.do(decisions.correct, id=decision, explanation="录入有误", result="qualified")
    await told(register, decision)
    assert await refused(register, decision) is None
    assert (await shown(register, id))["result"] == "qualified"
    assert [one[1] for one in await owed(register)] == ["closed"]


async def test_history_that_missed_it_starts_no_deadline(register: Register) -> None:
    await register.begin(date(2026, 6, 1))
    old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2016, 7, 1)}
    row = await register.do(annual.open_, organization_id=await organization(register), year=2015, **old)
    await register.do(annual.miss, id=row.id, **old)
    assert [one[4] for one in await owed(register)] == [None]
    assert await register.rows("select from timer where kind = 'rectifications.due'") == []
