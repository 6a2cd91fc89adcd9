"""Who answers for a record can be replaced, one by one and for all that somebody has at once."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Reassigned, event_type

from chassis.matters import Kind, check_complete
from chassis.matters.kind import OwnerAlready
from chassis.model import Refusal, StepNotPossible
from chassis.principal import Principal
from chassis.unit_of_work import StaleRevision
from services.registry.app import ROLES
from services.registry.areas import KINDS
from services.registry.enforcement.risks import commands as risks
from services.registry.hand_overs import commands
from services.registry.hand_overs.commands import DUTIES, HandOver
from services.registry.hand_overs.model import HandedOverToSelf
from services.registry.hub.coordination import commands as coordination
from services.registry.hub.liaisons import commands as liaisons
from services.registry.hub.studies import commands as studies
from services.registry.operations.inquiries import commands as inquiries
from services.registry.operations.inquiries.model import InquiryPhase
from services.registry.operations.tasks import commands as tasks
from services.registry.records.assignments import commands as assignments
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
STREET, OTHER = "120116005", "120116001"
OWNED = [kind for kind in KINDS if kind.replaces_owner is not None]


async def risk(register: Register, **said: Any) -> UUID:
    """A risk that she answers for."""
    found: dict[str, Any] = {
        "organization_id": await organization(register), "topic": "finance", "risk_level": "general",
        "origin": "spot_check", "description": "大额支出无凭证", "owner": "u-leaving", **said,
    }  # fmt: skip
    return (await register.do(risks.open_, **found)).id


async def task(register: Register, **said: Any) -> UUID:
    """A task that she answers for."""
    found: dict[str, Any] = {
        "division": "120116", "title": "核对通讯录", "kind": "survey", "lead": "hub",
        "implementing": [STREET], "owner": "u-leaving", **said,
    }  # fmt: skip
    return (await register.do(tasks.issue, **found)).id


async def inquiry(register: Register, **said: Any) -> UUID:
    """An inquiry that she was asked first."""
    found: dict[str, Any] = {
        "division": STREET, "channel": "telephone", "topic": "registration", "first_person": "u-leaving",
        "question": "如何备案", **said,
    }  # fmt: skip
    return (await register.do(inquiries.open_, **found)).id


async def leaving(register: Register, **said: Any) -> HandOver:
    """She leaves."""
    found = {"division": "120116", "person": "u-leaving", "to": "u-new", **said}
    return await register.do(commands.hand_over, **found)


def test_every_kind_whose_steps_name_an_owner_can_be_given_to_somebody_else() -> None:
    named = {
        kind.name
        for kind in KINDS
        for step in (kind.opening, *kind.steps.values())
        if step is not None and "owner" in step.parameters
    }
    assert named <= {kind.name for kind in OWNED}
    assert {"task", "rectification", "risk", "study", "spot_check"} <= {kind.name for kind in OWNED}
    for kind in OWNED:
        step = kind.replaces_owner
        assert step is not None
        assert issubclass(step.event, Reassigned)
        assert event_type(step.event).zh == "负责人变更。"
        assert [*step.parameters] == ["to", "reason"]
    assert {duty.kind.name for duty in DUTIES} >= {kind.name for kind in OWNED} | {
        "liaison", "contact_assignment"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "as long as it is open"),
        ({"reassigned": InquiryPhase.CLOSED}, "as long as it is open"),
    ],
)
def test_a_kind_that_forgets_it_in_a_state_does_not_load(
    wrong: dict[str, InquiryPhase], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = inquiries.INQUIRIES
    [table] = kind.tables
    facts = {fact: after for fact, after in table[InquiryPhase.ANSWERED].items() if fact != "reassigned"}
    monkeypatch.setattr(kind, "tables", ({**table, InquiryPhase.ANSWERED: {**facts, **wrong}},))
    with pytest.raises(TypeError, match=said):
        check_complete(kind)


async def test_somebody_else_answers_and_nothing_else_changes(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 21))
    id = await risk(register)
    before = await api.get(f"/v1/risks/{id}")
    await register.begin(date(2027, 3, 1))
    await register.fire_timers()
    row = await register.do(risks.reassign, id=id, to="u-new", reason="retired")
    assert (row.owner, row.overdue, row.state) == ("u-new", True, "opened")
    assert row.due_on == date.fromisoformat(before["due_on"])
    fact, event = (await register.events(id))[-1]
    assert (fact, event["previous"], event["reason"]) == ("reassigned", "u-leaving", "retired")
    assert event["state"]["owner"] == "u-new"
    with pytest.raises(OwnerAlready):
        await register.do(risks.reassign, id=id, to="u-new")
    with pytest.raises(StaleRevision):
        await register.do(risks.reassign, id=id, to="u-x", revision=1)
    await api.as_("hub_officer", OTHER).post(f"/v1/risks/{id}/owner", 403, to="u-x")
    await api.as_("liaison", STREET).post(f"/v1/risks/{id}/owner", 403, to="u-x")
    await register.do(risks.close, id=id, outcome="resolved")
    with pytest.raises(StepNotPossible):
        await register.do(risks.reassign, id=id, to="u-x")


async def test_a_task_without_anybody_gets_somebody(register: Register) -> None:
    id = await task(register, owner=None)
    row = await register.do(tasks.reassign, id=id, to="u-new")
    assert row.owner == "u-new"
    assert "previous" not in (await register.events(id))[-1][1]


async def test_who_only_has_a_part_in_a_case_does_not_say_who_answers_for_it(
    register: Register, api: Api
) -> None:
    part = coordination.Part(body="civil_affairs", duty="premises", division=STREET)
    case = await register.do(
        coordination.open_, division="120116", kind="premises", title="场地协调", lead="hub", parts=[part],
        owner="u-leaving",
    )  # fmt: skip
    await api.as_("hub_officer", STREET).post(f"/v1/coordination-cases/{case.id}/owner", 403, to="u-new")
    await api.as_("hub_officer").post(f"/v1/coordination-cases/{case.id}/owner", to="u-new")


async def test_an_inquiry_goes_with_its_first_person_and_comes_back_to_who_answers(
    register: Register,
) -> None:
    hers, passed_on = await inquiry(register), await inquiry(register)
    await register.do(inquiries.transfer, id=passed_on, to="u-third")
    row = await register.do(inquiries.reassign, id=hers, to="u-new")
    assert (row.first_person, row.owner, row.handler) == ("u-leaving", "u-new", "u-new")
    row = await register.do(inquiries.reassign, id=passed_on, to="u-new")
    assert (row.owner, row.handler) == ("u-new", "u-third")
    await register.do(inquiries.answer, id=passed_on, reply="可在街道办理")
    row = await register.do(inquiries.reopen, id=passed_on, question="材料有哪些")
    assert row.handler == "u-new"


async def test_who_leaves_leaves_nothing_behind(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    hers = {
        "risk": [await risk(register), await risk(register)],
        "task": [await task(register)],
        "inquiry": [await inquiry(register), await inquiry(register, first_person="u-first")],
    }
    await register.do(inquiries.transfer, id=hers["inquiry"][1], to="u-leaving")
    await register.do(assignments.assign, organization_id=await organization(register), officer="u-leaving")
    await register.do(liaisons.appoint, division=STREET, kind="information", person="u-leaving")
    of_others = await risk(register, owner="u-staying")
    ended = await risk(register)
    await register.do(risks.close, id=ended, outcome="resolved")
    elsewhere = await task(register, division=OTHER, implementing=[OTHER])
    body = {"division": "120116", "person": "u-leaving", "to": "u-new", "reason": "retired"}
    street = await api.as_("hub_officer", OTHER).post("/v1/hand-overs", **{**body, "division": OTHER})
    assert [(line["kind"], line["count"]) for line in street["taken"]] == [("task", 1)]
    done = await api.as_("hub_officer").post("/v1/hand-overs", **body)
    assert {line["kind"]: line["count"] for line in done["taken"]} == {
        "contact_assignment": 1, "liaison": 1, "risk": 2, "task": 1, "inquiry": 2,
    }  # fmt: skip
    assert (done["left"], done["more"]) == ([], False)
    for kind, ids in hers.items():
        for id in ids:
            found = await register.rows(f'select * from "{kind}" where id = $1', id)
            assert "u-new" in (found[0]["owner"], dict(found[0]).get("handler"))
    kept = await register.rows("select id, owner from risk where id = any($1)", [of_others, ended])
    assert {row["id"]: row["owner"] for row in kept} == {of_others: "u-staying", ended: "u-leaving"}
    assert (await register.events(elsewhere))[-1][1]["previous"] == "u-leaving"
    again = await api.as_("hub_officer").post("/v1/hand-overs", **body)
    assert again == {"taken": [], "left": [], "more": False}
    await api.as_("hub_officer").post("/v1/hand-overs", 422, **{**body, "to": "u-leaving"})
    with pytest.raises(HandedOverToSelf):
        await leaving(register, to="u-leaving")
    await api.as_("liaison", STREET).post("/v1/hand-overs", 403, **{**body, "division": STREET})


async def test_what_stays_is_told_with_its_reason(register: Register) -> None:
    """No right to a kind, a record of a stack below, a rule of the record: the rest goes over."""
    mine, below = await risk(register), await risk(register)
    await register.rows("update risk set home = '120116005' where id = $1", below)
    study = await register.do(
        studies.start,
        division="120116",
        title="枢纽型社会组织研究",
        topic="network",
        body="hub",
        owner="u-leaving",
    )
    await register.do(liaisons.appoint, division=STREET, kind="information", person="u-leaving")
    await register.do(liaisons.appoint, division=STREET, kind="information", person="u-new")
    patterns = {one for one in ROLES["hub_officer"] if one != "studies:*"}
    done = await leaving(
        register, principal=Principal("u-hub", frozenset({"hub_officer"}), frozenset(patterns), ("120116",))
    )
    assert done.taken == {"risk": 1}
    assert (await register.events(mine))[-1][0] == "reassigned"
    found = {one.why.code: (one.kind.name, len(one.records)) for one in done.left}
    assert found == {
        "hand_over_kept_below": ("risk", 1), "hand_over_not_permitted": ("study", 1),
        "liaison_already": ("liaison", 1),
    }  # fmt: skip
    [no_right] = [one.why for one in done.left if one.kind.name == "study"]
    assert no_right.message("zh") == "您没有变更“专题研究”负责人的权限，请由有权限的人员办理。"
    assert (await register.facts(study.id)) == ["started"]


async def test_a_request_moves_no_more_than_it_may_and_the_next_goes_on(
    register: Register, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MOST", 2)
    ids = [await risk(register) for _ in range(5)]
    counts = []
    for more in (True, True, False):
        done = await api.post("/v1/hand-overs", division="120116", person="u-leaving", to="u-new")
        counts.append(sum(line["count"] for line in done["taken"]))
        assert done["more"] is more
    assert counts == [2, 2, 1]
    assert all([(await register.facts(id)) == ["opened", "reassigned"] for id in ids])


async def test_one_that_fails_takes_nothing_of_the_others_with_it(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule refuses after its step has begun: the record is as it was, those beside it are handed over."""
    first, second, third = sorted([await risk(register) for _ in range(3)])

    class Refused(Refusal):
        code = "refused_for_the_test"
        zh = en = "no"

    taken = risks.reassign.function

    async def stubborn(uow: Any, row: Any, **said: Any) -> Any:
        found = await taken(uow, row, **said)
        if row.id == second:
            raise Refused
        return found

    monkeypatch.setattr(risks.reassign, "function", stubborn)
    done = await leaving(register)
    assert (done.taken, [one.records for one in done.left]) == ({"risk": 2}, [[second]])
    owners = {row["id"]: row["owner"] for row in await register.rows("select id, owner from risk")}
    assert owners == {first: "u-new", second: "u-leaving", third: "u-new"}
    assert (await register.facts(second)) == ["opened"]


@pytest.mark.parametrize("kind", OWNED, ids=lambda kind: kind.name)
def test_the_page_of_a_record_offers_it_by_name(kind: Kind[Any]) -> None:
    step = kind.replaces_owner
    assert step is not None
    assert (step.path, step.zh.startswith("变更"), step.en) == ("owner", True, "reassign")


async def test_the_form_is_told_to_who_may_send_it(api: Api) -> None:
    told = await api.as_("hub_officer").get("/v1/hand-overs/forms")
    assert [(one["zh"], one["path"]) for one in told["steps"].values()] == [("离任整体交接", "")]
    properties = told["steps"]["hand_over"]["form"]["properties"]
    assert [one["title"] for one in properties.values()] == ["行政区划", "移交人", "接任人员", "原因"]
    assert dict(properties["reason"]["x-zh"])["retired"] == "退休"
    assert (await api.as_("liaison", STREET).get("/v1/hand-overs/forms"))["steps"] == {}
