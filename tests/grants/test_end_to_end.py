"""From other services' messages on Kafka to a judged application on the topic of this one."""

from collections.abc import Callable
from uuid import UUID

import pytest
from shuniu_contracts.grants import ApplicationFoundEligible
from uuid_utils.compat import uuid7

from chassis.region import Region
from chassis.settings import BusSettings
from services.grants.app import service
from tests.conftest import Databases
from tests.end_to_end import connected
from tests.grants.conftest import Grants, duty_covered, registered

pytestmark = pytest.mark.integration


async def test_an_application_that_waited_is_judged_and_told_when_its_organisation_arrives(
    databases: Databases, buses: BusSettings, unique_stack: Callable[[], str], profile: Region
) -> None:
    """Every message is delivered twice, and each has its effect once."""
    line = await connected(service, databases, buses, unique_stack(), profile)
    grants, street = Grants(line.runtime, officer=line.officer), f"{line.stack}001"
    organizations: list[UUID] = [uuid7() for _ in range(300)]
    events = [grants.received(registered(division=street), id) for id in organizations]
    duty = grants.received(duty_covered(organizations[7], division=street))
    fund = await grants.fund(division=line.stack)
    round_ = await grants.round(fund.id, division=line.stack)
    row = await grants.application(round_, organizations[7])
    assert row.waits_for_organization
    async with line.working():
        await line.publish([*events, duty, *events, duty])
        await line.until("select count(*) from organization", 300)
        await line.until("select count(*) from coverage", 1)
        await line.until("select count(*) from outbox", 0)
    assert await grants.facts(row.id) == ["submitted", "found_eligible"]
    _, told = await line.published(ApplicationFoundEligible, 2)
    assert isinstance(told.data, ApplicationFoundEligible)
    assert told.envelope.causation_id == events[7].envelope.id
    assert [fact.id for fact in told.data.state.facts_used] == [str(organizations[7])]
