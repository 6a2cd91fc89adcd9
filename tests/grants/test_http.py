"""Grants over HTTP: a round of 2014 entered whole, its figures, and what bad input is told."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
import pytest_asyncio
from shuniu_contracts import registry
from uuid_utils.compat import uuid7

from chassis.http import create_app
from chassis.principal import Principal, permissions_of
from services.grants.app import service
from services.grants.rounds.model import RoundStatus
from tests.grants.conftest import Grants

pytestmark = pytest.mark.integration

HISTORY = {"basis": "historical"}
JULY = {"effective_on": "2014-07-10", **HISTORY}
AUGUST = {"effective_on": "2014-08-15", **HISTORY}
SEPTEMBER = {"effective_on": "2014-09-20", **HISTORY}


class Desk:
    """Takes the token for the role: `liaison@120116001`."""

    async def principal(self, token: str | None) -> Principal:
        role, _, division = (token or "viewer@").partition("@")
        return Principal(f"u-{role}", frozenset({role}), permissions_of([role], service.roles), (division,))


@pytest_asyncio.fixture(loop_scope="session")
async def http(grants: Grants) -> AsyncIterator[httpx.AsyncClient]:
    """A client signed in as operator of Binhai."""
    transport = httpx.ASGITransport(create_app(grants.runtime, authenticator=Desk()))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://grants",
        headers={"authorization": "Bearer operator@120116", "accept-language": "en"},
    ) as client:
        yield client


async def post(http: httpx.AsyncClient, path: str, body: dict[str, Any], expect: int = 200) -> Any:
    answer = await http.post(path, json=body)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def binhai_round(http: httpx.AsyncClient) -> Any:
    """The fund and the round of F14 and F16, open."""
    fund = {
        "division": "120116", "title": "2014年公益创投资金", "source": "fiscal",
        "source_body": "finance_bureau", "fiscal_year": 2014, "total_fen": 300_000_000,
        "effective_on": "2014-07-01", **HISTORY,
    }  # fmt: skip
    fund_id = (await post(http, "/v1/funds", fund, 201))["id"]
    announced = {
        "division": "120116", "title": "滨海新区2014年社会组织公益创投活动", "year": 2014,
        "issuers": ["civil_affairs_bureau", "finance_bureau"], "areas_declared": 10,
        "areas_named": ["social_assistance", "home_elderly_care", "social_volunteering"],
        "budget_fen": 300_000_000, "fund_id": fund_id, "status": "open",
        "eligibility": [{"rule": "legal_status_in", "parameters": ["registered", "filed"]}], **JULY,
    }  # fmt: skip
    return await post(http, "/v1/rounds", announced, 201)


async def test_the_round_of_binhai_is_entered_decided_and_counted(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    round_ = await binhai_round(http)
    path = f"/v1/rounds/{round_['id']}"
    organizations = [await grants.organization() for _ in range(12)]
    ids = []
    for number in range(84):
        body = {
            "round_id": round_["id"], "organization_id": str(organizations[number % 12]),
            "title": f"项目{number}", "requested_fen": 9_000_000, "area": "social_assistance", **AUGUST,
        }  # fmt: skip
        ids.append((await post(http, "/v1/applications", body, 201))["id"])
    await post(http, f"{path}/closing", {"effective_on": "2014-09-01", **HISTORY})
    scores = [
        {"application_id": id, "reviewer": reviewer, "criterion": criterion["code"],
         "points_thousandths": 95_000 - 500 * number}
        for number, id in enumerate(ids)
        for reviewer in ("u-1", "u-2", "u-3")
        for criterion in round_["criteria"]
    ]  # fmt: skip
    answer = await http.put(f"{path}/scores", json={"scores": scores})
    assert answer.status_code == 200, answer.text
    await post(http, f"{path}/ranking", {"awards_at_most": 32, "reserve_at_most": 0, **SEPTEMBER})
    ranking = (await http.get(f"{path}/ranking")).json()
    assert ranking["reproducible"] is True
    assert (ranking["cut_rank"], ranking["awarded_fen"]) == (32, 288_000_000)
    assert [line["application_id"] for line in ranking["lines"]] == ids
    assert len((await http.get(f"{path}/ranking/inputs")).json()["scores"]) == len(scores)
    await post(http, f"{path}/publicity", SEPTEMBER)
    decided = await post(http, f"{path}/decision", {"effective_on": "2014-09-28", **HISTORY})
    assert (decided["submitted_count"], decided["awarded_count"]) == (84, 32)

    year = (await http.get("/v1/figures", params={"from": "2014-01-01", "to": "2014-12-31"})).json()
    values = {key: figure["value"] for key, figure in year["figures"].items()}
    assert values["rounds.budget"] == 300_000_000  # F14
    assert values["applications.submitted"] == 84  # F15
    assert values["applications.awarded"] == 32  # F15
    assert (values["rounds.areas_declared"], values["rounds.areas_named"]) == (10, 3)  # F16
    assert values["awards.sum"] == values["funds.committed"] == 288_000_000
    assert values["funds.available"] == 12_000_000
    assert values["applications.not_selected"] == 52


async def test_figures_are_answered_as_of_any_day_and_by_division(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    round_ = await grants.round()
    here = await grants.organization(division="120116001")
    there = await grants.organization(division="120116002")
    rows = [await grants.application(round_, id, title=f"T{n}") for n, id in enumerate((here, there, there))]
    await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
    await grants.decided(round_, awards_at_most=2)

    async def values(**parameters: str) -> dict[str, int]:
        answer = (await http.get("/v1/figures", params=parameters)).json()
        return {key: figure["value"] for key, figure in answer["figures"].items()}

    assert (await values(as_of="2014-07-31"))["applications.submitted"] == 0
    august = await values(as_of="2014-09-19")
    assert (august["applications.submitted"], august["applications.awarded"]) == (3, 0)
    assert august["funds.committed"] == 0
    now = await values()
    assert (now["applications.awarded"], now["awards.sum"]) == (2, 18_000_000)
    assert (await values(division="120116002"))["applications.submitted"] == 2
    later = await values(**{"from": "2015-01-01", "to": "2015-12-31"})
    assert (later["rounds.total"], later["applications.awarded"], later["funds.total"]) == (0, 0, 0)
    split = (await http.get("/v1/figures", params={"by": "division"})).json()["by"]
    assert split["120116001"]["applications.awarded"] == 1
    assert {place: values["applications.submitted"] for place, values in split.items()} == {
        "120116": 0, "120116001": 1, "120116002": 2
    }  # fmt: skip
    assert split["120116"]["rounds.total"] == 1


async def test_a_split_counts_nothing_beyond_the_callers_divisions(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    round_ = await grants.round()
    for division in ("120116002", "120116002003"):
        await grants.application(round_, await grants.organization(division=division))
    theirs = {"authorization": "Bearer viewer@120116002003"}
    answer = (await http.get("/v1/figures", params={"by": "division"}, headers=theirs)).json()
    assert answer["figures"]["applications.submitted"]["value"] == 1
    assert {place: values["applications.submitted"] for place, values in answer["by"].items()} == {
        "120116002": 1
    }  # fmt: skip


async def test_why_an_organisation_cannot_apply_is_told_beforehand(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    round_ = await binhai_round(http)
    path = f"/v1/rounds/{round_['id']}/eligibility"
    discovered = registry.LegalStatus.DISCOVERED
    stranger = await grants.organization(division="120116001", legal_status=discovered)
    answer = (await http.get(path, params={"organization_id": str(stranger), "on": "2014-08-01"})).json()
    assert answer["eligible"] is False
    assert [reason["code"] for reason in answer["reasons"]] == ["legal_status"]
    assert "摸底发现" in answer["reasons"][0]["zh"]
    unknown = (await http.get(path, params={"organization_id": str(uuid7())})).json()
    assert (unknown["eligible"], unknown["reasons"][0]["code"]) == (None, "organization_unknown")
    fit = await grants.organization()
    running = (await http.get(f"/v1/organizations/{fit}/eligibility", params={"on": "2014-08-01"})).json()
    assert [(each["round_id"], each["eligible"]) for each in running] == [(round_["id"], True)]


async def test_a_street_sees_the_districts_round_and_only_its_own_applications(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    round_ = await grants.round()
    own = await grants.application(round_, await grants.organization(division="120116001"))
    await grants.application(round_, await grants.organization(division="120116002"))
    liaison = {"authorization": "Bearer liaison@120116001"}
    assert [item["id"] for item in (await http.get("/v1/rounds", headers=liaison)).json()["items"]] == [
        round_.subject
    ]
    assert (await http.get(f"/v1/rounds/{round_.id}", headers=liaison)).status_code == 200
    mine = (await http.get("/v1/applications", headers=liaison)).json()["items"]
    assert [item["id"] for item in mine] == [own.subject]
    assert (await http.get("/v1/funds", headers=liaison)).status_code == 403
    ranking = await http.get(f"/v1/rounds/{round_.id}/ranking", headers=liaison)
    assert ranking.status_code == 403


async def test_lists_come_in_pages(http: httpx.AsyncClient, grants: Grants) -> None:
    for number in range(5):
        await grants.fund(1000 + number)
    first = (await http.get("/v1/funds", params={"limit": 3})).json()
    second = (await http.get("/v1/funds", params={"limit": 3, "cursor": first["next"]})).json()
    found = [item["total_fen"] for item in first["items"] + second["items"]]
    assert (found, second["next"]) == ([1000, 1001, 1002, 1003, 1004], None)


async def test_the_books_of_a_fund_are_open_to_who_may_read_them(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    fund = await grants.fund(1000)
    path = f"/v1/funds/{fund.id}"
    await post(http, f"{path}/commitments", {"subject": "v-1", "amount_fen": 400})
    await post(http, f"{path}/release", {"subject": "v-1"})
    await post(http, f"{path}/increase", {"amount_fen": 10})
    await post(http, f"{path}/lapse", {})
    await post(http, f"{path}/closing", {})
    entries = (await http.get(f"{path}/entries")).json()["items"]
    assert [entry["kind"] for entry in entries] == ["opening", "commitment", "release", "increase", "lapse"]
    assert entries[2]["reverses"] == entries[1]["id"]
    assert all(sum(posting["fen"] for posting in entry["postings"]) == 0 for entry in entries)
    shown = (await http.get(path)).json()
    assert (shown["status"], shown["available_fen"], shown["released_fen"]) == ("closed", 0, 400)


async def test_the_whole_life_of_an_application_has_routes(http: httpx.AsyncClient, grants: Grants) -> None:
    round_ = await grants.round()
    body = {
        "round_id": round_.subject, "organization_id": str(await grants.organization()),
        "title": "爱心牵手", "requested_fen": 100, "draft": True, **AUGUST,
    }  # fmt: skip
    path = f"/v1/applications/{(await post(http, '/v1/applications', body, 201))['id']}"
    assert (await http.patch(path, json={"requested_fen": 90})).json()["requested_fen"] == 90
    assert (await post(http, f"{path}/submission", AUGUST))["status"] == "eligible"
    assert (await post(http, f"{path}/eligibility", AUGUST))["status"] == "eligible"
    assert (await post(http, f"{path}/return", {"items": ["budget"], **AUGUST}))["status"] == "returned"
    assert (await post(http, f"{path}/submission", AUGUST))["status"] == "eligible"
    assert (await post(http, f"{path}/withdrawal", AUGUST))["status"] == "withdrawn"
    assert (await http.get(path)).json()["sequence"] == 7


async def test_reserve_reopening_cancelling_extending_and_bans_have_routes(
    http: httpx.AsyncClient, grants: Grants
) -> None:
    round_ = await grants.round(begins_as=RoundStatus.ANNOUNCED)
    path = f"/v1/rounds/{round_.id}"
    await post(http, f"{path}/opening", {"effective_on": "2014-07-10", **HISTORY})
    await post(http, f"{path}/extension", {"closes_on": "2014-09-02", **AUGUST})
    rows = [await grants.application(round_, title=f"T{n}") for n in range(2)]
    await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
    await grants.decided(round_, awards_at_most=1)
    award = await post(http, f"/v1/applications/{rows[1].id}/award", {"award_fen": 5})
    assert (award["status"], award["awarded_fen"]) == ("awarded", 5)
    assert (await post(http, f"{path}/reopening", {"reason": "objection_upheld"}))["status"] == "closed"
    assert (await post(http, f"{path}/cancellation", {"reason": "void"}))["status"] == "cancelled"
    organization = f"/v1/organizations/{rows[0].organization_id}"
    await post(http, f"{organization}/bans", {"reason": "clawed_back"}, 201)
    assert len((await http.get(f"{organization}/bans")).json()) == 1


async def test_a_retried_application_is_one_application(http: httpx.AsyncClient, grants: Grants) -> None:
    round_ = await grants.round()
    body = {
        "round_id": round_.subject, "organization_id": str(await grants.organization()),
        "title": "爱心牵手", "requested_fen": 100, **AUGUST,
    }  # fmt: skip
    key = {"idempotency-key": "k-1"}
    first = await http.post("/v1/applications", json=body, headers=key)
    again = await http.post("/v1/applications", json=body, headers=key)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert (await http.post("/v1/applications", json=body)).json()["code"] == "application_exists"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"total_fen": 0}, "/total_fen"),
        ({"total_fen": "100"}, "/total_fen"),
        ({"total_fen": 10**16}, "/total_fen"),
        ({"title": ""}, "/title"),
        ({"title": "a\u0000b"}, "/title"),
        ({"division": "12011"}, "/division"),
        ({"source": "theft"}, "/source"),
        ({"effective_on": "2999-12-31"}, "/effective_on"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_bad_input_is_told_by_field(
    http: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    body = {"division": "120116", "title": "F", "source": "fiscal", "fiscal_year": 2014, "total_fen": 1}
    answer = await http.post("/v1/funds", json=body | change)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_every_fault_of_a_round_is_in_one_problem(http: httpx.AsyncClient) -> None:
    body = {
        "division": "120116", "title": "R", "year": 2014, "areas_named": ["x"],
        "eligibility": [{"rule": "y"}], "closes_on": str(date(2014, 9, 1)), **JULY,
    }  # fmt: skip
    problem = await post(http, "/v1/rounds", body, 422)
    pointers = {fault["pointer"] for fault in problem["errors"]}
    assert pointers == {"/areas_named/0", "/budget_fen", "/eligibility/0/rule"}


async def test_a_period_that_ends_before_it_begins_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/figures", params={"from": "2015-01-01", "to": "2014-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "period_reversed")
