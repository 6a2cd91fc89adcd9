"""Liaisons: of which communities there is one, what they report, and who takes over."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from uuid_utils.compat import uuid7

from chassis.matters.kind import AlreadyThere
from chassis.unit_of_work import NotFound
from services.registry.hub.liaisons import commands as liaisons
from services.registry.hub.liaisons.model import HandedOverToSelf, LiaisonAlready, NotOfCommunity
from services.registry.hub.served import ServedElsewhere
from tests.registry.conftest import Api, Register, with_ended
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DISTRICT, STREET = "120116", "120116001"
ONE, OTHER = "120116001016", "120116001017"


async def appointed(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {"division": ONE, "kind": "community", "person": "u-li", **changes}
    return (await register.do(liaisons.appoint, **found)).id


async def test_communities_with_and_without_a_liaison(register: Register, api: Api) -> None:
    await register.begin(date(2026, 3, 2))
    await appointed(register, point=True)
    await appointed(register, person="u-wang")
    await appointed(register, division=STREET, kind="information")
    with pytest.raises(NotOfCommunity):
        await appointed(register, division=STREET)
    with pytest.raises(AlreadyThere):
        await appointed(register)
    [street] = [
        one for one in await api.get("/v1/liaison-coverage", division=DISTRICT) if one["division"] == STREET
    ]
    assert (street["with_liaison"], street["with_point"]) == (1, 1)
    assert OTHER in street["without"]
    assert ONE not in street["without"]
    assert len(street["without"]) == street["communities"] - 1
    figures = (await api.get("/v1/figures", by="division"))["by"][STREET]
    assert figures["liaisons.communities"] == 1, "two liaisons of one community cover it once"
    assert figures["liaisons.coverage"] == round(100 / street["communities"], 1)
    before = (await api.get("/v1/figures", as_of="2026-03-01"))["figures"]
    assert before["liaisons.coverage"]["value"] == 0
    await api.as_("liaison", OTHER).get("/v1/liaison-coverage", 403, division=STREET)


async def test_every_community_of_the_area_covered_is_all_of_them(register: Register, api: Api) -> None:
    communities = [one.code for one in register.runtime.region.divisions if one.code.startswith(STREET)]
    for place in communities:
        if len(place) == 12:
            await appointed(register, division=place, effective_on=date(2014, 12, 1), basis=Basis.HISTORICAL)
    answer = await api.get("/v1/figures", as_of="2014-12-31", division=STREET)
    assert answer["figures"]["liaisons.coverage"]["value"] == 100
    with_ended(register, communities[-1], date(2021, 2, 28))
    figures = (await api.get("/v1/figures", division=STREET))["figures"]
    assert figures["liaisons.coverage"]["value"] == 100, "one that ended is no part of all"


async def test_who_leaves_hands_over_and_what_is_looked_after_stays(register: Register, api: Api) -> None:
    kept = await organization(register)
    officer = await appointed(
        register, division=DISTRICT, kind="officer", body="office", organization_ids=[kept]
    )
    row = await register.do(liaisons.hand_over, id=officer, to="u-zhao")
    assert (row.person, row.organizations, row.handed_over_times) == ("u-zhao", [str(kept)], 1)
    assert (await register.events(officer))[-1][1]["previous"] == "u-li"
    with pytest.raises(HandedOverToSelf):
        await register.do(liaisons.hand_over, id=officer, to="u-zhao")
    one, _ = await appointed(register), await appointed(register, division=OTHER)
    body = {"division": STREET, "person": "u-li", "to": "u-sun"}
    done = await api.as_("hub_officer").post("/v1/hand-overs", **body)
    assert [(line["kind"], line["count"]) for line in done["taken"]] == [("liaison", 2)]
    third = await appointed(register, person="u-qian")
    done = await api.as_("hub_officer").post("/v1/hand-overs", **{**body, "person": "u-qian"})
    [left] = done["left"]
    assert (done["taken"], left["records"], left["code"]) == ([], [str(third)], "liaison_already")
    with pytest.raises(LiaisonAlready, match=str(one)):
        await register.do(liaisons.hand_over, id=third, to="u-sun")
    await api.as_("hub_officer", "120116005").post("/v1/hand-overs", 403, **body)
    with pytest.raises(NotFound):
        await register.do(liaisons.change, id=officer, organization_ids=[uuid7()])
    with pytest.raises(ServedElsewhere, match=str(kept)):
        await register.do(liaisons.change, id=one, organization_ids=[kept])


async def test_bulletins_are_counted_and_their_words_stay(register: Register, api: Api) -> None:
    id = await appointed(register, division=STREET, kind="information")
    await api.as_("liaison", STREET).post(
        f"/v1/liaisons/{id}/bulletin", topic="new_organization", bulletin="新成立一家托育机构",
        addressees=["civil_affairs", "social_work_department"],
    )  # fmt: skip
    addressees = (await register.events(id))[-1][1]["addressees"]
    assert addressees == ["civil_affairs", "social_work_department"]
    row = await register.do(liaisons.report, id=id, topic="event", bulletin="举办邻里节")
    assert row.bulletins == 2
    events = await register.events(id)
    assert [data.get("topic") for _, data in events] == [None, "new_organization", "event"]
    assert "托育" not in str(events)
    await register.do(liaisons.end, id=id, reason="retired")
    assert await appointed(register, division=STREET, kind="information") != id
