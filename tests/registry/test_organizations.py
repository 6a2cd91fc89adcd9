"""Organisations by their commands, on a real database: what is recorded, what is refused."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from chassis.model import FutureDay, Refusals, StepNotPossible
from chassis.principal import NotPermitted, Principal
from chassis.region import load_region
from chassis.unit_of_work import ForeignDivision, StaleRevision
from deploy.regions import profile_file
from services.registry.hub.hubs import commands as hubs
from services.registry.hub.hubs.commands import Department, Route
from services.registry.identification.model import MalformedCreditCode, complete_credit_code
from services.registry.organizations import commands
from services.registry.organizations.model import (
    AlreadyEnded,
    Basis,
    CreditCodeMissing,
    Duplicate,
    EndorsementMissing,
    HubLink,
    HubStanding,
    LegalForm,
    LegalStatus,
    MergedWithItself,
    NotDirectlyRegistrable,
    NotOwnerOfStep,
    RegistrationRoute,
    UnknownCategory,
)
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import OFFICER, Register

pytestmark = pytest.mark.integration

STREET = "120116005"
CODE = complete_credit_code("51", "120116", "MJ012345")
PAPER = "津滨妇发〔2026〕3号"
OTHER_CODE = complete_credit_code("51", "120116", "MJ067890")


def found(name: str = "新港书画队", **details: Any) -> dict[str, Any]:
    return {
        "status_on_record": LegalStatus.DISCOVERED,
        "division": STREET,
        "legal_form": LegalForm.NONE,
        "details": {"name": name, **details},
    }


def association(name: str = "滨海新区书画协会", code: str | None = CODE, **details: Any) -> dict[str, Any]:
    return {
        "division": STREET,
        "legal_form": LegalForm.ASSOCIATION,
        "route": RegistrationRoute.DEPARTMENT,
        "details": {"name": name, "credit_code": code, **details},
    }


async def test_an_organisation_is_discovered_filed_and_registered(register: Register) -> None:
    row = await register.do(commands.enter, **found())
    await register.do(commands.file, id=row.id)
    after = await register.do(
        commands.register, id=row.id, legal_form=LegalForm.ASSOCIATION, route=RegistrationRoute.HUB_ENDORSED,
        details={"credit_code": CODE.lower()}, endorsement=PAPER,
    )  # fmt: skip
    assert (after.revision, after.sequence, after.credit_code) == (3, 3, CODE)
    events = await register.events(row.id)
    assert [fact for fact, _ in events] == ["discovered", "filed", "registered"]
    last = events[-1][1]
    assert (last["route"], last["endorsement"]) == ("hub_endorsed", PAPER)
    assert last["state"]["legal_status"] == "registered"
    assert last["state"]["filed_on"] == last["state"]["registered_on"]


async def test_the_same_name_in_the_same_division_is_refused_with_the_id_of_the_other(
    register: Register,
) -> None:
    row = await register.do(commands.enter, **found("新港（东）书画队"))
    with pytest.raises(Duplicate, match=str(row.id)):
        await register.do(commands.enter, **found("新港(东) 书画队"))
    elsewhere = found("新港（东）书画队") | {"division": "120116006"}
    assert await register.do(commands.enter, **elsewhere)


async def test_the_same_code_is_refused_in_any_division(register: Register) -> None:
    row = await register.do(commands.register_new, **association())
    with pytest.raises(Duplicate, match=str(row.id)):
        await register.do(
            commands.register_new, **association("滨海新区合唱协会") | {"division": "120116006"}
        )


async def test_what_was_refused_leaves_nothing(register: Register) -> None:
    await register.do(commands.enter, **found())
    with pytest.raises(Duplicate):
        await register.do(commands.enter, **found())
    for table in ("organization", "event_log", "organization_status"):
        assert [row[0] for row in await register.rows(f"select count(*) from {table}")] == [1]


async def test_every_fault_of_the_details_is_told_at_once(register: Register) -> None:
    with pytest.raises(Refusals) as caught:
        await register.do(commands.enter, **found("——", credit_code="123", categories=["月球"]))
    assert {fault.at for fault in caught.value.refusals} == {"/name", "/credit_code", "/categories"}


async def test_a_registration_of_2014_needs_no_code_one_of_today_does(register: Register) -> None:
    past = association(code=None, legacy_number="津滨社证字第000001号") | {
        "effective_on": date(2014, 3, 1),
        "basis": Basis.HISTORICAL,
    }
    row = await register.do(commands.register_new, **past)
    assert row.registered_on == date(2014, 3, 1)
    with pytest.raises(CreditCodeMissing):
        await register.do(commands.register_new, **association("滨海新区合唱协会", None))


async def test_a_wrong_code_is_refused(register: Register) -> None:
    with pytest.raises(MalformedCreditCode):
        await register.do(commands.register_new, **association(code=CODE[:-1] + "0"))


async def test_direct_registration_is_for_the_profiles_categories(register: Register) -> None:
    direct = association(categories=["普法维权"]) | {"route": RegistrationRoute.DIRECT}
    with pytest.raises(NotDirectlyRegistrable):
        await register.do(commands.register_new, **direct)
    row = await register.do(
        commands.register_new, **association(categories=["公益慈善类"]) | {"route": RegistrationRoute.DIRECT}
    )
    assert (row.categories, row.registration_route) == (["charity"], "direct")


async def test_a_live_registration_after_pre_review_shows_what_the_hub_endorsed(register: Register) -> None:
    """By its application, or by the number of the paper where the profile lets that be (R11)."""
    endorsed = association() | {"route": RegistrationRoute.HUB_ENDORSED}
    with pytest.raises(EndorsementMissing, match="opinion on paper"):
        await register.do(commands.register_new, **endorsed)
    row = await register.do(commands.enter, **found())
    with pytest.raises(EndorsementMissing):
        await register.do(
            commands.register, id=row.id, legal_form=LegalForm.ASSOCIATION, details={"credit_code": CODE},
            route=RegistrationRoute.HUB_ENDORSED,
        )  # fmt: skip
    register.runtime.policies = RegistryPolicy(endorsed_on_paper=False)
    with pytest.raises(EndorsementMissing) as caught:
        await register.do(commands.register_new, **endorsed, endorsement=PAPER)
    assert "paper" not in caught.value.message("en")
    past: dict[str, Any] = {"effective_on": date(2019, 3, 1), "basis": Basis.HISTORICAL}
    assert await register.do(commands.register_new, **endorsed, **past)


async def test_the_category_routes_to_a_department(register: Register) -> None:
    row = await register.do(commands.enter, **found(categories=["跨境服务", "普法维权"]))
    assert row.department == "childrens_work"
    with pytest.raises(UnknownCategory):
        await register.do(commands.change_details, id=row.id, details={"categories": ["月球"]})
    moved = await register.do(commands.change_details, id=row.id, details={"categories": ["legal_rights"]})
    assert moved.department == "womens_work"
    [_, (fact, data)] = await register.events(row.id)
    assert (fact, data["fields"]) == ("details_changed", ["categories", "department"])


async def test_the_nearest_hub_routes_before_the_profile(register: Register) -> None:
    said: dict[str, Any] = {"form": "mass_organization", "recognition": "government", "recognised_by": "mzj"}
    for division, department in (("120116", "legal_section"), (STREET, "street_office")):
        await register.do(
            hubs.recognise, division=division, name="枢纽", body="hub",
            departments=[Department(code=department)],
            routes=[Route(category="legal_rights", department=department)], **said,
        )  # fmt: skip
    row = await register.do(commands.enter, **found(categories=["普法维权"]))
    assert row.department == "street_office"
    elsewhere = {**found("别处的小组", categories=["普法维权"]), "division": "120116013"}
    assert (await register.do(commands.enter, **elsewhere)).department == "legal_section"
    moved = await register.do(commands.change_details, id=row.id, details={"categories": ["跨境服务"]})
    assert moved.department == "childrens_work", "what no hub routes, the profile does"


async def test_changing_nothing_records_nothing(register: Register) -> None:
    row = await register.do(commands.enter, **found(staff_count=3))
    same = await register.do(commands.change_details, id=row.id, details={"staff_count": 3})
    assert (same.revision, len(await register.events(row.id))) == (1, 1)


async def test_the_unclassified_residual_is_corrected(register: Register) -> None:
    unclassified = association(code=None) | {
        "legal_form": LegalForm.UNCLASSIFIED, "basis": Basis.HISTORICAL, "effective_on": date(2013, 1, 1),
    }  # fmt: skip
    row = await register.do(commands.register_new, **unclassified)
    await register.do(commands.judge, id=row.id, standing=HubStanding.AT_RISK)
    after = await register.do(
        commands.change_details, id=row.id, legal_form=LegalForm.FOUNDATION, details={},
        basis=Basis.CORRECTED, effective_on=date(2013, 1, 1),
    )  # fmt: skip
    assert (after.legal_form, after.hub_standing) == ("foundation", "at_risk")
    states = await register.rows(
        "select legal_form from organization_status where organization_id = $1"
        " and effective_on <= $2 and (until is null or until > $2)", row.id, date(2013, 6, 1),
    )  # fmt: skip
    assert [state["legal_form"] for state in states] == ["foundation"]


async def test_linking_taking_and_decoupling_are_told_apart(register: Register) -> None:
    row = await register.do(commands.register_new, **association())
    for link in (HubLink.LINKED, HubLink.HUB_FILED, HubLink.IN_FIELD):
        await register.do(commands.link, id=row.id, link=link)
    for step, leaders in (("self_checked", 2), ("completed", 0)):
        await register.do(commands.decouple, id=row.id, step=step, administrative_staff=leaders)
    events = await register.events(row.id)
    assert [fact for fact, _ in events] == [
        "registered", "linked", "hub_filed", "linked", "details_changed", "decoupled",
    ]  # fmt: skip
    assert events[-2][1]["fields"] == ["decoupling", "administrative_staff"]
    assert events[-2][1]["state"]["administrative_staff"] == 2
    state = events[-1][1]["state"]
    assert (state["hub_link"], state["decoupling"], state["administrative_staff"]) == (
        "direct", "completed", 0
    )  # fmt: skip


async def test_a_suspended_organisation_resumes_and_ends(register: Register) -> None:
    row = await register.do(commands.register_new, **association())
    await register.do(commands.suspend, id=row.id, until=date(2027, 1, 1))
    await register.do(commands.resume, id=row.id)
    ended = await register.do(commands.end, id=row.id, fact="deregistered")
    assert ended.ended
    with pytest.raises(AlreadyEnded):
        await register.do(commands.judge, id=row.id, standing=HubStanding.AT_RISK)
    last = (await register.events(row.id))[-1][1]["state"]
    assert last["ended"]
    assert last["ended_on"] == last["effective_on"]


async def test_what_ended_frees_its_name_and_code(register: Register) -> None:
    row = await register.do(commands.register_new, **association())
    await register.do(commands.end, id=row.id, fact="revoked")
    assert await register.do(commands.register_new, **association())


async def test_a_fact_of_tomorrow_is_refused(register: Register) -> None:
    tomorrow = date.today() + timedelta(days=2)
    with pytest.raises(FutureDay):
        await register.do(commands.enter, **found() | {"effective_on": tomorrow})


async def test_a_merger_ends_the_loser_and_completes_the_survivor(register: Register) -> None:
    loser = await register.do(commands.register_new, **association(member_count=40))
    survivor = await register.do(
        commands.register_new,
        **association("滨海新区书画家协会", None)
        | {"basis": Basis.HISTORICAL, "effective_on": date(2012, 5, 1)},
    )
    ended = await register.do(commands.merge, id=loser.id, into=survivor.id, revision=1)
    assert (ended.ended, ended.merged_into) == (True, survivor.id)
    [*_, (fact, data)] = await register.events(loser.id)
    assert (fact, data["into"]["id"], data["state"]["ended"]) == ("merged", str(survivor.id), True)
    [*_, (fact, data)] = await register.events(survivor.id)
    assert (fact, data["absorbed"]["id"]) == ("absorbed", str(loser.id))
    assert (data["state"]["credit_code"], data["state"]["member_count"]) == (CODE, 40)
    counted = await register.rows("select distinct organization_id from organization_status")
    assert [row[0] for row in counted] == [survivor.id]


async def test_the_caller_of_another_division_is_refused(register: Register) -> None:
    liaison = Principal("u-liaison", frozenset({"liaison"}), frozenset({"organizations:*"}), ("120116006",))
    with pytest.raises(NotPermitted):
        await register.do(commands.enter, principal=liaison, permission="organizations:discover", **found())
    with pytest.raises(ForeignDivision):
        await register.do(commands.enter, **found() | {"division": "440303001"})


async def test_a_stale_save_is_refused(register: Register) -> None:
    row = await register.do(commands.enter, **found())
    await register.do(commands.change_details, id=row.id, details={"staff_count": 1}, revision=1)
    with pytest.raises(StaleRevision):
        await register.do(commands.change_details, id=row.id, details={"staff_count": 2}, revision=1)


async def test_a_step_that_is_not_possible_says_what_is(register: Register) -> None:
    row = await register.do(commands.enter, **found())
    with pytest.raises(StepNotPossible, match="filed, registered, dissolved"):
        await register.do(commands.suspend, id=row.id)


async def test_a_fact_entered_late_takes_its_place_among_the_days(register: Register) -> None:
    row = await register.do(
        commands.enter,
        **found() | {"effective_on": date(2010, 1, 1), "basis": Basis.HISTORICAL},
    )
    await register.do(commands.file, id=row.id, effective_on=date(2014, 1, 1), basis=Basis.HISTORICAL)
    await register.do(
        commands.link, id=row.id, link=HubLink.LINKED, effective_on=date(2012, 1, 1), basis=Basis.HISTORICAL
    )
    days = await register.rows(
        "select effective_on, until from organization_status where organization_id = $1 order by 1", row.id
    )
    assert [tuple(day) for day in days] == [
        (date(2010, 1, 1), date(2012, 1, 1)),
        (date(2012, 1, 1), date(2014, 1, 1)),
        (date(2014, 1, 1), None),
    ]


async def test_two_at_once_cannot_enter_the_same_organisation(register: Register) -> None:
    """The second insert waits for the first's commit and is then refused with its id."""

    async def enter(delay: float) -> Any:
        async with register.runtime.unit_of_work(OFFICER) as uow:
            row = await commands.enter(uow, **found())
            await asyncio.sleep(delay)
            return row.id

    outcomes = await asyncio.gather(enter(0.2), enter(0.2), return_exceptions=True)
    assert Duplicate in {type(outcome) for outcome in outcomes}
    assert len(await register.rows("select id from organization")) == 1


async def test_two_at_once_cannot_take_the_same_name(register: Register) -> None:
    """The second change waits for the first's commit and is then refused with its id."""
    rows = [await register.do(commands.enter, **found(name)) for name in ("甲子书画队", "乙丑书画队")]

    async def rename(id: Any) -> Any:
        async with register.runtime.unit_of_work(OFFICER) as uow:
            await commands.change_details(uow, id=id, details={"name": "丙寅书画队"})
            await uow.flush()
            await asyncio.sleep(0.2)
            return id

    outcomes = await asyncio.gather(*(rename(row.id) for row in rows), return_exceptions=True)
    assert Duplicate in {type(outcome) for outcome in outcomes}, outcomes
    assert len(await register.rows("select id from organization where name = '丙寅书画队'")) == 1


async def test_merging_with_itself_or_with_nothing_is_refused(register: Register) -> None:
    row = await register.do(commands.enter, **found())
    with pytest.raises(MergedWithItself):
        await register.do(commands.merge, id=row.id, into=row.id)
    with pytest.raises(Exception, match="There is no organisation"):
        await register.do(commands.merge, id=row.id, into=uuid7())


LUOHU = load_region(profile_file("440303")).policy("registry", RegistryPolicy)


def staff(*bodies: str) -> Principal:
    """An officer of the hub: whose staff, only the bodies say."""
    name = "-".join(("u", *bodies))
    return Principal(name, frozenset({"hub_officer"}), frozenset({"*"}), ("120116",), frozenset(bodies))


async def test_in_luohu_each_step_is_taken_by_the_staff_of_its_body_only(register: Register) -> None:
    """办公室、各街道妇联 take stock, 妇儿中心 files, a section keeps contact with its fields (L11)."""
    register.runtime.policies = LUOHU
    office, street, centre = staff("office"), staff("street_federation"), staff("centre")
    for other in (staff(), centre, staff("womens_work")):
        with pytest.raises(NotOwnerOfStep, match="office, street_federation"):
            await register.do(commands.enter, principal=other, **found())
    await register.do(commands.enter, principal=street, **found(name="滨海舞蹈队"))
    row = await register.do(commands.enter, principal=office, **found(categories=["family_education"]))
    for other in (staff(), office, street, staff("childrens_work")):
        with pytest.raises(NotOwnerOfStep, match="centre"):
            await register.do(commands.file, principal=other, id=row.id)
        with pytest.raises(NotOwnerOfStep, match="centre"):
            await register.do(
                commands.enter, principal=other, status_on_record=LegalStatus.FILED, division="120116005",
                legal_form=LegalForm.COMMUNITY_ORGANIZATION, details={"name": "滨海书画队"},
            )  # fmt: skip
    assert (await register.do(commands.file, principal=centre, id=row.id)).legal_status == "filed"
    for other in (staff(), centre, office, staff("womens_work"), staff("base_liaison")):
        with pytest.raises(NotOwnerOfStep, match="childrens_work"):
            await register.do(commands.link, principal=other, id=row.id, link=HubLink.LINKED)
    section = staff("childrens_work")
    await register.do(commands.link, principal=section, id=row.id, link=HubLink.LINKED)
    with pytest.raises(NotOwnerOfStep, match="centre"):
        await register.do(commands.link, principal=section, id=row.id, link=HubLink.HUB_FILED)
    linked = await register.do(commands.link, principal=centre, id=row.id, link=HubLink.HUB_FILED)
    assert linked.hub_link == "hub_filed"


async def test_a_refusal_names_the_step_its_body_and_ones_own(register: Register) -> None:
    register.runtime.policies = LUOHU
    row = await register.do(commands.enter, **found())
    with pytest.raises(NotOwnerOfStep) as refused:
        await register.do(commands.file, principal=staff("office"), id=row.id)
    assert refused.value.message("zh") == "“备案”由“妇儿中心”负责，您所属的机构（区妇联办公室）不能办理。"


@pytest.mark.parametrize("bodies", [[], ["nobody_knows"]])
def test_a_step_belongs_to_bodies_that_the_profile_knows(bodies: list[str]) -> None:
    with pytest.raises(ValidationError, match=r"nobody_knows|at least 1 item"):
        RegistryPolicy.model_validate(
            {"steps": {"filing": {"bodies": bodies, "source": "LUOHU R10", "strength": "must"}}}
        )
