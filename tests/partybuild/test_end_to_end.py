"""From the registry's message on Kafka to this service's own, through the consumer and the relay."""

from collections.abc import Callable
from datetime import date

import pytest
from shuniu_contracts import Basis, event_type
from shuniu_contracts.partybuild import CoverageDutyOpened, InstructorAppointed

from chassis.region import Region
from chassis.settings import BusSettings
from services.partybuild.app import service
from services.partybuild.party_organizations.model import SetUp
from tests.conftest import Databases
from tests.end_to_end import connected
from tests.partybuild.conftest import TODAY, World, instructor

pytestmark = pytest.mark.integration


async def test_registrations_become_duties_and_duties_are_published(
    databases: Databases, buses: BusSettings, unique_stack: Callable[[], str], profile: Region
) -> None:
    """Every message is delivered twice, and each has its effect once."""
    line = await connected(service, databases, buses, unique_stack(), profile)
    world, street = World(line.runtime, officer=line.officer), f"{line.stack}001"
    await world.begin(TODAY)
    history = [
        world.registered(3, division=street, basis=Basis.HISTORICAL, on=date(2012, 1, 1)) for _ in range(300)
    ]
    live = world.registered(3, division=street)
    events = [world.registration(organization) for organization in (*history, live)]
    async with line.working():
        await line.publish(events + events)
        await line.until("select count(*) from coverage_duty", 301)
        await world.found(SetUp.INDEPENDENT, live)
        await instructor(world, division=line.stack)
        await line.until("select count(*) from outbox", 0)
    duties = await line.published(CoverageDutyOpened, 302)
    assert await world.duty_facts(live) == ["opened", "covered"]
    opened = [m for m in duties if isinstance(m.data, CoverageDutyOpened)]
    assert {m.envelope.causation_id for m in opened} == {event.envelope.id for event in events}
    assert [m.data.state.due_on for m in opened if m.data.state.due_on] != []  # type: ignore[union-attr]
    for major in event_type(InstructorAppointed).stream.majors:
        [message] = await line.published(InstructorAppointed, 1, major=major)
        assert isinstance(message.data, InstructorAppointed)
