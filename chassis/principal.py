"""Who causes a change: an authenticated caller with permissions in divisions, or the system itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from chassis.model import Refusal, RefusalKind, is_within


class NotPermitted(Refusal):
    """The caller lacks a permission, or has it elsewhere only."""

    code = "not_permitted"
    kind = RefusalKind.FORBIDDEN
    zh = "您没有在“{division}”执行“{permission}”的权限；您的辖区：{divisions}。"
    en = "You may not do '{permission}' in division '{division}'; your divisions: {divisions}."


@dataclass(frozen=True)
class Principal:
    """A caller: pseudonymous id, permission patterns (`organizations:*`), divisions (with all below), and the
    bodies and sections whose staff they are, by the codes of the region's profile."""

    actor_id: str
    roles: frozenset[str]
    permissions: frozenset[str]
    divisions: tuple[str, ...]
    bodies: frozenset[str] = frozenset()

    def has(self, permission: str) -> bool:
        """Whether the permission is held in any division."""
        return any(fnmatchcase(permission, pattern) for pattern in self.permissions)

    def covers(self, division: str) -> bool:
        """Whether one of the caller's divisions is `division` or above it."""
        return any(is_within(division, own) for own in self.divisions)

    def authorize(self, permission: str, division: str) -> None:
        """Raise `NotPermitted` unless the permission is held and the division covered."""
        if not (self.has(permission) and self.covers(division)):
            raise NotPermitted(
                permission=permission, division=division, divisions=", ".join(self.divisions) or "-"
            )


SYSTEM = Principal("system", frozenset({"system"}), frozenset({"*"}), ("",))
"""Reactions and timers act as the system, in every division of the stack."""


def permissions_of(roles: Iterable[str], table: dict[str, set[str]]) -> frozenset[str]:
    """The union of the permission patterns that `table` gives to `roles`."""
    return frozenset(pattern for role in roles for pattern in table.get(role, ()))
