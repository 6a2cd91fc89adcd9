"""A street, its district and its city, each with a Kafka of its own, joined by MirrorMaker 2.

What goes up arrives once, by however many ways; what goes down is answered by a record of the lower stack; a
cut line, a repeated copy, a lost record change nothing in the end; a stack speaks for its own division only.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError
from prometheus_client.parser import text_string_to_metric_families
from shuniu_contracts import STREAMS
from shuniu_contracts.topics import REPLAY

from chassis import audit, topics
from chassis.clock import day_of
from chassis.service import discover
from chassis.settings import BusSettings
from chassis.subscription import consumers_of, streams_of
from deploy.scenarios.client import Stack, StepFailed
from services.registry.identification.model import complete_credit_code
from tests.backends import Postgres
from tests.containers.brokers import admin, first_sights, network, on_the_bus
from tests.containers.identity import Identity
from tests.containers.tiers import CITY, DISTRICT, NEIGHBOUR, STREET, Country, Tier

pytestmark = pytest.mark.integration
ORGANIZATIONS = f"shuniu.{STREET}.registry.organization.v1"
KNOWN = "select sequence from subject where service = 'registry' and aggregate = 'organization' and id = $1"
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def country(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Country]:
    """All three tiers, ready and joined: the street to the district and to the city, the district to it."""
    root = tmp_path_factory.mktemp("tiers")
    with network() as net:
        made = Country(
            Tier(CITY, (DISTRICT, STREET), root / "city.log"),
            Tier(DISTRICT, (STREET,), root / "district.log"),
            Tier(STREET, (), root / "street.log"),
            Identity.make(root / "auth"),
        )
        try:
            await made.start(net, postgres, root)
            yield made
        finally:
            made.end(root)


async def register(stack: Stack, division: str = STREET) -> str:
    """An organisation that the authority registered today."""
    number = next(_NUMBERS)
    made = await stack.post(
        "registry", "/v1/organizations/registrations", division=division, legal_form="association",
        route="department", name=f"第{number}志愿服务协会",
        credit_code=complete_credit_code("51", DISTRICT, f"{number:08d}"),
    )  # fmt: skip
    return str(made["id"])


async def rename(stack: Stack, id: str, name: str) -> None:
    """One more event of an organisation."""
    await stack.ask("PATCH", "registry", f"/v1/organizations/{id}", json={"name": name})


async def announce(stack: Stack, division: str, title: str) -> str:
    """A round of honours, which goes down as a directive."""
    made = await stack.post(
        "grants", "/v1/rounds", division=division, title=title, kind="honours", year=2026,
        closes_on=str(day_of(datetime.now(UTC)) + timedelta(days=30)),
    )  # fmt: skip
    return str(made["id"])


async def arrived(tier: Tier, id: str, sequence: int = 1) -> None:
    """Wait until the console of a stack has an organisation's event."""
    await tier.until("console", KNOWN, id, equals=sequence)


async def figure(stack: Stack, name: str, division: str) -> Any:
    """One figure of party-building, of a division."""
    answer = await stack.get("partybuild", "/v1/figures", division=division)
    return answer["figures"][name]["value"]


async def recorded(tier: Tier) -> set[tuple[Any, ...]]:
    """(service, subject, epoch, sequence) of all that a stack's services tell upwards, by their logs."""
    return {
        (service, *row)
        for service in ("registry", "grants", "partybuild", "notify")
        for row in await tier.rows(
            service,
            "select aggregateid, epoch, sequence from event_log where aggregatetype <> all($1::text[])",
            [one.name for one in STREAMS.values() if one.directive or one.aggregate == REPLAY],
        )
    }


async def shown(tier: Tier, of: Tier) -> list[tuple[Any, ...]]:
    """The same of another stack as this one's console has it."""
    return await tier.rows(
        "console",
        "select t.service, t.subject::text, t.epoch, t.sequence from timeline t join inbox i"
        " on i.service = t.service and i.subject = t.subject::text and i.consumer = 'console'"
        " where i.stack = $1",
        of.stack,
    )


async def agree(country: Country) -> None:
    """Wait until each stack has all of those below it, then compare: by SQL, and by the audit's digests.

    An outbox is empty between two signs of life.
    """
    pairs = [
        (country.district, country.street), (country.city, country.street), (country.city, country.district)
    ]  # fmt: skip
    for upper, lower in pairs:
        for _ in range(300):
            if set(await shown(upper, lower)) == await recorded(lower):
                break
            await asyncio.sleep(0.2)
        told, seen = await recorded(lower), Counter(await shown(upper, lower))
        assert (told - seen.keys(), seen.keys() - told) == (set(), set()), (upper.stack, lower.stack)
        assert set(seen.values()) == {1}, (upper.stack, lower.stack)
        for service in lower.ports:
            assert not await differing(upper, lower, service), (upper.stack, lower.stack, service)
    for tier in country.tiers:
        for service in tier.ports:
            for table in ("outbox", "outbox_blocked", "held"):
                await tier.until(service, f"select count(*) from {table}", equals=0)


async def differing(upper: Tier, lower: Tier, service: str) -> tuple[audit.Finding, ...]:
    """What the upper console lacks of a lower service, by digests as `shuniu audit` makes them."""
    [console] = [c for c in consumers_of(discover("console")) if c.name == "console"]
    aggregates = [s.aggregate for s in streams_of(console) if s.service == service and not s.directive]
    source = await asyncpg.connect(lower.databases[service])
    inbox = await asyncpg.connect(upper.databases["console"])
    try:
        return await audit.compare(
            source, inbox, consumer="console", service=service, stack=lower.stack, aggregates=aggregates
        )
    finally:
        await source.close()
        await inbox.close()


async def test_a_registration_in_the_street_reaches_the_replicas_and_figures_above(country: Country) -> None:
    async with country.office(country.street) as street, country.office(country.district) as district:
        before = await figure(district, "coverage.registered", DISTRICT)
        id = await register(street)
        for tier in country.tiers:
            await arrived(tier, id)
        await country.district.until(
            "partybuild", "select count(*) from organization where id = $1", id, equals=1
        )
        assert await figure(district, "coverage.registered", DISTRICT) == before + 1
        assert await figure(district, "coverage.registered", STREET) == before + 1
        own = await register(district, DISTRICT)
        await arrived(country.city, own)
        async with country.office(country.city) as city:
            assert await figure(city, "coverage.registered", STREET) == before + 1
            assert await figure(city, "coverage.registered", DISTRICT) == before + 2


async def test_only_the_home_stack_acts_on_a_record_and_only_it_opens_the_duty(country: Country) -> None:
    async with country.office(country.street) as street, country.office(country.district) as district:
        id = await register(street)
        duty = "select count(*), max(home) from coverage_duty where organization_id = $1"
        await country.street.until("partybuild", duty, id, equals=1)
        duties = "select count(*) from subject where aggregate = 'coverage_duty' and organization_id = $1"
        for tier in country.tiers:
            await tier.until("console", duties, id, equals=1)
        assert await country.street.rows("partybuild", duty, id) == [(1, STREET)]
        for tier in (country.district, country.city):
            assert await tier.rows("partybuild", duty, id) == [(0, None)]
        with pytest.raises(StepFailed, match=r"409 .*not_home"):
            await register(district, STREET)


async def test_a_directive_of_the_district_is_answered_by_the_street(country: Country) -> None:
    """The answer is the street's own record: the message to its liaison, read and acknowledged."""
    async with country.office(country.street) as street, country.office(country.district) as district:
        await street.post(
            "notify", "/v1/recipients", person_id="p-1", actor_id="u-liaison", role="liaison", division=STREET
        )
        round_ = await announce(district, DISTRICT, "二〇二六年优秀社会组织评选")
        state = "select state->>'title' from subject where aggregate = 'round' and id = $1"
        for tier in country.tiers[1:]:
            await tier.until("console", state, round_, equals="二〇二六年优秀社会组织评选")
        await country.street.until(
            "notify", "select status from message where cause_subject = $1", round_, equals="sent"
        )
        async with country.office(country.street, subject="u-liaison", role="liaison") as liaison:
            [message] = await liaison.every("notify", "/v1/messages")
            assert "二〇二六年优秀社会组织评选" in message["title"]
            assert message["acknowledge_by"] is not None
            await liaison.post("notify", f"/v1/messages/{message['id']}/acknowledgement")

        receipt = (
            "select state->>'status' from subject where aggregate = 'message'"
            " and state->'cause'->>'subject' = $1 and division = $2"
        )
        for tier in country.tiers:
            await tier.until("console", receipt, round_, STREET, equals="acknowledged")
        assert await country.city.value("console", state, round_) is None, "directives do not go up"


async def test_a_campaign_and_a_task_of_the_city_are_answered_two_stacks_below(country: Country) -> None:
    """Each stack below opens what its own organisations and bodies owe; what they say of it adds up above."""
    today = day_of(datetime.now(UTC))
    by = str(today + timedelta(days=60))
    async with (
        country.office(country.city) as city,
        country.office(country.district) as district,
        country.office(country.street) as street,
    ):
        theirs = {
            STREET: (country.street, street, await register(street)),
            DISTRICT: (country.district, district, await register(district, DISTRICT)),
        }
        campaign = (await city.post(
            "registry", "/v1/inspection-campaigns", division=CITY, title="全市年度检查",
            legal_forms=["association"], year=today.year, begins_on=str(today), due_on=by,
            excused_after=str(today),
        ))["id"]  # fmt: skip
        task = (await city.post(
            "registry", "/v1/tasks", division=CITY, title="摸清枢纽型组织底数", kind="census", lead="office",
            implementing=[DISTRICT, STREET], due_on=by,
        ))["id"]  # fmt: skip
        answered = {}
        for division, (tier, office, organization) in theirs.items():
            opened = "select id::text from inspection where campaign_id = $1 and organization_id = $2"
            inspection = await found(tier, opened, campaign, organization)
            await office.post("registry", f"/v1/inspections/{inspection}/submission")
            owed = "select id::text from task_receipt where task_id = $1 and division = $2"
            receipt = answered[division] = await found(tier, owed, task, division)
            for step, said in (
                ("acknowledgement", {}), ("filing", {"plan": "逐社区上门登记"}),
                ("report", {"report": "已完成", "done": len(division)}),
            ):  # fmt: skip
                await office.post("registry", f"/v1/task-receipts/{receipt}/{step}", **said)
        path = f"/v1/inspections/{inspection}/conclusion"
        await district.post("registry", path, result="qualified")

        steps = "select string_agg(fact, ' ' order by sequence) from timeline where subject = $1"
        for receipt in answered.values():
            await country.city.until(
                "console", steps, receipt, equals="opened acknowledged filed_for_record reported"
            )
        [whole] = await city.get("registry", f"/v1/tasks/{task}/receipts")
        answers = {
            "owed": 2, "acknowledged": 2, "filed": 2, "reported": 2, "late": 0, "overdue": 0, "done": 6 + 9
        }  # fmt: skip
        assert (whole["division"], whole["answers"]) == (CITY, answers)
        [node] = whole["below"]
        assert (node["own"], node["below"][0]["own"]) == (answered[DISTRICT], answered[STREET])
        assert await street.get("registry", f"/v1/tasks/{task}/receipts") == node["below"]

        everybody = "select count(*) from inspection where campaign_id = $1"
        mine = f"{everybody} and home = $2"
        due = sum([await tier.value("registry", mine, campaign, tier.stack) for tier in country.tiers[1:]])
        await country.city.until("registry", everybody, campaign, equals=due)
        await country.city.until("registry", f"{everybody} and state = 'concluded'", campaign, equals=1)
        path = f"/v1/inspection-campaigns/{campaign}/progress"
        progress = await city.get("registry", path, division=DISTRICT)
        assert progress["whole"] == (await district.get("registry", path))["whole"]
        below = {one["division"]: one for one in progress["by"]}
        assert below[STREET] == (await street.get("registry", path))["whole"]
        assert set(below) == {DISTRICT, STREET}
        for figure in ("due", "not_submitted", "submitted", "passed"):
            assert progress["whole"][figure] == sum(one[figure] for one in below.values()), figure
        assert (below[STREET]["submitted"], below[DISTRICT]["passed"]) == (1, 1)
        assert progress["whole"]["due"] == due
    await agree(country)


async def found(tier: Tier, query: str, *arguments: object) -> str:
    """Wait for the one row that a query of a stack's registry has; its id."""
    await tier.until("registry", f"select count(*) from ({query}) one", *arguments, equals=1)
    return str(await tier.value("registry", query, *arguments))


async def test_what_comes_by_two_ways_is_there_once(country: Country) -> None:
    async with country.office(country.street) as street:
        for id in [await register(street) for _ in range(20)]:
            await arrived(country.city, id)
    told = await country.street.rows(
        "registry", "select aggregateid, sequence, id::text from event_log"
        " where aggregatetype = 'registry.organization' order by 1, 2",
    )  # fmt: skip
    expected: dict[str, list[tuple[int, str]]] = {}
    for subject, sequence, event in told:
        expected.setdefault(subject, []).append((sequence, event))
    for _ in range(150):
        at_the_city = await asyncio.to_thread(on_the_bus, country.city.kafka.outside, ORGANIZATIONS)
        if len(at_the_city) >= 2 * len(told):
            break
        await asyncio.sleep(0.2)
    assert first_sights(at_the_city) == expected
    assert Counter(record.id for record in at_the_city) == {event: 2 for _, _, event in told}
    await agree(country)


async def test_a_copied_topic_is_as_its_source(country: Country) -> None:
    """Its partitions, so that a subject stays in one; its retention, since a copy is read from the start."""
    for upper, lower in ((country.district, STREET), (country.city, STREET), (country.city, DISTRICT)):
        settings = BusSettings(bootstrap_servers=upper.kafka.outside)
        found = [one for one in await topics.plan(settings, lower) if "directives" not in one.topic.name]
        assert {one.detail for one in found if one.state is not topics.TopicState.AS_WANTED} == set()


async def test_a_line_that_is_cut_for_a_while_loses_and_doubles_nothing(country: Country) -> None:
    line = country.lines[DISTRICT]
    async with country.office(country.street) as street, country.office(country.district) as district:
        line.cut()
        try:
            made = [await register(street) for _ in range(30)]
            for id in made[:10]:
                await rename(street, id, f"{id[-8:]}志愿服务联合会")
            round_ = await announce(district, DISTRICT, "断线期间发布的评选")
            await arrived(country.city, made[-1])
            await asyncio.sleep(10)
            assert await silent_s(country.district, STREET) > 9, "the street is not heard"
            assert await silent_s(country.street, DISTRICT) > 9, "nor is the district"
            assert await silent_s(country.city, STREET) < 9, "which has another line to the city"
            seen = "select count(*) from subject where id = any($1::uuid[])"
            assert await country.district.value("console", seen, made) == 0
            assert await country.street.value("console", seen, [round_]) == 0
        finally:
            line.heal()
        for number, id in enumerate(made):
            await arrived(country.district, id, 2 if number < 10 else 1)
        await country.street.until("console", "select fact from subject where id = $1", round_,
                                   equals="announced")  # fmt: skip
        for tier, other in ((country.district, STREET), (country.street, DISTRICT)):
            async with asyncio.timeout(60):
                while await silent_s(tier, other) > 5:  # noqa: ASYNC110, metrics of another process
                    await asyncio.sleep(0.5)
    await agree(country)


async def test_a_copy_made_again_from_the_start_changes_nothing(country: Country) -> None:
    line = country.lines[DISTRICT]
    before = {tier.stack: await everything(tier) for tier in country.tiers}
    count = len(await asyncio.to_thread(on_the_bus, country.district.kafka.outside, ORGANIZATIONS))
    told = "select count(*) from event_log where aggregatetype = 'registry.organization'"
    assert count == await country.street.value("registry", told)
    line.kill()
    for target, source in ((country.district, country.street), (country.street, country.district)):
        forget_offsets(target, source.stack)
    line.come_back()
    for _ in range(300):
        again = await asyncio.to_thread(on_the_bus, country.district.kafka.outside, ORGANIZATIONS)
        if len(again) >= 2 * count:
            break
        await asyncio.sleep(0.3)
    assert len(again) == 2 * count, "the whole topic was copied once more"
    await agree(country)
    assert {tier.stack: await everything(tier) for tier in country.tiers} == before


def forget_offsets(tier: Tier, source: str) -> None:
    """Delete what MirrorMaker 2 knows of how far it is."""
    client = admin(tier.kafka.outside)
    try:
        client.delete_topics([f"mm2-offsets.{source}.internal"])
    finally:
        client.close()


async def everything(tier: Tier) -> dict[str, Any]:
    """All that a stack's services have in words that a repetition would change."""
    found = {
        f"{service}.{table}": await tier.value(service, f"select count(*) from {table}")
        for service, tables in {
            "console": ("timeline", "subject", "organization", "parked", "event_log"),
            "partybuild": ("organization", "organization_standing", "coverage_duty", "event_log", "parked"),
            "notify": ("message", "event_log", "parked"),
            "grants": ("organization", "coverage", "event_log", "parked"),
            "registry": ("event_log", "parked"),
        }.items()
        for table in tables
    }
    newest = "select service, subject, epoch, sequence, last_id from inbox where state = 'ok' order by 1, 2"
    return {**found, "inbox": await tier.rows("console", newest)}


async def test_what_was_lost_on_the_way_is_asked_for_across_the_border(country: Country) -> None:
    """Records vanish from the street's bus before either line has copied them; the gap shows in the next."""
    lines = tuple(country.lines.values())
    async with country.office(country.street) as street:
        for line in lines:
            line.cut()
        try:
            id = await register(street)
            await street.at_rest()  # whoever of the street had it no longer asks for it
            seen = await asyncio.to_thread(on_the_bus, country.street.kafka.outside, ORGANIZATIONS)
            [lost] = [record for record in seen if record.subject == id]
            country.street.forget(ORGANIZATIONS, {lost.partition: lost.offset + 1})
            await rename(street, id, "补发志愿服务协会")
            await arrived(country.street, id, 2)
        finally:
            for line in lines:
                line.heal()
        for tier in (country.district, country.city):
            await arrived(tier, id, 2)
    facts = "select fact from timeline where subject = $1 order by sequence"
    for tier in country.tiers:
        assert await tier.rows("console", facts, id) == [("registered",), ("details_changed",)]
    asked = "select count(*) from event_log where aggregatetype like '%.replay'"
    above = (country.district, country.city)  # who asks first is answered for both
    assert sum([await tier.value(name, asked) for tier in above for name in tier.ports]) > 0
    await agree(country)


async def test_a_street_that_claims_records_of_others_is_quarantined(country: Country) -> None:
    async with country.office(country.district) as district, country.office(country.street) as street:
        own, victim = await register(street), await register(district, DISTRICT)
        for id in (own, victim):
            await arrived(country.district, id)
            for service in ("partybuild", "grants", "notify"):
                there = "select count(*) from organization where id = $1"
                await country.district.until(service, there, id, equals=1)
    template = record_of(country.street, own)
    claims = {
        "another street's division": claim(template, "0198a1b2-0000-7000-8000-000000000001", NEIGHBOUR),
        "the district's division": claim(template, "0198a1b2-0000-7000-8000-000000000002", DISTRICT),
        "a record whose home is the district": claim(template, victim, STREET, sequence=2),
    }
    for claimed in claims.values():
        publish(country.street, ORGANIZATIONS, claimed)
    quarantined = "select count(*) from parked where kind = 'quarantined'"
    await country.district.until("console", quarantined, equals=len(claims))
    await country.city.until("console", quarantined, equals=2 * len(claims))  # by each way
    assert await counted(country.district, "quarantined") == len(claims)
    for service in ("console", "partybuild", "grants", "notify"):
        known = "select id::text from organization where id = any($1::uuid[])"
        found = await country.district.rows(service, known, [claimed["key"] for claimed in claims.values()])
        assert found == [(victim,)], service
    facts = "select fact from timeline where subject = $1 order by sequence"
    assert await country.district.rows("console", facts, victim) == [("registered",)]


async def test_a_street_that_writes_another_stacks_topic_is_not_copied(country: Country) -> None:
    async with country.office(country.street) as street:
        own = await register(street)
    await arrived(country.street, own)
    template = record_of(country.street, own)
    foreign = f"shuniu.{NEIGHBOUR}.registry.organization.v1"
    client = admin(country.street.kafka.outside)
    client.create_topics([NewTopic(foreign, 6, 1)])
    client.close()
    publish(country.street, foreign, claim(template, "0198a1b2-0000-7000-8000-000000000003", NEIGHBOUR))
    async with country.office(country.street) as street:
        later = await register(street)
    await arrived(country.district, later)
    await asyncio.sleep(8)  # topics are looked for every two seconds
    for tier in (country.district, country.city):
        assert foreign not in await asyncio.to_thread(tier.topics)


async def counted(tier: Tier, outcome: str) -> float:
    """How many messages the console's metrics say had this outcome."""
    return await metric(tier, "shuniu_consumer_outcomes_total", outcome=outcome)


async def silent_s(tier: Tier, other: str) -> float:
    """Seconds since a stack last heard another, as the alert reckons it."""
    return time.time() - await metric(tier, "shuniu_stack_heard_timestamp_seconds", from_stack=other)


async def metric(tier: Tier, name: str, **labels: str) -> float:
    """The sum of a metric of the console where it has these labels."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{tier.connection.services['console']}/metrics")).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def record_of(tier: Tier, subject: str) -> dict[str, Any]:
    """The first record of an organisation on its own stack's bus, as a stranger reads it."""
    client = KafkaConsumer(
        ORGANIZATIONS, bootstrap_servers=tier.kafka.outside, auto_offset_reset="earliest",
        enable_auto_commit=False, consumer_timeout_ms=20_000,
    )  # fmt: skip
    try:
        for record in client:
            if record.key.decode() == subject:
                return {"key": subject, "value": record.value, "headers": list(record.headers)}
    finally:
        client.close()
    raise AssertionError(f"{subject} is not on {ORGANIZATIONS}")


def claim(template: dict[str, Any], subject: str, division: str, *, sequence: int = 1) -> dict[str, Any]:
    """A well-formed event of the street's registry about somebody else's record."""
    changed = {
        "ce_subject": subject, "ce_division": division, "ce_id": f"{subject[:-4]}ffff",
        "ce_sequence": f"{sequence:020d}",
    }  # fmt: skip
    headers = [(name, changed.get(name, value.decode()).encode()) for name, value in template["headers"]]
    value = template["value"].replace(f'"division":"{STREET}"'.encode(), f'"division":"{division}"'.encode())
    return {"key": subject, "value": value, "headers": headers}


def publish(tier: Tier, topic: str, record: dict[str, Any]) -> None:
    """Put a record on a stack's bus with a client of no service."""
    client = KafkaProducer(bootstrap_servers=tier.kafka.outside, acks="all")
    try:
        client.send(topic, key=record["key"].encode(), value=record["value"], headers=record["headers"]).get(
            timeout=20
        )
    except KafkaError as error:
        raise AssertionError(f"{topic}: {error}") from error
    finally:
        client.close()
