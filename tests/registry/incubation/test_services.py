"""What is done for those who stay: the log both sides confirm, the operator's contract, the base's queues."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.principal import Principal, StandsFor
from services.registry.incubation.bases import commands as bases
from services.registry.incubation.cases import commands as cases
from services.registry.incubation.cases.model import NoSuchDepartment, SameDepartment
from services.registry.incubation.contracts import commands as contracts
from services.registry.incubation.contracts.model import (
    ContractEndsBeforeItBegins,
    ContractNotPromised,
    next_review,
)
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.entries.model import (
    AnotherHand,
    NobodyServed,
    OneHandForBoth,
    PaperMissing,
)
from services.registry.incubation.services import ServiceNotInCatalogue
from services.registry.incubation.stays import commands as stays
from services.registry.organizations.model import Basis
from services.registry.own.model import NotOwn
from tests.registry.conftest import OFFICER, Api, Register
from tests.registry.references import STREET, base, organization, stay

pytestmark = pytest.mark.integration
COLLEAGUE = replace(OFFICER, actor_id="u-colleague")


def account(organization_id: UUID) -> Principal:
    """An account of the organisation's own."""
    held = StandsFor("organization", organization_id)
    roles, granted = frozenset({"organization"}), frozenset({"own:*"})
    return Principal("u-org", roles, granted, (STREET,), stands_for=held)


async def recorded(register: Register, stay_id: UUID, **changes: Any) -> Any:
    facts: dict[str, Any] = {"service": "capacity_building", "written_by": "base", "hours": 3, "people": 12}
    return await register.do(entries.record, stay_id=stay_id, **{**facts, **changes})


async def test_one_side_writes_a_service_and_the_other_confirms_it(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    row = await recorded(register, inside, content="培训财务")
    organization = account(row.organization_id)
    with pytest.raises(OneHandForBoth):
        await register.do(entries.confirm, id=row.id)
    with pytest.raises(AnotherHand):
        await register.do(entries.correct, principal=organization, id=row.id, hours=1)
    await register.do(entries.dispute, principal=organization, id=row.id, reason="hours")
    row = await register.do(entries.correct, id=row.id, hours=2)
    assert row.on_paper is None, "of the line as it is now the organisation has said nothing"
    row = await register.do(entries.confirm, principal=organization, id=row.id)
    assert (row.state, row.hours, row.confirmed_on) == ("confirmed", 2, date(2026, 11, 22))
    assert row.on_paper is False
    assert await register.facts(row.id) == ["recorded", "disputed", "corrected", "confirmed"]
    said = str(await register.events(row.id))
    assert "财务" not in said
    own = await recorded(
        register, inside, written_by="organization", service="policy_advice", principal=organization
    )
    assert not own.promised, "the agreement does not have it"
    with pytest.raises(OneHandForBoth):
        await register.do(entries.confirm, principal=replace(organization, actor_id="u-org-2"), id=own.id)
    row = await register.do(entries.confirm, id=own.id)
    assert (row.state, row.on_paper) == ("confirmed", False)


async def test_colleagues_of_the_base_cannot_write_and_confirm_among_themselves(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    row = await recorded(register, inside)
    with pytest.raises(PaperMissing):
        await register.do(entries.confirm, principal=COLLEAGUE, id=row.id)
    with pytest.raises(PaperMissing):
        await register.do(entries.dispute, principal=COLLEAGUE, id=row.id, reason="hours")
    with pytest.raises(PaperMissing):
        await recorded(register, inside, written_by="organization")
    with pytest.raises(OneHandForBoth):
        await recorded(register, inside, written_by="base", principal=account(row.organization_id))
    stranger = account(await organization(register))
    with pytest.raises(NotOwn):
        await register.do(entries.confirm, principal=stranger, id=row.id)
    with pytest.raises(NotOwn):
        await recorded(register, inside, written_by="organization", principal=stranger)


async def test_what_the_organisation_signed_on_paper_is_entered_as_such(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    row = await recorded(register, inside)
    with pytest.raises(OneHandForBoth):
        await register.do(entries.confirm, id=row.id, evidence="服务确认单第3号")
    row = await register.do(entries.confirm, principal=COLLEAGUE, id=row.id, evidence="服务确认单第3号")
    assert (row.state, row.on_paper, row.evidence) == ("confirmed", True, "服务确认单第3号")
    told = (await register.events(row.id))[-1][1]
    assert told["state"]["on_paper"] is True
    assert "确认单" not in str(await register.events(row.id))
    theirs = await recorded(register, inside, written_by="organization", evidence="服务申请表")
    assert theirs.on_paper is True
    row = await register.do(entries.confirm, principal=COLLEAGUE, id=theirs.id)
    assert (row.state, row.on_paper, row.evidence) == ("confirmed", True, "服务申请表")


async def test_a_service_that_nobody_confirms_is_overdue_over_the_new_year(register: Register) -> None:
    await register.begin(date(2026, 12, 22))
    row = await recorded(register, await stay(register))
    assert row.due_on == date(2027, 1, 6)
    await register.begin(date(2027, 1, 7))
    assert await register.fire_timers() == 1
    assert await register.facts(row.id) == ["recorded", "became_overdue"]
    row = await register.do(entries.cancel, id=row.id)
    assert (row.ended, row.overdue) == (True, False)


async def test_services_are_for_those_inside(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    with pytest.raises(ServiceNotInCatalogue):
        await recorded(register, inside, service="fortune_telling")
    with pytest.raises(NobodyServed):
        await recorded(register, inside, effective_on=date(2026, 11, 1), basis=Basis.HISTORICAL)
    waiting = await register.do(
        stays.apply, organization_id=await organization(register), base_id=await base(register)
    )
    with pytest.raises(NobodyServed):
        await recorded(register, waiting.id)
    await register.do(stays.graduate, id=inside)
    await register.begin(date(2026, 11, 23))
    with pytest.raises(NobodyServed):
        await recorded(register, inside)


async def test_confirmed_services_of_a_year_are_counted(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    for hours in (2, 3):
        row = await recorded(register, await stay(register), hours=hours)
        paper = {"principal": COLLEAGUE, "evidence": "确认单"} if hours == 2 else {}
        own = {"principal": account(row.organization_id)}
        await register.do(entries.confirm, id=row.id, **(paper or own))
    await recorded(register, await stay(register), hours=100)
    answer = await api.get("/v1/figures", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert values["service-entries.year.hours"] == 5
    assert values["service-entries.year.people"] == 24
    assert values["service-entries.year.organizations"] == 2
    assert values["service-entries.year.on_paper"] == 1
    assert answer["by"][STREET]["service-entries.year.confirmed"] == 2


async def contract(register: Register, **changes: Any) -> Any:
    facts: dict[str, Any] = {
        "base_id": await base(register), "operator_id": await organization(register),
        "services": ["incubation", "case_tracking", "annual_review"], "amount_fen": 30_000_000,
        "begins_on": date(2026, 12, 1), "ends_on": date(2028, 11, 30),
    }  # fmt: skip
    return await register.do(contracts.sign, **{**facts, **changes})


async def test_a_base_is_run_by_contract_and_reviewed_each_year(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    row = await contract(register)
    assert row.due_on == date(2027, 12, 1)
    with pytest.raises(ContractNotPromised):
        await register.do(contracts.log_service, id=row.id, service="small_subsidy")
    for hours in (4, 6):
        row = await register.do(
            contracts.log_service, id=row.id, service="case_tracking", service_hours=hours, organizations=2,
            content="走访",
        )  # fmt: skip
    assert (row.services_logged, row.hours, row.organizations_served) == (2, 10, 4)
    event = (await register.events(row.id))[-1][1]
    assert (event["service"], event["hours"], event["organizations"]) == ("case_tracking", 6, 2)
    await register.begin(date(2027, 12, 2))
    assert await register.fire_timers() == 1
    row = await register.do(contracts.review, id=row.id, result="passed", opinion="履约良好")
    assert (row.reviews, row.overdue, row.due_on) == (1, False, date(2028, 11, 30))
    row = await register.do(contracts.renew, id=row.id, until=date(2029, 11, 30), added_fen=10_000_000)
    assert (row.amount_fen, row.due_on) == (40_000_000, date(2028, 12, 2))
    await register.begin(date(2029, 12, 1))
    assert await register.fire_timers() == 2
    assert (await register.facts(row.id))[-2:] == ["became_overdue", "expired"]


async def test_a_contract_of_2014_starts_no_deadline(register: Register) -> None:
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2014, 1, 1)}
    row = await contract(register, begins_on=date(2014, 1, 1), ends_on=date(2014, 12, 31), **past)
    past["effective_on"] = date(2014, 12, 31)
    row = await register.do(contracts.expire, id=row.id, **past)
    assert (row.state, row.due_on) == ("expired", None)
    assert await register.rows("select from timer") == []
    with pytest.raises(ContractEndsBeforeItBegins):
        await contract(register, ends_on=date(2026, 12, 1))


def test_a_year_after_the_last_of_a_month_is_the_last_of_a_month() -> None:
    far = date(2099, 1, 1)
    assert next_review(date(2028, 2, 29), 12, far) == date(2029, 2, 28)
    assert next_review(date(2026, 12, 31), 6, far) == date(2027, 6, 30)
    assert next_review(date(2026, 12, 31), 12, date(2027, 3, 1)) == date(2027, 3, 1)


async def test_a_case_goes_from_one_department_to_another_and_the_clock_goes_on(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 12, 18))
    park = (await register.do(bases.open_, division=STREET, name="懿基地", capacity=5)).id
    asked: dict[str, Any] = {"base_id": park, "topic": "registration", "wanted": "怎样注册"}
    with pytest.raises(NoSuchDepartment):
        await register.do(cases.queue, department="kitchen", **asked)
    row = await register.do(
        cases.queue, department="liaison", organization_id=await organization(register), **asked
    )
    due = row.due_on
    await register.do(cases.queue, department="liaison", **asked)
    await register.do(cases.accept, id=row.id, owner="u-one")
    with pytest.raises(SameDepartment):
        await register.do(cases.transfer, id=row.id, to_department="liaison")
    await register.begin(date(2026, 12, 25))
    row = await register.do(cases.transfer, id=row.id, to_department="incubation", reason="属孵化事项")
    assert (row.department, row.owner, row.due_on) == ("incubation", None, due)
    queues = await api.get(f"/v1/bases/{park}/queues")
    assert [(one["name"], one["waiting"], one["oldest"]) for one in queues] == [
        ("组织联络部", 1, "2026-12-18"), ("孵化培育部", 1, "2026-12-18"), ("项目指导部", 0, None)
    ]  # fmt: skip
    assert queues[0]["duties"] == ["登记备案", "资格初审", "注册引导"]
    await register.begin(date(2027, 1, 6))
    assert await register.fire_timers() == 2
    row = await register.do(cases.close, id=row.id, result="answered", said="已辅导")
    assert await register.facts(row.id) == [
        "queued", "accepted", "transferred", "became_overdue", "closed"
    ]  # fmt: skip
    assert "注册" not in str(await register.events(row.id))
    queues = await api.get(f"/v1/bases/{park}/queues")
    assert [(one["waiting"], one["overdue"]) for one in queues] == [(1, 1), (0, 0), (0, 0)]
