"""Any figure as it stood on a past day: what happens later leaves it alone, what is entered late counts."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract
from shuniu_contracts import registry_operations as of_operations
from uuid_utils.compat import uuid7

from services.registry.app import service
from services.registry.care.records import commands as care
from services.registry.hub.liaisons import commands as liaisons
from services.registry.incubation.stays import commands as stays
from services.registry.incubation.supports import commands as supports
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.inspections.evaluations.model import Grade
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.inquiries import commands as inquiries
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.periods import Interval
from services.registry.operations.plans import commands as plans
from services.registry.operations.tasks import commands as tasks
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import HubLink, LegalForm, LegalStatus, RegistrationRoute
from services.registry.records.assignments import commands as assignments
from services.registry.records.brands import commands as brands
from services.registry.records.contacts import commands as contacts
from services.registry.records.governance import commands as governance
from services.registry.records.governance.model import FeeRule, System
from services.registry.records.placements import commands as placements
from services.registry.records.points import commands as points
from services.registry.records.returns import commands as returns
from services.registry.records.returns.commands import IncomeFrom
from tests.conftest import FreshDatabase
from tests.migrating import migrated_again
from tests.registry.care.world import in_care
from tests.registry.conftest import Api, Register
from tests.registry.records.references import COMMUNITY
from tests.registry.references import STREET, base, organization

pytestmark = pytest.mark.integration
DISTRICT, OTHER = "120116", "120116001016"
FIRST, DAY, LATER = date(2026, 3, 2), date(2026, 6, 30), date(2026, 9, 1)
PERIOD = {"from": "2026-06-01", "to": DAY.isoformat()}
YEARS = {"from": "2014-01-01", "to": DAY.isoformat(), "by": "division"}
OF_PLACES = {
    "organizations.founded", "organizations.newly_registered", "organizations.newly_filed",
    "organizations.newly_registered.below_districts", "organizations.newly_registered.origin.volunteer_team",
}  # fmt: skip
HISTORICAL: dict[str, Any] = {"basis": "historical"}
Course = AsyncIterator[tuple[str, ...]]
"""What happens by `DAY`; the figures that what comes after changes; what comes after, on `LATER`."""


async def values(api: Api, **asked: str) -> dict[str, float]:
    answer = await api.get("/v1/figures", **asked)
    return {name: figure["value"] for name, figure in answer["figures"].items()}


async def by_division(api: Api) -> dict[str, dict[str, float]]:
    """The figures of `YEARS` of each street, so far as they are of organisations."""
    answer = await api.get("/v1/figures", **YEARS)
    return {
        place: {name: value for name, value in found.items() if name.startswith("organizations.")}
        for place, found in answer["by"].items()
    }


async def of_governance(register: Register) -> Course:
    about = await organization(register)
    id = (await register.do(governance.open_, organization_id=about)).id
    await register.do(governance.adopt, id=id, system=System.DISCLOSURE)
    await register.do(governance.adopt_charter, id=id, charter_template="v1", charter_party_clause=True)
    await register.do(governance.declare_fees, id=id, fees_declared=list(FeeRule))
    yield "governance.disclosure", "governance.party_clause", "governance.four_no"
    await register.do(governance.abolish, id=id, system=System.DISCLOSURE)
    await register.do(governance.adopt_charter, id=id, charter_template="v2", charter_party_clause=False)
    await register.do(governance.declare_fees, id=id, fees_declared=[])


async def of_service_points(register: Register) -> Course:
    about = await organization(register)
    row = await register.do(
        points.open_, division=COMMUNITY, organization_id=about, station="legal_aid", title="法律服务站"
    )
    await register.do(points.hold, id=row.id, attended=30, public_affairs=True)
    yield "service_points.sessions", "service_points.attended", "service_points.public_affairs"
    await register.do(points.hold, id=row.id, attended=12, public_affairs=True)


async def of_contacts(register: Register) -> Course:
    first, second = [
        await register.do(assignments.assign, organization_id=await organization(register), officer=officer)
        for officer in ("u-one", "u-two")
    ]
    due = await register.do(contacts.open_, assignment_id=first.id, due_on=FIRST)
    await register.do(contacts.miss, id=due.id)
    yield "contacts.officers", "contacts.missed", "contacts.made"
    await register.do(assignments.hand_over, id=second.id, to="u-one")
    await register.do(contacts.make, id=due.id, channel="visit", staff="专职四人")


def stage(begins_on: date, ends_on: date) -> plans.Stage:
    return plans.Stage(title=f"{begins_on} 起", begins_on=begins_on, ends_on=ends_on)


async def of_plans(register: Register) -> Course:
    row = await register.do(
        plans.adopt, division=DISTRICT, title="三年规划", kind="hub", body="womens_federation",
        begins_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
        stages=[stage(date(2026, 1, 1), date(2026, 10, 31))],
    )  # fmt: skip
    yield tuple(f"plans.months.{name}" for name in ("span", "phases", "uncovered", "beyond"))
    await register.do(
        plans.amend, id=row.id, reason="延长", ends_on=date(2027, 3, 31),
        stages=[stage(date(2026, 1, 1), date(2027, 5, 31))],
    )  # fmt: skip


async def of_yearly_returns(register: Register) -> Course:
    ids = [
        (
            await register.do(
                returns.open_, organization_id=await organization(register), interval=Interval.YEAR,
                covers=date(2025, 6, 1),
            )
        ).id
        for _ in range(2)
    ]  # fmt: skip
    said: dict[str, Any] = {"service_hours": 100, "service_hours_qualifier": "over", "donated_fen": 7}
    for id in ids:
        income = [IncomeFrom(source="donations", fen=5), IncomeFrom(source="services", fen=5)]
        await register.do(returns.submit, id=id, income=income, **said)
    yield tuple(
        f"yearly_returns.{name}"
        for name in ("organizations", "service_hours", "donated", "income", "self_support", "inexact")
    )
    for id in ids:
        await register.do(returns.return_, id=id, items=["income"])
    await register.do(
        returns.submit, id=ids[0], service_hours=60, service_hours_qualifier="exact", donated_fen=9,
        income=[IncomeFrom(source="services", fen=4)],
    )  # fmt: skip


async def of_grades(register: Register) -> Course:
    row = await register.do(
        evaluations.enrol, organization_id=await organization(register), year=2026, **HISTORICAL
    )
    await register.do(evaluations.give_grade, id=row.id, grade=Grade.FOUR_A, **HISTORICAL)
    yield f"evaluations.holders.{Grade.FOUR_A.value}", f"evaluations.holders.{Grade.THREE_A.value}"
    await register.do(evaluations.downgrade, id=row.id, lowered_to=Grade.THREE_A, ground="penalty")


async def of_liaisons(register: Register) -> Course:
    row = await register.do(liaisons.appoint, division=OTHER, kind="community", person="u-li")
    yield ("liaisons.points",)
    await register.do(liaisons.change, id=row.id, point=True)


async def of_placements(register: Register) -> Course:
    row = await register.do(
        placements.place, division=COMMUNITY, organization_id=await organization(register),
        social_worker="u-worker",
    )  # fmt: skip
    yield ("placements.three_together",)
    await register.do(placements.change_worker, id=row.id)


async def recognised(register: Register, title: str) -> Any:
    row = await register.do(brands.propose, division=STREET, title=title, kind="activity")
    await register.do(brands.cultivate, id=row.id, measure="key_support")
    await register.do(brands.recognise, id=row.id, demonstration=True, influence=True, drawing=True)
    return row.id


async def of_brands(register: Register) -> Course:
    one, other = await recognised(register, "相亲会"), await recognised(register, "剪纸")
    await register.do(brands.designate, id=one, designated_by="市委")
    yield ("brands.designated",)
    for id in (one, other):
        await register.do(brands.designate, id=id, designated_by="市政府")


async def of_inquiries(register: Register) -> Course:
    row = await register.do(
        inquiries.open_, division=DISTRICT, channel="window", topic="registration", first_person="u-first",
        question="如何申请登记?",
    )  # fmt: skip
    await register.do(inquiries.answer, id=row.id, reply="请先核名")
    yield ("inquiries.year.answered",)
    await register.do(inquiries.reopen, id=row.id, question="核名之后呢?")


async def of_tasks(register: Register) -> Course:
    row = await register.do(
        tasks.issue, division=DISTRICT, title="报送方案", kind="plan", lead="office", implementing=[STREET],
        due_on=date(2026, 5, 31),
    )  # fmt: skip
    yield ("task-receipts.late_standing",)
    await register.do(tasks.amend, id=row.id, due_on=date(2026, 12, 31))


async def of_attendance(register: Register) -> Course:
    meeting = await register.do(
        meetings.open_, division=DISTRICT, body="womens_federation", gathering="joint_conference"
    )
    about = await organization(register)
    row = await register.do(attendances.invite, organization_id=about, meeting_id=meeting.id)
    await register.do(attendances.record, id=row.id, presence="attended")
    await register.do(meetings.hold, id=meeting.id, invited=1)
    yield "attendances.year.attended", "attendances.year.absent", "meetings.year.attended"
    await register.do(attendances.record, id=row.id, presence="absent")
    assert await register.fire_timers()


async def of_support(register: Register) -> Course:
    about = await organization(register)
    corrected, revoked = [
        await register.do(
            supports.give, organization_id=about, support_kind="activities", provider="office", hours=5
        )
        for _ in range(2)
    ]
    yield ("supports.hours",)
    await register.do(supports.correct, id=corrected.id, hours=2)
    await register.do(supports.revoke, id=revoked.id, reason="mistake")


async def of_agreements(register: Register) -> Course:
    about, place = await organization(register), await base(register)
    row = await register.do(stays.apply, organization_id=about, base_id=place)
    await register.do(stays.screen, id=row.id)
    await register.do(
        stays.sign, id=row.id, services=["capacity_building"], service_standard="每月一次辅导",
        begins_on=date(2026, 1, 1), ends_on=date(2026, 4, 30),
    )  # fmt: skip
    await register.do(stays.start, id=row.id)
    yield ()
    await register.do(stays.renew, id=row.id, until=date(2027, 4, 30))


async def of_candidates(register: Register) -> Course:
    row = await register.do(
        organizations.enter, division=STREET, status_on_record=LegalStatus.CANDIDATE,
        legal_form=LegalForm.NONE, details={"name": "共享厨房", "founded_on": FIRST},
    )  # fmt: skip
    yield "organizations.founded", "organizations.candidates"
    await register.do(organizations.file, id=row.id)


async def of_links(register: Register) -> Course:
    about = await organization(register)
    await register.do(organizations.link, id=about, link=HubLink.LINKED)
    yield "organizations.hub_link.linked", "organizations.hub_link.direct"
    await register.do(organizations.link, id=about, link=HubLink.DIRECT)


async def of_forms(register: Register) -> Course:
    row = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.UNCLASSIFIED,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2013, 1, 1),
        details={"name": "形式不明的基金会"}, basis=Basis.HISTORICAL,
    )  # fmt: skip
    yield "organizations.registered.unclassified", "organizations.registered.foundation"
    await register.do(organizations.change_details, id=row.id, legal_form=LegalForm.FOUNDATION, details={})


async def of_suspensions(register: Register) -> Course:
    about = await organization(register)
    yield ("organizations.suspended",)
    await register.do(organizations.suspend, id=about)


async def of_decoupling(register: Register) -> Course:
    about = await organization(register)
    await register.do(organizations.link, id=about, link=HubLink.LINKED)
    await register.do(organizations.decouple, id=about, step="self_checked", administrative_staff=1)
    yield "organizations.decoupling.self_checked", "organizations.decoupling.completed"
    await register.do(organizations.decouple, id=about, step="completed", administrative_staff=0)


async def of_moves(register: Register) -> Course:
    registered = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
        details={"name": "迁址的协会", "origin": "volunteer_team", "founded_on": date(2014, 4, 1)},
    )  # fmt: skip
    filed = await register.do(
        organizations.enter, division=STREET, status_on_record=LegalStatus.FILED,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, effective_on=FIRST, details={"name": "迁址的社团"},
    )  # fmt: skip
    yield "organizations.tier.street", "organizations.tier.community"
    for row in (registered, filed):
        await register.do(organizations.relocate, id=row.id, division=OTHER)


async def of_ends(register: Register) -> Course:
    about = await organization(register)
    yield "organizations.registered", "organizations.registered.association"
    await register.do(organizations.end, id=about, fact="deregistered")


async def of_care(register: Register) -> Course:
    rows = [await in_care(register, f"p-{number}") for number in range(12)]
    for row in rows:
        await register.do(care.close, id=row.id, reason="improved")
    yield ("care.persons",)
    for row in rows:
        await register.do(care.reopen, id=row.id)


COURSES: tuple[Callable[[Register], Course], ...] = (
    of_governance, of_service_points, of_contacts, of_plans, of_yearly_returns, of_grades, of_liaisons,
    of_placements, of_brands, of_inquiries, of_tasks, of_attendance, of_support, of_agreements,
    of_candidates, of_links, of_forms, of_suspensions, of_decoupling, of_moves, of_ends, of_care,
)  # fmt: skip


async def test_no_figure_of_a_past_day_changes_by_what_happens_after_it(register: Register, api: Api) -> None:
    await register.begin(FIRST)
    courses = [course(register) for course in COURSES]
    moving = [figure for course in courses for figure in await anext(course)]
    await register.begin(DAY)
    while await register.fire_timers():
        pass
    day, period = await values(api, as_of=DAY.isoformat()), await values(api, **PERIOD)
    split = await by_division(api)
    assert {name for name, value in split[STREET].items() if value} >= OF_PLACES
    await register.begin(LATER)
    for course in courses:
        assert await anext(course, None) is None
    now, month = await values(api), await values(api, as_of="2026-10-01")
    unmoved = [name for name in moving if now.get(name) == day.get(name) == month.get(name)]
    assert unmoved == [], "what comes after changes these"
    assert await values(api, as_of=DAY.isoformat()) == day
    assert await values(api, **PERIOD) == period
    assert await by_division(api) == split


def late(day: date = date(2026, 5, 4)) -> dict[str, Any]:
    """Of a day before `DAY`, entered now."""
    return {"effective_on": day, "basis": "historical"}


async def test_what_is_entered_late_is_in_the_figures_of_its_day(register: Register, api: Api) -> None:
    await register.begin(FIRST)
    about = await organization(register)
    checklist = (await register.do(governance.open_, organization_id=about)).id
    await register.do(governance.adopt, id=checklist, system=System.DISCLOSURE)
    station = await register.do(
        points.open_, division=COMMUNITY, organization_id=about, station="legal_aid", title="法律服务站"
    )
    first, second = [
        await register.do(
            assignments.assign, organization_id=one, officer="u-one", role="advice", **HISTORICAL
        )
        for one in (about, await organization(register))
    ]
    liaison = await register.do(liaisons.appoint, division=OTHER, kind="community", person="u-li")
    placed = await register.do(
        placements.place, division=COMMUNITY, organization_id=about, social_worker="u-worker"
    )
    await register.begin(LATER)
    await register.do(governance.abolish, id=checklist, system=System.DISCLOSURE)
    await register.do(assignments.hand_over, id=first.id, to="u-two", **HISTORICAL)
    await register.do(liaisons.change, id=liaison.id, point=True)
    await register.do(placements.change_worker, id=placed.id)

    await register.do(governance.adopt, id=checklist, system=System.ANNUAL_REVIEW, **late())
    await register.do(points.hold, id=station.id, attended=30, **late())
    await register.do(assignments.hand_over, id=first.id, to="u-three", **late())
    await register.do(liaisons.change, id=liaison.id, organization_ids=[], **late())
    day = await values(api, as_of=DAY.isoformat())
    assert (day["governance.disclosure"], day["governance.annual_review"]) == (1, 1)
    assert (day["service_points.sessions"], day["service_points.attended"]) == (1, 30)
    assert day["contacts.officers"] == 2, f"u-one for {second.id} and u-three"
    assert day["liaisons.points"] == 0, "what the late step leaves out is as it was then"
    assert day["placements.three_together"] == 1

    await register.do(liaisons.change, id=liaison.id, point=True, **late(date(2026, 5, 5)))
    await register.do(placements.change_worker, id=placed.id, **late())
    day, now = await values(api, as_of=DAY.isoformat()), await values(api)
    assert (day["liaisons.points"], day["placements.three_together"]) == (1, 0), "though it says so now, too"
    assert (now["governance.disclosure"], now["governance.annual_review"]) == (0, 1)
    assert (await values(api, as_of="2026-05-03"))["placements.three_together"] == 1


async def test_records_of_the_stacks_below_have_their_days_too(register: Register, api: Api) -> None:
    def state(day: date, *, point: bool) -> contract.LiaisonState:
        return contract.LiaisonState(
            effective_on=day, basis=Basis.LIVE, division=OTHER, opened_on=FIRST, point=point,
            state=contract.LiaisonPhase.APPOINTED, kind=contract.LiaisonKind.COMMUNITY, person="u-li",
        )  # fmt: skip

    await register.begin(LATER)
    id = uuid7()
    appointed = contract.LiaisonAppointed(state=state(FIRST, point=True))
    await register.hear(register.received(appointed, id, stack="120116001"))
    changed = contract.LiaisonChanged(state=state(LATER, point=False))
    await register.hear(register.received(changed, id, stack="120116001"))
    day, now = await values(api, as_of=DAY.isoformat()), await values(api)
    assert (day["liaisons.points"], now["liaisons.points"]) == (1, 0)


async def test_a_plan_that_comes_from_below_in_the_middle_of_its_course_is_counted(
    register: Register, api: Api
) -> None:
    """What adopted it was never heard here: its days are those that are known."""
    state = of_operations.PlanState(
        effective_on=FIRST, basis=Basis.LIVE, division=OTHER, opened_on=FIRST, title="三年规划",
        kind="three_year", body="office", state=of_operations.PlanPhase.ADOPTED,
        begins_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    await register.begin(LATER)
    started = of_operations.PlanPhaseStarted(state=state, number=1)
    await register.hear(register.received(started, uuid7(), stack="120116001"))
    assert (await values(api, as_of=DAY.isoformat()))["plans.months.span"] == 12


_BEFORE = """
insert into liaison (id, division, home, revision, sequence, effective_on, basis, recorded_at, state,
                     opened_on, kind, person, point, organizations, handed_over_times, bulletins)
values ('00000000-0000-7000-8000-000000000001', '120116001016', '120116', 2, 2, '2026-03-02', 'live', now(),
        'appointed', '2026-03-02', 'community', 'u-li', true, '{}', 0, 0);
insert into matter_step (kind, record_id, division, fact, state, ended, effective_on, basis, recorded_at,
                         actor_id)
select 'liaison', id, division, fact, state, false, '2026-03-02', 'live', now(), 'u-1'
from liaison, unnest(array['appointed', 'reported']) fact;
"""


async def test_steps_from_before_their_days_were_kept_have_what_holds_now(
    fresh_database: FreshDatabase,
) -> None:
    asked = "select fact, dated from matter_step order by number"
    found = await migrated_again(fresh_database, service, "0013_dated", _BEFORE, asked)
    assert found == [("appointed", {"point": True}), ("reported", None)]
