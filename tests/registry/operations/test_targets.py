"""Targets: frozen at the period's end, measured by the registry or by hand; the three responsibilities."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from chassis.model import StepNotPossible
from services.registry.app import service
from services.registry.operations.policy import RESPONSIBILITIES
from services.registry.operations.targets import commands as targets
from services.registry.operations.targets.model import FigureUnknown, PeriodReversed, score, share_of
from services.registry.operations.trainings import commands as trainings
from services.registry.organizations.model import Basis
from tests.conftest import FreshDatabase
from tests.migrating import migrated_again
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
DISTRICT = "120116"


async def target(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": DISTRICT, "figure": "registry.trainings.facts.held", "body": "womens_federation",
        "period_begins_on": date(2026, 1, 1), "period_ends_on": date(2026, 12, 31), "aim": 1, "weight": 20,
        **changes,
    }  # fmt: skip
    return (await register.do(targets.set_, **found)).id


async def training(register: Register, day: date) -> None:
    row = await register.do(
        trainings.open_, division=DISTRICT, body="womens_federation", course="lecture", effective_on=day,
        basis=Basis.IMPORTED,
    )  # fmt: skip
    await register.do(trainings.hold, id=row.id, attended=9, effective_on=day, basis=Basis.IMPORTED)


async def test_a_figure_of_the_registry_is_measured_when_the_year_ends(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    await training(register, date(2026, 11, 20))
    await training(register, date(2025, 12, 31))
    reached = await target(register)
    missed = await target(register, aim=2)
    await register.do(targets.amend, id=missed, aim=2.5, reason="council")
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 2
    rows = await register.rows("select id, state, actual_hundredths, reached, source from target")
    found = {row["id"]: tuple(row)[1:] for row in rows}
    assert found[reached] == ("measured", 100, True, "registry")
    assert found[missed] == ("measured", 100, False, "registry")
    assert await register.facts(missed) == ["set", "amended", "frozen", "measured"]


async def test_what_is_frozen_changes_no_more_and_is_measured_by_hand(register: Register) -> None:
    await register.begin(date(2026, 12, 31))
    id = await target(register, figure="partybuild.coverage.uncovered", aim=3, at_most=True)
    await register.begin(date(2027, 1, 1))
    await register.fire_timers()
    with pytest.raises(StepNotPossible):
        await register.do(targets.amend, id=id, aim=9, reason="late")
    row = await register.do(targets.measure, id=id, actual=2.0, source="letters_office")
    assert (row.reached, row.source, row.ended) == (True, "letters_office", True)
    with pytest.raises(PeriodReversed):
        await target(register, period_ends_on=date(2025, 1, 1))


async def test_a_target_is_set_by_a_figure_that_somebody_reckons(register: Register) -> None:
    await register.begin(date(2026, 11, 22))
    await target(register, figure="organizations.registered")
    await target(register, figure="grants.awards.sum")
    for wrong in ("registry.trainings.facts.holded", "grants.trainings.facts.held", "kpi_7"):
        with pytest.raises(FigureUnknown) as refused:
            await target(register, figure=wrong)
        if "holded" in wrong:
            assert "registry.trainings.facts.held" in str(refused.value), "what was meant is named"


async def test_targets_stand_beside_their_figures_before_the_period_ends(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 7, 2))
    for day in (date(2026, 2, 1), date(2026, 6, 1)):
        await training(register, day)
    half = await target(register, aim=4, weight=30, effective_on=date(2026, 1, 10), basis=Basis.IMPORTED)
    bound = await target(register, figure="tasks.facts.became_overdue", aim=0, at_most=True, weight=10)
    elsewhere = await target(register, figure="partybuild.coverage.work_rate", aim=90, weight=60)
    withdrawn = await target(register, aim=9)
    await register.do(targets.withdraw, id=withdrawn, reason="merged")
    await target(register, body="centre", aim=1, weight=0)
    told = await api.get("/v1/target-progress", division=DISTRICT)
    found = {one["id"]: one for one in told["targets"]}
    one = found[str(half)]
    assert (one["value"], one["aim"], one["share"], one["reached"]) == (2.0, 4.0, 50.0, False)
    assert (one["unit"], one["elapsed"]) == ("次", 50.1), "183 of 365 days"
    assert (found[str(bound)]["value"], found[str(bound)]["reached"]) == (0.0, True)
    other = found[str(elsewhere)]
    assert (other["value"], other["share"], other["name_zh"]) == (None, None, "工作覆盖率")
    assert str(withdrawn) not in found
    bodies = {of["body"]: (of["targets"], of["weighed"], of["score"]) for of in told["bodies"]}
    assert bodies == {"womens_federation": (3, 40, 62.5), "centre": (1, 0, None)}
    march = await api.get("/v1/target-progress", division=DISTRICT, as_of="2026-03-31")
    assert {one["id"]: one["value"] for one in march["targets"]}[str(half)] == 1.0
    before = await api.get("/v1/target-progress", division=DISTRICT, as_of="2025-12-31")
    assert before["targets"] == []
    await register.begin(date(2027, 1, 1))
    await register.fire_timers()
    after = {one["id"]: one for one in (await api.get("/v1/target-progress"))["targets"]}
    assert (after[str(half)]["value"], after[str(half)]["elapsed"]) == (2.0, 100.0)
    await register.do(targets.measure, id=elsewhere, actual=91.5, source="partybuild")
    after = {one["id"]: one for one in (await api.get("/v1/target-progress"))["targets"]}
    assert (after[str(elsewhere)]["value"], after[str(elsewhere)]["reached"]) == (91.5, True)
    await api.as_("liaison", "120116005").get("/v1/target-progress", 403, division=DISTRICT)


async def stands(api: Api, *days: str) -> list[dict[str, tuple[Any, ...]]]:
    found = []
    for day in days:
        told = await api.get("/v1/target-progress", as_of=day)
        found.append({
            one["id"]: (one["aim"], one["weight"], one["value"], one["share"], one["reached"])
            for one in told["targets"]
        })  # fmt: skip
    return found


async def test_a_past_day_has_the_aims_of_that_day(register: Register, api: Api) -> None:
    await register.begin(date(2026, 1, 5))
    one, other = str(await target(register, aim=4, weight=30)), str(await target(register, aim=1, weight=10))
    await register.begin(date(2026, 6, 1))
    await training(register, date(2026, 2, 1))
    await register.do(targets.amend, id=UUID(one), aim=2, reason="council")
    await register.begin(date(2026, 9, 1))
    await register.do(targets.amend, id=UUID(one), weight=50, reason="council")
    await register.do(targets.withdraw, id=UUID(other), reason="merged")
    await register.begin(date(2026, 12, 1))
    before, may, june, september = await stands(api, "2026-01-04", "2026-05-31", "2026-06-01", "2026-09-01")
    assert before == {}, "nothing was set yet"
    assert may == {one: (4.0, 30, 1.0, 25.0, False), other: (1.0, 10, 1.0, 100.0, True)}
    assert june == {one: (2.0, 30, 1.0, 50.0, False), other: (1.0, 10, 1.0, 100.0, True)}
    assert september == {one: (2.0, 50, 1.0, 50.0, False)}
    await register.begin(date(2027, 1, 1))
    await register.fire_timers()
    await training(register, date(2026, 12, 20))
    frozen, december = await stands(api, "2027-01-01", "2026-12-31")
    assert frozen[one] == (2.0, 50, 1.0, 50.0, False), "as it was measured"
    assert december[one] == (2.0, 50, 2.0, 100.0, True), "as the records have it now"


_BEFORE = """
insert into target (id, division, home, revision, sequence, effective_on, basis, recorded_at, state, ended,
    opened_on, overdue, figure, body, period_begins_on, period_ends_on, aim_hundredths, weight, at_most,
    actual_hundredths, reached)
values ('00000000-0000-7000-8000-000000000001', '120116', '120116', 3, 3, '2016-01-01', 'live', now(),
    'measured', true, '2015-01-01', false, 'x', 'y', '2015-01-01', '2015-12-31', 250, 20, false, 300, true);
insert into matter_step (number, kind, record_id, division, fact, state, ended, effective_on, basis,
    recorded_at, actor_id, arguments)
select number, 'target', '00000000-0000-7000-8000-000000000001', '120116', fact, 'set', false, '2015-01-01',
    'live', now(), 'a', arguments::jsonb
from (values (1, 'set', '{"aim": 1.5, "weight": 10}'), (2, 'amended', '{"aim": 2.5, "weight": null}'),
             (3, 'amended', '{"weight": 20}'), (4, 'frozen', '{}'), (5, 'measured', '{}'))
     as said(number, fact, arguments);
"""


async def test_steps_from_before_aims_were_dated_have_what_they_said(fresh_database: FreshDatabase) -> None:
    asked = "select number, dated::text from matter_step order by number"
    assert await migrated_again(fresh_database, service, "0028_dated_aims", _BEFORE, asked) == [
        (1, '{"weight": 10, "aim_hundredths": 150}'),
        (2, '{"aim_hundredths": 250}'),
        (3, '{"weight": 20}'),
        (4, None),
        (5, '{"reached": true, "actual_hundredths": 300}'),
    ]


def test_what_part_of_a_target_is_reached() -> None:
    assert share_of(400, 100, at_most=False) == 0.25
    assert share_of(400, 500, at_most=False) == 1.0, "more than was aimed at counts no more"
    assert share_of(400, -100, at_most=False) == 0.0
    assert share_of(400, 800, at_most=True) == 0.5
    assert (share_of(0, 100, at_most=True), share_of(0, 0, at_most=True)) == (0.0, 1.0)
    assert share_of(-100, -200, at_most=False) == 0.0
    assert score([(30, 0.5), (10, 1.0)]) == 62.5
    assert score([(0, 1.0)]) is None


async def test_the_year_under_three_responsibilities(register: Register, api: Api) -> None:
    await register.begin(date(2026, 11, 22))
    await training(register, date(2026, 3, 5))
    await training(register, date(2025, 3, 5))
    report = await api.get("/v1/responsibilities", year=2026, division=DISTRICT)
    assert [one["name_zh"] for one in report["headings"]] == [one.name_zh for one in RESPONSIBILITIES]
    lines = {line["figure"]: line for one in report["headings"] for line in one["lines"]}
    assert lines["trainings.facts.held"]["value"] == 1
    assert report["as_of"] == "2026-11-22"
    unknown = [name for name, line in lines.items() if line["value"] is None]
    assert unknown == [], "every figure of the default headings is one of the registry's"
    await api.as_("liaison", "120116005").get("/v1/responsibilities", 403, year=2026, division=DISTRICT)
    where = f"/v1/responsibilities/report.xlsx?year=2026&division={DISTRICT}"
    book = load_workbook(io.BytesIO((await api.client.get(where)).content))
    first, heads, *rows = book["2026年"].iter_rows(values_only=True)
    assert str(first[0]).endswith("2026年三项责任年度报告（截至2026-11-22）")
    assert heads == ("责任", "指标", "数值", "单位")
    assert len(rows) == len(lines)
    assert lines["trainings.facts.held"]["name_zh"] in {row[1] for row in rows if row[2] == 1}
