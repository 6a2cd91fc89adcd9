"""Who a token says one is: what is accepted, what is refused. Rotation: tests/security/test_provider.py."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from chassis.http import Explained, Verifier
from chassis.http.authentication import KeysUnusable
from chassis.keys import KEY_FILE, EmbeddedKey, issue_token
from chassis.principal import StandsFor
from chassis.settings import AuthSettings

ROLES = {"viewer": {"funds:read"}, "operator": {"*"}}


@pytest.fixture
def key(tmp_path: Path) -> EmbeddedKey:
    """A stack's own key."""
    return EmbeddedKey.open(tmp_path / "keys")


@pytest.fixture
def verifier(key: EmbeddedKey) -> Verifier:
    """What checks tokens of that stack."""
    return Verifier(AuthSettings(jwks=str(key.jwks)), "embedded", ROLES)


def token(key: EmbeddedKey, **changes: Any) -> str:
    """A viewer's token."""
    given: dict[str, Any] = {"subject": "u-1", "roles": ["viewer"], "divisions": ["440303"]} | changes
    return key.issue(**given)


def forged(key: Any, **changes: Any) -> str:
    """A token with claims and a header of one's own."""
    now = int(time.time())
    claims = {
        "iss": "shuniu-embedded", "aud": "shuniu", "sub": "u-1", "roles": ["viewer"],
        "divisions": ["440303"], "exp": now + 60,
    }  # fmt: skip
    claims |= changes
    claims = {name: value for name, value in claims.items() if value is not None}
    algorithm = "HS256" if isinstance(key, OctKey) else "ES256"
    return jwt.encode({"alg": algorithm, "kid": "shuniu-embedded"}, claims, key, algorithms=[algorithm])


async def refused(verifier: Verifier, given: str | None) -> str:
    """The code of the refusal."""
    with pytest.raises(Explained) as caught:
        await verifier.principal(given)
    assert caught.value.status == 401
    assert "www-authenticate" in caught.value.headers
    return caught.value.code


async def test_a_token_names_caller_roles_and_divisions(verifier: Verifier, key: EmbeddedKey) -> None:
    caller = await verifier.principal(token(key))
    assert (caller.actor_id, caller.divisions) == ("u-1", ("440303",))
    assert caller.has("funds:read")
    assert not caller.has("funds:open")
    assert caller.covers("440303001")
    assert not caller.covers("4403")


async def test_a_token_can_say_whose_record_its_holder_stands_for(
    verifier: Verifier, key: EmbeddedKey
) -> None:
    own = StandsFor("organization", UUID("0190b5c0-0000-7000-8000-000000000001"))
    assert (await verifier.principal(token(key, stands_for=own))).stands_for == own
    assert (await verifier.principal(token(key))).stands_for is None


async def test_a_token_that_stands_for_something_unreadable_is_refused(
    verifier: Verifier, key: EmbeddedKey
) -> None:
    for said in ("organization", "organization:7", ":0190b5c0-0000-7000-8000-000000000001", ["x"], 7, ""):
        assert await refused(verifier, forged(key._key, stands_for=said)) == "token_invalid"


async def test_no_token_and_no_token_at_all_are_refused(verifier: Verifier) -> None:
    assert await refused(verifier, None) == "token_missing"
    for nonsense in ("x", "a.b.c", "é", "." * 5000):
        assert await refused(verifier, nonsense) == "token_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_000_000_000}, {"exp": None}, {"iss": "somebody"}, {"iss": None}, {"aud": "another"},
        {"sub": None}, {"sub": 7}, {"roles": "operator"}, {"roles": [1]}, {"divisions": ["99"]},
        {"divisions": None}, {"divisions": ["440303 or 1=1"]}, {"bodies": "centre"}, {"bodies": [1]},
    ],
)  # fmt: skip
async def test_claims_that_do_not_hold_are_refused(
    verifier: Verifier, key: EmbeddedKey, changes: dict[str, Any]
) -> None:
    signing = ECKey.import_key(json.loads((key.directory / KEY_FILE).read_bytes()))
    assert (await verifier.principal(forged(signing))).actor_id == "u-1"
    assert await refused(verifier, forged(signing, **changes)) == "token_invalid"


async def test_a_signature_by_another_key_or_algorithm_is_refused(
    verifier: Verifier, key: EmbeddedKey
) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "shuniu-embedded"})
    public = OctKey.import_key(key.jwks.read_bytes())
    assert await refused(verifier, forged(stranger)) == "token_invalid"
    assert await refused(verifier, forged(public)) == "token_invalid"
    head, body, _ = token(key).split(".")
    assert await refused(verifier, f"{head}.{body}.") == "token_invalid"


async def test_production_refuses_the_embedded_key_and_starts_not_with_it(key: EmbeddedKey) -> None:
    verifier = Verifier(AuthSettings(jwks=str(key.jwks)), "production", ROLES)
    with pytest.raises(KeysUnusable, match="production refuses"):
        await verifier.open()
    assert await refused(verifier, token(key)) == "token_invalid"


async def test_a_service_without_a_key_set_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="SHUNIU_AUTH_JWKS is not set"):
        await Verifier(AuthSettings(), "test", ROLES).open()
    with pytest.raises(KeysUnusable, match="no usable key set"):
        await Verifier(AuthSettings(jwks=str(tmp_path / "absent.json")), "test", ROLES).open()


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = issue_token(tmp_path, subject="u-1", roles=["viewer"], divisions=["440303"])
    file = tmp_path / KEY_FILE
    content = file.read_bytes()
    issue_token(tmp_path, subject="u-2", roles=["viewer"], divisions=["440303"])
    assert first
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() == content
    assert "d" not in json.loads(EmbeddedKey.open(tmp_path).jwks.read_bytes())["keys"][0]


async def test_a_token_that_was_good_ends_at_its_expiry(
    verifier: Verifier, key: EmbeddedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = token(key, hours=1)
    assert (await verifier.principal(given)).actor_id == "u-1"
    later = time.time() + 3600 + AuthSettings().leeway_s + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert await refused(verifier, given) == "token_invalid"


async def test_a_token_that_was_good_is_proved_anew_by_a_key_that_took_the_others_name(
    verifier: Verifier, key: EmbeddedKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = token(key)
    assert (await verifier.principal(given)).actor_id == "u-1"
    other = ECKey.generate_key("P-256", {"kid": "shuniu-embedded"})
    key.jwks.write_text(json.dumps({"keys": [other.as_dict(private=False)]}))
    much_later = time.monotonic() + AuthSettings().keys_refresh_s + 1
    monkeypatch.setattr("chassis.http.key_set._now", lambda: much_later)
    await verifier.principal(forged(other))
    assert await refused(verifier, given) == "token_invalid"
