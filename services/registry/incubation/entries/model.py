"""The way of a line of the service log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chassis.model import Refusal, RefusalKind, Transitions


class ServiceSide(StrEnum):
    """Who says that a service was given."""

    BASE = "base"
    ORGANIZATION = "organization"


class ServiceEntryPhase(StrEnum):
    """How far a line is agreed upon."""

    RECORDED = "recorded"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


_OPEN = {"corrected": ServiceEntryPhase.RECORDED, "cancelled": ServiceEntryPhase.CANCELLED}

TRANSITIONS: Transitions[ServiceEntryPhase] = {
    ServiceEntryPhase.RECORDED: {
        "confirmed": ServiceEntryPhase.CONFIRMED,
        "disputed": ServiceEntryPhase.DISPUTED,
        **_OPEN,
    },
    ServiceEntryPhase.DISPUTED: _OPEN,
    ServiceEntryPhase.CONFIRMED: {},
    ServiceEntryPhase.CANCELLED: {},
}
"""双方确认 (people.md): the side that did not write the line confirms or disputes it."""

SIDES_ZH = {ServiceSide.BASE: "孵化基地", ServiceSide.ORGANIZATION: "入驻组织"}


class PaperMissing(Refusal):
    """The staff speak for the organisation without anything that it signed."""

    code = "service_entry_paper_missing"
    kind = RefusalKind.INVALID
    zh = "入驻组织的意见应由其本人账号办理；由工作人员代录的，须写明有组织签字或盖章的书面凭证。"
    en = "The organisation answers with its own account; staff who enter its word name the paper it signed."


class NobodyServed(Refusal):
    """A service for an organisation that is not being incubated."""

    code = "service_entry_not_inside"
    zh = "该组织当时不在孵，不能登记入驻服务；基地外的扶持请登记为扶持记录。"
    en = "The organisation was not being incubated then; help outside a stay is a support record."


class OneHandForBoth(Refusal):
    """One side, or one person, for both."""

    code = "service_entry_one_hand"
    zh = "服务记录由双方确认：任何一方不能代对方登记、确认或提出异议，登记人也不能自己确认。"
    en = "Both sides confirm a service: neither speaks for the other, nor does whoever wrote the line."


class AnotherHand(Refusal):
    """A line changed by somebody who did not write it."""

    code = "service_entry_of_another_side"
    zh = "只有登记方可以更正或撤销；如不属实请提出异议。"
    en = "Only the side that wrote the line changes or takes it back; dispute it where it is wrong."


@dataclass(frozen=True)
class Line:
    """What of a line decides who may take which step."""

    state: ServiceEntryPhase
    written_by: ServiceSide
    writer: str

    @property
    def other_side(self) -> ServiceSide:
        """The side that answers."""
        return ServiceSide.ORGANIZATION if self.written_by is ServiceSide.BASE else ServiceSide.BASE


@dataclass(frozen=True)
class Hand:
    """Whose step it is: an account, which is of the staff or of the organisation itself."""

    actor_id: str
    is_organization: bool

    def check_side(self, side: ServiceSide) -> None:
        """Raise `OneHandForBoth` where the organisation speaks for the base."""
        if self.is_organization and side is ServiceSide.BASE:
            raise OneHandForBoth()


def _check_answer(line: Line, hand: Hand) -> None:
    if hand.actor_id == line.writer:
        raise OneHandForBoth()
    hand.check_side(line.other_side)


def _check_writer(line: Line, hand: Hand) -> None:
    if hand.actor_id != line.writer:
        raise AnotherHand()


_WHO: Final[Mapping[str, Callable[[Line, Hand], None]]] = {
    "confirmed": _check_answer,
    "disputed": _check_answer,
    "corrected": _check_writer,
    "cancelled": _check_writer,
}


def check_hand(fact: str, line: Line, hand: Hand) -> None:
    """Who takes the step: another hand of the side that did not write the line, or whoever wrote it.

    Raises `OneHandForBoth`, `AnotherHand`.
    """
    _WHO[fact](line, hand)


def may(fact: str, line: Line, hand: Hand) -> bool:
    """Whether the step follows in the line's state and is this hand's."""
    if fact not in TRANSITIONS[line.state]:
        return False
    try:
        check_hand(fact, line, hand)
    except (OneHandForBoth, AnotherHand):
        return False
    return True
