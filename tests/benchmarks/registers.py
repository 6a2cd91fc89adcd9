"""Registers of any size: workbooks like Binhai's at the end of 2014, with names that are never the same."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, islice, product
from pathlib import Path

from chassis.region import Division, Region
from deploy.scenarios.register import CATEGORIES, Entry, write_workbook

_FIELDS = ("书画", "合唱", "棋类", "花卉", "摄影", "太极", "舞蹈", "养老", "助残", "托管", "家政", "心理")
_PAIRS = tuple("".join(pair) for pair in product("甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"))
_SUPERVISORS = ("滨海新区民政局", "滨海新区教育委员会", "滨海新区文化广播电视局", "滨海新区体育局")


def compose(region: Region, rows: int, first: int = 0) -> list[Entry]:
    """`rows` organisations from the number `first` on: three filed for each registered (F01)."""
    dice = random.Random(first + rows)
    places = [place for place in region.divisions if len(place.code) == 12]
    names = islice(_names(), first // len(places), None)
    entries: list[Entry] = []
    name = next(names)
    for n in range(first, first + rows):
        if n % len(places) == 0 and n > first:
            name = next(names)
        entries.append(_entry(n, places[n % len(places)], name, dice))
    return entries


def _names() -> Iterator[str]:
    """Names without end; each is given once in every place."""
    for again in count():
        for pair, field in product(_PAIRS, _FIELDS):
            yield f"{pair}{_PAIRS[again - 1] if again else ''}{field}"


def _entry(n: int, place: Division, name: str, dice: random.Random) -> Entry:
    registered, day = n % 4 == 0, date(2010, 3, 1) + timedelta(days=dice.randrange(1500))
    return Entry(
        name=f"{place.name}{name}{'协会' if registered else '队'}",
        number=f"津滨社证字第{n:07d}号" if registered else "", division=place.code,
        form="association" if registered else "community_organization",
        status="registered" if registered else "filed", category=dice.choice(CATEGORIES),
        founded_on=day - timedelta(days=dice.randrange(10, 300)),
        registered_on=day if registered else None, filed_on=None if registered else day,
        direct=False, supervisor=dice.choice(_SUPERVISORS) if registered else "",
        staff=dice.randrange(20) if registered else 0, members=8 + dice.randrange(200),
        full_members=dice.randrange(3), coverage="",
    )  # fmt: skip


def workbook(region: Region, rows: int, directory: Path, first: int = 0) -> Path:
    """A register's file."""
    file = directory / f"register-{first}-{rows}.xlsx"
    write_workbook(compose(region, rows, first), file)
    return file
