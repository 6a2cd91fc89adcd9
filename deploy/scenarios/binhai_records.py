"""What BINHAI says of its organisations beside their register: posts, inspections, evaluations, federations,
incubation, yearly returns (F05, F10-F13, F19, F20).

The document gives the counts and names a few; who else it was, and the days, are generated.
"""

import random
from collections.abc import Iterable
from datetime import date, timedelta

from chassis.region import Region
from deploy.scenarios.incubation import Agreement, Cohort, base, hosted
from deploy.scenarios.matters import Record, Taken, by_list, opened, walked
from deploy.scenarios.register import NAMED_REGISTERED, Entry, registered_on
from deploy.scenarios.situation import Situation, on

POSTS, PER_POST, BATCH = 20, 30, "first"
"""招聘了第一批20名，30个社会组织配备一名 (F05)."""

INSPECTED_YEAR = 2013
EXCUSED_AFTER = date(2013, 6, 30)
"""Registered later, an organisation was not due for the inspection of 2013; the profile's rule."""

EVALUATED = 121
GRADES = ("5A", "4A", "3A", "2A", "1A")
"""F11; which grades were given is not said: drawn."""

FEDERATIONS = 19
"""F12; of the streets and towns of today, in the order of their codes, as the document names none."""

GRADUATED, FIRST_INTAKE, SECOND_INTAKE = "九九华龄居家养老服务中心", 5, 2
INCUBATING = "鹤童老年服务中心"
"""F13: five in the first intake, of which four have graduated; two in a second one."""

PARK_OPENED_ON, PLACES = date(2013, 7, 1), 12
"""In July 2013; how many places it has is ours."""

SERVICES = ("premises_equipment", "capacity_building", "registration_help", "small_subsidy")
STANDARD = "提供场地设备、能力建设、注册协助和小额补贴等成长支持"

LAST_YEAR = 2014
UNIVERSITY, LEARNERS, CLASSES = "大港老年大学", 1000, 42
VOLUNTEERS, HOURS, DONATED_YUAN = "开发区社会服务志愿者协会", 700_000, 10_000_000
FIELDS = ("neighbours", "environment", "patrols", *(f"field-{number}" for number in range(4, 12)))
"""邻里互助、环境治理、义务巡逻等11个社区服务领域: three are named (F20)."""


async def enter(situation: Situation, region: Region) -> None:
    """All of it; a second time adds nothing."""
    await hire(situation)
    await inspect(situation)
    await evaluate(situation)
    await federate(situation, region)
    await incubate(situation)
    await report(situation)


async def hire(situation: Situation) -> None:
    """The first hiring batch; each of its people serves as many organisations as a post may (F05)."""
    path = "/v1/social-worker-posts"
    if not await situation.stack.every("registry", path, division=situation.division, batch=BATCH):
        await situation.stack.post(
            "registry", f"{path}/batches", division=situation.division, batch=BATCH, posts=POSTS,
            body="service_centre", source="purchased", funder="civil_affairs", **on("2012-09-03"),
        )  # fmt: skip
    await by_list(
        situation, path, "filling", date(2012, 10, 8), {"state": "vacant", "batch": BATCH},
        lambda number, _: {"在岗人员": f"p-social-worker-{number}", "服务组织数": PER_POST},
    )  # fmt: skip


async def inspect(situation: Situation) -> None:
    """The inspection of 2013: all who were due handed in, were reviewed, and passed (F10)."""
    path, year = "/v1/inspections", str(INSPECTED_YEAR)
    due = [
        one
        for one in _registered(situation)
        if one.form != "unclassified" and registered_on(one) <= EXCUSED_AFTER
    ]
    bodies = {
        id: {"organization_id": id, "year": INSPECTED_YEAR, "due_on": "2014-05-31", **on("2014-03-01")}
        for id in _ids(situation, due)
    }
    await opened(situation, "列入年检 due for inspection", path, bodies, _organization)
    told = situation.bar("年检清单 lists of the inspection", 3)
    await by_list(situation, path, "submission", date(2014, 5, 12), {"state": "due", "year": year})
    told()
    await by_list(
        situation, path, "review", date(2014, 5, 26), {"state": "submitted", "year": year},
        lambda _, row: {"初审意见": "agreed"} if row["有业务主管单位"] else None,
    )  # fmt: skip
    told()
    await by_list(
        situation, path, "conclusion", date(2014, 6, 16),
        {"state": ["submitted", "hub_reviewed"], "year": year}, lambda *_: {"结论": "合格"},
    )  # fmt: skip
    told()


async def evaluate(situation: Situation) -> None:
    """121 organisations evaluated from 2013 until the document appeared, those registered first (F11)."""
    path, dice = "/v1/evaluations", random.Random(EVALUATED)
    oldest = sorted(_registered(situation), key=lambda one: (registered_on(one), one.number))[:EVALUATED]
    days = {
        id: date(2013 + position % 3, 3, 4) + timedelta(days=position)
        for position, id in enumerate(_ids(situation, oldest))
    }
    bodies = {id: {"organization_id": id, "year": day.year, **on(day)} for id, day in days.items()}
    records = await opened(situation, "参加评估 enrol for evaluation", path, bodies, _organization)
    ways = [
        (records[id], [Taken("enrolled", "grade", day + timedelta(days=45), {"grade": dice.choice(GRADES)})])
        for id, day in days.items()
    ]
    await walked(situation, "评定等级 grades", path, ways)


async def federate(situation: Situation, region: Region) -> None:
    """Federations of streets and towns, hubs that the bureau recognised (F12)."""
    places = [place for place in region.children(region.code) if place.kind != "zone"][:FEDERATIONS]
    bodies = {
        place.code: {
            "name": f"{place.name}社会组织联合会", "division": place.code, "body": "hub_federation",
            "form": "federation", "recognition": "government", "recognised_by": "civil_affairs",
            **on("2013-11-01"),
        }
        for place in places
    }  # fmt: skip
    await opened(situation, "街镇联合会 federations", "/v1/hubs", bodies, lambda hub: str(hub["division"]))


async def incubate(situation: Situation) -> None:
    """Two intakes of the park: of the first five four have graduated, with the second three are in (F13)."""
    park = await base(situation, "滨海新区社会组织孵化园", situation.division, PLACES, PARK_OPENED_ON)
    named = [str(situation.ids[name]) for name in (GRADUATED, INCUBATING)]
    young = _ids(situation, _young(situation))
    first = [*named, *young[: FIRST_INTAKE - len(named)]]
    second = young[FIRST_INTAKE - len(named) :][:SECOND_INTAKE]
    left_on = dict.fromkeys((id for id in first if id != str(situation.ids[INCUBATING])), date(2014, 12, 15))
    calls = {"1": (first, PARK_OPENED_ON), "2": (second, date(2014, 6, 3))}
    bodies = {
        number: {"base_id": park, "number": number, "places": len(ids), **on(day)}
        for number, (ids, day) in calls.items()
    }
    intakes = await opened(
        situation, "孵化批次 intakes", "/v1/intakes", bodies, lambda intake: str(intake["number"])
    )
    for number, (ids, day) in calls.items():
        begins_on = day + timedelta(days=45)
        agreement = Agreement(SERVICES, STANDARD, begins_on, begins_on.replace(year=begins_on.year + 3))
        cohort = Cohort(ids, day + timedelta(days=14), agreement, str(intakes[number]["id"]), left_on)
        await hosted(situation, park, cohort)
    closing = [
        (intakes[number], [Taken("called", "closing", day + timedelta(days=21))])
        for number, (_, day) in calls.items()
    ]
    await walked(situation, "批次截止 intakes close", "/v1/intakes", closing)


async def report(situation: Situation) -> None:
    """Yearly returns: the university's of 2014 (F19), the volunteers' of each year since they stand (F20).

    What the document counts until its day is shared out over those years evenly, which is ours.
    """
    university, volunteers = (str(situation.ids[name]) for name in (UNIVERSITY, VOLUNTEERS))
    [entry] = [one for one in situation.register if one.name == VOLUNTEERS]
    years = range(registered_on(entry).year, LAST_YEAR + 1)
    shares = zip(_shares(HOURS, len(years)), _shares(DONATED_YUAN, len(years)), strict=True)
    said = {
        (university, LAST_YEAR): {"learners": LEARNERS, "learners_qualifier": "over", "classes": CLASSES},
        **{
            (volunteers, year): {
                "service_hours": hours, "service_hours_qualifier": "over",
                "field_hours": [{"field": field, "hours": hours // len(FIELDS)} for field in FIELDS],
                "donated_fen": 100 * yuan, "donated_fen_qualifier": "over",
            }
            for year, (hours, yuan) in zip(years, shares, strict=True)
        },
    }  # fmt: skip
    bodies = {
        f"{id} {year}": {
            "organization_id": id, "interval": "year", "covers": f"{year}-12-31", **on(f"{year + 1}-01-05")
        }
        for id, year in said
    }  # fmt: skip
    records = await opened(
        situation, "列入年报 yearly returns", "/v1/returns", bodies,
        lambda one: f"{one['organization_id']} {one['period']}",
    )  # fmt: skip
    ways = [
        (
            records[f"{id} {year}"],
            [
                Taken("due", "submission", date(year + 1, 3, 2), numbers),
                Taken("submitted", "acceptance", date(year + 1, 3, 16)),
            ],
        )
        for (id, year), numbers in said.items()
    ]
    await walked(situation, "年报 returns handed in", "/v1/returns", ways)


def _registered(situation: Situation) -> list[Entry]:
    return [entry for entry in situation.register if entry.status == "registered"]


def _young(situation: Situation) -> list[Entry]:
    """Generated ones registered shortly before the park opened, the newest first."""
    named = {name for name, *_ in NAMED_REGISTERED}
    found = [
        one for one in _registered(situation)
        if one.form == "private_non_enterprise" and one.name not in named
        and registered_on(one) <= PARK_OPENED_ON
    ]  # fmt: skip
    return sorted(found, key=lambda one: (registered_on(one), one.number), reverse=True)


def _ids(situation: Situation, entries: Iterable[Entry]) -> list[str]:
    return [str(situation.ids[entry.name]) for entry in entries]


def _organization(record: Record) -> str:
    return str(record["organization_id"])


def _shares(total: int, number: int) -> list[int]:
    """`total` in so many parts, the last of which has what is over."""
    each = total // number
    return [*[each] * (number - 1), total - each * (number - 1)]
