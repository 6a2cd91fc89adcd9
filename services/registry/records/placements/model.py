"""Whether an organisation is in a community."""

from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class PlacementPhase(StrEnum):
    """Whether it is there."""

    PLACED = "placed"
    ENDED = "ended"


TRANSITIONS: Transitions[PlacementPhase] = {
    PlacementPhase.PLACED: {
        "worker_changed": PlacementPhase.PLACED,
        "renewed": PlacementPhase.PLACED,
        "ended": PlacementPhase.ENDED,
        "reassigned": PlacementPhase.PLACED,
    },
    PlacementPhase.ENDED: {},
}
"""进驻社区, 三社联动 (SUYU): community, social organisation, social worker."""


class RenewedBackwards(Refusal):
    """A renewal that gives less time."""

    code = "placement_renewed_backwards"
    kind = RefusalKind.INVALID
    zh = "续期至 {new} 应晚于原期限 {old}。"
    en = "The renewal until {new} must be after the day agreed before, {old}."


def check_renewal(new: date, old: date | None) -> None:
    """Raise `RenewedBackwards`."""
    if old is not None and new <= old:
        raise RenewedBackwards(at="/until", new=new, old=old)
