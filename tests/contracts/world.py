"""Events and envelopes that the tests of the contracts start from."""

import datetime
from typing import Any

import msgspec
from shuniu_contracts import SYSTEM, Basis, Envelope, Event, Ref, event_type
from shuniu_contracts.catalogue import EventType
from shuniu_contracts.partybuild import InstructorAssigned, InstructorState
from shuniu_contracts.registry import (
    LegalForm,
    LegalStatus,
    OrganizationRegistered,
    OrganizationState,
    RegistrationRoute,
)
from shuniu_contracts.schemas import example_of, schema_of

SUBJECT = "01926f2a-5c00-7000-8000-000000000001"


def registered(**changes: Any) -> OrganizationRegistered:
    """The registration of an association; `changes` replace fields of its state."""
    state = OrganizationState(
        effective_on=datetime.date(2014, 5, 4),
        basis=Basis.LIVE,
        division="440303001",
        name="向阳社区志愿服务协会",
        legal_form=LegalForm.ASSOCIATION,
        legal_status=LegalStatus.REGISTERED,
    )
    return OrganizationRegistered(
        state=msgspec.structs.replace(state, **changes), route=RegistrationRoute.HUB_ENDORSED
    )


def assigned(*organizations: str) -> InstructorAssigned:
    """The assignment of an instructor who looks after the given organisations."""
    state = InstructorState(
        effective_on=datetime.date(2026, 11, 21),
        basis=Basis.LIVE,
        division="440303001",
        person_id="p-7f3a",
        capacity=5,
        load=len(organizations),
        organization_ids=organizations,
    )
    return InstructorAssigned(state=state, organization=Ref(organizations[-1], 3))


def envelope(event: type[Event] = OrganizationRegistered, **changes: Any) -> Envelope:
    """An envelope for an event of a class; `changes` replace its fields."""
    entry = event_type(event)
    made = Envelope(
        id="01926f2a-5c00-7000-8000-0000000000e0",
        source=f"/stacks/440303/{entry.service}",
        type=entry.type,
        subject=SUBJECT,
        sequence=1,
        epoch=0,
        time=datetime.datetime(2026, 11, 21, 8, 0, tzinfo=datetime.UTC),
        dataschema=entry.dataschema,
        division="440303001",
        actor_id=SYSTEM,
        correlation_id="01926f2a-5c00-7000-8000-0000000000c0",
    )
    return msgspec.structs.replace(made, **changes)


def example(entry: EventType) -> bytes:
    """Data of a type with every field filled."""
    return msgspec.json.encode(example_of(schema_of(entry)))
