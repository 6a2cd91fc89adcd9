"""Connections without containers: settings that cannot be secure are refused, and errors say what to set."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr, ValidationError

from chassis import bus
from chassis.database import Unverified, connect
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.keys import EmbeddedKey
from chassis.settings import BusSettings, DatabaseSettings, Settings
from tests.security.deployed import Deployed

SECRET = "geheim"


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://u:{SECRET}#x@h/db", f"postgresql://u:{SECRET}/x@h/db", f"mysql://u:{SECRET}@h/db",
        f"host=h password={SECRET}", f"postgresql://u:{SECRET}@h:port/db",
    ],
)  # fmt: skip
def test_a_faulty_address_of_a_database_is_refused_without_saying_its_password(dsn: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DatabaseSettings(dsn=SecretStr(dsn))
    assert "write postgresql://" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "dsn",
    ["postgresql://u:p%40ss@h:5432/{service}", "postgres:///db?host=/run", "postgresql://[::1]:5432/db"],
)
def test_good_addresses_are_taken(dsn: str) -> None:
    assert DatabaseSettings(dsn=SecretStr(dsn)).dsn.get_secret_value() == dsn


def test_a_verified_connection_is_one_that_trusts_a_file_or_says_so(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    plain = {"dsn": SecretStr("postgresql://h/db")}
    assert not DatabaseSettings.model_validate(plain).verifies
    assert DatabaseSettings.model_validate(plain | {"tls": "verify-full"}).verifies
    trusting = DatabaseSettings.model_validate(plain | {"tls_ca_file": authority})
    assert trusting.verifies
    context = trusting.tls_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an authority that is not there": (
        {"security_protocol": "SSL", "tls_ca_file": "/absent.pem"}, "there is no file /absent.pem",
    ),
    "a key alone": ({"security_protocol": "SSL", "tls_key_file": __file__}, "no tls_certificate_file"),
    "a user alone": (
        {"security_protocol": "SASL_SSL", "sasl_username": "u"}, "needs sasl_mechanism, sasl_username and",
    ),
    "a password for nothing": ({"sasl_password": SecretStr(SECRET)}, "SASL settings are given, but"),
    "an authority for nothing": ({"tls_ca_file": __file__}, "TLS files are given, but"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "reason"), WRONG.values(), ids=WRONG)
def test_half_a_security_setting_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason) as caught:
        BusSettings.model_validate(given)
    assert SECRET not in str(caught.value)


def test_the_passwords_among_the_settings_are_known() -> None:
    settings = Settings(
        stack="120116",
        database=DatabaseSettings(dsn=SecretStr("postgresql://u:p%40ssword@h/db")),
        bus=BusSettings(
            security_protocol="SASL_SSL", sasl_mechanism="PLAIN", sasl_username="u",
            sasl_password=SecretStr("of-the-bus"),
        ),
    )  # fmt: skip
    assert set(settings.secrets()) == {"p%40ssword", "p@ssword", "of-the-bus"}


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that is no broker: it hangs up when spoken to."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def proving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's context with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


async def reason(port: int, **given: Any) -> str:
    """Why no client of ours can use the server; all say the same."""
    settings = BusSettings.model_validate({"bootstrap_servers": f"127.0.0.1:{port}"} | given)
    told = set()
    clients: list[Any] = [bus.admin(settings), bus.consumer(settings), bus.producer(settings)]
    for client in clients:
        with pytest.raises(KafkaConnectionError) as caught:
            await client.start()
        told.add(str(caught.value))
    await clients[0].close()
    await clients[1].stop()
    await bus.abandon(clients[2])
    [sentence] = told
    return sentence


async def test_nobody_there() -> None:
    assert "does not answer" in await reason(1)


async def test_whoever_hangs_up_may_want_tls() -> None:
    async with listening() as port:
        told = await reason(port)
    assert "ends the connection" in told
    assert "SHUNIU_BUS_SECURITY_PROTOCOL=PLAINTEXT" in told


async def test_a_server_without_tls_a_stranger_and_another_name(tmp_path: Path) -> None:
    authority, stranger, file = trustme.CA(), trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    given = {"security_protocol": "SSL", "tls_ca_file": file}
    async with listening() as port:
        told = await reason(port, **given)
        assert "SHUNIU_BUS_SECURITY_PROTOCOL=SSL" in told
    async with listening(proving(stranger, "127.0.0.1")) as port:
        told = await reason(port, **given)
        assert f"has a certificate that {file} did not sign" in told
        assert "SHUNIU_BUS_TLS_CA_FILE" in told
    async with listening(proving(authority, "kafka.example")) as port:
        assert "does not name 127.0.0.1" in await reason(port, **given)


@pytest.mark.integration
async def test_a_server_that_has_no_tls_is_not_spoken_to_where_it_must_prove_itself(
    own_postgres: EmbeddedPostgres,
) -> None:
    settings = DatabaseSettings(dsn=SecretStr(own_postgres.dsn()), tls="verify-full")
    with pytest.raises(Unverified, match="switch it on there"):
        await connect(settings)
    plain = await connect(DatabaseSettings(dsn=SecretStr(own_postgres.dsn())))
    assert await plain.fetchval("select 1") == 1
    await plain.close()


@pytest.mark.integration
async def test_a_service_that_does_not_start_for_it_says_so(
    own_postgres: EmbeddedPostgres, signing_key: EmbeddedKey, tmp_path: Path
) -> None:
    stack = Deployed(
        signing_key, tmp_path,
        {"SHUNIU_DATABASE_DSN": own_postgres.dsn(), "SHUNIU_DATABASE_TLS": "verify-full"},
    )  # fmt: skip
    done = await asyncio.to_thread(lambda: stack.run("serve", "registry", expect=1))
    assert "switch it on there" in " ".join(done.stderr.split())
    plain = {"SHUNIU_DATABASE_TLS": "prefer"}
    done = await asyncio.to_thread(lambda: stack.run("serve", "registry", expect=1, changes=plain))
    assert "never migrated; run `shuniu migrate`" in " ".join(done.stderr.split())
