"""An agreement's way, its span and its places."""

from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class PartnerPhase(StrEnum):
    """Whether an agreement runs."""

    SIGNED = "signed"
    EXPIRED = "expired"
    TERMINATED = "terminated"


TRANSITIONS: Transitions[PartnerPhase] = {
    PartnerPhase.SIGNED: {
        "changed": PartnerPhase.SIGNED,
        "hosted": PartnerPhase.SIGNED,
        "renewed": PartnerPhase.SIGNED,
        "expired": PartnerPhase.EXPIRED,
        "terminated": PartnerPhase.TERMINATED,
        "reassigned": PartnerPhase.SIGNED,
    },
    PartnerPhase.EXPIRED: {
        "renewed": PartnerPhase.SIGNED,
        "terminated": PartnerPhase.TERMINATED,
        "reassigned": PartnerPhase.EXPIRED,
    },
    PartnerPhase.TERMINATED: {},
}
"""社会工作专业教育实习基地 (JIANGMEN J17)."""


class AgreementReversed(Refusal):
    """An agreement that ends before it begins, or that a renewal would shorten."""

    code = "partner_agreement_reversed"
    kind = RefusalKind.INVALID
    zh = "协议结束日期 {ends_on} 应晚于 {after}。"
    en = "The agreement has to end after {after}, not on {ends_on}."


class MoreThanPlaces(Refusal):
    """More people than there are places."""

    code = "partner_more_than_places"
    kind = RefusalKind.INVALID
    zh = "协议名额为 {places} 人，本期 {people} 人；请先变更名额。"
    en = "The agreement has {places} places, not {people}; change them first."


def check_span(ends_on: date, after: date) -> None:
    """Raise `AgreementReversed`."""
    if ends_on <= after:
        raise AgreementReversed(at="/ends_on", ends_on=ends_on, after=after)


def check_places(people: int, places: int) -> None:
    """Raise `MoreThanPlaces`; an agreement without places sets no limit."""
    if places and people > places:
        raise MoreThanPlaces(at="/people", people=people, places=places)
