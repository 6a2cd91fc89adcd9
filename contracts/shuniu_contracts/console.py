"""Events of the console: it owns nothing, so it only asks for replays."""

from __future__ import annotations

from shuniu_contracts.fields import Event
from shuniu_contracts.replay import REQUESTED_EN, REQUESTED_ZH, ReplayState, define_replay

replay = define_replay("console")


@replay.fact("requested", en=REQUESTED_EN, zh=REQUESTED_ZH)
class ReplayRequested(Event, frozen=True, kw_only=True):
    """A gap was seen by the console."""

    state: ReplayState
