"""`Idempotency-Key`: a retried command gives the first answer, because key and effect are one transaction."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request

from chassis.http.problems import Explained

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class FirstAnswer:
    """What was answered when the key came for the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Attempt:
    """One request that carries a key."""

    caller: str
    route: str
    key: str
    body_hash: bytes

    async def begin(self, connection: asyncpg.Connection) -> FirstAnswer | None:
        """Claim the key in this transaction, before anything else; the first answer where there is one.

        Waits while another transaction with the same key is open. Raises a 422 `Explained` where the key was
        used for another content.
        """
        claimed = await connection.fetchval(
            "insert into idempotency (caller, route, key, body_hash) values ($1, $2, $3, $4)"
            " on conflict do nothing returning true",
            self.caller, self.route, self.key, self.body_hash,
        )  # fmt: skip
        if claimed:
            return None
        row = await connection.fetchrow(
            "select body_hash, status, headers::text, body from idempotency"
            " where caller = $1 and route = $2 and key = $3",
            self.caller, self.route, self.key,
        )  # fmt: skip
        if row is None or row["body_hash"] != self.body_hash:
            raise Explained(
                422,
                "idempotency_key_reused",
                f"该 {HEADER} 已用于内容不同的请求，请换一个新的。",
                f"This {HEADER} was used for a request with other content; use a new one.",
            )
        headers = msgspec.json.decode(row["headers"], type=dict[str, str])
        return FirstAnswer(row["status"], headers, row["body"])

    async def finish(self, connection: asyncpg.Connection, answer: FirstAnswer) -> None:
        """Keep the answer, in the transaction that made it true."""
        await connection.execute(
            "update idempotency set status = $4, headers = $5::jsonb, body = $6"
            " where caller = $1 and route = $2 and key = $3",
            self.caller, self.route, self.key, answer.status,
            msgspec.json.encode(answer.headers).decode(), answer.body,
        )  # fmt: skip


async def attempt(request: Request, caller: str) -> Attempt | None:
    """The attempt that the request is, None without a key; raises a 422 `Explained` for a malformed key."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Explained(
            422,
            "idempotency_key_malformed",
            f"{HEADER} 应为 1 至 200 个可见的 ASCII 字符。",
            f"{HEADER} must be 1 to 200 visible ASCII characters.",
        )
    query = f"?{request.url.query}" if request.url.query else ""
    return Attempt(caller, f"{request.method} {request.url.path}{query}", key, await _hash(request))


async def _hash(request: Request) -> bytes:
    """A digest of the content. Of a form its fields and files count: the boundary changes with a retry."""
    digest = hashlib.sha256()
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        digest.update(await request.body())
        return digest.digest()
    for name, value in (await request.form()).multi_items():
        digest.update(f"\0{name}\0".encode())
        if isinstance(value, UploadFile):
            await value.seek(0)
            while chunk := await value.read(_CHUNK):
                digest.update(chunk)
            await value.seek(0)
        else:
            digest.update(value.encode())
    return digest.digest()


async def purge(connection: asyncpg.Connection, older_than: timedelta) -> int:
    """Delete keys that nobody will retry any more; how many there were."""
    status = await connection.execute(
        "delete from idempotency where created_at < clock_timestamp() - $1::interval", older_than
    )
    return int(status.rsplit(" ", 1)[1])
