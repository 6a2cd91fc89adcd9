"""Campaigns: who is due, in portions, from above too; closing; the rates that come of it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from uuid_utils.compat import uuid7

from services.registry import portions
from services.registry.identification.model import complete_credit_code
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import NoSupervisoryUnit, NotReviewed
from services.registry.inspections.campaigns import commands, reactions
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, RegistrationRoute
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREET = "120116005"
FORMS = [LegalForm.ASSOCIATION, LegalForm.PRIVATE_NON_ENTERPRISE]


async def registered(register: Register, name: str, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "legal_form": LegalForm.ASSOCIATION, "route": RegistrationRoute.DEPARTMENT,
        "effective_on": date(2014, 5, 1), "basis": Basis.HISTORICAL, **changes,
    }  # fmt: skip
    details = {"name": name, **found.pop("details", {})}
    return (await register.do(organizations.register_new, details=details, **found)).id


async def campaign(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "title": "2025 年度年检", "year": 2025, "legal_forms": FORMS,
        "due_on": date(2026, 5, 31), "acknowledged": False, **changes,
    }  # fmt: skip
    return (await register.do(commands.open_, **found)).id


async def carried(register: Register) -> None:
    """Fire until no portion is left."""
    while await register.fire_timers():
        pass


async def inspections(register: Register) -> list[Any]:
    return await register.rows(
        "select id, organization_id, state, due_on, supervised, late from inspection order by id"
    )


async def test_those_registered_in_time_and_of_the_forms_named_are_due(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    one = await registered(register, "书画协会")
    two = await registered(register, "助学中心", legal_form=LegalForm.PRIVATE_NON_ENTERPRISE)
    await registered(register, "基金会", legal_form=LegalForm.FOUNDATION)
    await registered(
        register,
        "新协会",
        effective_on=date(2025, 7, 1),
        details={"credit_code": complete_credit_code("51", "120116", "MJ012345")},
    )
    await carried(register)
    id = await campaign(register)
    await carried(register)
    found = await inspections(register)
    assert {row["organization_id"] for row in found} == {one, two}
    assert {(row["state"], row["due_on"]) for row in found} == {("due", date(2026, 5, 31))}
    events = await register.events(found[0]["id"])
    assert (events[0][0], events[0][1]["state"]["campaign"]["id"]) == ("opened", str(id))
    assert len(await register.rows("select from timer where kind = 'inspections.window'")) == 2


async def test_many_are_opened_extended_and_missed_in_portions(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register.begin(date(2026, 3, 2))
    monkeypatch.setattr(portions, "AT_ONCE", 3)
    for n in range(8):
        await registered(register, f"协会{n}")
    id = await campaign(register)
    await carried(register)
    assert len(await inspections(register)) == 8
    await register.do(commands.extend, id=id, due_on=date(2026, 6, 30))
    await carried(register)
    assert {row["due_on"] for row in await inspections(register)} == {date(2026, 6, 30)}
    first = (await inspections(register))[0]["id"]
    await register.do(annual.submit, id=first)
    await register.begin(date(2026, 7, 1))
    assert await register.fire_timers() == 8, "seven handed nothing in; the campaign follows the register"
    await register.do(commands.close, id=id)
    await carried(register)
    states = [row["state"] for row in await inspections(register)]
    assert sorted(states) == ["missed"] * 7 + ["submitted"]
    assert await register.rows("select from timer where kind <> 'rectifications.due'") == []
    last = (await inspections(register))[-1]["id"]
    assert await register.facts(last) == ["opened", "extended", "became_overdue", "missed"]


async def test_a_campaign_that_closes_while_it_still_opens_leaves_nobody_due(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register.begin(date(2026, 3, 2))
    monkeypatch.setattr(portions, "AT_ONCE", 2)
    for n in range(5):
        await registered(register, f"协会{n}")
    id = await campaign(register)
    await register.fire_timers()
    await register.do(commands.close, id=id, even_though_open=True)
    await carried(register)
    assert {row["state"] for row in await inspections(register)} == {"missed"}


async def test_a_campaign_of_a_stack_above_opens_the_inspections_here(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    one = await registered(register, "书画协会")
    state = contract.InspectionCampaignState(
        effective_on=date(2026, 3, 1), basis=Basis.LIVE, division="12", opened_on=date(2026, 3, 1),
        state=contract.CampaignPhase.OPENED, title="全市年检", year=2025, legal_forms=("association",),
        due_on=date(2026, 5, 31),
    )  # fmt: skip
    above = uuid7()
    received = register.received(contract.InspectionCampaignOpened(state=state), above, stack="12")
    await register.hear(received)
    await carried(register)
    [found] = await inspections(register)
    assert found["organization_id"] == one
    [replica] = await register.rows(
        "select home, title, division from inspection_campaign where id = $1", above
    )
    assert tuple(replica) == ("12", "全市年检", "12")


async def test_a_portion_waits_for_the_campaign_that_another_consumer_brings(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register.begin(date(2026, 3, 2))
    monkeypatch.setattr(portions, "AGAIN", timedelta(0))
    await registered(register, "书画协会")
    state = contract.InspectionCampaignState(
        effective_on=date(2026, 3, 1), basis=Basis.LIVE, division="12", opened_on=date(2026, 3, 1),
        state=contract.CampaignPhase.OPENED, title="全市年检", year=2025, legal_forms=("association",),
        due_on=date(2026, 5, 31),
    )  # fmt: skip
    opened = register.received(contract.InspectionCampaignOpened(state=state), stack="12")
    async with register.runtime.unit_of_work() as uow:
        await reactions.hear_from_above.function([opened], uow)
    assert await register.fire_timers() == 1
    assert await inspections(register) == []
    await register.hear(opened)
    await carried(register)
    assert [row["due_on"] for row in await inspections(register)] == [date(2026, 5, 31)]
    longer = msgspec.structs.replace(state, due_on=date(2026, 6, 30))
    extended = register.received(
        contract.InspectionCampaignExtended(state=longer), opened.subject, stack="12"
    )
    async with register.runtime.unit_of_work() as uow:
        await reactions.hear_from_above.function([extended], uow)
    assert await register.fire_timers() == 1
    [_] = await register.rows("select from timer where kind = 'inspection_campaign.portion.extend'")
    await register.hear(extended)
    await carried(register)
    assert [row["due_on"] for row in await inspections(register)] == [date(2026, 6, 30)]


async def test_late_forms_reviews_and_what_a_bad_conclusion_owes(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    await registered(register, "书画协会")
    supervised = await registered(register, "助学协会", details={"supervisory_unit": "womens_federation"})
    await campaign(register)
    await carried(register)
    by_organization = {row["organization_id"]: row["id"] for row in await inspections(register)}
    mine = by_organization.pop(supervised)
    [other] = by_organization.values()
    await register.begin(date(2026, 6, 1))
    await carried(register)
    await register.do(annual.submit, id=mine)
    assert await register.facts(mine) == ["opened", "became_overdue", "submitted_late"]
    with pytest.raises(NotReviewed):
        await register.do(annual.conclude, id=mine, result="qualified")
    await register.do(annual.review, id=mine, opinion="agreed")
    await register.do(annual.conclude, id=mine, result="unqualified", topics=["finance"])
    [owed] = await register.rows("select organization_id, origin, origin_record_id from rectification")
    assert tuple(owed) == (supervised, "inspection", mine)
    await register.do(annual.submit, id=other)
    with pytest.raises(NoSupervisoryUnit):
        await register.do(annual.review, id=other, opinion="agreed")
    await register.do(annual.conclude, id=other, result="qualified")
    late = await api.get("/v1/inspections", late="true")
    assert len(late["items"]) == 2


async def test_participation_and_pass_rate_by_division(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    for n in range(4):
        await registered(register, f"协会{n}", division="120116005" if n < 3 else "120116006")
    await campaign(register)
    await carried(register)
    found = await inspections(register)
    for row in found[:3]:
        await register.do(annual.submit, id=row["id"])
    await register.do(annual.conclude, id=found[0]["id"], result="qualified")
    await register.do(annual.conclude, id=found[1]["id"], result="unqualified")
    answer = await api.get("/v1/figures", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert (values["inspections.year.due"], values["inspections.year.taken_part"]) == (4, 3)
    assert values["inspections.due"] == 1, "due is also a state: one has handed in nothing yet"
    assert values["inspections.participation"] == 75.0
    assert values["inspections.pass_rate"] == 50.0
    assert answer["by"]["120116005"]["inspections.year.due"] == 3
    assert answer["by"]["120116006"]["inspections.year.due"] == 1
    before = await api.get("/v1/figures", as_of="2026-03-01")
    assert "inspections.participation" not in before["figures"]


async def test_what_was_handed_in_late_is_a_figure_of_the_period(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    await registered(register, "书画协会")
    await campaign(register)
    await carried(register)
    [row] = await inspections(register)
    await register.begin(date(2026, 6, 1))
    await register.do(annual.submit, id=row["id"])
    answer = await api.get("/v1/figures", **{"from": "2026-06-01", "to": "2026-06-30"})
    assert answer["figures"]["inspections.facts.submitted_late"]["value"] == 1
    assert answer["figures"]["inspections.facts.submitted"]["value"] == 0


async def test_a_campaign_follows_the_register_while_it_is_open(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    ended = await registered(register, "书画协会")
    handed_in = await registered(register, "合唱协会")
    await campaign(register)
    await carried(register)
    by_organization = {row["organization_id"]: row["id"] for row in await inspections(register)}
    await register.do(annual.submit, id=by_organization[handed_in])
    for id in (ended, handed_in):
        await register.do(organizations.end, id=id, fact="deregistered")
    late = await registered(register, "补录协会")
    await carried(register)
    assert len(await inspections(register)) == 2, "once a day"
    await register.begin(date(2026, 3, 3))
    await carried(register)
    found = {row["organization_id"]: row["state"] for row in await inspections(register)}
    assert found == {ended: "released", handed_in: "submitted", late: "due"}
    assert (await register.events(by_organization[ended]))[-1][1]["ground"] == "organization_ended"
    values = (await api.get("/v1/figures"))["figures"]
    assert values["inspections.year.due"]["value"] == 2, "who ended meanwhile is not due"
    assert values["inspections.participation"]["value"] == 50.0


async def test_progress_by_division_and_who_is_excused(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    for n in range(4):
        await registered(register, f"协会{n}", division="120116005" if n < 3 else "120116006")
    code = complete_credit_code("51", "120116", "MJ012345")
    await registered(register, "新协会", effective_on=date(2025, 7, 1), details={"credit_code": code})
    id = await campaign(register)
    await carried(register)
    one, two, *_ = sorted(await inspections(register), key=lambda row: str(row["organization_id"]))
    await register.do(annual.submit, id=one["id"])
    await register.do(annual.conclude, id=one["id"], result="qualified")
    await register.begin(date(2026, 6, 1))
    await carried(register)
    await register.do(annual.submit, id=two["id"])
    board = await api.get(f"/v1/inspection-campaigns/{id}/progress")
    whole = board["whole"]
    assert (whole["due"], whole["not_submitted"], whole["overdue"], whole["submitted"]) == (4, 2, 2, 1)
    assert (whole["late"], whole["concluded"], whole["passed"], whole["missed"]) == (1, 1, 1, 0)
    assert [(row["division"], row["due"]) for row in board["by"]] == [("120116005", 3), ("120116006", 1)]
    part = await api.get(f"/v1/inspection-campaigns/{id}/progress", division="120116006")
    assert part["whole"]["due"] == 1
    chased = await api.get("/v1/inspections", campaign_id=str(id), state="due", overdue="true")
    assert len(chased["items"]) == 2
    excused = await api.get(f"/v1/inspection-campaigns/{id}/excused", limit=1)
    assert [(row["name"], row["registered_on"]) for row in excused["items"]] == [("新协会", "2025-07-01")]
    assert excused["next"] is None
    street = api.as_("liaison", "120116006")
    assert (await street.get(f"/v1/inspection-campaigns/{id}/progress"))["whole"]["due"] == 1
    await street.get(f"/v1/inspection-campaigns/{id}/progress", 403, division="120116005")
    await api.as_("liaison", "120110").get(f"/v1/inspection-campaigns/{id}/progress", 403)


async def test_what_passes_is_told_to_whoever_counts_elsewhere(api: Api) -> None:
    told = await api.as_("liaison", "120116006").get("/v1/inspection-rules")
    assert told == {"passing": ["qualified", "basically_qualified"]}


async def test_a_campaign_of_2014_asks_nobody_now(register: Register) -> None:
    await registered(register, "书画协会")
    id = await campaign(register, year=2013, due_on=date(2014, 5, 31), effective_on=date(2014, 3, 1),
                        basis=Basis.HISTORICAL)  # fmt: skip
    await register.do(commands.close, id=id, effective_on=date(2014, 6, 30), basis=Basis.HISTORICAL)
    await carried(register)
    assert await inspections(register) == []


async def test_a_year_that_no_campaign_asks_for_is_told_once_where_the_profile_says_so(
    register: Register,
) -> None:
    policy = register.runtime.policies
    assert isinstance(policy, RegistryPolicy)
    assert policy.inspections.campaigns_opened_by is None
    await register.begin(date(2026, 12, 1))
    await registered(register, "无人提醒的协会")
    told = "select subject from timer where kind = 'inspection-campaigns.year'"
    assert await register.rows(told) == [], "no day, no reminder"
    own = policy.inspections.model_copy(update={"campaigns_opened_by": (3, 1)})
    register.runtime.policies = policy.model_copy(update={"inspections": own})
    for name, form in (("书画协会", FORMS[0]), ("助学中心", FORMS[1]), ("基金会", LegalForm.FOUNDATION)):
        await registered(register, name, legal_form=form)
    assert [row["subject"] for row in await register.rows(told)] == ["120116"]
    await register.begin(date(2027, 2, 1))
    await campaign(register, year=2026, legal_forms=FORMS[:1], due_on=date(2027, 5, 31))
    await carried(register)
    await register.begin(date(2027, 3, 2))
    await carried(register)
    [task] = await register.rows("select title, kind, implementing, due_on from task")
    assert task["title"] == "2026 年度年检：2 家登记的社会组织尚未部署", "of the forms that nobody asked"
    assert (task["kind"], task["implementing"]) == ("inspection_year", ["120116"])
    assert task["due_on"] == date(2027, 5, 31), "the last day of the profile's windows"
    await register.begin(date(2027, 12, 1))
    await campaign(register, year=2027, legal_forms=[*FORMS, LegalForm.FOUNDATION], due_on=date(2028, 5, 31))
    await register.begin(date(2028, 3, 2))
    await carried(register)
    assert len(await register.rows("select from task")) == 1, "all are asked for 2027"
