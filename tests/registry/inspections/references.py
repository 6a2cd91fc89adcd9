"""What parameters of inspections refer to, by name."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.registry.conftest import Register


async def elsewhere(_: Register) -> UUID:
    """The id of a record that does not fit."""
    return uuid7()


async def inspectors(_: Register) -> list[str]:
    """Several people who can be drawn."""
    return ["u-inspector-1", "u-inspector-2", "u-inspector-3"]


async def clean_up_kind(_: Register) -> str:
    """A kind of clean-up of the profile's list."""
    return "decoupling"


async def category(_: Register) -> str:
    """A category of the profile's list."""
    return "charity"


async def categories(_: Register) -> list[str]:
    """Categories of the profile's list."""
    return ["charity", "legal_rights"]


async def nothing(_: Register) -> None:
    """What may be left out."""


REFERENCES: dict[str, Callable[[Register], Awaitable[Any]]] = {
    "successor_id": elsewhere,
    "inspectors": inspectors,
    "clean_up_kind": clean_up_kind,
    "clean_up_id": nothing,
    "clean_up.categories": categories,
    "evaluation.category": category,
}
"""Parameter -> what makes its value."""
