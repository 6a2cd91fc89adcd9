"""Registration applications by their commands: the organisation comes into being with the decision."""

from datetime import date
from typing import Any

import pytest

from chassis.model import StepNotPossible
from chassis.unit_of_work import NotHome
from services.registry.applications import commands
from services.registry.applications.model import CharterWithoutPartyClause, RefusalWithoutGrounds
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
from services.registry.policy import CRITERIA
from tests.registry.conftest import Register

pytestmark = pytest.mark.integration

STREET = "120116005"
CODE = complete_credit_code("52", "120116", "MJ012345")
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
