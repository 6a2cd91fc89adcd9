"""Party-building as its callers see it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.callers import Office, office_of
from tests.partybuild.conftest import STREET, TODAY, World, later

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture(loop_scope="session")
async def office(world: World) -> AsyncIterator[Office]:
    async with office_of(world.runtime, "party_officer", "120116") as office:
        yield office


async def found(world: World, office: Office, members: int = 3, **body: Any) -> tuple[Any, Any]:
    [organization] = await world.register(members)
    founding = {"name": "便民服务社党支部", "mode": "independent", "organization_ids": [str(organization.id)]}
    return organization, await office.ask(
        "POST", "/v1/party-organizations", status=201, json={**founding, **body}
    )


async def test_from_a_registration_to_coverage(world: World, office: Office) -> None:
    organization, branch = await found(world, office, posts=[{"kind": "secretary", "person_id": "p-0001"}])
    assert (branch["sequence"], branch["revision"], branch["posts"]) == (1, 1, {"secretary": 1})
    page = await office.ask("GET", f"/v1/duties?organization_id={organization.id}")
    [duty] = page["items"]
    assert (duty["status"], duty["mode"], duty["covered_by"]) == ("covered", "independent", branch["id"])
    assert (duty["organization_name"], duty["mode_reason"]) == ("便民服务社", "as_proposed")
    figures = (await office.ask("GET", f"/v1/figures?as_of={TODAY}"))["figures"]
    assert figures["coverage.organisational_rate"]["value"] == 100.0
    assert figures["party_organizations.independent"] == {
        "value": 1, "unit": "个", "qualifier": "exact", "name_zh": "独立党组织",
        "name_en": "independent party organisations",
    }  # fmt: skip


async def test_an_open_duty_says_with_whom_it_could_be_met(world: World, office: Office) -> None:
    first, second, _ = await world.register(1, 2, 0)
    [duty] = (await office.ask("GET", f"/v1/duties?organization_id={first.id}"))["items"]
    detail = await office.ask("GET", f"/v1/duties/{duty['id']}")
    assert detail["due_on"] == later(90).isoformat()
    assert detail["proposal"]["mode"] == "joint"
    assert detail["proposal"]["lead_organization_id"] == str(second.id)
    assert [unit["organization_id"] for unit in detail["proposal"]["partners"]] == [str(second.id)]


async def test_an_officer_decides_on_another_mode(world: World, office: Office) -> None:
    [organization] = await world.register(3)
    duty = await world.duty(organization)
    path = f"/v1/duties/{duty['id']}/proposal"
    answer = await office.ask("POST", path, json={"mode": "work_station"})
    assert (answer["proposed_mode"], answer["proposed_reason"]) == ("work_station", "decided_by_officer")


async def test_lists_are_filtered_and_paged_without_losing_any(world: World, office: Office) -> None:
    await world.register(*[0] * 7)
    await world.register(0, division="120116002")
    seen: list[str] = []
    path = f"/v1/duties?limit=3&division={STREET}&kind=uncovered"
    cursor = ""
    while True:
        page = await office.ask("GET", path + cursor)
        seen += [duty["id"] for duty in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 7
    problem = await office.ask("GET", "/v1/duties?cursor=nonsense", status=422)
    assert problem["code"] == "cursor_malformed"


async def test_a_merged_record_is_found_under_both_ids(world: World, office: Office) -> None:
    loser, survivor = await world.register(0, 0)
    await world.merge(loser, survivor)
    page = await office.ask("GET", f"/v1/duties?organization_id={loser.id}")
    found_for = {UUID(duty["organization_id"]): duty["status"] for duty in page["items"]}
    assert found_for == {loser.id: "ended", survivor.id: "open"}


async def test_a_refused_founding_names_every_fault_in_both_languages(world: World, office: Office) -> None:
    first, second = await world.register(1, 1)
    body = {"name": "联合党支部", "mode": "joint", "organization_ids": [str(first.id), str(second.id)]}
    path = "/v1/party-organizations"
    chinese = await office.ask("POST", path, json=body, status=409)
    assert {fault["code"] for fault in chinese["errors"]} == {
        "party_organization.lead_unit",
        "party_organization.too_few_members",
    }
    assert "牵头单位" in str(chinese["errors"])
    english = await office.ask("POST", path, json=body, status=409, headers={"accept-language": "en"})
    assert "lead unit" in str(english["errors"])


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "solitary"},
        {"organization_ids": []},
        {"organization_ids": ["not-an-id"]},
        {"name": " "},
        {"posts": [{"kind": "secretary", "person_id": "13800001111"}]},
        {"posts": [{"kind": "king", "person_id": "p-1"}]},
        {"effective_on": "2014-02-30"},
        {"basis": "rumour"},
        {"full_members": -1},
        {"surprise": True},
    ],
)
async def test_bad_input_is_explained_and_changes_nothing(
    world: World, office: Office, change: dict[str, Any]
) -> None:
    [organization] = await world.register(3)
    body = {"name": "支部", "mode": "independent", "organization_ids": [str(organization.id)], **change}
    problem = await office.ask("POST", "/v1/party-organizations", json=body, status=422)
    assert problem["errors"]
    assert await world.rows("select from party_organization") == []


async def test_a_retried_founding_happens_once(world: World, office: Office) -> None:
    [organization] = await world.register(3)
    body = {"name": "支部", "mode": "independent", "organization_ids": [str(organization.id)]}
    key = {"idempotency-key": "founding-1"}
    answers = [
        await office.ask("POST", "/v1/party-organizations", json=body, status=201, headers=key)
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


async def test_a_stale_change_is_refused(world: World, office: Office) -> None:
    _, branch = await found(world, office)
    path = f"/v1/party-organizations/{branch['id']}"
    await office.ask("PATCH", path, json={"name": "新名称"}, headers={"if-match": '"1"'})
    problem = await office.ask(
        "PATCH", path, json={"name": "另一名称"}, status=412, headers={"if-match": '"1"'}
    )
    assert problem["code"] == "stale_revision"


async def test_a_change_keeps_what_it_does_not_name(world: World, office: Office) -> None:
    organization, branch = await found(world, office, superior_name="街道综合党委")
    path = f"/v1/party-organizations/{branch['id']}"
    changed = await office.ask("PATCH", path, json={"name": "新名称", "mode": None})
    assert (changed["name"], changed["superior_name"]) == ("新名称", "街道综合党委")
    assert changed["organization_ids"] == [str(organization.id)]


async def test_the_life_of_a_party_organisation_over_http(world: World, office: Office) -> None:
    _, branch = await found(world, office, members=120)
    path = f"/v1/party-organizations/{branch['id']}"
    [due] = await office.ask("GET", "/v1/party-organizations/upgrades")
    assert (due["proposed_level"], due["full_members"]) == ("committee", 120)
    await office.ask("POST", f"{path}/upgrade", json={"level": "committee"})
    assert await office.ask("GET", "/v1/party-organizations/upgrades") == []
    await office.ask("POST", f"{path}/posts", json={"kind": "secretary", "person_id": "p-1"})
    await office.ask("POST", f"{path}/posts/end", json={"kind": "secretary", "person_id": "p-1"})
    [post] = await office.ask("GET", f"{path}/posts")
    assert (post["person_id"], post["until"]) == ("p-1", TODAY.isoformat())
    await office.ask("POST", f"{path}/election", json={})
    await office.ask("POST", f"{path}/score", json={"score_thousandths": 90000})
    dissolved = await office.ask("POST", f"{path}/dissolution", json={"reason": "members_left"})
    assert (dissolved["status"], dissolved["revision"]) == ("dissolved", 7)
    again = await office.ask("POST", f"{path}/dissolution", json={}, status=409)
    assert again["code"] == "step_not_possible"
    assert (await office.ask("GET", path))["dissolved_on"] == TODAY.isoformat()


async def test_the_life_of_an_instructor_over_http(world: World, office: Office) -> None:
    organizations = [str(organization.id) for organization in await world.register(0, 0, 0)]
    body = {"person_id": "p-1", "division": "120116", "capacity": 2}
    sent = await office.ask("POST", "/v1/instructors", json=body, status=201)
    path = f"/v1/instructors/{sent['id']}"
    over = await office.ask(
        "POST", f"{path}/assignments", json={"organization_ids": organizations}, status=409
    )
    assert over["code"] == "instructor.over_capacity"
    full = await office.ask("POST", f"{path}/assignments", json={"organization_ids": organizations[:2]})
    assert full["load"] == 2
    assert (await office.ask("GET", "/v1/instructors?free=true"))["items"] == []
    await office.ask("POST", f"{path}/releases", json={"organization_ids": organizations[:1]})
    [free] = (await office.ask("GET", f"/v1/instructors?organization_id={organizations[1]}"))["items"]
    assert free["load"] == 1
    assert (await office.ask("POST", f"{path}/end", json={}))["status"] == "ended"
    assert (await office.ask("GET", path))["organization_ids"] == []


async def test_readings_of_a_year_are_put_beside_what_was_published(world: World, office: Office) -> None:
    query = "published_from=120000000&published_below=130000000"
    answer = await office.ask("GET", f"/v1/subsidies/2014?{query}")
    assert answer["fits"]["secretaries_only"] is False
    assert (answer["cadres_from"], answer["cadres_to"]) == (500, 541)
    await office.ask("GET", "/v1/subsidies/99999", status=422)


@pytest.mark.parametrize("role", ["hub_officer", "liaison", "viewer", "reviewer"])
async def test_only_the_party_officer_changes_anything(world: World, office: Office, role: str) -> None:
    [organization] = await world.register(3)
    body = {"name": "支部", "mode": "independent", "organization_ids": [str(organization.id)]}
    await office.ask("POST", "/v1/party-organizations", json=body, role=role, status=403)
    await office.ask("GET", "/v1/duties", role=role, status=403 if role == "reviewer" else 200)


async def test_who_holds_a_post_is_for_those_who_work_with_it(world: World, office: Office) -> None:
    _, branch = await found(world, office)
    path = f"/v1/party-organizations/{branch['id']}"
    await office.ask("GET", path, role="hub_officer")
    await office.ask("GET", f"{path}/posts", role="hub_officer", status=403)


async def test_another_street_sees_and_changes_nothing_of_ours(world: World, office: Office) -> None:
    organization, branch = await found(world, office)
    theirs: dict[str, Any] = {"division": "120116002"}
    duty = await world.duty(organization)
    for method, path, body in (
        ("GET", f"/v1/duties/{duty['id']}", None),
        ("POST", f"/v1/duties/{duty['id']}/proposal", {"mode": "joint"}),
        ("GET", f"/v1/party-organizations/{branch['id']}", None),
        ("PATCH", f"/v1/party-organizations/{branch['id']}", {"name": "支部"}),
        ("GET", f"/v1/figures?division={STREET}", None),
    ):
        await office.ask(method, path, json=body, status=403, **theirs)
    assert (await office.ask("GET", "/v1/duties", **theirs))["items"] == []
    assert (await office.ask("GET", "/v1/party-organizations", **theirs))["items"] == []
    figures = (await office.ask("GET", "/v1/figures", **theirs))["figures"]
    assert figures["coverage.registered"]["value"] == 0
