"""A task's way, and whom it can be given to."""

from collections.abc import Collection
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, is_within


class TaskPhase(StrEnum):
    """Where a task is."""

    ISSUED = "issued"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[TaskPhase] = {
    TaskPhase.ISSUED: {
        "amended": TaskPhase.ISSUED,
        "completed": TaskPhase.COMPLETED,
        "cancelled": TaskPhase.CANCELLED,
    },
    TaskPhase.COMPLETED: {},
    TaskPhase.CANCELLED: {},
}
"""下达, 执行, 报备/反馈, 完成 (LUOHU SM12, R08); the receipts have their own table."""


class NobodyToCarryOut(Refusal):
    """A task that is given to no division."""

    code = "task_for_nobody"
    kind = RefusalKind.INVALID
    zh = "请选择落实单位所在的区划。"
    en = "Name the divisions that carry it out."


class NotBelow(Refusal):
    """A division that the issuing body has no say in."""

    code = "task_division_not_below"
    kind = RefusalKind.INVALID
    zh = "“{division}”不在下达单位“{issuer}”的辖区内。"
    en = "'{division}' is not below the issuing division '{issuer}'."


def check_implementing(issuer: str, divisions: Collection[str]) -> list[Refusal]:
    """Every fault among those who are to carry a task out."""
    if not divisions:
        return [NobodyToCarryOut(at="/implementing")]
    return [
        NotBelow(at=f"/implementing/{place}", division=division, issuer=issuer)
        for place, division in enumerate(divisions)
        if not is_within(division, issuer)
    ]
