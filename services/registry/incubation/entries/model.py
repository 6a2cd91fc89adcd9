"""The way of a line of the service log."""

from enum import StrEnum

from chassis.model import Refusal, Transitions


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


class NobodyServed(Refusal):
    """A service for an organisation that is not being incubated."""

    code = "service_entry_not_inside"
    zh = "该组织当时不在孵，不能登记入驻服务；基地外的扶持请登记为扶持记录。"
    en = "The organisation was not being incubated then; help outside a stay is a support record."


class OneHandForBoth(Refusal):
    """One person for both sides."""

    code = "service_entry_one_hand"
    zh = "服务记录由双方确认：登记人不能代对方确认或提出异议。"
    en = "Both sides confirm a service: whoever wrote the line does not answer for the other side."


class AnotherHand(Refusal):
    """A line changed by somebody who did not write it."""

    code = "service_entry_of_another_side"
    zh = "只有登记方可以更正或撤销；如不属实请提出异议。"
    en = "Only the side that wrote the line changes or takes it back; dispute it where it is wrong."
