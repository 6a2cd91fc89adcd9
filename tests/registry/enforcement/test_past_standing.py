"""What is entered late of the hub's judgement, of what was open, and of authorities' lists changes the days
that it is about: today stays as later entries have it, here and in the stack above."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import decode_data
from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts.registry import CreditListing
from uuid_utils.compat import uuid7

from services.registry.app import service
from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.enforcement.risks import commands as risks
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations import commands as organizations
from services.registry.organizations.judgements import Axis, cut, now, on, plain, said, told
from services.registry.organizations.model import Basis, HubStanding
from tests.conftest import FreshDatabase
from tests.migrating import migrated_again
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told as heard
from tests.registry.references import STREET, organization

PAST: dict[str, Any] = {"basis": Basis.HISTORICAL}


async def judge(register: Register, id: UUID, standing: HubStanding, day: date) -> None:
    await register.do(organizations.judge, id=id, standing=standing, effective_on=day, **PAST)


async def on_days(api: Api, *days: str) -> list[dict[str, float]]:
    """What figures of these days say of standings and lists, nought left out."""
    found = []
    for day in days:
        figures = (await api.get("/v1/figures", as_of=day))["figures"]
        named = {
            name.removeprefix("organizations."): figure["value"]
            for name, figure in figures.items()
            if name.startswith(("organizations.hub_standing.", "organizations.credit_listing."))
        }
        found.append({name: value for name, value in named.items() if value})
    return found


async def now_of(register: Register, id: UUID) -> tuple[str, str]:
    [row] = await register.rows("select hub_standing, credit_listing from organization where id = $1", id)
    return row["hub_standing"], row["credit_listing"]


@pytest.mark.integration
async def test_a_judgement_entered_late_is_of_its_days_only(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    await judge(register, one, HubStanding.AT_RISK, date(2025, 3, 1))
    await judge(register, one, HubStanding.GOOD, date(2025, 9, 1))
    await judge(register, one, HubStanding.UNDER_RECTIFICATION, date(2024, 5, 1))
    assert await now_of(register, one) == ("good", "none"), "the judgement of 2025 is the newest"
    assert await on_days(api, "2024-04-30", "2024-05-01", "2025-03-01", "2025-09-01", "2026-12-01") == [
        {}, {"hub_standing.under_rectification": 1}, {"hub_standing.at_risk": 1}, {}, {}
    ]  # fmt: skip
    late = (await register.events(one))[-1][1]
    assert (late["state"].get("hub_standing", "good"), late["previous"]) == ("good", "good")
    assert [(day["effective_on"], day["standing"]) for day in late["course"]] == [
        ("2024-05-01", "under_rectification"), ("2025-03-01", "at_risk"), ("2025-09-01", "good")
    ]  # fmt: skip
    shown = await api.get(f"/v1/organizations/{one}/standing")
    assert (shown["standing"], shown["since"]) == ("good", "2025-09-01")
    assert (shown["changes"][0]["previous"], shown["changes"][0]["standing"]) == (
        "good", "under_rectification"
    )  # fmt: skip


@pytest.mark.integration
async def test_what_was_open_weighs_on_its_days_whenever_it_is_entered(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    grave = await register.do(
        risks.open_, organization_id=one, topic="finance", risk_level="grave", origin="complaint",
        description="账目不清", effective_on=date(2025, 2, 1), **PAST,
    )  # fmt: skip
    await heard(register, grave.id)
    await register.do(risks.close, id=grave.id, outcome="resolved", effective_on=date(2025, 4, 1), **PAST)
    await heard(register, grave.id)
    late = await register.do(
        rectifications.open_, organization_id=one, origin="spot_check", topics=["finance"],
        findings="公开不及时", effective_on=date(2025, 1, 1), **PAST,
    )  # fmt: skip
    await heard(register, late.id)
    assert await now_of(register, one) == ("under_rectification", "none"), (
        "nothing says that it was put right"
    )
    await register.do(
        rectifications.close, id=late.id, outcome="corrected", effective_on=date(2025, 6, 1), **PAST
    )
    await heard(register, late.id)
    assert await now_of(register, one) == ("good", "none")
    assert await on_days(api, "2025-01-01", "2025-02-01", "2025-04-01", "2025-06-01") == [
        {"hub_standing.under_rectification": 1}, {"hub_standing.at_risk": 1},
        {"hub_standing.under_rectification": 1}, {},
    ]  # fmt: skip


async def listed(register: Register, id: UUID, listing: CreditListing, day: date, **changes: Any) -> UUID:
    row = await register.do(
        decisions.record, division="120116", authority="civil_affairs", organization_id=id,
        kind=contract.DecisionKind.LISTING, listing=listing, grounds=["unreachable"], effective_on=day,
        **PAST, **changes,
    )  # fmt: skip
    await heard(register, row.id)
    return row.id


@pytest.mark.integration
async def test_a_list_entered_late_is_of_its_days_only(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    one = await organization(register)
    abnormal = await listed(register, one, CreditListing.ABNORMAL, date(2025, 3, 1))
    graver = await listed(register, one, CreditListing.SERIOUSLY_UNTRUSTWORTHY, date(2020, 3, 1))
    await register.do(decisions.lift, id=graver, reason="repaired", effective_on=date(2023, 3, 1), **PAST)
    await heard(register, graver)
    assert await now_of(register, one) == ("good", "abnormal")
    days = "2020-02-29", "2020-03-01", "2023-03-01", "2025-03-01"
    assert await on_days(api, *days) == [
        {}, {"credit_listing.seriously_untrustworthy": 1}, {}, {"credit_listing.abnormal": 1}
    ]  # fmt: skip
    await register.do(
        decisions.correct, id=abnormal, explanation="日期录错", decided_on=date(2025, 5, 1), **PAST
    )
    await heard(register, abnormal)
    assert await on_days(api, "2025-04-30", "2025-05-01") == [{}, {"credit_listing.abnormal": 1}]


@pytest.mark.integration
async def test_the_stack_above_has_the_same_course(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one, heard_of = await organization(register), uuid7()
    await judge(register, one, HubStanding.AT_RISK, date(2025, 3, 1))
    await listed(register, one, CreditListing.ABNORMAL, date(2025, 3, 1))
    await judge(register, one, HubStanding.GOOD, date(2025, 9, 1))
    await judge(register, one, HubStanding.UNDER_RECTIFICATION, date(2024, 5, 1))
    graver = await listed(register, one, CreditListing.SERIOUSLY_UNTRUSTWORTHY, date(2020, 3, 1))
    await register.do(decisions.lift, id=graver, reason="repaired", effective_on=date(2023, 3, 1), **PAST)
    await heard(register, graver)
    for row in await register.rows(
        "select type, payload from event_log where aggregateid = $1 order by sequence", str(one)
    ):
        event = decode_data(row["type"], row["payload"])
        assert event is not None
        await register.hear(register.received(event, heard_of, stack=STREET))
    assert await now_of(register, heard_of) == await now_of(register, one)
    courses = [
        await register.rows(
            "select axis, effective_on, until, value from organization_judgement"
            " where organization_id = $1 and axis <> 'judged' order by 1, 2",
            id,
        )
        for id in (one, heard_of)
    ]
    assert [tuple(row) for row in courses[0]] == [tuple(row) for row in courses[1]]
    assert len(courses[0]) == 6


_VALUES = st.sampled_from(["good", "under_rectification", "at_risk"])
_DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 9))


@given(st.lists(st.tuples(_DAYS, _VALUES), max_size=8))
def test_whoever_is_told_of_each_change_knows_every_day(entries: list[tuple[date, str]]) -> None:
    judged: Any = ()
    there: Any = ()
    for day, value in entries:
        before, judged = plain(Axis.STANDING, judged), said(judged, day, value)
        after = plain(Axis.STANDING, judged)
        course = told(Axis.STANDING, before, after, day)
        there = plain(Axis.STANDING, course or cut(there, day, now(after, Axis.STANDING)))
        assert list(there) == list(after)
    final = dict(entries)
    assert all(on(judged, day, Axis.JUDGED) == value for day, value in final.items())


_BEFORE = """
insert into organization (id, division, home, revision, sequence, effective_on, basis, recorded_at, name,
    normalized_name, pinyin, legal_form, legal_status, hub_link, ended, categories, brands, hub_standing,
    judged_standing, replica, credit_listing, credit_listed_on)
values ('00000000-0000-7000-8000-000000000001', '120116005', '120116', 5, 5, '2016-01-01', 'live', now(), 'a',
    'a', 'a', 'foundation', 'registered', 'linked', false, '{}', '{}', 'at_risk', 'at_risk', false,
    'none', null),
    ('00000000-0000-7000-8000-000000000002', '120116005', '120116005', 5, 5, '2016-01-01', 'live', now(), 'b',
    'b', 'b', 'foundation', 'registered', 'linked', false, '{}', '{}', 'good', 'good', true, 'abnormal',
    '2015-05-01');
insert into event_log (id, aggregatetype, aggregateid, type, sequence, epoch, division, payload, headers,
    recorded_at)
select gen_random_uuid(), 'organization', '00000000-0000-7000-8000-000000000001',
    'cn.shuniu.registry.organization.' || fact || '.v1', sequence, 0, '120116005',
    convert_to(payload, 'UTF8'), '{}', now()
from (values ('registered', 1, '{"state": {"effective_on": "2013-01-01"}}'),
    ('hub_standing_changed', 2,
     '{"state": {"effective_on": "2014-01-01", "hub_standing": "at_risk"}, "previous": "good"}'),
    ('credit_listing_changed', 3,
     '{"state": {"effective_on": "2014-02-01", "credit_listing": "abnormal"}, "previous": "none"}'),
    ('credit_listing_changed', 4, '{"state": {"effective_on": "2014-03-01"}, "previous": "abnormal"}'))
    as said(fact, sequence, payload)
"""


@pytest.mark.integration
async def test_what_was_said_before_days_were_kept_is_found_in_the_log(fresh_database: FreshDatabase) -> None:
    asked = """
    select right(organization_id::text, 1), axis, effective_on::text, until::text, value
    from organization_judgement order by organization_id, axis, effective_on
    """
    assert await migrated_again(fresh_database, service, "0027_judgements_by_day", _BEFORE, asked) == [
        ("1", "credit_listing", "2014-02-01", "2014-03-01", "abnormal"),
        ("1", "credit_listing", "2014-03-01", None, "none"),
        ("1", "hub_standing", "2014-01-01", None, "at_risk"),
        ("1", "judged", "2014-01-01", None, "at_risk"),
        ("2", "credit_listing", "2015-05-01", None, "abnormal"),
    ]
