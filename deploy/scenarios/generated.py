"""Registers of organisations of which a document gives the number and no names: generated, from a seed.

Names are a stem-branch pair with a field word, so that a second look tells them from real ones.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from deploy.scenarios.register import Entry, day_between, names
from services.registry.identification.model import complete_credit_code


@dataclass(frozen=True)
class Group:
    """So many organisations of one kind; where and when is drawn."""

    number: int
    status: str
    form: str
    places: Sequence[str]
    """division codes, one after the other"""
    bodies: tuple[str, ...]
    """what their names end in; no other group of the register has the same"""
    begin: date
    end: date
    """registered, filed or found from `begin` on, before `end`"""
    categories: Sequence[str] = ("公益慈善类",)
    prefix: str = ""
    origins: Sequence[str] = ("自发",)
    link: str = ""
    founded: bool = True
    """whether the day of founding is known"""
    full_members: int = 0
    """at most"""


@dataclass(frozen=True)
class Named:
    """An organisation that the document names."""

    name: str
    division: str
    on: date
    status: str = "registered"
    form: str = "association"
    category: str = "公益慈善类"
    origin: str = "自发"


CREDIT_CODES_SINCE = date(2016, 1, 1)
"""Registered from this day on, an organisation has a unified social credit code."""

_FORMS = {"association": "51", "private_non_enterprise": "52"}


def credit_code(form: str, division: str, number: int) -> str:
    """A code that checks, and whose body says that it was generated."""
    return complete_credit_code(_FORMS[form], division[:6].ljust(6, "0"), f"GEN{number:05d}")


def compose(groups: Sequence[Group], named: Sequence[Named], numbers: str, seed: int) -> list[Entry]:
    """The register: those named, then each group; `numbers` is what certificate numbers begin with."""
    dice, serial = random.Random(seed), count(1)
    found = [_named(one, numbers, serial) for one in named]
    for group in groups:
        found += _group(group, dice, numbers, serial)
    return found


def _named(one: Named, numbers: str, serial: Iterator[int]) -> Entry:
    return _entry(
        one.name, one.status, one.form, one.division, one.on, numbers, serial, one.category, one.origin
    )


def _group(group: Group, dice: random.Random, numbers: str, serial: Iterator[int]) -> Iterator[Entry]:
    pool = iter(names((group.prefix,), group.bodies, dice))
    for position in range(group.number):
        yield _entry(
            next(pool), group.status, group.form, group.places[position % len(group.places)],
            day_between(dice, group.begin, group.end), numbers, serial,
            group.categories[position % len(group.categories)], group.origins[position % len(group.origins)],
            founded=group.founded, link=group.link, members=8 + dice.randrange(60),
            full_members=dice.randrange(group.full_members + 1),
        )  # fmt: skip


def _entry(
    name: str, status: str, form: str, division: str, day: date, numbers: str, serial: Iterator[int],
    category: str, origin: str, *, founded: bool = True, link: str = "", members: int = 30,
    full_members: int = 0,
) -> Entry:  # fmt: skip
    registered = status == "registered"
    number = next(serial) if registered else 0
    coded = registered and day >= CREDIT_CODES_SINCE
    return Entry(
        name=name, number=f"{numbers}第{number:06d}号" if registered and not coded else "", division=division,
        credit_code=credit_code(form, division, number) if coded else "",
        form=form, status=status, category=category,
        founded_on=day - timedelta(days=60) if founded else None,
        registered_on=day if registered else None, filed_on=day if status == "filed" else None, direct=False,
        supervisor="", staff=2 if registered else 0, members=members, full_members=full_members,
        origin=origin, link=link,
    )  # fmt: skip
