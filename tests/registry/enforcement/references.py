"""What parameters of this area refer to, made for a test."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from services.registry.enforcement.emergency_orders import commands as orders
from tests.registry.conftest import Register
from tests.registry.inspections.references import categories


async def grounds(_: Register) -> list[str]:
    """A ground for which an authority lists an organisation."""
    return ["unreachable"]


async def risk_level(_: Register) -> str:
    """A level of the profile's list."""
    return "major"


async def order(register: Register) -> UUID:
    """An emergency order of the district that nobody has followed yet."""
    row = await register.do(orders.issue, division="120116", title="防汛停业", kind="flood")
    return row.id


REFERENCES: dict[str, Callable[[Register], Awaitable[Any]]] = {
    "listing_grounds": grounds,
    "risk_level": risk_level,
    "order_id": order,
    "emergency_order.categories": categories,
}
