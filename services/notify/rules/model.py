"""A rule says which event is told to whom, how urgently, and by when they are to confirm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from chassis.model import is_within


class Reach(StrEnum):
    """Whose division a rule looks at, seen from the division of the record that the event is about."""

    OWN = "own"
    UPWARDS = "upwards"
    DOWNWARDS = "downwards"

    def covers(self, division: str, recipient: str) -> bool:
        """Whether somebody of division `recipient` is told of an event in `division`."""
        if self is Reach.UPWARDS:
            return is_within(division, recipient)
        if self is Reach.DOWNWARDS:
            return is_within(recipient, division)
        return recipient == division


class Channel(StrEnum):
    """By which way a rule's messages go; others come with their providers."""

    IN_APP = "in_app"


@dataclass(frozen=True)
class Rule:
    """Which event (`registry.organization.registered`) is told to whom.

    `when` names fields of the event's state with the values accepted; all have to hold.
    """

    name: str
    events: tuple[str, ...]
    roles: tuple[str, ...]
    reach: Reach
    template: str
    channel: Channel = Channel.IN_APP
    urgency: str = "normal"
    acknowledge_within_days: int | None = None
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def applies(self, state: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the conditions hold of a state, given as each field's values (a list field has several)."""
        return all(set(accepted) & set(state.get(field, ())) for field, accepted in self.when)


class Addressee(Protocol):
    """A recipient as a rule sees them."""

    @property
    def person_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def division(self) -> str: ...


A = TypeVar("A", bound=Addressee)


def addressees(rule: Rule, division: str, known: Iterable[A]) -> list[A]:
    """Who is told of an event in `division`: everybody once, whatever roles they hold in however many places.

    Somebody with several is written to in the place nearest to the event, there in the rule's first role.
    """
    reached = [one for one in known if one.role in rule.roles and rule.reach.covers(division, one.division)]
    reached.sort(
        key=lambda one: (abs(len(one.division) - len(division)), rule.roles.index(one.role), one.division)
    )
    nearest: dict[str, A] = {}
    for one in reached:
        nearest.setdefault(one.person_id, one)
    return list(nearest.values())
