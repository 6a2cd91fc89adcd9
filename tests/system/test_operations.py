"""The procedures of docs/operations.md on a stack that runs, by the commands that stand there."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from chassis.embedded.connection import Connection
from chassis.embedded.port import free_port
from chassis.installation import installed
from chassis.keys import issue_token
from services.registry.identification.model import complete_credit_code
from tests.deploy.expressions import HERE, alerts, expressions, named, read
from tests.system.world import RunningStack, descendants, logged

pytestmark = pytest.mark.system
STREET = "120116005"
HEARERS = ("console", "notify", "partybuild")
"""Who hears of a filed organisation, beside `grants`, which takes no interest in its later changes."""
WITHIN_S = 60.0
PROMETHEUS = shutil.which("prometheus")
SUFFIXES = {
    "counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum"), "unknown": ("",),
}  # fmt: skip
"""What the samples of a family are called; a labelled family is told before its first sample."""


@dataclass
class Operator:
    """Somebody at a terminal, with a stack and a register to change."""

    stack: RunningStack
    connection: Connection
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def run(self, *arguments: str, code: int = 0) -> str:
        """A `shuniu` command; what it printed, standard error included."""
        done = self.stack.run(*arguments, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def told(self, *arguments: str, code: int = 0) -> str:
        """The same in one line, however a terminal breaks it."""
        return " ".join(self.run(*arguments, code=code).split())

    def listed(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        """The rows of a listing command."""
        done = self.stack.run(*arguments, "--json", check=False)
        assert done.returncode == code, done.stdout + done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)
        return rows

    def file(self) -> str:
        """An organisation filed with its community; its id."""
        body = {"division": STREET, "name": f"第{next(self.numbers)}号邻里互助队"}
        return str(self._call("POST", "/v1/organizations/filings", body)["id"])

    def register(self) -> str:
        """One that is registered, which is a coverage duty; its id."""
        number = next(self.numbers)
        body = {
            "division": STREET, "name": f"第{number}号邻里服务中心", "legal_form": "private_non_enterprise",
            "route": "direct", "categories": ["community_service"], "full_party_member_count": 4,
            "credit_code": complete_credit_code("52", "120116", f"MJ{number:06d}"),
        }  # fmt: skip
        return str(self._call("POST", "/v1/organizations/registrations", body)["id"])

    def change(self, organization: str) -> None:
        """One more event of it."""
        self._call("PATCH", f"/v1/organizations/{organization}", {"staff_count": next(self.numbers)})

    def appoint(self) -> str:
        """An instructor; the id."""
        body = {"person_id": f"p-instructor-{next(self.numbers)}", "division": "120116", "capacity": 5}
        return str(self._call("POST", "/v1/instructors", body, "partybuild")["id"])

    def records(self, topic: str) -> int:
        """How many records a topic of the stack has."""
        return asyncio.run(_records(self.connection.bootstrap_servers, topic))

    def _call(
        self, method: str, path: str, body: dict[str, Any], service: str = "registry"
    ) -> dict[str, Any]:
        token = issue_token(
            self.stack.data_dir / "keys", subject="u-1", roles=["operator"], divisions=[self.connection.stack]
        )
        answer = httpx.request(
            method, self.connection.services[service] + path, json=body, trust_env=False, timeout=30,
            headers={"authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def sql(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """What the service's database answers, without any code of ours."""

        async def ask() -> list[asyncpg.Record]:
            database = await asyncpg.connect(self.connection.databases[service])
            try:
                return list(await database.fetch(statement, *arguments))
            finally:
                await database.close()

        return asyncio.run(ask())

    def value(self, service: str, statement: str, *arguments: Any) -> Any:
        """The one value that a query gives."""
        [row] = self.sql(service, statement, *arguments)
        return row[0]

    def until(self, wanted: Callable[[], object], what: str) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + WITHIN_S
        while not wanted():
            assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
            time.sleep(0.1)

    def at(self, service: str, subject: str) -> int:
        """The sequence up to which a service's consumer has a subject."""
        statement = "select sequence from inbox where consumer = $1 and subject = $2"
        rows = self.sql(service, statement, service, subject)
        return rows[0]["sequence"] if rows else 0

    def heard(self, subject: str, sequence: int, *services: str) -> None:
        """Wait until these services, or all that hear of it, have the subject up to `sequence`."""
        for service in services or HEARERS:
            self.until(lambda s=service: self.at(s, subject) == sequence, f"{service} at {sequence}")  # type: ignore[misc]

    def gathered(self, table: str, number: int, *services: str) -> None:
        """Wait until a table of each of these services has so many rows; asked in SQL, which is quicker."""
        statement = f"select count(*) from {table}"
        for service in services:
            self.until(
                lambda s=service: self.value(s, statement) == number,  # type: ignore[misc]
                f"{number} in {table} of {service}",
            )

    def in_order(self) -> None:
        """All is sent and heard, and then `shuniu audit` finds nothing."""
        self.gathered("outbox", 0, *self.connection.databases)
        self.until(lambda: self.stack.run("audit", check=False).returncode == 0, "audit is clean")
        assert "everything is in order" in self.run("audit")

    def refuse_in_relay(self, subject: str) -> str:
        """Block a subject as the relay does when the bus refuses its message; the lane's name."""
        lane = f"registry.organization.v1/{subject}"
        self.value(
            "registry",
            "with touched as (update source set epoch = epoch), blocked as ("
            " insert into outbox_blocked (kind, name, seq, reason) values ('subject', $1, 1, 'too large'))"
            " select pg_notify('shuniu_relay', 'full')",
            lane,
        )
        return lane

    def send_again(self, subject: str, **headers: bytes) -> None:
        """Put a copy of the subject's last message on the bus, with other headers, as a stranger might."""
        asyncio.run(_send_again(self.connection.bootstrap_servers, subject, headers))


TOPIC = "shuniu.120116.registry.organization.v1"


async def _send_again(bootstrap_servers: str, subject: str, headers: dict[str, bytes]) -> None:
    record = await _last(bootstrap_servers, subject)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    await producer.start()
    try:
        changed = list({**dict(record.headers), **headers}.items())
        await producer.send_and_wait(
            TOPIC, record.value, key=record.key, headers=changed, partition=record.partition
        )
    finally:
        await producer.stop()


async def _records(bootstrap_servers: str, topic: str) -> int:
    client = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    await client.start()
    try:
        await client.topics()
        found = client.partitions_for_topic(topic) or set()
        places = [TopicPartition(topic, number) for number in found]
        client.assign(places)
        await client.seek_to_beginning(*places)
        # The end that the embedded broker tells is too low where its last batch has several records.
        async with asyncio.timeout(WITHIN_S):
            for one in places:
                while (end := client.highwater(one)) is None or await client.position(one) < end:
                    await client.getmany(timeout_ms=200)
        return sum(client.highwater(one) or 0 for one in places)
    finally:
        await client.stop()


async def _last(bootstrap_servers: str, subject: str) -> ConsumerRecord[bytes, bytes]:
    client = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest")
    await client.start()
    found: ConsumerRecord[bytes, bytes] | None = None
    try:
        async with asyncio.timeout(WITHIN_S):
            while (batch := await client.getmany(timeout_ms=1000)) or found is None:
                records = [record for each in batch.values() for record in each]
                found = next((r for r in reversed(records) if r.key == subject.encode()), found)
    finally:
        await client.stop()
    return found


@pytest.fixture(scope="module")
def operator(place: Path) -> Iterator[Operator]:
    """A stack whose consumers do not ask for what is missing by themselves, so that a person can."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHUNIU_CONSUMER_HOLD_S", "600")
        stack = RunningStack(place / "operations")
        yield Operator(stack, stack.start())
        stack.stop()


def test_a_parked_message_is_retried_once_its_cause_is_mended(operator: Operator) -> None:
    with refusing(operator, "partybuild"):
        organization = operator.file()
        operator.change(organization)
        operator.gathered("parked", 2, "partybuild")
    first, follower = operator.listed("parked", "list", "partybuild")
    assert (first["kind"], follower["kind"]) == ("failed", "follower")
    assert "refused for a test" in first["error"]
    assert {row["kind"] for row in operator.listed("audit", code=1)} == {"parked", "behind"}
    said = operator.run("parked", "retry", "partybuild", str(first["number"]), "--reason", "mended")
    assert "2 applied" in said
    assert operator.at("partybuild", organization) == 2
    operator.in_order()


def test_a_parked_message_is_given_up_with_a_reason_that_stays(operator: Operator) -> None:
    with refusing(operator, "partybuild"):
        organization = operator.file()
        operator.gathered("parked", 1, "partybuild")
        [parked] = operator.listed("parked", "list", "partybuild")
        reason = ("--reason", "a test record", "--actor", "u-ops1")
        operator.run("parked", "discard", "partybuild", str(parked["number"]), *reason)
    assert operator.listed("parked", "list") == []
    assert operator.at("partybuild", organization) == 1
    assert operator.sql("partybuild", "select from organization where id::text = $1", organization) == []
    [newest] = operator.listed("decisions", "partybuild", "--limit", "1")
    assert (newest["decision"], newest["actor"]) == ("parked.discard", "u-ops1")
    assert newest["reason"] == "a test record"
    operator.in_order()


def test_what_is_held_behind_a_gap_goes_on_after_a_replay(operator: Operator) -> None:
    organization = operator.file()
    operator.heard(organization, 1)
    lane = operator.refuse_in_relay(organization)
    operator.change(organization)
    operator.sql("registry", "delete from outbox")
    operator.run("blocked", "release", "registry", lane, "--reason", "the message is lost, for a test")
    operator.change(organization)
    operator.gathered("held", 1, *HEARERS)
    rows = operator.listed("held", "list")
    assert len(rows) == len(HEARERS)
    for row in rows:
        assert (row["service"], row["subject"]) == ("registry", organization)
        assert (row["has"], row["waits_with"]) == (1, 3)
    operator.run("replay", "registry", "--subject", organization, "--from-sequence", "2", "--reason", "held")
    operator.heard(organization, 3)
    assert operator.listed("held", "list") == []
    operator.in_order()


def test_a_fork_is_found_and_given_up(operator: Operator) -> None:
    organization = operator.file()
    operator.heard(organization, 1, *HEARERS, "grants")
    operator.send_again(organization, ce_id=str(uuid.uuid4()).encode())
    everyone = (*HEARERS, "grants")
    operator.gathered("parked", 1, *everyone)
    assert {row["at"] for row in operator.listed("parked", "list", "--kind", "fork")} == set(everyone)
    assert {row["detail"] for row in operator.listed("audit", code=1)} == {"1 parked: fork"}
    operator.change(organization)
    for service in everyone:
        operator.run("parked", "discard", service, "--kind", "fork", "--reason", "not in the registry's log")
    operator.heard(organization, 2)
    operator.in_order()


def test_what_is_quarantined_is_listed_and_never_applied(operator: Operator) -> None:
    organization = operator.file()
    operator.heard(organization, 1, *HEARERS, "grants")
    operator.send_again(organization, ce_division=b"440303001", ce_sequence=b"%020d" % 2)
    operator.gathered("parked", 1, *HEARERS, "grants")
    rows = operator.listed("parked", "list", "--kind", "quarantined")
    assert len(rows) == len(HEARERS) + 1
    for row in rows:
        assert row["error"] == "division 440303001 is not of stack 120116"
        assert operator.at(row["at"], organization) == 1
        operator.run("parked", "discard", row["at"], str(row["number"]), "--reason", "told the sender")
    operator.in_order()


def test_a_blocked_subject_goes_on_when_it_is_released(operator: Operator) -> None:
    organization = operator.file()
    operator.heard(organization, 1)
    lane = operator.refuse_in_relay(organization)
    operator.change(organization)
    operator.gathered("outbox", 1, "registry")
    [row] = operator.listed("blocked", "list")
    assert (row["at"], row["kind"], row["name"], row["reason"]) == ("registry", "subject", lane, "too large")
    assert row["messages"] == 1
    assert operator.at("console", organization) == 1
    assert "is not blocked" in operator.run(
        "blocked", "release", "registry", "no-such", "--reason", "a slip", code=1
    )
    operator.run("blocked", "release", "registry", "--all", "--reason", "the limit was raised")
    operator.heard(organization, 2)
    operator.in_order()


def test_a_timer_that_was_given_up_fires_once_its_cause_is_mended(operator: Operator) -> None:
    organization = operator.register()
    duty = "select id::text from coverage_duty where organization_id::text = $1"
    operator.until(lambda: operator.sql("partybuild", duty, organization), "the duty is there")
    subject = operator.value("partybuild", duty, organization)
    overdue = "select count(*) from event_log where aggregateid = $1 and type like '%.became_overdue.v1'"
    with refusing(operator, "partybuild", "update on coverage_duty"):
        operator.sql(
            "partybuild",
            "update timer set attempts = 7, due_at = now() - interval '1 hour', retry_at = now()"
            " where subject = $1",
            subject,
        )
        operator.gathered("timer where state = 'parked'", 1, "partybuild")
    [row] = operator.listed("timers", "list")
    assert (row["at"], row["kind"], row["subject"]) == ("partybuild", "coverage.duty_due", subject)
    assert (row["state"], row["attempts"]) == ("parked", 8)
    assert "refused for a test" in row["error"]
    assert operator.value("partybuild", overdue, subject) == 0
    retry = ("timers", "retry", "partybuild", "--kind")
    assert "0 timers fire again" in operator.told(*retry, "coverage.other", "--reason", "a slip")
    assert "1 timers fire again" in operator.told(*retry, "coverage.duty_due", "--reason", "mended in 1.4.2")
    operator.until(lambda: operator.value("partybuild", overdue, subject) == 1, "the day has passed")
    assert operator.listed("timers", "list") == []
    [newest] = operator.listed("decisions", "partybuild", "--limit", "1")
    assert (newest["decision"], newest["reason"]) == ("timers.retry", "mended in 1.4.2")
    operator.in_order()


def test_the_topic_of_a_new_major_is_filled_with_what_was_before(operator: Operator) -> None:
    for _ in range(3):
        operator.appoint()
    operator.in_order()
    old, new = (f"shuniu.120116.partybuild.instructor.v{major}" for major in (1, 2))
    before = operator.records(old)
    assert operator.records(new) == before >= 3
    fill = ("replay", "partybuild", "--stream", "instructor", "--major")
    assert f"{before} messages of 3 records are sent to v2" in operator.told(
        *fill, "2", "--reason", "new major"
    )
    operator.in_order()
    assert (operator.records(old), operator.records(new)) == (before, 2 * before)
    [newest] = operator.listed("decisions", "partybuild", "--limit", "1")
    assert (newest["decision"], newest["reason"]) == ("replay", "new major")
    said = operator.told(*fill, "7", code=1)
    assert "partybuild.instructor has no live major 7; there are: 1, 2" in said
    said = operator.told("replay", "partybuild", "--stream", "instructors", "--major", "2", code=1)
    assert "no stream partybuild.instructors in the catalogue" in said
    assert "--stream and --major" in operator.told("replay", "partybuild", "--stream", "instructor", code=1)


def test_an_audit_tells_of_what_is_read_no_longer_and_finds_nothing_wrong(operator: Operator) -> None:
    subject = str(uuid.uuid4())
    try:
        operator.sql(
            "registry",
            "insert into event_log (id, aggregatetype, aggregateid, type, sequence, epoch, division, payload,"
            " headers, recorded_at)"
            " values (gen_random_uuid(), 'registry.left', $1, 'x', 1, 0, '120116', '', '{}', now())",
            subject,
        )
        operator.sql(
            "grants",
            "insert into inbox (consumer, service, subject, stack, epoch, sequence, previous, last_id,"
            " previous_id) values ('grants', 'registry', $1, '120116', 0, 1, 0, $1, '')",
            subject,
        )
        assert operator.listed("audit", "grants") == []
        told = "consumer grants reads registry.left no longer and has 1 records of it"
        assert told in operator.told("audit", "grants")
    finally:
        operator.sql("registry", "delete from event_log where aggregateid = $1", subject)
        operator.sql("grants", "delete from inbox where subject = $1", subject)
    operator.in_order()


def test_every_metric_that_rules_and_dashboard_name_is_reported(operator: Operator) -> None:
    told = {"up"}  # Prometheus' own
    for url in operator.connection.services.values():
        page = httpx.get(f"{url}/metrics", trust_env=False, timeout=30).text
        for family in text_string_to_metric_families(page):
            told |= {f"{family.name}{suffix}" for suffix in SUFFIXES[family.type]}
    assert named() - told == set()


@pytest.mark.skipif(
    PROMETHEUS is None, reason="NO prometheus: nothing is scraped; apt-get install prometheus"
)
def test_prometheus_finds_every_process_and_evaluates_every_rule(operator: Operator, tmp_path: Path) -> None:
    with scraping(operator.connection, tmp_path) as prometheus:
        operator.until(prometheus.sees_all, "every target is up and every rule evaluated")
        for expression in expressions():
            prometheus.ask(expression)


def test_a_broker_that_lost_everything_is_filled_again(operator: Operator) -> None:
    for _ in range(3):
        operator.change(operator.register())
    operator.in_order()
    before = logged(operator.connection)
    [broker] = [pid for pid in descendants(_pid(operator)) if "tansu" in _command(pid)]
    os.kill(broker, signal.SIGKILL)
    operator.gathered("operator_decision where decision = 'bus.rebuild'", 1, *operator.connection.databases)
    operator.in_order()
    operator.run("bus", "rebuild", "--reason", "once more by hand", "--actor", "u-ops1")
    operator.in_order()
    assert logged(operator.connection) == before, "what came again led to nothing"


def test_databases_are_copied_while_in_use_and_one_is_brought_back(operator: Operator) -> None:
    operator.in_order()
    folder = operator.stack.data_dir.parent / "backups"
    operator.run("backup", str(folder))
    assert {file.stem for file in folder.iterdir()} == set(operator.connection.databases)
    later = [operator.register() for _ in range(3)]
    operator.heard(later[-1], 1)
    load = ("restore", "partybuild", "--from", str(folder / "partybuild.dump"), "--reason", "disk failure")
    assert "partybuild is running (its relay holds the lock); stop it first" in operator.told(*load, code=1)
    operator.stack.stop()
    operator.connection = operator.stack.start("--engines-only")
    assert "partybuild: epoch " in operator.run(*load)
    operator.stack.stop()
    operator.connection = operator.stack.start()
    for organization in later:
        operator.heard(organization, 1, "partybuild")
    operator.gathered("outbox", 0, *operator.connection.databases)
    duties = "select count(*) from coverage_duty where organization_id::text = any($1)"
    assert operator.value("partybuild", duties, later) == 3, "what the backup lacked came from the bus"
    # The duties that were opened between backup and loss had other ids: nobody can unsay them.
    found = operator.listed("audit", code=1)
    assert {row["kind"] for row in found if row["service"] == "notify"} == {"unknown_to_source"}
    assert len({row["subject"] for row in found if row["service"] == "notify"}) == 3


@dataclass
class Prometheus:
    """Prometheus itself, on our configuration with this stack's ports and a scrape a second."""

    url: str

    def sees_all(self) -> bool:
        """Whether each service answers it; raises AssertionError where a rule cannot be evaluated."""
        try:
            if not httpx.get(f"{self.url}/-/ready", trust_env=False, timeout=30).is_success:
                return False
            targets = self._get("targets")["activeTargets"]
            rules = [rule for group in self._get("rules")["groups"] for rule in group["rules"]]
        except httpx.TransportError:
            return False
        assert [rule for rule in rules if rule["health"] == "err"] == []
        assert {rule["name"] for rule in rules} == {rule["alert"] for rule in alerts()}
        healthy = [one["labels"]["service"] for one in targets if one["health"] == "up"]
        return sorted(healthy) == sorted(installed()) and all(rule["health"] == "ok" for rule in rules)

    def ask(self, expression: str) -> None:
        """A query as Grafana would send it; raises AssertionError where it is refused."""
        for variable, value in (("$service", ".*"), ("$__rate_interval", "1m")):
            expression = expression.replace(variable, value)
        self._get("query", query=expression)

    def _get(self, what: str, **parameters: str) -> dict[str, Any]:
        answer = httpx.get(f"{self.url}/api/v1/{what}", params=parameters, trust_env=False, timeout=30)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found


@contextmanager
def scraping(connection: Connection, folder: Path) -> Iterator[Prometheus]:
    """Prometheus beside the stack, stopped at the end."""
    assert PROMETHEUS is not None
    configuration = read("embedded.yml")
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(HERE / name) for name in configuration["rule_files"]]
    for static in configuration["scrape_configs"][0]["static_configs"]:
        static["targets"] = [connection.services[static["labels"]["service"]].removeprefix("http://")]
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(configuration))
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [
            PROMETHEUS, f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}", "--log.level=warn",
        ]
    )  # fmt: skip
    try:
        yield Prometheus(f"http://{address}")
    finally:
        process.terminate()
        process.wait(30)


def refusing(operator: Operator, service: str, what: str = "insert on organization") -> "_Refusing":
    """While the block runs, a trigger refuses what the service would write: of new organisations, unasked."""
    return _Refusing(operator, service, what)


@dataclass
class _Refusing:
    operator: Operator
    service: str
    what: str

    def __enter__(self) -> None:
        for statement in (
            "create function refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'refused for a test'; end $$",
            f"create trigger refuse before {self.what} for each row execute function refuse()",
        ):
            self.operator.sql(self.service, statement)

    def __exit__(self, *error: object) -> None:
        self.operator.sql(self.service, "drop function refuse cascade")


def _pid(operator: Operator) -> int:
    assert operator.stack.process is not None
    return operator.stack.process.pid


def _command(pid: int) -> str:
    """The command of a process; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""
