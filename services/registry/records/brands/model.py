"""A brand's way, and what makes one."""

from enum import StrEnum

from chassis.model import Refusal, Transitions


class BrandPhase(StrEnum):
    """Where a brand is."""

    PROPOSED = "proposed"
    CULTIVATING = "cultivating"
    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Transitions[BrandPhase] = {
    BrandPhase.PROPOSED: {
        "cultivated": BrandPhase.CULTIVATING,
        "withdrawn": BrandPhase.WITHDRAWN,
        "reassigned": BrandPhase.PROPOSED,
    },
    BrandPhase.CULTIVATING: {
        "cultivated": BrandPhase.CULTIVATING,
        "recognised": BrandPhase.RECOGNISED,
        "withdrawn": BrandPhase.WITHDRAWN,
        "reassigned": BrandPhase.CULTIVATING,
    },
    BrandPhase.RECOGNISED: {
        "cultivated": BrandPhase.RECOGNISED,
        "designated": BrandPhase.RECOGNISED,
        "withdrawn": BrandPhase.WITHDRAWN,
        "reassigned": BrandPhase.RECOGNISED,
    },
    BrandPhase.WITHDRAWN: {},
}
"""以重点扶持、项目引导等方式培育品牌 (TONGZHOU 19, T28); 一村一品 (SUYU S27);
被指定的品牌活动 (JIANGMEN J30)."""


class NotYetBrand(Refusal):
    """Recognised without what makes a brand."""

    code = "brand_not_there_yet"
    zh = "尚不具备品牌条件：{lacking_zh}。"
    en = "It is no brand yet; it lacks: {lacking_en}."


def check_brand(*, demonstration: bool, influence: bool, drawing: bool) -> None:
    """Raise `NotYetBrand` unless it shows the way, is widely known, and draws others along (T28)."""
    asked = {
        ("示范效应好", "showing the way"): demonstration,
        ("影响力大", "influence"): influence,
        ("带动作用强", "drawing others along"): drawing,
    }
    if lacking := [names for names, there in asked.items() if not there]:
        raise NotYetBrand(lacking_zh=[zh for zh, _ in lacking], lacking_en=[en for _, en in lacking])
