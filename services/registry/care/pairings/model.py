"""A pairing's way, and when one may begin."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class PairingPhase(StrEnum):
    """Where a pairing is."""

    PAIRED = "paired"
    ENDED = "ended"
    ERASED = "erased"


TRANSITIONS: Transitions[PairingPhase] = {
    PairingPhase.PAIRED: {"ended": PairingPhase.ENDED, "erased": PairingPhase.ERASED},
    PairingPhase.ENDED: {"erased": PairingPhase.ERASED},
    PairingPhase.ERASED: {},
}
"""爱心牵手困境儿童 (LUOHU): both opaque, dated, ended. None of these facts is on the bus."""


class SamePerson(Refusal):
    """Nobody is paired with oneself."""

    code = "pairing_same_person"
    kind = RefusalKind.INVALID
    zh = "结对双方不能是同一人。"
    en = "Giver and child are the same person."


class AlreadyPaired(Refusal):
    """The two are paired already."""

    code = "pairing_already_there"
    zh = "双方已结对，请在原结对记录上办理。"
    en = "The two are paired already; go on with that pairing."


class GiverHasEnough(Refusal):
    """A giver with as many children as the profile allows."""

    code = "pairing_giver_has_enough"
    zh = "该爱心人士已结对 {number} 名儿童，达到上限 {most} 名。"
    en = "This giver is paired with {number} children, and {most} is the most."


class PairingBeforeConsent(Refusal):
    """The guardian consents first (PIPL 31)."""

    code = "pairing_before_consent"
    kind = RefusalKind.INVALID
    zh = "监护人同意日期 {consented_on} 晚于结对日期 {paired_on}；须先取得监护人同意。"
    en = "The guardian's consent of {consented_on} is after the pairing, {paired_on}; it goes first."
