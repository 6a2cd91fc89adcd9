"""A return's way, and which numbers of it cannot be true together."""

from collections.abc import Iterable
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class ReturnPhase(StrEnum):
    """Where a return is."""

    DUE = "due"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    MISSED = "missed"
    RELEASED = "released"


_HANDED_IN = {
    "extended": ReturnPhase.DUE,
    "submitted": ReturnPhase.SUBMITTED,
    "submitted_late": ReturnPhase.SUBMITTED,
    "missed": ReturnPhase.MISSED,
    "released": ReturnPhase.RELEASED,
}
TRANSITIONS: Transitions[ReturnPhase] = {
    ReturnPhase.DUE: _HANDED_IN,
    ReturnPhase.SUBMITTED: {"returned": ReturnPhase.RETURNED, "accepted": ReturnPhase.ACCEPTED},
    ReturnPhase.RETURNED: {**_HANDED_IN, "extended": ReturnPhase.RETURNED},
    ReturnPhase.ACCEPTED: {},
    ReturnPhase.MISSED: {},
    ReturnPhase.RELEASED: {"extended": ReturnPhase.DUE},
}
"""数据报送 (LUOHU L05); 年度数据 (BINHAI B31, B32; JIANGMEN J30)."""


class MoreThanWhole(Refusal):
    """A part that is larger than its whole."""

    code = "return_part_exceeds_whole"
    kind = RefusalKind.INVALID
    zh = "{part_zh}（{part}）大于{whole_zh}（{whole}），请核对。"
    en = "{part_en} ({part}) is more than {whole_en} ({whole}); check the numbers."


class GoodsExceedDonations(Refusal):
    """Goods that are worth more than all that was given."""

    code = "return_goods_exceed_donations"
    kind = RefusalKind.INVALID
    zh = "其中物资折价（{part:yuan} 元）大于捐赠款物（{whole:yuan} 元），请核对。"
    en = "Goods ({part:yuan} yuan) are more than all donations ({whole:yuan} yuan); check the numbers."


class SaidTwice(Refusal):
    """One heading with two numbers."""

    code = "return_heading_twice"
    kind = RefusalKind.INVALID
    zh = "“{heading}”填写了两次。"
    en = "'{heading}' is there twice."


class NothingSaid(Refusal):
    """A return without a number."""

    code = "return_empty"
    kind = RefusalKind.INVALID
    zh = "没有填写任何数据。"
    en = "The return has no number in it."


def check_hours(whole: int | None, *, exact: bool, parts: Iterable[int]) -> None:
    """Raise `MoreThanWhole` where the fields have more hours than all together; 多 and 约 bound nothing."""
    found = sum(parts)
    if whole is not None and exact and found > whole:
        raise MoreThanWhole(
            at="/field_hours", part_zh="分领域时数之和", part_en="the sum of the fields", part=found,
            whole_zh="志愿服务总时数", whole_en="all hours", whole=whole,
        )  # fmt: skip


def check_in_kind(donated: int | None, in_kind: int | None, *, exact: bool) -> None:
    """Raise `GoodsExceedDonations` where goods, which are of the whole (其中), exceed it."""
    if in_kind is not None and donated is not None and exact and in_kind > donated:
        raise GoodsExceedDonations(at="/in_kind_fen", part=in_kind, whole=donated)


def check_once(headings: Iterable[str], at: str) -> None:
    """Raise `SaidTwice`."""
    seen: set[str] = set()
    for heading in headings:
        if heading in seen:
            raise SaidTwice(at=at, heading=heading)
        seen.add(heading)
