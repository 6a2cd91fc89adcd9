"""Every stream of records about an organisation that have a deadline can say that it stands still."""

import msgspec
import pytest
from shuniu_contracts import STREAMS, DeadlinePaused, DeadlineResumed, MatterState, Overdue, pausing
from shuniu_contracts.catalogue import Stream


def deadlines(stream: Stream) -> bool:
    return any(issubclass(entry.event, Overdue) for entry in stream.facts.values())


@pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda stream: stream.name)
def test_what_has_deadlines_and_is_about_an_organisation_can_stand_still(stream: Stream) -> None:
    entry = next(iter(stream.facts.values()))
    [state] = [field.type for field in msgspec.structs.fields(entry.event) if field.name == "state"]
    about = issubclass(state, MatterState) and "organization" in state.__struct_fields__
    facts = pausing.facts_of(stream)
    if about and deadlines(stream) and stream.stands_still:
        assert facts is not None
        assert (issubclass(facts[0], DeadlinePaused), issubclass(facts[1], DeadlineResumed)) == (True, True)
        assert facts[0].__doc__
    elif issubclass(state, MatterState) and (not about or not stream.stands_still):
        assert facts is None


def test_an_application_is_no_matter_and_says_so_by_the_same_two_facts() -> None:
    facts = pausing.facts_of(STREAMS["registry", "registration_application"])
    assert facts is not None
    assert (issubclass(facts[0], DeadlinePaused), issubclass(facts[1], DeadlineResumed)) == (True, True)


def test_listings_and_pauses_go_on() -> None:
    for name in ("credit_listing", "emergency_pause"):
        assert pausing.facts_of(STREAMS["registry", name]) is None
    assert pausing.facts_of(STREAMS["registry", "rectification"]) is not None
