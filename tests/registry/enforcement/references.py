"""What parameters of this area refer to, made for a test."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.registry.conftest import Register


async def grounds(_: Register) -> list[str]:
    """A ground for which an authority lists an organisation."""
    return ["unreachable"]


async def risk_level(_: Register) -> str:
    """A level of the profile's list."""
    return "major"


REFERENCES: dict[str, Callable[[Register], Awaitable[Any]]] = {
    "grounds": grounds,
    "risk_level": risk_level,
}
