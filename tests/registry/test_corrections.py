"""What an organisation was entered with is corrected, or it moves: the one mends the past, the other leaves
it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import by_type, decode_data
from uuid_utils.compat import uuid7

from chassis.model import Refusals
from chassis.principal import NotPermitted, Principal
from chassis.unit_of_work import ForeignDivision, NotHome
from services.registry.incubation.supports import commands as supports
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import (
    AlreadyEnded,
    Basis,
    CorrectedToTheSame,
    CreditCodeMissing,
    DaysOutOfOrder,
    Duplicate,
    HubLink,
    LegalForm,
    LegalStatus,
    MovedNowhere,
    NothingToCorrect,
    RegistrationRoute,
)
from services.registry.records.assignments import commands as assignments
from services.registry.records.contacts import commands as contacts
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREET, OTHER, THIRD = "120116005", "120116006", "120116007"
HISTORICAL: dict[str, Any] = {"basis": Basis.HISTORICAL}
MISTYPED: dict[str, Any] = {"reason": "mistyped"}


async def registered(register: Register, name: str = "新港志愿者协会", **more: Any) -> UUID:
    arguments: dict[str, Any] = {
        "division": STREET, "legal_form": LegalForm.ASSOCIATION, "route": RegistrationRoute.DEPARTMENT,
        "effective_on": date(2014, 5, 1), "details": {"name": name}, **HISTORICAL, **more,
    }  # fmt: skip
    return (await register.do(organizations.register_new, **arguments)).id


async def places(api: Api, **asked: str) -> dict[str, int]:
    """How many organisations are counted in each division."""
    answer = await api.get("/v1/figures", by="division", **asked)
    found = {place: values["organizations.total"] for place, values in answer["by"].items()}
    return {place: number for place, number in found.items() if number}


async def value(api: Api, figure: str, **asked: str) -> float:
    answer = await api.get("/v1/figures", **asked)
    found: float = answer["figures"][f"organizations.{figure}"]["value"]
    return found


async def heard(register: Register, id: UUID) -> UUID:
    """The same organisation as a stack above hears of it."""
    copy = uuid7()
    for row in await register.rows(
        "select type, payload from event_log where aggregateid = $1 order by sequence", str(id)
    ):
        event = decode_data(by_type(row["type"]).type, row["payload"])
        assert event is not None
        await register.hear(register.received(event, copy, stack=STREET))
    return copy


async def course(register: Register, id: UUID) -> list[tuple[Any, ...]]:
    rows = await register.rows(
        "select effective_on, until, division, legal_form, legal_status, registration_route, hub_link"
        " from organization_status where organization_id = $1 and until is distinct from effective_on"
        " order by effective_on, number", id,
    )  # fmt: skip
    return [tuple(row) for row in rows]


async def test_who_moves_is_counted_in_each_place_for_its_time(register: Register, api: Api) -> None:
    id = await registered(register)
    row = await register.do(
        organizations.relocate, id=id, division=OTHER, effective_on=date(2020, 1, 1), **HISTORICAL
    )
    assert row.division == OTHER
    assert await places(api, as_of="2019-12-31") == {STREET: 1}
    assert await places(api) == {OTHER: 1}
    late = await register.do(
        organizations.relocate, id=id, division=THIRD, effective_on=date(2017, 1, 1), **HISTORICAL
    )
    assert late.division == OTHER, "a later move is on record"
    assert await places(api, as_of="2018-06-30") == {THIRD: 1}
    [*_, (_, moved), (fact, data)] = await register.events(id)
    assert (moved["previous"], moved["state"]["division"]) == (STREET, OTHER)
    assert (fact, data["state"]["division"], data["then"]["division"]) == ("relocated", OTHER, THIRD)
    assert await course(register, await heard(register, id)) == await course(register, id)
    with pytest.raises(MovedNowhere):
        await register.do(organizations.relocate, id=id, division=OTHER)


async def test_what_is_open_about_it_goes_on_where_it_was_opened(register: Register) -> None:
    """A contact duty, of which there is one, ends where it does not reach, and is given anew."""
    id = await registered(register)
    help = await register.do(
        supports.give, organization_id=id, support_kind="activities", provider="office", hours=5
    )
    duty = await register.do(assignments.assign, organization_id=id, officer="u-one")
    due = await register.do(contacts.open_, assignment_id=duty.id, due_on=date(2099, 1, 1))
    await register.do(organizations.relocate, id=id, division=f"{STREET}001")
    assert await register.facts(duty.id) == ["assigned"], "the street's officer reaches its communities"
    await register.do(organizations.relocate, id=id, division=OTHER)
    [*_, (fact, data)] = await register.events(duty.id)
    assert (fact, data["reason"], data["state"]["division"]) == ("ended", "moved", STREET)
    assert (await register.facts(due.id))[-1] == "cancelled"
    anew = await register.do(assignments.assign, organization_id=id, officer="u-two")
    [kept] = await register.rows("select division from support where id = $1", help.id)
    assert (anew.division, kept["division"]) == (OTHER, STREET)


async def test_duties_that_a_move_ends_end_on_its_day_and_by_its_basis(register: Register) -> None:
    id = await registered(register)
    duty = await register.do(
        assignments.assign, organization_id=id, officer="u-one", effective_on=date(2019, 1, 1), **HISTORICAL
    )
    due = await register.do(
        contacts.open_, assignment_id=duty.id, due_on=date(2020, 3, 1), effective_on=date(2019, 2, 1),
        **HISTORICAL,
    )  # fmt: skip
    await register.do(
        organizations.relocate, id=id, division=OTHER, effective_on=date(2020, 1, 1), **HISTORICAL
    )
    for what, fact in ((duty.id, "ended"), (due.id, "cancelled")):
        [*_, (last, data)] = await register.events(what)
        state = data["state"]
        assert (last, state["effective_on"], state["basis"]) == (fact, "2020-01-01", "historical")


async def test_duties_that_a_mended_division_ends_are_corrected_with_it(register: Register) -> None:
    id = await registered(register)
    duty = await register.do(assignments.assign, organization_id=id, officer="u-one")
    await register.do(organizations.correct, id=id, division=OTHER, reason="entry_error")
    [*_, (fact, data)] = await register.events(duty.id)
    assert (fact, data["reason"], data["state"]["basis"]) == ("ended", "mistake", "corrected")


async def test_a_move_needs_both_places_and_a_free_name(register: Register) -> None:
    id = await registered(register)
    for place in (STREET, OTHER):
        officer = Principal("u-1", frozenset({"hub_officer"}), frozenset({"organizations:*"}), (place,))
        with pytest.raises(NotPermitted):
            await register.do(
                organizations.relocate, principal=officer, permission="organizations:change", id=id,
                division=OTHER,
            )  # fmt: skip
    with pytest.raises(ForeignDivision):
        await register.do(organizations.relocate, id=id, division="440303001")
    await registered(register, division=OTHER)
    with pytest.raises(Duplicate):
        await register.do(organizations.relocate, id=id, division=OTHER)


async def test_nobody_moves_into_another_stack(register: Register) -> None:
    id = await registered(register)
    register.runtime.settings.lower_stacks = (OTHER,)
    with pytest.raises(NotHome):
        await register.do(organizations.relocate, id=id, division=OTHER)


async def test_a_division_that_was_mistyped_is_mended_for_the_past(register: Register, api: Api) -> None:
    id = await registered(register)
    await register.do(organizations.link, id=id, link=HubLink.LINKED, effective_on=date(2016, 1, 1))
    row = await register.do(organizations.correct, id=id, division=OTHER, **MISTYPED)
    assert (row.division, row.basis) == (OTHER, "corrected")
    assert await places(api, as_of="2015-06-30") == await places(api) == {OTHER: 1}
    [*_, (fact, data)] = await register.events(id)
    assert (fact, data["fields"], data["reason"]) == ("corrected", ["division"], "mistyped")
    assert data["previous"]["division"] == STREET
    assert await course(register, await heard(register, id)) == await course(register, id)


async def test_a_day_of_registration_that_was_wrong_moves_with_what_was_said_of_it(
    register: Register, api: Api
) -> None:
    id = await registered(register)
    await register.do(organizations.link, id=id, link=HubLink.LINKED, effective_on=date(2014, 6, 1))
    row = await register.do(
        organizations.correct, id=id, registered_on=date(2012, 3, 1), route=RegistrationRoute.DIRECT,
        **MISTYPED,
    )  # fmt: skip
    assert (row.registered_on, row.registration_route) == (date(2012, 3, 1), "direct")
    on = {"2012-02-29": 0, "2012-03-01": 1, "2026-01-01": 1}
    assert {day: await value(api, "direct_registrations", as_of=day) for day in on} == on
    period = {"from": "2012-01-01", "to": "2012-12-31"}
    assert await value(api, "newly_registered", **period) == 1
    await register.do(organizations.correct, id=id, registered_on=date(2015, 1, 1), **MISTYPED)
    on = {"2014-12-31": 0, "2015-01-01": 1}
    assert {day: await value(api, "total", as_of=day) for day in on} == on
    assert await value(api, "hub_link.linked", as_of="2015-01-01") == 1
    assert await course(register, await heard(register, id)) == await course(register, id)


async def test_a_filing_nobody_had_given_the_day_of_is_added(register: Register, api: Api) -> None:
    id = await registered(register)
    row = await register.do(organizations.correct, id=id, filed_on=date(2010, 7, 1), **MISTYPED)
    assert (row.legal_status, row.legal_form) == ("registered", "association")
    on = {"2010-06-30": (0, 0), "2010-07-01": (1, 0), "2014-05-01": (0, 1)}
    found = {
        day: (await value(api, "filed", as_of=day), await value(api, "registered", as_of=day)) for day in on
    }
    assert found == on
    await register.do(organizations.correct, id=id, filed_on=date(2011, 7, 1), **MISTYPED)
    assert await value(api, "filed", as_of="2010-07-01") == 0
    assert await course(register, await heard(register, id)) == await course(register, id)


async def test_what_never_happened_and_what_cannot_be_is_refused(register: Register) -> None:
    discovered = await register.do(
        organizations.enter, division=STREET, status_on_record=LegalStatus.DISCOVERED,
        legal_form=LegalForm.NONE, details={"name": "新港书画队"},
    )  # fmt: skip
    day = date(2014, 1, 1)
    with pytest.raises(Refusals) as caught:
        await register.do(
            organizations.correct, id=discovered.id, filed_on=day, registered_on=day,
            route=RegistrationRoute.DIRECT, **MISTYPED,
        )  # fmt: skip
    assert [type(fault) for fault in caught.value.refusals] == [NothingToCorrect] * 3
    id = await registered(register)
    with pytest.raises(CorrectedToTheSame):
        await register.do(organizations.correct, id=id, division=STREET, **MISTYPED)
    await register.do(organizations.suspend, id=id, effective_on=date(2015, 1, 1), **HISTORICAL)
    with pytest.raises(DaysOutOfOrder):
        await register.do(organizations.correct, id=id, registered_on=date(2015, 6, 1), **MISTYPED)
    other = await registered(register, name="新港读书会")
    with pytest.raises(CreditCodeMissing):
        await register.do(organizations.correct, id=other, registered_on=date(2016, 6, 1), **MISTYPED)


async def test_a_move_and_a_correction_over_http(register: Register, api: Api) -> None:
    path = f"/v1/organizations/{await registered(register)}"
    moved = await api.post(f"{path}/relocation", division=OTHER, effective_on="2020-01-01")
    assert moved["division"] == OTHER
    assert (await api.post(f"{path}/correction", 422, division=STREET))["errors"]
    put_right = await api.post(f"{path}/correction", reason="mistyped", registered_on="2013-05-01")
    assert (put_right["registered_on"], put_right["basis"]) == ("2013-05-01", "corrected")
    offered = (await api.get(f"{path}/forms"))["steps"]
    assert {"relocate", "correct"} <= offered.keys()
    assert offered["correct"]["form"]["properties"]["reason"]["title"] == "更正原因"


async def test_a_first_entry_redated_past_a_move_leaves_the_move(register: Register, api: Api) -> None:
    id = await registered(register)
    await register.do(
        organizations.relocate, id=id, division=OTHER, effective_on=date(2014, 9, 1), **HISTORICAL
    )
    row = await register.do(organizations.correct, id=id, registered_on=date(2015, 6, 1), **MISTYPED)
    assert row.division == OTHER
    assert await places(api, as_of="2015-05-31") == {}, "it was not registered yet"
    assert await places(api, as_of="2015-06-01") == {OTHER: 1}
    assert await places(api) == {OTHER: 1}
    row = await register.do(organizations.correct, id=id, registered_on=date(2013, 1, 1), **MISTYPED)
    assert await places(api, as_of="2014-08-31") == {STREET: 1}
    assert await places(api, as_of="2014-09-01") == {OTHER: 1}
    assert await course(register, await heard(register, id)) == await course(register, id)


async def test_who_has_ended_is_put_right_and_stays_ended(register: Register, api: Api) -> None:
    id = await registered(register)
    await register.do(
        organizations.end, id=id, fact="deregistered", effective_on=date(2020, 6, 1), **HISTORICAL
    )
    await registered(register, division=OTHER)
    row = await register.do(
        organizations.correct, id=id, division=OTHER, registered_on=date(2013, 5, 1),
        ended_on=date(2019, 6, 1), **MISTYPED,
    )  # fmt: skip
    assert (row.ended, row.legal_status, row.ended_on) == (True, "deregistered", date(2019, 6, 1))
    assert await places(api, as_of="2014-04-30") == {OTHER: 1}, "the other came in May"
    assert await places(api, as_of="2019-05-31") == {OTHER: 2}
    assert await places(api, as_of="2019-06-01") == {OTHER: 1}
    assert await value(api, "ended", **{"from": "2019-01-01", "to": "2019-12-31"}) == 1
    assert await course(register, await heard(register, id)) == await course(register, id)
    [*_, (fact, data)] = await register.events(id)
    assert (fact, data["reason"], data["state"]["ended"]) == ("corrected", "mistyped", True)
    assert data["fields"] == ["division", "registered_on", "ended_on"]
    assert data["previous"]["ended_on"] == "2020-06-01"
    with pytest.raises(DaysOutOfOrder):
        await register.do(organizations.correct, id=id, registered_on=date(2019, 7, 1), **MISTYPED)
    with pytest.raises(AlreadyEnded):
        await register.do(organizations.suspend, id=id)


async def test_an_end_that_never_was_is_taken_back(register: Register, api: Api) -> None:
    id = await registered(register, details={"name": "新港志愿者协会", "credit_code": None})
    await register.do(
        organizations.link, id=id, link=HubLink.LINKED, effective_on=date(2016, 1, 1), **HISTORICAL
    )
    await register.do(organizations.end, id=id, fact="revoked", effective_on=date(2020, 6, 1), **HISTORICAL)
    await register.do(organizations.correct, id=id, route=RegistrationRoute.DIRECT, **MISTYPED)
    row = await register.do(organizations.correct, id=id, not_ended=True, **MISTYPED)
    assert (row.ended, row.legal_status, row.ended_on) == (False, "registered", None)
    assert (row.hub_link, row.registration_route) == ("linked", "direct")
    assert await places(api, as_of="2020-06-01") == {STREET: 1}
    assert await value(api, "ended", **{"from": "2020-01-01", "to": "2020-12-31"}) == 0
    assert await course(register, await heard(register, id)) == await course(register, id)
    [*_, (_, data)] = await register.events(id)
    assert (data["fields"], data["previous"]["legal_status"]) == (["legal_status", "ended_on"], "revoked")
    await register.do(organizations.suspend, id=id)
    with pytest.raises(NothingToCorrect):
        await register.do(organizations.correct, id=id, not_ended=True, **MISTYPED)


async def test_whose_name_was_given_away_meanwhile_does_not_come_back(register: Register) -> None:
    id = await registered(register)
    await register.do(organizations.end, id=id, fact="deregistered")
    await registered(register)
    with pytest.raises(Duplicate):
        await register.do(organizations.correct, id=id, not_ended=True, **MISTYPED)


async def test_an_authoritys_end_is_taken_back_by_who_may_decide_so(register: Register) -> None:
    id = await registered(register)
    await register.do(organizations.end, id=id, fact="revoked")
    officer = Principal(
        "u-1",
        frozenset({"hub_officer"}),
        frozenset({"organizations:change", "organizations:file"}),
        (STREET,),
    )
    asked: dict[str, Any] = {"principal": officer, "permission": "organizations:change", "id": id, **MISTYPED}
    with pytest.raises(NotPermitted, match="sanction"):
        await register.do(organizations.correct, not_ended=True, **asked)
    row = await register.do(organizations.correct, route=RegistrationRoute.DIRECT, **asked)
    assert row.ended


async def test_what_a_merger_took_in_is_put_right_where_it_goes_on(register: Register, api: Api) -> None:
    loser, survivor = await registered(register), await registered(register, "新港书画协会")
    await register.do(organizations.merge, id=loser, into=survivor)
    with pytest.raises(AlreadyEnded, match=str(survivor)):
        await register.do(organizations.correct, id=loser, not_ended=True, **MISTYPED)
    assert (await api.get(f"/v1/organizations/{loser}/forms"))["steps"] == {}


async def test_of_what_has_ended_only_the_correction_is_offered(register: Register, api: Api) -> None:
    id = await registered(register)
    await register.do(organizations.end, id=id, fact="deregistered")
    told = await api.get(f"/v1/organizations/{id}/forms")
    assert list(told["steps"]) == ["correct"]
    await api.post(f"/v1/organizations/{id}/correction", reason="mistyped", not_ended=True)
    assert (await api.get(f"/v1/organizations/{id}"))["ended"] is False
