"""Dispatched party-building instructors: how much one may carry, and what one carries now."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from uuid import UUID

from chassis.model import Refusal, RefusalKind, Transitions


class Status(StrEnum):
    """Where an appointment is."""

    APPOINTED = "appointed"
    ENDED = "ended"


TRANSITIONS: Transitions[Status] = {
    Status.APPOINTED: {
        "assigned": Status.APPOINTED,
        "released": Status.APPOINTED,
        "ended": Status.ENDED,
    },
    Status.ENDED: {},
}


class AlreadyAppointed(Refusal):
    """One person holds one appointment at a time."""

    code = "instructor.already_appointed"
    zh = "“{person}”已聘为党建指导员（{id}）。"
    en = "'{person}' is an instructor already ({id})."


class OverCapacity(Refusal):
    """More organisations than the instructor may carry."""

    code = "instructor.over_capacity"
    zh = "指导员最多联系 {capacity} 家，现已 {load} 家，不能再增加 {asked} 家。"
    en = "The instructor may carry {capacity} organisations and carries {load}; {asked} more is too many."


class AlreadyAssigned(Refusal):
    """The instructor serves that organisation."""

    code = "instructor.already_assigned"
    zh = "该指导员已派驻社会组织“{organization}”。"
    en = "The instructor is assigned to organisation '{organization}' already."


class NotAssigned(Refusal):
    """The instructor does not serve that organisation."""

    code = "instructor.not_assigned"
    zh = "该指导员未派驻社会组织“{organization}”。"
    en = "The instructor is not assigned to organisation '{organization}'."


class NothingNamed(Refusal):
    """An empty list."""

    code = "instructor.nothing_named"
    kind = RefusalKind.INVALID
    zh = "请至少填写一家社会组织。"
    en = "Name at least one organisation."


def assignment_faults(capacity: int, carried: set[UUID], asked: list[UUID]) -> Iterator[Refusal]:
    """What keeps the instructor from taking on `asked` beside what is carried."""
    if not asked:
        yield NothingNamed(at="/organization_ids")
    for organization in sorted(carried & set(asked)):
        yield AlreadyAssigned(organization=organization, at="/organization_ids")
    new = set(asked) - carried
    if len(carried) + len(new) > capacity:
        yield OverCapacity(capacity=capacity, load=len(carried), asked=len(new), at="/organization_ids")


def release_faults(carried: set[UUID], leaving: Iterable[UUID]) -> Iterator[Refusal]:
    """What keeps the instructor from leaving these organisations."""
    for organization in leaving:
        if organization not in carried:
            yield NotAssigned(organization=organization, at="/organization_ids")
