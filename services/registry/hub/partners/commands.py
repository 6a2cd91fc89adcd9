"""The use cases of partner agreements: sign, change, host, renew, terminate; the day they run out."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from shuniu_contracts import registry_hub as contract

from chassis.http.fields import Day
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, Count, OrganizationId, Text, Words
from services.registry.hub.partners.model import TRANSITIONS, PartnerPhase, check_places, check_span
from services.registry.hub.partners.tables import PartnerRow
from services.registry.hub.served import served
from services.registry.tables import MatterStepRow

Hosts = Annotated[list[OrganizationId], Field(max_length=200)]
People = Annotated[int, Field(title="人数", ge=1, le=100_000)]

PARTNERS = Kind(
    PartnerRow, PartnerPhase, TRANSITIONS, initial=PartnerPhase.SIGNED,
    zh="合作协议", en="partner agreements", path="partners", unit="份", steps=MatterStepRow,
    states_zh={
        PartnerPhase.SIGNED: "履行中",
        PartnerPhase.EXPIRED: "已到期",
        PartnerPhase.TERMINATED: "已终止",
    },
    clocks=(
        Clock(
            "term", {"signed"}, contract.PartnerExpired, "expired", rule="partner.ends_on",
            column="ends_on", restarts={"renewed"},
        ),
    ),
    filters=("kind", "body"),
)  # fmt: skip


@PARTNERS.opens(contract.PartnerSigned, zh="签订", needs="write")
async def sign(
    uow: UnitOfWork, row: PartnerRow, *,
    name: Annotated[Text, Field(title="合作单位")],
    kind: Annotated[Code, Field(title="合作类别")],
    body: Annotated[Code, Field(title="签约单位")],
    begins_on: Annotated[Day, Field(title="起始日期")],
    ends_on: Annotated[Day, Field(title="结束日期")],
    places: Annotated[Count, Field(title="名额")] = 0,
    organization_ids: Annotated[Hosts, Field(title="接收组织")] = [],  # noqa: B006, read only
    fields: Annotated[Codes, Field(title="专业领域")] = [],  # noqa: B006, read only
    clauses: Annotated[Words | None, Field(title="协议内容")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An agreement with a university or another partner: places, hosts, period (J17)."""
    check_span(ends_on, begins_on)
    row.hosts = await served(uow, organization_ids, row.division)


@PARTNERS.step(contract.PartnerChanged, zh="变更", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: PartnerRow, *,
    places: Annotated[Count | None, Field(title="名额")] = None,
    organization_ids: Annotated[Hosts | None, Field(title="接收组织")] = None,
    fields: Annotated[Codes | None, Field(title="专业领域")] = None,
) -> None:  # fmt: skip
    """Other places or hosts; what is left out stays."""
    if organization_ids is not None:
        row.hosts = await served(uow, organization_ids, row.division)


@PARTNERS.step(
    contract.PartnerHosted, zh="接收实习", en="host students", needs="write", path="hosting", by_workbook=True
)
async def host(
    uow: UnitOfWork, row: PartnerRow, *,
    people: People,
    weeks: Annotated[Count | None, Field(title="周数")] = None,
) -> None:  # fmt: skip
    """A term's group was taken."""
    check_places(people, row.places)
    row.hosted += people


@PARTNERS.step(contract.PartnerRenewed, zh="续签", needs="write", path="renewal")
async def renew(uow: UnitOfWork, row: PartnerRow, *, until: Annotated[Day, Field(title="续签至")]) -> None:
    """It runs on to a later day."""
    check_span(until, row.ends_on)
    row.ends_on = until
    row.renewed_times += 1


@PARTNERS.step(contract.PartnerExpired, zh="到期", en="record as expired", needs="write", path="expiry")
async def expire(uow: UnitOfWork, row: PartnerRow) -> Mapping[str, Any]:
    """It ran out: an agreement of the past, whose day no timer waits for."""
    return {"due_on": row.ends_on, "rule": "partner.ends_on"}


@PARTNERS.step(contract.PartnerTerminated, zh="终止", needs="write", path="termination")
async def terminate(
    uow: UnitOfWork, row: PartnerRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It ends before its day, or is not renewed."""


reassign = PARTNERS.reassigns(needs="write")
