"""Bearer tokens: signature by a key set from file or URL, pinned algorithm, issuer, audience, expiry."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.http.problems import Explained
from chassis.model import MalformedDivision, division_code
from chassis.principal import Principal, permissions_of
from chassis.settings import AuthSettings

_FETCH_INTERVAL_S = 10.0
_FETCH_TIMEOUT_S = 5.0
_LEEWAY_S = 30


class KeysUnusable(RuntimeError):
    """No key set is configured, or it may not be used here; the message says what to set."""


class Verifier:
    """Tells who sends a token, and with which permissions of one service."""

    def __init__(self, settings: AuthSettings, environment: str, roles: dict[str, set[str]]) -> None:
        self._settings = settings
        self._production = environment == "production"
        self._roles = roles
        self._keys: dict[str | None, Any] = {}
        self._fetched = float("-inf")
        self._fetching = asyncio.Lock()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def open(self) -> None:
        """Read the key set before the first request.

        Raises `KeysUnusable` where none is set, a file cannot be read, or production was given the embedded
        stack's key. A URL that does not answer yet is asked again with the first token.
        """
        if self._settings.jwks is None:
            raise KeysUnusable("SHUNIU_AUTH_JWKS is not set: name the key set's file or URL")
        try:
            await self._fetch()
        except httpx.HTTPError:
            return

    async def principal(self, token: str | None) -> Principal:
        """Who sent the token; raises a 401 `Explained` that says what is wrong with it."""
        if not token:
            raise _unauthorized("token_missing", "请先登录：请求未带访问令牌。", "Sign in: no bearer token.")
        key = await self._key(_key_id(token))
        try:
            claims = jwt.decode(token, key, algorithms=[self._settings.algorithm]).claims
            self._claims.validate(claims)
        except (JoseError, ValueError) as error:
            raise _invalid(str(error)) from None
        return self._principal_of(claims)

    def _principal_of(self, claims: dict[str, Any]) -> Principal:
        subject, roles, divisions = claims["sub"], claims.get("roles"), claims.get("divisions")
        if not (isinstance(subject, str) and subject and _texts(roles) and _texts(divisions)):
            raise _invalid("sub must be text, roles and divisions lists of text")
        assert isinstance(roles, list)
        assert isinstance(divisions, list)
        try:
            codes = tuple(division_code(code) for code in divisions)
        except MalformedDivision as error:
            raise _invalid(str(error)) from None
        return Principal(subject, frozenset(roles), permissions_of(roles, self._roles), codes)

    async def _key(self, key_id: str | None) -> Any:
        if self._production and key_id == self._settings.embedded_key_id:
            raise _invalid("it was signed for an embedded stack")
        if key_id not in self._keys:
            try:
                await self._refetch()
            except (httpx.HTTPError, KeysUnusable):
                raise Explained(
                    503,
                    "keys_unavailable",
                    "暂时无法核对登录凭证，请稍后再试。",
                    "Tokens cannot be checked at the moment; try again.",
                    headers={"retry-after": "5"},
                ) from None
        if key_id not in self._keys:
            raise _invalid(f"its key '{key_id}' is unknown")
        return self._keys[key_id]

    async def _refetch(self) -> None:
        """Ask for new keys, since keys rotate; not more often than every ten seconds, whoever sends what."""
        async with self._fetching:
            if time.monotonic() - self._fetched >= _FETCH_INTERVAL_S:
                await self._fetch()

    async def _fetch(self) -> None:
        self._fetched = time.monotonic()
        where = self._settings.jwks or ""
        try:
            document = msgspec.json.decode(await _content(where))
            keys = KeySet.import_key_set(document).keys
        except (OSError, ValueError, JoseError, KeyError, TypeError) as error:
            raise KeysUnusable(f"SHUNIU_AUTH_JWKS={where}: no usable key set: {error}") from error
        if self._production and any(key.kid == self._settings.embedded_key_id for key in keys):
            raise KeysUnusable(
                f"SHUNIU_AUTH_JWKS={where} holds the embedded stack's key, which production refuses: "
                "use your identity provider's key set"
            )
        self._keys = {key.kid: key for key in keys}


async def _content(where: str) -> bytes:
    if not where.startswith(("http://", "https://")):
        return await asyncio.to_thread(Path(where).read_bytes)
    async with httpx.AsyncClient(timeout=_FETCH_TIMEOUT_S, trust_env=False) as client:
        return (await client.get(where)).raise_for_status().content


def _key_id(token: str) -> str | None:
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError) as error:
        raise _invalid(str(error)) from None
    return key_id if isinstance(key_id, str) else None


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _invalid(reason: str) -> Explained:
    return _unauthorized(
        "token_invalid",
        f"登录凭证无效或已过期，请重新登录（{reason}）。",
        f"The token is not valid: {reason}.",
    )


def _unauthorized(code: str, zh: str, en: str) -> Explained:
    return Explained(401, code, zh, en, headers={"www-authenticate": f'Bearer error="{code}"'})
