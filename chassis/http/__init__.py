"""The HTTP layer of every service: calls with permissions, problem details, pages, tokens, health."""

from chassis.http.application import create_app
from chassis.http.authentication import Verifier
from chassis.http.call import AggregateOut, Answer, Call, Requirement, requires
from chassis.http.paging import MalformedCursor, Page, PageRequest, cursor_of
from chassis.http.problems import Explained, Problem
from chassis.http.reading import Reading

__all__ = [
    "AggregateOut",
    "Answer",
    "Call",
    "Explained",
    "MalformedCursor",
    "Page",
    "PageRequest",
    "Problem",
    "Reading",
    "Requirement",
    "Verifier",
    "create_app",
    "cursor_of",
    "requires",
]
