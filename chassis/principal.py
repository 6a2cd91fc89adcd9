"""Who causes a change: an authenticated caller with permissions in divisions, or the system itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from uuid import UUID

from chassis.model import Refusal, RefusalKind, is_within


class NotPermitted(Refusal):
    """The caller lacks a permission, or has it elsewhere only."""

    code = "not_permitted"
    kind = RefusalKind.FORBIDDEN
    zh = "您没有在“{division}”执行“{permission}”的权限；您的辖区：{divisions}。"
    en = "You may not do '{permission}' in division '{division}'; your divisions: {divisions}."

    @classmethod
    def of(cls, caller: "Principal", permission: str, division: str) -> "NotPermitted":
        """That `caller` may not do this there."""
        return cls(permission=permission, division=division, divisions=caller.divisions)


@dataclass(frozen=True)
class StandsFor:
    """The record that a caller acts for as its holder: its aggregate and its id."""

    aggregate: str
    id: UUID

    @classmethod
    def of(cls, text: str) -> "StandsFor":
        """`<aggregate>:<id>`, as a token has it; raises `ValueError`."""
        aggregate, colon, id = text.partition(":")
        if not (aggregate and colon):
            raise ValueError(f"'{text[:100]}' is not of the form <aggregate>:<id>")
        return cls(aggregate, UUID(id))

    def __str__(self) -> str:
        return f"{self.aggregate}:{self.id}"


@dataclass(frozen=True)
class Principal:
    """A caller: pseudonymous id, permission patterns (`organizations:*`), divisions (with all below), and the
    bodies and sections whose staff they are, by the codes of the region's profile.

    One of the staff stands for nobody; whoever is looked after here and has an account of its own stands for
    the record about it, and a service says what that lets it do.
    """

    actor_id: str
    roles: frozenset[str]
    permissions: frozenset[str]
    divisions: tuple[str, ...]
    bodies: frozenset[str] = frozenset()
    stands_for: StandsFor | None = None

    def has(self, permission: str) -> bool:
        """Whether the permission is held in any division."""
        return any(fnmatchcase(permission, pattern) for pattern in self.permissions)

    def covers(self, division: str) -> bool:
        """Whether one of the caller's divisions is `division` or above it."""
        return any(is_within(division, own) for own in self.divisions)

    def reaches(self, permission: str, division: str, others: Iterable[str]) -> None:
        """Raise `NotPermitted` unless the permission is held, and `division` or one of `others` covered."""
        self.authorize(permission, next(filter(self.covers, (division, *others)), division))

    def authorize(self, permission: str, division: str) -> None:
        """Raise `NotPermitted` unless the permission is held and the division covered."""
        if not (self.has(permission) and self.covers(division)):
            raise NotPermitted.of(self, permission, division)


SYSTEM = Principal("system", frozenset({"system"}), frozenset({"*"}), ("",))
"""Reactions and timers act as the system, in every division of the stack."""


def permissions_of(roles: Iterable[str], table: dict[str, set[str]]) -> frozenset[str]:
    """The union of the permission patterns that `table` gives to `roles`."""
    return frozenset(pattern for role in roles for pattern in table.get(role, ()))
