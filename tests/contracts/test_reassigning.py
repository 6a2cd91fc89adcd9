"""Every stream of matters that somebody answers for can say that somebody else does."""

import msgspec
import pytest
from shuniu_contracts import STREAMS, MatterState, Reassigned, reassigning
from shuniu_contracts.catalogue import Stream


@pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda stream: stream.name)
def test_what_somebody_answers_for_can_be_taken_over(stream: Stream) -> None:
    entry = next(iter(stream.facts.values()))
    [state] = [field.type for field in msgspec.structs.fields(entry.event) if field.name == "state"]
    fact = reassigning.fact_of(stream)
    assert (fact is not None) == (issubclass(state, MatterState) and stream.reassignable)
    if fact is not None:
        assert issubclass(fact, Reassigned)
        assert fact.__doc__


def test_a_hand_over_with_rules_of_its_own_is_another_fact() -> None:
    for name, fact in (("contact_assignment", "handed_over"), ("body_check", "reassigned")):
        stream = STREAMS["registry", name]
        assert reassigning.fact_of(stream) is None
        assert (fact, 1) in stream.facts
