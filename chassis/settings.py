"""Settings of one service process, from the environment (`SHUNIU_...`), validated at start-up."""

import ssl
from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.model import is_within

Role = Literal["api", "consumer", "relay", "timers"]


class TlsSettings(BaseSettings):
    """The files of a TLS connection. Without an authority of its own, the system's are trusted."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    tls_ca_file: Path | None = Field(None, description="PEM of the authorities trusted, and no others")
    tls_certificate_file: Path | None = Field(None, description="PEM of our own certificate, for mutual TLS")
    tls_key_file: Path | None = Field(
        None, description="PEM of its key; where unset it is in the certificate's file"
    )

    def tls_context(self) -> ssl.SSLContext:
        """A client's context that checks certificate and host name, TLS 1.2 or newer."""
        context = ssl.create_default_context(cafile=self.tls_ca_file)
        if self.tls_certificate_file is not None:
            context.load_cert_chain(self.tls_certificate_file, self.tls_key_file)
        return context

    @field_validator("tls_ca_file", "tls_certificate_file", "tls_key_file")
    @classmethod
    def _is_there(cls, file: Path | None) -> Path | None:
        if file is not None and not file.is_file():
            raise ValueError(f"there is no file {file}")
        return file

    @model_validator(mode="after")
    def _key_goes_with_a_certificate(self) -> "TlsSettings":
        if self.tls_key_file is not None and self.tls_certificate_file is None:
            raise ValueError("a tls_key_file is set, and no tls_certificate_file that it belongs to")
        return self


class DatabaseSettings(TlsSettings):
    """Connection to this service's own database."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_DATABASE_")

    dsn: SecretStr = Field(
        description="postgresql://user:password@host:port/name; `{service}` in it stands for the service"
    )
    pool_size: int = Field(10, ge=1, description="connections kept per process")
    statement_timeout_s: float = Field(60.0, gt=0)
    tls: Literal["prefer", "verify-full"] = Field(
        "prefer",
        description="verify-full: TLS only, certificate and host name checked; so too with a tls_ca_file",
    )

    @property
    def verifies(self) -> bool:
        """Whether the server must prove who it is."""
        return self.tls == "verify-full" or bool(self.tls_ca_file or self.tls_certificate_file)

    @field_validator("dsn")
    @classmethod
    def _is_a_url(cls, dsn: SecretStr) -> SecretStr:
        """Faults are named without the value: a wrongly written password would be told with it."""
        try:
            parts = urlsplit(dsn.get_secret_value())
            readable = parts.port is None or parts.port > 0
        except ValueError:
            readable = False
        if not readable or parts.fragment or parts.scheme not in ("postgresql", "postgres"):
            raise ValueError(
                "write postgresql://user:password@host:port/name, and in the password %40 for @, %2F for /,"
                " %23 for #, %3A for :"
            )
        return dsn


class BusSettings(TlsSettings):
    """Connection to Kafka."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_BUS_")

    bootstrap_servers: str = "127.0.0.1:9092"
    profile: Literal["kafka", "embedded"] = Field(
        "kafka", description="embedded: a broker without idempotent producer and offset listing"
    )
    replication_factor: int = Field(1, ge=1)
    min_insync_replicas: int = Field(1, ge=1)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    metadata_max_age_ms: int = 3000
    session_timeout_ms: int = Field(
        10_000, ge=500, description="the embedded broker makes a joining group wait for it, so 2 s there"
    )
    max_poll_interval_ms: int = 300_000

    @property
    def encrypted(self) -> bool:
        """Whether connections are TLS."""
        return self.security_protocol in ("SSL", "SASL_SSL")

    @property
    def authenticated(self) -> bool:
        """Whether a user name and a password are sent."""
        return self.security_protocol in ("SASL_PLAINTEXT", "SASL_SSL")

    @property
    def heartbeat_interval_ms(self) -> int:
        """A quarter of the session timeout: three lost heartbeats do not end a session."""
        return self.session_timeout_ms // 4

    @model_validator(mode="after")
    def _embedded_joins_fast(self) -> "BusSettings":
        if self.profile == "embedded" and "session_timeout_ms" not in self.model_fields_set:
            self.session_timeout_ms = 2_000
        return self

    @model_validator(mode="after")
    def _security_is_whole(self) -> "BusSettings":
        protocol = self.security_protocol
        given = (self.sasl_mechanism, self.sasl_username, self.sasl_password)
        if self.authenticated and not all(given):
            raise ValueError(
                f"security_protocol {protocol} needs sasl_mechanism, sasl_username and sasl_password"
            )
        if any(given) and not self.authenticated:
            raise ValueError(f"SASL settings are given, but security_protocol {protocol} uses none")
        if (self.tls_ca_file or self.tls_certificate_file) and not self.encrypted:
            raise ValueError(f"TLS files are given, but security_protocol {protocol} uses none")
        return self


class ConsumerSettings(BaseSettings):
    """Batches and failure handling of a consumer."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_CONSUMER_")

    max_records: int = Field(1000, ge=1, description="most events of one transaction, where so many wait")
    batch_timeout_ms: int = Field(20, ge=1)
    hold_s: float = Field(2.0, gt=0, description="wait before a gap's source is asked for a replay")
    bug_subjects: int = Field(20, ge=1)
    bug_share: float = Field(0.05, gt=0, le=1)
    cancelled_tries: int = Field(
        3, ge=1, description="of a batch whose statements run too long, before the subject at fault is sought"
    )


class RelaySettings(BaseSettings):
    """The relay's reading and sending."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_RELAY_")

    set_size: int = Field(4000, ge=1)
    poll_ms: int = Field(250, ge=1, description="fallback where no notification arrives")
    full_scan_s: float = Field(10.0, gt=0)
    lease_s: float = Field(5.0, gt=0)
    announce_s: float = Field(
        60.0, gt=0, description="between two signs of life to the stacks joined to ours"
    )


class HttpSettings(BaseSettings):
    """The HTTP server's address and limits."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_HTTP_")

    host: str = "127.0.0.1"
    port: int = 8000
    max_body_bytes: int = 1 << 20
    max_upload_bytes: int = 64 << 20
    max_uploads: int = Field(4, ge=1, description="uploads at a time; above it they are answered 503")
    max_head_bytes: int = Field(64 << 10, ge=4096, description="address and headers of a request")
    max_connections: int = Field(1000, ge=1, description="above it, requests are answered 503")
    head_timeout_s: float = Field(10.0, gt=0, description="until a request's head must be there")
    keep_alive_s: int = Field(
        130,
        ge=1,
        description="until a connection without a request is closed: longer than clients and proxies keep"
        " theirs, or one of them asks at the moment when we close",
    )
    body_timeout_s: float = Field(30.0, gt=0, description="until a body must be there, more for what came")
    body_bytes_per_s: int = Field(16 << 10, ge=1, description="what came buys a second more for each so many")
    max_page: int = Field(500, ge=50, le=500, description="rows a page; 50 is what callers get unasked")
    idempotency_hours: float = Field(48.0, gt=0, description="how long a retried command is recognised")
    public_url: str | None = None


class AuthSettings(BaseSettings):
    """Bearer token checking: issuer, audience, pinned algorithm, key set."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_AUTH_")

    jwks: str | None = Field(
        None, description="file path or URL of the key set, or URL of the provider's discovery document"
    )
    tls_ca_file: Path | None = Field(None, description="PEM of the authorities trusted for that URL")
    plain_http: bool = Field(False, description="let production ask for keys over plain HTTP")
    keys_refresh_s: float = Field(300.0, gt=0, description="age at which keys are asked for again")
    keys_stale_s: float = Field(
        3600.0, gt=0, description="how old keys may become while the provider does not answer"
    )
    leeway_s: int = Field(30, ge=0, le=300, description="how much clocks may differ")
    max_token_bytes: int = Field(8192, ge=256)
    issuer: str = "shuniu-embedded"
    audience: str = "shuniu"
    algorithm: Literal["ES256", "RS256", "EdDSA"] = "ES256"
    embedded_key_id: str = Field("shuniu-embedded", frozen=True)

    @model_validator(mode="after")
    def _stale_is_older_than_fresh(self) -> "AuthSettings":
        if self.keys_stale_s <= self.keys_refresh_s:
            raise ValueError(
                f"keys_stale_s must be greater than keys_refresh_s, not {self.keys_stale_s} and"
                f" {self.keys_refresh_s}"
            )
        return self


class SealingSettings(BaseSettings):
    """Keys of the installation for personal data at rest, see `vault.py`."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_SEALING_", env_ignore_empty=True)

    keys_file: Path | None = Field(
        None, description="made by `shuniu sealing keys`; without it a service takes no personal data"
    )


class Settings(BaseSettings):
    """Everything one process needs to know."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_", env_nested_delimiter=None)

    environment: Literal["production", "embedded", "test"] = "production"
    stack: str = Field(description="division code this stack serves")
    lower_stacks: tuple[str, ...] = ()
    upper_stacks: tuple[str, ...] = Field(
        (), description="those above that a line joins this one to; with `lower_stacks`, who should be heard"
    )
    region: str | None = Field(None, description="a profile by its name or code, in `region_package`")
    region_file: Path | None = Field(None, description="a profile by its file; goes before `region`")
    region_package: str = "deploy.regions"
    shutdown_s: float = Field(20.0, gt=0)
    log_level: str = "INFO"
    failpoint: str | None = None
    database: DatabaseSettings = Field(default_factory=lambda: DatabaseSettings())
    bus: BusSettings = Field(default_factory=BusSettings)
    consumer: ConsumerSettings = Field(default_factory=ConsumerSettings)
    relay: RelaySettings = Field(default_factory=RelaySettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    sealing: SealingSettings = Field(default_factory=SealingSettings)

    def for_service(self, service: str, *, port: int | None = None) -> "Settings":
        """These settings for one service: `{service}` in the DSN filled in, and its own port."""
        dsn = self.database.dsn.get_secret_value().replace("{service}", service)
        database = self.database.model_copy(update={"dsn": SecretStr(dsn)})
        http = self.http if port is None else self.http.model_copy(update={"port": port})
        return self.model_copy(update={"database": database, "http": http})

    def secrets(self) -> tuple[str, ...]:
        """The passwords among them."""
        dsn = urlsplit(self.database.dsn.get_secret_value()).password
        sasl = self.bus.sasl_password.get_secret_value() if self.bus.sasl_password else None
        return tuple(secret for one in (dsn, sasl) if one for secret in {one, unquote(one)})

    def profile(self) -> Path:
        """The region profile's file; raises LookupError that lists those there are."""
        if self.region_file is not None:
            return self.region_file
        if self.region is None:
            raise LookupError("set SHUNIU_REGION (a profile's name) or SHUNIU_REGION_FILE")
        return region_profile(self.region, self.region_package)

    @property
    def joined_stacks(self) -> tuple[str, ...]:
        """The stacks above and below that a line joins this one to."""
        return (*self.upper_stacks, *self.lower_stacks)

    @model_validator(mode="after")
    def _upper_stacks_are_above(self) -> "Settings":
        for code in self.upper_stacks:
            if code == self.stack or not is_within(self.stack, code):
                raise ValueError(f"{code} in SHUNIU_UPPER_STACKS is not above {self.stack}")
        return self

    @model_validator(mode="after")
    def _production_is_safe(self) -> "Settings":
        if self.environment == "production" and self.failpoint:
            raise ValueError("SHUNIU_FAILPOINT is for fault tests; unset it for a production start")
        return self


def region_profile(name: str, package: str = "deploy.regions") -> Path:
    """The profile called `name` (`120116-binhai`, or its code `120116`) inside an installed package.

    Raises LookupError that lists those there are.
    """
    names = [entry.name for entry in files(package).iterdir()]
    found = {
        n.removesuffix(".toml") for n in names if n.endswith(".toml") and not n.endswith(".figures.toml")
    }
    for stem in sorted(found):
        if name in {stem, stem.partition("-")[0]}:
            return Path(str(files(package).joinpath(f"{stem}.toml")))
    raise LookupError(f"no region '{name}'; there are: {', '.join(sorted(found)) or 'none'}")
