"""What people do with a care record, in words and as forms; nothing of what is sealed is in them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.http import Reading
from chassis.matters.naming import Offered
from services.registry.care.looks.forms import listed, purposes
from services.registry.care.records.tables import CareRecordRow
from services.registry.offering import Form, Offering
from services.registry.policy import RegistryPolicy

CARE: Final = Offering(
    name="care_record", path="care-records", zh="帮扶档案", en="care records", public=None,
    states={"active": "帮扶中", "closed": "已结束", "erased": "已删除"},
    titles={
        "division": "行政区划", "person_id": "人员编号", "need": "帮扶类别", "worker": "责任人",
        "consent_by": "同意人", "consented_on": "同意日期", "consent_document": "同意书编号",
        "situation": "基本情况", "kind": "帮扶方式", "outcome": "评估结果", "reason": "原因",
        "purpose": "查看目的", "plan": "帮扶计划", "words": "说明", "review_due_on": "下次评估日期",
        "opened_on": "建档日期", "reviewed_on": "最近评估日期", "ended_on": "结束日期",
    },
    listed={
        "consent_by": {"self": "本人", "guardian": "监护人"},
        "kind": {
            "visit": "走访慰问", "material": "物资救助", "job": "就业帮扶", "schooling": "助学",
            "medical": "就医帮扶", "legal": "法律援助", "counselling": "心理疏导",
        },
        "outcome": {"goes_on": "继续帮扶", "improved": "情况好转", "worse": "情况加重"},
        "reason": {"achieved": "达到目标", "moved_away": "迁出", "died": "去世", "own_wish": "本人要求"},
    },
    seldom=frozenset({"review_due_on"}), any_code=frozenset({"kind", "outcome", "reason"}),
)  # fmt: skip
"""The codes that nobody lists are ours; others can be entered."""


async def openings(reading: Reading, *, forms: Sequence[Form]) -> dict[str, Any]:
    """The form by which the caller takes somebody into care."""
    opening = [form for form in forms if form.possible is None]
    return CARE.told(reading, opening, _listed(reading))


async def possible(reading: Reading, *, id: UUID, forms: Sequence[Form]) -> dict[str, Any]:
    """What the caller can do with the record now. Raises `NotFound`, `NotPermitted`."""
    row = await reading.record(CareRecordRow, id)
    offered = _listed(reading, row.worker)
    looks = bool(offered["purpose"].names)
    now = [
        form for form in forms
        if form.possible is not None and form.possible(row) and (form.name != "looked" or looks)
    ]  # fmt: skip
    return CARE.told(reading, now, offered)


def _listed(reading: Reading, worker: str = "") -> dict[str, Offered]:
    """The region's needs, and the purposes for which this caller may look into this worker's record."""
    needs = reading.policy(RegistryPolicy).care.needs
    return {"need": listed(needs), "purpose": purposes(reading, worker)}
