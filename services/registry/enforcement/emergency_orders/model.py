"""An emergency order's way, and its scope."""

from collections.abc import Collection
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, is_within


class EmergencyOrderPhase(StrEnum):
    """Where an emergency order is."""

    ISSUED = "issued"
    LIFTED = "lifted"


TRANSITIONS: Transitions[EmergencyOrderPhase] = {
    EmergencyOrderPhase.ISSUED: {
        "extended": EmergencyOrderPhase.ISSUED,
        "lifted": EmergencyOrderPhase.LIFTED,
    },
    EmergencyOrderPhase.LIFTED: {},
}
"""暂停, 督查, 恢复 (S23); an order ends when it is lifted, never by itself."""


class ScopeOutside(Refusal):
    """A scope that reaches beyond the area of who orders."""

    code = "emergency_scope_outside"
    kind = RefusalKind.INVALID
    zh = "区划“{division}”不在“{issuer}”的辖区内。"
    en = "Division '{division}' is outside '{issuer}'."


def check_scope(issuer: str, divisions: Collection[str]) -> None:
    """Raise `ScopeOutside`."""
    for division in divisions:
        if not is_within(division, issuer):
            raise ScopeOutside(at="/divisions", division=division, issuer=issuer)
