"""From facts elsewhere to messages here, on a real database."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from shuniu_contracts import Basis
from shuniu_contracts.registry import OrganizationDetailsChanged, OrganizationState

from chassis.principal import NotPermitted, Principal
from chassis.received import Received
from services.notify.messages.commands import acknowledge, read
from services.notify.messages.model import NotYours
from services.notify.messages.writing import EXPIRY, write
from services.notify.policy import NotifyPolicy, RulePolicy
from services.notify.recipients.commands import deputise, retire
from services.notify.recipients.model import ROLES
from tests.notify.conftest import World
from tests.notify.events import DISTRICT, NAME, ORGANIZATION, OTHER_STREET, STREET, TODAY

pytestmark = pytest.mark.integration


def account(name: str, *divisions: str) -> Principal:
    """Somebody signed in."""
    return Principal(f"u-{name}", frozenset(), frozenset({"messages:*"}), divisions or (DISTRICT,))


@contextmanager
def statements_of(world: World) -> Iterator[list[str]]:
    """The statements that units of work send meanwhile, without the opening and the commit."""
    sent: list[str] = []
    engine = world.runtime.database.engine.sync_engine

    def note(query: Any) -> None:
        sent.append(" ".join(query.query.split())[:60])

    def note_of_session(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(" ".join(statement.split())[:60])

    original = world.runtime.unit_of_work

    @asynccontextmanager
    async def watched(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
        async with original(*arguments, **named) as uow:
            connection: Any = uow.connection
            connection.add_query_logger(note)
            sa.event.listen(engine, "before_cursor_execute", note_of_session)
            try:
                yield uow
                await uow.flush()
            finally:
                sa.event.remove(engine, "before_cursor_execute", note_of_session)
                connection.remove_query_logger(note)

    world.runtime.unit_of_work = watched  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        world.runtime.unit_of_work = original  # type: ignore[method-assign]


def organizations(world: World, count: int, basis: Basis) -> list[Received[Any]]:
    """So many organisations are registered at once."""
    return [world.fact("organization_registered", basis=basis) for _ in range(count)]


async def test_a_registration_is_told_to_the_street_and_those_above(world: World) -> None:
    for role, division in (
        ("liaison", STREET), ("hub_officer", DISTRICT), ("liaison", OTHER_STREET),
        ("party_officer", DISTRICT), ("viewer", STREET),
    ):  # fmt: skip
        await world.recipient(role, division)
    event = await world.tell("organization_registered")
    assert await world.addressed() == [f"hub_officer-{DISTRICT}", f"liaison-{STREET}"]
    row = (await world.messages())[0]
    assert (row["status"], row["division"], row["cause_event_id"]) == ("sent", STREET, event.envelope.id)
    assert str(row["organization_id"]) == event.subject


async def test_a_message_is_queued_and_sent_on_the_bus_without_its_text(world: World) -> None:
    await world.recipient("liaison")
    event = await world.tell("organization_registered")
    [row] = await world.messages()
    facts = await world.history(row["id"])
    assert [(fact, state["status"]) for fact, state in facts] == [("queued", "queued"), ("sent", "sent")]
    state = facts[-1][1]
    assert state["cause"] == {
        "event_id": event.envelope.id, "type": event.envelope.type, "subject": event.subject, "sequence": 1,
    }  # fmt: skip
    assert (state["recipient_id"], state["template_version"]) == (f"p-liaison-{STREET}", 1)
    assert NAME not in str(facts)
    [logged] = await world.rows("select headers::text from event_log where sequence = 2")
    assert msgspec.json.decode(logged[0])["causationid"] == event.envelope.id


async def test_a_round_of_the_district_reaches_every_street_below(world: World) -> None:
    for division in (STREET, OTHER_STREET, f"{STREET}001", DISTRICT):
        await world.recipient("liaison", division)
    await world.tell("round_opened")
    places = {row["person_id"]: row["division"] for row in await world.messages()}
    assert sorted(places.values()) == sorted([STREET, OTHER_STREET, f"{STREET}001", DISTRICT])
    assert places[f"p-liaison-{STREET}"] == STREET


async def test_a_round_of_the_parent_stack_is_written_about_at_home_in_ours(world: World) -> None:
    """Directives come down; what we write about them lies in our own divisions, as the border demands."""
    await world.recipient("liaison", STREET)
    event = world.fact("round_opened", division="1201")
    await world.hear(event)
    [row] = await world.messages()
    assert (row["division"], row["home"]) == (STREET, DISTRICT)


@pytest.mark.parametrize("rule", NotifyPolicy().rules, ids=lambda rule: rule.name)
async def test_each_rule_tells_its_roles(world: World, rule: RulePolicy) -> None:
    for role in ROLES:
        await world.recipient(role)
    await world.tell(rule.name, division=STREET)
    assert await world.addressed() == sorted(f"{role}-{STREET}" for role in rule.roles)
    assert {row["rule"] for row in await world.messages()} == {rule.name}


@pytest.mark.parametrize("basis", [Basis.HISTORICAL, Basis.IMPORTED, Basis.CORRECTED])
async def test_only_live_facts_are_told(world: World, basis: Basis) -> None:
    for role in ("liaison", "hub_officer", "party_officer", "grants_officer"):
        await world.recipient(role)
    for rule in (rule.name for rule in NotifyPolicy().rules):
        await world.tell(rule, basis=basis)
    assert await world.messages() == []
    assert await world.rows("select from event_log") == []
    assert await world.rows("select from timer") == []


async def test_an_import_of_history_costs_one_statement_a_batch_and_writes_no_message(world: World) -> None:
    await world.recipient("liaison")
    batches = [organizations(world, 500, Basis.HISTORICAL) for _ in range(4)]
    began = time.perf_counter()
    with statements_of(world) as sent:
        for batch in batches:
            await world.hear(*batch)
    seconds = time.perf_counter() - began
    assert await world.messages() == []
    assert [words for words in sent if not words.startswith("insert into organization")] == []
    assert len(sent) == 4, sent
    assert seconds < 1.0, f"2,000 historical facts took {seconds:.2f} s"
    assert (await world.rows("select count(*) from organization"))[0][0] == 2000


async def test_history_of_the_other_aggregates_costs_no_statement_at_all(world: World) -> None:
    await world.recipient("liaison")
    duties = [world.fact("duty_opened", basis=Basis.HISTORICAL) for _ in range(500)]
    with statements_of(world) as sent:
        await world.hear(*duties)
    assert sent == []


async def test_the_number_of_statements_does_not_grow_with_the_batch(world: World) -> None:
    for number in range(5):
        await world.recipient("liaison", person=f"liaison-{number}")
    counts = []
    for size in (1, 1, 500):  # the first also lets the driver learn the types of the parameters
        duties = [world.fact("duty_opened") for _ in range(size)]
        with statements_of(world) as sent:
            await world.hear(*duties)
        counts.append(len(sent))
    assert counts[1:] == [4, 4], sent  # recipients, messages, timers, log
    assert len(await world.messages()) == 502 * 5
    assert (await world.rows("select count(*) from timer"))[0][0] == 502 * 5
    [gaps] = await world.rows(
        "select count(*) from message m"
        " where 2 <> (select count(*) from event_log where aggregateid = m.id::text)"
    )
    assert gaps[0] == 0


async def test_a_redelivered_event_writes_nothing_twice(world: World) -> None:
    await world.recipient("liaison")
    event = await world.tell("duty_opened")
    before = await world.messages()
    await world.hear(event)
    await world.hear(event)
    assert await world.messages() == before
    assert (await world.rows("select count(*) from event_log"))[0][0] == 2
    assert (await world.rows("select count(*) from timer"))[0][0] == 1


async def test_redelivered_at_once_to_many_it_is_written_once(world: World) -> None:
    """Replicas that take each other for dead react to the same events, in any order, at the same time."""
    for role in ("liaison", "party_officer"):
        await world.recipient(role)
    events = [world.fact("duty_opened") for _ in range(40)]

    async def zombie(number: int) -> int:
        turned = events[number:] + events[:number]
        async with world.runtime.unit_of_work() as uow:
            return await write(uow, turned)

    written = await asyncio.gather(*(zombie(number) for number in range(6)))
    assert sum(written) == 80
    assert len(await world.messages()) == 80
    doubled = await world.rows(
        "select aggregateid from event_log group by 1 having array_agg(sequence order by sequence) <> '{1,2}'"
    )
    assert doubled == []


@asynccontextmanager
async def slow_inserts(world: World) -> AsyncIterator[None]:
    """Each message takes a moment to be written, so that two batches are under way together."""
    await world.rows(
        "create function pause() returns trigger language plpgsql as"
        " 'begin perform pg_sleep(0.02); return new; end'"
    )
    await world.rows("create trigger pause before insert on message for each row execute function pause()")
    try:
        yield
    finally:
        await world.rows("drop function pause() cascade")


async def test_two_who_write_the_same_batch_in_opposite_orders_do_not_deadlock(world: World) -> None:
    await world.recipient("liaison")
    events = [world.fact("duty_opened") for _ in range(10)]

    async def zombie(turned: list[Received[Any]]) -> int:
        async with world.runtime.unit_of_work() as uow:
            return await write(uow, turned)

    async with slow_inserts(world):
        written = await asyncio.gather(zombie(events), zombie(events[::-1]))
    assert sorted(written) == [0, 10]


async def test_an_office_taken_on_between_two_deliveries_brings_no_second_copy(world: World) -> None:
    await world.recipient("hub_officer", DISTRICT, person="somebody")
    event = await world.tell("organization_registered")
    await world.recipient("liaison", STREET, person="somebody")
    await world.hear(event)
    assert await world.addressed() == ["somebody"]


async def test_two_facts_of_one_organisation_are_two_messages(world: World) -> None:
    await world.recipient("liaison")
    event = await world.tell("organization_registered")
    await world.tell("organization_registered", subject=event.subject)
    assert len(await world.messages()) == 2


async def test_a_fact_that_no_rule_names_is_not_told(world: World) -> None:
    await world.recipient("liaison")
    event = world.fact("organization_registered")
    changed = OrganizationDetailsChanged(state=event.data.state, fields=("name",))
    await world.hear(world.received(changed, event.subject))
    assert await world.messages() == []


async def test_a_profiles_rule_asks_for_values_that_the_bus_leaves_out(world: World) -> None:
    """Fields at their default are absent from the bus, and conditions see them all the same."""
    rule = {
        "name": "linkless", "events": ["registry.organization.registered"], "roles": ["liaison"],
        "template": "organization_registered", "reach": "own",
        "when": {"hub_link": ["none"], "categories": ["youth"], "ended": ["false"]},
    }  # fmt: skip
    world.runtime.policies = NotifyPolicy.model_validate({"rules": [rule]})
    await world.recipient("liaison")
    await world.tell("organization_registered")
    await world.tell("organization_registered", categories=("sports",))
    assert len(await world.messages()) == 1


async def test_who_is_retired_is_written_to_no_more_and_keeps_what_came(world: World) -> None:
    liaison = await world.recipient("liaison")
    await world.tell("organization_registered")
    await world.do(retire, id=liaison.id)
    await world.tell("organization_registered")
    [row] = await world.messages()
    await world.do(read, id=row["id"], principal=account(f"liaison-{STREET}"))


async def test_reading_and_acknowledging_happen_once(world: World) -> None:
    await world.recipient("liaison")
    await world.tell("duty_opened")
    [row] = await world.messages()
    me = account(f"liaison-{STREET}", STREET)
    for command in (read, read, acknowledge, acknowledge, read):
        await world.do(command, id=row["id"], principal=me, permission="messages:read")
    facts = await world.history(row["id"])
    assert [fact for fact, _ in facts] == ["queued", "sent", "read", "acknowledged"]
    assert [state.get("ended", False) for _, state in facts] == [False, False, False, True]
    [row] = await world.messages()
    assert (row["status"], row["revision"], row["sequence"]) == ("acknowledged", 3, 4)
    assert await world.rows("select from timer") == []


async def test_a_message_is_nobody_elses_to_confirm(world: World) -> None:
    await world.recipient("liaison")
    await world.tell("duty_opened")
    [row] = await world.messages()
    with pytest.raises(NotYours):
        await world.do(acknowledge, id=row["id"], principal=account("stranger"))
    with pytest.raises(NotPermitted):
        await world.do(acknowledge, id=row["id"], permission="messages:acknowledge",
                       principal=account(f"liaison-{STREET}", OTHER_STREET))  # fmt: skip
    assert (await world.messages())[0]["status"] == "sent"


async def test_a_deputy_acts_while_named_and_not_after(world: World) -> None:
    liaison = await world.recipient("liaison")
    await world.tell("duty_opened")
    await world.tell("duty_covered")
    opened, covered = sorted(await world.messages(), key=lambda row: row["rule"], reverse=True)
    deputy = account("deputy")
    await world.do(deputise, id=liaison.id, deputy_actor_id="u-deputy")
    await world.do(acknowledge, id=opened["id"], principal=deputy)
    assert (await world.history(opened["id"]))[-1][0] == "acknowledged"
    await world.do(deputise, id=liaison.id, deputy_actor_id=None)
    with pytest.raises(NotYours):
        await world.do(acknowledge, id=covered["id"], principal=deputy)


async def test_what_nobody_acknowledges_expires_when_its_last_day_has_ended(world: World) -> None:
    await world.recipient("party_officer", DISTRICT)
    await world.tell("duty_overdue")
    [row] = await world.messages()
    assert row["acknowledge_by"].isoformat() == "2026-11-05T16:00:00+00:00"
    await world.begin(TODAY + timedelta(days=3))
    assert await world.fire_timers() == 0
    await world.begin(TODAY + timedelta(days=4))
    assert await world.fire_timers() == 1
    assert await world.fire_timers() == 0
    [row] = await world.messages()
    assert (row["status"], row["expired_at"].date()) == ("expired", date(2026, 11, 6))
    me = account(f"party_officer-{DISTRICT}")
    await world.do(read, id=row["id"], principal=me)
    await world.do(acknowledge, id=row["id"], principal=me)
    facts = await world.history(row["id"])
    assert [fact for fact, _ in facts] == ["queued", "sent", "expired", "read", "acknowledged"]
    assert [state.get("ended", False) for _, state in facts] == [False] * 4 + [True]


async def test_what_was_acknowledged_never_expires(world: World) -> None:
    await world.recipient("party_officer", DISTRICT)
    await world.tell("duty_overdue")
    [row] = await world.messages()
    await world.do(acknowledge, id=row["id"], principal=account(f"party_officer-{DISTRICT}"))
    await world.begin(TODAY + timedelta(days=30))
    assert await world.fire_timers() == 0


async def test_the_deadline_and_the_acknowledgement_at_once_leave_one_outcome(world: World) -> None:
    await world.recipient("party_officer", DISTRICT)
    me = account(f"party_officer-{DISTRICT}")
    for _ in range(5):
        await world.begin(TODAY)
        event = await world.tell("duty_overdue")
        [row] = await world.rows("select id from message where cause_subject = $1", event.subject)
        await world.begin(TODAY + timedelta(days=5))
        await asyncio.gather(world.fire_timers(), world.do(acknowledge, id=row["id"], principal=me))
        facts = [fact for fact, _ in await world.history(row["id"])]
        assert facts in (["queued", "sent", "acknowledged"], ["queued", "sent", "expired", "acknowledged"])
        assert await world.rows("select from timer where kind = $1", EXPIRY) == []


async def test_what_asks_for_no_answer_never_expires(world: World) -> None:
    await world.recipient("liaison")
    await world.tell("organization_registered")
    assert (await world.messages())[0]["acknowledge_by"] is None
    assert await world.rows("select from timer") == []


async def test_a_duty_may_be_told_of_before_the_register_was_heard(world: World) -> None:
    """Streams come in any order: the name is put in when somebody looks."""
    await world.recipient("liaison")
    await world.tell("duty_opened")
    [row] = await world.messages()
    me = account(f"liaison-{STREET}")
    assert (await world.do(read, id=row["id"], principal=me)).organization is None
    await world.tell("organization_registered", subject=ORGANIZATION)
    assert (await world.do(read, id=row["id"], principal=me)).organization == NAME


async def test_an_organisation_is_called_what_it_is_called_now(world: World) -> None:
    await world.recipient("liaison")
    event = await world.tell("organization_registered")
    state: OrganizationState = event.data.state
    renamed = msgspec.structs.replace(state, name="滨海新区新名服务中心", basis=Basis.HISTORICAL)
    await world.hear(
        world.received(OrganizationDetailsChanged(state=renamed, fields=("name",)), event.subject)
    )
    [row] = await world.messages()
    letter = await world.do(read, id=row["id"], principal=account(f"liaison-{STREET}"))
    assert letter.organization == "滨海新区新名服务中心"


async def test_more_messages_than_a_statement_takes_parameters(world: World) -> None:
    """A round's opening is told to every liaison of a large city in one go."""
    await world.rows(
        "insert into recipient (id, division, home, revision, sequence, effective_on, basis, recorded_at,"
        " person_id, actor_id, role, language, retired)"
        " select gen_random_uuid(), $1, $2, 1, 0, current_date, 'live', now(), 'p-' || n, 'u-' || n,"
        " 'liaison', 'zh', false from generate_series(1, 3000) as n returning id",
        STREET, DISTRICT,
    )  # fmt: skip
    await world.tell("round_opened")
    assert (await world.rows("select count(*) from message"))[0][0] == 3000
