"""One area of the registry: what `app.py` composes the service from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from chassis.matters import Kind
from chassis.service import Reaction, Timer


@dataclass(frozen=True)
class Area:
    """The kinds of an area with their routes and timers, and what it has beside them."""

    name: str
    kinds: tuple[Kind[Any], ...] = ()
    routers: tuple[APIRouter, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    timers: tuple[Timer, ...] = ()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """role -> permission patterns, beside reading, which everybody may who reads organisations"""
