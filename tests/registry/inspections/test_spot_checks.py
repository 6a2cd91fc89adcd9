"""Spot checks by their real commands: drawn by a seed, drawn again, looked at, put right."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from uuid_utils.compat import uuid7

from chassis.unit_of_work import NotFound
from services.registry.inspections.body_checks import commands as bodies
from services.registry.inspections.body_checks.model import DrawnByService, InspectorTwice
from services.registry.inspections.spot_checks import commands
from services.registry.inspections.spot_checks.model import (
    ChecksOpen,
    DrawnHere,
    NobodyToDraw,
    PastDrawUnclear,
    SpotCheckTopic,
)
from services.registry.organizations.model import LegalForm
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
PEOPLE = [f"u-inspector-{n}" for n in range(5)]


async def planned(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": "120116", "title": "2026 年度双随机抽查", "topics": list(SpotCheckTopic), "number": 3,
        "inspectors": PEOPLE, "due_on": date(2026, 12, 31), **changes,
    }  # fmt: skip
    return (await register.do(commands.plan, **found)).id


async def checks(register: Register, id: UUID) -> list[Any]:
    return await register.rows(
        "select id, organization_id, assigned, due_on from body_check where spot_check_id = $1"
        " order by organization_id", id,
    )  # fmt: skip


async def test_nobody_chooses_the_seed_of_a_draw(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    await organization(register)
    id = await planned(register)
    wrong: list[dict[str, Any]] = [{"seed": "20261122"}, {"population": 1}, {"drawn_bodies": 1}]
    for told in wrong:
        with pytest.raises(DrawnHere):
            await register.do(commands.draw_bodies, id=id, **told)
    seeds = set()
    for _ in range(3):
        row = await register.do(commands.draw_bodies, id=await planned(register))
        seeds.add(row.seed)
    assert {len(seed or "") for seed in seeds} == {32}
    assert len(seeds) == 3


async def test_a_draw_of_the_past_is_told_as_it_was(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    one, two, third = [await organization(register) for _ in range(3)]
    old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2019, 6, 3)}
    id = await planned(register, **old)
    unclear: list[dict[str, Any]] = [{}, {"drawn_bodies": 3, "population": 2}]
    for told in unclear:
        with pytest.raises(PastDrawUnclear):
            await register.do(commands.draw_bodies, id=id, **told, **old)
    row = await register.do(
        commands.draw_bodies, id=id, drawn_bodies=2, population=60, seed="2019-06-03", **old
    )
    assert (row.drawn_on, row.population, row.population_digest) == (date(2019, 6, 3), 60, None)
    assert await checks(register, id) == [], "nobody of today's register"
    about: dict[str, Any] = {"topics": [SpotCheckTopic.FINANCE], "spot_check_id": id}
    with pytest.raises(DrawnByService):
        await register.do(bodies.open_, organization_id=one, **about)
    for drawn in (one, two):
        check = await register.do(bodies.open_, organization_id=drawn, **about, **old)
        await register.do(bodies.check, id=check.id, **old)
    assert (await register.events(check.id))[0][1]["state"]["spot_check"]["id"] == str(id)
    with pytest.raises(DrawnByService):
        await register.do(bodies.open_, organization_id=third, **about, **old)
    await api.get(f"/v1/spot-checks/{id}/redraw", 409)
    await register.do(commands.conclude, id=id, outcome="done", **old)
    live = await planned(register, number=1)
    await register.do(commands.draw_bodies, id=live)
    with pytest.raises(DrawnByService):
        await register.do(bodies.open_, organization_id=third, **{**about, "spot_check_id": live}, **old)
    with pytest.raises(NotFound):
        await register.do(bodies.open_, organization_id=third, **{**about, "spot_check_id": uuid7()}, **old)


async def test_drawn_by_a_seed_and_drawn_again(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    pool = {await organization(register) for _ in range(8)}
    id = await planned(register)
    row = await register.do(commands.draw_bodies, id=id)
    assert (row.population, row.drawn_bodies, row.state) == (8, 3, "drawn")
    drawn = await checks(register, id)
    assert {one["organization_id"] for one in drawn} < pool
    assert all(len(set(one["assigned"])) == 2 for one in drawn)
    assert {one["due_on"] for one in drawn} == {date(2026, 12, 31)}
    again = await api.get(f"/v1/spot-checks/{id}/redraw")
    assert (again["pool_agrees"], again["bodies_agree"], again["inspectors_agree"]) == (True, True, True)
    assert set(again["bodies"]) == {str(one["organization_id"]) for one in drawn}
    await organization(register)
    assert (await api.get(f"/v1/spot-checks/{id}/redraw"))["population"] == 8, "the pool of the day"
    event = (await register.events(id))[-1][1]["state"]
    assert (event["seed"], event["population"]) == (row.seed, 8)
    assert "u-inspector" not in str(await register.events(id)), "who inspects stays here"
    assert "u-inspector" not in str(await register.events(drawn[0]["id"]))


async def test_a_draw_that_was_tampered_with_is_seen(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    for _ in range(6):
        await organization(register)
    id = await planned(register)
    await register.do(commands.draw_bodies, id=id)
    other = (await register.rows(
        "select organization_id from spot_check_pool where organization_id not in"
        " (select organization_id from body_check) limit 1"
    ))[0]["organization_id"]  # fmt: skip
    [first, *_] = await checks(register, id)
    await register.rows(
        "update body_check set organization_id = $1, assigned = '{a,b}' where id = $2", other, first["id"]
    )
    again = await api.get(f"/v1/spot-checks/{id}/redraw")
    assert (again["pool_agrees"], again["bodies_agree"], again["inspectors_agree"]) == (True, False, False)
    await register.rows("delete from spot_check_pool where organization_id = $1", other)
    assert (await api.get(f"/v1/spot-checks/{id}/redraw"))["pool_agrees"] is False


async def test_what_is_found_is_put_right_and_the_check_ends_when_all_are_done(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 22))
    for _ in range(3):
        await organization(register)
    id = await planned(register)
    await register.do(commands.draw_bodies, id=id)
    one, two, three = [row["id"] for row in await checks(register, id)]
    row = await register.do(
        bodies.check, id=one, failed=["dues", "member_assembly"], findings="会费标准未经大会表决",
        rectify_by=date(2026, 12, 20),
    )  # fmt: skip
    assert (row.result, row.found) == ("problems", ["finance", "governance"])
    [owed] = await register.rows("select id, origin, topics, origin_record_id, due_on from rectification")
    assert tuple(owed)[1:] == ("spot_check", ["finance", "governance"], one, date(2026, 12, 20))
    event = (await register.events(one))[-1][1]
    assert event["rectification"]["id"] == str(owed["id"])
    assert "会费" not in str(event)
    await register.do(bodies.check, id=two)
    with pytest.raises(ChecksOpen, match="1 bodies"):
        await register.do(commands.conclude, id=id, outcome="done")
    await register.do(bodies.not_reached, id=three, ground="moved")
    assert (await register.do(commands.conclude, id=id, outcome="done")).ended
    assert len((await api.get("/v1/body-checks", spot_check_id=str(id), result="no_problem"))["items"]) == 1


async def test_an_inspector_with_a_conflict_is_replaced_and_late_checks_are_told(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 12, 30))
    await organization(register)
    id = await planned(register, number=None, percent=10)
    await register.do(commands.draw_bodies, id=id)
    [only] = await checks(register, id)
    leaving, staying = only["assigned"]
    with pytest.raises(InspectorTwice):
        await register.do(bodies.reassign, id=only["id"], leaving=leaving, coming=staying, reason="interest")
    await register.do(bodies.reassign, id=only["id"], leaving=leaving, coming="u-other", reason="interest")
    assert (await api.get(f"/v1/spot-checks/{id}/redraw"))["inspectors_agree"] is True
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 2, "the check and the body's"
    assert await register.facts(only["id"]) == ["drawn", "reassigned", "became_overdue"]


async def test_who_was_checked_lately_is_not_drawn_again(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    first = await organization(register)
    named = await register.do(
        bodies.open_, organization_id=first, topics=[SpotCheckTopic.FINANCE], assigned=PEOPLE[:2]
    )
    await register.do(bodies.check, id=named.id)
    id = await planned(register, unchecked_since=date(2026, 1, 1))
    with pytest.raises(NobodyToDraw):
        await register.do(commands.draw_bodies, id=id)
    second = await organization(register)
    await register.do(commands.draw_bodies, id=id)
    assert [one["organization_id"] for one in await checks(register, id)] == [second]
    wrong = await planned(register, legal_forms=[LegalForm.FOUNDATION])
    with pytest.raises(NobodyToDraw):
        await register.do(commands.draw_bodies, id=wrong)


async def test_checklists_and_roles(register: Register, api: Api) -> None:
    items = await api.get("/v1/checklists", legal_form="foundation")
    assert {"code": "fees", "zh": "无乱收费、乱摊派", "topic": "finance", "topic_zh": "财务管理"} in items
    body = {"division": "120116", "title": "抽查", "topics": ["finance"], "number": 1, "inspectors": PEOPLE}
    await api.as_("liaison", "120116").post("/v1/spot-checks", 403, **body)
    made = await api.as_("registration_authority").post("/v1/spot-checks", 201, **body)
    await api.get(f"/v1/spot-checks/{made['id']}/redraw", 409)
