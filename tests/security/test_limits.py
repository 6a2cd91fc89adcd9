"""What is too large, too slow, too deep or too much is refused quickly, and costs little memory."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from chassis.embedded.port import free_port
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.keys import EmbeddedKey
from tests.security.deployed import STACK, Deployed

pytestmark = pytest.mark.integration
HEAD_S, BODY_S = 1.0, 1.5
MOST_CONNECTIONS = 60
UPLOADS = 4
"""At a time, by default."""
QUICK_S = 8.0
"""Nothing here may take longer on a busy machine; each limit is a second or so."""
GROWTH_MB = 60
"""How much the process may have grown after an attack of hundreds of megabytes."""


@dataclass(frozen=True)
class Target:
    """A registry's API in a process of its own, with short limits."""

    stack: Deployed

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.stack.ports["registry"]

    def client(self) -> httpx.AsyncClient:
        """A caller who is allowed everything."""
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30,
            headers={"authorization": f"Bearer {self.stack.token()}"},
        )  # fmt: skip

    def resident_mb(self) -> float:
        """Memory of the process."""
        status = Path(f"/proc/{self.stack.processes[0].pid}/status").read_text()
        line = next(each for each in status.splitlines() if each.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection on which anything may be said."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def target(
    own_postgres: EmbeddedPostgres, signing_key: EmbeddedKey, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """The registry, migrated and serving."""
    connection = await asyncpg.connect(own_postgres.dsn())
    await connection.execute("create database limits")
    await connection.close()
    stack = Deployed(
        signing_key, tmp_path_factory.mktemp("limits"),
        {
            "SHUNIU_DATABASE_DSN": own_postgres.dsn("limits"),
            "SHUNIU_HTTP_HEAD_TIMEOUT_S": str(HEAD_S),
            "SHUNIU_HTTP_BODY_TIMEOUT_S": str(BODY_S),
            "SHUNIU_HTTP_MAX_CONNECTIONS": str(MOST_CONNECTIONS),
            "SHUNIU_HTTP_MAX_UPLOAD_BYTES": str(8 << 20),
        },
        groups=[("registry",)], ports={"registry": free_port()}, roles=("api",),
    )  # fmt: skip
    await asyncio.to_thread(stack.run, "migrate", "registry")
    stack.start()
    try:
        await stack.ready()
        yield Target(stack)
    finally:
        await asyncio.to_thread(stack.stop)


@asynccontextmanager
async def little_cost(target: Target) -> AsyncIterator[None]:
    """What happens in the block is quick, leaves memory alone, and the service answers afterwards."""
    before, begun = target.resident_mb(), time.monotonic()
    yield
    assert time.monotonic() - begun < QUICK_S
    assert target.resident_mb() - before < GROWTH_MB
    async with target.client() as client:
        assert (await client.get("/health/ready")).status_code == 200


async def told(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Status and body of the answer, (0, "") where the connection was just ended."""
    async with asyncio.timeout(QUICK_S):
        try:
            answer = await reader.read()
        except (ConnectionResetError, BrokenPipeError):
            return 0, ""
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]), body.decode()) if head else (0, "")


HEAD = "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\nauthorization: Bearer {token}\r\n"


IMPORTS, APPLICATIONS = "/v1/imports", "/v1/registration-applications"


def head(target: Target, path: str, kind: str, *more: str) -> bytes:
    """The head of a request with a body."""
    text = HEAD.format(path=path, kind=kind, token=target.stack.token())
    return (text + "".join(f"{line}\r\n" for line in more) + "\r\n").encode()


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
async def test_a_body_that_says_it_is_too_large_is_refused_at_once(target: Target, kind: str) -> None:
    async with little_cost(target), target.raw() as (reader, writer):
        writer.write(head(target, IMPORTS, kind, "content-length: 10000000000"))
        writer.write(bytes(100_000))
        status, body = await told(reader)
    assert (status, json.loads(body)["code"]) == (413, "content_too_large")


@pytest.mark.parametrize("authorization", ["", "authorization: Bearer a.b.c", "authorization: Basic eDp5"])
async def test_an_upload_of_somebody_unknown_is_not_taken(target: Target, authorization: str) -> None:
    async with little_cost(target), target.raw() as (reader, writer):
        lines = ["POST /v1/imports HTTP/1.1", "host: x", "content-type: multipart/form-data; boundary=x"]
        lines += ["content-length: 8000000", *([authorization] if authorization else []), "", ""]
        writer.write("\r\n".join(lines).encode())
        status, body = await first_answer(reader)
    assert status == 401, body


async def first_answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Status and body of an answer after which the connection may stay."""
    async with asyncio.timeout(QUICK_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split()[0])
        return int(head.split()[1]), (await reader.readexactly(length)).decode()


async def test_a_few_uploads_are_taken_at_a_time(target: Target) -> None:
    kind = "multipart/form-data; boundary=x"
    async with AsyncExitStack() as opened, little_cost(target):
        for _ in range(UPLOADS):
            _, writer = await opened.enter_async_context(target.raw())
            writer.write(head(target, IMPORTS, kind, "content-length: 1000"))
        await asyncio.sleep(0.3)
        reader, writer = await opened.enter_async_context(target.raw())
        writer.write(head(target, IMPORTS, kind, "content-length: 1000"))
        status, body = await first_answer(reader)
        assert (status, json.loads(body)["code"]) == (503, "too_many_uploads")
        await asyncio.sleep(BODY_S + 0.5)  # they came too slowly, and leave their places
        async with target.client() as client:
            taken = await client.post(
                IMPORTS, data={"division": STACK}, files={"file": ("a.xlsx", b"no workbook")}
            )
        assert taken.status_code == 202


async def test_a_body_without_a_length_is_read_to_the_limit_and_no_further(target: Target) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(400):
            sent += 1 << 20
            yield bytes(1 << 20)

    async with little_cost(target), target.client() as client:
        with suppress(httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
            answer = await client.post(
                "/v1/imports", content=endless(),
                headers={"content-type": "multipart/form-data; boundary=x"},
            )  # fmt: skip
            assert answer.status_code in (400, 413)
    assert sent < 64 << 20


async def test_a_body_that_comes_a_byte_at_a_time_is_not_waited_for(target: Target) -> None:
    status, body = await answer_to_a_drip(target, APPLICATIONS)
    assert (status, json.loads(body)["code"]) == (408, "content_too_slow")


async def test_nor_is_the_rest_of_a_body_that_was_answered_already(target: Target) -> None:
    status, body = await answer_to_a_drip(target, IMPORTS)  # takes a form, and says so at once
    assert (status, json.loads(body)["code"]) == (422, "request_invalid")


async def answer_to_a_drip(target: Target, path: str) -> tuple[int, str]:
    """What is answered, until the connection ends, to a body of which a byte comes now and then."""
    async with little_cost(target), target.raw() as (reader, writer):
        writer.write(head(target, path, "application/json", "content-length: 1000"))
        drip = asyncio.create_task(dripped(writer, b" "))
        begun = time.monotonic()
        answer = await told(reader)
        assert time.monotonic() - begun < BODY_S + 3
        drip.cancel()
    return answer


async def dripped(writer: asyncio.StreamWriter, piece: bytes, every_s: float = 0.2) -> None:
    """Say something again and again."""
    while not writer.is_closing():
        writer.write(piece)
        await asyncio.sleep(every_s)


SLOW = {
    "silence": b"",
    "a head a letter at a time": b"GET / HTTP/1.1\r\nx: ",
    "empty lines": b"\r\n",
    "after a whole request": b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\nGET /",
}


@pytest.mark.parametrize("begun", SLOW.values(), ids=SLOW)
async def test_a_head_that_does_not_come_ends_the_connection(target: Target, begun: bytes) -> None:
    async with little_cost(target), target.raw() as (reader, writer):
        writer.write(begun)
        piece = b"\r\n" if begun == b"\r\n" else b"a"
        drip = asyncio.create_task(dripped(writer, piece)) if begun else None
        started = time.monotonic()
        await told(reader)
        assert time.monotonic() - started < HEAD_S + 3
        if drip is not None:
            drip.cancel()


async def test_connections_that_say_nothing_do_not_keep_others_out_for_long(target: Target) -> None:
    async with little_cost(target):
        idle = [await asyncio.open_connection("127.0.0.1", target.port) for _ in range(MOST_CONNECTIONS + 20)]
        async with target.client() as client:
            assert (await client.get("/health/live")).status_code == 503
            await asyncio.sleep(HEAD_S + 0.5)
            assert (await client.get("/health/live")).status_code == 200
        for _, writer in idle:
            writer.close()


ASKED = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
COMMON_S = 5.0
"""After which uvicorn by itself, and an httpx client, let go of a connection: at the same moment."""


async def test_a_connection_is_kept_for_longer_than_a_client_keeps_it(target: Target) -> None:
    async with target.raw() as (reader, writer):
        for pause_s in (COMMON_S + 0.5, 0.0):
            writer.write(ASKED)
            assert (await first_answer(reader))[0] == 200
            await asyncio.sleep(pause_s)


async def test_connections_kept_for_convenience_keep_nobody_out(target: Target) -> None:
    async with AsyncExitStack() as opened, little_cost(target):
        connections = []
        for _ in range(MOST_CONNECTIONS + 20):
            reader, writer = await opened.enter_async_context(target.raw())
            connections.append((reader, writer))
            writer.write(ASKED)
            assert (await first_answer(reader))[0] == 200
        assert await told(connections[0][0]) == (0, ""), "the one without a request for longest is closed"
        reader, writer = connections[-1]
        writer.write(ASKED)
        assert (await first_answer(reader))[0] == 200


ENDLESS = {
    "a header": b"GET / HTTP/1.1\r\nx: ",
    "an address": b"GET /",
    "headers": b"GET / HTTP/1.1\r\n",
}


@pytest.mark.parametrize("beginning", ENDLESS.values(), ids=ENDLESS)
async def test_a_head_without_end_is_refused(target: Target, beginning: bytes) -> None:
    async with little_cost(target), target.raw() as (reader, writer):
        writer.write(beginning)
        piece = b"a: b\r\n" * 20_000 if beginning.endswith(b"\n") else b"a" * 200_000
        with suppress(OSError):
            for _ in range(500):
                writer.write(piece)
                await writer.drain()
        status, body = await told(reader)
    assert status in (431, 400, 0), body


async def test_a_head_that_is_just_too_large_is_told_so(target: Target) -> None:
    async with little_cost(target), target.raw() as (reader, writer):
        writer.write(b"GET /v1/organizations?q=" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        status, body = await told(reader)
    assert (status, json.loads(body)["code"]) == (431, "head_too_large")


def body_of(depth: int) -> bytes:
    """JSON that nests."""
    return b"[" * depth + b"]" * depth


STRANGE = {
    "nested half a million deep": body_of(500_000),
    "objects nested deep": b'{"a":' * 150_000 + b"1" + b"}" * 150_000,
    "a number of a million digits": b'{"name": ' + b"9" * 1_000_000 + b"}",
    "no number": b'{"member_count": NaN}',
    "an infinite number": b'{"member_count": 1e999}',
    "half a character": b'{"name": "\\ud800", "division": "120116005"}',
    "a zero character": b'{"name": "\\u0000", "division": "120116005"}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "a hundred thousand unknown fields": json.dumps({f"f{n}": n for n in range(70_000)}).encode(),
    "nothing": b"",
    "a text": b'"x"',
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
async def test_strange_json_is_refused_in_order(target: Target, content: bytes) -> None:
    async with little_cost(target), target.client() as client:
        answer = await client.post(
            "/v1/registration-applications", content=content, headers={"content-type": "application/json"}
        )
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 200_000, "a refusal is no echo"


QUERIES: dict[str, dict[str, Any]] = {
    "a page of a billion": {"limit": 10**9},
    "a page of a number too large for any column": {"limit": 10**30},
    "no page": {"limit": 0},
    "a cursor of one's own": {"cursor": "x" * 1900},
    "a cursor too long": {"cursor": "x" * 5000},
    "a division that is a pattern": {"division": "%"},
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_no_query_asks_for_too_much(target: Target, query: dict[str, Any]) -> None:
    async with little_cost(target), target.client() as client:
        answer = await client.get("/v1/organizations", params=query)
    assert answer.status_code == 422, answer.text[:300]


async def test_a_search_of_sixty_thousand_letters_is_answered(target: Target) -> None:
    async with little_cost(target), target.client() as client:
        answer = await client.get("/v1/organizations", params={"q": "a" * 60_000})
    assert answer.status_code in (200, 422)


def form(parts: Iterable[bytes]) -> bytes:
    """A multipart body of these parts."""
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"


FORMS = {
    "a hundred thousand fields": form(
        b'content-disposition: form-data; name="f%d"\r\n\r\n1' % number for number in range(100_000)
    ),
    "ten thousand files": form(
        b'content-disposition: form-data; name="file"; filename="a"\r\n\r\n1' for _ in range(10_000)
    ),
    "a header of a megabyte": form([b"content-disposition: form-data; " + b"a" * 1_000_000 + b"\r\n\r\n1"]),
    "no end": b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\n" + b"1" * 100_000,
    "one field of seven megabytes": form(
        [b"content-disposition: form-data; name=a\r\n\r\n" + b"1" * (7 << 20)]
    ),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
async def test_a_form_of_too_many_parts_is_refused(target: Target, content: bytes) -> None:
    async with little_cost(target), target.client() as client:
        answer = await client.post(
            "/v1/imports", content=content, headers={"content-type": "multipart/form-data; boundary=x"}
        )
    assert 400 <= answer.status_code < 500, answer.text[:300]


async def test_every_answer_with_data_is_kept_out_of_other_pages(target: Target) -> None:
    async with target.client() as client:
        for answer in (await client.get("/v1/organizations"), await client.get("/v1/nothing")):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
            assert "server" not in answer.headers


async def test_memory_is_where_it_was_after_all_of_this(target: Target) -> None:
    assert target.resident_mb() < 400
