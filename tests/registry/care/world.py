"""People in care of the tests: generated opaque ids, and words that must be found nowhere."""

from datetime import date
from typing import Any

from chassis.principal import Principal, permissions_of
from services.registry.app import service
from services.registry.care.pairings import commands as pairings
from services.registry.care.pairings.tables import CarePairingRow
from services.registry.care.records import commands as records
from services.registry.care.records.model import ConsentBy
from services.registry.care.records.tables import CareRecordRow
from services.registry.care.requests import commands as requests
from services.registry.care.requests.model import RequestBy
from services.registry.care.requests.tables import CareRequestRow
from tests.registry.conftest import Register

STREET = "120116005"
_GRANTED = permissions_of(["care_officer"], service.roles)
WORKER = Principal("u-care-7", frozenset({"care_officer"}), _GRANTED, (STREET,))
COLLEAGUE = Principal("u-care-8", frozenset({"care_officer"}), _GRANTED, (STREET,))
SUPERVISOR = Principal("u-care-1", frozenset({"care_supervisor"}), frozenset({"care:*"}), ("120116",))
SITUATION, PLAN, DOCUMENT = "离异带一孩且无固定工作", "联系技能培训并申请临时救助", "同意书第甲壹号"
WORDS = (SITUATION, PLAN, DOCUMENT)


async def in_care(register: Register, person_id: str, **changes: Any) -> CareRecordRow:
    """A record of somebody in care."""
    given: dict[str, Any] = {
        "division": STREET, "person_id": person_id, "need": "single_poor_mother", "worker": WORKER.actor_id,
        "consented_on": date(2026, 1, 5), "consent_by": ConsentBy.SELF, "consent_document": DOCUMENT,
        "situation": SITUATION, "plan": PLAN, **changes,
    }  # fmt: skip
    return await register.do(records.open_, **given)


async def asked(register: Register, person_id: str, **changes: Any) -> CareRequestRow:
    """Somebody who wants to know what is kept of her."""
    given: dict[str, Any] = {
        "division": STREET, "person_id": person_id, "asked_by": RequestBy.SELF, "document": "PQ-2026-1",
        "principal": WORKER, **changes,
    }  # fmt: skip
    return await register.do(requests.ask, **given)


async def paired(register: Register, child_id: str, giver_id: str, **changes: Any) -> CarePairingRow:
    """A child and a giver who are paired."""
    given: dict[str, Any] = {
        "division": STREET, "child_id": child_id, "giver_id": giver_id, "worker": WORKER.actor_id,
        "guardian_consented_on": date(2026, 1, 5), **changes,
    }  # fmt: skip
    return await register.do(pairings.pair, **given)
