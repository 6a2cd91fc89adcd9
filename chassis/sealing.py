"""The keys of personal data at rest: the installation's, in a file, and one for each person, wrapped by it.

A person is found by a mark, a keyed digest of the opaque id: without the file nobody can say whose it is.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pydantic_core
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.keys import write_secret

KEYS_FILE = "sealing-keys.json"
_BITS, _NONCE = 256, 12


class KeysUnreadable(ValueError):
    """The file of keys cannot be used; the message names it and says why, never what is in it."""


class _Wrapping(msgspec.Struct):
    name: str
    key: bytes


class _File(msgspec.Struct, forbid_unknown_fields=True):
    marking: bytes
    wrapping: list[_Wrapping]


@dataclass(frozen=True)
class SealingKeys:
    """The installation's keys: one for marks, which stays, and those that wrap, the first in use."""

    marking: bytes = field(repr=False)
    wrapping: dict[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, file: Path) -> "SealingKeys":
        """The keys in `file`; raises `KeysUnreadable`."""
        try:
            found = msgspec.json.decode(file.read_bytes(), type=_File)
        except (OSError, msgspec.DecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not in the form of such a file"
            raise KeysUnreadable(f"SHUNIU_SEALING_KEYS_FILE={file} cannot be used: {reason}") from None
        keys = {one.name: one.key for one in found.wrapping}
        if len(found.marking) * 8 != _BITS or not keys or {len(key) * 8 for key in keys.values()} != {_BITS}:
            raise KeysUnreadable(
                f"SHUNIU_SEALING_KEYS_FILE={file} cannot be used: keys must have {_BITS} bits"
            )
        return cls(found.marking, keys)

    @classmethod
    def open(cls, file: Path, name: str = "1") -> "SealingKeys":
        """The keys in `file`, made when it is absent (mode 0600), the first wrapping key called `name`."""
        if not file.exists():
            cls.fresh(name).write(file, replace=False)
        return cls.read(file)

    @classmethod
    def fresh(cls, name: str = "1") -> "SealingKeys":
        """New keys."""
        return cls(fresh_key(), {name: fresh_key()})

    def turned(self, name: str) -> "SealingKeys":
        """The same with a new wrapping key in use; raises ValueError where there is one of that name."""
        if name in self.wrapping:
            raise ValueError(f"there is a wrapping key '{name}' already")
        return SealingKeys(self.marking, {name: fresh_key(), **self.wrapping})

    def write(self, file: Path, *, replace: bool = True) -> None:
        """Put them into `file`, whole or not at all; without `replace`, keys that are there already stay."""
        wrapping = [_Wrapping(name, key) for name, key in self.wrapping.items()]
        write_secret(file, _File(self.marking, wrapping), replace=replace)

    def mark(self, person_id: str) -> bytes:
        """The person in tables: the same id has the same mark, and only with these keys is it found."""
        return hmac.digest(self.marking, person_id.encode(), hashlib.sha256)

    def wrap(self, mark: bytes, key: bytes) -> bytes:
        """A person's key as a table may hold it, bound to the person's mark."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.wrapping[self.in_use]).encrypt(nonce, key, mark)

    def unwrap(self, mark: bytes, wrapped: bytes, by: str) -> bytes:
        """The person's key again; raises `KeysUnreadable` without the wrapping key `by`."""
        if by not in self.wrapping:
            raise KeysUnreadable(f"the sealing keys lack the wrapping key '{by}', which is still needed")
        try:
            return AESGCM(self.wrapping[by]).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], mark)
        except InvalidTag:
            raise KeysUnreadable(f"wrapping key '{by}' is not the one that wrapped this database's") from None

    @property
    def in_use(self) -> str:
        """The name of the wrapping key that new persons' keys get."""
        return next(iter(self.wrapping))


class PersonKey:
    """One person's key: what it sealed, only it opens, and only at the place for which it was sealed."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, place: str, content: Any) -> bytes:
        """`content` as plain data, encrypted and bound to `place` (table, record, column)."""
        nonce = secrets.token_bytes(_NONCE)
        plain = msgspec.json.encode(pydantic_core.to_jsonable_python(content))
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def unseal(self, place: str, sealed: bytes) -> Any:
        """What was sealed; raises `InvalidTag` where it was changed or belongs to another place."""
        return msgspec.json.decode(self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()))


def fresh_key() -> bytes:
    """A new key."""
    return AESGCM.generate_key(_BITS)
