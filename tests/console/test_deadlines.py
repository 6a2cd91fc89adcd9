"""No day that somebody has to keep is missing from today and the calendar."""

import typing
from collections.abc import Iterator
from datetime import date

import pytest
from shuniu_contracts import STREAMS

from services.console.matters.queries import OTHERS
from services.console.pages.words import Words
from services.registry.areas import KINDS

_HAS_BEEN = frozenset(
    {
        "acknowledged", "answered", "appointed", "assessed", "business_assessed", "charter_adopted",
        "checked", "closed", "confirmed", "counted", "covered", "credit_listed", "decided", "decoupled",
        "designated", "dissolved", "drawn", "effective", "ended", "fees_declared", "filed", "filled",
        "founded", "graded", "handed_over", "held", "hub_filed", "last", "last_reported", "linked",
        "listed", "lowered", "made", "materials_completed", "noticed", "opened", "party_assessed",
        "paused", "publicised", "published", "recognised", "registered", "reported", "reviewed",
        "revisited", "screened", "signed", "six_haves_assessed", "started", "step_began", "submitted",
        "surveyed", "term_began", "visited",
    }
)  # fmt: skip
"""`<...>_on` of what was done, or has begun."""
_NOT_DUE = {
    "available_from": "from when somebody can be asked",
    "begins_on": "the beginning of a term",
    "opens_on": "the beginning of a window",
    "period_begins_on": "the beginning of a period",
    "excused_after": "who was registered later is not asked",
    "unchecked_since": "who was checked since is not drawn",
    "registry.plan.ends_on": "`due_on` is the next of its dates, the last one too",
    "registry.stay.ends_on": "`due_on` has it, while the stay goes on",
    "registry.meeting.period_ends_on": "`due_on` has it, until the meeting has its day",
    "registry.training.period_ends_on": "as of a meeting",
    "registry.criteria.due_on": "what it waits for is `in_force_on`",
    "registry.guideline.due_on": "what it waits for is `in_force_on`",
    "registry.partner.due_on": "its term is `ends_on`",
    "registry.target.due_on": "its term is `period_ends_on`",
    "partybuild.party_organization.term_ends_on": "`election_due_on` has it, once it is due",
}
"""Other days that nobody has to keep, by field or of one aggregate: why."""


def days() -> Iterator[tuple[str, str]]:
    """Every field with a day of what the catalogue says of an aggregate's state."""
    for stream in STREAMS.values():
        states = {typing.get_type_hints(one.event).get("state") for one in stream.facts.values()} - {None}
        for name in {
            n for state in states for n, hint in typing.get_type_hints(state).items() if is_day(hint)
        }:
            yield f"{stream.service}.{stream.aggregate}", name


def is_day(hint: object) -> bool:
    """Whether the field holds one day."""
    return date in (hint, *typing.get_args(hint))


def test_every_day_that_is_a_deadline_is_told_as_one() -> None:
    told = {(f"registry.{kind.name}", column) for kind in KINDS for column in kind.deadlines}
    told |= {(f"{one.service}.{one.aggregate}", one.field) for one in OTHERS}
    left_out = [
        f"{aggregate}.{name}"
        for aggregate, name in sorted(set(days()) - told)
        if name not in _NOT_DUE
        and f"{aggregate}.{name}" not in _NOT_DUE
        and name.removesuffix("_on") not in _HAS_BEEN
    ]
    assert left_out == []


def test_what_is_told_is_a_field_of_the_state() -> None:
    known = set(days())
    assert {(f"{one.service}.{one.aggregate}", one.field) for one in OTHERS} <= known
    for kind in KINDS:
        assert {(f"registry.{kind.name}", column) for column in kind.deadlines} <= known


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_no_matter_is_called_by_the_pages(language: typing.Literal["zh", "en"]) -> None:
    said = Words(language)
    for one in OTHERS:
        assert said(one.aggregate)
        assert one.field in ("due_on", "step_due_on") or said(one.field)
