"""A joint activity's way, and that it is joint."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from chassis.model import Refusal, RefusalKind, Transitions


class JointActivityPhase(StrEnum):
    """Where an activity is."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[JointActivityPhase] = {
    JointActivityPhase.PLANNED: {
        "held": JointActivityPhase.HELD,
        "cancelled": JointActivityPhase.CANCELLED,
        "reassigned": JointActivityPhase.PLANNED,
    },
    JointActivityPhase.HELD: {},
    JointActivityPhase.CANCELLED: {},
}
"""联合…共同开展社会公益活动 (JIANGMEN)."""


class NotJoint(Refusal):
    """An activity with a lead and nobody else, or without a lead."""

    code = "activity_not_joint"
    kind = RefusalKind.INVALID
    zh = "联合活动应有一个牵头方（单位或社会组织）和至少一个参与方。"
    en = "A joint activity has one lead (a body or an organisation) and at least one partner."


class NoSuchPartner(Refusal):
    """A partner that the register does not have."""

    code = "activity_no_such_partner"
    kind = RefusalKind.MISSING
    zh = "登记簿中没有参与方“{id}”。"
    en = "The register has no organisation '{id}'."


def check_joint(
    lead_body: str | None, lead: UUID | None, partners: Collection[UUID], bodies: Collection[str]
) -> None:
    """Raise `NotJoint`: one lead, and a partner that is not the lead."""
    others = {*partners} - {lead}, {*bodies} - {lead_body}
    if (lead_body is None) == (lead is None) or not any(others):
        raise NotJoint(at="/partner_ids")
