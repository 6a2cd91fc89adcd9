"""Candidacies: projects joined into one, asked five questions, nominated, filed; and guidance on the way."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from chassis.unit_of_work import NotFound
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, LegalStatus
from services.registry.records.candidacies import commands as candidacies
from services.registry.records.candidacies.commands import Project
from services.registry.records.candidacies.model import (
    Mode,
    NothingJoined,
    NotRipe,
    NotYetOrganization,
    WithoutProject,
)
from services.registry.records.guidance import commands as guidance
from services.registry.records.guidance.model import NeverGuided, Outcome
from services.registry.records.model import NotListed
from services.registry.records.outside import commands as outside
from tests.registry.conftest import Api, Register
from tests.registry.references import STREET, organization

pytestmark = pytest.mark.integration
FIVE: dict[str, Any] = dict.fromkeys(("scale", "standard", "effect", "necessity", "feasibility"), True)


async def proposed(register: Register, title: str = "家庭暴力防护中心", **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "title": title, "mode": Mode.UPGRADING,
        "projects": [Project(title="维权驿站", body="womens_work", since=date(2010, 3, 8))], **changes,
    }  # fmt: skip
    return (await register.do(candidacies.propose, **found)).id


async def test_projects_of_a_kind_become_one_organisation(register: Register) -> None:
    id, other = await proposed(register), await proposed(register, "反家暴热线", projects=[
        Project(title="反家暴热线"), Project(title="维权驿站", body="womens_work", since=date(2010, 3, 8)),
    ])  # fmt: skip
    with pytest.raises(NothingJoined):
        await register.do(candidacies.join, id=id, other_id=id)
    row = await register.do(candidacies.join, id=id, other_id=other)
    assert [project["title"] for project in row.projects] == ["维权驿站", "反家暴热线"]
    assert (await register.events(other))[-1][1]["reason"] == "joined"
    await register.do(candidacies.survey, id=id, findings="三年服务两千人次", served=2000)
    await register.do(candidacies.assess, id=id, **{**FIVE, "standard": False, "feasibility": False})
    with pytest.raises(NotRipe) as refused:
        await register.do(candidacies.nominate, id=id)
    assert "有标准、可行性" in refused.value.message("zh")
    await register.do(candidacies.assess, id=id, **FIVE)
    row = await register.do(candidacies.nominate, id=id)
    assert row.organization_id is not None
    state = (await register.events(row.organization_id))[0][1]["state"]
    assert (state["legal_status"], state["origin"], state["development_mode"]) == (
        "candidate", "in_house_project", "upgrading",
    )  # fmt: skip
    with pytest.raises(NotYetOrganization):
        await register.do(candidacies.conclude, id=id)
    await register.do(organizations.file, id=row.organization_id)
    row = await register.do(candidacies.conclude, id=id)
    assert (row.outcome, row.ended) == ("filed", True)
    assert "两千" not in str(await register.events(id))


async def test_what_is_not_ripe_is_looked_at_again(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await proposed(register)
    await register.do(candidacies.survey, id=id, findings="刚起步")
    await register.do(candidacies.assess, id=id, **{**FIVE, "scale": False})
    await register.do(candidacies.defer, id=id, reason="too_small", due_on=date(2026, 12, 31))
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    row = await register.do(candidacies.survey, id=id, findings="已有规模")
    assert (row.state, row.overdue) == ("surveyed", False)


async def test_a_grass_roots_group_is_guided_where_it_is(register: Register) -> None:
    with pytest.raises(WithoutProject):
        await proposed(register, mode=Mode.GUIDANCE)
    group = await register.do(
        organizations.enter, status_on_record=LegalStatus.DISCOVERED, division=STREET,
        legal_form=LegalForm.NONE, details={"name": "爱心妈妈团"},
    )  # fmt: skip
    id = await proposed(register, mode=Mode.GUIDANCE, projects=[], organization_id=group.id)
    await register.do(candidacies.survey, id=id, findings="有骨干")
    await register.do(candidacies.assess, id=id, **FIVE)
    row = await register.do(candidacies.nominate, id=id)
    assert row.organization_id == group.id
    [kept] = await register.rows("select development_mode from organization where id = $1", group.id)
    assert kept["development_mode"] == "guidance"


async def test_peers_are_put_together_into_one(register: Register) -> None:
    with pytest.raises(WithoutProject):
        await proposed(register, mode=Mode.COOPERATION, projects=[])
    peers = [Project(title=title, body="peer", since=date(2011, 5, 1)) for title in ("创业社", "手工坊")]
    id = await proposed(register, "女性创业联盟", mode=Mode.COOPERATION, projects=peers[:1])
    await register.do(candidacies.join, id=id, more=peers[1:])
    row = await register.do(candidacies.survey, id=id, findings="两家同类组织")
    assert [one["title"] for one in row.projects] == ["创业社", "手工坊"]
    await register.do(candidacies.assess, id=id, **FIVE)
    row = await register.do(candidacies.nominate, id=id)
    [kept] = await register.rows(
        "select name, legal_status, development_mode from organization where id = $1", row.organization_id
    )
    assert tuple(kept) == ("女性创业联盟", "candidate", "cooperation")


async def test_registration_guidance_is_a_log(register: Register, api: Api) -> None:
    row = await register.do(guidance.open_, division=STREET, title="滨海新区茶艺协会")
    with pytest.raises(NeverGuided):
        await register.do(guidance.conclude, id=row.id, outcome=Outcome.APPLIED)
    liaison = api.as_("liaison", STREET)
    for topic in ("charter", "premises", "charter"):
        await liaison.post(f"/v1/registration-guidance/{row.id}/sessions", topic=topic, advice="按范本修改")
    with pytest.raises(NotFound):
        await register.do(guidance.conclude, id=row.id, outcome=Outcome.APPLIED, application_id=uuid7())
    row = await register.do(guidance.conclude, id=row.id, outcome=Outcome.FILED)
    assert (row.sessions, row.topics) == (3, ["charter", "premises"])
    assert "范本" not in str(await register.events(row.id))


async def test_an_outside_system_has_numbers_of_its_own(register: Register, api: Api) -> None:
    one, two = str(await organization(register)), str(await organization(register))
    number = {"outside_system": "weaving_net", "code": "ZW-0001"}
    first = await api.post("/v1/outside-ids", 201, organization_id=one, **number)
    refused = await api.post("/v1/outside-ids", 409, organization_id=two, **number)
    assert first["id"] in refused["detail"]
    await api.post(f"/v1/outside-ids/{first['id']}/end", reason="corrected")
    await api.post("/v1/outside-ids", 201, organization_id=two, **number)
    listed = await api.get("/v1/outside-ids", outside_system="weaving_net", code="ZW-0001", ended=False)
    assert [found["organization_id"] for found in listed["items"]] == [two]
    with pytest.raises(NotListed):
        await register.do(outside.record, organization_id=UUID(two), outside_system="nowhere", code="1")
