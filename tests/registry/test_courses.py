"""Each axis of an organisation has its own course over time, in whichever order its facts are entered."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import by_type, decode_data
from uuid_utils.compat import uuid7

from chassis.model import StepNotPossible
from services.registry.app import service
from services.registry.organizations import commands as organizations
from services.registry.organizations.courses import Course
from services.registry.organizations.model import (
    Basis,
    HubLink,
    LegalForm,
    LegalStatus,
    NotYetRegistered,
    RegistrationRoute,
)
from tests.conftest import FreshDatabase
from tests.migrating import migrated_again
from tests.registry.conftest import Api, Register
from tests.registry.references import STREET, organization

HISTORICAL: dict[str, Any] = {"basis": Basis.HISTORICAL}
DAYS = [date(year, 7, 1) for year in range(2009, 2021)]
AXES = ("legal_form", "legal_status", "registration_route", "hub_link", "decoupling")
AT = datetime(2026, 3, 2, tzinfo=UTC)

_SAID = {
    "legal_status": ["filed", "registered", "suspended"],
    "legal_form": [one.value for one in LegalForm],
    "hub_link": [one.value for one in HubLink],
    "division": ["120116005", "120116006"],
}
_saying = st.dictionaries(st.sampled_from(sorted(_SAID)), st.integers(0, 1), min_size=1).map(
    lambda chosen: {axis: _SAID[axis][place] for axis, place in chosen.items()}
)
_history = st.lists(
    st.tuples(st.dates(date(2009, 1, 1), date(2020, 12, 31)), _saying), min_size=1, max_size=8,
    unique_by=lambda entry: entry[0],
)  # fmt: skip


@given(_history.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_a_course_is_the_same_in_whichever_order_it_is_told(
    told: tuple[list[tuple[date, dict[str, str]]], list[tuple[date, dict[str, str]]]],
) -> None:
    entries, shuffled = told
    ordered, other = Course(uuid7()), Course(uuid7())
    for day, said in sorted(entries):
        ordered.say(day, said, at=AT)
    for day, said in shuffled:
        other.say(day, said, at=AT)
    assert [other.on(day) for day in DAYS] == [ordered.on(day) for day in DAYS]
    assert other.now == ordered.now


async def values(api: Api, **asked: str) -> dict[str, float]:
    answer = await api.get("/v1/figures", **asked)
    return {name.removeprefix("organizations."): one["value"] for name, one in answer["figures"].items()}


async def stood(register: Register, id: UUID) -> list[list[Any]]:
    """How it stood on each of `DAYS`, as figures read it."""
    found = []
    for day in DAYS:
        rows = await register.rows(
            f"select {', '.join(AXES)} from organization_status where organization_id = $1"
            " and effective_on <= $2 and (until is null or until > $2)", id, day,
        )  # fmt: skip
        assert len(rows) <= 1, "figures would count it twice"
        found.append([list(row) for row in rows])
    return found


def filed(day: date, name: str = "新港书画队") -> dict[str, Any]:
    return {
        "division": STREET, "status_on_record": LegalStatus.FILED, "details": {"name": name},
        "legal_form": LegalForm.COMMUNITY_ORGANIZATION, "effective_on": day, **HISTORICAL,
    }  # fmt: skip


@pytest.mark.integration
async def test_a_link_entered_for_before_the_filing_is_no_filing(register: Register, api: Api) -> None:
    row = await register.do(organizations.enter, **filed(date(2014, 1, 1)))
    await register.do(
        organizations.link, id=row.id, link=HubLink.LINKED, effective_on=date(2012, 1, 1), **HISTORICAL
    )
    before, after, now = [
        await values(api, **asked)
        for asked in ({"as_of": "2012-06-30"}, {"as_of": "2014-06-30"}, dict[str, str]())
    ]
    assert [one["filed"] for one in (before, after, now)] == [0, 1, 1]
    assert [one["hub_link.linked"] for one in (before, after, now)] == [0, 1, 1]


@pytest.mark.integration
async def test_a_late_link_holds_until_the_next_and_leaves_todays_alone(register: Register, api: Api) -> None:
    about = await organization(register)
    await register.do(organizations.link, id=about, link=HubLink.LINKED, effective_on=date(2015, 1, 1))
    await register.do(organizations.link, id=about, link=HubLink.DIRECT, effective_on=date(2018, 1, 1))
    late = await register.do(
        organizations.link, id=about, link=HubLink.HUB_FILED, effective_on=date(2016, 1, 1), **HISTORICAL
    )
    assert (late.hub_link, late.hub_filed_on, late.linked_on) == (
        "direct", date(2016, 1, 1), date(2015, 1, 1)
    )  # fmt: skip
    for day, link in {"2015-12-31": "linked", "2017-12-31": "hub_filed", "2018-01-01": "direct"}.items():
        found = await values(api, as_of=day)
        links = {name: value for name, value in found.items() if name.startswith("hub_link.") and value}
        assert links == {f"hub_link.{link}": 1}, day
    [*_, (fact, data)] = await register.events(about)
    assert (fact, data["state"]["hub_link"], data["then"]["hub_link"]) == ("hub_filed", "direct", "hub_filed")


@pytest.mark.integration
async def test_a_form_corrected_for_the_past_outlives_what_came_after(register: Register, api: Api) -> None:
    row = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.UNCLASSIFIED,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2013, 1, 1), details={"name": "新港基金会"},
        **HISTORICAL,
    )  # fmt: skip
    await register.do(organizations.suspend, id=row.id, effective_on=date(2015, 1, 1), **HISTORICAL)
    await register.do(
        organizations.change_details, id=row.id, legal_form=LegalForm.FOUNDATION, details={},
        basis=Basis.CORRECTED, effective_on=date(2013, 1, 1),
    )  # fmt: skip
    for day, suspended in {"2013-06-30": 0, "2015-06-30": 1, "2026-01-01": 1}.items():
        found = await values(api, as_of=day)
        assert (found["registered.foundation"], found["registered.unclassified"]) == (1, 0), day
        assert found["suspended"] == suspended, day


@pytest.mark.integration
async def test_a_suspension_of_the_past_leaves_todays_status_alone(register: Register, api: Api) -> None:
    about = await organization(register)
    await register.do(organizations.suspend, id=about, effective_on=date(2018, 1, 1), **HISTORICAL)
    await register.do(organizations.resume, id=about, effective_on=date(2019, 1, 1), **HISTORICAL)
    row = await register.do(organizations.suspend, id=about, effective_on=date(2015, 1, 1), **HISTORICAL)
    assert row.legal_status == "registered"
    await register.do(organizations.resume, id=about, effective_on=date(2016, 1, 1), **HISTORICAL)
    on = {"2015-06-30": 1, "2016-06-30": 0, "2018-06-30": 1, "2019-06-30": 0}
    assert {day: (await values(api, as_of=day))["suspended"] for day in on} == on
    with pytest.raises(StepNotPossible):
        await register.do(organizations.resume, id=about, effective_on=date(2017, 1, 1), **HISTORICAL)
    with pytest.raises(NotYetRegistered):
        await register.do(organizations.suspend, id=about, effective_on=date(2014, 4, 30), **HISTORICAL)


@pytest.mark.integration
async def test_a_registration_found_later_outdoes_a_filing_and_an_end_everything(
    register: Register, api: Api
) -> None:
    row = await register.do(organizations.enter, **filed(date(2014, 1, 1)))
    registered = await register.do(
        organizations.register, id=row.id, legal_form=LegalForm.ASSOCIATION, details={},
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2012, 1, 1), **HISTORICAL,
    )  # fmt: skip
    assert (registered.legal_status, registered.legal_form) == ("registered", "association")
    for day in ("2013-06-30", "2015-06-30"):
        found = await values(api, as_of=day)
        assert (found["filed"], found["registered.association"]) == (0, 1), day
    await register.do(organizations.suspend, id=row.id, effective_on=date(2018, 1, 1), **HISTORICAL)
    await register.do(
        organizations.end, id=row.id, fact="deregistered", effective_on=date(2017, 1, 1), **HISTORICAL
    )
    assert (await values(api))["total"] == (await values(api, as_of="2018-06-30"))["total"] == 0


@pytest.mark.integration
async def test_the_steps_of_decoupling_are_counted_on_their_days(register: Register, api: Api) -> None:
    about = await organization(register)
    await register.do(organizations.link, id=about, link=HubLink.LINKED, effective_on=date(2015, 1, 1))
    steps = {"self_checked": (date(2016, 1, 1), 3), "pressed": (date(2017, 1, 1), 1), "completed": (
        date(2018, 1, 1), 0
    )}  # fmt: skip
    for step, (day, leaders) in steps.items():
        await register.do(
            organizations.decouple, id=about, step=step, administrative_staff=leaders, effective_on=day
        )
    for step, (day, _) in {"not_begun": (date(2015, 1, 1), 0), **steps}.items():
        found = await values(api, as_of=day.isoformat())
        counted = {name for name, value in found.items() if name.startswith("decoupling.") and value}
        assert counted == ({f"decoupling.{step}"} - {"decoupling.not_begun"}), day
    await register.do(organizations.end, id=about, fact="deregistered", effective_on=date(2019, 1, 1))
    assert (await values(api))["decoupling.completed"] == 0
    assert (await values(api, as_of="2018-12-31"))["decoupling.completed"] == 1


@pytest.mark.integration
async def test_how_many_of_the_administration_lead_it_is_said_with_each_step(api: Api) -> None:
    row = await api.post(
        "/v1/organizations/registrations", 201, division=STREET, legal_form="association", name="丙协会",
        route="department", basis="historical", effective_on="2014-05-01",
    )  # fmt: skip
    path = f"/v1/organizations/{row['id']}"
    await api.post(f"{path}/hub-link", link="linked")
    refused = await api.post(f"{path}/decoupling", 422, step="self_checked")
    assert "administrative_staff" in str(refused)
    checked = await api.post(f"{path}/decoupling", step="self_checked", administrative_staff=2)
    assert checked["administrative_staff"] == 2
    refused = await api.post(f"{path}/decoupling", 409, step="completed", administrative_staff=1)
    assert refused["code"] == "administrative_staff_in_leadership"
    done = await api.post(f"{path}/decoupling", step="completed", administrative_staff=0)
    assert (done["decoupling"], done["administrative_staff"]) == ("completed", 0)


Step = Callable[[Register, UUID], Awaitable[Any]]


def fact(command: Callable[..., Awaitable[Any]], day: date, **arguments: Any) -> Step:
    async def enter(register: Register, id: UUID) -> Any:
        return await register.do(command, id=id, effective_on=day, **HISTORICAL, **arguments)

    return enter


THREADS: list[list[Step]] = [
    [
        fact(organizations.link, date(2010, 1, 1), link=HubLink.LINKED),
        fact(organizations.decouple, date(2012, 1, 1), step="self_checked", administrative_staff=2),
        fact(organizations.decouple, date(2013, 1, 1), step="completed", administrative_staff=0),
    ],
    [fact(organizations.link, date(2011, 1, 1), link=HubLink.HUB_FILED)],
    [
        fact(organizations.suspend, date(2016, 1, 1)),
        fact(organizations.resume, date(2017, 1, 1)),
    ],
    [fact(organizations.change_details, date(2014, 1, 1), details={}, legal_form=LegalForm.FOUNDATION)],
    [fact(organizations.change_details, date(2018, 1, 1), details={}, legal_form=LegalForm.ASSOCIATION)],
]
"""What follows from each other in order; the threads in any."""
IN_ORDER = [
    THREADS[0][0], THREADS[1][0], *THREADS[0][1:], THREADS[3][0], *THREADS[2], THREADS[4][0]
]  # fmt: skip


def shuffled(seed: int) -> list[Step]:
    choose, waiting = Random(seed), [list(thread) for thread in THREADS]
    found = []
    while any(waiting):
        found.append(choose.choice([thread for thread in waiting if thread]).pop(0))
    return found


async def through(register: Register, steps: list[Step]) -> UUID:
    row = await register.do(
        organizations.register_new, division=STREET, legal_form=LegalForm.UNCLASSIFIED,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2009, 1, 1),
        details={"name": f"生成的基金会{uuid7()}"}, **HISTORICAL,
    )  # fmt: skip
    for step in steps:
        await step(register, row.id)
    return row.id


@pytest.mark.integration
@pytest.mark.parametrize("seed", range(8))
async def test_in_any_order_it_stood_the_same_on_every_day_here_and_where_it_is_a_replica(
    register: Register, seed: int
) -> None:
    expected = await through(register, IN_ORDER)
    id = await through(register, shuffled(seed))
    assert await stood(register, id) == await stood(register, expected)
    now = f"select {', '.join(AXES)} from organization where id = any($1) group by {', '.join(AXES)}"
    assert len(await register.rows(now, [id, expected])) == 1
    heard = uuid7()
    for row in await register.rows(
        "select type, payload from event_log where aggregateid = $1 order by sequence", str(id)
    ):
        event = decode_data(by_type(row["type"]).type, row["payload"])
        assert event is not None
        await register.hear(register.received(event, heard, stack=STREET))
    assert await stood(register, heard) == await stood(register, expected)
    assert len(await register.rows(now, [heard, expected])) == 1


_BEFORE = """
insert into organization (id, division, home, revision, sequence, effective_on, basis, recorded_at, name,
    normalized_name, pinyin, legal_form, legal_status, hub_link, ended, categories, brands, decoupling,
    decoupled_on)
values ('00000000-0000-7000-8000-000000000001', '120116005', '120116', 5, 5, '2016-01-01', 'live', now(), 'a',
    'a', 'a', 'foundation', 'suspended', 'linked', false, '{}', '{}', 'completed', '2016-01-01');
insert into organization_status (number, organization_id, division, legal_form, legal_status, hub_link,
    registration_route, effective_on, until, recorded_at)
select number, '00000000-0000-7000-8000-000000000001', '120116005', form, status, link, 'direct', day, until,
    now()
from (values (1, 'unclassified', 'registered', 'none', date '2013-01-01', date '2013-01-01'),
             (2, 'unclassified', 'suspended', 'none', '2015-01-01', '2016-01-01'),
             (3, 'foundation', 'suspended', 'none', '2013-01-01', '2015-01-01'),
             (4, 'foundation', 'suspended', 'linked', '2012-01-01', '2013-01-01'),
             (5, 'foundation', 'suspended', 'linked', '2016-01-01', null))
     as entry(number, form, status, link, day, until);
select setval(pg_get_serial_sequence('organization_status', 'number'), 10);
"""


@pytest.mark.integration
async def test_entries_from_before_axes_had_their_courses_say_what_they_said(
    fresh_database: FreshDatabase,
) -> None:
    asked = """
    select effective_on::text, until::text, legal_form, legal_status, hub_link, decoupling
    from organization_status order by effective_on, number
    """
    assert await migrated_again(fresh_database, service, "0020_courses", _BEFORE, asked) == [
        ("2012-01-01", "2013-01-01", None, None, "linked", "not_begun"),
        ("2013-01-01", "2013-01-01", "unclassified", "registered", "linked", "not_begun"),
        ("2013-01-01", "2015-01-01", "foundation", "registered", "linked", "not_begun"),
        ("2015-01-01", "2016-01-01", "foundation", "suspended", "linked", "not_begun"),
        ("2016-01-01", "2016-01-01", "foundation", "suspended", "linked", "not_begun"),
        ("2016-01-01", None, "foundation", "suspended", "linked", "completed"),
    ]
