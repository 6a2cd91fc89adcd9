"""What people do with a pairing, in words and as forms; who the two are is in none of them but the first."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.http import Reading
from services.registry.care.looks.forms import purposes
from services.registry.care.pairings.tables import CarePairingRow
from services.registry.offering import Form, Offering

_REASONS: Final = {
    "achieved": "达到目标", "grown_up": "年满十八周岁", "moved_away": "迁出", "own_wish": "一方要求",
    "unsuitable": "不宜继续",
}  # fmt: skip
PAIRING: Final = Offering(
    name="care_pairing", path="care-pairings", zh="爱心牵手", en="care pairings", public=None,
    states={"paired": "结对中", "ended": "已结束", "erased": "已删除"},
    titles={
        "division": "行政区划", "child_id": "困境儿童（人员编号）", "giver_id": "爱心人士（人员编号）",
        "guardian_consented_on": "监护人同意日期", "worker": "责任人", "paired_on": "结对日期",
        "purpose": "查看目的", "reason": "结束原因", "end_reason": "结束原因", "ended_on": "结束日期",
    },
    listed={"reason": _REASONS, "end_reason": _REASONS},
    any_code=frozenset({"reason", "end_reason"}),
)  # fmt: skip
"""The reasons are ours; others can be entered."""


async def openings(reading: Reading, *, forms: Sequence[Form]) -> dict[str, Any]:
    """The form by which the caller pairs two."""
    return PAIRING.openings(reading, forms)


async def possible(reading: Reading, *, id: UUID, forms: Sequence[Form]) -> dict[str, Any]:
    """What the caller can do with the pairing now. Raises `NotFound`, `NotPermitted`."""
    row = await reading.record(CarePairingRow, id)
    offered = purposes(reading, row.worker, handed_over=False)
    now = [
        form for form in forms
        if form.possible is not None and form.possible(row) and (form.name != "looked" or offered.names)
    ]  # fmt: skip
    return PAIRING.told(reading, now if row.home == reading.stack else [], {"purpose": offered})
