"""The way of a request and of an offer, and that nothing is given twice."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from chassis.model import Refusal, RefusalKind, Transitions


class ResourcePhase(StrEnum):
    """How far a request or an offer has come."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


REQUEST_TRANSITIONS: Transitions[ResourcePhase] = {
    ResourcePhase.OPEN: {
        "matched": ResourcePhase.OPEN,
        "released": ResourcePhase.OPEN,
        "delivered": ResourcePhase.OPEN,
        "closed": ResourcePhase.CLOSED,
        "withdrawn": ResourcePhase.WITHDRAWN,
        "reassigned": ResourcePhase.OPEN,
    },
    ResourcePhase.CLOSED: {},
    ResourcePhase.WITHDRAWN: {},
}
"""积极寻求资源链接 (SUYU S24): asked for, matched, delivered."""

OFFER_TRANSITIONS: Transitions[ResourcePhase] = {
    ResourcePhase.OPEN: {
        "changed": ResourcePhase.OPEN,
        "closed": ResourcePhase.CLOSED,
        "withdrawn": ResourcePhase.WITHDRAWN,
    },
    ResourcePhase.CLOSED: {},
    ResourcePhase.WITHDRAWN: {},
}
"""What is given stands until it is used up, over or taken back; the requests say how much is left."""

Matches = Sequence[Mapping[str, Any]]


class NobodyNamed(Refusal):
    """A request or an offer of nobody."""

    code = "resource_of_nobody"
    kind = RefusalKind.INVALID
    zh = "请填写社会组织或单位。"
    en = "Name the organisation or the body."


class OfferUnsuitable(Refusal):
    """An offer of something else, or one that ended."""

    code = "resource_offer_unsuitable"
    kind = RefusalKind.INVALID
    zh = "该供给为“{kind}（{unit}）”、状态“{state}”，与需求“{wanted}（{wanted_unit}）”不符。"
    en = "The offer is of '{kind}' in '{unit}' and '{state}'; wanted is '{wanted}' in '{wanted_unit}'."


class OfferShort(Refusal):
    """More of an offer than there is left."""

    code = "resource_offer_short"
    kind = RefusalKind.CONFLICT
    zh = "该供给还剩 {left}，不足 {wanted}。"
    en = "There is {left} of the offer left, not {wanted}."


class MoreThanNeeded(Refusal):
    """More than the request still needs."""

    code = "resource_more_than_needed"
    kind = RefusalKind.INVALID
    zh = "该需求还缺 {open}，不需要 {given}。"
    en = "The request still needs {open}, not {given}."


class NotSetAside(Refusal):
    """A delivery, or a release, of what was not set aside."""

    code = "resource_not_set_aside"
    kind = RefusalKind.INVALID
    zh = "该供给为此需求预留且未到位的是 {open}，不能登记 {given}。"
    en = "{open} of that offer is set aside for the request and not delivered, not {given}."


class StillSetAside(Refusal):
    """An offer that requests wait for, or a request with deliveries, taken back."""

    code = "resource_still_set_aside"
    kind = RefusalKind.CONFLICT
    zh = "已有 {used} 对接或到位，不能撤回或减至 {left}；请先取消对接，或予以办结。"
    en = "{used} of it is set aside or delivered: it cannot be cut to {left}; release it, or close."


def check_match(open_: int, left: int, wanted: int) -> None:
    """Raise `MoreThanNeeded` or `OfferShort`."""
    if wanted > open_:
        raise MoreThanNeeded(at="/set_aside", open=open_, given=wanted)
    if wanted > left:
        raise OfferShort(at="/set_aside", left=left, wanted=wanted)


def waiting(matches: Matches, offer: str) -> int:
    """How much of an offer is set aside and not delivered."""
    return sum(one["quantity"] - one["delivered"] for one in matches if one["offer"] == offer)


def check_waiting(matches: Matches, offer: str, quantity: int) -> None:
    """Raise `NotSetAside`."""
    if (open_ := waiting(matches, offer)) < max(quantity, 1):
        raise NotSetAside(at="/arrived", open=open_, given=quantity)


def set_aside(matches: Matches, offer: str, quantity: int) -> list[dict[str, Any]]:
    """The matches with so much more of an offer."""
    before = next((one for one in matches if one["offer"] == offer), {"quantity": 0, "delivered": 0})
    more = {"offer": offer, "quantity": before["quantity"] + quantity, "delivered": before["delivered"]}
    return [*_but(matches, offer), more]


def delivered(matches: Matches, offer: str, quantity: int) -> list[dict[str, Any]]:
    """The matches once so much of an offer arrived."""
    return [
        {**one, "delivered": one["delivered"] + quantity} if one["offer"] == offer else dict(one)
        for one in matches
    ]


def released(matches: Matches, offer: str | None = None) -> list[dict[str, Any]]:
    """The matches without what is set aside and not delivered, of one offer or of all."""
    kept = [
        {**one, "quantity": one["delivered"]} if offer in (None, one["offer"]) else dict(one)
        for one in matches
    ]
    return [one for one in kept if one["quantity"]]


def _but(matches: Matches, offer: str) -> list[dict[str, Any]]:
    return [dict(one) for one in matches if one["offer"] != offer]
