"""Decisions of authorities, here and in the stack above, and what the organisation's home makes of them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.fields import Ref
from shuniu_contracts.registry import CreditListing
from uuid_utils.compat import uuid7

from chassis.principal import NotPermitted, Principal
from chassis.unit_of_work import NotFound
from services.registry.enforcement.addressed import OutsideArea
from services.registry.enforcement.official_decisions import commands
from services.registry.enforcement.official_decisions.model import (
    EndBeforeDecision,
    EndingStands,
    ListedWithoutNotice,
    NoList,
)
from services.registry.enforcement.official_decisions.queries import standing
from services.registry.organizations import commands as organizations
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import status, told
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT = "120116"


async def decided(register: Register, organization_id: UUID, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "authority": "civil_affairs", "organization_id": organization_id,
        "kind": contract.DecisionKind.PENALTY, "result": "warning", **changes,
    }  # fmt: skip
    return (await register.do(commands.record, **found)).id


async def test_a_suspension_stops_the_organisation_until_its_term_is_over(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    id = await decided(
        register, one, kind=contract.DecisionKind.SUSPENSION, result=None, due_on=date(2026, 12, 31),
        document_number="津民罚〔2026〕3号", reasons="未按章程开展活动",
    )  # fmt: skip
    assert (await status(register, one))[0] == "registered", "the home has not heard of it yet"
    heard = await told(register, id)
    assert (await status(register, one))[0] == "suspended"
    assert "章程" not in str(await register.events(id))
    [cause] = await register.rows(
        "select headers->>'causationid' as id from event_log where aggregateid = $1 and sequence = 2",
        str(one),
    )
    assert cause["id"] == heard.envelope.id, "the decision is the cause of the suspension"
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    await told(register, id)
    assert (await status(register, one))[0] == "registered"
    assert (await register.facts(one))[-2:] == ["suspended", "resumed"]
    assert (await register.events(id))[-1][1]["state"]["ended_on"] == "2027-01-01"


async def test_two_suspensions_hold_until_both_are_lifted(register: Register) -> None:
    one = await organization(register)
    kind = contract.DecisionKind.SUSPENSION
    first, second = await decided(register, one, kind=kind), await decided(register, one, kind=kind)
    await told(register, first)
    await told(register, second)
    await register.do(commands.lift, id=first, reason="complied")
    await told(register, first)
    assert (await status(register, one))[0] == "suspended"
    await register.do(commands.lift, id=second, reason="complied")
    await told(register, second)
    assert (await status(register, one))[0] == "registered"


@pytest.mark.parametrize(
    ("kind", "ended"),
    [
        (contract.DecisionKind.REVOCATION, "revoked"),
        (contract.DecisionKind.DEREGISTRATION, "deregistered"),
    ],
)
async def test_what_ends_the_organisation_cannot_be_lifted(
    register: Register, kind: contract.DecisionKind, ended: str
) -> None:
    one = await organization(register)
    id = await decided(register, one, kind=kind, result=None)
    await told(register, id)
    assert (await status(register, one))[0] == ended
    with pytest.raises(EndingStands, match=kind.value):
        await register.do(commands.lift, id=id, reason="set_aside")
    later = await decided(register, one, kind=contract.DecisionKind.SUSPENSION)
    await told(register, later)
    [kept] = await register.rows("select refused from applied_decision where decision_id = $1", later)
    assert kept["refused"] == "already_ended", "what could not be applied says why"


async def test_the_city_deregisters_an_organisation_whose_home_is_here(register: Register) -> None:
    """注销 is the authority's act, wherever the record is at home; its home applies it."""
    await register.begin(date(2026, 12, 1))
    one, id = await organization(register), uuid7()
    day = date(2026, 11, 20)
    state = contract.OfficialDecisionState(
        effective_on=day, basis=Basis.LIVE, division="12", opened_on=day, decided_on=day,
        state=contract.DecisionPhase.RECORDED, authority="civil_affairs", organization=Ref(str(one)),
        kind=contract.DecisionKind.DEREGISTRATION, grounds=("own_decision",),
    )  # fmt: skip
    recorded = contract.OfficialDecisionRecorded(state=state)
    for _ in range(2):  # heard again, it changes nothing
        await register.hear(register.received(recorded, id, stack="12"))
    [shown] = await register.rows("select legal_status, ended_on from organization where id = $1", one)
    assert tuple(shown) == ("deregistered", day)
    assert (await register.facts(one))[-1:] == ["deregistered"]


async def test_a_decision_of_the_city_reaches_the_organisation_here(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one, id = await organization(register), uuid7()
    day = date(2026, 11, 20)
    state = contract.OfficialDecisionState(
        effective_on=day, basis=Basis.LIVE, division="12", opened_on=day, decided_on=day,
        state=contract.DecisionPhase.RECORDED, authority="civil_affairs", organization=Ref(str(one)),
        kind=contract.DecisionKind.LISTING, listing=CreditListing.ABNORMAL, grounds=("unreachable",),
    )  # fmt: skip
    await register.hear(register.received(contract.OfficialDecisionRecorded(state=state), id, stack="12"))
    [shown] = await register.rows(
        "select credit_listing, credit_listed_on from organization where id = $1", one
    )
    assert tuple(shown) == ("abnormal", day)
    fact, data = (await register.events(one))[-1]
    assert fact == "credit_listing_changed"
    assert (data["grounds"], data["decision"]["id"]) == (["unreachable"], str(id))
    elsewhere = msgspec.structs.replace(state, organization=Ref(str(uuid7())))
    await register.hear(register.received(contract.OfficialDecisionRecorded(state=elsewhere), stack="12"))
    assert len(await register.rows("select from applied_decision")) == 1, "others' organisations are theirs"


async def test_what_is_decided_about_a_duplicate_holds_for_the_record_that_stays(register: Register) -> None:
    one, two = await organization(register), await organization(register)
    id = await decided(
        register, one, kind=contract.DecisionKind.LISTING, listing=CreditListing.ABNORMAL, result=None,
        basis=Basis.HISTORICAL, effective_on=date(2025, 3, 1),
    )  # fmt: skip
    await told(register, id)
    await register.do(organizations.merge, id=one, into=two)
    assert (await status(register, two))[1] == "abnormal"
    await register.do(commands.lift, id=id, reason="corrected")
    await told(register, id)
    assert (await status(register, two))[1] == "none"


async def test_what_held_on_a_day(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    id = await decided(register, one, basis=Basis.HISTORICAL, effective_on=date(2024, 5, 1))
    await told(register, id)
    await register.do(commands.correct, id=id, explanation="文号误录", document_number="津民罚〔2024〕7号")
    await told(register, id)
    await register.do(commands.lift, id=id, reason="complied", effective_on=date(2026, 11, 1))
    await told(register, id)
    async with register.runtime.unit_of_work() as uow:
        found = await standing(uow, one)
    assert [kept.document_number for kept in found.decisions] == ["津民罚〔2024〕7号"]
    assert len(found.of("penalty", on=date(2025, 1, 1))) == 1
    assert found.of("penalty", on=date(2026, 11, 1)) == found.of("penalty") == ()
    assert found.listing is CreditListing.NONE


@pytest.mark.parametrize(
    ("kind", "result"), [(contract.DecisionKind.INSPECTION, "qualified"), (contract.DecisionKind.GRADE, "4A")]
)
async def test_conclusions_and_grades_are_decisions_that_leave_the_status_as_it_is(
    register: Register, kind: contract.DecisionKind, result: str
) -> None:
    one = await organization(register)
    before = await status(register, one)
    id = await decided(register, one, kind=kind, result=result, document_number="津民发〔2026〕9号")
    await told(register, id)
    assert await status(register, one) == before
    async with register.runtime.unit_of_work() as uow:
        [kept] = (await standing(uow, one)).of(kind.value)
    assert (kept.result, kept.document_number) == (result, "津民发〔2026〕9号")


async def test_what_an_authority_cannot_decide_is_refused(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    listing = contract.DecisionKind.LISTING
    with pytest.raises(ListedWithoutNotice):
        await decided(register, one, kind=listing, listing=CreditListing.ABNORMAL)
    with pytest.raises(NoList):
        await decided(register, one, kind=listing)
    with pytest.raises(NoList):
        await decided(register, one, listing=CreditListing.ABNORMAL)
    with pytest.raises(OutsideArea):
        await decided(register, one, division="120116001")
    with pytest.raises(NotFound):
        await decided(register, uuid7())
    with pytest.raises(EndBeforeDecision):
        await decided(register, one, due_on=date(2026, 11, 30))
    street = Principal("u-a", frozenset(), frozenset({"official_decisions:*"}), ("120116001",))
    with pytest.raises(NotPermitted):
        await decided(register, one, principal=street, permission="official_decisions:write")
    body = {
        "division": DISTRICT,
        "authority": "civil_affairs",
        "organization_id": str(one),
        "kind": "penalty",
    }
    await api.as_("hub_officer").post("/v1/official-decisions", 403, **body)
    made = await api.as_("registration_authority").post("/v1/official-decisions", 201, **body)
    assert (made["state"], made["decided_on"]) == ("recorded", "2026-12-01")


@pytest.mark.parametrize(("division", "stack"), [("120116001", "120116001"), ("1202", "12")])
async def test_an_authority_decides_in_its_own_area_only(
    register: Register, division: str, stack: str
) -> None:
    one = await organization(register)
    day = date(2026, 3, 2)
    state = contract.OfficialDecisionState(
        effective_on=day, basis=Basis.LIVE, division=division, opened_on=day, decided_on=day,
        state=contract.DecisionPhase.RECORDED, authority="civil_affairs", organization=Ref(str(one)),
        kind=contract.DecisionKind.REVOCATION,
    )  # fmt: skip
    await register.hear(register.received(contract.OfficialDecisionRecorded(state=state), stack=stack))
    assert (await status(register, one))[0] == "registered"
    assert await register.rows("select from applied_decision") == []
