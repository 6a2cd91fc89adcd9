"""For which purposes somebody may look into a record, as its form offers them; and the log in words."""

from collections.abc import Collection
from typing import Any, Final

from chassis.http import Reading
from chassis.matters.naming import Offered
from services.registry.care.policy import Ground
from services.registry.offering import Offering
from services.registry.policy import RegistryPolicy

LOOK: Final = Offering(
    name="care_look", path="care-looks", zh="查看日志", en="looks", public=None, states={}, listed={},
    titles={
        "looked_at": "时间", "actor_id": "查看人", "purpose": "查看目的", "record_id": "档案",
        "request_id": "查询申请",
    },
)  # fmt: skip
_WORKERS: Final = frozenset({Ground.WORKER, Ground.HAND_OVER})
"""Grounds that only the record's worker can have."""


async def words(reading: Reading) -> dict[str, Any]:
    """The log in words: its columns, and all purposes of the region; nothing of it is entered by a form."""
    return LOOK.told(reading, [], {"purpose": listed(reading.policy(RegistryPolicy).care.purposes)})


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
