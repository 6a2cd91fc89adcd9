"""Contact: who is answerable, what is due each quarter, what was learned, and the day somebody leaves."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.principal import Principal
from chassis.region import load_region
from deploy.regions import profile_file
from services.registry.hand_overs import commands as hand_overs
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import NotOwnerOfStep
from services.registry.policy import RegistryPolicy
from services.registry.records.assignments import commands as assignments
from services.registry.records.assignments.model import HandedToSelf, WithNobody
from services.registry.records.contacts import commands as contacts
from services.registry.records.contacts.model import NothingLearned
from tests.registry.conftest import Api, Register
from tests.registry.records.references import COMMUNITY
from tests.registry.references import organization

pytestmark = pytest.mark.integration
HUB_OFFICER = Principal("u-hub", frozenset({"hub_officer"}), frozenset({"*"}), ("120116",))


async def assigned(register: Register, **changes: Any) -> UUID:
    found = {"organization_id": await organization(register), "officer": "u-leaving", **changes}
    return (await register.do(assignments.assign, **found)).id


async def due(register: Register) -> list[Any]:
    return await register.rows("select * from contact_record where state = 'due' order by id")


async def test_each_quarter_has_its_contact_over_the_new_year(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    await assigned(register)
    assert await register.fire_timers() == 1
    [record] = await due(register)
    assert (record["period"], record["due_on"], record["owner"]) == (
        "2026-Q4", date(2026, 12, 31), "u-leaving",
    )  # fmt: skip
    await register.begin(date(2027, 1, 1))
    while await register.fire_timers():
        pass
    assert await register.facts(record["id"]) == ["opened", "missed"]
    figures = (await api.get("/v1/figures"))["figures"]
    assert figures["contacts.missed"]["value"] == 1, "in the year in which it was missed"
    with pytest.raises(NothingLearned):
        await register.do(contacts.make, id=record["id"], channel="visit", staff_count=4)
    late = await register.do(
        contacts.make, id=record["id"], channel="visit", staff="专职四人", party="党员二人",
        staff_count=4, full_party_member_count=2,
    )  # fmt: skip
    assert (late.late, late.headings) == (True, ["staff", "party"])
    assert "专职" not in str(await register.events(late.id))
    [kept] = await register.rows(
        "select staff_count, full_party_member_count from organization where id = $1", late.organization_id
    )
    assert tuple(kept) == (4, 2)
    [following] = await due(register)
    assert (following["period"], following["due_on"]) == ("2027-Q1", date(2027, 3, 31))
    answer = await api.get("/v1/figures")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert (values["contacts.assigned"], values["contacts.reached"], values["contacts.made"]) == (1, 1, 1)


async def test_when_an_officer_leaves_all_of_hers_moves_in_one_command(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    hers = [await assigned(register) for _ in range(3)]
    community = await assigned(register, organization_id=None, community=COMMUNITY, role="liaison")
    other = await assigned(register, officer="u-staying")
    await register.fire_timers()
    moved = await api.as_("hub_officer").post(
        "/v1/hand-overs", division="120116", person="u-leaving", to="u-new", reason="transferred"
    )
    assert [(line["zh"], line["count"]) for line in moved["taken"]] == [("联系分工", 4)]
    assert (moved["left"], moved["more"]) == ([], False), "what is due of them goes along"
    rows = await register.rows("select id, officer, handed_over_on from contact_assignment")
    found = {row["id"]: (row["officer"], row["handed_over_on"]) for row in rows}
    assert all(found[id] == ("u-new", date(2026, 11, 22)) for id in (*hers, community))
    assert found[other] == ("u-staying", None)
    assert sorted(record["owner"] for record in await due(register)) == ["u-new"] * 4 + ["u-staying"]
    fact, event = (await register.events(hers[0]))[-1]
    assert (fact, event["previous"], event["reason"]) == ("handed_over", "u-leaving", "transferred")
    [event] = [event for fact, event in await register.events((await due(register))[0]["id"])
               if fact == "reassigned"]  # fmt: skip
    assert (event["previous"], event["reason"]) == ("u-leaving", "transferred")
    await api.as_("hub_officer", "120116001").post(
        "/v1/hand-overs", 403, division="120116", person="u-new", to="u-x"
    )
    with pytest.raises(HandedToSelf):
        await register.do(assignments.hand_over, id=other, to="u-staying")
    row = await register.do(assignments.hand_over, id=other, to="u-new", effective_on=date(2026, 11, 22))
    assert (row.officer, row.handed_over_times) == ("u-new", 1)


async def test_nothing_is_due_of_what_ended(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    gone, stays = await organization(register), await organization(register)
    first = await assigned(register, organization_id=gone)
    second = await assigned(register, organization_id=stays)
    await register.fire_timers()
    await register.do(organizations.end, id=gone, fact="deregistered")
    await register.do(assignments.end, id=second, reason="reorganised")
    assert await due(register) == []
    await register.begin(date(2027, 1, 1))
    while await register.fire_timers():
        pass
    assert await due(register) == []
    assert await register.facts(first) == ["assigned", "ended"]
    assert await register.rows("select from timer") == []


async def test_only_one_of_a_role(register: Register, api: Api) -> None:
    id = str(await organization(register))
    with pytest.raises(WithNobody):
        await register.do(assignments.assign, officer="u-1")
    await api.post("/v1/contact-assignments", 201, organization_id=id, officer="u-1")
    await api.post("/v1/contact-assignments", 409, organization_id=id, officer="u-2")
    await api.post("/v1/contact-assignments", 201, organization_id=id, officer="u-2", role="party")


def staff(*bodies: str) -> Principal:
    """An officer of the hub, of the staff of `bodies`."""
    return replace(HUB_OFFICER, bodies=frozenset(bodies))


async def test_each_section_keeps_contact_with_the_organisations_of_its_fields(register: Register) -> None:
    register.runtime.policies = load_region(profile_file("440303")).policy("registry", RegistryPolicy)
    id = await organization(register)
    await register.do(organizations.change_details, id=id, details={"categories": ["family_education"]})
    own, other = staff("childrens_work"), staff("womens_work")
    with pytest.raises(NotOwnerOfStep, match="childrens_work"):
        await register.do(assignments.assign, principal=other, officer="u-2", organization_id=id)
    made = await register.do(assignments.assign, principal=own, officer="u-1", organization_id=id)
    record = await register.do(contacts.open_, principal=own, assignment_id=made.id)
    theirs: tuple[tuple[Any, dict[str, Any]], ...] = (
        (contacts.make, {"id": record.id, "channel": "visit", "staff": "专职四人"}),
        (contacts.reassign, {"id": record.id, "to": "u-2"}),
        (assignments.hand_over, {"id": made.id, "to": "u-2"}),
        (assignments.end, {"id": made.id, "reason": "reorganised"}),
    )
    for command, arguments in theirs:
        with pytest.raises(NotOwnerOfStep, match="childrens_work"):
            await register.do(command, principal=other, **arguments)
    await register.do(contacts.make, principal=own, id=record.id, channel="visit", staff="专职四人")
    for principal, taken in ((other, {}), (own, {"contact_assignment": 1})):
        done = await register.do(
            hand_overs.hand_over, principal=principal, division="120116", person="u-1", to="u-2"
        )
        assert done.taken == taken
        assert [one.why.code for one in done.left] == ([] if taken else ["not_owner_of_step"])
    # A community is routed to no section: contact with it is any of theirs.
    await register.do(assignments.assign, principal=other, officer="u-3", community=COMMUNITY)
    with pytest.raises(NotOwnerOfStep):
        await register.do(assignments.assign, principal=staff(), officer="u-4", community=COMMUNITY)
