"""Every refusal that a service can give: its code, its sentences in both languages, and what fills them."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any

import pytest

import chassis
import services
from chassis.audit import aggregate_rows
from chassis.http.problems import STATUS
from chassis.matters.rows import MatterRow
from chassis.model import Refusal, RefusalKind, StepNotPossible, listed
from chassis.service import discover, installed
from chassis.tables import AggregateRow
from chassis.unit_of_work import NotFound

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROOT = Path(__file__).parents[2]


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every module of a package; migrations and programs are run by their tools and not imported."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def subclasses(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """All of them, at any depth."""
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def fields(template: str) -> set[str]:
    """The names that a sentence uses."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def common(template: str, language: str) -> set[str]:
    """The same, a value that is itself words of the language (`fault_zh`) without its ending."""
    return {name.removesuffix(f"_{language}") for name in fields(template)}


def calls(path: Path) -> Iterator[tuple[str, set[str], int]]:
    """(class, keyword arguments, line) of each call by a plain name; those with `**` are left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = {keyword.arg for keyword in node.keywords}
            if None not in names:
                yield node.func.id, {name for name in names if name}, node.lineno


def joined(path: Path, names: set[str]) -> Iterator[str]:
    """Where one of the refusals `names`, or what makes itself, is given a list that was joined before."""
    tree = ast.parse(path.read_text())
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        before = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and _joins(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id not in {*names, "cls", "CellFault", "_Refusal", "Explained"}:
                continue
            for given in [*node.args, *(keyword.value for keyword in node.keywords)]:
                used = {one.id for one in ast.walk(given) if isinstance(one, ast.Name)}
                if _joins(given) or used & before:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.func.id}"


def _joins(node: ast.AST) -> bool:
    """Whether a text is made of several by a separator."""
    return any(
        isinstance(one, ast.Attribute)
        and one.attr == "join"
        and isinstance(one.value, ast.Constant)
        and bool(str(one.value.value).strip())
        for one in ast.walk(node)
    )


for _package in (chassis, services):
    for _module in modules(_package):
        pass
REFUSALS = sorted(
    {one for one in subclasses(Refusal) if one.__module__.split(".")[0] in {"chassis", "services"}},
    key=lambda one: (one.__module__, one.__name__),
)


def place(refusal: type[Refusal]) -> str:
    """`chassis`, or the service that gives it."""
    first, second, *_ = refusal.__module__.split(".")
    return second if first == "services" else first


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{place(one)}.{one.__name__}")
def test_a_refusal_says_the_same_in_both_languages(refusal: type[Refusal]) -> None:
    assert common(refusal.zh, "zh") == common(refusal.en, "en")
    assert _CHINESE.search(refusal.zh)
    assert not _CHINESE.search(refusal.en)
    assert refusal.kind in STATUS


@pytest.mark.parametrize("service", sorted({place(one) for one in REFUSALS} - {"chassis"}))
def test_a_code_means_one_thing_in_a_service(service: str) -> None:
    codes = Counter(one.code for one in REFUSALS if place(one) in {"chassis", service})
    assert [code for code, times in codes.items() if times > 1] == []
    assert all(re.fullmatch(r"[a-z][a-z0-9_.]*", code) for code in codes)


def test_whoever_refuses_gives_what_the_sentence_names() -> None:
    """A forgotten value would make a 500 of a refusal, the day somebody meets it."""
    by_name: dict[tuple[str, str], type[Refusal]] = {(place(one), one.__name__): one for one in REFUSALS}
    forgotten, seen = [], 0
    for path in [*ROOT.glob("chassis/**/*.py"), *ROOT.glob("services/**/*.py")]:
        parts = path.relative_to(ROOT).parts
        where = parts[1] if parts[0] == "services" else "chassis"
        for name, given, line in calls(path):
            refusal = by_name.get((where, name)) or by_name.get(("chassis", name))
            if refusal is None or refusal.__init__ is not Refusal.__init__:
                continue
            seen += 1
            if missing := (fields(refusal.zh) | fields(refusal.en)) - given:
                forgotten.append(f"{path.relative_to(ROOT)}:{line} {name} without {sorted(missing)}")
    assert seen > 80
    assert forgotten == []


def test_no_refusal_is_given_a_list_that_was_joined_before() -> None:
    """Whoever joins knows one language: the sentence joins, where it is made."""
    names = {one.__name__ for one in REFUSALS}
    paths = [*ROOT.glob("chassis/**/*.py"), *ROOT.glob("services/**/*.py")]
    assert [found for path in paths for found in joined(path, names)] == []


_FOR_ENGINEERS = {
    "SealingUnset", "TimesMixed", "PeriodIncomplete", "TagUnknown", "FigureUnknown",
}  # fmt: skip
"""Refusals that name a setting, a parameter of a query or a key of the profile, which is what was said."""
_ENUMERATED = {"status", "form", "standing"}
"""Details whose values are codes of an enumeration, wherever a sentence names them."""


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{place(one)}.{one.__name__}")
def test_no_code_stands_in_a_chinese_sentence(refusal: type[Refusal]) -> None:
    """What an enumeration says is said by its name, and the sentence itself has no word of the code."""
    template = re.sub(r"\{[^}]*\}", "", refusal.zh)
    if refusal.__name__ not in _FOR_ENGINEERS:
        words = set(re.findall("[A-Za-z_]{3,}", template)) - {"Excel", "xlsx", "ETag", "JSON", "Kafka"}
        assert words == set()
    assert fields(refusal.zh) & _ENUMERATED <= refusal.names.keys()
    assert refusal.names.keys() <= fields(refusal.zh), "what no sentence says needs no name"
    for field, names in refusal.names.items():
        for code in names:
            given: dict[str, Any] = dict.fromkeys(fields(refusal.zh) | fields(refusal.en), 1)
            said = refusal(**{**given, field: code})
            assert not re.search("[a-z]", said.message("zh")), said.message("zh")
            assert code.replace("_", " ") in said.message("en")
            assert said.details[field] == code, "as it is, for programs"


class _Several(Refusal):
    """A refusal of several things."""

    code = "sample.several"
    kind = RefusalKind.INVALID
    zh = "可选：{known}；应为{scopes:or}；缺少：{lacking}。"
    en = "There are: {known}; it is {scopes:or}; lacking: {lacking}."


def test_several_values_are_joined_as_the_language_does_it() -> None:
    days = {date(2026, 3, 31): "a", date(2026, 5, 31): "b"}
    found = _Several(known=days.keys(), scopes=["area", "field"], lacking=())
    assert found.message("zh") == "可选：2026-03-31、2026-05-31；应为area或field；缺少：无。"
    assert found.message("en") == "There are: 2026-03-31, 2026-05-31; it is area or field; lacking: none."
    assert found.details["scopes"] == ("area", "field"), "as they are, for programs"
    assert (listed(iter("ab"), "zh"), listed([], "en")) == ("a、b", "none")


def test_what_is_possible_instead_is_named_in_both_languages() -> None:
    found = StepNotPossible.of("open", "reopen", ["close", "withdraw"], facts_zh={"close": "办结"})
    assert found.message("zh").endswith("可执行的步骤：办结、withdraw。")
    assert found.message("en").endswith("possible: close, withdraw.")
    assert StepNotPossible.of("ended", "close", []).message("en").endswith("possible: none.")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{place(one)}.{one.__name__}")
def test_a_refusal_names_fields_as_people_know_them(refusal: type[Refusal]) -> None:
    assert not fields(refusal.zh) & {"field", "fields", "earlier", "later", "fact"}


@pytest.mark.parametrize("name", installed())
def test_every_aggregate_names_itself_in_both_languages(name: str) -> None:
    """The kinds of matters are named where they are declared."""
    for row in aggregate_rows(discover(name).metadata):
        if issubclass(row, MatterRow):
            continue
        refusal = NotFound.of(row, "x")
        assert row.called != AggregateRow.called, row
        assert _CHINESE.search(row.called[0]), row
        assert not re.search("[A-Za-z_]", refusal.message("zh").replace("“x”", "")), row
        assert row.stream[1] not in refusal.message("en") or "_" not in row.stream[1], row
