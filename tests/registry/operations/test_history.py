"""What follows from history is history, of the same day: it starts no deadline and opens nothing today."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis

from services.registry.hub.hubs import commands as hubs
from services.registry.inspections.body_checks import commands as bodies
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.inspections.spot_checks.model import SpotCheckTopic
from services.registry.operations.cadences import commands as cadences
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.meetings.commands import Decision
from services.registry.operations.receipts import commands as receipts
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.visits import commands as visits
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import AlreadyEnded
from services.registry.records.assignments import commands as assignments
from services.registry.records.contacts import commands as contacts
from tests.registry.conftest import Api, Register
from tests.registry.references import STREET, organization

pytestmark = pytest.mark.integration
DISTRICT = "120116"
TODAY, DAY, LATER = date(2026, 11, 23), date(2014, 6, 3), date(2014, 9, 1)
PAST: dict[str, Any] = {"effective_on": DAY, "basis": Basis.HISTORICAL}
AFTER: dict[str, Any] = {"effective_on": LATER, "basis": Basis.HISTORICAL}


async def opened(register: Register, kind: str) -> list[tuple[date, date, str]]:
    rows = await register.rows(f"select opened_on, effective_on, basis from {kind} order by id")
    return [tuple(row) for row in rows]


async def nothing_waits(register: Register) -> None:
    assert await register.rows("select kind, subject from timer") == []


def finding() -> visits.Finding:
    return visits.Finding(topic="filing", title="补齐台账", words="台账缺三家", due_on=date(2014, 8, 1))


@pytest.fixture(autouse=True)
async def today(register: Register) -> None:
    await register.begin(TODAY)


async def test_what_a_visit_found_in_the_past_is_owed_in_the_past(register: Register) -> None:
    common: dict[str, Any] = {"division": DISTRICT, "body": "hub", "visited": STREET, "topics": ["filing"]}
    to_street = await register.do(visits.plan, **common, **PAST)
    await register.do(visits.make, id=to_street.id, report="已督导", found=[finding()], **AFTER)
    about = await organization(register)
    to_organization = await register.do(visits.plan, **common, organization_id=about, **PAST)
    await register.do(visits.make, id=to_organization.id, report="已督导", found=[finding()], **AFTER)
    for kind in ("task", "task_receipt", "rectification"):
        assert await opened(register, kind) == [(LATER, LATER, "historical")], kind
    await nothing_waits(register)


async def test_what_a_meeting_decided_in_the_past_is_a_task_of_then(register: Register) -> None:
    row = await register.do(meetings.open_, division=DISTRICT, body="hub", gathering="special_topic", **PAST)
    await register.do(meetings.hold, id=row.id, attended=12, **PAST)
    decided = [Decision(title="摸底", implementing=[STREET], due_on=date(2014, 12, 31))]
    await register.do(meetings.minute, id=row.id, minutes="议定一项", decided=decided, **AFTER)
    assert await opened(register, "task") == [(LATER, LATER, "historical")]
    assert await opened(register, "task_receipt") == [(LATER, LATER, "historical")]
    await nothing_waits(register)


async def issued(register: Register, **when: Any) -> UUID:
    row = await register.do(
        tasks.issue, division=DISTRICT, title="摸底", kind="census", lead="office",
        implementing=[STREET, "120116001"], due_on=date(2014, 7, 31), **when,
    )  # fmt: skip
    return row.id


async def test_receipts_end_with_their_task_on_its_day(register: Register, api: Api) -> None:
    task = await issued(register, **PAST)
    await register.do(tasks.amend, id=task, due_on=date(2014, 8, 31), effective_on=date(2014, 7, 1),
                      basis=Basis.HISTORICAL)  # fmt: skip
    await register.do(tasks.complete, id=task, **AFTER)
    rows = await register.rows(
        "select fact, s.effective_on, s.basis from matter_step s join task_receipt r on r.id = s.record_id"
        " where s.kind = 'task_receipt' and r.division = $1 order by number", STREET,
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("opened", DAY, "historical"), ("amended", date(2014, 7, 1), "historical"),
        ("closed", LATER, "historical"),
    ]  # fmt: skip
    name = "task-receipts.late_standing"
    assert (await api.get("/v1/figures", as_of="2014-08-31"))["figures"][name]["value"] == 0
    assert (await api.get("/v1/figures", as_of="2014-09-02"))["figures"][name]["value"] == 0
    assert (await api.get("/v1/figures"))["figures"][name]["value"] == 0
    await nothing_waits(register)


async def test_what_history_says_of_a_day_takes_back_the_deadline_that_ran(register: Register) -> None:
    task = await issued(register, effective_on=date(2026, 11, 2))
    assert len(await register.rows("select from timer")) == 3, "the task and two receipts"
    await register.do(tasks.amend, id=task, due_on=date(2027, 3, 31), effective_on=date(2026, 11, 20),
                      basis=Basis.HISTORICAL)  # fmt: skip
    await nothing_waits(register)


async def test_what_follows_is_no_earlier_than_what_is_on_the_record(register: Register) -> None:
    task = await issued(register, **PAST)
    [one, _] = await register.rows("select id from task_receipt order by division desc")
    await register.do(receipts.report, id=one["id"], report="已完成", effective_on=date(2014, 10, 8),
                      basis=Basis.HISTORICAL)  # fmt: skip
    await register.do(tasks.complete, id=task, **AFTER)
    ended = await register.rows("select ended_on from task_receipt order by division desc")
    assert [row["ended_on"] for row in ended] == [date(2014, 10, 8), LATER]


async def test_a_live_step_of_an_earlier_day_is_followed_on_that_day(register: Register) -> None:
    about, day = await organization(register), date(2026, 11, 19)
    row = await register.do(bodies.open_, organization_id=about, topics=list(SpotCheckTopic),
                            effective_on=day)  # fmt: skip
    await register.do(bodies.check, id=row.id, found=[SpotCheckTopic.FINANCE], effective_on=day)
    assert await opened(register, "rectification") == [(day, day, "live")]
    [owed] = await register.rows("select due_on from rectification")
    assert [row["subject"] for row in await register.rows("select subject from timer")] != []
    assert owed["due_on"] is not None


async def test_what_a_check_of_the_past_found_is_put_right_in_the_past(register: Register) -> None:
    about = await organization(register)
    row = await register.do(bodies.open_, organization_id=about, topics=list(SpotCheckTopic), **PAST)
    await register.do(bodies.check, id=row.id, found=[SpotCheckTopic.FINANCE], **AFTER)
    assert await opened(register, "rectification") == [(LATER, LATER, "historical")]
    await nothing_waits(register)


async def test_a_hub_of_the_past_ends_what_was_held_then_and_nothing_later(register: Register) -> None:
    hub = await register.do(
        hubs.recognise, division=DISTRICT, name="区妇联", body="womens_federation", form="mass_organization",
        recognition="government", recognised_by="civil_affairs", **PAST,
    )  # fmt: skip
    of_then = await register.do(
        cadences.open_, division=DISTRICT, body="womens_federation", gathering="special_topic", **PAST
    )
    of_now = await register.do(
        cadences.open_, division=DISTRICT, body="womens_federation", gathering="secretaries_general"
    )
    await register.do(hubs.withdraw, id=hub.id, reason="reform", **AFTER)
    ended = (await register.events(of_then.id))[-1]
    assert ended[0] == "ended"
    assert (ended[1]["state"]["ended_on"], ended[1]["state"]["basis"]) == ("2014-09-01", "historical")
    assert await register.facts(of_now.id) == ["opened"]


async def test_a_cadence_resumed_in_the_past_opens_nothing(register: Register) -> None:
    row = await register.do(cadences.open_, division=DISTRICT, body="hub", gathering="special_topic", **PAST)
    await register.do(cadences.stop, id=row.id, reason="busy", **PAST)
    await register.do(cadences.resume, id=row.id, **AFTER)
    await nothing_waits(register)


async def test_contacts_follow_their_assignment_on_its_day(register: Register) -> None:
    about = await organization(register)
    row = await register.do(assignments.assign, officer="u-1", organization_id=about, **PAST)
    due = await register.do(
        contacts.open_, assignment_id=row.id, period="2014-Q2", due_on=date(2014, 6, 30), **PAST
    )
    await register.do(assignments.end, id=row.id, reason="reform", **AFTER)
    fact, said = (await register.events(due.id))[-1]
    assert (fact, said["state"]["effective_on"], said["state"]["basis"]) == (
        "cancelled", "2014-09-01", "historical"
    )  # fmt: skip


async def test_what_one_that_has_ended_did_is_entered_as_history(register: Register) -> None:
    about = await organization(register)
    await register.do(organizations.end, id=about, fact="deregistered", effective_on=date(2018, 3, 1),
                      basis=Basis.HISTORICAL)  # fmt: skip
    said: dict[str, Any] = {"organization_id": about, "origin": "report", "topics": ["finance"]}
    row = await register.do(rectifications.open_, **said, findings="账目不清", **PAST)
    assert (row.organization_id, row.division) == (about, STREET)
    with pytest.raises(AlreadyEnded):
        await register.do(rectifications.open_, **said, findings="账目不清")
    with pytest.raises(AlreadyEnded):
        await register.do(rectifications.open_, **said, findings="账目不清", effective_on=date(2018, 3, 2),
                          basis=Basis.HISTORICAL)  # fmt: skip
    with pytest.raises(AlreadyEnded):
        await register.do(rectifications.open_, **said, findings="账目不清", effective_on=DAY)
