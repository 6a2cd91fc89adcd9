"""Engines as a careful office runs them: TLS everywhere, users with passwords or certificates, rules on."""

import asyncio
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import trustme
import yaml
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from testcontainers.core.container import DockerContainer

from chassis.embedded.port import free_port
from chassis.service import installed
from chassis.settings import DatabaseSettings
from tests.backends import KAFKA_IMAGE, POSTGRES_IMAGE
from tests.security.deployed import ROOT, STACK

HOST = "127.0.0.1"
STARTED_S = 120.0
INSIDE = "/etc/test-secrets"
PREFIX = "shuniu_"
OWNER_PASSWORD, READER_PASSWORD = "of-the-owners", "of-the-readers"


@dataclass(frozen=True)
class Certificates:
    """An authority made for one run, and what it has signed, as PEM files in one directory."""

    directory: Path
    authority: trustme.CA

    @classmethod
    def make(cls, directory: Path) -> "Certificates":
        """A new authority and its `ca.pem`; the engines' accounts read the directory."""
        directory.mkdir(parents=True)
        directory.chmod(0o755)
        made = cls(directory, trustme.CA())
        made.authority.cert_pem.write_to_path(str(made.ca))
        return made

    @property
    def ca(self) -> Path:
        """The authority's certificate."""
        return self.directory / "ca.pem"

    def issue(self, name: str, *hosts: str) -> Path:
        """A certificate with its key in one file, key first in PKCS#8 as Java wants it."""
        leaf = self.authority.issue_cert(*(hosts or ("nobody.example",)), common_name=name)
        key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
        file = self.directory / f"{name}.pem"
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(content + b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        file.chmod(0o644)
        return file


@dataclass
class SecuredKafka:
    """One broker: `clients` for SCRAM-SHA-512 over TLS, `mutual` for certificates, nothing in the clear."""

    certificates: Certificates
    clients_port: int = field(default_factory=free_port)
    mutual_port: int = field(default_factory=free_port)
    container: DockerContainer | None = None

    @property
    def clients(self) -> str:
        """Bootstrap servers for users with passwords."""
        return f"{HOST}:{self.clients_port}"

    @property
    def mutual(self) -> str:
        """Bootstrap servers for users with certificates."""
        return f"{HOST}:{self.mutual_port}"

    def start(self) -> None:
        """Start it with super users `broker` and `admin`, known by their certificates."""
        for name in ("broker", "admin"):
            self.certificates.issue(name, HOST)
        ports = (self.clients_port, self.mutual_port)
        self.container = _container(
            os.environ.get("SHUNIU_TEST_KAFKA_IMAGE", KAFKA_IMAGE), ports, self._variables(),
            [(self.certificates.directory, INSIDE)],
        )  # fmt: skip

    def stop(self) -> None:
        """Remove it."""
        if self.container is not None:
            self.container.stop()

    def add_users(self, passwords: Mapping[str, str]) -> None:
        """Give users their passwords, by a client that shares no code with ours, once the broker answers."""
        from kafka.admin import KafkaAdminClient, ScramMechanism, UserScramCredentialUpsertion
        from kafka.errors import KafkaError

        admin = self.certificates.directory / "admin.pem"
        deadline = time.monotonic() + STARTED_S
        while True:
            try:
                client = KafkaAdminClient(
                    bootstrap_servers=self.mutual, security_protocol="SSL",
                    ssl_cafile=str(self.certificates.ca), ssl_certfile=str(admin), ssl_keyfile=str(admin),
                )  # fmt: skip
                break
            except KafkaError:
                assert time.monotonic() < deadline, self._log()
                time.sleep(1)
        try:
            client.alter_user_scram_credentials(
                [
                    UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, password)
                    for name, password in passwords.items()
                ]
            )
        finally:
            client.close()

    def _log(self) -> str:
        assert self.container is not None
        out, err = self.container.get_logs()
        return (out + err).decode("utf-8", "replace")[-4000:]

    def _variables(self) -> dict[str, str]:
        listeners = {"CLIENTS": self.clients_port, "MUTUAL": self.mutual_port}
        return _as_deployed("kafka") | {
            "KAFKA_LISTENERS": _joined(f"{name}://:{port}" for name, port in listeners.items())
            + ",CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": _joined(f"{n}://{HOST}:{port}" for n, port in listeners.items()),
            "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@{HOST}:9093",
            "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "5",
            "KAFKA_SSL_KEYSTORE_LOCATION": f"{INSIDE}/broker.pem",
            "KAFKA_SSL_TRUSTSTORE_LOCATION": f"{INSIDE}/ca.pem",
        }


@dataclass
class SecuredPostgres:
    """A server that takes TLS connections only; `certified` asks for a certificate of the role's name too."""

    certificates: Certificates
    certified: str
    port: int = field(default_factory=free_port)
    container: DockerContainer | None = None

    def start(self, roles: str) -> None:
        """Start it; `roles` is the SQL that an administrator runs first."""
        self.certificates.issue("postgres", HOST)
        folder = self.certificates.directory
        (folder / "1-roles.sql").write_text(roles, encoding="utf-8")
        (folder / "2-tls.sh").write_text(self._configuration(), encoding="utf-8")
        passwords = {f"{PREFIX}{name}_password".upper(): password(name) for name in installed()}
        self.container = _container(
            os.environ.get("SHUNIU_TEST_POSTGRES_IMAGE", POSTGRES_IMAGE), (), {
                "POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "administrator",
                "SHUNIU_OWNER_PASSWORD": OWNER_PASSWORD, "SHUNIU_READER_PASSWORD": READER_PASSWORD,
                **passwords,
            },
            [(folder, INSIDE), *((folder / name, f"/docker-entrypoint-initdb.d/{name}")
                                 for name in ("1-roles.sql", "2-tls.sh"))],
            forwarded={5432: self.port},
        )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it answers as it was configured."""
        deadline = time.monotonic() + STARTED_S
        while True:
            try:
                connection = await asyncpg.connect(
                    f"postgresql://postgres:administrator@{HOST}:{self.port}/postgres",
                    ssl=DatabaseSettings.model_validate(
                        {"dsn": "postgresql://x", "tls_ca_file": self.certificates.ca}
                    ).tls_context(),
                )
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < deadline, "PostgreSQL does not answer"
                await asyncio.sleep(0.5)
            else:
                await connection.close()
                return

    def dsn(self, role: str = "{service}", secret: str = "of-{service}", host: str = HOST) -> str:
        """A connection string; by default that of each service's runtime role."""
        return f"postgresql://{PREFIX}{role}:{secret}@{host}:{self.port}/{PREFIX}{{service}}"

    def stop(self) -> None:
        """Remove it."""
        if self.container is not None:
            self.container.stop()

    def _configuration(self) -> str:
        """Run by the first start as the server's account, whose key must be its alone."""
        rules = (ROOT / "deploy/secured/pg_hba.conf").read_text(encoding="utf-8")
        return f"""set -eu
install -m 600 {INSIDE}/postgres.pem "$PGDATA/server.pem"
cat >> "$PGDATA/postgresql.conf" <<'END'
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.pem'
ssl_ca_file = '{INSIDE}/ca.pem'
END
cat > "$PGDATA/pg_hba.conf" <<'END'
hostssl all {self.certified} all scram-sha-256 clientcert=verify-full
{rules}END
"""


def password(service: str) -> str:
    """The runtime role's, and the service's on the bus."""
    return f"of-{service}"


def bus_user(name: str) -> str:
    """A principal of the stack."""
    return f"{STACK}.{name}"


def _as_deployed(service: str) -> dict[str, str]:
    """The environment that `deploy/secured` gives a container."""
    merged: dict[str, str] = {}
    for file in ("docker-compose.yml", "deploy/secured/docker-compose.yml"):
        content = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
        merged |= content["services"][service]["environment"]
    return {name: str(value).replace("$$", "$") for name, value in merged.items()}


def _joined(parts: Iterable[str]) -> str:
    return ",".join(parts)


def _container(
    image: str, ports: Iterable[int], variables: Mapping[str, str], mounts: Iterable[tuple[Path, str]],
    *, forwarded: Mapping[int, int] | None = None,
) -> DockerContainer:  # fmt: skip
    """Started, its ports published on loopback under the same numbers, or as `forwarded` says."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", HOST)
    container = DockerContainer(image)
    container.env.update(variables)
    mapped = {port: port for port in ports} | dict(forwarded or {})
    published: dict[str, Any] = {f"{inside}/tcp": (HOST, outside) for inside, outside in mapped.items()}
    container.ports.update(published)
    for outside, inside in mounts:
        container.with_volume_mapping(str(outside), inside, "ro")
    return container.start()
