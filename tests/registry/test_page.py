"""The service's page names every timer and every fact that there is."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from shuniu_contracts.catalogue import stream

import services.registry
from services.registry.app import service
from services.registry.areas import KINDS

PAGE = (Path(services.registry.__file__).parent / "README.md").read_text()


def section(title: str) -> str:
    """What stands under a heading."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def facts(aggregate: str) -> set[str]:
    """The facts of an aggregate of the registry."""
    return {fact for fact, _ in stream("registry", aggregate).facts}


def test_every_timer_is_a_clock_of_its_kind_or_named() -> None:
    clocks = {f"{kind.path}.{clock.name}" for kind in KINDS for clock in kind.clocks}
    named = re.findall(r"`([\w.*-]+)`", section("Timers"))
    others = [timer.kind for timer in service.timers if timer.kind not in clocks]
    assert [kind for kind in others if not any(fnmatch(kind, name) for name in named)] == []


@pytest.mark.parametrize("aggregate", ["organization", "registration_application"])
def test_every_fact_is_named(aggregate: str) -> None:
    [listed] = re.findall(rf"- `registry\.{aggregate}`: ([\w, \n]+)\.", section("Events out"))
    assert set(re.split(r",\s+", listed)) == facts(aggregate)


@pytest.mark.parametrize("name", re.findall(r"is\s+`(\w+\.\w+)`", section("Events out")))
def test_what_the_domain_calls_otherwise_is_in_the_catalogue(name: str) -> None:
    aggregate, fact = name.split(".")
    assert fact in facts(aggregate)
