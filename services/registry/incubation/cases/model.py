"""The way of a case through the departments of a base."""

from collections.abc import Collection
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class BaseCasePhase(StrEnum):
    """Where a case is."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    CLOSED = "closed"


_GOING_ON = {"transferred": BaseCasePhase.QUEUED, "closed": BaseCasePhase.CLOSED}

TRANSITIONS: Transitions[BaseCasePhase] = {
    BaseCasePhase.QUEUED: {
        "accepted": BaseCasePhase.ACCEPTED,
        **_GOING_ON,
        "reassigned": BaseCasePhase.QUEUED,
    },
    BaseCasePhase.ACCEPTED: {
        "accepted": BaseCasePhase.ACCEPTED,
        **_GOING_ON,
        "reassigned": BaseCasePhase.ACCEPTED,
    },
    BaseCasePhase.CLOSED: {},
}
"""组织联络部, 孵化培育部, 项目指导部 (LUOHU L13): a queue each; a case goes from one to another."""


class NoSuchDepartment(Refusal):
    """A department that the base does not have."""

    code = "base_department_unknown"
    kind = RefusalKind.INVALID
    zh = "该基地没有“{department}”部门；设有：{known}。"
    en = "The base has no department '{department}'; it has {known}."


class SameDepartment(Refusal):
    """A transfer to where the case is."""

    code = "base_case_same_department"
    kind = RefusalKind.INVALID
    zh = "事项已在“{department}”，请选择其他部门。"
    en = "The case is in '{department}' already; choose another department."


def check_department(department: str, known: Collection[str]) -> None:
    """Raise `NoSuchDepartment`."""
    if department not in known:
        raise NoSuchDepartment(at="/department", department=department, known=known)
