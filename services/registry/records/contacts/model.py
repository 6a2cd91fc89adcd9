"""A contact's way, and what it has to learn."""

from collections.abc import Mapping
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class ContactPhase(StrEnum):
    """Where a contact is."""

    DUE = "due"
    MADE = "made"
    MISSED = "missed"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[ContactPhase] = {
    ContactPhase.DUE: {
        "reassigned": ContactPhase.DUE,
        "made": ContactPhase.MADE,
        "missed": ContactPhase.MISSED,
        "cancelled": ContactPhase.CANCELLED,
    },
    ContactPhase.MISSED: {"made": ContactPhase.MADE, "reassigned": ContactPhase.MISSED},
    ContactPhase.MADE: {},
    ContactPhase.CANCELLED: {},
}
"""掌握人员构成、会员分布、党组织和党员基本情况、工作开展 (TONGZHOU T07). Missed, it can be made
late."""


class NothingLearned(Refusal):
    """A contact under none of the four headings."""

    code = "contact_without_heading"
    kind = RefusalKind.INVALID
    zh = "请至少填写人员构成、会员分布、党组织和党员、工作开展中的一项。"
    en = "Say something under at least one of staff, members, party, work."


def headings(said: Mapping[str, object]) -> list[str]:
    """The headings under which something was said, in the order given; raises `NothingLearned`."""
    found = [heading for heading, words in said.items() if words is not None]
    if not found:
        raise NothingLearned(at="/staff")
    return found
