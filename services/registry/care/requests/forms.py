"""What people do with somebody's request for what is kept of them, in words and as forms."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.http import Reading
from services.registry.care.requests.tables import CareRequestRow
from services.registry.offering import Form, Offering

REQUEST: Final = Offering(
    name="care_request", path="care-requests", zh="本人查询申请", en="requests of persons", public=None,
    states={"open": "待答复", "answered": "已答复", "lapsed": "逾期失效"},
    titles={
        "division": "行政区划", "person_id": "申请人（人员编号）", "asked_by": "申请方式",
        "document": "申请书编号",
        "asked_on": "申请日期", "received_by": "受理人", "due_on": "答复期限", "answered_on": "答复日期",
    },
    listed={"asked_by": {"self": "本人", "guardian": "监护人"}},
)  # fmt: skip


async def openings(reading: Reading, *, forms: Sequence[Form]) -> dict[str, Any]:
    """The form by which the caller takes one down."""
    return REQUEST.openings(reading, forms)


async def possible(reading: Reading, *, id: UUID, forms: Sequence[Form]) -> dict[str, Any]:
    """What the caller can do with the request now. Raises `NotFound`, `NotPermitted`."""
    row = await reading.record(CareRequestRow, id)
    now = [form for form in forms if form.possible is not None and form.possible(row)]
    return REQUEST.told(reading, now if row.home == reading.stack else [])
