"""Notify as its callers see it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute
from shuniu_contracts import Basis

from services.notify.app import service
from tests.callers import Office, office_of
from tests.notify.conftest import World
from tests.notify.events import DISTRICT, NAME, ORGANIZATION, OTHER_STREET, STREET, TODAY

pytestmark = pytest.mark.integration
LIAISON: dict[str, Any] = {"role": "liaison", "account": f"u-liaison-{STREET}", "division": STREET}


@pytest_asyncio.fixture(loop_scope="session")
async def office(world: World) -> AsyncIterator[Office]:
    async with office_of(world.runtime, "hub_officer", DISTRICT, "u-hub") as office:
        yield office


async def test_from_a_registration_to_an_acknowledgement(world: World, office: Office) -> None:
    body = {"person_id": f"p-liaison-{STREET}", "actor_id": LIAISON["account"], "role": "liaison"}
    made = await office.ask("POST", "/v1/recipients", status=201, json={**body, "division": STREET})
    assert made["label"] == f"杭州道街道联络员 p-liaison-{STREET}"
    await world.tell("organization_registered", subject=ORGANIZATION)
    await world.tell("duty_opened")
    [duty, registration] = (await office.ask("GET", "/v1/messages", **LIAISON))["items"]
    assert registration["title"] == f"新登记社会组织：{NAME}"
    assert registration["body"] == (
        f"{NAME}（民办非企业单位，杭州道街道）已于2026年11月2日登记，请安排联系和党建覆盖。"
    )
    assert (duty["status"], duty["acknowledge_by"]) == ("sent", "2026-11-12T16:00:00Z")
    box = await office.ask("GET", "/v1/messages/box", **LIAISON)
    assert box == {"counts": {"sent": 2}, "unread": 2, "awaiting": 1}
    opened = await office.ask("POST", f"/v1/messages/{registration['id']}/reading", **LIAISON)
    assert (opened["status"], opened["revision"], opened["sequence"]) == ("read", 2, 3)
    known = await office.ask("POST", f"/v1/messages/{duty['id']}/acknowledgement", **LIAISON)
    assert (known["status"], known["title"]) == ("acknowledged", f"党建覆盖待办：{NAME}")
    box = await office.ask("GET", "/v1/messages/box", **LIAISON)
    assert box == {"counts": {"read": 1, "acknowledged": 1}, "unread": 0, "awaiting": 0}


async def test_the_reader_gets_the_language_asked_for_or_else_their_own(world: World, office: Office) -> None:
    await world.recipient("liaison", language="en")
    await world.tell("organization_registered", subject=ORGANIZATION)
    english = {"accept-language": "en-GB,en;q=0.9"}
    chinese = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}
    titles = [
        (await office.ask("GET", "/v1/messages", headers=headers, **LIAISON))["items"][0]["title"]
        for headers in (english, chinese)
    ]
    assert titles == [f"New organisation registered: {NAME}", f"新登记社会组织：{NAME}"]
    [own] = (await office.ask("GET", "/v1/messages", **LIAISON))["items"]
    assert own["title"] == f"New organisation registered: {NAME}"


async def test_officers_see_what_was_written_in_their_area_and_about_what(
    world: World, office: Office
) -> None:
    for division in (STREET, OTHER_STREET):
        await world.recipient("liaison", division)
    here = await world.tell("organization_registered")
    await world.tell("organization_registered", division=OTHER_STREET)
    assert len((await office.ask("GET", "/v1/messages/written"))["items"]) == 2
    [one] = (await office.ask("GET", f"/v1/messages/written?division={STREET}"))["items"]
    assert (one["person_id"], one["division_name"]) == (f"p-liaison-{STREET}", "杭州道街道")
    [same] = (await office.ask("GET", f"/v1/messages/written?subject={here.subject}"))["items"]
    assert same["id"] == one["id"]
    assert (await office.ask("GET", "/v1/messages/written?status=read"))["items"] == []
    assert (await office.ask("GET", "/v1/messages"))["items"] == []


async def test_a_box_is_paged_without_losing_any(world: World, office: Office) -> None:
    await world.recipient("liaison")
    for _ in range(7):
        await world.tell("organization_registered")
    seen: list[str] = []
    cursor = ""
    while True:
        page = await office.ask("GET", f"/v1/messages?limit=3{cursor}", **LIAISON)
        seen += [message["id"] for message in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 7
    newest = await world.rows("select id::text from message order by recorded_at desc, id desc")
    assert seen == [row["id"] for row in newest]


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/written", "/v1/recipients"])
@pytest.mark.parametrize(
    "query", ["cursor=nonsense", "cursor=WyJ4IiwieSJd", "limit=0", "limit=501", "division=12"]
)
async def test_a_bad_question_is_explained(office: Office, path: str, query: str) -> None:
    problem = await office.ask("GET", f"{path}?{query}", status=422)
    assert problem["code"]


async def test_a_deputy_finds_and_acknowledges_the_messages(world: World, office: Office) -> None:
    liaison = await world.recipient("liaison")
    await world.tell("duty_opened")
    deputy: dict[str, Any] = {"role": "liaison", "account": "u-deputy", "division": STREET}
    assert (await office.ask("GET", "/v1/messages", **deputy))["items"] == []
    path = f"/v1/recipients/{liaison.id}/deputy"
    named = await office.ask("PUT", path, json={"deputy_actor_id": "u-deputy"})
    assert named["deputy_actor_id"] == "u-deputy"
    [message] = (await office.ask("GET", "/v1/messages", **deputy))["items"]
    await office.ask("POST", f"/v1/messages/{message['id']}/acknowledgement", **deputy)
    await office.ask("PUT", path, json={"deputy_actor_id": None})
    assert (await office.ask("GET", "/v1/messages", **deputy))["items"] == []
    problem = await office.ask(
        "PUT",
        path,
        json={"deputy_actor_id": LIAISON["account"]},
        status=422,
        headers={"accept-language": "en"},
    )
    assert problem["code"] == "recipient_own_deputy"


async def test_a_deputy_elsewhere_sees_only_what_their_token_covers(world: World, office: Office) -> None:
    liaison = await world.recipient("liaison")
    await world.tell("duty_opened")
    await office.ask("PUT", f"/v1/recipients/{liaison.id}/deputy", json={"deputy_actor_id": "u-deputy"})
    deputy: dict[str, Any] = {"role": "liaison", "account": "u-deputy", "division": OTHER_STREET}
    assert (await office.ask("GET", "/v1/messages", **deputy))["items"] == []
    assert (await office.ask("GET", "/v1/messages/box", **deputy))["unread"] == 0
    [row] = await world.messages()
    await office.ask("POST", f"/v1/messages/{row['id']}/acknowledgement", status=403, **deputy)


async def test_others_messages_are_not_acknowledged(world: World, office: Office) -> None:
    await world.recipient("liaison")
    await world.tell("duty_opened")
    [row] = await world.messages()
    for action in ("reading", "acknowledgement"):
        problem = await office.ask("POST", f"/v1/messages/{row['id']}/{action}", status=403)
        assert problem["code"] == "message_not_yours"
    missing = "0192f000-0000-7000-8000-00000000dead"
    await office.ask("POST", f"/v1/messages/{missing}/reading", status=404)
    await office.ask("POST", "/v1/messages/not-an-id/reading", status=422)


async def test_the_life_of_a_recipient(world: World, office: Office) -> None:
    body = {"person_id": "p-1", "actor_id": "u-1", "role": "liaison", "division": STREET}
    made = await office.ask("POST", "/v1/recipients", status=201, json=body)
    assert (made["revision"], made["language"], made["retired"]) == (1, "zh", False)
    twice = await office.ask("POST", "/v1/recipients", status=409, json=body)
    assert twice["code"] == "recipient_already_registered"
    assert made["id"] in twice["detail"]
    path = f"/v1/recipients/{made['id']}"
    assert (await office.ask("DELETE", path))["retired"] is True
    assert (await office.ask("DELETE", path))["revision"] == 2
    await office.ask("PUT", f"{path}/deputy", json={"deputy_actor_id": "u-2"}, status=409)
    assert (await office.ask("GET", "/v1/recipients"))["items"] == []
    assert len((await office.ask("GET", "/v1/recipients?retired=true"))["items"]) == 1
    back = await office.ask("POST", "/v1/recipients", status=201, json=body | {"language": "en"})
    assert (back["id"], back["retired"], back["language"]) == (made["id"], False, "en")


@pytest.mark.parametrize(
    "change",
    [
        {"person_id": "13800001111"},
        {"person_id": "张三"},
        {"person_id": ""},
        {"actor_id": "a b"},
        {"role": "街道"},
        {"division": "12"},
        {"division": "1201160051"},
        {"language": "fr"},
        {"telephone": "1"},
    ],
)
async def test_a_bad_recipient_is_explained_and_not_kept(
    world: World, office: Office, change: dict[str, str]
) -> None:
    body = {"person_id": "p-1", "actor_id": "u-1", "role": "liaison", "division": STREET, **change}
    problem = await office.ask("POST", "/v1/recipients", json=body, status=422)
    assert problem["errors"]
    assert await world.rows("select from recipient") == []


async def test_a_recipient_outside_the_area_is_refused(world: World, office: Office) -> None:
    body = {"person_id": "p-1", "actor_id": "u-1", "role": "liaison", "division": "440303"}
    await office.ask("POST", "/v1/recipients", json=body, status=403)
    theirs = body | {"division": STREET}
    await office.ask("POST", "/v1/recipients", json=theirs, status=403, division=OTHER_STREET)


async def test_a_stale_change_of_a_recipient_is_refused(world: World, office: Office) -> None:
    liaison = await world.recipient("liaison")
    path = f"/v1/recipients/{liaison.id}/deputy"
    await office.ask("PUT", path, json={"deputy_actor_id": "u-2"}, headers={"if-match": '"1"'})
    problem = await office.ask(
        "PUT", path, json={"deputy_actor_id": "u-3"}, headers={"if-match": '"1"'}, status=412
    )
    assert problem["code"] == "stale_revision"


RECIPIENTS = {"hub_officer", "party_officer", "grants_officer", "registration_authority", "liaison"}
"""The roles of those who are written to."""
ROUTES = {
    ("GET", "/v1/messages"): RECIPIENTS,
    ("GET", "/v1/messages/box"): RECIPIENTS,
    ("GET", "/v1/messages/written"): {"hub_officer"},
    ("POST", "/v1/messages/{id}/reading"): RECIPIENTS,
    ("POST", "/v1/messages/{id}/acknowledgement"): RECIPIENTS,
    ("GET", "/v1/recipients"): {"hub_officer", "party_officer", "grants_officer"},
    ("POST", "/v1/recipients"): {"hub_officer"},
    ("PUT", "/v1/recipients/{id}/deputy"): {"hub_officer"},
    ("DELETE", "/v1/recipients/{id}"): {"hub_officer"},
    ("GET", "/v1/figures"): RECIPIENTS | {"viewer"},
}
ROLES = ("operator", "hub_officer", "registration_authority", "liaison", "party_officer", "grants_officer",
         "reviewer", "viewer")  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_every_route_is_for_its_roles_and_no_other(office: Office, method: str, path: str) -> None:
    """Whoever passes the gate gets to the record, which is missing here, or to the body, which is empty."""
    url = path.replace("{id}", "0192f000-0000-7000-8000-00000000dead")
    body = {"deputy_actor_id": None} if path.endswith("deputy") else {}
    for role in ROLES:
        may = role in ROUTES[method, path] | {"operator"}
        response = await office.client.request(
            method, url, headers={"authorization": f"Bearer {role}@{DISTRICT}@u-{role}"},
            json=body if method in {"POST", "PUT"} else None,
        )  # fmt: skip
        assert (response.status_code != 403) is may, (role, response.text)
        assert response.status_code < 500


def test_the_matrix_has_every_route() -> None:
    paths = {
        (method, route.path)
        for router in service.routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert paths == set(ROUTES)


async def test_another_street_sees_nothing_of_ours(world: World, office: Office) -> None:
    liaison = await world.recipient("liaison")
    await world.tell("duty_opened")
    theirs: dict[str, Any] = {"division": OTHER_STREET}
    assert (await office.ask("GET", "/v1/messages/written", **theirs))["items"] == []
    assert (await office.ask("GET", "/v1/recipients", **theirs))["items"] == []
    for method, path in (
        ("GET", f"/v1/messages/written?division={STREET}"),
        ("GET", f"/v1/recipients?division={STREET}"),
        ("GET", f"/v1/figures?division={STREET}"),
        ("DELETE", f"/v1/recipients/{liaison.id}"),
    ):
        await office.ask(method, path, status=403, **theirs)
    assert (await office.ask("GET", "/v1/figures", **theirs))["figures"]["messages.sent"]["value"] == 0


async def numbers(office: Office, query: str = "") -> tuple[int, int, int]:
    """Sent, acknowledged and unread."""
    figures: dict[str, Any] = (await office.ask("GET", f"/v1/figures{query}"))["figures"]
    return tuple(figures[f"messages.{name}"]["value"] for name in ("sent", "acknowledged", "unread"))


async def test_figures_of_any_day_and_period(world: World, office: Office) -> None:
    await world.recipient("liaison")
    await world.recipient("liaison", OTHER_STREET)
    await world.tell("duty_opened")
    await world.tell("duty_opened", division=OTHER_STREET)
    await world.begin(TODAY + timedelta(days=2))
    await world.tell("organization_registered", basis=Basis.HISTORICAL)
    await world.tell("organization_registered")
    [duty] = await world.rows("select id from message where rule = 'duty_opened' and division = $1", STREET)
    await office.ask("POST", f"/v1/messages/{duty['id']}/acknowledgement", **LIAISON)
    assert await numbers(office) == (3, 1, 2)
    assert await numbers(office, f"?as_of={TODAY}") == (2, 0, 2)
    assert await numbers(office, f"?as_of={TODAY - timedelta(days=1)}") == (0, 0, 0)
    second, third = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    assert await numbers(office, f"?from={second}&to={third}") == (1, 0, 1)
    assert await numbers(office, f"?from={TODAY}&to={TODAY}") == (2, 0, 2)
    assert await numbers(office, f"?division={OTHER_STREET}") == (1, 0, 1)
    answer = await office.ask("GET", "/v1/figures?by=division")
    assert answer["figures"]["messages.sent"] == {
        "value": 3, "unit": "条", "qualifier": "exact", "name_zh": "已发消息", "name_en": "messages sent",
    }  # fmt: skip
    assert {place: values["messages.sent"] for place, values in answer["by"].items()} == {
        STREET: 2, OTHER_STREET: 1
    }  # fmt: skip
    for query in ("as_of=2026-02-30", "as_of=0001-01-01", "division=12", "by=year"):
        await office.ask("GET", f"/v1/figures?{query}", status=422)
