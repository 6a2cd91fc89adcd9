"""Registration applications by their commands: the organisation comes into being with the decision."""

from datetime import date
from typing import Any

import pytest

from chassis.firing import TimerLoop
from chassis.model import StepNotPossible
from chassis.region import Calendar, CalendarSection
from chassis.timers import Move, moves
from chassis.unit_of_work import NotHome
from services.registry.applications import commands
from services.registry.applications.model import (
    CharterTemplateOutdated,
    CharterTemplateUnknown,
    CharterTemplateUnstated,
    CharterWithoutPartyClause,
    RefusalWithoutGrounds,
)
from services.registry.identification.model import complete_credit_code
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import (
    Basis,
    CreditCodeMissing,
    Duplicate,
    LegalForm,
    LegalStatus,
    NotDirectlyRegistrable,
    RegistrationRoute,
)
from services.registry.policy import CRITERIA, RegistryPolicy
from services.registry.records.policy import CharterTemplate, RecordsPolicy
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration

STREET = "120116005"
CODE = complete_credit_code("52", "120116", "MJ012345")
DEADLINES = "select subject, (due_at at time zone 'Asia/Shanghai')::date - 1 from timer"
EVERY_CRITERION = [criterion.code for criterion in CRITERIA]


def application(**changes: Any) -> dict[str, Any]:
    return {
        "division": STREET,
        "name": "滨海新区晚晴服务中心",
        "legal_form": LegalForm.PRIVATE_NON_ENTERPRISE,
        "route": RegistrationRoute.HUB_ENDORSED,
        "categories": ["志愿服务"],
        "charter_party_clause": True,
        "full_party_member_count": 4,
        **changes,
    }


async def test_endorsed_and_registered_in_one_transaction_with_the_organisation(register: Register) -> None:
    row = await register.do(commands.submit_new, **application())
    await register.do(commands.endorse, id=row.id, criteria_met=EVERY_CRITERION)
    closed = await register.do(commands.register, id=row.id, credit_code=CODE, revision=2)
    assert closed.ended
    facts = await register.events(row.id)
    assert [fact for fact, _ in facts] == ["consulted", "submitted", "endorsed", "closed"]
    [(fact, data)] = await register.events(closed.organization_id)
    assert fact == "registered"
    assert data["application"]["id"] == str(row.id)
    assert data["state"]["full_party_member_count"] == 4
    assert facts[-1][1]["registered"] == {"id": str(closed.organization_id), "sequence": 1}


async def test_a_filed_organisation_moves_on_to_registered(register: Register) -> None:
    filed = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division=STREET,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "滨海新区晚晴服务中心"},
    )  # fmt: skip
    row = await register.do(commands.submit_new, **application(organization_id=filed.id))
    await register.do(commands.endorse, id=row.id, criteria_met=EVERY_CRITERION)
    await register.do(commands.register, id=row.id, credit_code=CODE)
    assert [fact for fact, _ in await register.events(filed.id)] == ["filed", "registered"]


async def test_a_registration_that_fails_leaves_the_application_as_it_was(register: Register) -> None:
    row = await register.do(commands.submit_new, **application())
    await register.do(commands.endorse, id=row.id, criteria_met=EVERY_CRITERION)
    with pytest.raises(CreditCodeMissing):
        await register.do(commands.register, id=row.id)
    assert [fact for fact, _ in await register.events(row.id)] == ["consulted", "submitted", "endorsed"]
    assert await register.rows("select id from organization") == []


async def test_direct_registration_is_decided_without_the_hub(register: Register) -> None:
    direct = application(route=RegistrationRoute.DIRECT, categories=["城乡社区服务类"])
    row = await register.do(commands.submit_new, **direct)
    with pytest.raises(StepNotPossible):
        await register.do(commands.endorse, id=row.id, criteria_met=EVERY_CRITERION)
    closed = await register.do(commands.register, id=row.id, credit_code=CODE)
    [(_, data)] = await register.events(closed.organization_id)
    assert data["route"] == "direct"
    with pytest.raises(NotDirectlyRegistrable):
        await register.do(
            commands.submit_new,
            **application(route=RegistrationRoute.DIRECT, name="滨海新区晨曦服务中心"),
        )


async def test_a_refusal_is_recorded_with_its_grounds_and_words_stay_off_the_bus(register: Register) -> None:
    row = await register.do(commands.submit_new, **application())
    with pytest.raises(RefusalWithoutGrounds):
        await register.do(
            commands.refuse_endorsement, id=row.id, criteria_failed=["premises"], reasons=["no_premises"],
            coordination_note="",
        )  # fmt: skip
    after = await register.do(
        commands.refuse_endorsement, id=row.id, criteria_failed=["premises"], reasons=["no_premises"],
        coordination_note="已与街道协调临时场所",
    )  # fmt: skip
    assert after.coordination_note == "已与街道协调临时场所"
    [*_, (fact, data)] = await register.events(row.id)
    assert (fact, data["criteria_failed"], data["reasons"]) == (
        "endorsement_refused", ["premises"], ["no_premises"],
    )  # fmt: skip
    assert "街道" not in str(data)
    assert data["state"]["ended"]


async def test_the_charter_needs_the_party_clause(register: Register) -> None:
    row = await register.do(commands.consult, **application(charter_party_clause=None))
    with pytest.raises(CharterWithoutPartyClause):
        await register.do(commands.submit, id=row.id)
    after = await register.do(commands.submit, id=row.id, charter_party_clause=True)
    assert after.step == "submitted"


TEMPLATES = (
    CharterTemplate(code="2005", name_zh="章程范本", since=date(2005, 1, 1)),
    CharterTemplate(code="2014", name_zh="章程范本（党建条款）", since=date(2014, 1, 1)),
)


def listing_templates(register: Register) -> None:
    register.runtime.policies = RegistryPolicy(records=RecordsPolicy(charter_templates=TEMPLATES))


async def test_a_charter_follows_the_version_of_the_template_in_force(register: Register) -> None:
    listing_templates(register)
    with pytest.raises(CharterTemplateUnstated, match="2014"):
        await register.do(commands.submit_new, **application())
    with pytest.raises(CharterTemplateUnknown, match="2005, 2014"):
        await register.do(commands.submit_new, **application(charter_template="1998"))
    row = await register.do(commands.consult, **application(charter_template="2005"))
    assert row.charter_template == "2005", "a question is answered whatever the draft follows"
    with pytest.raises(CharterTemplateOutdated) as refused:
        await register.do(commands.submit, id=row.id)
    assert refused.value.message("zh") == (
        "章程依据的是范本“2005”，当日现行版本为“2014”：请按现行范本修改章程后再提交。"
    )
    submitted = await register.do(commands.submit, id=row.id, charter_template="2014")
    assert (submitted.step, submitted.charter_template) == ("submitted", "2014")


async def test_what_is_entered_afterwards_is_measured_by_its_own_day(register: Register) -> None:
    listing_templates(register)
    then: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2013, 5, 1)}
    unknown = await register.do(commands.submit_new, **application(name="滨海新区夕阳服务中心", **then))
    assert unknown.charter_template is None, "nobody asserts a version that was not given"
    with pytest.raises(CharterTemplateOutdated, match="2005"):
        await register.do(commands.submit_new, **application(charter_template="2014", **then))
    row = await register.do(commands.submit_new, **application(charter_template="2005", **then))
    assert row.step == "submitted"


async def test_no_version_is_written_into_an_application_unasked(register: Register) -> None:
    row = await register.do(commands.submit_new, **application())
    assert row.charter_template is None
    other = application(name="滨海新区朝阳服务中心", charter_template="own")
    assert (await register.do(commands.submit_new, **other)).charter_template == "own"


async def test_the_listed_versions_are_offered_by_name(register: Register, api: Api) -> None:
    listing_templates(register)
    told = await api.get("/v1/registration-applications/forms")
    offered = told["steps"]["submit_new"]["form"]["properties"]["charter_template"]
    assert "章程范本（党建条款）" in str(offered)


async def test_working_days_are_counted_without_the_applicants_own(register: Register) -> None:
    history: dict[str, Any] = {"basis": Basis.HISTORICAL}
    row = await register.do(commands.submit_new, **application(effective_on=date(2014, 9, 26)), **history)
    await register.do(
        commands.return_, id=row.id, items=["charter"], effective_on=date(2014, 9, 29), **history
    )
    await register.do(commands.submit, id=row.id, effective_on=date(2014, 9, 30), **history)
    after = await register.do(
        commands.endorse, id=row.id, criteria_met=EVERY_CRITERION, effective_on=date(2014, 10, 10), **history
    )
    steps = await register.rows(
        "select kind, working_days from application_step where ended_on is not null order by number"
    )
    # 28 September 2014 was a working Sunday; the National Day week ended on 7 October.
    assert [tuple(step) for step in steps] == [
        ("consultation", 0), ("pre_review", 2), ("correction", 1), ("pre_review", 3),
    ]  # fmt: skip
    assert after.working_days_used == 5
    assert after.step_due_on is None


async def test_a_live_step_has_a_day_by_which_it_is_due(register: Register) -> None:
    row = await register.do(commands.submit_new, **application())
    assert row.step_due_on is not None
    assert row.step_began_on is not None
    assert row.step_due_on > row.step_began_on


async def test_a_step_that_outlives_its_working_days_is_overdue_once(register: Register) -> None:
    """20 working days after 26 November 2026: the last is 24 December."""
    await register.begin(date(2026, 11, 26))
    row = await register.do(commands.submit_new, **application())
    assert row.step_due_on == date(2026, 12, 24)
    await register.begin(date(2026, 12, 24))
    assert await register.fire_timers() == 0
    await register.begin(date(2026, 12, 25))
    assert await register.fire_timers() == 1
    assert await register.fire_timers() == 0
    [*_, (fact, data)] = await register.events(row.id)
    assert (fact, data["due_on"], data["rule"]) == (
        "became_overdue", "2026-12-24", "registry.working_days.pre_review",
    )  # fmt: skip
    state = data["state"]
    assert (state["step"], state["effective_on"], state["basis"]) == ("submitted", "2026-12-25", "live")
    after = await register.do(commands.endorse, id=row.id, criteria_met=EVERY_CRITERION)
    assert after.step_due_on is not None
    assert after.step_due_on > date(2026, 12, 25)


async def test_the_next_step_takes_the_deadline_of_the_last_away(register: Register) -> None:
    await register.begin(date(2026, 9, 1))
    row = await register.do(commands.submit_new, **application())
    await register.do(commands.return_, id=row.id, items=["charter"])
    assert [tuple(one) for one in await register.rows(DEADLINES)] == [(str(row.id), date(2026, 10, 19))]
    await register.begin(date(2026, 10, 8))
    assert await register.fire_timers() == 0
    await register.do(commands.withdraw, id=row.id)
    assert await register.rows(DEADLINES) == []


async def test_history_starts_no_deadline_and_ends_the_one_that_runs(register: Register) -> None:
    await register.begin(date(2026, 9, 1))
    row = await register.do(commands.consult, **application())
    assert len(await register.rows(DEADLINES)) == 1
    after = await register.do(commands.submit, id=row.id, basis=Basis.HISTORICAL)
    assert after.step_due_on is None
    assert await register.rows(DEADLINES) == []


async def test_a_deadline_beyond_the_calendar_moves_when_its_data_has_come(register: Register) -> None:
    """From 15 December 2026 on, 20 working days reach a year whose holidays are not decreed yet."""
    await register.begin(date(2026, 12, 15))
    row = await register.do(commands.submit_new, **application())
    assert row.step_due_on == date(2027, 1, 13)  # Christmas is none, New Year's Day is a fixed holiday
    known = register.runtime.region.calendar
    decreed = CalendarSection(free=frozenset({date(2027, 1, 4), date(2027, 1, 13)}))
    try:
        register.runtime.region.calendar = Calendar(decreed)
        assert await TimerLoop(register.runtime).recompute() == 1
        assert await TimerLoop(register.runtime).recompute() == 0
    finally:
        register.runtime.region.calendar = known
    [*_, (fact, data)] = await register.events(row.id)
    assert (fact, data["previous_due_on"], data["state"]["step_due_on"]) == (
        "rescheduled", "2027-01-13", "2027-01-15",
    )  # fmt: skip
    [running] = await register.rows("select due_on from application_step where ended_on is null")
    assert running["due_on"] == date(2027, 1, 15)
    await register.begin(date(2027, 1, 15))
    assert await register.fire_timers() == 0
    await register.begin(date(2027, 1, 16))
    assert await register.fire_timers() == 1
    [*_, (fact, data)] = await register.events(row.id)
    assert (fact, data["due_on"]) == ("became_overdue", "2027-01-15")


async def test_a_deadline_that_ended_while_the_calendar_was_read_stays_ended(register: Register) -> None:
    await register.begin(date(2026, 12, 15))
    row = await register.do(commands.submit_new, **application())
    [move] = await moved_by(register, date(2027, 1, 13))
    await register.do(commands.withdraw, id=row.id)
    before = await register.facts(row.id)
    assert not await TimerLoop(register.runtime)._move(move)
    assert await register.facts(row.id) == before


async def moved_by(register: Register, free: date) -> list[Move]:
    """What would move, had the decree come that makes a day free."""
    async with register.runtime.database.transaction() as transaction:
        return await moves(transaction.connection, Calendar(CalendarSection(free=frozenset({free}))))


async def test_a_second_open_application_for_the_name_is_refused(register: Register) -> None:
    row = await register.do(commands.submit_new, **application())
    with pytest.raises(Duplicate, match=str(row.id)):
        await register.do(commands.consult, **application(name="滨海新区 晚晴服务中心"))
    await register.do(commands.withdraw, id=row.id)
    assert await register.do(commands.consult, **application())


async def test_an_application_lives_in_its_stack(register: Register) -> None:
    register.runtime.settings.lower_stacks = ("120116400",)
    try:
        with pytest.raises(NotHome):
            await register.do(commands.consult, **application(division="120116400"))
    finally:
        register.runtime.settings.lower_stacks = ()
