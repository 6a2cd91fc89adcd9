"""The life of a message as a state machine."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.model import StepNotPossible, step
from services.notify.messages.model import TRANSITIONS, Status

FACTS = sorted({fact for facts in TRANSITIONS.values() for fact in facts})


class MessageLife(RuleBasedStateMachine):
    """Facts in any order; a model beside it knows only what people would say of a message."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Status.QUEUED
        self.done: list[str] = []

    @rule(fact=st.sampled_from(FACTS))
    def happens(self, fact: str) -> None:
        """A fact either happens or is refused with what is possible."""
        if fact in TRANSITIONS[self.state]:
            self.state = step(TRANSITIONS, self.state, fact)
            self.done.append(fact)
        else:
            with pytest.raises(StepNotPossible):
                step(TRANSITIONS, self.state, fact)

    @precondition(lambda self: self.state is not Status.QUEUED)
    @rule()
    def can_always_be_acknowledged_once(self) -> None:
        """Whatever happened to a sent message, somebody can still say that they know."""
        if "acknowledged" not in self.done:
            assert step(TRANSITIONS, self.state, "acknowledged") is Status.ACKNOWLEDGED

    @invariant()
    def nothing_before_it_is_sent(self) -> None:
        """A message is sent once, and first."""
        assert self.done[:1] in ([], ["sent"])
        assert self.done.count("sent") <= 1

    @invariant()
    def acknowledged_is_the_end(self) -> None:
        """Nothing follows an acknowledgement, and it happens once."""
        assert ("acknowledged" in self.done) == (self.state is Status.ACKNOWLEDGED)
        assert "acknowledged" not in self.done[:-1]

    @invariant()
    def it_expires_once(self) -> None:
        """The deadline passes once."""
        assert self.done.count("expired") <= 1


TestMessageLife = MessageLife.TestCase


def test_every_state_can_be_reached_and_only_one_is_final() -> None:
    reached = {Status.QUEUED, *(after for facts in TRANSITIONS.values() for after in facts.values())}
    assert reached == set(Status) == set(TRANSITIONS)
    assert [state for state, facts in TRANSITIONS.items() if not facts] == [Status.ACKNOWLEDGED]
