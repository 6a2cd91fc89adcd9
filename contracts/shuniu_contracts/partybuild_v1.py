"""First major version of the instructor stream, kept for its window and for the log: services write the
second. In the first the load was whatever a reader counted; the second states it, because a joint unit
counts once, and names its organisations as the other streams do."""

from __future__ import annotations

from shuniu_contracts.casting import step
from shuniu_contracts.fields import Count, Event, Id, PersonId, Ref, State
from shuniu_contracts.partybuild import (
    InstructorAppointed,
    InstructorAssigned,
    InstructorEnded,
    InstructorReleased,
    InstructorState,
    instructor,
)


class InstructorStateV1(State, frozen=True, kw_only=True):
    """An instructor whose load is the number of `organizations`."""

    person_id: PersonId
    capacity: Count
    organizations: tuple[Id, ...] = ()


@instructor.fact("appointed", en="An instructor was appointed.", zh="聘任党建指导员。")
class InstructorAppointedV1(Event, frozen=True, kw_only=True):
    """First version of `InstructorAppointed`."""

    state: InstructorStateV1


@instructor.fact("assigned", en="An instructor was assigned to an organisation.", zh="指导员派驻组织。")
class InstructorAssignedV1(Event, frozen=True, kw_only=True):
    """First version of `InstructorAssigned`."""

    state: InstructorStateV1
    organization: Ref


@instructor.fact("released", en="An instructor was released from an organisation.", zh="指导员撤出组织。")
class InstructorReleasedV1(Event, frozen=True, kw_only=True):
    """First version of `InstructorReleased`."""

    state: InstructorStateV1
    organization: Ref


@instructor.fact("ended", en="An instructor's appointment ended.", zh="指导员任期结束。")
class InstructorEndedV1(Event, frozen=True, kw_only=True):
    """First version of `InstructorEnded`."""

    state: InstructorStateV1


def state_up(old: InstructorStateV1) -> InstructorState:
    """The load becomes explicit: one for each organisation."""
    return InstructorState(
        effective_on=old.effective_on,
        basis=old.basis,
        division=old.division,
        ended=old.ended,
        person_id=old.person_id,
        capacity=old.capacity,
        load=len(old.organizations),
        organization_ids=old.organizations,
    )


def state_down(new: InstructorState) -> InstructorStateV1:
    """The load is dropped: readers of the first version count."""
    return InstructorStateV1(
        effective_on=new.effective_on,
        basis=new.basis,
        division=new.division,
        ended=new.ended,
        person_id=new.person_id,
        capacity=new.capacity,
        organizations=new.organization_ids,
    )


step(
    InstructorAppointedV1,
    InstructorAppointed,
    up=lambda old: InstructorAppointed(state=state_up(old.state)),
    down=lambda new: InstructorAppointedV1(state=state_down(new.state)),
)
step(
    InstructorAssignedV1,
    InstructorAssigned,
    up=lambda old: InstructorAssigned(state=state_up(old.state), organization=old.organization),
    down=lambda new: InstructorAssignedV1(state=state_down(new.state), organization=new.organization),
)
step(
    InstructorReleasedV1,
    InstructorReleased,
    up=lambda old: InstructorReleased(state=state_up(old.state), organization=old.organization),
    down=lambda new: InstructorReleasedV1(state=state_down(new.state), organization=new.organization),
)
step(
    InstructorEndedV1,
    InstructorEnded,
    up=lambda old: InstructorEnded(state=state_up(old.state)),
    down=lambda new: InstructorEndedV1(state=state_down(new.state)),
)
