"""A kind of matter as the registry describes it over HTTP: its words, what follows what, and who may."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from services.console.matters import forms
from services.console.matters.forms import ORGANIZATION, Field, Name, Widget, english, named

SERVICE = "registry"
TITLES = ("title", "name", "topic", "subject", "gathering", "course")
"""Fields that say what a record is called, the first that it has."""
_BESIDE = {"previous": "原任人员"}
"""What the record of a step keeps beside what was said."""
Codes = Mapping[str, Mapping[str, Name]]
"""Field -> code -> its name."""


def codes_of(said: Mapping[str, Any]) -> Codes:
    """The names of codes as the registry tells them by field; one of the release before tells no English."""
    shown = said.get("english", {})
    return {field: named(codes, shown.get(field, {})) for field, codes in said.get("codes", {}).items()}


@dataclass(frozen=True)
class StepWords:
    """One step: its names, where it is sent, its form, and whether the person at the page may take it."""

    fact: str
    zh: str
    path: str
    may: bool
    by_workbook: bool
    form: Mapping[str, Any]
    amends: bool = False
    """sent with what is to be changed alone"""
    by_record: bool = False
    """whether it can be taken depends on the record, too: the registry tells of each"""
    en: str = ""
    """what one does, in English; a registry of the release before does not tell it"""

    @classmethod
    def of(cls, fact: str, said: Mapping[str, Any]) -> "StepWords":
        """The step as `GET /v1/matters` has it."""
        return cls(
            fact, said["zh"], said["path"], said["may"], said.get("by_workbook", False), said["form"],
            said.get("amends", False), said.get("by_record", False), said.get("en", ""),
        )  # fmt: skip

    def called(self, language: str) -> str:
        """Its name for people, as a button says it."""
        if language == "zh":
            return self.zh
        said = self.en or self.fact.replace("_", " ")
        return said[:1].upper() + said[1:]

    def happened(self, language: str) -> str:
        """Its name for people who read that it was taken."""
        return self.zh if language == "zh" else self.fact.replace("_", " ")


@dataclass(frozen=True)
class KindWords:
    """One kind, with what the person at the page may do."""

    name: str
    path: str
    zh: str
    en: str
    may_read: bool
    states: Mapping[str, str]
    transitions: Mapping[str, Mapping[str, str]]
    deadlines: Mapping[str, frozenset[str]]
    """fields whose day is due -> the states in which it is"""
    opening: StepWords | None
    steps: Mapping[str, StepWords]
    fields: Mapping[str, str]
    filter: Mapping[str, Any]
    named: Codes = field(default_factory=dict)
    """the names that no form has"""
    sums: frozenset[str] = frozenset()
    """fields that are sums in fen, a part of their rows as `<field>.<part>`"""
    at_once: Sequence[StepWords] = ()
    """what is done with many records in one request"""
    records: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """fields of a record that list others, each with the kinds of those"""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "KindWords":
        """The kind as `GET /v1/matters` has it."""
        opening = said["opening"]
        return cls(
            said["name"], said["path"], said["zh"], said["en"], said["may_read"], said["states"],
            said["transitions"], {name: frozenset(states) for name, states in said["deadlines"].items()},
            StepWords.of("opened", opening) if opening else None,
            {fact: StepWords.of(fact, step) for fact, step in said["steps"].items()},
            said["fields"], said["filter"], codes_of(said), frozenset(said.get("money", ())),
            [StepWords.of(name, one) for name, one in said.get("at_once", {}).items()],
            said.get("records", {}),
        )  # fmt: skip

    def called(self, language: str) -> str:
        """Its name for people."""
        return self.zh if language == "zh" else self.en

    def state(self, state: str, language: str) -> str:
        """A state's name for people; the state itself where the registry has a newer one."""
        return self.states.get(state, state) if language == "zh" else state.replace("_", " ")

    def field(self, name: str, language: str) -> str:
        """A field's name for people, or that of a part of its rows, which is called `<field>.<part>`."""
        part = name.rpartition(".")[2]
        of_form = self._form_titles.get(name) or self._form_titles.get(f".{part}")
        known = self.fields.get(name) or of_form or _BESIDE.get(name)
        return known if known and language == "zh" else english(part)

    def in_order(self, names: Iterable[str], within: str = "") -> list[str]:
        """The names of fields, or of parts of the rows of the field `within`, as forms have them in order."""
        places = {name: place for place, (name, _) in enumerate(self._entered)}
        whole = f"{within}." if within else ""
        return sorted(names, key=lambda name: places.get(f"{whole}{name}", len(self._entered)))

    def step(self, fact: str, language: str) -> str:
        """What a fact of the timeline is called; the registry names those of people only."""
        if self.opening is not None and fact == self.opening.fact:
            return self.opening.happened(language)
        found = self.steps.get(fact) or self.steps.get(fact.removesuffix("_late"))
        return found.happened(language) if found else ""

    def allowed(self, state: str) -> list[StepWords]:
        """The steps that the person has the right to in this state, of some records at least."""
        return [self.steps[fact] for fact in self.transitions.get(state, ()) if self.steps[fact].may]

    def next_step(self, state: str) -> StepWords | None:
        """The step by which the person moves it on: the one that is done for many, or else the first."""
        followers = self.transitions.get(state, {})
        onward = [step for step in self.allowed(state) if followers[step.fact] != state]
        return min(onward, key=lambda step: not step.by_workbook, default=None)

    def ends(self, state: str, fact: str) -> bool:
        """Whether nothing can follow this step."""
        return not self.transitions.get(self.transitions[state][fact])

    def waits(self) -> frozenset[str]:
        """States in which a day is due."""
        return frozenset[str]().union(*self.deadlines.values())

    def due(self, state: str, values: Mapping[str, Any]) -> dict[str, date]:
        """The days that are due of a record in this state, by field, the earliest first."""
        if values.get("asks") == "filing" and values.get("filed_on"):
            return {}  # a task that asks for a filing alone has its answer
        days = {
            name: date.fromisoformat(values[name])
            for name, states in self.deadlines.items()
            if state in states and values.get(name)
        }
        return dict(sorted(days.items(), key=lambda pair: pair[1]))

    def is_money(self, name: str) -> bool:
        """Whether a field, or a part of its rows, is a sum in fen."""
        return name in self._money

    @cached_property
    def organizations(self) -> Sequence[str]:
        """The fields of a record that list organisations."""
        return [name for name, kinds in self.records.items() if tuple(kinds) == ORGANIZATION]

    @cached_property
    def listing(self) -> frozenset[str]:
        """The same with those of forms, as what was said at a step has them."""
        entered = (name for name, one in self._entered if one.widget is Widget.ORGANIZATIONS)
        return frozenset((*entered, *self.organizations))

    @cached_property
    def codes(self) -> Codes:
        """Names as the region and the forms of all steps have them; parts of rows as in `_entered`."""
        found = {name: dict(codes) for name, codes in self.named.items()}
        for name, one in self._entered:
            found.setdefault(name, {}).update(one.choices)
        return found

    @cached_property
    def _money(self) -> frozenset[str]:
        return self.sums | {name for name, one in self._entered if one.widget is Widget.MONEY}

    @cached_property
    def _form_titles(self) -> Mapping[str, str]:
        return {name: one.title for name, one in self._entered if one.title != one.name}

    @cached_property
    def _entered(self) -> Sequence[tuple[str, Field]]:
        """The fields of all forms; the parts of their rows as `<field>.<part>` and as `.<part>`, as the rows
        of a record may be called otherwise than those of a form."""
        fields = [one for step in self._forms for one in forms.fields(step.form)]
        parts = [(name, part) for one in fields for part in one.parts for name in (f"{one.name}.", ".")]
        return [*((one.name, one) for one in fields), *((f"{name}{part.name}", part) for name, part in parts)]

    @property
    def _forms(self) -> Iterable[StepWords]:
        return [*self.steps.values(), *([self.opening] if self.opening else []), *self.at_once]


@dataclass(frozen=True)
class Kinds:
    """Every kind that the registry keeps, by the path of its routes and by the name of its aggregate."""

    by_path: Mapping[str, KindWords] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Iterable[Mapping[str, Any]]) -> "Kinds":
        """The answer of `GET /v1/matters`."""
        return cls({said["path"]: KindWords.of(said) for said in answer})

    @cached_property
    def by_name(self) -> Mapping[str, KindWords]:
        """By aggregate, as events name it."""
        return {kind.name: kind for kind in self.by_path.values()}

    def codes(self, name: str) -> Codes:
        """The names of the codes of a kind; none where it is not known."""
        return self.by_name[name].codes if name in self.by_name else {}

    @property
    def readable(self) -> list[KindWords]:
        """Those whose records the person may read."""
        return [kind for kind in self.by_path.values() if kind.may_read]

    def referred(self, field: str, title: str) -> KindWords | None:
        """The kind that a field such as `campaign_id` means: the one that is called like its title, or else
        the one of that name, or whose name ends so."""
        stem = field.removesuffix("_id")
        called = next((kind for kind in self.by_path.values() if kind.zh == title), None)
        named = called or self.by_name.get(stem)
        return named or next((kind for name, kind in self.by_name.items() if name.endswith(f"_{stem}")), None)

    def narrowed_by(self, kind: KindWords) -> list[tuple[KindWords, str]]:
        """The lists that may be read of what belongs to one record of this kind, each with its filter."""
        return [
            (other, name)
            for other in self.readable
            for name in other.filter["properties"]
            if name.endswith("_id") and self.referred(name, other.fields.get(name, "")) is kind
        ]
