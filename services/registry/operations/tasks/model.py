"""A task's way, and whom it can be given to."""

from collections.abc import Collection, Mapping
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
        "reassigned": TaskPhase.ISSUED,
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


class TaskNamesTooFew(Refusal):
    """A task that does not name everybody whom tasks name here (R08)."""

    code = "task_names_too_few"
    kind = RefusalKind.INVALID
    zh = "请填写{field_zh}：本地区的任务须写明。"
    en = "Name the {field_en}: tasks of this region do."


NAMED: Mapping[str, tuple[str, str]] = {
    "responsible": ("责任部门", "departments that answer for it"),
    "co_operating": ("配合部门", "departments that co-operate"),
}
"""Whom a task may name beside who leads it and who carries it out."""


def check_named(wanted: Collection[str], named: Mapping[str, Collection[str]]) -> list[Refusal]:
    """Everybody who is `wanted` on a task and not named (R08)."""
    return [
        TaskNamesTooFew(at=f"/{field}", field_zh=NAMED[field][0], field_en=NAMED[field][1])
        for field in wanted
        if not named[field]
    ]


def check_implementing(issuer: str, divisions: Collection[str]) -> list[Refusal]:
    """Every fault among those who are to carry a task out."""
    if not divisions:
        return [NobodyToCarryOut(at="/implementing")]
    return [
        NotBelow(at=f"/implementing/{place}", division=division, issuer=issuer)
        for place, division in enumerate(divisions)
        if not is_within(division, issuer)
    ]
