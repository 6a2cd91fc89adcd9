"""What people do by a person's opaque id, in words and as forms: find the records, erase the person."""

from collections.abc import Sequence
from typing import Any, Final

from chassis.http import Reading
from services.registry.care.looks.forms import listed
from services.registry.offering import Form, Offering
from services.registry.policy import RegistryPolicy

PERSON: Final = Offering(
    name="care_person", path="care-persons", zh="按人员编号查找", en="records of a person", public=None,
    states={},
    titles={"division": "行政区划", "person_id": "人员编号", "purpose": "查看目的", "reason": "删除原因"},
    listed={"reason": {"own_wish": "本人要求", "unlawful": "不应收集", "by_mistake": "误录"}},
    any_code=frozenset({"reason"}),
)  # fmt: skip
"""The reasons are ours; others can be entered."""


async def openings(reading: Reading, *, forms: Sequence[Form]) -> dict[str, Any]:
    """The forms that are the caller's, finding with the purposes of the caller's role."""
    known = reading.policy(RegistryPolicy).care.purposes
    mine = listed([one for one in known if one.roles & reading.principal.roles])
    theirs = [form for form in forms if form.name != "find" or mine.names]
    return PERSON.told(reading, theirs, {"purpose": mine})
