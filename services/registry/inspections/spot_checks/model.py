"""A spot check's way, and the draw: the same seed and bodies give the same sample, in any language."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class SpotCheckPhase(StrEnum):
    """Where a spot check is."""

    PLANNED = "planned"
    DRAWN = "drawn"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[SpotCheckPhase] = {
    SpotCheckPhase.PLANNED: {
        "drawn": SpotCheckPhase.DRAWN,
        "cancelled": SpotCheckPhase.CANCELLED,
        "reassigned": SpotCheckPhase.PLANNED,
    },
    SpotCheckPhase.DRAWN: {"concluded": SpotCheckPhase.CONCLUDED, "reassigned": SpotCheckPhase.DRAWN},
    SpotCheckPhase.CONCLUDED: {},
    SpotCheckPhase.CANCELLED: {},
}
"""抽查 (SUYU A4.24, S07): 随机抽取检查对象, 随机选派检查人员."""


class SpotCheckTopic(StrEnum):
    """What is looked at (SUYU A4.24)."""

    ACTIVITY = "activity"
    GOVERNANCE = "governance"
    FINANCE = "finance"
    DISCLOSURE = "disclosure"


TOPICS_ZH: Mapping[str, str] = {
    SpotCheckTopic.ACTIVITY.value: "开展活动",
    SpotCheckTopic.GOVERNANCE.value: "法人治理",
    SpotCheckTopic.FINANCE.value: "财务管理",
    SpotCheckTopic.DISCLOSURE.value: "信息公开",
}


class NoTopic(Refusal):
    """A check of nothing."""

    code = "spot_check_no_topic"
    kind = RefusalKind.INVALID
    zh = "请至少选择一项检查内容：开展活动、法人治理、财务管理、信息公开。"
    en = "Name one topic at least: activity, governance, finance, disclosure."


class NumberOrShare(Refusal):
    """Both or neither of how many and what share."""

    code = "spot_check_number_or_share"
    kind = RefusalKind.INVALID
    zh = "抽取数量和抽取比例请填写其中一项。"
    en = "Give either how many bodies are drawn or what share of them."


class TooFewInspectors(Refusal):
    """Fewer inspectors than each body gets."""

    code = "spot_check_too_few_inspectors"
    kind = RefusalKind.INVALID
    zh = "检查人员名录有 {found} 人，每家至少需要 {needed} 人。"
    en = "{found} inspectors are listed; each body needs {needed}."


class DrawnHere(Refusal):
    """A live draw that is told its seed or its numbers."""

    code = "spot_check_drawn_here"
    kind = RefusalKind.INVALID
    zh = "随机种子、名录库家数和抽中家数由系统在抽取时产生，不能填写；补录过去的抽查请选择“补录”。"
    en = "Seed and numbers are made by the draw itself; only a draw of the past is told them."


class PastDrawUnclear(Refusal):
    """A draw of the past without how many were drawn, or with more of them than there were."""

    code = "spot_check_past_draw_unclear"
    kind = RefusalKind.INVALID
    zh = "补录抽查应填写抽中家数，且不超过名录库家数（抽中 {drawn}，名录库 {population}）。"
    en = "A past draw tells how many were drawn, no more than were in the pool ({drawn} of {population})."


class NobodyToDraw(Refusal):
    """An empty pool."""

    code = "spot_check_nobody_to_draw"
    zh = "没有符合条件的社会组织，无法抽取。"
    en = "No organisation fits, so none can be drawn."


class ChecksOpen(Refusal):
    """Concluded before every body was looked at."""

    code = "spot_check_checks_open"
    zh = "还有 {number} 家检查对象未办结，不能结束抽查。"
    en = "{number} bodies are still to be checked."


def check_plan(
    topics: Collection[object],
    number: int | None,
    percent: int | None,
    inspectors: Collection[str],
    each: int,
) -> None:  # fmt: skip
    """Raise `NoTopic`, `NumberOrShare` or `TooFewInspectors`."""
    if not topics:
        raise NoTopic(at="/topics")
    if (number is None) == (percent is None):
        raise NumberOrShare(at="/number")
    if len(set(inspectors)) < each:
        raise TooFewInspectors(at="/inspectors", found=len(set(inspectors)), needed=each)


def check_past_draw(drawn: int | None, population: int | None) -> None:
    """Raise `PastDrawUnclear`."""
    if not drawn or (population is not None and drawn > population):
        shown = "-" if population is None else population
        raise PastDrawUnclear(at="/drawn_bodies", drawn=drawn or "-", population=shown)


def sample_size(population: int, number: int | None, percent: int | None) -> int:
    """How many are drawn: as many as asked for, or the share, rounded up and never none."""
    if number is not None:
        return min(number, population)
    return min(population, max(1, -(-population * (percent or 0) // 100)))


def draw(seed: str, ids: Collection[str], number: int) -> list[str]:
    """`number` of `ids`, in the order of SHA-256 of `seed`, a slash and the id (UTF-8, in hexadecimal).

    That order is as good as random to whoever did not choose the seed, which is why nobody does: it is made
    when the pool is settled, in the same transaction. It is the same everywhere.
    """
    return sorted(ids, key=lambda id: _place(seed, id))[:number]


def assign(seed: str, body: str, inspectors: Collection[str], each: int) -> list[str]:
    """The inspectors of one body: drawn likewise, by the seed, a slash and the body's id."""
    return draw(f"{seed}/{body}", set(inspectors), each)


def digest(ids: Sequence[str]) -> str:
    """SHA-256 of the sorted ids with line ends between them: whether two pools are the same."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def _place(seed: str, id: str) -> str:
    return hashlib.sha256(f"{seed}/{id}".encode()).hexdigest()
