"""The registry over HTTP: what each kind of user does and is told."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook
from shuniu_contracts import Basis
from shuniu_contracts import registry as contract

from chassis.runtime import Runtime
from services.registry.identification.model import complete_credit_code
from services.registry.imports.worker import work
from services.registry.policy import CRITERIA
from tests.registry.conftest import Api, Register
from tests.registry.workbooks import row, workbook

pytestmark = pytest.mark.integration

STREET = "120116005"
CODE = complete_credit_code("51", "120116", "MJ012345")
ORGANIZATIONS = "/v1/organizations"
APPLICATIONS = "/v1/registration-applications"


@pytest_asyncio.fixture(loop_scope="session")
async def working(runtime: Runtime) -> AsyncIterator[None]:
    """The import worker, as the api role runs it."""
    task = asyncio.create_task(work(runtime))
    yield
    task.cancel()


async def discover(api: Api, name: str = "新港书画队", **more: Any) -> dict[str, Any]:
    return await api.post(ORGANIZATIONS, 201, name=name, division=STREET, **more)


async def register(api: Api, name: str = "滨海新区书画协会", **more: Any) -> dict[str, Any]:
    body = {"division": STREET, "legal_form": "association", "route": "department", "credit_code": CODE}
    return await api.post(f"{ORGANIZATIONS}/registrations", 201, name=name, **(body | more))


async def finished(api: Api, made: dict[str, Any]) -> dict[str, Any]:
    for _ in range(200):
        now: dict[str, Any] = await api.get(f"/v1/imports/{made['id']}")
        if now["state"] not in {"received", "applying", "undoing"}:
            return now
        await asyncio.sleep(0.05)
    raise AssertionError(f"the import is still {now['state']}")


async def bring(api: Api, content: bytes, status: int = 202, **form: str) -> dict[str, Any]:
    response = await api.client.post("/v1/imports", data=form, files={"file": ("名册.xlsx", content)})
    made: dict[str, Any] = api.checked(response, status)
    return made


async def test_a_liaison_adds_a_micro_organisation_in_two_fields(api: Api) -> None:
    made = await discover(api.as_("liaison", STREET))
    assert (made["legal_status"], made["legal_form"], made["revision"]) == ("discovered", "none", 1)
    found = await api.get(f"{ORGANIZATIONS}/{made['id']}")
    assert found["name"] == "新港书画队"


async def test_a_created_record_is_where_its_location_says(api: Api) -> None:
    for path, body in (
        (ORGANIZATIONS, {"name": "甲"}),
        (f"{ORGANIZATIONS}/filings", {"name": "乙"}),
        (
            f"{ORGANIZATIONS}/registrations",
            {"name": "丙", "legal_form": "association", "route": "direct", "basis": "historical",
             "effective_on": "2014-01-01"},
        ),
        (APPLICATIONS, {"name": "丁", "legal_form": "foundation", "charter_party_clause": True}),
        (f"{APPLICATIONS}/consultations", {"name": "戊", "legal_form": "foundation"}),
    ):  # fmt: skip
        response = await api.client.post(path, json={"division": STREET, **body})
        assert response.status_code == 201, response.text
        there = await api.client.get(response.headers["location"])
        assert there.status_code == 200, (response.headers, there.text)
        assert there.json()["id"] == response.json()["id"]
        assert there.headers["etag"] == response.headers["etag"]


async def test_the_faults_of_a_body_point_at_its_fields(api: Api) -> None:
    problem = await api.post(
        ORGANIZATIONS, 422, name="——", division=STREET, credit_code="1", categories=["月球"]
    )
    assert {fault["pointer"] for fault in problem["errors"]} == {"/name", "/credit_code", "/categories"}


async def test_a_duplicate_is_a_conflict_that_names_the_other(api: Api) -> None:
    made = await discover(api)
    problem = await api.post(ORGANIZATIONS, 409, name="新港（书画队）", division=STREET)
    assert problem["code"] == "duplicate"
    assert made["id"] in problem["detail"]


async def test_a_stale_change_is_refused_and_says_what_changed(api: Api) -> None:
    made = await discover(api)
    path = f"{ORGANIZATIONS}/{made['id']}"
    first = await api.client.patch(path, json={"staff_count": 2}, headers={"if-match": '"1"'})
    assert first.headers["etag"] == '"2"'
    second = await api.client.patch(path, json={"staff_count": 3}, headers={"if-match": '"1"'})
    assert second.status_code == 412
    assert second.json()["changed"]["staff_count"] == 2


async def test_a_retried_post_gives_the_first_answer(api: Api) -> None:
    headers = {"idempotency-key": "k-1"}
    body = {"name": "新港书画队", "division": STREET}
    first = await api.client.post(ORGANIZATIONS, json=body, headers=headers)
    again = await api.client.post(ORGANIZATIONS, json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())


async def test_the_register_is_searched_by_part_initials_and_code(api: Api) -> None:
    await register(api)
    await discover(api, "新港合唱队", categories=["charity"])
    assert [o["name"] for o in (await api.get(ORGANIZATIONS, q="书画"))["items"]] == ["滨海新区书画协会"]
    assert [o["name"] for o in (await api.get(ORGANIZATIONS, q="XGHC"))["items"]] == ["新港合唱队"]
    assert [o["name"] for o in (await api.get(ORGANIZATIONS, q=CODE))["items"]] == ["滨海新区书画协会"]
    assert (await api.get(ORGANIZATIONS, q="%"))["items"] != []
    assert (await api.get(ORGANIZATIONS, q="书%会"))["items"] == []
    assert len((await api.get(ORGANIZATIONS, category="charity"))["items"]) == 1
    assert len((await api.get(ORGANIZATIONS, legal_status="registered", division="120116005"))["items"]) == 1
    assert (await api.get(ORGANIZATIONS, division="120116006"))["items"] == []


async def test_the_register_is_searched_and_exported_by_function_nature_and_direction(api: Api) -> None:
    await discover(
        api, "新港合唱队", functions=["training", "contest"], nature="mutual_aid",
        service_directions=["women", "elderly"],
    )  # fmt: skip
    await discover(api, "新港棋社", functions=["contest"], nature="hobby", service_directions=["elderly"])
    for wanted in ({"function": "training"}, {"nature": "mutual_aid"}, {"service_direction": "women"}):
        found = (await api.get(ORGANIZATIONS, **wanted))["items"]
        assert [one["name"] for one in found] == ["新港合唱队"]
        exported = await api.client.get(f"{ORGANIZATIONS}/export.xlsx", params=wanted)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(exported.content)).get_sheet_by_index(0)
        headers, *rows = sheet.to_python()
        assert [row[headers.index("名称")] for row in rows] == ["新港合唱队"]
    assert len((await api.get(ORGANIZATIONS, function="contest", service_direction="elderly"))["items"]) == 2


async def test_the_register_and_its_workbook_are_narrowed_by_all_that_is_judged_of_it(api: Api) -> None:
    ours = await register(
        api, categories=["legal_rights"], origin="womens_home", charity=True,
        target_groups=["women", "children"],
    )  # fmt: skip
    theirs = await discover(api, "新港棋社", charity=False)
    path = f"{ORGANIZATIONS}/{ours['id']}"
    await api.post(f"{path}/hub-link", link="linked")
    await api.post(f"{path}/decoupling", step="self_checked", administrative_staff=0)
    await api.post(f"{path}/hub-standing", standing="at_risk")
    await api.post(f"{path}/supervision", supervisory_unit="education")
    named = f"{ORGANIZATIONS}/{theirs['id']}/supervision"
    await api.post(named, supervisory_unit_name="滨海新区教育局")
    for wanted in (
        {"category": "legal_rights"}, {"department": "womens_work"}, {"hub_standing": "at_risk"},
        {"decoupling": "self_checked"}, {"origin": "womens_home"}, {"target_group": "children"},
        {"charity": True}, {"supervisory_unit": "education"},
        {"supervisory_unit": "教育部门", "credit_listing": "none"},
    ):  # fmt: skip
        found = (await api.get(ORGANIZATIONS, **wanted))["items"]
        assert [one["name"] for one in found] == ["滨海新区书画协会"], wanted
        exported = await api.client.get(f"{ORGANIZATIONS}/export.xlsx", params=wanted)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(exported.content)).get_sheet_by_index(0)
        assert [row[0] for row in sheet.to_python()[1:]] == ["滨海新区书画协会"], wanted
    assert len((await api.get(ORGANIZATIONS, supervisory_unit="教育"))["items"]) == 2
    assert [one["name"] for one in (await api.get(ORGANIZATIONS, charity=False))["items"]] == ["新港棋社"]
    assert (await api.get(ORGANIZATIONS, credit_listing="abnormal"))["items"] == []
    await api.get(ORGANIZATIONS, 422, decoupling="half")


async def test_womens_organisations_are_kept_with_their_office_and_whether_it_is_shared(api: Api) -> None:
    for name, premises in (("家政服务社", "shared"), ("巾帼健身队", "none"), ("普法宣讲团", "own")):
        await discover(api, name, categories=["legal_rights"], premises=premises)
    await discover(api, "新港科技社", categories=["science_technology"], premises="shared")
    for premises, name in (("shared", "家政服务社"), ("none", "巾帼健身队")):
        found = (await api.get(ORGANIZATIONS, category="legal_rights", premises=premises))["items"]
        assert [(one["name"], one["premises"]) for one in found] == [(name, premises)]
    await api.post(ORGANIZATIONS, 422, name="甲", division=STREET, premises="rented")


async def test_an_organisation_of_several_fields_is_found_under_each(api: Api) -> None:
    made = await discover(api, "新港妇女之家", categories=["普法维权", "family_education", "志愿服务"])
    assert made["categories"] == ["legal_rights", "family_education", "volunteering"]
    for category in made["categories"]:
        [found] = (await api.get(ORGANIZATIONS, category=category))["items"]
        assert found["id"] == made["id"]


async def test_what_changes_of_an_organisation_under_direct_supervision_is_told(api: Api) -> None:
    made = await register(api)
    path = f"{ORGANIZATIONS}/{made['id']}"
    for link in ("linked", "direct"):
        await api.post(f"{path}/hub-link", link=link)
    api.checked(await api.client.patch(path, json={"staff_count": 7}), 200)
    [found] = (await api.get(ORGANIZATIONS, hub_link="direct"))["items"]
    assert (found["id"], found["staff_count"]) == (made["id"], 7)
    changes = [entry["changes"] for entry in await api.get(f"{path}/history")]
    assert changes[2]["hub_link"] == {"before": "linked", "after": "direct"}
    assert changes[3] == {"staff_count": {"before": None, "after": 7}}
    figures = (await api.get("/v1/figures"))["figures"]
    assert figures["organizations.hub_link.direct"]["value"] == 1


async def test_pages_go_on_where_the_last_one_ended(api: Api) -> None:
    for n in range(5):
        await discover(api, f"第{n}队")
    names: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = await api.get(ORGANIZATIONS, limit=2, **cursor)
        names += [o["name"] for o in page["items"]]
        cursor = {"cursor": page["next"]}
    assert names == [f"第{n}队" for n in range(5)]
    assert page["next"] is None


async def test_ended_records_are_shown_when_asked_for(api: Api) -> None:
    made = await register(api)
    await api.post(f"{ORGANIZATIONS}/{made['id']}/deregistration")
    assert (await api.get(ORGANIZATIONS))["items"] == []
    assert len((await api.get(ORGANIZATIONS, ended=True))["items"]) == 1


async def test_the_history_tells_who_changed_what_when(api: Api) -> None:
    made = await discover(api)
    path = f"{ORGANIZATIONS}/{made['id']}"
    await api.as_("hub_officer").post(f"{path}/filing", effective_on="2026-01-05")
    await api.post(f"{path}/hub-link", link="linked")
    entries = await api.get(f"{path}/history")
    assert [entry["fact"] for entry in entries] == ["discovered", "filed", "linked"]
    assert entries[1]["actor_id"] == "u-hub_officer"
    assert entries[1]["effective_on"] == "2026-01-05"
    assert entries[1]["changes"]["legal_status"] == {"before": "discovered", "after": "filed"}
    assert entries[2]["particulars"] == {}


async def test_what_is_called_nearly_so_is_shown_before_one_is_entered(api: Api) -> None:
    await discover(api, "新港夕阳红书画队")
    [found] = await api.get(f"{ORGANIZATIONS}/similar", name="新港夕阳红书画社", division=STREET)
    assert found["name"] == "新港夕阳红书画队"


async def test_the_hub_reviews_and_the_authority_decides(api: Api) -> None:
    hub, authority, liaison = api.as_("hub_officer"), api.as_("registration_authority"), api.as_("liaison")
    made = await liaison.post(
        APPLICATIONS, 201, name="滨海新区书画协会", division=STREET, legal_form="association",
        charter_party_clause=True,
    )  # fmt: skip
    path = f"{APPLICATIONS}/{made['id']}"
    await authority.post(f"{path}/endorsement", 403, criteria_met=[])
    refused = await hub.post(f"{path}/endorsement", 422, criteria_met=["name"])
    assert refused["code"] == "criteria_unanswered"
    await hub.post(f"{path}/endorsement", criteria_met=[criterion.code for criterion in CRITERIA])
    await hub.post(f"{path}/registration", 403, credit_code=CODE)
    closed = await authority.post(f"{path}/registration", credit_code=CODE)
    organization = await api.get(f"{ORGANIZATIONS}/{closed['organization_id']}")
    assert organization["registration_route"] == "hub_endorsed"
    assert [step["kind"] for step in await api.get(f"{path}/steps")] == [
        "consultation", "pre_review", "decision",
    ]  # fmt: skip
    assert (await api.get(APPLICATIONS, step="closed"))["items"][0]["id"] == made["id"]


async def test_another_districts_officer_sees_and_changes_nothing(api: Api) -> None:
    made = await discover(api)
    foreign = api.as_("hub_officer", "120116006")
    await foreign.get(f"{ORGANIZATIONS}/{made['id']}", 403)
    await foreign.get(f"{ORGANIZATIONS}/{made['id']}/history", 403)
    await foreign.post(f"{ORGANIZATIONS}/{made['id']}/filing", 403)
    assert (await foreign.get(ORGANIZATIONS))["items"] == []
    figures = await foreign.get("/v1/figures")
    assert figures["figures"]["organizations.discovered"]["value"] == 0


async def test_a_workbook_is_checked_applied_and_undone(api: Api, working: None) -> None:
    content = workbook([row("滨海书画协会"), row("滨海合唱协会", 登记日期="去年")])
    checked = await finished(api, await bring(api, content))
    assert (checked["state"], checked["rows_faulty"], checked["mapping"]["name"]) == ("checked", 1, "名称")
    [fault] = (await api.get(f"/v1/imports/{checked['id']}/faults"))["items"]
    assert (fault["row"], fault["column"], fault["code"]) == (3, "登记日期", "date_malformed")
    await api.post(f"/v1/imports/{checked['id']}/application", 202, rows="valid")
    applied = await finished(api, checked)
    assert (applied["state"], applied["rows_applied"]) == ("applied", 1)
    [made] = (await api.get(ORGANIZATIONS, import_id=applied["id"]))["items"]
    assert made["registered_on"] == "2012-03-01"
    await api.post(f"/v1/imports/{applied['id']}/undo", 202)
    undone = await finished(api, applied)
    assert (undone["state"], undone["rows_undone"]) == ("undone", 1)
    assert (await api.get(ORGANIZATIONS))["items"] == []
    assert (await api.get("/v1/imports"))["items"][0]["id"] == applied["id"]


async def test_bad_arguments_of_an_import_are_told(api: Api) -> None:
    for form in ({"mapping": "{"}, {"basis": "guessed"}, {"apply": "some"}, {"division": "12"}):
        problem = await bring(api, b"x", 422, **form)
        assert problem["status"] == 422
    await bring(api.as_("liaison"), b"x", 403)


async def test_a_day_for_the_rows_that_have_none_is_said_after_the_check(api: Api, working: None) -> None:
    """Nobody knows beforehand which rows have none: the report tells, and the file is not sent again."""
    content = workbook([row("新港书画队", 法律形式="社区社会组织", 法律状态="备案", 登记日期=None)])
    made = await finished(api, await bring(api, content, division="120116"))
    path = f"/v1/imports/{made['id']}"
    [fault] = (await api.get(f"{path}/faults"))["items"]
    assert (fault["column"], fault["code"]) == ("备案日期", "day_missing")
    await api.post(f"{path}/mapping", 202, effective_on="2014-01-01", basis="imported", division=STREET)
    again = await finished(api, made)
    assert (again["rows_valid"], again["effective_on"], again["basis"], again["division"]) == (
        1, "2014-01-01", "imported", STREET,
    )  # fmt: skip
    await api.post(f"{path}/mapping", 202, mapping={"name": "名称"})
    assert (await finished(api, made))["effective_on"] == "2014-01-01", "what is not said stays"
    await api.post(f"{path}/mapping", 202, effective_on=None)
    assert (await finished(api, made))["rows_faulty"] == 1
    street = api.as_("hub_officer", STREET)
    refused = await street.post(f"{path}/mapping", 403, division="120116")
    assert refused["code"] == "not_permitted"


async def test_who_acts_for_several_divisions_says_for_which_a_register_is(api: Api) -> None:
    several = api.as_("hub_officer", "120116005,120116006")
    refused = await bring(several, b"x", 422)
    assert refused["code"] == "division_needed"
    assert (await bring(several, b"x", division="120116006"))["division"] == "120116006"
    assert (await bring(api.as_("hub_officer", "120116005"), b"y"))["division"] == "120116005"


async def test_what_was_exported_can_be_imported_again_unchanged(api: Api, working: None) -> None:
    content = workbook([row("滨海书画协会", 登记证号="津滨社证字第000001号")])
    await finished(api, await bring(api, content, apply="all"))
    await api.post(
        f"{ORGANIZATIONS}/filings", 201, name="=HYPERLINK(1)会", division=STREET, basis="historical",
        effective_on="2013-05-01", categories=["charity"], brands=["甲", "乙"], charity=True,
    )  # fmt: skip
    first = (await api.get(ORGANIZATIONS))["items"]
    assert len(first) == 2
    exported = await api.client.get(f"{ORGANIZATIONS}/export.xlsx")
    assert exported.status_code == 200
    for found in first:
        fact = "dissolution" if found["legal_status"] == "filed" else "deregistration"
        await api.post(f"{ORGANIZATIONS}/{found['id']}/{fact}")
    again = await finished(api, await bring(api, exported.content, apply="all"))
    assert (again["state"], again["rows_applied"]) == ("applied", 2), str(again)
    second = (await api.get(ORGANIZATIONS))["items"]
    leave = {"id", "recorded_at", "import_id"}
    assert [{k: v for k, v in o.items() if k not in leave} for o in first] == [
        {k: v for k, v in o.items() if k not in leave} for o in second
    ]


async def test_the_export_has_those_of_the_stacks_below_only_when_asked(
    api: Api, working: None, runtime: Runtime
) -> None:
    ours = await register(api)
    theirs = contract.OrganizationState(
        effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL, division=STREET, name="街道书画社",
        legal_form=contract.LegalForm.ASSOCIATION, legal_status=contract.LegalStatus.REGISTERED,
        registered_on=date(2014, 5, 1),
    )  # fmt: skip
    event = contract.OrganizationRegistered(state=theirs, route=contract.RegistrationRoute.DEPARTMENT)
    world = Register(runtime)
    await world.hear(world.received(event, stack=STREET))
    own = await api.client.get(f"{ORGANIZATIONS}/export.xlsx")
    await api.post(f"{ORGANIZATIONS}/{ours['id']}/deregistration")
    again = await finished(api, await bring(api, own.content, apply="all"))
    assert (again["state"], again["rows_applied"]) == ("applied", 1), str(again)
    all_ = await api.client.get(f"{ORGANIZATIONS}/export.xlsx", params={"replicas": True})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(all_.content)).get_sheet_by_index(0)
    headers, *rows = sheet.to_python()
    homes = {row[headers.index("名称")]: str(row[headers.index("所属平台")]) for row in rows}
    assert homes == {"滨海新区书画协会": "120116", "街道书画社": STREET}


async def test_the_template_is_read_as_a_register_without_rows(api: Api, working: None) -> None:
    template = await api.client.get(f"{ORGANIZATIONS}/template.xlsx")
    done = await finished(api, await bring(api, template.content))
    assert (done["state"], done["rows_read"], len(done["mapping"])) == ("checked", 0, len(done["headers"]))


async def test_the_lists_of_the_region_are_answered(api: Api) -> None:
    lists = await api.get("/v1/categories")
    assert len(lists["categories"]) == 16
    assert [c["code"] for c in lists["categories"] if c["direct_registration"]] == [
        "industry_association", "science_technology", "charity", "community_service",
    ]  # fmt: skip
    assert any(column["header"] == "名称" for column in await api.get("/v1/imports/columns"))


async def test_what_does_not_exist_is_not_found(api: Api) -> None:
    nothing = "018f0000-0000-7000-8000-000000000000"
    for path in (
        f"{ORGANIZATIONS}/{nothing}", f"{ORGANIZATIONS}/{nothing}/history", f"{APPLICATIONS}/{nothing}",
        f"/v1/imports/{nothing}", f"/v1/imports/{nothing}/faults",
    ):  # fmt: skip
        assert (await api.get(path, 404))["code"] in {"not_found", "import_not_found"}
    chinese = await api.client.get(f"{APPLICATIONS}/{nothing}", headers={"accept-language": "zh"})
    assert chinese.json()["detail"] == f"未找到登记申请“{nothing}”。"
    await api.post(f"{ORGANIZATIONS}/{nothing}/filing", 404)
    await api.post(f"/v1/imports/{nothing}/undo", 404)
