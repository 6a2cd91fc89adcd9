"""An identity provider over HTTP: keys that come, go and stay away, and tokens that are not its own."""

import asyncio
import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from chassis.http import Explained, Verifier, key_set
from chassis.http.authentication import KeysUnusable
from chassis.settings import AuthSettings

ISSUER = "https://id.example"
ROLES = {"viewer": {"funds:read"}}


class Provider(ThreadingHTTPServer):
    """An identity provider: a key set, a discovery document, and how often it was asked."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Answer)
        self.keys: list[dict[str, Any]] = []
        self.issuer = ISSUER
        self.status = 200
        self.delay_s = 0.0
        self.padding = 0
        self.asked = 0

    @property
    def url(self) -> str:
        """Where its keys are."""
        return f"http://127.0.0.1:{self.server_port}/keys"

    def publish(self, *keys: Any) -> None:
        """Offer these keys and no others."""
        self.keys = [dict(key.as_dict(private=False)) for key in keys]


class _Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        self.server.asked += 1
        time.sleep(self.server.delay_s)
        if self.path == "/.well-known/openid-configuration":
            content: dict[str, Any] = {"issuer": self.server.issuer, "jwks_uri": self.server.url}
        else:
            content = {"keys": self.server.keys, "padding": "x" * self.server.padding}
        body = json.dumps(content).encode()
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on a port."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets the seconds pass that keys age by."""
    passed = 0.0

    def monotonic() -> float:
        return time.monotonic() + passed

    def forward(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(key_set, "_now", monotonic)
    return forward


def key(name: str) -> ECKey:
    """A signing key of the provider."""
    return ECKey.generate_key("P-256", {"kid": name})


def claims(**changes: Any) -> dict[str, Any]:
    """A viewer's, with changes; None leaves a claim out."""
    now = int(time.time())
    given = {
        "iss": ISSUER, "aud": "shuniu", "sub": "u-1", "roles": ["viewer"], "divisions": ["440303"],
        "exp": now + 60, "iat": now,
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}


def signed(signer: Any, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token as the provider signs it."""
    whole = {"alg": "ES256", "kid": signer.kid} | (header or {})
    whole = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(whole, claims(**changes), signer, algorithms=[whole["alg"]])


def verifier(provider: Provider, environment: str = "production", **changes: Any) -> Verifier:
    """A service that trusts the provider."""
    given = {"jwks": provider.url, "issuer": ISSUER} | changes
    return Verifier(AuthSettings.model_validate(given), environment, ROLES)


async def refused(checked: Verifier, token: str, status: int = 401) -> str:
    """What the refusal says."""
    with pytest.raises(Explained) as caught:
        await checked.principal(token)
    assert caught.value.status == status, caught.value.en
    return caught.value.en


async def test_a_new_key_is_accepted_at_its_first_token(
    provider: Provider, clock: Callable[[float], None]
) -> None:
    old, new = key("old"), key("new")
    provider.publish(old)
    checked = verifier(provider)
    await checked.open()
    assert (await checked.principal(signed(old))).actor_id == "u-1"
    provider.publish(old, new)
    clock(11)
    assert (await checked.principal(signed(new))).actor_id == "u-1"
    assert (await checked.principal(signed(old))).actor_id == "u-1"
    assert provider.asked == 2


async def test_forged_key_ids_do_not_hammer_the_provider(
    provider: Provider, clock: Callable[[float], None]
) -> None:
    real, forger = key("real"), key("forged")
    provider.publish(real)
    checked = verifier(provider)
    await checked.open()
    clock(11)
    provider.delay_s = 0.1
    tokens = [signed(forger, {"kid": f"forged-{number}"}) for number in range(100)]
    said = await asyncio.gather(*(refused(checked, token) for token in tokens))
    assert all("is unknown" in each for each in said)
    assert provider.asked == 2
    clock(11)
    await refused(checked, tokens[0])
    assert provider.asked == 3


async def test_a_withdrawn_key_is_refused_once_the_keys_are_asked_for_again(
    provider: Provider, clock: Callable[[float], None]
) -> None:
    withdrawn, kept = key("withdrawn"), key("kept")
    provider.publish(withdrawn, kept)
    checked = verifier(provider, keys_refresh_s=300)
    await checked.open()
    provider.publish(kept)
    clock(200)
    assert await checked.principal(signed(withdrawn)), "not before its time"
    clock(101)
    assert "'withdrawn' is unknown" in await refused(checked, signed(withdrawn))
    assert await checked.principal(signed(kept))


@pytest.mark.parametrize("down", ["an error", "silence"])
async def test_while_the_provider_is_down_keys_go_on_for_their_time(
    provider: Provider, clock: Callable[[float], None], down: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_set, "_TIMEOUT_S", 0.2)
    known, new = key("known"), key("new")
    provider.publish(known)
    checked = verifier(provider, keys_refresh_s=300, keys_stale_s=3600)
    await checked.open()
    provider.status, provider.delay_s = (503, 0) if down == "an error" else (200, 1.0)
    clock(301)
    assert await checked.principal(signed(known))
    asked = provider.asked
    await asyncio.gather(*(checked.principal(signed(known)) for _ in range(20)))
    assert provider.asked == asked, "asked again within the interval"
    clock(11)
    assert "cannot be checked" in await refused(checked, signed(new), 503)
    clock(3300)
    assert "cannot be checked" in await refused(checked, signed(known), 503)
    provider.status, provider.delay_s = 200, 0
    clock(11)
    assert await checked.principal(signed(known)), "back again"


async def test_a_provider_that_is_not_up_yet_does_not_hinder_the_start(
    provider: Provider, clock: Callable[[float], None]
) -> None:
    signer = key("first")
    provider.publish(signer)
    provider.status = 500
    checked = verifier(provider)
    await checked.open()
    assert "cannot be checked" in await refused(checked, signed(signer), 503)
    provider.status = 200
    clock(11)
    assert await checked.principal(signed(signer))


async def test_keys_are_found_by_the_discovery_document_of_the_right_issuer(provider: Provider) -> None:
    signer = key("discovered")
    provider.publish(signer)
    document = provider.url.replace("/keys", "/.well-known/openid-configuration")
    checked = verifier(provider, jwks=document)
    await checked.open()
    assert await checked.principal(signed(signer))
    provider.issuer = "https://elsewhere.example"
    with pytest.raises(KeysUnusable, match=r"is of issuer 'https://elsewhere\.example'"):
        await verifier(provider, jwks=document).open()


ALGORITHMS = {
    "RS256": RSAKey.generate_key(2048, {"kid": "k"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "k"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "k"}),
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_the_pinned_algorithm_is_taken_and_no_other(provider: Provider, algorithm: str) -> None:
    provider.publish(*ALGORITHMS.values())
    for other, signer in ALGORITHMS.items():
        provider.publish(signer)
        checked = verifier(provider, algorithm=algorithm)
        if other == algorithm:
            await checked.open()
            assert await checked.principal(signed(signer, {"alg": algorithm}))
        else:
            with pytest.raises(KeysUnusable, match=f"is for {algorithm}"):
                await checked.open()


async def test_keys_for_other_purposes_are_not_used(provider: Provider) -> None:
    weak = RSAKey.generate_key(1024, {"kid": "weak"})
    encrypting = RSAKey.generate_key(2048, {"kid": "encrypting", "use": "enc"})
    shared = OctKey.generate_key(256, {"kid": "shared"})
    provider.keys = [
        *(dict(each.as_dict(private=False)) for each in (weak, encrypting)),
        dict(shared.as_dict(private=True)),
    ]
    with pytest.raises(KeysUnusable, match="none of 3 keys has an id"):
        await verifier(provider, algorithm="RS256").open()


NOW = int(time.time())
BAD_CLAIMS = {
    "expired": {"exp": NOW - 31},
    "without an end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "not yet valid": {"nbf": NOW + 86_400},
    "issued in the future": {"iat": NOW + 86_400},
    "another issuer's": {"iss": "https://id.example.evil"},
    "of no issuer": {"iss": None},
    "for another audience": {"aud": "somebody"},
    "for other audiences": {"aud": ["somebody", "else"]},
    "for nobody": {"aud": None},
    "of nobody": {"sub": None},
    "an id of no kind": {"sub": {"$ne": ""}},
    "roles in one text": {"roles": "operator"},
    "no divisions": {"divisions": None},
    "a division that is none": {"divisions": ["%"]},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
async def test_claims_that_do_not_hold_are_refused(provider: Provider, changes: dict[str, Any]) -> None:
    signer = key("k")
    provider.publish(signer)
    checked = verifier(provider)
    assert await checked.principal(signed(signer))
    assert "not valid" in await refused(checked, signed(signer, **changes))


async def test_clocks_may_differ_a_little(provider: Provider) -> None:
    signer = key("k")
    provider.publish(signer)
    checked, now = verifier(provider), int(time.time())
    for changes in ({"exp": now - 20}, {"nbf": now + 20}, {"iat": now + 20}, {"aud": ["else", "shuniu"]}):
        assert await checked.principal(signed(signer, **changes))
    strict = verifier(provider, leeway_s=0)
    assert "not valid" in await refused(strict, signed(signer, exp=now - 20))


def unsigned(header: dict[str, Any]) -> str:
    """A token with no signature."""
    return f"{_text(header)}.{_text(claims())}."


def with_shared_secret(secret: bytes) -> str:
    """A token whose signature anybody can make who knows the secret."""
    content = f"{_text({'alg': 'HS256', 'kid': 'k'})}.{_text(claims())}"
    return f"{content}.{_base64(hmac.digest(secret, content.encode(), 'sha256'))}"


def by_hand(signer: ECKey, header: dict[str, Any]) -> str:
    """The provider's own signature under a header that the library would not write."""
    content = f"{_text({'alg': 'ES256', 'kid': 'k'} | header)}.{_text(claims())}"
    assert signer.private_key is not None
    signature = signer.private_key.sign(content.encode(), ECDSA(SHA256()))
    r, s = decode_dss_signature(signature)
    return f"{content}.{_base64(r.to_bytes(32) + s.to_bytes(32))}"


def _text(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def forgeries(signer: ECKey) -> dict[str, str]:
    """Tokens that somebody without the provider's key can make."""
    public = json.dumps(signer.as_dict(private=False)).encode()
    whole = signed(signer)
    head, body, signature = whole.split(".")
    other = body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1]
    return {
        "signed with the public key as a shared secret": with_shared_secret(public),
        "the same with the key as PEM": with_shared_secret(signer.as_pem(private=False)),
        "unsigned": unsigned({"alg": "none", "kid": "k"}),
        "unsigned in other letters": unsigned({"alg": "nOnE", "kid": "k"}),
        "an algorithm's name on no signature": unsigned({"alg": "ES256", "kid": "k"}),
        "signed by another's key of the same id": signed(key("k")),
        "without a key's id": signed(signer, {"kid": None}),
        "with its own key in the header": signed(key("k"), {"jwk": dict(key("k").as_dict(private=False))}),
        "with a demand nobody knows": by_hand(signer, {"crit": ["exp"], "exp": 1}),
        "changed claims": f"{head}.{other}.{signature}",
        "huge": signed(signer, padding="x" * 9000),
        "nothing of the kind": "a.b.c",
    }


@pytest.mark.parametrize("forgery", forgeries(key("k")))
async def test_forged_tokens_are_refused(provider: Provider, forgery: str) -> None:
    signer = key("k")
    provider.publish(signer)
    checked = verifier(provider)
    assert await checked.principal(signed(signer))
    assert "not valid" in await refused(checked, forgeries(signer)[forgery])


BAD_ADDRESSES = {
    "in the clear over a network": ("http://192.0.2.1/keys", "is not encrypted"),
    "no address at all": ("ftp://id.example/keys", "neither a file nor an https"),
}


@pytest.mark.parametrize(("where", "said"), BAD_ADDRESSES.values(), ids=BAD_ADDRESSES)
async def test_production_does_not_ask_for_keys_where_anybody_may_answer(where: str, said: str) -> None:
    with pytest.raises(KeysUnusable, match=said):
        await Verifier(AuthSettings(jwks=where, issuer=ISSUER), "production", ROLES).open()


async def test_an_answer_without_end_is_not_read_to_its_end(provider: Provider) -> None:
    provider.publish(key("k"))
    provider.padding = 2 << 20
    with pytest.raises(KeysUnusable, match="more than 1048576 bytes"):
        await verifier(provider).open()


async def test_a_file_that_is_replaced_is_read_again(tmp_path: Path, clock: Callable[[float], None]) -> None:
    file, first, second = tmp_path / "jwks.json", key("first"), key("second")

    def write(*keys: ECKey) -> None:
        file.write_text(json.dumps({"keys": [each.as_dict(private=False) for each in keys]}))

    write(first)
    checked = Verifier(AuthSettings(jwks=str(file), issuer=ISSUER), "production", ROLES)
    await checked.open()
    write(second)
    clock(11)
    assert await checked.principal(signed(second))
    assert "unknown" in await refused(checked, signed(first))
