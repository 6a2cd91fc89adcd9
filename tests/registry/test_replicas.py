"""Organisations of the stacks below are counted by the stack above, and are nobody's to change there."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis, Event, Ref
from shuniu_contracts import registry as contract
from shuniu_contracts import registry_records as records
from uuid_utils.compat import uuid7

from chassis.unit_of_work import NotHome
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis as RecordBasis
from services.registry.organizations.model import LegalForm, LegalStatus, RegistrationRoute
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
ONE, TWO = "120116005", "120116001"
"""Two streets with a stack each, below the district's."""


def state(division: str, name: str = "书画协会", **changes: Any) -> contract.OrganizationState:
    found: dict[str, Any] = {
        "effective_on": date(2014, 5, 1), "basis": Basis.HISTORICAL, "division": division, "name": name,
        "legal_form": contract.LegalForm.ASSOCIATION, "legal_status": contract.LegalStatus.REGISTERED,
        "registered_on": date(2014, 5, 1), "registration_route": contract.RegistrationRoute.DEPARTMENT,
        **changes,
    }  # fmt: skip
    return contract.OrganizationState(**found)


def registered(division: str, name: str = "书画协会", **changes: Any) -> Event:
    return contract.OrganizationRegistered(
        state=state(division, name, **changes), route=contract.RegistrationRoute.DEPARTMENT
    )


async def told(register: Register, stack: str, id: UUID, *events: Event) -> None:
    """One organisation's events as the stack that is its home tells them, one batch a type."""
    for event in events:
        await register.hear(register.received(event, id, stack=stack))


async def figures(api: Api, **asked: Any) -> dict[str, float]:
    answer = await api.get("/v1/figures", **asked)
    return {name: figure["value"] for name, figure in answer["figures"].items()}


async def test_two_stacks_below_are_counted_by_division(register: Register, api: Api) -> None:
    await register.do(
        organizations.register_new, division="120116", legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, details={"name": "滨海新区书画协会"},
        effective_on=date(2014, 1, 1), basis=RecordBasis.HISTORICAL,
    )  # fmt: skip
    first, second, third = uuid7(), uuid7(), uuid7()
    await told(register, ONE, first, registered(ONE))
    await told(register, TWO, second, registered(TWO, founded_on=date(2013, 1, 1)))
    filed = state(
        TWO, "棋牌社", legal_form=contract.LegalForm.COMMUNITY_ORGANIZATION,
        legal_status=contract.LegalStatus.FILED, registered_on=None, registration_route=None,
        filed_on=date(2014, 5, 1),
    )  # fmt: skip
    await told(register, TWO, third, contract.OrganizationFiled(state=filed))
    answer = await api.get("/v1/figures", as_of="2014-12-31", by="division")
    values = {name: figure["value"] for name, figure in answer["figures"].items()}
    assert (values["organizations.total"], values["organizations.registered"]) == (4, 3)
    assert values["organizations.founded"] == 1
    totals = {place: found["organizations.total"] for place, found in answer["by"].items()}
    assert totals == {"120116": 1, ONE: 1, TWO: 2}
    ended = state(
        ONE, effective_on=date(2015, 6, 30), legal_status=contract.LegalStatus.DEREGISTERED, ended=True,
        ended_on=date(2015, 6, 30),
    )  # fmt: skip
    await told(register, ONE, first, contract.OrganizationDeregistered(state=ended))
    assert (await figures(api, as_of="2015-06-29"))["organizations.registered"] == 3
    assert (await figures(api, as_of="2015-06-30"))["organizations.registered"] == 2
    period = await figures(api, **{"from": "2014-01-01", "to": "2015-12-31"})
    assert (period["organizations.newly_registered"], period["organizations.ended"]) == (3, 1)
    found = await api.get("/v1/organizations", division=TWO)
    assert {(one["name"], one["home"]) for one in found["items"]} == {("书画协会", TWO), ("棋牌社", TWO)}


async def test_a_record_that_comes_whole_brings_its_days(register: Register, api: Api) -> None:
    ended = state(
        ONE, effective_on=date(2016, 3, 1), legal_status=contract.LegalStatus.DEREGISTERED, ended=True,
        filed_on=date(2010, 1, 1), ended_on=date(2016, 3, 1),
    )  # fmt: skip
    await told(register, ONE, uuid7(), contract.OrganizationDeregistered(state=ended))
    days = {"2009-12-31": (0, 0), "2010-01-01": (1, 0), "2014-05-01": (0, 1), "2016-03-01": (0, 0)}
    for day, expected in days.items():
        found = await figures(api, as_of=day)
        assert (found["organizations.filed"], found["organizations.registered"]) == expected, day


def renamed(division: str) -> list[Event]:
    other = state(division, "书画家协会")
    return [contract.OrganizationDetailsChanged(state=other, fields=("name",))]


def merged(division: str) -> list[Event]:
    into = Ref(str(uuid7()))
    gone = state(division, ended=True, merged_into=into)
    return [contract.OrganizationMerged(state=gone, into=into)]


def taken_back(division: str) -> list[Event]:
    gone = state(
        division, effective_on=date(2015, 1, 1), basis=Basis.CORRECTED,
        legal_status=contract.LegalStatus.DISSOLVED, ended=True,
    )  # fmt: skip
    return [contract.OrganizationDissolved(state=gone)]


@pytest.mark.parametrize(("then", "total"), [(renamed, 1), (merged, 0), (taken_back, 0)])
async def test_what_follows_is_counted_as_at_home(
    register: Register, api: Api, then: Callable[[str], list[Event]], total: int
) -> None:
    id = uuid7()
    await told(register, ONE, id, registered(ONE), *then(ONE))
    assert (await figures(api))["organizations.total"] == total
    assert (await figures(api, as_of="2014-12-31"))["organizations.total"] == total


async def test_names_and_codes_pass_between_theirs_in_any_order(register: Register, api: Api) -> None:
    code = "51120116MJ0700005B"
    first, second = uuid7(), uuid7()
    await told(register, ONE, first, registered(ONE, credit_code=code))
    await told(register, ONE, second, registered(ONE, credit_code=code))
    assert (await figures(api))["organizations.total"] == 2
    row = await register.do(
        organizations.enter, status_on_record=LegalStatus.FILED, division=TWO,
        legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "书画协会"},
    )  # fmt: skip
    assert row.replica is False


async def test_an_older_event_changes_nothing_and_nobody_acts_on_a_replica(
    register: Register, api: Api
) -> None:
    id = uuid7()
    await told(register, ONE, id, registered(ONE), *renamed(ONE))
    late = register.received(registered(ONE, "旧名"), id, stack=ONE, sequence=1)
    await register.hear(late)
    one = await api.get(f"/v1/organizations/{id}")
    assert (one["name"], one["home"]) == ("书画家协会", ONE)
    assert (await figures(api))["organizations.total"] == 1
    with pytest.raises(NotHome):
        await register.do(organizations.suspend, id=id)


async def test_our_own_events_are_no_replicas(register: Register) -> None:
    await told(register, register.stack, uuid7(), registered(ONE))
    assert await register.rows("select from organization") == []


@pytest.mark.parametrize("seed", range(8))
async def test_who_takes_anothers_place_is_heard_in_any_order(register: Register, seed: int) -> None:
    about, first, second = uuid7(), uuid7(), uuid7()
    now = register.now
    said = {
        first: [(placed(about), now), (placed(about, ended=True), now + timedelta(hours=1))],
        second: [(placed(about), now + timedelta(hours=1))],
    }  # fmt: skip
    order = [id for id, events in said.items() for _ in events]
    Random(seed).shuffle(order)
    for id in order:
        event, register.now = said[id].pop(0)
        await register.hear(register.received(event, id, stack=ONE))
    found = {row["id"]: row["state"] for row in await register.rows("select id, state from placement")}
    assert found == {first: "ended", second: "placed"}


async def test_two_that_held_one_place_are_heard_at_once(register: Register) -> None:
    about, first, second = uuid7(), uuid7(), uuid7()
    before = register.received(placed(about), first, stack=ONE)
    register.now += timedelta(hours=1)
    after = register.received(placed(about), second, stack=ONE)
    ended = register.received(placed(about, ended=True), first, stack=ONE)
    await register.hear(after, before)
    await register.hear(ended)
    found = {row["id"]: row["state"] for row in await register.rows("select id, state from placement")}
    assert found == {first: "ended", second: "placed"}


def placed(about: UUID, *, ended: bool = False) -> Event:
    day = date(2026, 3, 2)
    state = records.PlacementState(
        effective_on=day, basis=Basis.LIVE, division=ONE, opened_on=day, organization=Ref(str(about)),
        state=records.PlacementPhase.ENDED if ended else records.PlacementPhase.PLACED,
        ended=ended, ended_on=day if ended else None,
    )  # fmt: skip
    return (
        records.PlacementEnded(state=state, reason="moved") if ended else records.PlacementPlaced(state=state)
    )
