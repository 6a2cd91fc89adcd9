"""Secrets are said nowhere: through success and failure, all that processes write and answer is searched."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
import pytest_asyncio
import structlog

from chassis import redaction
from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.port import free_port
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.keys import EmbeddedKey
from chassis.redaction import conceal, concealed
from tests.security.deployed import STREET, Deployed, whole_flow

integration = pytest.mark.integration
DSN_PASSWORD, SASL_PASSWORD = "geheim-dsn/7391@x", "geheim-sasl-5521"
PERSON = "p-geheim-person-4466"
ENTERED = "保密内容甲乙丙丁组织"
"""What somebody entered: it is in records and answers, and in no log."""
KEY = "geheim-idempotency-8812"


def test_tokens_passwords_and_rows_are_cut_out_of_a_line() -> None:
    token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1LTEifQ.c2lnbmF0dXJl"
    said = concealed(
        f"GET /?token={token} Authorization: Bearer abc.def-ghi postgresql://u:p%40ss@h/db"
        ' {"exception": "x\\nDETAIL:  Key (name)=(\\"somebody\\") already exists.\\nNext line", "a": 1}'
    )
    for secret in ("eyJzdWIiOiJ1LTEifQ", "c2lnbmF0dXJl", "abc.def-ghi", "p%40ss", "somebody"):
        assert secret not in said
    assert "postgresql://u:[hidden]@h/db" in said
    assert 'Next line", "a": 1}' in said, "what follows is kept"


def test_an_address_without_a_password_and_a_plain_sentence_are_left_alone() -> None:
    for said in ("http://127.0.0.1:8600/v1 mailto:a@b.example", "the bearer of this", "DETAIL"):
        assert concealed(said) == said


def test_known_secrets_are_cut_out_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", set())
    conceal("hunter2-secret", None, "kurz")
    assert concealed("user hunter2-secret failed, kurz") == "user [hidden] failed, kurz"


def test_every_line_of_either_kind_of_logger_goes_through_it(capfd: pytest.CaptureFixture[str]) -> None:
    from chassis.telemetry import configure_logging

    before = logging.getLogger().handlers[:], logging.getLogger().level
    configure_logging("INFO")
    try:
        logging.getLogger("x").warning("to %s", "postgresql://u:hidden-one@h/db")
        structlog.get_logger("y").info("asked", header="Bearer hidden-two-hidden")
        try:
            raise ValueError("kafka://u:hidden-three@h")
        except ValueError:
            logging.getLogger("z").exception("failed")
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    said = capfd.readouterr().err
    assert said.count("[hidden]") >= 3
    assert "hidden-one" not in said
    assert "hidden-two" not in said
    assert "hidden-three" not in said


@dataclass
class Searched:
    """A stack whose every word is kept."""

    stack: Deployed
    postgres: EmbeddedPostgres
    broker: EmbeddedBroker
    answers: list[str] = field(default_factory=list)

    async def ask(
        self, method: str, service: str, path: str, token: str | None = None, **content: Any
    ) -> int:
        """A request whose answer is kept if it is a refusal; the status."""
        self.stack.assert_alive()
        headers = {"authorization": f"Bearer {token or self.stack.token()}", "idempotency-key": KEY}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.request(
                method, f"http://127.0.0.1:{self.stack.ports[service]}{path}", headers=headers, **content
            )
        if answer.is_error or path in ("/metrics", "/health/ready", "/openapi.json"):
            self.answers.append(answer.text)
        return answer.status_code

    async def command(self, *words: str, **changes: str) -> int:
        """A command, all of whose output is kept."""
        done = await asyncio.to_thread(lambda: self.stack.run(*words, expect=None, changes=changes))
        self.answers.append(done.stdout + done.stderr)
        return done.returncode

    def assert_silent(self, *more: str) -> None:
        """Nothing secret was said, in a log or to a caller; what was entered may stand in answers."""
        logs = self.stack.logs()
        signature = self.stack.token().rsplit(".", 1)[0]
        for secret in (DSN_PASSWORD, quote(DSN_PASSWORD, safe=""), SASL_PASSWORD, signature, *more):
            assert secret not in logs, excerpt(logs, secret)
            for answer in self.answers:
                assert secret not in answer, excerpt(answer, secret)
        for entered in (PERSON, ENTERED, KEY):
            assert entered not in logs, excerpt(logs, entered)


def excerpt(text: str, secret: str) -> str:
    """Where it was said."""
    place = text.index(secret)
    return text[max(0, place - 300) : place + 100]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def searched(
    own_postgres: EmbeddedPostgres, own_broker: EmbeddedBroker, signing_key: EmbeddedKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Searched]:  # fmt: skip
    """Every service at the most talkative log level, as a user with a recognisable password."""
    await as_administrator(own_postgres, "create role talk login superuser password 'geheim-dsn/7391@x'")
    dsn = f"postgresql://talk:{quote(DSN_PASSWORD, safe='')}@127.0.0.1:{own_postgres.port}/talk_{{service}}"
    stack = Deployed(
        signing_key, tmp_path_factory.mktemp("searched"),
        {
            "SHUNIU_DATABASE_DSN": dsn,
            "SHUNIU_BUS_BOOTSTRAP_SERVERS": own_broker.bootstrap_servers,
            "SHUNIU_BUS_PROFILE": "embedded",
            "SHUNIU_LOG_LEVEL": "DEBUG",
        },
    )  # fmt: skip
    for name in stack.ports:
        await as_administrator(own_postgres, f"create database talk_{name}")
    await asyncio.to_thread(stack.run, "migrate")
    await asyncio.to_thread(stack.run, "topics", "apply")
    stack.start()
    try:
        await stack.ready()
        yield Searched(stack, own_postgres, own_broker)
    finally:
        await asyncio.to_thread(stack.stop)


async def as_administrator(postgres: EmbeddedPostgres, statement: str, database: str = "postgres") -> None:
    """One statement as the server's owner."""
    connection = await asyncpg.connect(postgres.dsn(database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@integration
async def test_when_all_goes_well(searched: Searched) -> None:
    await whole_flow(searched.stack)
    for path in ("/metrics", "/health/ready", "/openapi.json"):
        assert await searched.ask("GET", "registry", path) == 200
    for words in (("consumers", "--json"), ("parked", "list", "--json"), ("topics", "plan", "--json")):
        assert await searched.command(*words) == 0
    searched.assert_silent()


@integration
async def test_when_callers_send_what_is_wrong(searched: Searched) -> None:
    path = "/v1/registration-applications"
    stolen = searched.stack.token()[:-6] + "geheim"
    assert await searched.ask("GET", "registry", "/v1/organizations", token=stolen) == 401
    assert await searched.ask("POST", "registry", path, content=f'{{"name": "{ENTERED}"'.encode()) == 422
    assert await searched.ask("POST", "registry", path, json={"name": ENTERED, "geheim": PERSON}) == 422
    wrong = {"person_id": PERSON, "actor_id": "u-7", "role": "liaison", "division": STREET}
    assert await searched.ask("POST", "notify", "/v1/recipients", json=wrong) == 201
    again = wrong | {"actor_id": "u-8"}
    assert await searched.ask("POST", "notify", "/v1/recipients", json=again) == 422, "the key was used"
    searched.assert_silent(stolen)


@integration
async def test_when_our_own_code_is_at_fault(searched: Searched) -> None:
    """A column is gone: the error's text would hold the statement with all its values."""
    rename = "alter table registration_application rename column {} to {}"
    await as_administrator(searched.postgres, rename.format("name", "gone"), "talk_registry")
    body = {
        "division": STREET, "name": ENTERED, "legal_form": "association", "route": "direct",
        "categories": ["community_service"], "charter_party_clause": True, "full_party_member_count": 4,
        "member_count": 60, "staff_count": 6,
    }  # fmt: skip
    try:
        assert await searched.ask("POST", "registry", "/v1/registration-applications", json=body) == 500
    finally:
        await as_administrator(searched.postgres, rename.format("gone", "name"), "talk_registry")
    assert "Traceback" in searched.stack.logs()
    assert "UndefinedColumn" in searched.stack.logs()
    searched.assert_silent()


@integration
async def test_when_engines_refuse_or_are_gone(searched: Searched, tmp_path: Path) -> None:
    sasl = {
        "SHUNIU_BUS_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SHUNIU_BUS_SASL_MECHANISM": "PLAIN",
        "SHUNIU_BUS_SASL_USERNAME": "registry", "SHUNIU_BUS_SASL_PASSWORD": SASL_PASSWORD,
    }  # fmt: skip
    good = searched.stack.environment["SHUNIU_DATABASE_DSN"]
    wrong = good.replace(quote(DSN_PASSWORD, safe=""), "geheim-wrong-1")
    unescaped = good.replace(quote(DSN_PASSWORD, safe=""), "geheim#wrong/2")
    before = len(searched.answers)
    assert await searched.command("topics", "plan", **sasl) == 1
    searched.answers.append(await refused_by_the_broker(searched, sasl, tmp_path))
    assert await searched.command("audit", "--json", SHUNIU_DATABASE_DSN=wrong) == 1
    assert await searched.command("migrate", SHUNIU_DATABASE_DSN=unescaped) == 1
    assert await searched.command("serve", "registry", SHUNIU_DATABASE_DSN=wrong) == 1
    await searched.broker.stop()
    await searched.postgres.stop()
    try:
        assert await searched.ask("GET", "registry", "/v1/organizations") == 503
        assert await searched.ask("GET", "registry", "/health/ready") == 503
        assert await searched.command("consumers", "--json") == 1
        assert await searched.command("serve", "registry") == 1
        await asyncio.sleep(3)
        searched.stack.assert_alive()
    finally:
        await searched.postgres.start()
        await searched.broker.start()
    assert len(searched.answers) == before + 9, "what each said is searched"
    searched.assert_silent("geheim-wrong-1", "geheim#wrong/2", "wrong/2")


async def refused_by_the_broker(searched: Searched, sasl: dict[str, str], directory: Path) -> str:
    """What relay and consumer say while the broker does not let them in."""
    environment = {**searched.stack.environment, **sasl}
    alone = Deployed(
        searched.stack.key, directory, environment, groups=[("grants",)], ports={"grants": free_port()},
        roles=("relay", "consumer"),
    )  # fmt: skip
    alone.start()
    try:
        async with asyncio.timeout(60):
            while "no broker can be used" not in alone.logs():  # noqa: ASYNC110, another process
                await asyncio.sleep(0.5)
        return alone.logs()
    finally:
        await asyncio.to_thread(alone.stop)
