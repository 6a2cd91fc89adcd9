"""Every kind of matter that the registry keeps, in the order of the services' page."""

from typing import Any, Final

from chassis.matters import Kind
from services.registry.inspections.rectifications.commands import RECTIFICATIONS

KINDS: Final[tuple[Kind[Any], ...]] = (RECTIFICATIONS,)
