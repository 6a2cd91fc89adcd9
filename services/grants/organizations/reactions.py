"""Keeping the local copy: the newest version of each organisation and of its coverage duty."""

from collections.abc import Sequence
from typing import Any

from shuniu_contracts import partybuild, registry

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.grants.applications.commands import judge_waiting

ORGANIZATION_EVENTS = (
    registry.OrganizationNominated,
    registry.OrganizationDiscovered,
    registry.OrganizationFiled,
    registry.OrganizationHubFiled,
    registry.OrganizationRegistered,
    registry.OrganizationDetailsChanged,
    registry.OrganizationLinked,
    registry.OrganizationDecoupled,
    registry.OrganizationSupervisionChanged,
    registry.OrganizationHubStandingChanged,
    registry.OrganizationCreditListingChanged,
    registry.OrganizationSuspended,
    registry.OrganizationResumed,
    registry.OrganizationDeregistered,
    registry.OrganizationRevoked,
    registry.OrganizationDissolved,
    registry.OrganizationMerged,
    registry.OrganizationAbsorbed,
)
COVERAGE_EVENTS = (
    partybuild.CoverageDutyOpened,
    partybuild.CoverageDutyModeProposed,
    partybuild.CoverageDutyCovered,
    partybuild.CoverageDutyModeChanged,
    partybuild.CoverageDutyLapsed,
    partybuild.CoverageDutyBecameOverdue,
    partybuild.CoverageDutyEnded,
)

_KEEP_ORGANIZATIONS = """
insert into organization (id, epoch, sequence, division, name, legal_form, legal_status, categories, filed_on,
                          registered_on, ended_on, hub_standing, credit_listing, merged_into)
select id, epoch, sequence, division, name, legal_form, legal_status,
       coalesce(string_to_array(nullif(categories, ''), ','), '{}'), filed_on, registered_on, ended_on,
       hub_standing, credit_listing, merged_into
from unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::date[], $10::date[], $11::date[], $12::text[], $13::text[], $14::uuid[])
     as seen(id, epoch, sequence, division, name, legal_form, legal_status, categories, filed_on,
             registered_on, ended_on, hub_standing, credit_listing, merged_into)
on conflict (id) do update
set epoch = excluded.epoch, sequence = excluded.sequence, division = excluded.division,
    name = excluded.name, legal_form = excluded.legal_form, legal_status = excluded.legal_status,
    categories = excluded.categories, filed_on = excluded.filed_on, registered_on = excluded.registered_on,
    ended_on = excluded.ended_on, hub_standing = excluded.hub_standing,
    credit_listing = excluded.credit_listing, merged_into = excluded.merged_into
where (excluded.epoch, excluded.sequence) > (organization.epoch, organization.sequence)
"""

_KEEP_COVERAGE = """
insert into coverage (duty_id, organization_id, epoch, sequence, line, status, mode)
select duty_id, organization_id, epoch, sequence, line, status, mode
from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[])
     as seen(duty_id, organization_id, epoch, sequence, line, status, mode)
on conflict (duty_id) do update
set epoch = excluded.epoch, sequence = excluded.sequence, organization_id = excluded.organization_id,
    line = excluded.line, status = excluded.status, mode = excluded.mode
where (excluded.epoch, excluded.sequence) > (coverage.epoch, coverage.sequence)
"""


def _newest(events: Sequence[Received[Any]]) -> list[Received[Any]]:
    """The last event of each subject: a statement may touch a row only once."""
    return list({received.subject: received for received in events}.values())


def _organization(received: Received[Any]) -> tuple[Any, ...]:
    state: registry.OrganizationState = received.data.state
    return (
        received.subject,
        received.envelope.epoch,
        received.envelope.sequence,
        state.division,
        state.name,
        state.legal_form.value,
        state.legal_status.value,
        ",".join(state.categories),
        state.filed_on,
        state.registered_on,
        state.ended_on,
        state.hub_standing.value,
        state.credit_listing.value,
        None if state.merged_into is None else state.merged_into.id,
    )


def _duty(received: Received[Any]) -> tuple[Any, ...]:
    state: partybuild.CoverageDutyState = received.data.state
    return (
        received.subject,
        state.organization.id,
        received.envelope.epoch,
        received.envelope.sequence,
        state.line.value,
        state.status.value,
        None if state.mode is None else state.mode.value,
    )


@reaction(*ORGANIZATION_EVENTS)
async def keep_organizations(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the newest version of each organisation, then judge the applications that waited for one."""
    rows = [_organization(received) for received in _newest(events)]
    await uow.connection.execute(_KEEP_ORGANIZATIONS, *map(list, zip(*rows, strict=True)))
    await judge_waiting(uow, {received.subject: received for received in events})


@reaction(*COVERAGE_EVENTS)
async def keep_coverage(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the newest version of each coverage duty."""
    rows = [_duty(received) for received in _newest(events)]
    await uow.connection.execute(_KEEP_COVERAGE, *map(list, zip(*rows, strict=True)))
