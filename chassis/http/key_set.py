"""The identity provider's keys: asked for by URL or read from a file, again when they age or one is unknown.

A key that the provider withdraws is refused once ours are older than `keys_refresh_s`. While the provider
does not answer, the keys that we have go on, for `keys_stale_s` at most. However many unknown keys tokens
name, the provider is asked at most every `_INTERVAL_S` seconds.
"""

import asyncio
import logging
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from chassis.settings import AuthSettings

_now = time.monotonic
_INTERVAL_S = 10.0
_TIMEOUT_S = 5.0
_MOST_BYTES = 1 << 20
_RSA_BITS = 2048
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LOG = logging.getLogger("chassis.http.keys")
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, OSError)


class KeysUnusable(RuntimeError):
    """No key set is configured, or it may not be used here; the message says what to set."""


class KeysUnavailable(Exception):
    """The provider does not answer and what we have of it is too old, or lacks the key asked for."""


class ProviderKeys:
    """Public keys by their id, of one provider and one algorithm."""

    def __init__(self, settings: AuthSettings, *, production: bool) -> None:
        self._settings = settings
        self._production = production
        self._keys: dict[str, Any] = {}
        self._got = self._asked = float("-inf")
        self._failing = False
        self._asking = asyncio.Lock()

    async def open(self) -> None:
        """Get the keys for the first time.

        Raises `KeysUnusable` where none are configured, what is there is no key set, or production was given
        the embedded stack's key. A URL that does not answer yet is asked again with the first token.
        """
        if self._settings.jwks is None:
            raise KeysUnusable("SHUNIU_AUTH_JWKS is not set: name the key set's file or URL")
        try:
            await self._fetch(self._settings.jwks)
        except _FAILURES as error:
            self._failed(error)

    async def key(self, key_id: str) -> Any | None:
        """The key of this id, None where the provider has none; raises `KeysUnavailable`."""
        if key_id not in self._keys:
            await self._refresh(wait=True)
        elif self._age() >= self._settings.keys_refresh_s:
            await self._refresh(wait=False)
        if self._age() >= self._settings.keys_stale_s:
            raise KeysUnavailable
        found = self._keys.get(key_id)
        if found is None and self._failing:
            raise KeysUnavailable
        return found

    def _age(self) -> float:
        return _now() - self._got

    async def _refresh(self, *, wait: bool) -> None:
        """Ask again unless that was done just now; whoever has a key does not wait for another's question."""
        if self._asking.locked() and not wait:
            return
        async with self._asking:
            if _now() - self._asked < _INTERVAL_S or self._settings.jwks is None:
                return
            try:
                await self._fetch(self._settings.jwks)
            except (*_FAILURES, KeysUnusable) as error:
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._failing = True
        have = f"the {len(self._keys)} that there are go on" if self._keys else "no token can be checked"
        _LOG.warning("the identity provider's keys could not be had, %s: %r", have, error)

    async def _fetch(self, where: str) -> None:
        self._asked = _now()
        document = await self._document(where)
        if isinstance(document, dict) and "jwks_uri" in document:
            document = await self._document(self._key_set_of(document, where))
        self._keys = self._usable(document, where)
        self._got, self._failing = _now(), False

    async def _document(self, where: str) -> Any:
        try:
            return msgspec.json.decode(await self._content(where))
        except (msgspec.DecodeError, FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise KeysUnusable(f"SHUNIU_AUTH_JWKS={where}: no usable key set: {error}") from error

    async def _content(self, where: str) -> bytes:
        if "://" not in where:
            return await asyncio.to_thread(Path(where).read_bytes)
        self._check_address(where)
        authority = self._settings.tls_ca_file
        verify = ssl.create_default_context(cafile=authority) if where.startswith("https") else False
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, verify=verify) as client,
            asyncio.timeout(_TIMEOUT_S),
            client.stream("GET", where, headers={"accept": "application/json"}) as answer,
        ):
            answer.raise_for_status()
            content = bytearray()
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > _MOST_BYTES:
                    raise KeysUnusable(f"SHUNIU_AUTH_JWKS={where} answers more than {_MOST_BYTES} bytes")
        return bytes(content)

    def _check_address(self, where: str) -> None:
        parts = urlsplit(where)
        if parts.scheme == "https":
            return
        if parts.scheme != "http":
            raise KeysUnusable(f"SHUNIU_AUTH_JWKS={where}: neither a file nor an https:// address")
        if self._production and parts.hostname not in _LOOPBACK and not self._settings.plain_http:
            raise KeysUnusable(
                f"{where} is not encrypted: whoever answers in its place signs in as anybody. Use https://,"
                " or set SHUNIU_AUTH_PLAIN_HTTP=true where the network itself is trusted"
            )

    def _key_set_of(self, document: dict[str, Any], where: str) -> str:
        """The key set's address in a discovery document of the very issuer that tokens must name."""
        if document.get("issuer") != self._settings.issuer:
            raise KeysUnusable(
                f"{where} is of issuer {document.get('issuer')!r}, SHUNIU_AUTH_ISSUER is"
                f" {self._settings.issuer!r}"
            )
        return str(document["jwks_uri"])

    def _usable(self, document: Any, where: str) -> dict[str, Any]:
        """The keys that have an id and fit the pinned algorithm; others are for other purposes."""
        try:
            keys = KeySet.import_key_set(document).keys
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeysUnusable(f"SHUNIU_AUTH_JWKS={where}: no usable key set: {error}") from error
        if self._production and any(key.kid == self._settings.embedded_key_id for key in keys):
            raise KeysUnusable(
                f"SHUNIU_AUTH_JWKS={where} holds the embedded stack's key, which production refuses: "
                "use your identity provider's key set"
            )
        found = {key.kid: key for key in keys if key.kid and _fits(key, self._settings.algorithm)}
        if not found:
            raise KeysUnusable(
                f"SHUNIU_AUTH_JWKS={where}: no usable key set: none of {len(keys)} keys has an id (kid) and"
                f" is for {self._settings.algorithm} (SHUNIU_AUTH_ALGORITHM)"
            )
        return found


def _fits(key: Any, algorithm: str) -> bool:
    """Whether signatures of the algorithm may be checked with it: never a symmetric or a weak key."""
    described = key.as_dict(private=False)
    if described.get("use", "sig") != "sig" or described.get("alg", algorithm) not in (algorithm, "Ed25519"):
        return False
    match key:
        case ECKey():
            return algorithm == "ES256" and bool(key.curve_name == "P-256")
        case RSAKey():
            return algorithm == "RS256" and bool(key.raw_value.key_size >= _RSA_BITS)
        case OKPKey():
            return algorithm == "EdDSA"
    return False
