"""The read model: what a batch of events makes of numbers, lists and timelines."""

import asyncio
import time
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import Basis, Ref
from shuniu_contracts.partybuild import CoverageClass, CoverageMode, InstructorState
from shuniu_contracts.registry import (
    ApplicationStep,
    CreditListing,
    Decoupling,
    HubLink,
    HubStanding,
    LegalForm,
    OrganizationAbsorbed,
    OrganizationMerged,
    OrganizationRegistered,
    Origin,
    Premises,
    RegistrationApplicationClosed,
    RegistrationApplicationState,
    RegistrationApplicationSubmitted,
    RegistrationRoute,
)

from chassis.pinyin import initials
from services.console.projection import queries
from services.console.projection.model import organization_of
from tests.console.conftest import OTHER_STREET, STREET, TODAY, Subject, World

pytestmark = pytest.mark.integration


async def test_numbers_follow_the_events(world: World) -> None:
    await world.register("甲社", "乙社")
    await world.file("丙队", division=OTHER_STREET, on=date(2014, 3, 1))
    found = await world.overview()
    assert found.organizations == {"registered": 2, "filed": 1}
    assert found.total == 3
    assert found.places == [(STREET, 2, 0), (OTHER_STREET, 0, 1)]
    assert found.years == [(2014, 0, 1), (2026, 2, 0)]
    assert found.forms == {"association": 2}


async def test_one_sees_the_numbers_of_ones_own_divisions_only(world: World) -> None:
    await world.register("甲社")
    await world.register("乙社", division=OTHER_STREET)
    assert (await world.overview(STREET)).total == 1
    assert (await world.overview(STREET, OTHER_STREET)).total == 2
    assert (await world.overview("120117")).total == 0
    assert await world.find(OTHER_STREET) == ["乙社"]
    assert await world.find(STREET, division=OTHER_STREET) == []


async def test_a_later_event_in_the_same_batch_wins(world: World) -> None:
    subject = world.organization("旧名")
    first = world.tell(subject, OrganizationRegistered, route=RegistrationRoute.DIRECT)
    subject.state = world.organization("新名").state
    second = world.tell(subject, OrganizationRegistered, route=RegistrationRoute.DIRECT)
    await world.hear(first, second)
    assert await world.find() == ["新名"]
    assert (await world.overview()).events == 2


async def test_the_version_moves_with_every_batch(world: World) -> None:
    before = await world.version()
    await world.register("甲社")
    assert await world.version() == before + 1


async def test_the_coverage_rate_counts_organisational_and_work_coverage_over_all_duties(
    world: World,
) -> None:
    organizations = await world.register("甲社", "乙社", "丙社", "丁社")
    duties = [await world.open_duty(one, due_on=date(2026, 11, 20)) for one in organizations]
    assert (await world.overview()).coverage == 0
    await world.cover(duties[0], CoverageMode.INDEPENDENT, CoverageClass.ORGANISATION)
    await world.cover(duties[1], CoverageMode.INSTRUCTOR, CoverageClass.WORK)
    found = await world.overview(soon=date(2026, 11, 30))
    assert found.duties == {"organisation": 1, "work": 1, "open": 2, "overdue": 0, "due_soon": 2}
    assert found.coverage == 50
    assert sorted(await world.find(coverage="covered")) == sorted(["甲社", "乙社"])


async def test_a_rate_without_duties_is_no_number(world: World) -> None:
    assert (await world.overview()).coverage is None


@pytest.mark.parametrize("text", ["阳光", "ygmm", "YGMM", "mmf", "5112", "妈妈服务"])
async def test_search_takes_part_of_the_name_pinyin_initials_or_the_beginning_of_a_code(
    world: World, text: str
) -> None:
    await world.register("阳光妈妈服务社", credit_code="51120116MJ0000000X")
    await world.register("月季花园艺社")
    assert await world.find(text=text) == ["阳光妈妈服务社"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' or 1=1 --", "不存在"])
async def test_search_takes_every_character_as_itself(world: World, text: str) -> None:
    await world.register("甲社")
    assert await world.find(text=text) == []


async def test_filters_hold_together_and_pages_are_cut_on_the_server(world: World) -> None:
    await world.register(*(f"社{number:03}" for number in range(60)))
    await world.file("队一")
    count, rows = await world.page(offset=25, limit=25, legal_status="registered")
    assert (count, len(rows), rows[0].name) == (60, 25, "社025")
    count, rows = await world.page(sort="name", descending=True, limit=1)
    assert (count, rows[0].name) == (61, "队一")
    assert await world.find(legal_status="filed", legal_form="association") == []
    assert (await world.page(sort="drop table"))[0] == 61


async def test_one_organisation_comes_with_all_that_refers_to_it(world: World) -> None:
    [one, _] = await world.register("甲社", "乙社")
    duty = await world.open_duty(one)
    await world.change(one, hub_link=HubLink.LINKED)
    async with world.runtime.database.transaction() as transaction:
        connection = transaction.connection
        subjects = await queries.about(connection, ["120116%"], one.id)
        lines = await queries.timeline(connection, ["120116%"], one.id)
        elsewhere = await queries.timeline(connection, ["120117%"], one.id)
    assert {subject.id for subject in subjects} == {one.id, duty.id}
    assert [line.fact for line in lines] == ["details_changed", "opened", "registered"]
    assert lines[0].particular == {"fields": ["hub_link"]}
    assert elsewhere == []


async def test_what_came_before_the_organisation_was_known_is_on_its_timeline(world: World) -> None:
    state = RegistrationApplicationState(
        effective_on=TODAY, basis=Basis.LIVE, division=STREET, step=ApplicationStep.SUBMITTED, name="甲社",
        legal_form=LegalForm.ASSOCIATION,
    )  # fmt: skip
    application = Subject("registry", state)
    await world.hear(world.tell(application, RegistrationApplicationSubmitted))
    [one] = await world.register("甲社")
    reference = Ref(str(one.id), one.sequence)
    application.state = msgspec.structs.replace(
        state, organization=reference, step=ApplicationStep.CLOSED, ended=True
    )
    await world.hear(world.tell(application, RegistrationApplicationClosed, registered=reference))
    async with world.runtime.database.transaction() as transaction:
        lines = await queries.timeline(transaction.connection, ["120116%"], one.id)
    assert [line.fact for line in lines] == ["closed", "registered", "submitted"]


@pytest.mark.parametrize(
    ("name", "value", "field", "has"),
    [
        ("nature", "joint", "nature", "joint"),
        ("function", "service", "functions", ("service", "advocacy")),
        ("service_direction", "elderly", "service_directions", ("youth", "elderly")),
        ("premises", "none", "premises", Premises.NONE),
        ("category", "legal_rights", "categories", ("quality", "legal_rights")),
        ("department", "centre", "department", "centre"),
        ("hub_standing", "at_risk", "hub_standing", HubStanding.AT_RISK),
        ("decoupling", "pressed", "decoupling", Decoupling.PRESSED),
        ("target_group", "women", "target_groups", ("children", "women")),
        ("supervisory_unit", "教育", "supervisory_unit_name", "滨海新区教育局"),
        ("supervisory_unit", "education", "supervisory_unit", "education"),
        ("origin", "company", "origin", Origin.COMPANY),
        ("charity", "true", "charity", True),
        ("charity", "false", "charity", False),
        ("credit_listing", "abnormal", "credit_listing", CreditListing.ABNORMAL),
    ],
)
async def test_the_register_is_narrowed_by_what_else_it_has(
    world: World, name: str, value: str, field: str, has: Any
) -> None:
    await world.register("甲社", **{field: has})
    await world.register("乙社")
    await world.register("丙社", division=OTHER_STREET, **{field: has})
    assert await world.find(STREET, **{name: value}) == ["甲社"]
    assert await world.find(**{name: value, "text": "丙"}) == ["丙社"]
    assert await world.find(**{name: "another"}) == []
    wanted: dict[str, Any] = {name: value, "limit": 1}
    assert (await world.page(**wanted))[0] == 2, "they are counted as they are found"


async def test_what_an_event_leaves_out_is_as_it_was_at_first(world: World) -> None:
    """Decoupling that has not begun and a list one is not on stand in no event."""
    await world.register("甲社", decoupling=Decoupling.COMPLETED, credit_listing=CreditListing.ABNORMAL)
    await world.register("乙社")
    assert await world.find(decoupling="not_begun") == ["乙社"]
    assert await world.find(credit_listing="none") == ["乙社"]
    assert await world.find(charity="false") == [], "nobody knows"


async def test_a_supervisory_unit_is_found_by_its_name_where_its_code_is_recorded(world: World) -> None:
    await world.register("甲社", supervisory_unit="education")
    await world.register("乙社", supervisory_unit_name="滨海新区教育局")
    await world.register("丙社", supervisory_unit="health")
    units = {"education": "教育部门", "health": "卫生健康部门"}
    async with world.runtime.database.transaction() as transaction:
        count, found = await queries.organizations(
            transaction.connection, ["120116%"], queries.Filter(supervisory_unit="教育"), units=units
        )
    assert (count, [one.name for one in found]) == (2, ["乙社", "甲社"])


async def test_filters_of_every_sort_hold_together(world: World) -> None:
    both = {"categories": ("legal_rights",), "charity": True, "nature": "joint"}
    await world.register("甲社", **both, department="centre")
    await world.register("乙社", **both)
    wanted = {"category": "legal_rights", "charity": "true", "nature": "joint", "department": "centre"}
    assert await world.find(**wanted, text="甲", legal_status="registered", division=STREET) == ["甲社"]
    assert await world.find(**wanted, coverage="open") == []


async def test_a_record_knows_the_duplicates_that_were_merged_into_it(world: World) -> None:
    [one], [twin], [other] = [await world.register(name) for name in ("甲社", "甲社（重）", "乙社")]
    kept = Ref(str(one.id), one.sequence)
    twin.state = msgspec.structs.replace(twin.state, ended=True, merged_into=kept)
    await world.hear(world.tell(twin, OrganizationMerged, into=kept))
    await world.hear(world.tell(one, OrganizationAbsorbed, absorbed=Ref(str(twin.id), twin.sequence)))
    async with world.runtime.database.transaction() as transaction:
        connection = transaction.connection
        assert await queries.absorbed(connection, ["120116%"], one.id) == {str(twin.id): "甲社（重）"}
        assert await queries.absorbed(connection, [f"{OTHER_STREET}%"], one.id) == {}
        assert await queries.absorbed(connection, ["120116%"], other.id) == {}


@pytest.mark.parametrize("late", [True, False], ids=["heard after", "heard before"])
async def test_what_is_about_a_duplicate_is_on_the_page_of_the_record_that_stays(
    world: World, late: bool
) -> None:
    [twin], [between], [one] = [await world.register(name) for name in ("甲社（重）", "甲社（又）", "甲社")]
    if not late:
        duty = await world.open_duty(twin)
    for gone, kept in ((twin, between), (between, one)):
        into = Ref(str(kept.id), kept.sequence)
        gone.state = msgspec.structs.replace(gone.state, ended=True, merged_into=into)
        await world.hear(world.tell(gone, OrganizationMerged, into=into))
    if late:
        duty = await world.open_duty(twin)
    async with world.runtime.database.transaction() as transaction:
        subjects = await queries.about(transaction.connection, ["120116%"], one.id)
        lines = await queries.timeline(transaction.connection, ["120116%"], one.id)
        left = await queries.about(transaction.connection, ["120116%"], twin.id)
    assert {subject.id for subject in subjects} == {one.id, duty.id}
    assert "opened" in [line.fact for line in lines]
    assert [subject.id for subject in left] == [twin.id]


async def test_records_that_are_said_to_be_merged_into_each_other_end_somewhere(world: World) -> None:
    [one], [other] = [await world.register(name) for name in ("甲社", "乙社")]
    await world.open_duty(one)
    async with asyncio.timeout(10):
        for gone, kept in ((one, other), (other, one), (one, one)):
            into = Ref(str(kept.id), kept.sequence)
            gone.state = msgspec.structs.replace(gone.state, ended=True, merged_into=into)
            await world.hear(world.tell(gone, OrganizationMerged, into=into))


async def test_thousands_of_events_are_one_quick_batch(world: World) -> None:
    fresh = [world.organization(f"第{number}社") for number in range(3000)]
    events = [world.tell(one, OrganizationRegistered, route=RegistrationRoute.DIRECT) for one in fresh]
    begun = time.monotonic()
    await world.hear(*events)
    assert time.monotonic() - begun < 5
    assert (await world.overview()).total == 3000


def test_initials_are_those_of_the_characters() -> None:
    assert initials("阳光妈妈") == "ygmm"
    assert initials("120社工A组") == "120sgaz"


@given(st.text(max_size=30))
def test_any_name_has_initials(name: str) -> None:
    assert initials(name) == initials(name).lower()


def test_an_event_about_several_organisations_is_on_no_ones_timeline() -> None:
    first, second = "01a20185-e9dc-748b-8878-e1777921872c", "01a20185-e9dc-748b-8878-e1777921872d"

    def covers(*ids: str) -> InstructorState:
        day = date(2014, 3, 1)
        return InstructorState(
            effective_on=day, basis=Basis.LIVE, division=STREET, person_id="p-1", capacity=5, load=len(ids),
            organization_ids=ids,
        )  # fmt: skip

    assert organization_of("instructor", "i", covers(first, second)) is None
    assert organization_of("instructor", "i", covers(second)) == second
    assert organization_of("instructor", "i", covers()) is None
    assert organization_of("organization", first, covers()) == first
