"""A base's way, whose it is, and its places."""

from enum import StrEnum

from chassis.model import Refusal, Transitions, is_zone, tier


class BaseLevel(StrEnum):
    """Whose base it is: of a city or district, a functional zone, a street, a community."""

    AREA = "area"
    ZONE = "zone"
    STREET = "street"
    COMMUNITY = "community"


class BasePhase(StrEnum):
    """Whether a base works."""

    OPEN = "open"
    CLOSED = "closed"


TRANSITIONS: Transitions[BasePhase] = {
    BasePhase.OPEN: {"changed": BasePhase.OPEN, "closed": BasePhase.CLOSED, "reassigned": BasePhase.OPEN},
    BasePhase.CLOSED: {},
}
"""Opened and, with nobody in it, closed; giving and releasing places leaves the state alone."""


class BaseFull(Refusal):
    """No free place is left."""

    code = "base_full"
    zh = "孵化基地共 {capacity} 个席位，已全部分配；请先办理出壳或退出，或调整席位数。"
    en = "All {capacity} places of the base are given; let somebody graduate or leave, or change its places."


class CapacityTaken(Refusal):
    """Fewer places than are given already."""

    code = "base_capacity_taken"
    zh = "已分配 {occupied} 个席位，席位数不能减为 {capacity}。"
    en = "{occupied} places are given already; the base cannot have {capacity} only."


class BaseOccupied(Refusal):
    """Closing with somebody in it."""

    code = "base_occupied"
    zh = "仍有 {occupied} 家组织在孵或已入选，请先办理出壳或退出，再停用。"
    en = "{occupied} organisations still have a place; let them graduate or leave before closing the base."


class BaseNotOpen(Refusal):
    """An application, contract or case for a base that is closed."""

    code = "base_not_open"
    zh = "孵化基地已停用，不能再办理。"
    en = "The base is closed."


def level_of(division: str) -> BaseLevel:
    """The level of a base of this division: 三级孵化体系 (BINHAI B12), and LUOHU's community bases."""
    if is_zone(division):
        return BaseLevel.ZONE
    levels = {"street": BaseLevel.STREET, "community": BaseLevel.COMMUNITY}
    return levels.get(tier(division), BaseLevel.AREA)


def check_free(capacity: int, occupied: int) -> None:
    """Raise `BaseFull` where no place is left to give."""
    if occupied >= capacity:
        raise BaseFull(capacity=capacity)


def check_capacity(capacity: int, occupied: int) -> None:
    """Raise `CapacityTaken` where more places are given than there would be."""
    if capacity < occupied:
        raise CapacityTaken(at="/capacity", capacity=capacity, occupied=occupied)
