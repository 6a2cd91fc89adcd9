"""A part in trouble comes back, at growing pauses, and everyone is told."""

import asyncio

import pytest

from chassis.embedded import supervisor
from chassis.embedded.supervisor import Backoff, Happening, Part, keep


def test_pauses_double_up_to_half_a_minute_and_are_forgiven_after_a_calm_minute() -> None:
    clock = [0.0]
    backoff = Backoff(lambda: clock[0])
    pauses = []
    for _ in range(10):
        pauses.append(backoff.pause())
        clock[0] += pauses[-1] + 1
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
    clock[0] += 120
    assert backoff.pause() == 0.2


async def test_a_restart_that_fails_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_LOOK_S", 0.01)
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 0.01)
    told: list[Happening] = []
    well = asyncio.Event()
    attempts: list[int] = []

    async def restart() -> None:
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise RuntimeError("the disk is full")
        well.set()

    part = Part("ledger", lambda: None if well.is_set() else "ended with 1", restart)
    keeping = asyncio.create_task(keep(part, told.append))
    await asyncio.wait_for(well.wait(), 5)
    await asyncio.sleep(0.05)
    keeping.cancel()
    assert [(happening.what, happening.detail) for happening in told] == [
        ("died", "ended with 1"),
        ("restart_failed", "the disk is full"),
        ("restart_failed", "the disk is full"),
        ("restarted", ""),
    ]
