"""A stay's way, who has a place, and what an agreement needs."""

from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class StayPhase(StrEnum):
    """Where a stay is."""

    APPLIED = "applied"
    SCREENED = "screened"
    REJECTED = "rejected"
    AGREEMENT_SIGNED = "agreement_signed"
    STARTED = "started"
    RENEWED = "renewed"
    GRADUATED = "graduated"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


_LEAVING = {"withdrawn": StayPhase.WITHDRAWN, "terminated": StayPhase.TERMINATED}


def _inside(here: StayPhase) -> dict[str, StayPhase]:
    return {
        "renewal_fell_due": here,
        "subsidy_requested": here,
        "renewed": StayPhase.RENEWED,
        "graduated": StayPhase.GRADUATED,
        **_LEAVING,
        "reassigned": here,
    }


TRANSITIONS: Transitions[StayPhase] = {
    StayPhase.APPLIED: {
        "screened": StayPhase.SCREENED,
        "rejected": StayPhase.REJECTED,
        "withdrawn": StayPhase.WITHDRAWN,
        "reassigned": StayPhase.APPLIED,
    },
    StayPhase.SCREENED: {
        "agreement_signed": StayPhase.AGREEMENT_SIGNED,
        **_LEAVING,
        "reassigned": StayPhase.SCREENED,
    },
    StayPhase.AGREEMENT_SIGNED: {
        "started": StayPhase.STARTED,
        **_LEAVING,
        "reassigned": StayPhase.AGREEMENT_SIGNED,
    },
    StayPhase.STARTED: _inside(StayPhase.STARTED),
    StayPhase.RENEWED: _inside(StayPhase.RENEWED),
    StayPhase.REJECTED: {},
    StayPhase.GRADUATED: {},
    StayPhase.WITHDRAWN: {},
    StayPhase.TERMINATED: {},
}
"""征集, 筛选, 签订入驻协议, 入园孵化, 出壳 (BINHAI SM3, JIANGMEN R25); leaving otherwise is our reading."""

INSIDE = frozenset({StayPhase.STARTED, StayPhase.RENEWED})
"""在孵: who is being incubated."""
HOLDING = INSIDE | {StayPhase.SCREENED, StayPhase.AGREEMENT_SIGNED}
"""Who has a place: from the selection until they leave."""


class HasPlaceAlready(Refusal):
    """A second place for one organisation."""

    code = "stay_has_place"
    zh = "该组织已在孵化基地有席位（入驻编号 {other}），请先办理出壳或退出。"
    en = "The organisation has a place already (stay {other}); it graduates or leaves first."


class AgreementEndsBeforeItBegins(Refusal):
    """A period of the wrong way round."""

    code = "agreement_period_backwards"
    kind = RefusalKind.INVALID
    zh = "协议结束日期 {ends_on} 应晚于 {begins_on}。"
    en = "The agreement must end after {begins_on}, not on {ends_on}."


def check_period(begins_on: date | None, ends_on: date) -> None:
    """Raise `AgreementEndsBeforeItBegins`."""
    if begins_on is not None and ends_on <= begins_on:
        raise AgreementEndsBeforeItBegins(at="/ends_on", begins_on=begins_on, ends_on=ends_on)
