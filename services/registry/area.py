"""One area of the registry: what `app.py` composes the service from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter

from chassis.http import Named, Reading
from chassis.matters import Kind
from chassis.service import Reaction, Timer
from services.registry.policy import RegistryPolicy

Counts = Mapping[str, Mapping[str, int]]
"""Figure -> place -> value."""
WHOLE = ""
"""The place of a rate of the whole."""


@dataclass(frozen=True)
class OwnFigures:
    """Figures that an area reckons by itself, of a day and of a period, by place: `left(division, length)`.

    `rates` have the value of the whole under the place `WHOLE`, since they cannot be summed.
    """

    names: Mapping[str, Named]
    reckon: Callable[[Reading, date, list[str], int], Awaitable[Mapping[str, Mapping[str, int | float]]]]
    rates: frozenset[str] = frozenset()
    names_of_period: Mapping[str, Named] = field(default_factory=dict)
    happened: Callable[[Reading, date, date, list[str], int], Awaitable[Counts]] | None = None
    """Counts of a period, both days included: what is counted once however often it happened in it."""
    named: Callable[[RegistryPolicy], Mapping[str, Named]] | None = None
    """figures of a day that go by a list of the profile"""

    def names_of(self, policy: RegistryPolicy) -> Mapping[str, Named]:
        """Its figures of a day in the region."""
        return {**self.names, **(self.named(policy) if self.named is not None else {})}


@dataclass(frozen=True)
class Area:
    """The kinds of an area with their routes and timers, and what it has beside them."""

    name: str
    kinds: tuple[Kind[Any], ...] = ()
    routers: tuple[APIRouter, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    timers: tuple[Timer, ...] = ()
    figures: tuple[OwnFigures, ...] = ()
    """figures beside those that every kind has: rates, sums, distinct organisations"""
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """role -> permission patterns, beside reading, which everybody may who reads organisations"""
