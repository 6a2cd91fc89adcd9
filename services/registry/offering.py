"""What people do with a record that is no matter, told as `GET /v1/matters` tells its kinds: in words,
with the form of each step. A page offers what is possible and allowed now; the routes check it all again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from shuniu_contracts import State

from chassis.http import Reading
from chassis.matters.naming import NamesOf, Offered, named
from chassis.matters.rendering import sums
from chassis.model import Transitions, in_words
from services.registry.organizations.commands import own_step
from services.registry.organizations.model import NotOwnerOfStep
from services.registry.policy import RegistryPolicy, Step, names_of
from services.registry.vocabulary import Names


@dataclass(frozen=True)
class Form:
    """Something that can be done: its name, its route below those of its records, and when it is possible.

    One that `amends` is sent by PATCH, with what changes alone; one without `possible` opens a record. Some
    are done with what has ended, too.
    """

    name: str
    zh: str
    path: str
    permission: str
    body: type[BaseModel]
    possible: Callable[[Any], bool] | None = None
    owned: tuple[Step, ...] = ()
    amends: bool = False
    of_ended: bool = False
    en: str = ""
    """what a button says in English, where that is not the name in words"""


@dataclass(frozen=True)
class Offering:
    """A sort of records in words: names of states, of fields in the order of a form, of enumerations."""

    name: str
    path: str
    zh: str
    en: str
    public: type[State] | None
    """The contract's state, which says what is money; None where no event tells of it."""
    states: Names
    titles: Names
    listed: Mapping[str, Names]
    seldom: frozenset[str] = field(default_factory=frozenset)
    """what a form folds away until somebody wants to say it"""
    any_code: frozenset[str] = field(default_factory=frozenset)
    """those `listed` that take other codes, too"""

    def openings(self, reading: Reading, forms: Sequence[Form]) -> dict[str, Any]:
        """The forms by which the caller puts one on the record."""
        return self.told(reading, [form for form in forms if form.possible is None])

    def told(
        self, reading: Reading, forms: Sequence[Form], listed: Mapping[str, Offered] | None = None, *,
        department: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The records as a kind, with those of the forms that the caller may use; `listed` are names beside
        those that all have, `department` deals with the record."""
        names = self.names(names_of(reading.policy(RegistryPolicy)), listed or {})
        fields = {one: names(self.name, one) for one in self.titles}
        return {
            "name": self.name, "path": self.path, "zh": self.zh, "en": self.en, "may_read": True,
            "states": self.states, "transitions": {}, "deadlines": {}, "opening": None,
            "fields": self.titles, "filter": {"properties": {}},
            "money": sorted(sums(self.public)) if self.public else [],
            "steps": {
                form.name: self.words(form, names) for form in forms if _may(reading, form, department)
            },
            "codes": {one: offered.names for one, offered in fields.items() if offered.names},
            "english": {one: offered.english for one, offered in fields.items() if offered.english},
        }  # fmt: skip

    def names(self, of_region: NamesOf, listed: Mapping[str, Offered]) -> NamesOf:
        """The region's names, and before them those of the enumerations."""
        own = {
            **{one: Offered(names, open=one in self.any_code) for one, names in self.listed.items()},
            **listed,
        }

        def offered(kind: str, field: str) -> Offered:
            return own[field] if field in own else of_region(kind, field)

        return offered

    def words(self, form: Form, names: NamesOf) -> dict[str, Any]:
        """One form as a page draws it."""
        drawn = named(form.body.model_json_schema(), self.name, names)
        places = {name: place for place, name in enumerate(self.titles)}
        in_order = sorted(drawn["properties"].items(), key=lambda one: places.get(one[0], len(places)))
        properties = {name: self._property(name, schema, names) for name, schema in in_order}
        return {
            "zh": form.zh, "en": form.en or in_words(form.name), "path": form.path, "may": True,
            "by_workbook": False, "amends": form.amends,
            "form": {**drawn, "properties": properties},
        }  # fmt: skip

    def _property(self, name: str, schema: Mapping[str, Any], names: NamesOf) -> dict[str, Any]:
        found = {**schema, "title": self.titles.get(name, schema.get("title", name))}
        if name == "categories":  # by code or by name: no pattern says that it takes codes
            offered = names(self.name, name)
            found |= {"x-zh": [list(pair) for pair in offered.names.items()], "x-en": dict(offered.english)}
        return found | ({"x-seldom": True} if name in self.seldom else {})


def follows(fact: str, table: Transitions[Any]) -> Callable[[Any], bool]:
    """Possible of records whose state leads on by `fact`."""
    return lambda row: fact in table[row.state]


def _may(reading: Reading, form: Form, department: str | None) -> bool:
    own = not form.owned or any(_owns(reading, step, department) for step in form.owned)
    return reading.principal.has(form.permission) and own


def _owns(reading: Reading, step: Step, department: str | None) -> bool:
    try:
        own_step(reading, step, department)
    except NotOwnerOfStep:
        return False
    return True
