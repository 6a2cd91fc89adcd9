"""Partner agreements run out and are renewed; the talent list by skill; studies and the answers to them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts.registry_hub import Availability

from chassis.matters.kind import AlreadyThere
from services.registry.hub.partners import commands as partners
from services.registry.hub.partners.model import AgreementReversed, MoreThanPlaces
from services.registry.hub.studies import commands as studies
from services.registry.hub.studies.model import MoreAdoptedThanMade, NoEvidence
from services.registry.hub.talents import commands as talents
from services.registry.hub.talents.model import NoSkill, TalentAway
from tests.registry.conftest import Api, Register
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116005"


async def signed(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "name": "某大学社会工作系", "kind": "practice_base", "body": "federation",
        "begins_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "places": 20, **changes,
    }  # fmt: skip
    return (await register.do(partners.sign, **found)).id


async def test_an_agreement_runs_out_and_is_renewed(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    with pytest.raises(AgreementReversed):
        await signed(register, ends_on=date(2026, 1, 1))
    host = await organization(register)
    id = await signed(register, organization_ids=[host], clauses="每学期一批")
    with pytest.raises(MoreThanPlaces):
        await register.do(partners.host, id=id, people=21, weeks=8)
    row = await register.do(partners.host, id=id, people=18, weeks=8)
    assert (row.hosted, row.hosts) == (18, [str(host)])
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    with pytest.raises(AgreementReversed):
        await register.do(partners.renew, id=id, until=date(2026, 6, 30))
    row = await register.do(partners.renew, id=id, until=date(2027, 12, 31))
    assert (row.state, row.renewed_times) == ("signed", 1)
    await register.begin(date(2028, 1, 1))
    assert await register.fire_timers() == 1
    assert (await register.facts(id))[-1] == "expired"
    assert "学期" not in str(await register.events(id))


async def test_an_agreement_of_the_past_runs_out_without_a_timer(register: Register) -> None:
    history: dict[str, Any] = {"basis": Basis.HISTORICAL}
    id = await signed(
        register, begins_on=date(2013, 1, 1), ends_on=date(2014, 12, 31), effective_on=date(2013, 1, 1),
        **history,
    )  # fmt: skip
    assert await register.rows("select from timer") == []
    row = await register.do(partners.expire, id=id, effective_on=date(2015, 1, 1), **history)
    assert row.state == "expired"


async def test_who_can_be_asked_by_skill(register: Register, api: Api) -> None:
    async def listed(person: str, *skills: str, **changes: Any) -> UUID:
        found = {"division": STREET, "person": person, "skills": list(skills), **changes}
        return (await register.do(talents.list_, **found)).id

    await register.begin(date(2026, 12, 1))
    with pytest.raises(NoSkill):
        await listed("u-none")
    busy, free = await listed("u-busy", "project_design"), await listed("u-free", "project_design", "law")
    away = await listed("u-away", "project_design")
    await listed("u-later", "project_design", available_from=date(2027, 2, 1))
    with pytest.raises(AlreadyThere):
        await listed("u-free", "law")
    await register.do(talents.engage, id=busy, purpose="venture_round")
    await register.do(talents.change, id=away, availability=Availability.AWAY)
    with pytest.raises(TalentAway):
        await register.do(talents.engage, id=away, purpose="venture_round")

    async def asked(**wanted: Any) -> list[str]:
        found = await api.get("/v1/available-talents", division=DISTRICT, **wanted)
        return [one["person"] for one in found]

    assert await asked(skill="project_design") == ["u-free"]
    assert await asked(skill="project_design", day="2027-02-01") == ["u-free", "u-later"]
    assert await asked(skill="music") == []
    await register.do(talents.delist, id=free, reason="moved")
    assert await asked(skill="law") == []
    await api.as_("liaison", "120116001").get("/v1/available-talents", 403, division=STREET)


async def test_a_study_rests_on_evidence_and_is_answered(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    row = await register.do(
        studies.start, division=DISTRICT, title="女性社会组织发展研究", topic="incubation",
        body="womens_federation", due_on=date(2026, 12, 31),
    )  # fmt: skip
    said: dict[str, Any] = {
        "id": row.id, "submitted_to": "civil_affairs", "recommendations": 3, "findings": "建议简化登记"
    }  # fmt: skip
    with pytest.raises(NoEvidence):
        await register.do(studies.submit, **said)
    await register.do(studies.add_evidence, id=row.id, kind="survey", content="走访二十家")
    row = await register.do(studies.submit, **said)
    assert row.answer_due_on == date(2027, 1, 13), "30 working days after 1 December, New Year's Day is none"
    await register.begin(date(2027, 1, 15))
    assert await register.fire_timers() == 1
    authority = api.as_("registration_authority")
    path = f"/v1/studies/{row.id}/answer"
    refused = await authority.post(path, 422, adopted=4, reply="采纳")
    assert refused["code"] == MoreAdoptedThanMade.code
    answered = await authority.post(path, adopted=2, reply="采纳两条")
    assert (answered["state"], answered["adopted"], answered["late"]) == ("answered", 2, True)
    events = str(await register.events(row.id))
    assert not [word for word in ("走访", "简化", "两条") if word in events]
