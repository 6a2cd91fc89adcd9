"""What is due is called by words that people know it by, never by its whole id."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from chassis.matters import queries
from chassis.principal import SYSTEM
from services.console.matters.kinds import Kinds, KindWords
from services.console.matters.queries import Due
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown
from services.console.pages.words import Words
from services.registry.operations.inquiries.commands import INQUIRIES
from services.registry.policy import RegistryPolicy, names_of

INQUIRY = queries.for_caller(queries.words(INQUIRIES), SYSTEM, names_of(RegistryPolicy()))
KNOWN = Kinds({INQUIRY["path"]: KindWords.of(INQUIRY)})
ID = UUID("01a20267-5077-75c2-9723-33b1be243ef0")


def called(organization: str | None, **state: Any) -> str:
    """The title of something that is due."""
    frame = cast(Frame, SimpleNamespace(words=Words("zh")))
    due = Due("registry", "inquiry", ID, "120116", None, organization, date(2026, 11, 27), state)
    return Shown(frame).due_title(due, KNOWN)


def test_what_is_due_is_called_by_its_organisation_its_title_or_its_topic() -> None:
    assert called("晨曦社", title="年检") == "晨曦社"
    assert called(None, title="走访") == "走访"
    assert called(None, topic="registration") == "登记"
    assert called(None) == "首问事项 243ef0"
