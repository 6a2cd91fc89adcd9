"""Errors of the contracts; each carries the data a caller needs to count, park or report."""

from __future__ import annotations


class ContractError(ValueError):
    """Base of every error raised here."""


class MalformedEnvelope(ContractError):
    """A header (or attribute) is missing or has a value that CloudEvents or Shuniu does not allow."""

    def __init__(self, header: str, reason: str) -> None:
        super().__init__(f"header {header}: {reason}")
        self.header = header
        self.reason = reason


class MalformedEvent(ContractError):
    """The data of a known event type does not fit its schema."""

    def __init__(self, type_: str, reason: str) -> None:
        super().__init__(f"{type_}: {reason}")
        self.type = type_
        self.reason = reason


class UnknownMajor(ContractError):
    """A known stream carries a major version this package does not know: a fault of the producer, or a
    package that is too old."""

    def __init__(self, type_: str, major: int, known: tuple[int, ...]) -> None:
        super().__init__(f"{type_}: major version {major} is unknown, known are {', '.join(map(str, known))}")
        self.type = type_
        self.major = major
        self.known = known


class InvalidEvent(ContractError):
    """A producer built an event that breaks its own newest schema."""

    def __init__(self, type_: str, reason: str) -> None:
        super().__init__(f"{type_} cannot be published: {reason}")
        self.type = type_
        self.reason = reason


class EventTooLarge(ContractError):
    """The encoded data is larger than the catalogue allows for the type; sizes are in bytes."""

    def __init__(self, type_: str, size: int, limit: int) -> None:
        super().__init__(f"{type_} has {size} bytes, {limit} are allowed: shorten its lists")
        self.type = type_
        self.size = size
        self.limit = limit
