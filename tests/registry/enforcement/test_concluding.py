"""What an authority concluded, graded or registered stands on the record that it decided, at its home."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_enforcement as contract
from uuid_utils.compat import uuid7

from chassis.unit_of_work import NotFound
from services.registry.applications import commands as applications
from services.registry.enforcement.official_decisions import commands
from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.enforcement.official_decisions.model import (
    RESULTS,
    AboutAnother,
    ConcludesNothing,
    NoSuchResult,
)
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, LegalStatus
from services.registry.vocabulary import FIELDS
from tests.registry.conftest import Register
from tests.registry.enforcement.hearing import told
from tests.registry.enforcement.test_decisions import decided
from tests.registry.references import organization
from tests.registry.test_applications import CODE, EVERY_CRITERION, application

pytestmark = pytest.mark.integration
INSPECTION, GRADE = contract.DecisionKind.INSPECTION, contract.DecisionKind.GRADE
REGISTRATION = contract.DecisionKind.REGISTRATION


async def inspected(register: Register, about: UUID, year: int = 2025) -> UUID:
    row = await register.do(annual.open_, organization_id=about, year=year, due_on=date(2099, 5, 31))
    await register.do(annual.submit, id=row.id)
    return row.id


async def shown(register: Register, table: str, id: UUID, *columns: str) -> tuple[Any, ...]:
    [row] = await register.rows(f"select {', '.join(columns)} from {table} where id = $1", id)
    return tuple(row)


async def refused(register: Register, decision: UUID) -> str | None:
    [row] = await register.rows("select refused from applied_decision where decision_id = $1", decision)
    found: str | None = row["refused"]
    return found


async def test_a_conclusion_is_that_of_the_only_open_inspection(register: Register) -> None:
    one = await organization(register)
    id = await inspected(register, one)
    decision = await decided(
        register, one, kind=INSPECTION, result="basically_qualified", grounds=["finance"]
    )
    heard = await told(register, decision)
    assert await shown(register, "inspection", id, "state", "result") == ("concluded", "basically_qualified")
    [owed] = await register.rows("select origin_record_id, topics from rectification")
    assert (owed["origin_record_id"], owed["topics"]) == (id, ["finance"])
    [cause] = await register.rows(
        "select headers->>'causationid' as id from event_log"
        " where aggregateid = $1 and type like '%.concluded.%'",
        str(id),
    )
    assert cause["id"] == heard.envelope.id
    facts = await register.facts(id)
    await register.do(
        commands.correct, id=decision, explanation="文号误录", document_number="津民发〔2026〕9号"
    )
    await told(register, decision)
    assert await refused(register, decision) is None
    await register.do(commands.lift, id=decision, reason="set_aside")
    await told(register, decision)
    assert await register.facts(id) == facts, "what was concluded is neither told twice nor undone"


async def test_of_several_the_decision_names_the_one_it_means(register: Register) -> None:
    one = await organization(register)
    first, second = await inspected(register, one, 2024), await inspected(register, one, 2025)
    decision = await decided(register, one, kind=INSPECTION, result="qualified")
    await told(register, decision)
    assert await refused(register, decision) == "decision_not_about_one_record"
    await register.do(commands.correct, id=decision, explanation="补记对应年检", record_id=first)
    await told(register, decision)
    assert await refused(register, decision) is None
    assert await shown(register, "inspection", first, "state") == ("concluded",)
    assert await shown(register, "inspection", second, "state") == ("submitted",)
    third = await decided(register, await organization(register), kind=INSPECTION, result="qualified")
    await told(register, third)
    assert await refused(register, third) == "decision_not_about_one_record"


async def test_the_citys_decision_finds_the_record_here(register: Register) -> None:
    one, other = await organization(register), await organization(register)
    id = await inspected(register, one)
    day = (await register.rows("select opened_on from inspection"))[0]["opened_on"]

    async def heard(about: UUID, record: UUID) -> str | None:
        state = contract.OfficialDecisionState(
            effective_on=day, basis=Basis.LIVE, division="12", opened_on=day, decided_on=day,
            state=contract.DecisionPhase.RECORDED, authority="civil_affairs", organization=Ref(str(about)),
            kind=INSPECTION, result="qualified", record=Ref(str(record)),
        )  # fmt: skip
        decision = uuid7()
        told_of = register.received(contract.OfficialDecisionRecorded(state=state), decision, stack="12")
        await register.hear(told_of)
        return await refused(register, decision)

    assert await heard(other, id) == "decision_about_another"
    assert await heard(one, uuid7()) == "not_found"
    assert await shown(register, "inspection", id, "state") == ("submitted",)
    assert await heard(one, id) is None
    assert await shown(register, "inspection", id, "state", "result") == ("concluded", "qualified")


async def test_a_grade_is_given_lowered_and_taken_away_as_decided(register: Register) -> None:
    one = await organization(register)
    old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2021, 6, 1)}
    await register.do(evaluations.enrol, organization_id=one, year=2021, **old)
    before = (await register.rows("select id from evaluation"))[0]["id"]
    await register.do(evaluations.give_grade, id=before, grade="3A", **old)
    row = await register.do(
        evaluations.enrol, organization_id=one, year=2025, basis=Basis.HISTORICAL,
        effective_on=date(2025, 6, 1),
    )  # fmt: skip
    for result, expected in (
        ("4A", ("graded", "4A")), ("4A", ("graded", "4A")), ("3A", ("graded", "3A")),
        ("none", ("revoked", "3A")),
    ):  # fmt: skip
        decision = await decided(register, one, kind=GRADE, result=result)
        await told(register, decision)
        assert await refused(register, decision) is None
        assert await shown(register, "evaluation", row.id, "state", "grade") == expected
    assert await shown(register, "evaluation", before, "state") == ("superseded",)
    assert await register.facts(row.id) == ["enrolled", "graded", "downgraded", "revoked"]
    valid = (await register.events(row.id))[1][1]["state"]
    assert int(valid["valid_until"][:4]) == int(valid["graded_on"][:4]) + 5


async def test_a_decision_that_was_recorded_wrongly_corrects_the_grade_that_it_gave(
    register: Register,
) -> None:
    one = await organization(register)
    old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2025, 6, 1)}
    id = (await register.do(evaluations.enrol, organization_id=one, year=2025, **old)).id
    given = await decided(register, one, kind=GRADE, result="3A")
    await told(register, given)
    await register.do(decisions.correct, id=given, result="4A", explanation="录入有误")
    await told(register, given)
    assert await refused(register, given) is None
    assert await shown(register, "evaluation", id, "grade", "lowered_on") == ("4A", None)
    await told(register, await decided(register, one, kind=GRADE, result="2A"))
    await register.do(decisions.correct, id=given, document_number="民评〔2026〕1号", explanation="补录文号")
    await told(register, given)
    assert await shown(register, "evaluation", id, "grade") == ("2A",), "it was lowered since"
    assert await register.facts(id) == ["enrolled", "graded", "corrected", "downgraded"]


async def applied(register: Register, name: str) -> tuple[UUID, UUID]:
    filed = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division="120116005",
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": name},
    )  # fmt: skip
    row = await register.do(applications.submit_new, **application(organization_id=filed.id, name=name))
    return filed.id, row.id


async def test_a_registration_is_granted_or_denied_on_the_application(register: Register) -> None:
    one, granted = await applied(register, "滨海新区晚晴服务中心")
    await register.do(applications.endorse, id=granted, criteria_met=EVERY_CRITERION)
    decision = await decided(register, one, kind=REGISTRATION, result="registered", credit_code=CODE)
    await told(register, decision)
    assert await shown(register, "registration_application", granted, "step") == ("closed",)
    assert await shown(
        register, "organization", one, "legal_status", "credit_code", "registration_authority"
    ) == ("registered", CODE, "civil_affairs")
    two, denied = await applied(register, "滨海新区晨曦服务中心")
    await register.do(applications.endorse, id=denied, criteria_met=EVERY_CRITERION)
    decision = await decided(register, two, kind=REGISTRATION, result="denied", grounds=["premises"])
    await told(register, decision)
    assert await shown(register, "registration_application", denied, "step", "reasons") == (
        "denied", ["premises"]
    )  # fmt: skip


async def test_what_no_record_could_follow_is_refused_at_once(register: Register) -> None:
    one, other = await organization(register), await organization(register)
    id = await inspected(register, other)
    for kind, result in ((INSPECTION, "passed"), (GRADE, None), (REGISTRATION, "approved")):
        with pytest.raises(NoSuchResult):
            await decided(register, one, kind=kind, result=result)
    with pytest.raises(ConcludesNothing):
        await decided(register, one, record_id=id)
    with pytest.raises(ConcludesNothing):
        await decided(register, one, kind=REGISTRATION, result="denied", credit_code=CODE)
    with pytest.raises(AboutAnother):
        await decided(register, one, kind=INSPECTION, result="qualified", record_id=id)
    with pytest.raises(NotFound):
        await decided(register, one, kind=INSPECTION, result="qualified", record_id=uuid7())
    penalty = await decided(register, one)
    with pytest.raises(ConcludesNothing):
        await register.do(commands.correct, id=penalty, explanation="误录", record_id=id)
    conclusion = await decided(register, other, kind=INSPECTION, result="qualified")
    with pytest.raises(NoSuchResult):
        await register.do(commands.correct, id=conclusion, explanation="误录", result="passed")


async def test_an_old_conclusion_entered_now_owes_no_rectification_today(register: Register) -> None:
    one = await organization(register)
    old: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2019, 6, 1)}
    row = await register.do(annual.open_, organization_id=one, year=2018, **old)
    await register.do(annual.submit, id=row.id, **old)
    await register.do(annual.conclude, id=row.id, result="unqualified", **old)
    [owed] = await register.rows("select basis, due_on from rectification")
    assert tuple(owed) == ("historical", None)


def test_what_can_be_decided_has_its_name() -> None:
    named = FIELDS["official_decision.result"]
    assert {result for results in RESULTS.values() for result in results} <= named.keys()
