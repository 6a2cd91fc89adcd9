"""The local copy: the newest version of an organisation, aliases of merged ones, coverage and bans."""

from datetime import date
from uuid import UUID

import pytest
from shuniu_contracts import EVENT_TYPES, Ref, registry
from uuid_utils.compat import uuid7

from chassis.principal import NotPermitted, Principal
from chassis.unit_of_work import NotFound
from services.grants.eligibility.model import Ban, Coverage, OrganizationFacts, Version
from services.grants.organizations.commands import ban
from services.grants.organizations.model import BanReversed
from services.grants.organizations.queries import facts_of
from services.grants.organizations.reactions import (
    COVERAGE_EVENTS,
    ORGANIZATION_EVENTS,
)
from tests.grants.conftest import HISTORY, Grants, registered

pytestmark = pytest.mark.integration


async def known(grants: Grants, id: UUID) -> OrganizationFacts | None:
    return await grants.do(lambda uow: facts_of(uow.connection, id))


async def test_the_copy_keeps_what_the_conditions_ask_about(grants: Grants) -> None:
    id = await grants.organization()
    assert await known(grants, id) == OrganizationFacts(
        version=Version(str(id), 1),
        name="幸福敲门服务中心",
        division="120116001",
        legal_form="private_non_enterprise",
        legal_status="registered",
        categories=("volunteering", "family_education"),
        registered_on=date(2012, 3, 1),
    )


async def test_an_older_event_changes_nothing_and_a_restored_source_is_followed(grants: Grants) -> None:
    id = uuid7()
    await grants.receive((id, registered(name="新名")), sequence=5)
    await grants.receive((id, registered(name="旧名")), sequence=4)
    assert (facts := await known(grants, id)) is not None
    assert facts.name == "新名"
    await grants.receive((id, registered(name="恢复后")), sequence=3, epoch=1)
    assert (facts := await known(grants, id)) is not None
    assert facts.name == "恢复后"


async def test_several_events_of_one_organisation_in_a_batch_leave_the_newest(grants: Grants) -> None:
    id, other = uuid7(), uuid7()
    events = [(id, registered(name="甲")), (other, registered(categories=())), (id, registered(name="乙"))]
    await grants.receive(*events)
    assert (facts := await known(grants, id)) is not None
    assert (facts.name, facts.version.sequence) == ("乙", 2)
    assert (facts := await known(grants, other)) is not None
    assert facts.categories == ()


async def test_a_merged_organisation_is_its_survivor_with_the_bans_of_both(grants: Grants) -> None:
    survivor = await grants.organization(name="存续")
    loser = await grants.organization(name="并入")
    await grants.do(
        ban, organization_id=loser, reason="clawed_back", effective_on=date(2014, 1, 1), **HISTORY
    )
    state = registered(name="并入", ended=True, merged_into=Ref(str(survivor), 1)).state
    await grants.receive((loser, registry.OrganizationMerged(state=state, into=Ref(str(survivor), 1))))
    facts = await known(grants, loser)
    assert facts is not None
    assert (facts.name, facts.version.id) == ("存续", str(survivor))
    assert facts.bans == (Ban(date(2014, 1, 1), date(2017, 1, 1)),)


async def test_coverage_of_an_organisation_is_kept_beside_it(grants: Grants) -> None:
    id = await grants.organization()
    duty = await grants.covered(id)
    assert (facts := await known(grants, id)) is not None
    assert facts.coverage == (Coverage(Version(str(duty), 1), "party", "covered"),)


async def test_a_ban_lasts_the_profiles_years_unless_said_otherwise(grants: Grants) -> None:
    id = await grants.organization()
    row = await grants.do(ban, organization_id=id, reason="late_report", effective_on=date(2014, 2, 28))
    assert row.until == date(2017, 2, 28)
    with pytest.raises(BanReversed):
        await grants.do(ban, organization_id=id, reason="x", until=date(2000, 1, 1))
    with pytest.raises(NotFound):
        await grants.do(ban, organization_id=uuid7(), reason="x")


async def test_nobody_bars_an_organisation_of_another_district(grants: Grants) -> None:
    id = await grants.organization()
    stranger = Principal("u-s", frozenset(), frozenset({"bans:impose"}), ("120117",))
    with pytest.raises(NotPermitted):
        await grants.do(ban, organization_id=id, reason="x", principal=stranger, permission="bans:impose")


def test_every_event_of_the_two_streams_is_followed() -> None:
    def of(service: str, aggregate: str) -> set[object]:
        return {e.event for e in EVENT_TYPES.values() if (e.service, e.aggregate) == (service, aggregate)}

    assert set(ORGANIZATION_EVENTS) == of("registry", "organization")
    assert set(COVERAGE_EVENTS) == of("partybuild", "coverage_duty")
