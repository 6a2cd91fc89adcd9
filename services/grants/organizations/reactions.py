"""Keeping the local copy: the newest version of each organisation and of its coverage duty."""

from collections.abc import Sequence
from typing import Any

from shuniu_contracts import partybuild, registry

from chassis.columns import day, joined
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
    registry.OrganizationRelocated,
    registry.OrganizationCorrected,
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
    partybuild.CoverageDutyReopened,
    partybuild.CoverageDutyCorrected,
)

_KEEP_ORGANIZATIONS = """
insert into organization (id, epoch, sequence, division, name, legal_form, legal_status, categories, filed_on,
                          registered_on, ended_on, hub_standing, credit_listing, merged_into)
select id, epoch, sequence, division, name, legal_form, legal_status,
       coalesce(string_to_array(nullif(categories, ''), ','), '{}'), filed_on, registered_on, ended_on,
       hub_standing, credit_listing, merged_into
from unnest(string_to_array($1, ',')::uuid[], string_to_array($2, ',')::int[],
            string_to_array($3, ',')::bigint[], string_to_array($4, ','), $5::text[],
            string_to_array($6, ','), string_to_array($7, ','), $8::text[],
            string_to_array($9, ',', '')::date[], string_to_array($10, ',', '')::date[],
            string_to_array($11, ',', '')::date[], string_to_array($12, ','),
            string_to_array($13, ','), string_to_array($14, ',', '')::uuid[])
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


def _organizations(newest: Sequence[Received[Any]]) -> tuple[Any, ...]:
    states: list[registry.OrganizationState] = [received.data.state for received in newest]
    return (
        joined([received.subject for received in newest]),
        joined([str(received.envelope.epoch) for received in newest]),
        joined([str(received.envelope.sequence) for received in newest]),
        joined([state.division for state in states]),
        [state.name for state in states],
        joined([state.legal_form.value for state in states]),
        joined([state.legal_status.value for state in states]),
        [",".join(state.categories) for state in states],
        joined([day(state.filed_on) for state in states]),
        joined([day(state.registered_on) for state in states]),
        joined([day(state.ended_on) for state in states]),
        joined([state.hub_standing.value for state in states]),
        joined([state.credit_listing.value for state in states]),
        joined([state.merged_into.id if state.merged_into else "" for state in states]),
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
    await uow.connection.execute(_KEEP_ORGANIZATIONS, *_organizations(_newest(events)))
    await judge_waiting(uow, {received.subject: received for received in events})


@reaction(*COVERAGE_EVENTS)
async def keep_coverage(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep the newest version of each coverage duty."""
    rows = [_duty(received) for received in _newest(events)]
    await uow.connection.execute(_KEEP_COVERAGE, *map(list, zip(*rows, strict=True)))
