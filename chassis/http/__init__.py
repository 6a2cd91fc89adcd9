"""The HTTP layer of every service: calls with permissions, problem details, pages, tokens, health."""

from chassis.http.application import create_app
from chassis.http.authentication import Verifier
from chassis.http.call import AggregateOut, Answer, Call, Requirement, requires
from chassis.http.figures import FigureOut, FiguresOut, FiguresRequest, Named, Values
from chassis.http.paging import MalformedCursor, Page, PageRequest, cursor_of
from chassis.http.problems import Explained, Problem
from chassis.http.reading import Reading

__all__ = [
    "AggregateOut",
    "Answer",
    "Call",
    "Explained",
    "FigureOut",
    "FiguresOut",
    "FiguresRequest",
    "MalformedCursor",
    "Named",
    "Page",
    "PageRequest",
    "Problem",
    "Reading",
    "Requirement",
    "Values",
    "Verifier",
    "create_app",
    "cursor_of",
    "requires",
]
