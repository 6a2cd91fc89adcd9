"""Two records were one organisation: what was written about either is about the one that goes on."""

from typing import Any

import msgspec
import pytest
from shuniu_contracts import Ref, registry
from uuid_utils.compat import uuid7

from chassis.received import Received
from tests.callers import Office, office_of
from tests.notify.conftest import World
from tests.notify.events import DISTRICT, EVENTS, NAME, STREET

pytestmark = pytest.mark.integration
REGISTERED = EVENTS["organization_registered"]
assert isinstance(REGISTERED, registry.OrganizationRegistered)
STATE = REGISTERED.state


def registered(world: World, id: str, name: str) -> Received[Any]:
    state = msgspec.structs.replace(STATE, name=name)
    return world.received(msgspec.structs.replace(REGISTERED, state=state), id)


def merged(world: World, id: str, into: str, sequence: int = 2) -> Received[Any]:
    state = msgspec.structs.replace(STATE, merged_into=Ref(into, 1), ended=True)
    event = registry.OrganizationMerged(state=state, into=Ref(into, 1))
    return world.received(event, id, sequence=sequence)


async def box(office: Office) -> list[Any]:
    found: list[Any] = (await office.ask("GET", "/v1/messages"))["items"]
    return found


async def written_about(office: Office, id: str) -> int:
    asked = {"subject": id}
    overseer: dict[str, Any] = {"role": "hub_officer", "division": DISTRICT, "account": "u-hub"}
    return len((await office.ask("GET", "/v1/messages/written", params=asked, **overseer))["items"])


async def test_a_message_about_the_one_that_was_merged_names_the_one_that_goes_on(world: World) -> None:
    was, now = str(uuid7()), str(uuid7())
    recipient = await world.recipient("liaison", STREET)
    await world.hear(registered(world, was, "滨海新区甲会"))
    await world.hear(registered(world, now, "滨海新区乙会"))
    await world.hear(merged(world, was, now))
    async with office_of(world.runtime, "liaison", STREET, recipient.actor_id or "") as office:
        found = await box(office)
        assert {one["organization_id"] for one in found} == {now}
        assert all("滨海新区乙会" in one["body"] + one["title"] for one in found)
        assert (await written_about(office, now), len(found)) == (2, 2), "whichever record it was about"
        assert await written_about(office, was) == 1
        opened = await office.ask("POST", f"/v1/messages/{found[0]['id']}/reading")
        assert opened["organization_id"] == now


@pytest.mark.parametrize("together", [True, False])
async def test_a_chain_of_mergers_ends_at_the_last(world: World, *, together: bool) -> None:
    a, b, c, d = (str(uuid7()) for _ in range(4))
    events = [registered(world, id, f"滨海新区{number}会") for number, id in enumerate((a, b, c, d))]
    mergers = [merged(world, c, d), merged(world, a, b), merged(world, b, c)]
    if together:
        await world.hear(*events, *mergers)
    else:
        for event in (*events, *mergers):
            await world.hear(event)
    rows = await world.rows(
        "select id::text, merged_into::text from organization where merged_into is not null"
    )
    assert {row["id"]: row["merged_into"] for row in rows} == {a: d, b: d, c: d}


async def test_a_circle_that_is_told_of_has_an_end(world: World) -> None:
    a, b, c = (str(uuid7()) for _ in range(3))
    await world.hear(*(registered(world, id, "滨海新区会") for id in (a, b, c)))
    for was, now in ((a, b), (b, c), (c, a)):
        await world.hear(merged(world, was, now))
    [count] = await world.rows("select count(*) from organization where merged_into is not null")
    assert count[0] == 3


async def test_what_is_heard_before_the_one_that_goes_on_keeps_its_own_name(world: World) -> None:
    was, now = str(uuid7()), str(uuid7())
    recipient = await world.recipient("liaison", STREET)
    await world.hear(registered(world, was, NAME))
    await world.hear(merged(world, was, now))
    async with office_of(world.runtime, "liaison", STREET, recipient.actor_id or "") as office:
        [found] = await box(office)
        assert (found["organization_id"], NAME in found["title"]) == (now, True)
