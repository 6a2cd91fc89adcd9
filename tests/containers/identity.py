"""An identity provider's key pair of the test's own: production refuses the embedded stack's."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.settings import AuthSettings

ISSUER = "https://identity.example"
_ALGORITHM = "ES256"
_KEY_ID = "test-identity"


@dataclass(frozen=True)
class Identity:
    """Signs tokens; the public half lies in `jwks.json` of its directory, readable for any account."""

    _key: ECKey

    @classmethod
    def make(cls, directory: Path) -> "Identity":
        """A new key pair."""
        key = ECKey.generate_key("P-256", {"kid": _KEY_ID})
        public = {"keys": [{**key.as_dict(False), "use": "sig", "alg": _ALGORITHM}]}
        directory.mkdir(mode=0o755, parents=True)
        file = directory / "jwks.json"
        file.write_text(json.dumps(public), encoding="utf-8")
        file.chmod(0o644)
        return cls(key)

    def token(self, *, subject: str, roles: Sequence[str], divisions: Sequence[str]) -> str:
        """A bearer token for one hour."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": AuthSettings().audience, "sub": subject, "roles": list(roles),
            "divisions": list(divisions), "iat": now, "exp": now + 3600,
        }  # fmt: skip
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": _KEY_ID}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])
