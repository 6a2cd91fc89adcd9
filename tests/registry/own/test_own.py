"""An organisation with an account of its own: files, sees and answers what is its own, and nothing else."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from chassis.principal import Principal, StandsFor
from services.registry.applications import commands as applications
from services.registry.identification.model import complete_credit_code
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.entries.commands import SERVICE_ENTRIES
from services.registry.inspections.annual import commands as inspections
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.periods import Interval
from services.registry.operations.trainings import commands as trainings
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, LegalStatus, RegistrationRoute
from services.registry.own.commands import HANDED_IN
from services.registry.own.forms import LINE_STEPS
from services.registry.own.routes import ENTRY_FORMS
from services.registry.policy import CRITERIA, RegistryPolicy
from services.registry.records.policy import CharterTemplate, RecordsPolicy
from services.registry.records.returns import commands as returns
from tests.registry.conftest import OFFICER, Api, Register
from tests.registry.references import STREET, organization, stay

pytestmark = pytest.mark.integration
OTHER_STREET = "120116001"
CODE = complete_credit_code("51", "120116", "MJ012345")
FILING: dict[str, Any] = {
    "division": STREET, "name": "滨海新区晚晴互助协会", "legal_form": "association",
    "charter_party_clause": True, "member_count": 60,
}  # fmt: skip
OWN = "/v1/own"
APPLICATIONS = f"{OWN}/registration-applications"


def account(api: Api, kind: str, id: UUID, division: str = STREET) -> Api:
    """An account of an organisation, or of one that is to be registered."""
    return api.as_("organization", division, account=f"u-{id}", stands_for=f"{kind}:{id}")


async def decided(register: Register, id: UUID) -> Any:
    """What the hub endorses and the authority registers."""
    await register.do(applications.endorse, id=id, criteria_met=[one.code for one in CRITERIA])
    return await register.do(applications.register, id=id, credit_code=CODE)


async def test_an_organisation_files_its_own_application_and_becomes_what_it_stands_for(
    register: Register, api: Api
) -> None:
    id = uuid7()
    own = account(api, "registration_application", id)
    before = await own.get(OWN)
    assert (before["organization"], before["applications"], before["records"]) == (None, [], [])
    asked = await own.post(f"{OWN}/registration-consultations", 201, **FILING)
    assert (asked["id"], asked["step"], asked["filed_by"]) == (str(id), "consulted", "organization")
    filed = await own.post(f"{APPLICATIONS}/{id}/submission")
    assert (filed["step"], filed["filed_by"]) == ("submitted", "organization")
    again = await own.post(APPLICATIONS, 409, **{**FILING, "name": "滨海新区又一协会"})
    assert again["code"] == "own_application_filed"
    await register.do(applications.return_, id=id, items=["charter"], explanation="请补充章程")
    told = await own.get(f"{APPLICATIONS}/{id}")
    assert (told["items"], told["explanation"]) == (["charter"], "请补充章程")
    await own.post(f"{APPLICATIONS}/{id}/submission", member_count=61)
    closed = await decided(register, id)
    after = await own.get(OWN)
    assert after["organization"]["id"] == str(closed.organization_id)
    assert after["organization"]["member_count"] == 61
    assert [one["step"] for one in after["applications"]] == ["closed"]
    events = await register.events(id)
    assert {data["state"]["filed_by"] for _, data in events} == {"organization"}


async def test_an_organisation_is_told_why_something_was_returned_and_until_when(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    own = account(api, "organization", id)
    inspection = await register.do(inspections.open_, organization_id=id, year=2025, due_on=date(2026, 12, 1))
    yearly = await register.do(
        returns.open_, organization_id=id, interval=Interval.YEAR, covers=date(2025, 6, 1)
    )
    mending = await register.do(
        rectifications.open_, organization_id=id, origin="spot_check", topics=["finance", "safety"],
        findings="票据不全",
    )  # fmt: skip

    async def returned() -> dict[str, Any]:
        return {one["kind"]: one["returned"] for one in (await own.get(OWN))["records"]}

    assert await returned() == dict.fromkeys(("inspection", "periodic_return", "rectification"))
    for items in (["staff_list"], ["audit_report", "staff_list"]):
        await register.do(inspections.submit, id=inspection.id)
        await register.do(
            inspections.return_, id=inspection.id, items=items, explanation="审计报告未盖章",
            due_on=date(2026, 12, 10),
        )  # fmt: skip
    await register.do(returns.submit, id=yearly.id, served=120)
    yearly = await register.do(returns.return_, id=yearly.id, items=["served"])
    await register.do(rectifications.submit_evidence, id=mending.id, measures="已补齐票据")
    await register.do(
        rectifications.return_, id=mending.id, topics_left=["safety"], explanation="消防通道仍未清理",
        due_on=date(2026, 12, 20),
    )  # fmt: skip
    assert await returned() == {
        "inspection": {
            "on": "2026-11-23", "due_on": "2026-12-10",
            "reasons": {"items": ["audit_report", "staff_list"], "explanation": "审计报告未盖章"},
        },
        "periodic_return": {
            "on": "2026-11-23", "due_on": str(yearly.due_on),
            "reasons": {"items": ["served"], "explanation": None},
        },
        "rectification": {
            "on": "2026-11-23", "due_on": "2026-12-20",
            "reasons": {"topics_left": ["safety"], "explanation": "消防通道仍未清理"},
        },
    }  # fmt: skip
    await register.do(inspections.submit, id=inspection.id)
    again = (await returned())["inspection"]
    assert (again["due_on"], again["reasons"]["explanation"]) == (None, "审计报告未盖章")
    words = {one["name"]: one["fields"] for one in (await own.get(f"{OWN}/forms"))["records"]}
    assert (words["inspection"]["items"], words["rectification"]["topics_left"]) == (
        "补正事项", "仍存在的问题"
    )  # fmt: skip
    stranger = account(api, "organization", await organization(register))
    assert (await stranger.get(OWN))["records"] == []


async def owing(register: Register, id: UUID) -> dict[str, Any]:
    """What an organisation can be asked for, by kind."""
    yearly: dict[str, Any] = {"organization_id": id, "interval": Interval.YEAR, "covers": date(2025, 6, 1)}
    mending: dict[str, Any] = {
        "organization_id": id, "origin": "spot_check", "topics": ["finance"], "findings": "票据不全"
    }  # fmt: skip
    return {
        "inspection": await register.do(
            inspections.open_, organization_id=id, year=2025, due_on=date(2026, 12, 1)
        ),
        "periodic_return": await register.do(returns.open_, **yearly),
        "rectification": await register.do(rectifications.open_, **mending),
    }  # fmt: skip


SAID: dict[str, dict[str, Any]] = {
    "inspection": {"documents": ["d-1"]}, "periodic_return": {"served": 120},
    "rectification": {"measures": "已补齐票据"},
}  # fmt: skip
"""What an organisation hands in."""
HANDING_IN = {step.fact for steps in HANDED_IN.values() for step in steps}
SENT_BACK: dict[str, tuple[Any, dict[str, Any]]] = {
    "inspection": (inspections.return_, {"items": ["audit"]}),
    "periodic_return": (returns.return_, {"items": ["served"]}),
    "rectification": (rectifications.return_, {"topics_left": ["finance"], "explanation": "仍不全"}),
}


async def handing_in(own: Api) -> dict[str, tuple[str, list[str]]]:
    """Of every kind that can be handed in: the route of what is open, and what is offered of it."""
    words = {one["name"]: one for one in (await own.get(f"{OWN}/forms"))["records"]}
    return {
        one["kind"]: (f"/v1/{kind['path']}/{one['id']}/{step['path']}", one["may"])
        for one in (await own.get(OWN))["records"]
        if (kind := words[one["kind"]])
        for step in kind["steps"].values()
    }


async def test_an_organisation_hands_in_what_is_asked_of_it_and_again_what_came_back(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    own = account(api, "organization", id)
    rows = await owing(register, id)
    for name, row in rows.items():
        for _ in range(2):
            path, may = (await handing_in(own))[name]
            handed_in = await own.post(path, **SAID[name])
            assert handed_in["state"] == after(name, may)
            _, then = (await handing_in(own))[name]
            assert then == [], f"{name}: nothing is offered that would be refused"
            refused = await own.post(path, 409, **SAID[name])
            assert refused["code"] == "step_not_possible"
            step, why = SENT_BACK[name]
            await register.do(step, id=row.id, **why)
    facts = await register.facts(rows["inspection"].id)
    assert facts == ["opened", *["submitted", "returned"] * 2]
    found = await own.get(f"{OWN}/returns/{rows['periodic_return'].id}")
    assert (found["served"], found["returned_times"], "owner" in found) == (120, 2, False)


def after(name: str, may: list[str]) -> str:
    """The state after the one step that is offered."""
    [fact] = may
    [kind] = [one for one in HANDED_IN if one.name == name]
    return str(next(after[fact].value for table in kind.tables for after in table.values() if fact in after))


async def test_a_missed_deadline_is_noted_as_late_also_when_the_organisation_hands_in(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    row = await register.do(inspections.open_, organization_id=id, year=2025, due_on=date(2026, 11, 20))
    early = await register.do(inspections.open_, organization_id=id, year=2024, due_on=date(2027, 5, 31))
    await register.rows(f"update inspection set begins_on = '2027-03-01' where id = '{early.id}'")
    own = account(api, "organization", id)
    assert (await own.post(f"{OWN}/inspections/{row.id}/submission"))["state"] == "submitted"
    assert (await register.facts(row.id))[-1] == "submitted_late"
    refused = await own.post(f"{OWN}/inspections/{early.id}/submission", 409)
    assert refused["code"] == "inspection_window_not_open"


async def test_nobody_else_s_record_is_seen_or_handed_in(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    rows = await owing(register, id)
    own = account(api, "organization", id)
    paths = {name: path for name, (path, _) in (await handing_in(own)).items()}
    assert paths.keys() == rows.keys() == SAID.keys()
    other = await organization(register)
    callers = {
        "not_own": account(api, "organization", other),
        "stands_for_nobody": api,
        "not_permitted": account(api, "organization", other, OTHER_STREET),
    }
    for code, caller in callers.items():
        for name, path in paths.items():
            assert (await caller.get(path.rpartition("/")[0], 403))["code"] == code
            assert (await caller.post(path, 403, **SAID[name]))["code"] == code
            stale = await caller.client.post(path, json=SAID[name], headers={"if-match": '"0"'})
            assert (stale.status_code, stale.json()["code"]) == (403, code)
    unborn = account(api, "registration_application", uuid7())
    for name, path in paths.items():
        assert (await unborn.post(path, 403, **SAID[name]))["code"] == "not_own"
        await own.post(path, 422, **SAID[name], effective_on="2026-11-01")
        await own.post(path.replace(str(rows[name].id), str(uuid7())), 404, **SAID[name])
        assert await register.facts(rows[name].id) == ["opened"]


async def test_handing_in_is_done_once_and_on_the_record_as_it_was_seen(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    rows = await owing(register, id)
    own = account(api, "organization", id)
    for name, (path, _) in (await handing_in(own)).items():
        seen = await own.client.get(path.rpartition("/")[0])
        stale = {"if-match": '"0"'}
        refused = await own.client.post(path, json=SAID[name], headers=stale)
        assert (refused.status_code, refused.json()["code"]) == (412, "stale_revision")
        assert "changed" not in refused.json()
        headers = {"if-match": seen.headers["etag"], "idempotency-key": f"once-{name}"}
        first, second = [await own.client.post(path, json=SAID[name], headers=headers) for _ in range(2)]
        assert (first.status_code, second.status_code, first.json()) == (200, 200, second.json())
        assert len(await register.facts(rows[name].id)) == 2


async def test_what_is_handed_in_for_an_organisation_is_marked_as_such(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 23))
    id = await organization(register)
    rows = await owing(register, id)
    own, liaison = account(api, "organization", id), api.as_("liaison", STREET)
    for name, (path, _) in (await handing_in(own)).items():
        of_staff = path.replace("/own", "")
        where = of_staff.rpartition("/")[0]
        assert (await liaison.get(where))["filed_by"] is None, "nobody has handed it in"
        assert (await liaison.post(of_staff, **SAID[name]))["filed_by"] == "on_behalf"
        step, why = SENT_BACK[name]
        await register.do(step, id=rows[name].id, **why)
        assert (await own.post(path, **SAID[name]))["filed_by"] == "organization"
        [first, second] = [
            one["arguments"]["filed_by"]
            for one in await liaison.get(f"{where}/steps")
            if one["fact"] in HANDING_IN
        ]
        assert (first, second) == ("on_behalf", "organization")
        facts = await register.events(rows[name].id)
        assert [data["state"].get("filed_by") for _, data in facts] == [
            None, "on_behalf", "on_behalf", "organization",
        ]  # fmt: skip
    words = {one["name"]: one["codes"] for one in await liaison.get("/v1/matters")}
    assert {words[name]["filed_by"]["on_behalf"] for name in rows} == {"代报"}


async def test_of_what_is_entered_as_history_nobody_knows_who_handed_it_in(
    register: Register, api: Api
) -> None:
    row = await register.do(
        inspections.open_, organization_id=await organization(register), year=2014, due_on=date(2015, 5, 31),
        effective_on=date(2015, 3, 1), basis=Basis.HISTORICAL,
    )  # fmt: skip
    done = await register.do(
        inspections.submit, id=row.id, effective_on=date(2015, 4, 1), basis=Basis.HISTORICAL
    )
    assert (done.state, done.filed_by) == ("submitted", None)


async def test_an_applicant_is_told_since_when_and_until_when_to_complete_it(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    id = uuid7()
    own = account(api, "registration_application", id)
    filed = await own.post(APPLICATIONS, 201, **FILING)
    assert filed["returned_on"] is None
    row = await register.do(applications.return_, id=id, items=["charter"], explanation="请补充章程")
    told = await own.get(f"{APPLICATIONS}/{id}")
    assert (told["returned_on"], told["step_due_on"]) == ("2026-11-23", str(row.step_due_on))
    assert (await own.post(f"{APPLICATIONS}/{id}/submission"))["returned_on"] is None


async def test_an_organisation_says_which_template_its_charter_follows(register: Register, api: Api) -> None:
    templates = (
        CharterTemplate(code="2005", name_zh="章程范本", since=date(2005, 1, 1)),
        CharterTemplate(code="2014", name_zh="章程范本（党建条款）", since=date(2014, 1, 1)),
    )
    register.runtime.policies = RegistryPolicy(records=RecordsPolicy(charter_templates=templates))
    id = uuid7()
    own = account(api, "registration_application", id)
    refused = await own.post(APPLICATIONS, 422, **FILING)
    assert (refused["code"], "2014" in refused["detail"]) == ("charter_template_unstated", True)
    asked = await own.post(f"{OWN}/registration-consultations", 201, **FILING, charter_template="2005")
    assert asked["charter_template"] == "2005"
    outdated = await own.post(f"{APPLICATIONS}/{id}/submission", 422)
    assert outdated["code"] == "charter_template_outdated"
    filed = await own.post(f"{APPLICATIONS}/{id}/submission", charter_template="2014")
    assert (filed["step"], filed["charter_template"]) == ("submitted", "2014")


async def test_who_files_for_an_organisation_is_marked_as_such(register: Register, api: Api) -> None:
    liaison = api.as_("liaison", STREET)
    made = await liaison.post("/v1/registration-applications", 201, **FILING)
    assert made["filed_by"] == "on_behalf"
    facts = await register.events(made["id"])
    assert [(fact, data["state"]["filed_by"]) for fact, data in facts] == [
        ("consulted", "on_behalf"), ("submitted", "on_behalf"),
    ]  # fmt: skip
    await register.do(applications.return_, id=made["id"], items=["charter"])
    own = account(api, "registration_application", made["id"])
    mended = await own.post(f"{APPLICATIONS}/{made['id']}/submission")
    assert mended["filed_by"] == "organization", "the submission that stands is its own"
    assert (await own.post(f"{APPLICATIONS}/{made['id']}/withdrawal"))["step"] == "withdrawn"


async def test_a_filed_organisation_asks_to_be_registered_for_itself_only(
    register: Register, api: Api
) -> None:
    filed = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division=STREET,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "滨海新区晚晴互助会"},
    )  # fmt: skip
    own = account(api, "organization", filed.id)
    made = await own.post(APPLICATIONS, 201, **FILING)
    assert made["organization_id"] == str(filed.id)
    claimed = {**FILING, "name": "滨海新区别家协会", "organization_id": str(await organization(register))}
    await own.post(APPLICATIONS, 422, **claimed)
    unborn = account(api, "organization", uuid7())
    await unborn.post(APPLICATIONS, 404, **{**FILING, "name": "滨海新区无名协会"})


async def test_nobody_else_s_application_is_seen_or_moved(register: Register, api: Api) -> None:
    theirs = await register.do(
        applications.submit_new, division=STREET, name="滨海新区甲协会", legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.HUB_ENDORSED, charter_party_clause=True,
    )  # fmt: skip
    for kind, id in (("registration_application", uuid7()), ("organization", await organization(register))):
        own = account(api, kind, id)
        path = f"{APPLICATIONS}/{theirs.id}"
        assert (await own.get(path, 403))["code"] == "not_own"
        assert (await own.post(f"{path}/submission", 403))["code"] == "not_own"
        assert (await own.post(f"{path}/withdrawal", 403))["code"] == "not_own"
        assert (await own.get(OWN))["applications"] == []
    elsewhere = account(api, "registration_application", theirs.id, OTHER_STREET)
    assert (await elsewhere.get(f"{APPLICATIONS}/{theirs.id}", 403))["code"] == "not_permitted"
    assert await register.facts(theirs.id) == ["consulted", "submitted"]


async def test_what_offices_note_for_themselves_is_not_told(register: Register, api: Api) -> None:
    row = await register.do(
        applications.submit_new, division=STREET, name="滨海新区甲协会", legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.HUB_ENDORSED, charter_party_clause=True,
    )  # fmt: skip
    await register.do(
        applications.refuse_endorsement, id=row.id, criteria_failed=[CRITERIA[0].code], reasons=["premises"],
        coordination_note="与民政局电话沟通", explanation="场所未落实",
    )  # fmt: skip
    told = await account(api, "registration_application", row.id).get(f"{APPLICATIONS}/{row.id}")
    assert (told["reasons"], told["explanation"]) == (["premises"], "场所未落实")
    assert "电话" not in str(told)
    known = await account(api, "organization", await organization(register)).get(OWN)
    assert "hub_standing" not in known["organization"]


async def test_the_organisation_writes_and_confirms_in_the_service_log(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    line = await register.do(
        entries.record, stay_id=inside, service="capacity_building", written_by="base", hours=3
    )
    own = account(api, "organization", line.organization_id)
    open_ = {(one["kind"], one["state_zh"]) for one in (await own.get(OWN))["records"]}
    assert open_ == {("stay", "在孵"), ("service_entry", "待对方确认")}
    path = f"{OWN}/service-entries"
    assert (await own.get(f"{path}/{line.id}"))["hours"] == 3
    done = await own.post(f"{path}/{line.id}/confirmation")
    assert (done["state"], done["on_paper"]) == ("confirmed", False)
    mine = await own.post(path, 201, stay_id=str(inside), service="policy_advice", hours=1)
    assert (mine["written_by"], mine["on_paper"]) == ("organization", False)
    assert (await own.post(f"{path}/{mine['id']}/confirmation", 409))["code"] == "service_entry_one_hand"
    await own.post(f"{path}/{mine['id']}/correction", hours=2)
    await own.post(f"{path}/{mine['id']}/cancellation")
    stranger = account(api, "organization", await organization(register))
    other = await register.do(
        entries.record, stay_id=inside, service="capacity_building", written_by="base", hours=1
    )
    assert (await stranger.get(f"{path}/{other.id}", 403))["code"] == "not_own"
    assert (await stranger.post(f"{path}/{other.id}/confirmation", 403))["code"] == "not_own"
    assert (await own.post(f"{path}/{other.id}/dispute", reason="hours"))["state"] == "disputed"


async def test_a_disputed_line_says_why_and_what_came_of_it(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    line, wrong = [
        await register.do(
            entries.record, stay_id=inside, service="capacity_building", written_by="base", hours=3
        )
        for _ in range(2)
    ]
    own, path = account(api, "organization", line.organization_id), f"{OWN}/service-entries"

    async def disputes() -> dict[str, Any]:
        return {one["id"]: one["dispute"] for one in (await own.get(path))["items"]}

    assert {*(await disputes()).values()} == {None}
    for one in (line, wrong):
        await own.post(f"{path}/{one.id}/dispute", reason="hours", explanation="只有两小时")
    assert (await disputes())[str(line.id)] == {
        "on": "2026-11-22", "by": "organization", "reason": "hours", "explanation": "只有两小时",
        "outcome": None, "outcome_on": None, "changed": {},
    }  # fmt: skip
    await register.begin(date(2026, 11, 24))
    await register.do(entries.correct, id=line.id, hours=2)
    await register.do(entries.cancel, id=wrong.id)
    await own.post(f"{path}/{line.id}/confirmation")
    found = {
        id: (one["outcome"], one["outcome_on"], one["changed"]) for id, one in (await disputes()).items()
    }
    assert found == {
        str(line.id): ("corrected", "2026-11-24", {"hours": 2}),
        str(wrong.id): ("cancelled", "2026-11-24", {}),
    }  # fmt: skip
    mine = await own.post(path, 201, stay_id=str(inside), service="policy_advice", hours=9)
    await register.do(entries.dispute, id=UUID(mine["id"]), reason="hours", explanation="未提供")
    theirs = (await disputes())[mine["id"]]
    assert (theirs["by"], theirs["explanation"], theirs["outcome"]) == ("base", "未提供", None)
    await own.post(f"{path}/{mine['id']}/correction", hours=1)
    await register.do(entries.dispute, id=UUID(mine["id"]), reason="other")
    again = (await disputes())[mine["id"]]
    assert (again["reason"], again["explanation"], again["outcome"]) == ("other", None, None)


async def test_a_stranger_learns_nothing_of_how_a_line_of_the_log_stands(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    line = await register.do(
        entries.record, stay_id=inside, service="capacity_building", written_by="base", hours=3
    )
    own, path = account(api, "organization", line.organization_id), f"{OWN}/service-entries/{line.id}"
    stranger = account(api, "organization", await organization(register))
    await own.post(f"{path}/confirmation")
    for step in LINE_STEPS.values():
        body = {"reason": "hours"} if step.fact == "disputed" else {}
        for headers in ({}, {"if-match": '"0"'}):
            refused = await stranger.client.post(f"{path}/{step.path}", json=body, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (403, "not_own")


async def test_an_account_of_a_merged_organisation_stands_for_the_survivor(
    register: Register, api: Api
) -> None:
    gone, left = await organization(register), await organization(register)
    await register.do(organizations.merge, id=gone, into=left)
    assert (await account(api, "organization", gone).get(OWN))["organization"]["id"] == str(left)


async def test_the_routes_of_the_offices_are_closed_to_organisations_and_theirs_to_the_staff(
    register: Register, api: Api
) -> None:
    id = await organization(register)
    own = account(api, "organization", id)
    for path in (
        f"/v1/organizations/{id}", "/v1/organizations", "/v1/registration-applications", "/v1/figures",
        "/v1/service-entries", "/v1/stays", "/v1/matters", "/v1/risks", "/v1/care-records",
    ):  # fmt: skip
        await own.get(path, 403)
    await own.post("/v1/registration-applications", 403, **FILING)
    await api.as_("hub_officer").get(OWN, 403)
    assert (await api.get(OWN, 403))["code"] == "stands_for_nobody"
    assert (await api.post(APPLICATIONS, 403, **FILING))["code"] == "stands_for_nobody"


def offered(told: dict[str, Any]) -> set[str]:
    """The names of the steps that are told."""
    return set(told["steps"])


async def test_what_an_account_can_begin_is_told_with_its_form(register: Register, api: Api) -> None:
    id = uuid7()
    own = account(api, "registration_application", id)
    told = await own.get(f"{OWN}/forms")
    assert offered(told["application"]) == {"submit_new", "consult"}
    asked = told["application"]["steps"]["submit_new"]["form"]["properties"]
    assert (asked["name"]["title"], asked["charter_party_clause"]["title"]) == (
        "名称", "章程含“加强党的建设”内容"
    )  # fmt: skip
    assert "record" not in offered(told["service_entry"]), "nobody is served who is not being incubated"
    await own.post(f"{OWN}/registration-consultations", 201, **FILING)
    assert offered((await own.get(f"{OWN}/forms"))["application"]) == set()
    where = f"{APPLICATIONS}/{id}/forms"
    assert offered(await own.get(where)) == {"submit", "withdraw"}
    await own.post(f"{APPLICATIONS}/{id}/submission")
    assert offered(await own.get(where)) == {"withdraw"}
    await decided(register, id)
    assert offered(await own.get(where)) == set()
    assert offered((await own.get(f"{OWN}/forms"))["application"]) == set(), "it is registered"
    stranger = account(api, "registration_application", uuid7())
    assert (await stranger.get(where, 403))["code"] == "not_own"
    assert (await api.get(f"{OWN}/forms", 403))["code"] == "stands_for_nobody"


async def test_an_organisation_on_file_is_offered_to_apply_once(register: Register, api: Api) -> None:
    filed = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division=STREET,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "滨海新区晚晴互助会"},
    )  # fmt: skip
    own = account(api, "organization", filed.id)
    assert offered((await own.get(f"{OWN}/forms"))["application"]) == {"submit_new", "consult"}
    await own.post(APPLICATIONS, 201, **FILING)
    assert offered((await own.get(f"{OWN}/forms"))["application"]) == set()


async def test_a_line_of_the_log_says_what_this_account_can_do_with_it(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    line = await register.do(
        entries.record, stay_id=inside, service="capacity_building", written_by="base", hours=3
    )
    own = account(api, "organization", line.organization_id)
    told = (await own.get(f"{OWN}/forms"))["service_entry"]
    [[stay_id, base]] = told["steps"]["record"]["form"]["properties"]["stay_id"]["x-zh"]
    assert (stay_id, base.endswith("（2026-11-22）")) == (str(inside), True)
    path = f"{OWN}/service-entries"
    mine = await own.post(path, 201, stay_id=str(inside), service="policy_advice", hours=1)
    another = api.as_(
        "organization", STREET, account="u-second", stands_for=f"organization:{line.organization_id}"
    )

    async def may(who: Api) -> dict[str, list[str]]:
        return {one["id"]: one["may"] for one in (await who.get(path))["items"]}

    assert await may(own) == {mine["id"]: ["correct", "cancel"], str(line.id): ["confirm", "dispute"]}
    assert await may(another) == {mine["id"]: [], str(line.id): ["confirm", "dispute"]}
    await own.post(f"{path}/{line.id}/confirmation")
    assert (await may(own))[str(line.id)] == []
    first = await own.get(path, limit=1)
    assert ([one["id"] for one in first["items"]], first["next"] is not None) == ([mine["id"]], True)
    stranger = account(api, "organization", await organization(register))
    assert (await stranger.get(path))["items"] == []
    unborn = account(api, "registration_application", uuid7())
    assert (await unborn.get(path))["items"] == []


LINES = (
    "base",
    "own",
    "colleague",
    "paper",
    "base disputed",
    "own disputed",
    "base confirmed",
    "own cancelled",
)
"""Who wrote a line of the service log, and what came of it."""


async def line_of(register: Register, inside: UUID, accounts: dict[str, Principal], what: str) -> UUID:
    """A line of the log as `LINES` says it."""
    writer, _, came = what.partition(" ")
    side = {"base": "base"}.get(writer, "organization")
    principal = accounts.get(writer, OFFICER)
    paper: dict[str, Any] = {"evidence": "组织盖章的情况说明"} if writer == "paper" else {}
    row = await register.do(
        entries.record, stay_id=inside, service="capacity_building", written_by=side, hours=1,
        principal=principal, **paper,
    )  # fmt: skip
    if came == "cancelled":
        await register.do(entries.cancel, id=row.id, principal=principal)
    elif came:
        other = accounts["own"] if side == "base" else OFFICER
        said: dict[str, Any] = {} if came == "confirmed" else {"reason": "hours"}
        step = entries.confirm if came == "confirmed" else entries.dispute
        await register.do(step, id=row.id, principal=other, **said)
    id: UUID = row.id
    return id


@pytest.mark.parametrize("what", LINES)
async def test_what_a_line_offers_an_account_is_what_it_can_do(
    register: Register, api: Api, what: str
) -> None:
    await register.begin(date(2026, 11, 22))
    inside = await stay(register)
    organization_id = (await api.get(f"/v1/stays/{inside}"))["organization_id"]
    held = StandsFor("organization", UUID(organization_id))
    apis = {
        name: api.as_("organization", STREET, account=f"u-{name}", stands_for=str(held))
        for name in ("own", "colleague")
    }
    roles, granted = frozenset({"organization"}), frozenset({"own:*"})
    accounts = {name: Principal(f"u-{name}", roles, granted, (STREET,), stands_for=held) for name in apis}
    told = (await apis["own"].get(f"{OWN}/forms"))["service_entry"]
    path = f"{OWN}/service-entries"
    for name, caller in apis.items():
        for step in ("confirm", "dispute", "correct", "cancel"):
            id = await line_of(register, inside, accounts, what)
            line = (await caller.get(path, limit=1))["items"][0]
            assert line["id"] == str(id)
            body = {"reason": "hours"} if step == "dispute" else {}
            answer = await caller.client.post(f"{path}/{id}/{told['steps'][step]['path']}", json=body)
            assert answer.is_success is (step in line["may"]), f"{name} {step}: {answer.text}"
            if answer.is_success:
                assert answer.json()["state"] == told["transitions"][line["state"]][step]
            else:
                assert answer.status_code in (403, 409), answer.text


def test_every_step_of_the_log_has_a_form_for_organisations() -> None:
    assert {step.fact for step in LINE_STEPS.values()} == SERVICE_ENTRIES.steps.keys()
    assert [form.name for form in ENTRY_FORMS if form.possible] == [*LINE_STEPS]


async def test_what_is_open_says_what_it_is_about_and_what_one_is_invited_to(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 22))
    id = await organization(register)
    own = account(api, "organization", id)
    await register.do(
        rectifications.open_, organization_id=id, origin="spot_check", topics=["finance"],
        findings="票据不全", due_on=date(2026, 12, 20),
    )  # fmt: skip
    for day in (date(2026, 12, 1), date(2026, 11, 30)):
        training = await register.do(trainings.open_, division="120116", body="street", course="policy")
        await register.do(trainings.survey, id=training.id, respondents=12, wanted=["policy"])
        await register.do(trainings.schedule, id=training.id, scheduled_on=day)
        await register.do(attendances.invite, training_id=training.id, organization_id=id)
    records = (await own.get(OWN))["records"]
    assert [(one["kind"], one["due_on"]) for one in records] == [
        ("attendance", "2026-11-30"), ("attendance", "2026-12-01"), ("rectification", "2026-12-20"),
    ]  # fmt: skip
    assert records[-1]["about"]["findings"] == "票据不全"
    words = {one["name"]: one for one in (await own.get(f"{OWN}/forms"))["records"]}
    assert words["rectification"]["fields"]["findings"] == "问题"
    assert {one["kind"] for one in records} <= words.keys()
    assert {name: [*one["steps"]] for name, one in words.items() if one["steps"]} == {
        "inspection": ["submitted"], "periodic_return": ["submitted"],
        "rectification": ["evidence_submitted"], "attendance": ["accepted", "excused"],
    }  # fmt: skip
