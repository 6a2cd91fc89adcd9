"""For which purposes somebody may look into a record, as its form offers them."""

from collections.abc import Collection
from typing import Any, Final

from chassis.http import Reading
from chassis.matters.naming import Offered
from services.registry.care.policy import Ground
from services.registry.policy import RegistryPolicy

_WORKERS: Final = frozenset({Ground.WORKER, Ground.HAND_OVER})
"""Grounds that only the record's worker can have."""


def purposes(reading: Reading, worker: str = "", *, handed_over: bool = True) -> Offered:
    """The region's purposes that are the caller's for a record of this worker; `handed_over`: whether records
    of the sort are handed over at all."""
    me = reading.principal
    return listed([
        one
        for one in reading.policy(RegistryPolicy).care.purposes
        if one.roles & me.roles
        and (one.ground not in _WORKERS or worker == me.actor_id)
        and (handed_over or one.ground is not Ground.HAND_OVER)
    ])  # fmt: skip


def listed(codes: Collection[Any]) -> Offered:
    """Codes of the profile with their names; no other is taken."""
    return Offered(
        {one.code: one.name_zh for one in codes},
        {one.code: one.name_en for one in codes if one.name_en}, open=False,
    )  # fmt: skip
