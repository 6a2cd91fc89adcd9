"""Changes of registration and liquidations: what an authority decides of them, and the record follows."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.fields import Ref

from chassis.model import Refusal
from services.registry.enforcement.official_decisions import commands
from services.registry.enforcement.official_decisions.commands import Change
from services.registry.enforcement.official_decisions.model import ChangeUnsaid
from services.registry.organizations import commands as organizations
from services.registry.organizations.pending import DeregistrationWaits
from tests.registry.conftest import Register
from tests.registry.enforcement.hearing import status, told
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT = "120116"
CHANGE, LIQUIDATION, DEREGISTRATION = (
    contract.DecisionKind(kind) for kind in ("change", "liquidation", "deregistration")
)


async def decided(register: Register, about: UUID, **said: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "authority": "civil_affairs", "organization_id": about, **said,
    }  # fmt: skip
    return (await register.do(commands.record, **found)).id


async def recorded(register: Register, id: UUID) -> Any:
    [row] = await register.rows(
        "select name, supervisory_unit, supervisory_unit_name, registered_capital_fen from organization"
        " where id = $1",
        id,
    )
    return tuple(row)


async def refusal(register: Register, decision: UUID) -> str | None:
    [row] = await register.rows("select refused from applied_decision where decision_id = $1", decision)
    found: str | None = row["refused"]
    return found


async def test_a_change_of_registration_changes_the_record_that_it_is_about(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    one = await organization(register)
    before = (await recorded(register, one))[0]
    id = await decided(
        register, one, kind=CHANGE, document_number="津民许变〔2026〕8号", effective_on=date(2026, 2, 27),
        changes=[
            Change(item="name", before=before, after="滨海新区书画研究会"),
            Change(item="supervisory_unit", after="教育部门"),
            Change(item="registered_capital", before="30,000", after="50000"),
            Change(item="address", before="新港路1号", after="上海道3号"),
            Change(item="legal_representative"),
        ],
    )  # fmt: skip
    assert (await recorded(register, one))[0] == before, "the home has not heard of it yet"
    heard = await told(register, id)
    after = ("滨海新区书画研究会", "education", None, 5_000_000)
    assert await recorded(register, one) == after
    facts = (await register.events(one))[1:]
    assert [fact for fact, _ in facts] == ["details_changed", "supervision_changed"]
    assert {data["state"]["effective_on"] for _, data in facts} == {"2026-02-27"}
    causes = await register.rows(
        "select distinct headers->>'causationid' as id from event_log"
        " where aggregateid = $1 and sequence > 1",
        str(one),
    )
    assert [row["id"] for row in causes] == [heard.envelope.id]
    state = (await register.events(id))[0][1]["state"]
    assert state["changes"][0] == {"item": "name", "before": before, "after": "滨海新区书画研究会"}
    await register.do(organizations.change_details, id=one, details={"name": "滨海新区书画院"})
    await register.do(commands.correct, id=id, explanation="文号笔误", document_number="津民许变〔2026〕9号")
    await told(register, id)
    await register.do(commands.lift, id=id, reason="set_aside")
    await told(register, id)
    assert await recorded(register, one) == ("滨海新区书画院", *after[1:]), "once, however often heard of"
    assert await refusal(register, id) is None


async def test_a_change_from_what_the_record_does_not_say_is_kept_with_the_reason(register: Register) -> None:
    one = await organization(register)
    before = (await recorded(register, one))[0]
    id = await decided(
        register, one, kind=CHANGE, changes=[Change(item="name", before="另一个名称", after="新的名称")]
    )
    await told(register, id)
    assert (await recorded(register, one))[0] == before
    assert await refusal(register, id) == "decision_changes_from_another"
    await register.do(organizations.change_details, id=one, details={"name": "另一个名称"})
    await register.do(commands.correct, id=id, explanation="在册信息已更正")
    await told(register, id)
    assert (await recorded(register, one))[0] == "新的名称"
    assert await refusal(register, id) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([], "decision_change_unsaid"),
        ([Change(item="charter"), Change(item="charter")], "decision_change_unsaid"),
        ([Change(item="name")], "decision_change_malformed"),
        ([Change(item="name", before="甲社", after="甲社")], "decision_change_malformed"),
        ([Change(item="registered_capital", after="五万")], "decision_change_malformed"),
        ([Change(item="legal_representative", after="某人")], "decision_change_malformed"),
    ],
)
async def test_a_change_says_what_it_is_and_no_person(
    register: Register, changes: list[Change], code: str
) -> None:
    one = await organization(register)
    with pytest.raises(Refusal) as refused:
        await decided(register, one, kind=CHANGE, changes=changes)
    assert refused.value.code == code


async def test_another_decision_changes_nothing_of_the_registration(register: Register) -> None:
    one = await organization(register)
    with pytest.raises(ChangeUnsaid):
        await decided(
            register, one, kind=contract.DecisionKind.PENALTY, changes=[Change(item="address", after="别处")]
        )


@pytest.mark.parametrize("kind", [LIQUIDATION, contract.DecisionKind.INVESTIGATION])
async def test_nobody_is_deregistered_while_wound_up_or_investigated(
    register: Register, kind: contract.DecisionKind
) -> None:
    one = await organization(register)
    pending = await decided(register, one, kind=kind)
    with pytest.raises(DeregistrationWaits):
        await decided(register, one, kind=DEREGISTRATION)
    await told(register, pending)
    with pytest.raises(DeregistrationWaits):
        await register.do(organizations.end, id=one, fact="deregistered")
    assert (await status(register, one))[0] == "registered"
    await register.do(commands.lift, id=pending, reason="complied")
    await told(register, pending)
    await told(register, await decided(register, one, kind=DEREGISTRATION))
    assert (await status(register, one))[0] == "deregistered"


async def test_a_deregistration_of_the_city_waits_for_what_the_district_began(register: Register) -> None:
    await register.begin(date(2026, 3, 2))
    one = await organization(register)
    pending = await decided(register, one, kind=LIQUIDATION)
    await told(register, pending)
    day = date(2026, 3, 2)
    state = contract.OfficialDecisionState(
        effective_on=day, basis=Basis.LIVE, division="1201", opened_on=day, decided_on=day,
        state=contract.DecisionPhase.RECORDED, authority="civil_affairs", organization=Ref(str(one)),
        kind=DEREGISTRATION,
    )  # fmt: skip
    of_the_city = register.received(contract.OfficialDecisionRecorded(state=state), stack="1201")
    await register.hear(of_the_city)
    assert (await status(register, one))[0] == "registered"
    assert await refusal(register, UUID(of_the_city.subject)) == "deregistration_waits"


async def test_history_is_entered_as_it_was(register: Register) -> None:
    one = await organization(register)
    past: dict[str, Any] = {"effective_on": date(2016, 3, 1), "basis": Basis.HISTORICAL}
    await told(register, await decided(register, one, kind=LIQUIDATION, **past))
    await told(register, await decided(register, one, kind=DEREGISTRATION, **past))
    assert (await status(register, one))[0] == "deregistered"
