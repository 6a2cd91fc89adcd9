"""Ports that are free: many are asked for before the first of them is used."""

import random
from itertools import chain, repeat

import pytest

from chassis.embedded import port


def test_no_port_is_given_to_two_who_have_not_used_it_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    first = port.free_port(in_a_row=3)
    drawn = chain(repeat(first, 2), repeat(first + 2, 2), repeat(first + 3))
    monkeypatch.setattr(random, "randrange", lambda *_: next(drawn))
    monkeypatch.setattr(port, "_free", lambda _: True)
    assert port.free_port() == first + 3, "neither the first of those given nor the last"
