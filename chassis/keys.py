"""The embedded stack's own signing key, made at first start, and tokens signed with it."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.principal import StandsFor
from chassis.settings import AuthSettings

KEY_FILE = "token-key.json"
JWKS_FILE = "jwks.json"
_ALGORITHM = "ES256"


@dataclass(frozen=True)
class EmbeddedKey:
    """A signing key that only an embedded stack or a test accepts: a production start refuses its id."""

    directory: Path
    _key: ECKey

    @classmethod
    def open(cls, directory: Path) -> "EmbeddedKey":
        """The key in `directory`, made when absent: `token-key.json` (0600) and the public `jwks.json`."""
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / KEY_FILE
        if not file.exists():
            write_secret(
                file, ECKey.generate_key("P-256", {"kid": AuthSettings().embedded_key_id}).as_dict(True)
            )
        key = ECKey.import_key(msgspec.json.decode(file.read_bytes()))
        found = cls(directory, key)
        if not found.jwks.exists():
            write_secret(found.jwks, {"keys": [{**key.as_dict(False), "use": "sig", "alg": _ALGORITHM}]})
        return found

    @property
    def jwks(self) -> Path:
        """The file for `SHUNIU_AUTH_JWKS`."""
        return self.directory / JWKS_FILE

    def issue(
        self, *, subject: str, roles: Iterable[str], divisions: Iterable[str], bodies: Iterable[str] = (),
        hours: float = 12.0, stands_for: StandsFor | None = None, auth: AuthSettings | None = None,
    ) -> str:  # fmt: skip
        """A bearer token for a pseudonymous `subject` with roles in divisions, of the staff of `bodies`,
        valid for `hours`."""
        settings = auth or AuthSettings()
        now = int(time.time())
        claims = {
            "iss": settings.issuer,
            "aud": settings.audience,
            "sub": subject,
            "roles": list(roles),
            "divisions": list(divisions),
            "bodies": list(bodies),
            "iat": now,
            "exp": now + int(hours * 3600),
            **({"stands_for": str(stands_for)} if stands_for else {}),
        }
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": settings.embedded_key_id}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])


def issue_token(
    directory: Path, *, subject: str, roles: Iterable[str], divisions: Iterable[str],
    bodies: Iterable[str] = (), hours: float = 12.0, stands_for: StandsFor | None = None,
) -> str:  # fmt: skip
    """A token signed with the key in `directory`, which is made when absent."""
    return EmbeddedKey.open(directory).issue(
        subject=subject, roles=roles, divisions=divisions, bodies=bodies, hours=hours, stands_for=stands_for
    )


def write_secret(file: Path, content: object, *, replace: bool = False) -> None:
    """Whole or not at all, readable by its owner only; who comes second keeps the first's or replaces it."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(msgspec.json.encode(content))
    if replace:
        fresh.replace(file)
        return
    try:
        os.link(fresh, file)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
