"""What the kinds of this area refer to, for the tests that walk every kind."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from shuniu_contracts.registry_hub import SixHave

from services.registry.hub.resources import offers

STREET = "120116005"


def _always(value: Any) -> Callable[[Any], Awaitable[Any]]:
    async def made(_: Any) -> Any:
        return value

    return made


async def _offer(register: Any) -> UUID:
    """Something that is given."""
    row = await register.do(
        offers.offer, division=STREET, kind="venue", unit="hour", quantity=100, body="university"
    )
    found: UUID = row.id
    return found


REFERENCES: Mapping[str, Callable[[Any], Awaitable[Any]]] = {
    "departments": _always([{"code": "office", "duties": ["census"]}, {"code": "links", "person": "u-1"}]),
    "routes": _always([{"category": "charity", "department": "office"}]),
    "lead_group": _always(
        [{"role": "head", "post": "chair"}, {"role": "member", "post": "chair", "division": STREET}]
    ),
    "haves": _always([{"have": have.value, "met": True, "evidence": "见台账"} for have in SixHave]),
    "recognised_by": _always("civil_affairs"),
    "fields": _always(["charity"]),
    "conditions": _always([{"code": "premises", "name": "有固定办公场所"}]),
    "parts": _always([{"body": "civil_affairs", "duty": "check"}, {"body": "finance", "duty": "fund"}]),
    "skills": _always(["project_design"]),
    "organization_ids": _always([]),
    "offer_id": _offer,
    "review_method_id": _always(None),
    "superseded_by_id": _always(None),
}
"""Parameter -> what makes its value."""
