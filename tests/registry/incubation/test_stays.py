"""Bases with their places, intakes, and stays from the application to graduation."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.matters.kind import AlreadyThere
from chassis.model import StepNotPossible
from services.registry.incubation.bases import commands as bases
from services.registry.incubation.bases.model import BaseFull, BaseNotOpen, BaseOccupied, CapacityTaken
from services.registry.incubation.intakes import commands as intakes
from services.registry.incubation.intakes.model import IntakeNotCalled, IntakeOfAnotherBase
from services.registry.incubation.services import NothingPromised, ServiceNotInCatalogue
from services.registry.incubation.stays import commands as stays
from services.registry.incubation.stays.model import (
    AgreementEndsBeforeItBegins,
    HasPlaceAlready,
)
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis
from tests.registry.conftest import Api, Register
from tests.registry.references import STREET, organization

pytestmark = pytest.mark.integration
DISTRICT = "120116"


async def base(register: Register, capacity: int = 20, **changes: Any) -> UUID:
    facts: dict[str, Any] = {"division": DISTRICT, "name": f"{capacity}席孵化园", "capacity": capacity}
    return (await register.do(bases.open_, **{**facts, **changes})).id


async def applied(register: Register, base_id: UUID, **changes: Any) -> UUID:
    about = changes.pop("organization_id", None) or await organization(register)
    return (await register.do(stays.apply, organization_id=about, base_id=base_id, **changes)).id


async def signed(register: Register, id: UUID, **changes: Any) -> Any:
    facts: dict[str, Any] = {
        "services": ["capacity_building"], "service_standard": "每月上门辅导一次",
        "begins_on": date(2026, 12, 1), "ends_on": date(2027, 11, 30),
    }  # fmt: skip
    return await register.do(stays.sign, id=id, **{**facts, **changes})


async def entered(
    register: Register, base_id: UUID, intake_id: UUID | None, *steps: tuple[Any, date]
) -> UUID:
    """A stay of the past, taken as far as `steps` go."""
    past: dict[str, Any] = {"basis": Basis.HISTORICAL}
    id = await applied(register, base_id, intake_id=intake_id, effective_on=date(2013, 7, 1), **past)
    for step, day in steps:
        said: dict[str, Any] = {"effective_on": day, **past}
        if step is stays.sign:
            await signed(register, id, begins_on=day, ends_on=date(day.year + 1, 12, 31), **said)
        else:
            await register.do(step, id=id, **said)
    return id


async def test_an_organisation_goes_from_the_application_to_graduation(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    park = await base(register)
    id = await applied(register, park, plan="做社区养老")
    assert (await register.do(stays.screen, id=id, assessment="符合需求")).due_on == date(2026, 12, 21)
    row = await signed(register, id)
    assert (row.signed_on, row.due_on) == (date(2026, 11, 23), None)
    await register.begin(date(2026, 12, 1))
    row = await register.do(stays.start, id=id)
    assert (row.started_on, row.due_on, row.renewal_due_on) == (
        date(2026, 12, 1), date(2027, 11, 30), date(2027, 10, 31)
    )  # fmt: skip
    row = await register.do(stays.graduate, id=id)
    assert row.ended
    assert await register.facts(id) == ["applied", "screened", "agreement_signed", "started", "graduated"]
    assert await register.facts(park) == ["opened", "place_given", "place_released"]
    [place] = await register.rows("select capacity, occupied from base where id = $1", park)
    assert tuple(place) == (20, 0)
    said = str(await register.events(id))
    assert not any(word in said for word in ("养老", "符合", "辅导")), "words stay in the registry"
    assert await register.rows("select from timer") == []


async def test_no_agreement_without_content_standard_and_period(register: Register, api: Api) -> None:
    id = await applied(register, await base(register))
    with pytest.raises(StepNotPossible):
        await signed(register, id)
    await register.do(stays.screen, id=id)
    with pytest.raises(NothingPromised):
        await signed(register, id, services=[])
    with pytest.raises(ServiceNotInCatalogue, match="fortune_telling"):
        await signed(register, id, services=["policy_advice", "fortune_telling"])
    with pytest.raises(AgreementEndsBeforeItBegins):
        await signed(register, id, begins_on=date(2027, 1, 1), ends_on=date(2027, 1, 1))
    answer = await api.post(
        f"/v1/stays/{id}/agreement", 422, services=["policy_advice"], begins_on="2026-12-01"
    )
    assert {fault["pointer"] for fault in answer["errors"]} == {"/service_standard", "/ends_on"}
    with pytest.raises(StepNotPossible):
        await register.do(stays.start, id=id)


async def test_the_last_place_is_given_once(register: Register) -> None:
    park = await base(register, capacity=1)
    ids = [await applied(register, park) for _ in range(2)]
    found = await asyncio.gather(*(register.do(stays.screen, id=id) for id in ids), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["BaseFull", "StayRow"]
    [place] = await register.rows("select occupied from base where id = $1", park)
    assert place["occupied"] == 1
    assert await register.facts(park) == ["opened", "place_given"]


async def test_an_organisation_has_one_place_though_two_bases_decide_at_once(register: Register) -> None:
    about = await organization(register)
    ids = [
        await applied(register, await base(register, capacity=number), organization_id=about)
        for number in (2, 3)
    ]
    found = await asyncio.gather(*(register.do(stays.screen, id=id) for id in ids), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["HasPlaceAlready", "StayRow"]
    [winner] = [id for id, one in zip(ids, found, strict=True) if not isinstance(one, HasPlaceAlready)]
    await register.do(stays.withdraw, id=winner, reason="moved")
    [loser] = set(ids) - {winner}
    assert (await register.do(stays.screen, id=loser)).state == "screened"


async def test_places_are_never_fewer_than_given(register: Register) -> None:
    park = await base(register, capacity=2)
    ids = [await applied(register, park) for _ in range(3)]
    for id in ids[:2]:
        await register.do(stays.screen, id=id)
    with pytest.raises(BaseFull):
        await register.do(stays.screen, id=ids[2])
    with pytest.raises(CapacityTaken):
        await register.do(bases.change, id=park, capacity=1)
    await register.do(bases.change, id=park, capacity=3)
    await register.do(stays.screen, id=ids[2])
    with pytest.raises(BaseOccupied):
        await register.do(bases.close, id=park, reason="moved")
    for id in ids:
        await register.do(stays.terminate, id=id, reason="no_show", explanation="未签协议")
    await register.do(bases.close, id=park, reason="moved")
    with pytest.raises(BaseNotOpen):
        await applied(register, park)
    assert await base(register, capacity=2), "the name is free again"


async def test_a_base_has_the_level_of_its_division_and_the_departments_of_the_profile(
    register: Register,
) -> None:
    levels = {}
    for code in (DISTRICT, "120116400", STREET, f"{STREET}001"):
        row = await register.do(bases.open_, division=code, name="孵化园", capacity=5, focus=["technology"])
        levels[code] = row.level
    assert list(levels.values()) == ["area", "zone", "street", "community"]
    assert row.focus == ["technology"]
    assert row.departments == ["liaison", "incubation", "project_guidance"]
    with pytest.raises(AlreadyThere):
        await register.do(bases.open_, division=DISTRICT, name="孵化园", capacity=5)


async def test_an_intake_closes_on_its_last_day(register: Register) -> None:
    await register.begin(date(2026, 12, 20))
    park, other = await base(register), await base(register, capacity=9)
    call: dict[str, Any] = {"number": 1, "places": 5, "due_on": date(2026, 12, 31)}
    intake = await register.do(intakes.call, base_id=park, **call)
    assert intake.title == "第1批"
    with pytest.raises(IntakeOfAnotherBase):
        await applied(register, other, intake_id=intake.id)
    await applied(register, park, intake_id=intake.id)
    await register.do(intakes.extend, id=intake.id, until=date(2027, 1, 5))
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 0
    await register.begin(date(2027, 1, 6))
    assert await register.fire_timers() == 1
    assert await register.facts(intake.id) == ["called", "extended", "closed"]
    with pytest.raises(IntakeNotCalled):
        await applied(register, park, intake_id=intake.id)
    about = await organization(register)
    again: dict[str, Any] = {"organization_id": about, "intake_id": intake.id}
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2026, 12, 30)}
    await applied(register, park, **again, **past)
    with pytest.raises(AlreadyThere):
        await applied(register, park, **again, **past)


async def test_deadlines_of_a_stay_over_the_new_year(register: Register) -> None:
    await register.begin(date(2026, 12, 18))
    id = await applied(register, await base(register))
    await register.begin(date(2027, 1, 19))
    assert await register.fire_timers() == 1
    assert (await register.events(id))[-1][1]["rule"] == "registry.incubation.screening_days"
    await register.do(stays.screen, id=id)
    await register.begin(date(2027, 3, 1))
    assert await register.fire_timers() == 1
    assert (await register.events(id))[-1][1]["rule"] == "registry.incubation.agreement_days"
    await signed(register, id, begins_on=date(2027, 3, 1), ends_on=date(2027, 12, 31))
    row = await register.do(stays.start, id=id)
    assert not row.overdue
    await register.begin(date(2027, 12, 2))
    assert await register.fire_timers() == 1
    assert (await register.facts(id))[-1] == "renewal_fell_due"
    row = await register.do(stays.renew, id=id, until=date(2028, 12, 31), services=["policy_advice"])
    assert (row.state, row.renewals, row.due_on, row.overdue) == ("renewed", 1, date(2028, 12, 31), False)
    assert row.service_standard == "每月上门辅导一次", "what was not agreed anew stays"
    await register.begin(date(2029, 1, 1))
    assert await register.fire_timers() == 2
    assert (await register.facts(id))[-2:] == ["renewal_fell_due", "became_overdue"]
    with pytest.raises(AgreementEndsBeforeItBegins):
        await register.do(stays.renew, id=id, until=date(2028, 12, 31))


async def test_a_small_subsidy_is_asked_for_and_paid_elsewhere(register: Register) -> None:
    id = await applied(register, await base(register))
    await register.do(stays.screen, id=id)
    await signed(register, id)
    with pytest.raises(StepNotPossible):
        await register.do(stays.request_subsidy, id=id, amount_fen=500_000, purpose="equipment")
    await register.do(stays.start, id=id)
    for amount in (500_000, 300_000):
        row = await register.do(stays.request_subsidy, id=id, amount_fen=amount, purpose="equipment")
    assert (row.state, row.subsidy_requested_fen) == ("started", 800_000)
    event = (await register.events(id))[-1][1]
    assert event["amount"] == {"fen": 300_000, "currency": "CNY"}
    assert event["purpose"] == "equipment"


async def test_a_stay_keeps_what_the_organisation_grew_from(register: Register, api: Api) -> None:
    about = await organization(register)
    await register.do(organizations.change_details, id=about, details={"origin": "volunteer_team"})
    id = await applied(register, await base(register), organization_id=about)
    await register.do(organizations.change_details, id=about, details={"origin": "own_initiative"})
    await applied(register, await base(register, capacity=3))
    [row] = (await api.get("/v1/stays", origin="volunteer_team"))["items"]
    assert row["id"] == str(id)


async def test_the_published_numbers_of_binhai_come_from_two_intakes(register: Register, api: Api) -> None:
    park = await base(register)
    first, second = [
        (await register.do(
            intakes.call, base_id=park, number=number, places=5, effective_on=date(2013, 7, 1),
            basis=Basis.HISTORICAL,
        )).id
        for number in (1, 2)
    ]  # fmt: skip
    way = ((stays.screen, date(2013, 8, 1)), (stays.sign, date(2013, 9, 1)), (stays.start, date(2013, 9, 2)))
    for _ in range(4):
        await entered(register, park, first, *way, (stays.graduate, date(2014, 11, 1)))
    await entered(register, park, first, *way)
    for _ in range(2):
        await entered(register, park, second, *way)
    await entered(register, park, second)
    answer = await api.get("/v1/figures", as_of="2015-09-01", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert values["incubation.first_intake.screened"] == 5
    assert (values["incubation.graduated"], values["incubation.incubating"]) == (4, 3)
    assert values["incubation.screened"] == values["incubation.cultivated"] == 7
    assert values["incubation.first_intake.incubating"] == 1
    assert answer["by"][STREET]["incubation.incubating"] == 3
    earlier = await api.get("/v1/figures", as_of="2014-10-31")
    assert earlier["figures"]["incubation.incubating"]["value"] == 7
    assert earlier["figures"]["incubation.graduated"]["value"] == 0
    rows = await api.get(f"/v1/bases/{park}/intakes")
    assert [(row["number"], row["applied"], row["screened"], row["graduated"]) for row in rows] == [
        (1, 5, 5, 4), (2, 3, 2, 0)
    ]  # fmt: skip
    assert await register.rows("select from timer") == [], "history starts no deadline"


async def test_agreements_of_a_year(register: Register, api: Api) -> None:
    park = await base(register)
    for _ in range(3):
        await entered(register, park, None, (stays.screen, date(2014, 2, 1)), (stays.sign, date(2014, 3, 1)))
    gone = await entered(
        register, park, None, (stays.screen, date(2013, 8, 1)), (stays.sign, date(2013, 9, 1))
    )
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2013, 12, 1)}
    await register.do(stays.withdraw, id=gone, reason="moved", **past)
    periods = {
        ("2013-01-01", "2013-12-31"): 1, ("2014-01-01", "2014-02-28"): 0, ("2014-01-01", "2014-12-31"): 3,
        ("2015-12-31", "2016-12-31"): 3, ("2016-01-01", "2016-12-31"): 0,
    }  # fmt: skip
    for (first, last), expected in periods.items():
        answer = await api.get("/v1/figures", **{"from": first, "to": last})
        assert answer["figures"]["incubation.agreements"]["value"] == expected, first
        assert answer["figures"]["incubation.agreements.city"]["value"] == 0
    rows = await api.get(f"/v1/bases/{park}/intakes")
    assert [(row["intake_id"], row["agreed"], row["left_otherwise"]) for row in rows] == [(None, 4, 1)]


async def test_bases_are_counted_by_the_tier_whose_they_are(register: Register, api: Api) -> None:
    for place, opened in ((DISTRICT, 2013), (STREET, 2014), ("120116400", 2014)):
        await base(register, division=place, effective_on=date(opened, 7, 1), basis=Basis.HISTORICAL)
    closed = await base(register, 7, effective_on=date(2013, 1, 1), basis=Basis.HISTORICAL)
    past: dict[str, Any] = {"basis": Basis.HISTORICAL, "effective_on": date(2014, 6, 1)}
    await register.do(bases.close, id=closed, reason="merged", **past)
    for day, expected in (("2014-05-31", (2, 0, 0)), ("2014-12-31", (1, 1, 1))):
        figures = (await api.get("/v1/figures", as_of=day))["figures"]
        tiers = [figures[f"incubation.bases.{tier}"]["value"] for tier in ("district", "zone", "street")]
        assert tuple(tiers) == expected, day


async def test_a_liaison_applies_and_withdraws_and_the_base_decides(register: Register, api: Api) -> None:
    park = await base(register)
    about = await organization(register)
    liaison, officer = api.as_("liaison", STREET), api.as_("hub_officer")
    made = await liaison.post("/v1/stays", 201, organization_id=str(about), base_id=str(park))
    await liaison.post(f"/v1/stays/{made['id']}/screening", 403)
    await api.as_("hub_officer", STREET).post(f"/v1/stays/{made['id']}/screening", 403)
    assert (await officer.post(f"/v1/stays/{made['id']}/screening"))["state"] == "screened"
    left = await liaison.post(f"/v1/stays/{made['id']}/withdrawal", reason="moved")
    assert left["ended"]
    assert (await api.get(f"/v1/bases/{park}"))["occupied"] == 0
