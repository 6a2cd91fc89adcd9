"""Bearer tokens: signature by the provider's keys, pinned algorithm, issuer, audience, expiry.

A token that was found good is remembered with the key that proved it, since to prove it takes a tenth of a
command's processor time; its expiry is looked at every time, and a key that is read anew proves it anew.
"""

import time
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from chassis.http.key_set import KeysUnavailable, KeysUnusable, ProviderKeys
from chassis.http.problems import Explained
from chassis.model import MalformedDivision, division_code
from chassis.principal import Principal, StandsFor, permissions_of
from chassis.settings import AuthSettings

_SHOWN = 64
_REMEMBERED = 4096

__all__ = ["KeysUnusable", "Verifier"]


@dataclass(frozen=True)
class _Proved:
    """A good token's holder, the key that proved it, and the second of Unix time at which it ends."""

    key_id: str
    key: Any
    ends: float
    principal: Principal


class Verifier:
    """Tells who sends a token, and with which permissions of one service."""

    def __init__(self, settings: AuthSettings, environment: str, roles: dict[str, set[str]]) -> None:
        self._settings = settings
        self._production = environment == "production"
        self._roles = roles
        self._keys = ProviderKeys(settings, production=self._production)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=settings.leeway_s,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._proved: dict[str, _Proved] = {}

    async def open(self) -> None:
        """Read the key set before the first request; raises `KeysUnusable`, see `ProviderKeys.open`."""
        await self._keys.open()

    async def principal(self, token: str | None) -> Principal:
        """Who sent the token; raises a 401 `Explained` that says what is wrong with it."""
        if not token:
            raise _unauthorized("token_missing", "请先登录：请求未带访问令牌。", "Sign in: no bearer token.")
        if len(token) > self._settings.max_token_bytes:
            raise _invalid(f"it is longer than {self._settings.max_token_bytes} bytes")
        known = self._proved.get(token)
        key_id = _key_id(token) if known is None else known.key_id
        key = await self._key(key_id)
        if known is not None and known.key is key and time.time() < known.ends:
            return known.principal
        claims = self._claims_of(token, key)
        principal = self._principal_of(claims)
        self._remember(token, _Proved(key_id, key, claims["exp"] + self._settings.leeway_s, principal))
        return principal

    def _claims_of(self, token: str, key: Any) -> dict[str, Any]:
        try:
            claims = jwt.decode(token, key, algorithms=[self._settings.algorithm]).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise _invalid(str(error)) from None
        return claims

    def _remember(self, token: str, proved: _Proved) -> None:
        if len(self._proved) >= _REMEMBERED:
            self._proved.clear()
        self._proved[token] = proved

    def _principal_of(self, claims: dict[str, Any]) -> Principal:
        subject, roles, divisions = claims["sub"], claims.get("roles"), claims.get("divisions")
        bodies = claims.get("bodies", [])
        if not (isinstance(subject, str) and subject and all(map(_texts, (roles, divisions, bodies)))):
            raise _invalid("sub must be text, roles and divisions lists of text, and bodies, if there, too")
        assert isinstance(roles, list)
        assert isinstance(divisions, list)
        try:
            codes = tuple(division_code(code) for code in divisions)
        except MalformedDivision as error:
            raise _invalid(str(error)) from None
        granted, holder = permissions_of(roles, self._roles), _holder(claims.get("stands_for"))
        return Principal(subject, frozenset(roles), granted, codes, frozenset(bodies), holder)

    async def _key(self, key_id: str) -> Any:
        if self._production and key_id == self._settings.embedded_key_id:
            raise _invalid("it was signed for an embedded stack")
        try:
            found = await self._keys.key(key_id)
        except KeysUnavailable:
            raise Explained(
                503,
                "keys_unavailable",
                "暂时无法核对登录凭证，请稍后再试。",
                "Tokens cannot be checked at the moment; try again.",
                headers={"retry-after": "5"},
            ) from None
        if found is None:
            raise _invalid(f"its key '{key_id[:_SHOWN]}' is unknown")
        return found


def _key_id(token: str) -> str:
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError) as error:
        raise _invalid(str(error)) from None
    if not isinstance(key_id, str) or not key_id:
        raise _invalid("its header names no key (kid)")
    return key_id


def _holder(value: object) -> StandsFor | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _invalid("stands_for must be text")
    try:
        return StandsFor.of(value)
    except ValueError as error:
        raise _invalid(f"stands_for: {error}") from None


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
