"""Records that others refer to, made for a test by the name of the parameter that takes their id."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.registry.incubation.bases import commands as bases
from services.registry.incubation.stays import commands as stays
from services.registry.inspections.campaigns import commands as campaigns
from services.registry.operations.meetings import commands as meetings
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, RegistrationRoute
from tests.registry.conftest import Register
from tests.registry.enforcement import references as of_enforcement
from tests.registry.hub import references as of_hub
from tests.registry.inspections import references as of_inspections
from tests.registry.records import references as of_records

STREET = "120116005"
_NUMBERS = itertools.count()


async def organization(register: Register, division: str = STREET) -> UUID:
    """A registered organisation."""
    row = await register.do(
        organizations.register_new, division=division, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
        details={"name": f"生成的协会{next(_NUMBERS)}号"},
    )  # fmt: skip
    return row.id


async def campaign(register: Register) -> UUID:
    """An inspection campaign of the district."""
    row = await register.do(
        campaigns.open_, division="120116", title="年检", year=2025, legal_forms=[LegalForm.ASSOCIATION],
        due_on=date(2099, 5, 31),
    )  # fmt: skip
    return row.id


async def nothing(_: Register) -> None:
    """What may be left out."""


async def division(register: Register) -> str:
    """A division of the stack."""
    return STREET


async def divisions(register: Register) -> list[str]:
    """Divisions below the one of the record."""
    return [STREET]


async def unknown(_: Register) -> UUID:
    """The id of a record that is kept elsewhere, or on paper."""
    return uuid7()


async def body(_: Register) -> str:
    """A body that no other record has: what there is once for a body can be opened."""
    return f"body-{next(_NUMBERS)}"


async def gathering(_: Register) -> str:
    """A meeting of the profile's list."""
    return "special_topic"


async def meeting(register: Register) -> UUID:
    """A meeting of the district that is to be held."""
    row = await register.do(
        meetings.open_, division="120116", body="womens_federation", gathering="special_topic"
    )
    return row.id


async def street_with_organization(register: Register) -> str:
    """A street in which there is somebody to invite."""
    await organization(register)
    return STREET


async def whatever(_: Register) -> list[Any]:
    """Nothing that narrows a choice."""
    return []


async def decisions(_: Register) -> list[dict[str, Any]]:
    """What a meeting decided, one of it to be carried out by a division."""
    return [{"title": "报送进展", "implementing": [STREET]}, {"title": "通报情况"}]


async def person(_: Register) -> str:
    """Somebody whom no other record names."""
    return f"u-{next(_NUMBERS)}"


async def first(_: Register) -> int:
    """The place of a part: the first."""
    return 1


async def organizations_of_register(register: Register) -> list[UUID]:
    """Several registered organisations."""
    return [await organization(register), await organization(register)]


async def base(register: Register) -> UUID:
    """An incubation base of the street with places."""
    name = f"第{next(_NUMBERS)}孵化园"
    row = await register.do(
        bases.open_, division=STREET, name=name, capacity=20, departments=["incubation", "liaison"]
    )
    return row.id


async def stay(register: Register) -> UUID:
    """An organisation that is being incubated."""
    row = await register.do(
        stays.apply, organization_id=await organization(register), base_id=await base(register)
    )
    await register.do(stays.screen, id=row.id)
    await register.do(
        stays.sign, id=row.id, services=["capacity_building"], service_standard="每月一次辅导",
        begins_on=date(2026, 1, 1), ends_on=date(2099, 12, 31),
    )  # fmt: skip
    await register.do(stays.start, id=row.id)
    return row.id


async def name(_: Register) -> str:
    """A name that no other record has."""
    return f"第{next(_NUMBERS)}号"


async def service(_: Register) -> str:
    """A service of the profile's catalogue."""
    return "capacity_building"


async def department(_: Register) -> str:
    """A department that the base has."""
    return "incubation"


async def departments(_: Register) -> list[str]:
    """Departments of a base."""
    return ["incubation", "liaison"]


async def other_department(_: Register) -> str:
    """Another one that it has."""
    return "liaison"


async def cultivation_class(_: Register) -> str:
    """A class of the profile's list."""
    return "growth"


async def cultivation_path(_: Register) -> str:
    """A path of the profile's list."""
    return "organization"


async def stage(_: Register) -> str:
    """Its first stage."""
    return "discovered"


async def target_stage(_: Register) -> str:
    """A later one."""
    return "registered"


async def support_kind(_: Register) -> str:
    """A kind of help of the profile's list."""
    return "activities"


async def services(_: Register) -> list[str]:
    """Services of the profile's catalogue."""
    return ["capacity_building", "policy_advice"]


REFERENCES: dict[str, Callable[[Register], Awaitable[Any]]] = {
    "division": division,
    "issuer": division,
    "implementing": divisions,
    "task_id": unknown,
    "organization_id": organization,
    "campaign_id": campaign,
    **of_inspections.REFERENCES,
    "origin_record_id": nothing,
    "body": body,
    "gathering": gathering,
    "cadence_id": nothing,
    "decided": decisions,
    "plan_id": nothing,
    "meeting_id": nothing,
    "attendance.meeting_id": meeting,
    "training_id": nothing,
    "attendance.body": nothing,
    "among": street_with_organization,
    "meeting.hub_links": whatever,
    "meeting.legal_forms": whatever,
    "training.hub_links": whatever,
    "training.legal_forms": whatever,
    "report_id": unknown,
    "sender": division,
    "addressee": nothing,
    "answered_by": division,
    "visited": division,
    "partner_ids": organizations_of_register,
    "lead_organization_id": nothing,
    "number": first,
    "first_person": person,
    "to": person,
    **of_enforcement.REFERENCES,
    "base_id": base,
    "intake_id": nothing,
    "stay_id": stay,
    "base.name": name,
    "base.departments": departments,
    "stay.services": services,
    "operator_contract.services": services,
    "operator_contract.service": service,
    "operator_contract.operator_id": organization,
    "operator_contract.project_id": nothing,
    "service_entry.service": service,
    "base_case.department": department,
    "base_case.to_department": other_department,
    "cultivation_class": cultivation_class,
    "cultivation.to_class": cultivation_class,
    "cultivation_path": cultivation_path,
    "cultivation.stage": stage,
    "cultivation.target_stage": target_stage,
    "support_kind": support_kind,
    "support.provider": body,
    "support.provider_organization_id": nothing,
    **of_hub.REFERENCES,
    **of_records.REFERENCES,
}
"""Parameter, or `<kind>.<parameter>` where it means something else there -> what makes its value."""
