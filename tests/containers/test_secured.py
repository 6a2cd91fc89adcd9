"""TLS, users, certificates and rules on Apache Kafka and PostgreSQL: what is needed works, nothing else."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from pydantic import SecretStr
from shuniu_contracts import STREAMS
from shuniu_contracts.plan import Acl, acls

from chassis import access, bus, groups, topics
from chassis.database import Unverified, connect
from chassis.keys import EmbeddedKey
from chassis.service import installed
from chassis.settings import BusSettings, DatabaseSettings
from tests.containers.secured import (
    OWNER_PASSWORD,
    READER_PASSWORD,
    Certificates,
    SecuredKafka,
    SecuredPostgres,
    bus_user,
    password,
)
from tests.security.deployed import ROOT, STACK, Deployed, whole_flow

pytestmark = pytest.mark.integration
CERTIFIED = "partybuild"
"""The service that proves itself by certificates, to both engines; the others do it by passwords."""
ORGANIZATIONS = STREAMS["registry", "organization"].topic(STACK, 1)
MESSAGES = STREAMS["notify", "message"].topic(STACK, 1)


@dataclass(frozen=True)
class Secured:
    """A stack on engines that refuse whatever is not secured."""

    certificates: Certificates
    kafka: SecuredKafka
    postgres: SecuredPostgres
    stack: Deployed

    def user(self, name: str, **changes: Any) -> BusSettings:
        """Settings of a user of the bus who has a password."""
        given: dict[str, Any] = {
            "bootstrap_servers": self.kafka.clients, "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512", "sasl_username": bus_user(name),
            "sasl_password": SecretStr(password(name)), "tls_ca_file": self.certificates.ca,
        }  # fmt: skip
        return BusSettings.model_validate(given | changes)

    def holder(self, name: str) -> BusSettings:
        """Settings of a user of the bus who has a certificate."""
        file = self.certificates.directory / f"{name}.pem"
        return BusSettings(
            bootstrap_servers=self.kafka.mutual, security_protocol="SSL", tls_ca_file=self.certificates.ca,
            tls_certificate_file=file,
        )  # fmt: skip

    def database(self, **changes: Any) -> DatabaseSettings:
        """Settings of the registry's runtime role."""
        dsn = SecretStr(self.postgres.dsn().replace("{service}", "registry"))
        given: dict[str, Any] = {"dsn": dsn, "tls_ca_file": self.certificates.ca}
        return DatabaseSettings.model_validate(given | changes)


def as_environment(settings: BusSettings) -> dict[str, str]:
    """The same as variables of a process."""
    plain = settings.model_dump(exclude_none=True, exclude_defaults=True)
    return {
        f"SHUNIU_BUS_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in plain.items()
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    """Engines, users, rules, and the services running with nothing but what the catalogue gives them."""
    root = tmp_path_factory.mktemp("secured")
    for folder in (root, root.parent, root.parent.parent):
        folder.chmod(0o711)  # the engines' accounts pass through to the certificates
    certificates = Certificates.make(root / "certificates")
    certificates.issue(bus_user(CERTIFIED))
    certificates.issue(f"shuniu_{CERTIFIED}")
    kafka = SecuredKafka(certificates)
    postgres = SecuredPostgres(certificates, f"shuniu_{CERTIFIED}")
    stack = Deployed(
        EmbeddedKey.open(root / "keys"), root,
        {
            "SHUNIU_DATABASE_DSN": postgres.dsn(),
            "SHUNIU_DATABASE_TLS_CA_FILE": str(certificates.ca),
        },
        groups=[(name,) for name in installed()],
    )  # fmt: skip
    found = Secured(certificates, kafka, postgres, stack)
    own = {name: as_environment(found.user(name)) for name in installed()}
    own[CERTIFIED] = as_environment(found.holder(bus_user(CERTIFIED))) | {
        "SHUNIU_DATABASE_TLS_CERTIFICATE_FILE": str(certificates.directory / f"shuniu_{CERTIFIED}.pem")
    }
    stack.own = own
    try:
        await asyncio.to_thread(deploy, found)
        await postgres.ready()
        await asyncio.to_thread(release, found)
        await stack.ready()
        yield found
    finally:
        await asyncio.to_thread(stack.stop)
        for engine in (kafka, postgres):
            await asyncio.to_thread(engine.stop)


def deploy(secured: Secured) -> None:
    """The engines and their users."""
    secured.kafka.start()
    printed = subprocess.run(
        [sys.executable, "-m", "chassis.command", "database", "roles", "--prefix", "shuniu_"],
        capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    secured.postgres.start(printed)
    names = ("operator", "auditor", *installed())
    secured.kafka.add_users({bus_user(name): password(name) for name in names})


def release(secured: Secured) -> None:
    """What an operator does before a release runs: rules, schema and rights, topics; then the services."""
    stack, postgres = secured.stack, secured.postgres
    applied = stack.run(
        "topics", "acls", "--apply", service=CERTIFIED, changes=as_environment(secured.holder("admin"))
    )
    assert "missing" not in applied.stdout
    owner = postgres.dsn("{service}_owner", OWNER_PASSWORD)
    stack.run("migrate", "--grant", changes={"SHUNIU_DATABASE_DSN": owner})
    stack.run("topics", "apply", changes=as_environment(secured.user("operator")))
    stack.start()


async def test_the_whole_flow_works_with_the_catalogues_rules_only(secured: Secured) -> None:
    await whole_flow(secured.stack)
    async with asyncio.timeout(90):
        while (audited := await command(secured, "auditor", "audit", "--json")).returncode:  # noqa: ASYNC110
            await asyncio.sleep(1)
    assert audited.stdout.strip() == "[]"
    for refused in ("AuthorizationFailed", "InsufficientPrivilege"):
        assert refused not in secured.stack.logs()


async def command(
    secured: Secured, user: str, *arguments: str, expect: int | None = None, **changes: str
) -> subprocess.CompletedProcess[str]:
    """A command as a user of the bus and as the readers of the databases."""
    reader = secured.postgres.dsn("{service}_reader", READER_PASSWORD)
    environment = as_environment(secured.user(user)) | {"SHUNIU_DATABASE_DSN": reader} | changes
    return await asyncio.to_thread(lambda: secured.stack.run(*arguments, expect=expect, changes=environment))


async def test_an_operator_and_an_auditor_see_topics_and_lag(secured: Secured) -> None:
    for user in ("operator", "auditor"):
        assert "as_wanted" in (await command(secured, user, "topics", "plan", expect=0)).stdout
        assert f"{STACK}.partybuild" in (await command(secured, user, "consumers", expect=0)).stdout


async def rules(secured: Secured) -> list[access.RuleFinding]:
    """How every rule about the stack stands."""
    return list(await access.plan(secured.holder("admin"), STACK))


async def test_the_rules_are_compared_and_a_stranger_among_them_is_shown(secured: Secured) -> None:
    found = await rules(secured)
    assert {finding.state for finding in found} == {access.RuleState.AS_WANTED}
    assert [finding.rule for finding in found] == list(acls(STACK))
    stranger = Acl("User:somebody", "Write", "topic", "prefixed", "shuniu.")
    neighbour = Acl("User:1201.registry", "Read", "topic", "literal", ORGANIZATIONS)
    client = bus.admin(secured.holder("admin"))
    await client.start()
    try:
        await access._create(client, [stranger, neighbour])
    finally:
        await client.close()
    unwanted = [
        finding.rule for finding in await rules(secured) if finding.state is access.RuleState.UNWANTED
    ]
    assert unwanted == [stranger]
    refused = await command(secured, "registry", "topics", "acls", expect=1)
    assert "only a super user" in refused.stderr


async def send(settings: BusSettings, topic: str) -> None:
    """One message, as a producer of ours."""
    producer = bus.producer(settings)
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"x")
    finally:
        await bus.abandon(producer)


async def read(settings: BusSettings, topic: str, group: str | None = None) -> int:
    """How many records of the topic the user gets to read, at least one; commits in the group, if any."""
    client = bus.consumer(settings, group=group)
    await client.start()
    try:
        client.assign([TopicPartition(topic, number) for number in range(6)])
        async with asyncio.timeout(15):
            await client.seek_to_beginning()
            while not (found := await client.getmany(timeout_ms=500)):
                continue
        if group is not None:
            await client.commit(dict.fromkeys(found, 0))
        return sum(map(len, found.values()))
    finally:
        await client.stop()


async def seen(settings: BusSettings) -> list[str]:
    """The topics that the user is told of."""
    client = bus.admin(settings)
    await client.start()
    try:
        return list(await client.list_topics())
    finally:
        await client.close()


async def test_only_a_streams_owner_writes_it(secured: Secured) -> None:
    for name in ("grants", "notify"):
        with pytest.raises(TopicAuthorizationFailedError):
            await send(secured.user(name), ORGANIZATIONS)
    for name in ("operator", "auditor"):  # who writes no topic is given no producer's number either
        with pytest.raises(ClusterAuthorizationFailedError):
            await send(secured.user(name), ORGANIZATIONS)
    with pytest.raises(TopicAuthorizationFailedError):
        await send(secured.holder(bus_user(CERTIFIED)), ORGANIZATIONS)


async def test_who_looks_on_reads_and_leaves_no_trace(secured: Secured) -> None:
    auditor = secured.user("auditor")
    assert await read(auditor, ORGANIZATIONS) > 0
    for group in (f"{STACK}.notify", "mine"):
        with pytest.raises(GroupAuthorizationFailedError):
            await read(auditor, ORGANIZATIONS, group)


async def test_a_service_reads_only_what_is_meant_for_it_in_groups_of_its_own(secured: Secured) -> None:
    assert await read(secured.user("notify"), MESSAGES) > 0
    assert MESSAGES not in await seen(secured.user("registry"))
    with pytest.raises((TopicAuthorizationFailedError, TimeoutError)):  # asked again and again, in vain
        await read(secured.user("registry"), MESSAGES)
    with pytest.raises(GroupAuthorizationFailedError):
        await read(secured.user("grants"), ORGANIZATIONS, f"{STACK}.notify")


async def test_a_service_neither_makes_topics_nor_ends_groups(secured: Secured) -> None:
    with pytest.raises(groups.GroupResetFailed, match="GroupAuthorizationFailed"):
        await groups.reset(secured.user("grants"), [f"{STACK}.notify"])
    with pytest.raises(topics.TopicsFailed, match="AuthorizationFailed"):
        await topics.apply(secured.user("registry"), "999999", ["registry"])


REFUSED = {
    "a wrong password": ({"sasl_password": SecretStr("guessed")}, "SHUNIU_BUS_SASL_PASSWORD"),
    "an unknown user": ({"sasl_username": "120116.nobody"}, "SHUNIU_BUS_SASL_USERNAME=120116.nobody"),
    "a mechanism that is not offered": ({"sasl_mechanism": "PLAIN"}, "SHUNIU_BUS_SASL_MECHANISM=PLAIN"),
}


@pytest.mark.parametrize(("changes", "said"), REFUSED.values(), ids=REFUSED)
async def test_whom_the_broker_does_not_know_it_refuses_and_the_error_says_what_to_set(
    secured: Secured, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(KafkaConnectionError, match=said) as caught:
        await topics.plan(secured.user("operator", **changes), STACK)
    assert "guessed" not in str(caught.value)


async def test_a_broker_that_cannot_prove_itself_is_told_nothing(secured: Secured, tmp_path: Path) -> None:
    stranger = Certificates.make(tmp_path / "strangers")
    with pytest.raises(KafkaConnectionError, match=r"did not sign .* SHUNIU_BUS_TLS_CA_FILE"):
        await topics.plan(secured.user("operator", tls_ca_file=stranger.ca), STACK)
    by_another_name = secured.user("operator", bootstrap_servers=f"localhost:{secured.kafka.clients_port}")
    with pytest.raises(KafkaConnectionError, match="has a certificate that does not name localhost"):
        await topics.plan(by_another_name, STACK)


async def test_nothing_is_said_in_the_clear(secured: Secured) -> None:
    for servers in (secured.kafka.clients, secured.kafka.mutual):
        with pytest.raises(KafkaConnectionError, match="SHUNIU_BUS_SECURITY_PROTOCOL=PLAINTEXT"):
            await topics.plan(BusSettings(bootstrap_servers=servers), STACK)
    with pytest.raises(KafkaConnectionError, match=r"TLS_CERTIFICATE_FILE|refuses the TLS connection"):
        await topics.plan(
            BusSettings(
                bootstrap_servers=secured.kafka.mutual, security_protocol="SSL",
                tls_ca_file=secured.certificates.ca,
            ), STACK,
        )  # fmt: skip


async def test_postgresql_proves_itself_and_takes_nobody_in_the_clear(
    secured: Secured, tmp_path: Path
) -> None:
    connection = await connect(secured.database())
    assert await connection.fetchval("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
    await connection.close()
    stranger = Certificates.make(tmp_path / "strangers")
    with pytest.raises(Unverified, match=r"is not trusted .* SHUNIU_DATABASE_TLS_CA_FILE"):
        await connect(secured.database(tls_ca_file=stranger.ca))
    elsewhere = secured.postgres.dsn(host="localhost").replace("{service}", "registry")
    with pytest.raises(Unverified, match="name the host in SHUNIU_DATABASE_DSN as the certificate does"):
        await connect(secured.database(dsn=SecretStr(elsewhere)))
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match=r"pg_hba.conf rejects"):
        await asyncpg.connect(secured.database().dsn.get_secret_value(), ssl=False)


async def test_a_role_with_a_certificate_needs_it(secured: Secured) -> None:
    dsn = SecretStr(secured.postgres.dsn().replace("{service}", CERTIFIED))
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="certificate"):
        await connect(secured.database(dsn=dsn))
    file = secured.certificates.directory / f"shuniu_{CERTIFIED}.pem"
    connection = await connect(secured.database(dsn=dsn, tls_certificate_file=file))
    await connection.close()


async def test_a_command_says_why_a_database_is_not_reached(secured: Secured, tmp_path: Path) -> None:
    stranger = Certificates.make(tmp_path / "strangers")
    done = await command(
        secured, "auditor", "audit", "registry", expect=1, SHUNIU_DATABASE_TLS_CA_FILE=str(stranger.ca)
    )
    assert "name the file of the authority that signed it in SHUNIU_DATABASE_TLS_CA_FILE" in " ".join(
        done.stderr.split()
    )
