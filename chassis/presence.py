"""Stacks that are joined tell one another that they are there, so that silence means that something is down.

A street where nothing happens sends nothing, and cannot be told from one whose line is cut. So the service
that has the fact in the catalogue announces its stack once, and its relay sends that one event again every
minute, on the stream that goes both up and down. Consumers drop it as known and note when it was sent.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuniu_contracts import Basis, stream
from shuniu_contracts.replay import PresenceState
from shuniu_contracts.topics import REPLAY, parse_topic

from chassis.replay import replay_subjects
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.runtime import Runtime

ANNOUNCED = "announced"
_IS_SAID = "select exists (select from event_log where aggregateid = $1)"


@dataclass
class Heard:
    """When the newest that was heard of each neighbour was sent, in seconds of Unix time.

    Kept by the process: one that starts counts from its start, since it cannot know what was before.
    """

    newest: dict[str, float]

    @classmethod
    def from_now(cls, neighbours: Iterable[str]) -> "Heard":
        """Nothing was heard of them yet."""
        return cls(dict.fromkeys(neighbours, time.time()))

    def note(self, sent_ms: Mapping[str, int]) -> None:
        """Records came: when one of each topic was sent, in milliseconds. No clock runs ahead of ours."""
        if not self.newest:
            return
        now = time.time()
        for topic, at_ms in sent_ms.items():
            stack = parse_topic(topic).stack
            if stack in self.newest:
                self.newest[stack] = max(self.newest[stack], min(at_ms / 1000, now))


def announces(settings: Settings, service: str) -> bool:
    """Whether the service says for its stack that it is there: where others listen, and one of all."""
    spoken = stream(service, REPLAY)
    return bool(settings.joined_stacks) and (ANNOUNCED, spoken.newest) in spoken.facts


async def announce(runtime: "Runtime") -> None:
    """Record that the stack is there; where that is on record, have the same event sent again."""
    async with runtime.unit_of_work() as uow:
        subject = f"presence:{uow.stack}"
        if await uow.connection.fetchval(_IS_SAID, subject):
            await replay_subjects(uow.connection, {subject: 1})
            return
        spoken = stream(uow.service, REPLAY)
        state = PresenceState(effective_on=uow.today, basis=Basis.LIVE, division=uow.stack, ended=True)
        event = spoken.facts[ANNOUNCED, spoken.newest].event(state=state)
        uow.append(event, subject=subject, sequence=1, division=uow.stack)
